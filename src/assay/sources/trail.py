"""Where does an unknown value come from? Follows references through modules to planned resources.

The plan names what an expression reads, not what it does with it: a reference that is followed
here is where the value comes from if the expression merely passes it on. Wherever more than one
thing could decide, the trail is dead, and says where it ended.
"""

from dataclasses import dataclass
from typing import Any

from assay.sources.configuration import (
    ConfigurationIndex,
    module_steps,
    parent_module,
    references_of,
)
from assay.sources.document import RelevantAttribute
from assay.sources.planned import Opened, PlannedResources
from assay.sources.traversal import Key, block_address, longest, parse, read_key
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


@dataclass(frozen=True, slots=True)
class Target:
    """The end of a trail: an attribute of a planned resource; an empty path means the resource."""

    resource: Opened
    path: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Dead:
    """The reference at which a trail ended."""

    reference: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression stands: its module instance, its own key, and what it iterates over."""

    module: str
    key: str | int | None = None
    each: tuple[str, ...] = ()
    """The references of the `for_each` of the block that the expression stands in."""
    around: "Scope | None" = None
    """The scope in which `each` is read, where it is not this one."""


Found = list[Target]


class Trails:
    """Follows references in one plan."""

    def __init__(
        self,
        configuration: ConfigurationIndex,
        planned: PlannedResources,
        relevant: list[RelevantAttribute],
    ) -> None:
        self._configuration = configuration
        self._planned = planned
        self._relevant = relevant

    def of(self, resource: Opened, path: tuple[Step, ...]) -> Found | Dead:
        """What the expression at `path` of a resource's own block reads."""
        if resource.configured is None:
            return Dead(".".join(map(str, path)))
        references = resource.configured.references(path)
        if not references:
            return Dead(".".join(map(str, path)))
        each = references_of(resource.configured.block.for_each_expression)
        scope = Scope(resource.module, resource.change.index, each)
        return self._follow(scope, references, ()) or Dead(references[0])

    def _follow(
        self, scope: Scope, references: tuple[str, ...], seen: tuple[tuple[str, str], ...]
    ) -> Found | Dead:
        found: Found = []
        for reference in longest(references):
            here = (scope.module, reference)
            if here in seen or len(seen) > _DEEPEST:
                return Dead(reference)
            ends = self._one(scope, reference, references, (*seen, here))
            if isinstance(ends, Dead):
                return ends
            found.extend(ends)
        return found

    def _one(
        self,
        scope: Scope,
        reference: str,
        among: tuple[str, ...],
        seen: tuple[tuple[str, str], ...],
    ) -> Found | Dead:
        """What one reference leads to; an empty list for what is known and merely selects."""
        steps = parse(reference)
        match steps:
            case [head, *_] if head in _SELECTORS:
                return []
            case ["each", "value", *_]:
                return self._follow(scope.around or scope, scope.each, seen) or Dead(reference)
            case ["each", *_]:
                return []
            case ["var", str(name), *_]:
                return self._variable(scope, name, reference, seen)
            case ["local", *_]:
                return self._local(reference)
            case ["data", str(kind), str(name), *_]:
                deferred = self._planned.is_deferred_data(scope.module, kind, name)
                return Dead(reference) if deferred else []
            case ["module", str(name), *rest]:
                return self._output(scope, name, rest, reference, among, seen)
            case [str(kind), str(name), *rest] if kind not in ("ephemeral", "self"):
                return self._resource(scope, kind, name, rest, reference, among)
        return Dead(reference)

    def _variable(
        self, scope: Scope, name: str, reference: str, seen: tuple[tuple[str, str], ...]
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
        key = module_steps(scope.module)[-1][1]
        parent = Scope(parent_module(scope.module))
        each = references_of(call.for_each_expression)
        return self._follow(Scope(parent.module, read_key(key), each, parent), references, seen)

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
        seen: tuple[tuple[str, str], ...],
    ) -> Found | Dead:
        prefix = f"{scope.module}.module.{name}" if scope.module else f"module.{name}"
        wanted, output = _key_and_attribute(rest)
        instances = {
            read_key(module_steps(module)[-1][1]): module
            for module in self._planned.modules
            if parent_module(module) == scope.module and module_steps(module)[-1][0] == name
        }
        keys = _choose(wanted, list(instances), scope, among)
        if not keys and wanted is None and not instances:
            instances, keys = {None: prefix}, [None]
        found: Found = []
        for key in keys:
            expression = self._configuration.output(instances[key], str(output)) if output else None
            references = references_of(expression)
            if not references:
                return Dead(reference)
            ends = self._follow(Scope(instances[key]), references, seen)
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
        wanted, _ = _key_and_attribute(rest)
        path = tuple(rest[1:] if wanted is not None else rest)
        keys = _choose(wanted, list(resources), scope, among)
        return [Target(resources[key], path) for key in keys] or Dead(reference)


def _key_and_attribute(rest: list[Step]) -> tuple[str | int | None, Step | None]:
    """The instance key, if the reference writes one, and the attribute behind it."""
    if rest and isinstance(rest[0], Key | int):
        key = str(rest[0]) if isinstance(rest[0], Key) else rest[0]
        return key, rest[1] if len(rest) > 1 else None
    return None, rest[0] if rest else None


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
