"""Where the unknown values of a configuration come from, as its evaluation has found out."""

from collections import defaultdict
from collections.abc import Collection, Mapping

from assay.inputs.plan.document.document import ResourceChange
from assay.inputs.plan.document.planned import Opened, PlannedResources
from assay.inputs.plan.trails.trail import Dead, Found, Target
from assay.inputs.terraform.syntax.expressions import HclValue, Ref, Step, UnknownValue


class CodeTrails:
    """Follows the references of unknown values to the blocks that they name."""

    is_code = True

    def __init__(
        self,
        planned: PlannedResources,
        changes: Collection[ResourceChange],
        values: Mapping[tuple[str, str], HclValue],
        several: Collection[str],
    ) -> None:
        """`several` are the addresses of what stands for a number of instances that is not known."""
        self._planned = planned
        self._values = values
        self._several = several
        self._blocks: defaultdict[tuple[str, ...], list[ResourceChange]] = defaultdict(list)
        for change in changes:
            name = change.name.partition(" ")[0]  # behind it the key of its provider
            block = (change.module_address or "", change.mode, change.type, name)
            self._blocks[block].append(change)

    def of(self, resource: Opened, path: tuple[Step, ...]) -> Found | Dead:
        """The attributes that the value at `path` is passed on from."""
        unknown = _unknown_at(
            self._values.get((resource.change.address, resource.change.type)), path
        )
        here = Dead(".".join((resource.change.address, *map(str, path))))
        if unknown is None or not unknown.refs:
            return here
        # `replace(data.aws_ami.x.id, "a", "b")` is made of the lookup, and is not what that finds
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
        changes = self._blocks.get((ref.module, mode, kind, name), ())
        for change in changes:
            # One stands for all where nobody knows the keys: the step that names one is passed over
            if change.address in self._several:
                return Target(self._planned.open(change), tuple(rest[1:]))
            if change.index is None:
                return Target(self._planned.open(change), tuple(rest))
            if rest and _is_key(rest[0], change.index):
                return Target(self._planned.open(change), tuple(rest[1:]))
        return None


def _is_key(step: Step, key: str | int) -> bool:
    return step == key and isinstance(step, int) == isinstance(key, int)


def _unknown_at(value: HclValue, path: tuple[Step, ...]) -> UnknownValue | None:
    """The unknown value at a path, or around it, with the rest of the path put to its references."""
    for position, step in enumerate(path):
        match value:
            case UnknownValue(refs, passed_on):
                # All of a block may be passed on: `launch_template = var.templates["web"]`
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
