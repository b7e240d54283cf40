"""Which launch templates an unknown id or name may mean."""

from collections.abc import Callable
from typing import TypeAlias

from assay.inputs.plan.document.planned import PlannedResource
from assay.inputs.plan.document.values import is_template
from assay.inputs.plan.document.walk import texts
from assay.inputs.plan.made.lookups import template_looked_up
from assay.inputs.plan.trails.choices import unknown_from
from assay.inputs.plan.trails.ends import Ended, Ends
from assay.inputs.plan.trails.holders import Sought
from assay.inputs.plan.trails.trail import Dead, Fixed, Target
from assay.model import Place, TemplateRef, Unknown, Unplaced, Unusable, may_be_same
from assay.model.addresses import Step

Template: TypeAlias = PlannedResource | TemplateRef
"""A template of this plan, or one named by id or name, whose version does not matter yet."""
Meant: TypeAlias = tuple[Template, ...]
"""The same object for all references whose id or name has the same origin."""
_Places: TypeAlias = Callable[[PlannedResource], Place | Unplaced]


class MeantTemplates:
    """Finds the templates, once for all references with the same origin."""

    def __init__(self, ends: Ends, place: _Places) -> None:
        self._ends = ends
        self._place = place
        self._found: dict[tuple[int, bool], tuple[Meant | Unknown | Unusable, Ended]] = {}
        self._reachable: dict[tuple[int, Place | Unplaced], tuple[bool, Meant]] = {}

    def at(
        self, resource: PlannedResource, paths: list[tuple[Step, ...]]
    ) -> Meant | Unknown | Unusable:
        """Return the templates that an unknown id or name at one of these paths may mean."""
        # Id and name are unknown together: if one of them leads somewhere, that is the answer for
        # both
        lost: Unknown | Unusable | None = None
        for path in paths:
            ends = self._ends.of(resource, path, Sought.TEMPLATE)
            if isinstance(ends, Dead):
                lost = lost or Unknown((ends.reference,))
                continue
            found = self._meant_once(ends, by_name=str(path[-1]).endswith("name"))
            if isinstance(found, tuple) and not self._are_here(found, self._place(resource)):
                return Unusable("is a launch template in another account or Region")
            return found
        return lost or Unknown()

    def read_later(self, resource: PlannedResource) -> Meant | Unknown | Unusable:
        """Return the template that a data source names; code has only those that are read later."""
        address = resource.change.address
        ref = template_looked_up(resource, "$Latest")
        if self._ends.is_code:
            return (resource,)
        if isinstance(ref, Unusable):
            return ref
        if ref is not None and not any(resource.is_unknown((name,)) for name in ("id", "name")):
            return (ref,)
        # A data source by `name` fills in the id, and the reverse; if both are set, it is not known
        # which counts
        written = [(name,) for name in ("id", "name") if resource.writes(name)]
        if len(written) != 1:
            return Unknown((address,))
        ((name,),) = written
        if not resource.is_unknown((name,)):
            ref = template_looked_up(resource, "$Latest")
            return (ref,) if isinstance(ref, TemplateRef) else Unknown((address,))
        return self.at(resource, [(name,)])

    def _meant_once(self, ends: Ended, *, by_name: bool) -> Meant | Unknown | Unusable:
        known = self._found.get((id(ends), by_name))
        if known is None:
            known = self._found[id(ends), by_name] = self._meant(ends, by_name=by_name), ends
        return known[0]

    def _meant(self, ends: Ended, *, by_name: bool) -> Meant | Unknown | Unusable:
        found: dict[object, Template] = {}
        for end in ends:
            more: Meant | Unknown | Unusable
            if isinstance(end, Target):
                more = self.read_later(end.resource) if end.resource.is_data else (end.resource,)
            else:
                more = _known_templates(end, by_name=by_name)
            if isinstance(more, Unknown | Unusable):
                return more
            found.update(
                (id(each) if isinstance(each, PlannedResource) else each, each) for each in more
            )
        return tuple(found.values()) or unknown_from(ends)

    def _are_here(self, templates: Meant, here: Place | Unplaced) -> bool:
        """Whether none of the templates is in another place."""
        known = self._reachable.get((id(templates), here))
        if known is None:
            are_here = all(
                may_be_same(self._place(each), here)
                for each in templates
                if isinstance(each, PlannedResource)
            )
            known = self._reachable[id(templates), here] = are_here, templates
        return known[0]


def _known_templates(end: Fixed, *, by_name: bool) -> Meant | Unknown:
    """Return the templates whose ids are in a known value. Names could be any text in it."""
    # `var.template` may be an object whose `.id` the expression reads: ids have a fixed form, names
    # do not
    ids = (each for each in dict.fromkeys(texts(end.value)) if is_template(each))
    found = tuple(TemplateRef(each, None) for each in ids)
    if not end.wide and (
        (end.late and not found) or (by_name and next(texts(end.value), None) is not None)
    ):
        return Unknown((end.reference,))
    return found
