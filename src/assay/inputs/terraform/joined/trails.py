"""Where the unknown values of a plan come from, found by evaluating the code that was planned.

The evaluation gives each expression the value it has in Terraform. So a trail ends at the one
attribute whose value is passed on, at a value that turns out to be known, or nowhere: what a
function makes of a thing that does not exist yet cannot be traced.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from assay.inputs.plan.document.planned import PlannedResource, PlannedResources
from assay.inputs.plan.trails.trail import Dead, End, Fixed, Found, Target
from assay.inputs.terraform.joined.relevant import Relevant
from assay.inputs.terraform.joined.worth import Matched, Worth, unknown_in, worth_at
from assay.inputs.terraform.program.body import Body, body
from assay.inputs.terraform.program.program import Program
from assay.inputs.terraform.syntax.expressions import Ref, UnknownValue
from assay.model.addresses import Path, Step


class JoinedTrails:
    """Follows the unknown values of one plan through its code."""

    is_code = False
    is_exact = True

    def __init__(
        self, program: Program, planned: PlannedResources, relevant: Relevant | None = None
    ) -> None:
        """`relevant` is what the plan depends on, if the code may not be what was planned."""
        self._program = program
        self._relevant = relevant
        self._planned = planned
        self._bodies: dict[tuple[int, Step], Body | None] = {}
        self._matched: Matched = {}

    def of(self, resource: PlannedResource, path: Path) -> Found | Dead:
        """The attributes whose values are passed on to `path` of a resource."""
        name = ".".join((resource.change.address, *map(str, path)))
        found = self._body(resource, path[0]) if path else None
        if found is None:
            return Dead(name)
        written = worth_at(found, resource, path, self._matched)
        if not written:
            return Dead(name, reads_nothing=True)
        ends: list[End] = []
        for each in written:
            more = self._ends(each, name)
            if isinstance(more, Dead):
                return more
            ends.extend(more)
        return tuple(ends)

    def _body(self, resource: PlannedResource, argument: Step) -> Body | None:
        """The evaluated argument of a resource; None if the code has no such resource."""
        key = (id(resource), argument)
        if key not in self._bodies:
            self._bodies[key] = self._evaluated(resource, argument)
        return self._bodies[key]

    def _evaluated(self, resource: PlannedResource, argument: Step) -> Body | None:
        found = self._program.instance(resource.change)
        return body(*found, (str(argument),)) if found else None

    def _ends(self, at: Worth, name: str) -> list[End] | Dead:
        """The attributes whose values a value consists of, one for each unknown part."""
        found: list[End] = []
        for value in unknown_in(at.value):
            if not value.refs:
                return Dead(name)
            if not value.passed_on:
                return Dead(f"something made from {value.refs[0]}")
            for ref in value.refs:
                target = self._target(ref)
                if target is None:
                    return Dead(str(ref))
                if self._relevant is not None and not self._relevant.has(target):
                    return Dead(f"{ref}, on which the plan does not depend")
                found.append(replace(target, block=at.block))
        if not isinstance(at.value, UnknownValue):
            found.append(Fixed(name, at.value, at.hidden, block=at.block))
        return found

    def _target(self, ref: Ref) -> Target | None:
        """The attribute that a reference means, in the only instance in the plan that fits."""
        match ref.steps:
            case ("data", str(kind), str(name), *rest):
                of_block = [
                    each
                    for each in self._planned.of_data(ref.module, kind, name)
                    if each.change.index in (None, *rest[:1])
                ]
            case (str(kind), str(name), *rest):
                of_block = self._planned.of_block(ref.module, kind, name, _key(rest))
                of_block = of_block or self._planned.of_block(ref.module, kind, name)
            case _:
                return None
        if len(of_block) != 1:
            return None
        (found,) = of_block
        if found.change.index is not None:
            if not rest or rest[0] != found.change.index:
                return None
            rest = rest[1:]
        return Target(found, tuple(rest))


def _key(rest: Sequence[Step]) -> Step | None:
    return rest[0] if rest else None
