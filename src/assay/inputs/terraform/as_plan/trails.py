"""Where the unknown values of a configuration come from, according to its evaluation."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from assay.inputs.plan.document.document import ResourceChange
from assay.inputs.plan.document.planned import PlannedResource, PlannedResources
from assay.inputs.plan.trails.trail import Dead, Found, Target
from assay.inputs.terraform.syntax.expressions import HclValue, Ref, UnknownValue
from assay.model.addresses import Step


class CodeTrails:
    """Follows the references of unknown values to the blocks they name."""

    is_code = True
    is_exact = True

    def __init__(
        self,
        planned: PlannedResources,
        changes: Collection[ResourceChange],
        values: Mapping[tuple[str, str], HclValue],
        several: Collection[str],
    ) -> None:
        """`several` are the addresses that stand for an unknown number of instances."""
        self._planned = planned
        self._values = values
        self._several = several
        self._blocks: defaultdict[tuple[str, ...], list[ResourceChange]] = defaultdict(list)
        for change in changes:
            name = change.name.partition(" ")[0]  # the key of its provider may follow
            block = (change.module_address or "", change.mode, change.type, name)
            self._blocks[block].append(change)
        self._found: dict[tuple[str, ...], _Block] = {}

    def of(self, resource: PlannedResource, path: tuple[Step, ...]) -> Found | Dead:
        """The attributes whose value is passed on to `path`."""
        unknown = _unknown_at(
            self._values.get((resource.change.address, resource.change.type)), path
        )
        here = Dead(".".join((resource.change.address, *map(str, path))))
        if unknown is None or not unknown.refs:
            return here
        # `replace(data.aws_ami.x.id, "a", "b")` is computed from the lookup, but is not its result
        if not unknown.passed_on:
            return Dead(str(unknown.refs[0]))
        found: list[Target] = []
        for ref in unknown.refs:
            target = self._target(ref)
            if target is None:
                return Dead(str(ref))
            found.append(target)
        return tuple(found)

    def _target(self, ref: Ref) -> Target | None:
        match ref.steps:
            case ("data", str(kind), str(name), *rest):
                mode = "data"
            case (str(kind), str(name), *rest):
                mode = "managed"
            case _:
                return None
        block = self._block((ref.module, mode, kind, name))
        own = block.by_key.get((isinstance(rest[0], int), rest[0])) if rest else None
        if own:
            return Target(self._planned.open(own), tuple(rest[1:]))
        if block.open:
            # If the keys are unknown, one instance stands for all: skip the step that is a key
            behind = 1 if block.open.address in self._several else 0
            return Target(self._planned.open(block.open), tuple(rest[behind:]))
        return None

    def _block(self, name: tuple[str, ...]) -> "_Block":
        found = self._found.get(name)
        if found is None:
            found = self._found[name] = _Block.of(self._blocks.get(name, ()), self._several)
        return found


class _Block(NamedTuple):
    """The instances of a block: those with known keys, and the one that stands for all others."""

    by_key: dict[tuple[bool, Step], ResourceChange]
    open: ResourceChange | None

    @classmethod
    def of(cls, changes: Iterable[ResourceChange], several: Collection[str]) -> "_Block":
        by_key: dict[tuple[bool, Step], ResourceChange] = {}
        for change in changes:
            if change.index is None or change.address in several:
                return cls(by_key, change)
            by_key.setdefault((isinstance(change.index, int), change.index), change)
        return cls(by_key, None)


def _unknown_at(value: HclValue, path: tuple[Step, ...]) -> UnknownValue | None:
    """The unknown value at or around a path, with the rest of the path added to its references."""
    for position, step in enumerate(path):
        match value:
            case UnknownValue(refs, passed_on):
                # A whole block may be passed on: `launch_template = var.templates["web"]`
                rest = path[position:]
                further = tuple(Ref(ref.module, (*ref.steps, *rest)) for ref in refs)
                return UnknownValue(further, passed_on)
            case dict():
                value = value.get(str(step))
            case list() if isinstance(step, int) and step < len(value):
                value = value[step]
            case _:
                return None
    return value if isinstance(value, UnknownValue) else None
