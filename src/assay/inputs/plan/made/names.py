"""Names whose meaning the plan itself changes, together with what it changes them to.

Examples are a parameter set in the same plan, and a template whose default a build moves: their
present meaning is not what will be launched.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from assay.inputs.plan.document.document import ResourceChange
from assay.inputs.plan.document.planned import PlannedResource, PlannedResources
from assay.inputs.plan.embedded.types import WRITERS
from assay.inputs.plan.made.deleted import deleted_templates
from assay.inputs.plan.made.images import Makers
from assay.inputs.plan.made.parameters import NO_IMAGE, TYPES
from assay.inputs.plan.places.providers import Providers
from assay.inputs.plan.trails.waiting import Order, Waiting
from assay.model import (
    Alias,
    AnyOf,
    Changeable,
    Changes,
    EveryVersion,
    Made,
    ParameterChange,
    Place,
    Planned,
    TemplateChange,
    TemplateRef,
    Unplaced,
    Value,
    is_same,
    parameter_is_meant,
    parameter_named,
)

if TYPE_CHECKING:
    from assay.inputs.plan.made.stacks import Stacks

_DATA = r"(^|\.)data\."
"""The address of a data source that has not been read yet."""


class Names:
    """What this plan does to the names that its references use."""

    def __init__(self, planned: PlannedResources, providers: Providers, makers: Makers) -> None:
        self._planned = planned
        self._providers = providers
        self._makers = makers
        self._order = Order(planned)
        self._shared: dict[object, Changes] = {}

    def settle(
        self, value: Value, place: Place | Unplaced, user: ResourceChange | None = None
    ) -> Value:
        """Return a value in which every name is accompanied by the changes that may affect it.

        `user` is the resource that contains the value; changes that wait for it are made after it.
        """
        if not self._any:
            return value
        match value:
            case Planned(step, Alias() as inner) if re.search(_DATA, step):
                return replace(value, value=self._read(inner, place))
            # Most values contain no changing name. They are returned as the same object, so that it
            # can be shared
            case Planned(_, inner):
                settled = self.settle(inner, place, user)
                return value if settled is inner else replace(value, value=settled)
            case Made(_, _, source, at):
                settled = self.settle(source, at, user)
                return value if settled is source else replace(value, source=settled)
            case AnyOf(values):
                return AnyOf(tuple(self.settle(each, place, user) for each in values))
            case Alias():
                met = self._of_alias(value, place, user)
                return Changeable(value, (met,)) if met.all else value
            case TemplateRef() | EveryVersion():
                behind = self._of_template(value, place), self._behind_template(place)
                among = tuple(changes for changes in behind if changes.all)
                return Changeable(value, among) if among else value
        return value

    def _of_alias(
        self, alias: Alias, place: Place | Unplaced, user: ResourceChange | None
    ) -> Changes:
        """Return the changes to parameters that an alias means or may mean."""
        met = [
            (each, self._is_late(each, user))
            for each in self._parameters.of_parameter(parameter_named(alias.parameter, place)[0])
            if parameter_is_meant(each, alias, place)
        ]
        return self._once(
            ("alias", *((id(each), late) for each, late in met)),
            lambda: (replace(each, creates=True) if late else each for each, late in met),
        )

    def _is_late(self, change: ParameterChange, user: ResourceChange | None) -> bool:
        """Whether the resource that writes a parameter waits for the resource that uses it."""
        if user is None:
            return False
        opened = self._planned.open(user)
        # The parameter is read when the user is created; if that comes first, the old value counts
        first = Waiting(opened.module, opened.configured)
        return any(self._order.follows(each, first) for each in self._writing.get(change.by, ()))

    @cached_property
    def _writing(self) -> dict[str, list[PlannedResource]]:
        """The resources that manage parameters, by address, which deposed objects can share."""
        found: defaultdict[str, list[PlannedResource]] = defaultdict(list)
        for each in self._planned.changing(TYPES):
            found[each.change.address].append(each)
        return dict(found)

    def _once(
        self, key: object, changes: Callable[[], Iterable[ParameterChange | TemplateChange]]
    ) -> Changes:
        """Return some changes as one object, shared by all names that they affect."""
        found = self._shared.get(key)
        if found is None:
            found = self._shared[key] = Changes(tuple(changes()))
        return found

    def _read(self, alias: Alias, place: Place | Unplaced) -> Value:
        """Return what a data source reads: a parameter's value before or after the plan writes it.

        A parameter that is created can only be read afterwards.
        """
        later = self.settle(alias, place)
        if not isinstance(later, Changeable):
            return alias
        anew = all(isinstance(each, ParameterChange) and each.anew for each in later.changes)
        return later if anew else AnyOf((alias, later))

    def _of_template(self, ref: TemplateRef | EveryVersion, place: Place | Unplaced) -> Changes:
        """Return the changes to an existing template; one given by name alone may be any template."""
        # A new version does not change `version = "3"`; only deleting the template does
        pinned = isinstance(ref, TemplateRef) and ref.pinned
        own = ref.id if ref.id in self._by_id else None
        return self._once(
            ("template", ref.id is None, own, pinned, place),
            lambda: (
                each
                for each in (self._templates if ref.id is None else self._with_id(own))
                if (each.deletes or not pinned) and is_same(each.place, place) is not False
            ),
        )

    def _with_id(self, own: str | None) -> Iterator[TemplateChange]:
        """Yield the changes to templates with an id, and to those whose id the plan does not know."""
        places = {*self._by_id.get(own, ()), *self._by_id.get(None, ())}
        return (self._templates[place] for place in sorted(places))

    @cached_property
    def _by_id(self) -> dict[str | None, list[int]]:
        found: defaultdict[str | None, list[int]] = defaultdict(list)
        for place, change in enumerate(self._templates):
            found[change.id or None].append(place)
        return dict(found)

    def _behind_template(self, place: Place | Unplaced) -> Changes:
        """Return the changes that may affect a template's image, because the image can be an alias."""
        return self._once(
            ("behind", place.region if isinstance(place, Place) else None),
            lambda: (
                each
                for each in self._parameters
                if each.leaves != NO_IMAGE and _in_region(each.place, place)
            ),
        )

    @cached_property
    def _any(self) -> bool:
        """Whether the plan changes any names; most plans do not."""
        return bool(self._parameters.all or self._templates)

    @cached_property
    def _parameters(self) -> Changes:
        built = self._makers.distributions.changes
        changes = (
            *self._makers.parameters.changes(),
            *(each for each in built if isinstance(each, ParameterChange)),
            *(self._stacks.parameters() if self._stacks else ()),
        )
        return Changes(changes)

    @cached_property
    def _templates(self) -> tuple[TemplateChange, ...]:
        built = self._makers.distributions.changes
        return (
            *(each for each in built if isinstance(each, TemplateChange)),
            *deleted_templates(self._planned, self._providers),
            *(self._stacks.templates() if self._stacks else ()),
        )

    @cached_property
    def _stacks(self) -> "Stacks | None":
        """The changes made by documents, which few plans have."""
        if not self._planned.changing(WRITERS):
            return None
        from assay.inputs.plan.made.stacks import Stacks

        return Stacks(self._planned, self._providers)


def _in_region(one: Place | Unplaced, other: Place | Unplaced) -> bool:
    """Whether both can be in one Region; an alias can name a parameter of another account."""
    if isinstance(one, Unplaced) or isinstance(other, Unplaced):
        return True
    return one.region == other.region
