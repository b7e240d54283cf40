"""Names whose meaning the plan itself changes: put beside what it makes of them.

A parameter that is set in the same plan, a template whose default a build moves: what they mean now
is not what will be launched.
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
"""The address of a data source that is still to be read."""


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
        """A value with every name in it beside the changes that may reach it.

        What waits for `user`, which holds the value, is not written yet when that is made.
        """
        if not self._any:
            return value
        match value:
            case Planned(step, Alias() as inner) if re.search(_DATA, step):
                return replace(value, value=self._read(inner, place))
            # Most values hold no name that changes: those come back as the same object, for whoever shares it
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
        """The parameters that an alias means, or may mean."""
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
        """Whether the resource that writes a parameter waits for another one, which uses it."""
        if user is None:
            return False
        opened = self._planned.open(user)
        # The parameter is read when the user is made; if that comes first, what was there counts
        first = Waiting(opened.module, opened.configured)
        return any(self._order.follows(each, first) for each in self._writing.get(change.by, ()))

    @cached_property
    def _writing(self) -> dict[str, list[PlannedResource]]:
        """The resources that look after parameters, by address: one can have deposed objects."""
        found: defaultdict[str, list[PlannedResource]] = defaultdict(list)
        for each in self._planned.changing(TYPES):
            found[each.change.address].append(each)
        return dict(found)

    def _once(
        self, key: object, changes: Callable[[], Iterable[ParameterChange | TemplateChange]]
    ) -> Changes:
        """Some changes: the same for all names that they concern alike."""
        found = self._shared.get(key)
        if found is None:
            found = self._shared[key] = Changes(tuple(changes()))
        return found

    def _read(self, alias: Alias, place: Place | Unplaced) -> Value:
        """What a data source reads of a parameter: before the plan writes it, or after that.

        One that is made anew can be read after that only.
        """
        later = self.settle(alias, place)
        if not isinstance(later, Changeable):
            return alias
        anew = all(isinstance(each, ParameterChange) and each.anew for each in later.changes)
        return later if anew else AnyOf((alias, later))

    def _of_template(self, ref: TemplateRef | EveryVersion, place: Place | Unplaced) -> Changes:
        """What becomes of a template that exists; by its name alone it may be any."""
        # A new version leaves `version = "3"` as it was, and only the end of the template takes it away
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
        """What becomes of the templates of an id, and of those of which the plan tells no id."""
        places = {*self._by_id.get(own, ()), *self._by_id.get(None, ())}
        return (self._templates[place] for place in sorted(places))

    @cached_property
    def _by_id(self) -> dict[str | None, list[int]]:
        found: defaultdict[str | None, list[int]] = defaultdict(list)
        for place, change in enumerate(self._templates):
            found[change.id or None].append(place)
        return dict(found)

    def _behind_template(self, place: Place | Unplaced) -> Changes:
        """What may be met behind a template: the image of its version can be an alias."""
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
        """Whether the plan changes any name at all; most do not."""
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
        """What documents write, of which few plans have any."""
        if not self._planned.changing(WRITERS):
            return None
        from assay.inputs.plan.made.stacks import Stacks

        return Stacks(self._planned, self._providers)


def _in_region(one: Place | Unplaced, other: Place | Unplaced) -> bool:
    """Whether both can be in one Region; an alias can name a parameter of another account."""
    if isinstance(one, Unplaced) or isinstance(other, Unplaced):
        return True
    return one.region == other.region
