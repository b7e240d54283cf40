"""Modules whose code is missing: which of their arguments are images, and what to report.

Which arguments of well-known modules take an image was determined by reading the modules:
terraform-aws-modules, cloudposse, RaJiska/fck-nat (`ami`, `ami_id`, `image_id`, `source_ami`, ...).
"""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import pairwise

import msgspec

from assay.inputs.terraform.project.modules import ModuleCode
from assay.inputs.terraform.syntax.blocks import Block, plain_text
from assay.inputs.terraform.syntax.expressions import HclValue, Ref, UnknownValue
from assay.model import Alias, AmiId, Incomplete, parse_image

CALL = "module"
"""The resource type that represents a call of a module whose code is missing."""
ALL_OF_THEM = "(modules)"
"""The address that represents several modules of one root."""

_SHOWN = 10
_WORD = re.compile(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])")
_SOURCE = r'\bsource"?\s*[=:]\s*"(?:[^"/]*/)*([^"/]*)"'
_OF_AN_IMAGE = frozenset(
    {
        *("name", "names", "filter", "filters", "owner", "owners", "type", "types", "family"),
        *("version", "versions", "regex", "pattern", "account", "accounts", "region", "regions"),
        *("parameter", "parameters", "ssm", "path", "tag", "tags", "arch", "architecture", "os"),
        *("release", "platform", "description", "changes", "users", "permissions", "kms", "key"),
        *("arn", "use", "create", "enable", "enabled", "ignore", "is", "has", "allow", "latest"),
    }
)
"""Words in the names of arguments that describe an image but do not contain its id."""
IMAGES: dict[str, dict[str, tuple[str, ...]]] = {
    "data": {
        "aws_ami": ("id", "image_id"),
        "aws_ami_ids": ("ids",),
        "aws_instance": ("ami",),
        "aws_launch_configuration": ("image_id",),
        "aws_launch_template": ("image_id",),
    },
    "managed": {
        "aws_ami": ("id",),
        "aws_ami_copy": ("id",),
        "aws_ami_from_instance": ("id",),
        "aws_instance": ("ami",),
        "aws_launch_configuration": ("image_id",),
        "aws_launch_template": ("image_id",),
        "aws_spot_instance_request": ("ami",),
    },
}
"""Attributes that are always an image. A parameter may be anything: the argument's name decides."""
PARAMETER = ("value", "insecure_value")
_OURS = ("aws", "awscc")
_HELPERS = frozenset(
    {
        *("archive", "cloudinit", "external", "http", "local", "null", "random", "template"),
        *("terraform", "time", "tls"),
    }
)
"""Providers that do not belong to a cloud."""


class Missing(msgspec.Struct, frozen=True, gc=False):
    """A module instance whose code is missing, and how to get it."""

    address: str
    cure: str


def missing(address: str, call: Block, cure: str | None) -> Missing:
    """Why the module of a call cannot be read; `cure` is the manifest's advice."""
    source = plain_text(call.attributes.get("source"))
    if source is None:
        return Missing(address, f"write the source of {address} as plain text")
    if source.startswith(("./", "../", "/")):
        return Missing(address, f"fix the source of {address}: there is no code there")
    return Missing(address, cure or "run terraform init first")


def in_one_sentence(modules: Iterable[Missing]) -> tuple[str, Incomplete] | None:
    """One address and one sentence for all missing modules of a root."""
    found = list(modules)
    if not found:
        return None
    names = list(dict.fromkeys(each.address for each in found))
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    named = f"{', '.join(names[:_SHOWN])}{more}"
    if len(names) == 1:
        reason = f"the code of {named} is missing, so what it launches is not known"
    else:
        reason = (
            f"the code of {len(names)} modules is missing, so what they launch is not known:"
            f" {named}"
        )
    cures = list(dict.fromkeys(each.cure for each in found))
    more = f"; and {len(cures) - _SHOWN} more like these" if len(cures) > _SHOWN else ""
    cure = f"{'; '.join(cures[:_SHOWN])}{more}"
    return names[0] if len(names) == 1 else ALL_OF_THEM, Incomplete(reason, cure)


# ---------------------------------------------------------------------------------- arguments


def is_image(name: str, value: HclValue) -> bool:
    """Whether an argument of a module is an image, or comes from an attribute that gives images."""
    if isinstance(value, UnknownValue):
        return value.passed_on and any(_is_image(name, ref) for ref in value.refs)
    return isinstance(parse_image(value), AmiId | Alias)


@lru_cache(maxsize=20_000)
def may_name_image(name: str) -> bool:
    """Whether an argument of this name can take an AMI id: `worker_ami_id`, but not `ami_name`."""
    words = [word.lower() for word in _WORD.findall(name)]
    if not _OF_AN_IMAGE.isdisjoint(words):
        return False
    image = any(pair in (("image", "id"), ("image", "ids")) for pair in pairwise(words))
    return image or not {"ami", "amis", "imageid"}.isdisjoint(words)


def _is_image(name: str, ref: Ref) -> bool:
    mode = "data" if ref.steps[:1] == ("data",) else "managed"
    kind, _, *rest = (*ref.steps[mode == "data" :], None, None)
    if mode == "data" and kind == "aws_ssm_parameter":
        return may_name_image(name) and any(step in PARAMETER for step in rest)
    attributes = IMAGES[mode].get(str(kind), ())
    return any(step in attributes for step in rest[:2])


# ---------------------------------------------------------------------------------- other clouds


def is_elsewhere(modules: Iterable[ModuleCode]) -> bool:
    """Whether the code names clouds, but not AWS."""
    providers = {name for module in modules for name in _providers(module)}
    return providers.isdisjoint(_OURS) and bool(providers - _HELPERS)


def _providers(module: ModuleCode) -> Iterator[str]:
    """The providers that a module directory configures, requires, uses or passes on."""
    for file in module.files:
        for block in file.code.blocks:
            if block.type == "terraform":
                yield from _required(block)
    for placed in module.providers:
        yield placed.block.labels[0]
    for _, kind, _ in module.resources:
        yield kind.partition("_")[0]
    for placed in module.calls.values():
        yield from _of_call(placed.block)


def _required(terraform: Block) -> Iterator[str]:
    """The names in `required_providers`, and the names in their sources."""
    for required in terraform.of_type("required_providers"):
        for name, written in required.attributes.items():
            yield name
            yield from re.findall(_SOURCE, written.text)


def _of_call(call: Block) -> Iterator[str]:
    """The AWS providers that a module call mentions: passed by name, or in the module's source."""
    passed = call.attributes.get("providers")
    source = plain_text(call.attributes.get("source")) or ""
    if source.startswith(("./", "../")):
        source = ""
    for text in (passed.text if passed else "", source):
        yield from (word for word in re.findall(r"[a-z]+", text) if word in _OURS)
