"""Names whose meaning the plan itself changes: put beside what it makes of them.

A parameter that is set in the same plan, a template whose default a build moves: what they mean now
is not what will be launched.
"""

import re
from functools import cached_property
from typing import TYPE_CHECKING

from msgspec.structs import replace

from assay.inputs.plan.document.document import ResourceChange
from assay.inputs.plan.document.planned import PlannedResources
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
        self._waiting: dict[int, frozenset[str]] = {}

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
            case Planned(_, inner):
                settled = self.settle(inner, place, user)
                return value if settled is inner else replace(value, value=settled)
            case Made(_, _, source, at):
                settled = self.settle(source, at, user)
                return value if settled is source else replace(value, source=settled)
            case AnyOf(values):
                return AnyOf(tuple(self.settle(each, place, user) for each in values))
            case Alias():
                met = tuple(
                    replace(each, creates=True) if each.by in self._late(user) else each
                    for each in self._parameters
                    if parameter_is_meant(each, value, place)
                )
                return Changeable(value, met) if met else value
            case TemplateRef() | EveryVersion():
                changes = self._of_template(value, place)
                return Changeable(value, changes) if changes else value
        return value

    def _late(self, user: ResourceChange | None) -> frozenset[str]:
        """The addresses of the parameters that wait for a resource."""
        if user is None:
            return frozenset()
        found = self._waiting.get(id(user))
        if found is None:
            opened = self._planned.open(user)
            first = Waiting(opened.module, opened.configured)
            written = self._planned.changing(TYPES)
            late = (each.change.address for each in written if self._order.follows(each, first))
            found = self._waiting[id(user)] = frozenset(late)
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

    def _of_template(
        self, ref: TemplateRef | EveryVersion, place: Place | Unplaced
    ) -> tuple[ParameterChange | TemplateChange, ...]:
        """What may be met behind a template that exists: the image of its version can be an alias."""
        pinned = isinstance(ref, TemplateRef) and ref.pinned
        met: list[ParameterChange | TemplateChange] = [
            each
            for each in self._templates
            if (each.deletes or not pinned)
            and ref.id in (None, each.id or ref.id)
            and is_same(each.place, place) is not False
        ]
        met += [
            each
            for each in self._parameters
            if each.leaves != NO_IMAGE and _in_region(each.place, place)
        ]
        return tuple(met)

    @cached_property
    def _any(self) -> bool:
        """Whether the plan changes any name at all; most do not."""
        return bool(self._parameters or self._templates)

    @cached_property
    def _parameters(self) -> tuple[ParameterChange, ...]:
        built = self._makers.distributions.changes
        return (
            *self._makers.parameters.changes(),
            *(each for each in built if isinstance(each, ParameterChange)),
            *(self._stacks.parameters() if self._stacks else ()),
        )

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
