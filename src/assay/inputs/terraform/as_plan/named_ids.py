"""Changes beside those of resources: images named in their scripts, and in what is not evaluated.

Such a change does not contain values of the resource, so code that reads the resource must not
mistake it for one. It has a resource type of its own, which `located.py` replaces.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

import msgspec

from assay.inputs.plan.document.document import Change, ResourceChange
from assay.inputs.surface import only_mentions
from assay.inputs.terraform.program.body import Body
from assay.inputs.terraform.program.ids import Ids
from assay.inputs.terraform.program.iteration import Iteration
from assay.inputs.terraform.program.module import ModuleInstance
from assay.inputs.terraform.program.providers import ProviderKeys
from assay.inputs.terraform.program.unread import UNREAD, scripts, unread
from assay.inputs.terraform.syntax.blocks import Block
from assay.model.addresses import address

_AWS = ("aws_", "awscc_")


class Named(NamedTuple):
    """What is named beside a resource, by argument."""

    values: Mapping[str, object]
    hidden: object = False
    """Which parts are secret, in the form of a plan's mask."""

    def change(
        self, module: ModuleInstance, block: Block, iteration: Iteration, name: str
    ) -> ResourceChange:
        """As a change of a plan, under the block's name in the configuration."""
        change = Change(
            ("update",),
            after=msgspec.Raw(msgspec.json.encode(self.values)),
            after_unknown=msgspec.Raw(b"{}"),
            after_sensitive=msgspec.Raw(msgspec.json.encode(self.hidden or {})),
        )
        at = address(module.address, ".".join(block.labels), iteration.key)
        return ResourceChange(
            at, UNREAD, name, change, "managed", module.address or None, iteration.key
        )


def of_scripts(module: ModuleInstance, block: Block, iteration: Iteration) -> Iterator[Named]:
    """The images that a resource's provisioners name: they run when the resource is created."""
    for number, found in scripts(module, block, iteration):
        before: list[dict[str, Any]] = [{}] * number
        named = {name: _shown(ids) for name, ids in found.items()}
        yield Named({"provisioner": [*before, named]}, {"provisioner": [*before, _hidden(found)]})


def of_unread(
    module: ModuleInstance,
    block: Block,
    found: Body,
    read: Collection[str],
    held: Mapping[str, Ids],
) -> Iterator[Named]:
    """The images in expressions without a known value, except in the arguments `read`, which a row
    waits for.

    `held` are the ids that such expressions read from other values, by argument.
    """
    kind = block.labels[0]
    # If a secret is read on the way, it may be part of the ids: `join("-", ["ami", var.secret, …])`
    named = {
        name: ids | Ids(hidden=name in found.marks.below)
        for name, ids in unread(module, block, found.values, read)
        if not only_mentions(kind, name)
    }
    named.update(held)
    if named:
        yield Named({name: _shown(ids) for name, ids in named.items()}, _hidden(named))


def _hidden(named: Mapping[str, Ids]) -> dict[str, bool]:
    return {name: True for name, ids in named.items() if ids.hidden}


def key_of(
    module: ModuleInstance, block: Block, iteration: Iteration, providers: ProviderKeys
) -> str:
    """The provider that gives such a change its place: its resource's, or the module's for AWS."""
    if block.labels[0].startswith(_AWS):
        return providers.of_resource(module, block, iteration)
    return providers.of_aws(module)


def _shown(ids: Ids) -> str:
    return f"not evaluated: {' '.join(sorted(ids.texts))}"
