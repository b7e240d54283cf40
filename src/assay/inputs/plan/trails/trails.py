"""Where the unknown values of a plan come from, according to its configuration."""

from msgspec.structs import replace

from assay.inputs.plan.document.configuration import ConfigurationIndex, references_of
from assay.inputs.plan.document.document import PlanDocument
from assay.inputs.plan.document.planned import PlannedResource, PlannedResources
from assay.inputs.plan.document.prior_state import PriorState
from assay.inputs.plan.trails.following import Following
from assay.inputs.plan.trails.known import Known
from assay.inputs.plan.trails.remembered import Joined
from assay.inputs.plan.trails.surroundings import Surroundings
from assay.inputs.plan.trails.trail import Dead, Found, Site, Surrounding, Target
from assay.model.addresses import Step


class PlanTrails:
    """Follows the unknown values of one plan."""

    is_code = False
    is_exact = False

    def __init__(self, following: Following, surroundings: Surrounding) -> None:
        self._following = following
        self._surroundings = surroundings
        following.surroundings = surroundings
        self._found: dict[tuple[object, ...], Found | Dead] = {}
        self._joined = Joined()
        self._numbered: dict[tuple[int, int], tuple[Found, Found]] = {}

    def of(self, resource: PlannedResource, path: tuple[Step, ...]) -> Found | Dead:
        """Return what the expression at `path` of a resource's own block reads, or may read."""
        index = resource.change.index
        if resource.configured is None:
            return self._of(resource, path)
        own = index if isinstance(index, str) and "ami-" in index else None
        key = (resource.module, id(resource.configured), path, own)
        found = self._found.get(key)
        if found is None:
            found = self._of(resource, path)
            if own and not isinstance(found, Dead):
                found = (*found,)  # an expression that reads its own key shares nothing
            self._found[key] = found
        return found

    def _of(self, resource: PlannedResource, path: tuple[Step, ...]) -> Found | Dead:
        here = ".".join(map(str, path))
        if resource.configured is None:
            return Dead(here)
        each = resource.configured.block.for_each_expression
        site = Site(resource.module, resource.change.index, each)
        written = resource.configured.at(path, resource.count)
        found: list[Found] = []
        alone = len(written.expressions) == 1 and not written.open
        for number, (expression, rest) in enumerate(written.expressions):
            # It is not known which block of a set is the unknown one; one that reads nothing is
            # known
            if not alone and not rest and not references_of(expression):
                continue
            # If an object is written as a whole, it is not known which part reads what.
            part = replace(site, wide=True) if rest else site
            more = self._following.expression(part, expression, [], here, ())
            if isinstance(more, Dead):
                return more
            if alone or any(isinstance(end, Target) and end.is_open for end in more):
                found.append(self._of_block(number, more))
        # A dynamic block has no expression in the plan. It may read whatever the module reads.
        if written.open:
            loose = Site(resource.module, resource.change.index, wide=True)
            for more in (
                self._surroundings.of(resource.module, ()),
                self._following.expression(loose, each, [], here, ()) if each else (),
            ):
                if isinstance(more, Dead):
                    return more
                found.append(more)
        return self._joined.of(found) or Dead(here, reads_nothing=True)

    def _of_block(self, number: int, ends: Found) -> Found:
        """Return the ends of one of several blocks."""
        if not number:
            return ends
        made = self._numbered.get((number, id(ends)))
        if made is None:
            found = tuple(replace(end, block=number) for end in ends)
            made = self._numbered[number, id(ends)] = found, ends
        return made[0]


def trails_of(
    plan: PlanDocument,
    state: PriorState,
    configuration: ConfigurationIndex,
    planned: PlannedResources,
) -> PlanTrails:
    """Return the trails of a plan's unknown values."""
    known = Known(state, plan.variables or {})
    following = Following(configuration, planned, known)
    relevant = plan.relevant_attributes or []
    return PlanTrails(following, Surroundings(configuration, planned, known, relevant, following))
