"""The AMI references of a plan, or of code in the form of a plan, from `resource_changes`.

Only this section has action, value, unknown mask and sensitive mask side by side: `planned_values`
silently drops unknown values, and `prior_state` describes the state before.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from assay.errors import InputError
from assay.inputs.plan.chosen import Resource, Said, fallback, left_to_services
from assay.inputs.plan.document.configuration import ConfigurationIndex, Configured
from assay.inputs.plan.document.document import PlanDocument, ResourceChange
from assay.inputs.plan.document.invocations import invoked
from assay.inputs.plan.document.narrow import Narrow
from assay.inputs.plan.document.planned import GONE, UNKNOWN, PlannedResources, action_of
from assay.inputs.plan.document.prior import Prior
from assay.inputs.plan.document.prior_state import PriorState
from assay.inputs.plan.document.tags import planned_tags
from assay.inputs.plan.document.untold import untold
from assay.inputs.plan.document.values import leads_to_sensitive
from assay.inputs.plan.document.walk import Leaf, at_path, leaves
from assay.inputs.plan.made.distributions import BUILT, IMAGES
from assay.inputs.plan.made.images import Makers
from assay.inputs.plan.made.names import Names
from assay.inputs.plan.places.foreign import Foreign, is_foreign
from assay.inputs.plan.places.providers import Providers
from assay.inputs.plan.row_reader import RowReader
from assay.inputs.plan.settled import SETTLED, keeps_images
from assay.inputs.plan.sweep import Standing, Sweep
from assay.inputs.plan.trails.holders import IMAGE_DATA
from assay.inputs.plan.trails.trail import Trails
from assay.inputs.plan.trails.trails import trails_of
from assay.inputs.surface import Form, Row, decisive, rows_by_type
from assay.model import (
    Action,
    AmiId,
    AmiReference,
    Kind,
    Place,
    Unknown,
    Unplaced,
    Value,
    astray,
    parse_image,
)
from assay.model.addresses import ModulePath, Step

if TYPE_CHECKING:
    from assay.inputs.plan.provisioners import Provisioners

_MODES = ("managed", "data")
# Used for every resource: member lookups are slow before Python 3.12 (`model/verdicts.py`).
_CREATE, _NO_OP, _UPDATE = Action.CREATE, Action.NO_OP, Action.UPDATE
_ASIDE = {_NO_OP: "unchanged", Action.READ: "read"} | dict.fromkeys(GONE, "deleted")


class ReferenceReader:
    """Walks one plan, or code in the form of a plan, together with its configuration."""

    def __init__(
        self,
        path: str,
        plan: PlanDocument,
        region: str | None,
        rows: dict[str, tuple[Row, ...]] | None = None,
        trails: Callable[[PlannedResources], Trails] | None = None,
        said: str | None = None,
        providers: Mapping[tuple[ModulePath, str], str] = {},
    ) -> None:
        """`region` is the policy's Region and `said` the one given by the user. `rows` default to
        the table. `trails` follow unknown values. `providers` are the providers that blocks use,
        where the code says so and the plan does not.
        """
        self._path = path
        self._plan = plan
        self._rows = rows or rows_by_type()
        self._decisive = {kind: decisive(rows) for kind, rows in self._rows.items()}
        self._narrow = Narrow(path, self._rows)
        self._changes = _changes(plan)
        self._configuration = ConfigurationIndex(plan.configuration, providers)
        state = PriorState(path, plan.prior_state)
        self._prior = Prior(state, self._configuration, self._changes)
        self._providers = Providers(plan.configuration, plan.variables, region, self._prior, said)
        self._planned = planned = PlannedResources(path, self._changes, self._configuration)
        follow = trails or partial(trails_of, plan, state, self._configuration)
        makers = Makers(planned, follow(planned), self._providers)
        self._row_reader = RowReader(planned, makers)
        self._names = Names(planned, self._providers, makers)
        self._sweep = Sweep(path, self._row_reader)
        self._foreign = Foreign(plan.configuration, self._providers)
        self._not_judged: Counter[str] = Counter()
        self.builds: list[str] = []
        """The addresses of resources that launch an image to build another one; not judged."""

    def read(
        self, kinds: Collection[Kind], *, include_unchanged: bool, tags: bool
    ) -> tuple[list[AmiReference], dict[str, int]]:
        """Return all references of these kinds, and the number of references not judged, by reason."""
        references: list[AmiReference] = []
        for change in (*self._changes, *invoked(self._plan)):
            for reference in self._references(change, include_unchanged):
                if reference.kind in kinds:
                    known = planned_tags(self._path, change) if tags else None
                    references.append(replace(reference, tags=known) if known else reference)
                else:
                    self._not_judged[reference.kind.value] += 1
                    if reference.resource_type in IMAGES and reference.action in BUILT:
                        self.builds.append(reference.address)
        references.extend(untold(self._plan, self._prior))
        return references, dict(self._not_judged)

    @cached_property
    def _provisioners(self) -> "Provisioners":
        from assay.inputs.plan.provisioners import Provisioners

        return Provisioners(self._configuration, self._planned, self._plan.variables or {})

    def _references(
        self, change: ResourceChange, include_unchanged: bool
    ) -> Iterator[AmiReference]:
        action = action_of(self._path, change)
        if change.mode not in _MODES:
            raise InputError(
                f"{change.address} has a mode that assay does not know",
                where=self._path,
                hint="update assay",
            )
        if change.mode != "managed":
            self._not_judged["read"] += change.type in IMAGE_DATA and action is Action.READ
            return
        aside = _aside(action, include_unchanged)
        rows = self._rows.get(change.type, ())
        if aside:
            if rows:
                self._not_judged[aside] += self._count(change, rows, action)
            return
        if self._configuration.provisioned:
            yield from self._provisioned(change, action)
        if not rows and not self._sweep.may_speak(change):
            return
        plain = self._plain(change, action)
        if plain:
            yield plain
        else:
            kept = action is _UPDATE and not include_unchanged
            yield from self._of_resource(change, rows, action, kept=kept)

    def _provisioned(self, change: ResourceChange, action: Action) -> Iterator[AmiReference]:
        """Return the references to images in the provisioners that run when a resource is created."""
        configured, place = self._standing(change, None)
        standing = Standing(change, action, configured, place)
        for at, named, hidden in self._provisioners.of(change, action, configured):
            found = standing.reference(at, astray(named, at), sensitive=hidden)
            yield replace(found, value=self._names.settle(found.value, found.place))

    def _plain(self, change: ResourceChange, action: Action) -> AmiReference | None:
        """Return the only reference of a new resource that contains one AMI id and nothing else.

        Most resources of a large plan are of this form. `_of_resource` would give the same result.
        """
        row = self._decisive.get(change.type)
        if row is None or action is not _CREATE:
            return None
        if bytes(change.change.after).count(b"ami-") != 1:
            return None
        value = parse_image(self._narrow.open_attribute(change, row.path))
        if not isinstance(value, AmiId):
            return None
        _, place = self._standing(change, None)
        return AmiReference(
            address=change.address,
            resource_type=change.type,
            attribute=row.path,
            kind=row.kind,
            action=action,
            value=value,
            place=place,
        )

    def _of_resource(
        self, change: ResourceChange, rows: tuple[Row, ...], action: Action, *, kept: bool
    ) -> Iterator[AmiReference]:
        """Return the references of a resource; with `kept`, images that it keeps are only counted."""
        view = self._narrow.after(change)
        settled = (
            kept and change.type in SETTLED and keeps_images(self._narrow.before(change), view)
        )
        configured, place = self._standing(change, view.own_region)
        resource = Resource(view, configured)
        explained: dict[tuple[Step, ...], Leaf] = {}
        said: list[Said] = []
        for row in rows:
            if row.form is Form.SERVICE or view.lacks(row) or (row.top,) in explained:
                continue  # no value, or another row ended at the same unknown block
            for leaf in leaves(row.path, view.after, view.unknown, view.sensitive):
                value = self._row_reader.value(row, leaf, view, change, configured, place)
                if leaf.unknown or value is not None or row.behind or row.overridden_by:
                    explained[leaf.steps] = leaf  # what a row does not use, the sweep finds
                if value is not None:
                    said.append(Said(row, leaf, value))
        said += self._row_reader.of_default(rows, change)
        services = self._row_reader.of_services(rows, resource, said, change)
        if services:
            said += services
            words = (each.leaf for each in services if isinstance(each.leaf.value, str))
            explained.update((leaf.steps, leaf) for leaf in words)
        if settled:
            self._not_judged["unchanged"] += len(said)
            said = []
        for each in said:
            reference = self._reference(change, each.row, each.leaf, each.value, action, place)
            service = fallback(each.row, each.leaf, resource)
            yield replace(reference, fallback=service) if service else reference
        if not self._sweep.is_done(change, explained):
            yield from self._of_documents(Standing(change, action, configured, place), explained)

    def _standing(
        self, change: ResourceChange, own_region: Any
    ) -> tuple[Configured | None, Place | Unplaced]:
        """Return the block and the place of a resource."""
        configured = self._configuration.find(
            change.module_address, change.mode, change.type, change.name
        )
        if is_foreign(change.type, configured):
            return configured, self._foreign.place
        if configured is None:
            return configured, self._foreign.at(own_region)
        return configured, self._providers.place(own_region, configured)

    def _reference(
        self,
        change: ResourceChange,
        row: Row,
        leaf: Leaf,
        value: Value,
        action: Action,
        place: Place | Unplaced,
    ) -> AmiReference:
        if row.region is not None:
            view = self._narrow.after(change)
            unknown = at_path(view.unknown, (row.region,)) is True
            region = UNKNOWN if unknown else view.after.get(row.region)
            place = self._providers.elsewhere(place, region)
        value = self._names.settle(value, place, change)
        return AmiReference(
            address=change.address,
            resource_type=change.type,
            attribute=self._row_reader.attribute(row, leaf),
            kind=row.kind,
            action=action,
            value=value,
            place=place,
            sensitive=leaf.sensitive or leads_to_sensitive(value),
            replaces=self._replaces(change, leaf, action),
        )

    def _replaces(self, change: ResourceChange, leaf: Leaf, action: Action) -> str | None:
        if action not in (Action.REPLACE, Action.UPDATE):
            return None
        before = parse_image(at_path(self._narrow.before(change).after, leaf.steps))
        return before.id if isinstance(before, AmiId) else None

    def _of_documents(
        self, standing: Standing, explained: Mapping[tuple[Step, ...], Leaf]
    ) -> Iterator[AmiReference]:
        """Return the references in documents and the strays; mere mentions of images are counted."""
        for reference in self._sweep.of(standing, explained):
            if reference is None:
                self._not_judged["mentioned"] += 1
            else:
                settled = self._names.settle(reference.value, reference.place)
                yield replace(reference, value=settled)

    def _count(self, change: ResourceChange, rows: tuple[Row, ...], action: Action) -> int:
        """Count the references of a resource that is not judged."""
        view = self._narrow.before(change) if action in GONE else self._narrow.after(change)
        said = [
            Said(row, leaf, Unknown())  # only counted
            for row in rows
            for leaf in leaves(row.path, view.after, None, None)
            if row.form is not Form.SERVICE and self._row_reader.names_an_image(row, leaf, view)
        ]
        return len(said) + sum(1 for _ in left_to_services(rows, Resource(view, None), said))


def _changes(plan: PlanDocument) -> list[ResourceChange]:
    """Return the changes of this plan, and what it knows of deferred changes."""
    deferred = (later.resource_change for later in plan.deferred_changes or ())
    return [*(plan.resource_changes or ()), *(change for change in deferred if change)]


def _aside(action: Action, include_unchanged: bool) -> str | None:
    """Return why a resource is not judged, or None if it is."""
    return None if include_unchanged and action is _NO_OP else _ASIDE.get(action)
