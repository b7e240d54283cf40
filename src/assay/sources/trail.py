"""Where does an unknown value come from? Follows references through modules to planned resources.

The plan names what an expression reads, not what it does with it: a reference that is followed
here is where the value comes from if the expression passes it on. Where the expression reads a
thing twice, reads something else that is unknown, or could choose another image, the trail is dead
and says where it ended. What no plan shows is a function around the one thing that is read.
"""

from typing import Any, Protocol

import msgspec

from assay.model import Alias, AmiId, parse_image
from assay.sources.configuration import (
    ConfigurationIndex,
    module_steps,
    parent_module,
    references_of,
)
from assay.sources.document import RelevantAttribute, Variable
from assay.sources.planned import Opened, PlannedResources
from assay.sources.traversal import block_address, longest, parse, read_key, split_key
from assay.sources.walk import Step

_SELECTORS = ("count", "path", "terraform")
_DEEPEST = 64

IMAGE_ATTRIBUTES = {
    "aws_ami": ("id",),
    "aws_ami_copy": ("id",),
    "aws_ami_from_instance": ("id",),
    "aws_instance": ("ami",),
    "aws_spot_instance_request": ("ami",),
    "aws_launch_template": ("image_id",),
    "aws_launch_configuration": ("image_id",),
    "aws_imagebuilder_image": ("output_resources",),
    "aws_ssm_parameter": ("value", "insecure_value"),
}
"""The attributes of hashicorp/aws resources that can hold an AMI id; no others can."""


IMAGE_DATA = frozenset(
    {
        "aws_ami",
        "aws_ami_ids",
        "aws_imagebuilder_image",
        "aws_instance",
        "aws_launch_configuration",
        "aws_launch_template",
        "aws_ssm_parameter",
        "aws_ssm_parameters_by_path",
    }
)
"""The data sources that can hold an AMI id."""


class Target(msgspec.Struct, frozen=True, gc=False):
    """The end of a trail: an attribute of a planned resource; an empty path means the resource."""

    resource: Opened
    path: tuple[Step, ...]


class Dead(msgspec.Struct, frozen=True, gc=False):
    """The reference at which a trail ended."""

    reference: str


class Scope(msgspec.Struct, frozen=True, gc=False):
    """Where an expression stands: its module instance, its own key, and what it iterates over."""

    module: str
    key: str | int | None = None
    each: tuple[str, ...] = ()
    """The references of the `for_each` of the block that the expression stands in."""
    around: "Scope | None" = None
    """The scope in which `each` is read, where it is not this one."""


Found = list[Target]
_Seen = tuple[tuple[str, str], ...]


class Trailing(Protocol):
    """Tells where unknown values come from."""

    def of(self, resource: Opened, path: tuple[Step, ...]) -> Found | Dead:
        """What stands, or will stand, behind the unknown value at `path` of a resource."""
        ...


class Trails:
    """Follows references in one plan."""

    def __init__(
        self,
        configuration: ConfigurationIndex,
        planned: PlannedResources,
        relevant: list[RelevantAttribute],
        variables: dict[str, Variable],
    ) -> None:
        self._configuration = configuration
        self._planned = planned
        self._relevant = relevant
        self._variables = variables

    def of(self, resource: Opened, path: tuple[Step, ...]) -> Found | Dead:
        """What the expression at `path` of a resource's own block reads."""
        here = Dead(".".join(map(str, path)))
        if resource.configured is None:
            return here
        references = resource.configured.references(path)
        each = references_of(resource.configured.block.for_each_expression)
        scope = Scope(resource.module, resource.change.index, each)
        return self._follow(scope, references, [], ()) or here

    def _follow(
        self, scope: Scope, references: tuple[str, ...], suffix: list[Step], seen: _Seen
    ) -> Found | Dead:
        """What one expression leads to; `suffix` is what is taken of its value."""
        found: Found = []
        ends = longest(references)
        for reference in ends:
            here = (scope.module, reference)
            if here in seen or len(seen) > _DEEPEST:
                return Dead(reference)
            more = self._one(scope, reference, references, suffix, (*seen, here))
            if isinstance(more, Dead):
                return more
            if more and references.count(reference) > 1:
                return Dead(reference)  # read twice: it may decide rather than be the value
            if not more and len(ends) > 1 and self._knows_an_image(scope, reference):
                return Dead(reference)  # a known image that could be chosen instead
            found.extend(more)
        return found or (Dead(ends[0]) if ends else [])

    def _one(
        self,
        scope: Scope,
        reference: str,
        among: tuple[str, ...],
        suffix: list[Step],
        seen: _Seen,
    ) -> Found | Dead:
        """What one reference leads to; an empty list for what is known and merely selects."""
        match parse(reference):
            case [head, *_] if head in _SELECTORS:
                return []
            case ["each", "value", *rest]:
                around = scope.around or Scope(scope.module, scope.key)
                if not scope.each:
                    return []
                return self._follow(around, (*scope.each, "each.key"), [*rest, *suffix], seen)
            case ["each", *_]:
                return []
            case ["var", str(name), *rest]:
                return self._variable(scope, name, reference, [*rest, *suffix], seen)
            case ["local", *_]:
                return self._local(reference)
            case ["data", str(kind), str(name), *_]:
                deferred = self._planned.is_deferred_data(scope.module, kind, name)
                return Dead(reference) if deferred else []
            case ["module", str(name), *rest]:
                return self._output(scope, name, [*rest, *suffix], reference, among, seen)
            case [str(kind), str(name), *rest] if kind not in ("ephemeral", "self"):
                return self._resource(scope, kind, name, [*rest, *suffix], reference, among)
        return Dead(reference)

    def _knows_an_image(self, scope: Scope, reference: str) -> bool:
        """Whether something known, read beside the trail, is an image itself."""
        match parse(reference):
            case ["var", str(name), *_] if not scope.module:
                variable = self._variables.get(name)
                return isinstance(parse_image(variable.value if variable else None), AmiId | Alias)
            case ["data", str(kind), *_]:
                return kind in IMAGE_DATA
        return False

    def _variable(
        self, scope: Scope, name: str, reference: str, suffix: list[Step], seen: _Seen
    ) -> Found | Dead:
        """A module's variable is what its caller passes; the root's variables are all known."""
        if not scope.module:
            return []
        call = self._configuration.call(scope.module)
        if call is None:
            return Dead(reference)
        expression = (call.expressions or {}).get(name)
        if expression is None:
            return []  # left out: the default, which is known
        references = references_of(expression)
        if not references:
            known = isinstance(expression, dict) and "constant_value" in expression
            return [] if known else Dead(reference)
        key = read_key(module_steps(scope.module)[-1][1])
        around = Scope(parent_module(scope.module), key)
        each = references_of(call.for_each_expression)
        return self._follow(Scope(around.module, key, each, around), references, suffix, seen)

    def _local(self, reference: str) -> Found | Dead:
        """Locals are not in the plan, only what all of them read, in `relevant_attributes`.

        Every unknown attribute there that can hold an AMI id may be what this local reads.
        """
        found: Found = []
        for relevant in self._relevant:
            module, mode, kind, name = block_address(relevant.resource)
            if mode == "data":
                if self._planned.is_deferred_data(module, kind, name):
                    return Dead(reference)
                continue
            resources = self._planned.of_address(module, kind, name)
            if not resources:
                return Dead(reference)
            path = tuple(step for step in relevant.attribute if isinstance(step, str | int))
            found.extend(
                Target(resource, path) for resource in resources if _may_be_image(resource, path)
            )
        return found or Dead(reference)

    def _output(
        self,
        scope: Scope,
        name: str,
        rest: list[Step],
        reference: str,
        among: tuple[str, ...],
        seen: _Seen,
    ) -> Found | Dead:
        wanted, behind = split_key(rest)
        instances = {
            read_key(module_steps(module)[-1][1]): module
            for module in self._planned.modules
            if parent_module(module) == scope.module and module_steps(module)[-1][0] == name
        }
        found: Found = []
        for key in _choose(wanted, list(instances), scope, among):
            module = instances[key]
            outputs = [str(behind[0])] if behind else self._configuration.outputs(module)
            if len(outputs) != 1:
                return Dead(reference)  # a computed key hides which output is read
            references = references_of(self._configuration.output(module, outputs[0]))
            ends = self._follow(Scope(module), references, behind[1:], seen)
            if isinstance(ends, Dead):
                return ends
            found.extend(ends)
        return found or Dead(reference)

    def _resource(
        self,
        scope: Scope,
        kind: str,
        name: str,
        rest: list[Step],
        reference: str,
        among: tuple[str, ...],
    ) -> Found | Dead:
        resources = {
            resource.change.index: resource
            for resource in self._planned.of_block(scope.module, kind, name)
        }
        wanted, path = split_key(rest)
        keys = _choose(wanted, list(resources), scope, among)
        return [Target(resources[key], tuple(path)) for key in keys] or Dead(reference)


def _choose(
    wanted: str | int | None,
    keys: list[str | int | None],
    scope: Scope,
    among: tuple[str, ...],
) -> list[str | int | None]:
    """Which instances a reference can mean: the one it names, its own twin, or any of them."""
    if wanted is not None:
        return [wanted] if wanted in keys else []
    paired = "each.key" in among or "count.index" in among
    if paired and scope.key is not None and scope.key in keys:
        return [scope.key]
    return keys


def _may_be_image(resource: Opened, path: tuple[Any, ...]) -> bool:
    if not resource.is_unknown(path):
        return False
    kind = resource.change.type
    if not kind.startswith("aws_"):
        return True
    return bool(path) and path[0] in IMAGE_ATTRIBUTES.get(kind, ())
