"""The AMI references of a plan, or of code in the shape of one, from `resource_changes`.

That is the only section with action, value, unknown mask and sensitive mask side by side:
`planned_values` drops unknowns without a trace and `prior_state` is what was.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from typing import Any

from msgspec.structs import replace

from assay.model import (
    Action,
    AmiId,
    AmiReference,
    Incomplete,
    Kind,
    Place,
    Unknown,
    Unplaced,
    Value,
    parse_image,
)
from assay.sources.chosen import Resource, Said, fallback, left_to_services
from assay.sources.configuration import ConfigurationIndex, Configured
from assay.sources.distributions import BUILT, IMAGES
from assay.sources.document import PlanDocument, ResourceChange
from assay.sources.holders import IMAGE_DATA
from assay.sources.made import Makers
from assay.sources.names import Names
from assay.sources.narrow import Narrow
from assay.sources.planned import GONE, UNKNOWN, PlannedResources, action_of, decode
from assay.sources.prior import Prior
from assay.sources.providers import Providers
from assay.sources.reading import Reading
from assay.sources.settled import SETTLED, keeps_images
from assay.sources.stray import AMI_IDS, strays
from assay.sources.surface import Form, Row, decisive, rows_by_type
from assay.sources.tags import planned_tags
from assay.sources.trail import Trailing
from assay.sources.trails import trails_of
from assay.sources.values import leads_to_sensitive
from assay.sources.walk import Leaf, Step, at_path, leaves

WHOLE_PLAN = "(whole plan)"


class ReferenceReader:
    """Walks one plan, or code in the shape of one, with its configuration at hand."""

    def __init__(
        self,
        path: str,
        plan: PlanDocument,
        region: str | None,
        rows: dict[str, tuple[Row, ...]] | None = None,
        trails: Callable[[PlannedResources], Trailing] | None = None,
        said: str | None = None,
    ) -> None:
        """`region` is the policy's, `said` the one that somebody says; `rows` are the table unless
        more is known; `trails` follow what is unknown.
        """
        self._path = path
        self._plan = plan
        self._rows = rows or rows_by_type()
        self._decisive = {kind: decisive(rows) for kind, rows in self._rows.items()}
        self._narrow = Narrow(path, self._rows)
        self._changes = _changes(plan)
        self._configuration = ConfigurationIndex(plan.configuration)
        prior = Prior(path, plan.prior_state, self._configuration, self._changes)
        self._providers = Providers(plan.configuration, plan.variables, region, prior, said)
        planned = PlannedResources(path, self._changes, self._configuration)
        follow = trails or partial(trails_of, path, plan, self._configuration)
        makers = Makers(planned, follow(planned), self._providers)
        self._reading = Reading(planned, makers)
        self._names = Names(planned, self._providers, makers)
        self._not_judged: Counter[str] = Counter()
        self.builds: list[str] = []
        """The addresses of what launches an image during apply to bake another one, not judged."""

    def read(
        self, kinds: Collection[Kind], *, include_unchanged: bool, tags: bool
    ) -> tuple[list[AmiReference], dict[str, int]]:
        """Everything that is said about images of these kinds, and what is left aside."""
        references: list[AmiReference] = []
        for change in self._changes:
            for reference in self._references(change, include_unchanged):
                if reference.kind in kinds:
                    known = planned_tags(self._path, change) if tags else None
                    references.append(replace(reference, tags=known) if known else reference)
                else:
                    self._not_judged[reference.kind.value] += 1
                    if reference.resource_type in IMAGES and reference.action in BUILT:
                        self.builds.append(reference.address)
        references.extend(self._left_out())
        return references, dict(self._not_judged)

    def _references(
        self, change: ResourceChange, include_unchanged: bool
    ) -> Iterator[AmiReference]:
        action = action_of(self._path, change)
        if change.mode != "managed":
            self._not_judged["read"] += change.type in IMAGE_DATA and action is Action.READ
            return
        aside = _aside(action, include_unchanged)
        rows = self._rows.get(change.type, ())
        if aside:
            if rows:
                self._not_judged[aside] += self._count(change, rows, action)
            return
        if not rows and not AMI_IDS.search(change.change.after):
            return
        plain = self._plain(change, action)
        if plain:
            yield plain
        else:
            kept = action is Action.UPDATE and not include_unchanged
            yield from self._of_resource(change, rows, action, kept=kept)

    def _plain(self, change: ResourceChange, action: Action) -> AmiReference | None:
        """The one reference of a new resource that names an AMI id and holds no other.

        What most resources of a large plan are; says nothing that `_of_resource` would not say.
        """
        row = self._decisive.get(change.type)
        if row is None or action is not Action.CREATE:
            return None
        if bytes(change.change.after).count(b"ami-") != 1:
            return None
        value = parse_image(self._narrow.one(change, row.path))
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
        """What a resource's attributes say; `kept`: an image that an update leaves alone is counted."""
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
                continue  # nothing there, or another row ended at the same unknown block
            for leaf in leaves(row.path, view.after, view.unknown, view.sensitive):
                value = self._reading.value(row, leaf, view, change, configured, place)
                if leaf.unknown or value is not None or row.behind:
                    explained[leaf.steps] = leaf  # what a row reads and leaves aside is a stray
                if value is not None:
                    said.append(Said(row, leaf, value))
        said += self._reading.of_services(rows, resource, said, change)
        if settled:
            self._not_judged["unchanged"] += len(said)
            said = []
        for row, leaf, value, _ in said:
            reference = self._reference(change, row, leaf, value, action, place)
            service = fallback(row, leaf, resource)
            yield replace(reference, fallback=service) if service else reference
        yield from self._strays(change, explained, action, place)

    def _standing(
        self, change: ResourceChange, own_region: Any
    ) -> tuple[Configured | None, Place | Unplaced]:
        """The block and the place of a resource."""
        configured = self._configuration.find(
            change.module_address, change.mode, change.type, change.name
        )
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
        value = self._names.settle(value, place)
        return AmiReference(
            address=change.address,
            resource_type=change.type,
            attribute=self._reading.attribute(row, leaf),
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

    def _strays(
        self,
        change: ResourceChange,
        explained: Mapping[tuple[Step, ...], Leaf],
        action: Action,
        place: Place | Unplaced,
    ) -> Iterator[AmiReference]:
        """AMI ids that no row explains; most resources are done with one look at the raw text."""
        plain = sum(
            isinstance(leaf.value, str) and "ami-" in leaf.value for leaf in explained.values()
        )
        if bytes(change.change.after).count(b"ami-") <= plain:
            return
        after = decode(self._path, change, change.change.after)
        sensitive = decode(self._path, change, change.change.after_sensitive)
        for leaf, stray in strays(change.type, after, sensitive, explained):
            if stray is None:
                self._not_judged["mentioned"] += 1
                continue
            yield AmiReference(
                address=change.address,
                resource_type=change.type,
                attribute=leaf.path,
                kind=Kind.LAUNCH,
                action=action,
                value=stray,
                place=place,
                sensitive=leaf.sensitive,
            )

    def _count(self, change: ResourceChange, rows: tuple[Row, ...], action: Action) -> int:
        """How many references a resource that is not judged has."""
        view = self._narrow.before(change) if action in GONE else self._narrow.after(change)
        said = [
            Said(row, leaf, Unknown())  # is only counted
            for row in rows
            for leaf in leaves(row.path, view.after, None, None)
            if row.form is not Form.SERVICE and self._reading.names_an_image(row, leaf, view)
        ]
        return len(said) + sum(1 for _ in left_to_services(rows, Resource(view, None), said))

    def _left_out(self) -> Iterator[AmiReference]:
        """One more verdict where the plan says that it does not tell everything."""
        reason = None
        if self._plan.deferred_changes:
            reason = f"{len(self._plan.deferred_changes)} changes are deferred to a later plan"
        elif self._plan.complete is False:
            reason = "the plan leaves changes out (-target or -exclude?)"
        if reason:
            yield AmiReference(
                address=WHOLE_PLAN,
                resource_type="",
                attribute="complete",
                kind=Kind.LAUNCH,
                action=Action.READ,
                value=Incomplete(reason),
                place=Unplaced(reason),
            )


def _changes(plan: PlanDocument) -> list[ResourceChange]:
    """What will change now, and what is known of what will change later."""
    deferred = (later.resource_change for later in plan.deferred_changes or ())
    return [*(plan.resource_changes or ()), *(change for change in deferred if change)]


def _aside(action: Action, include_unchanged: bool) -> str | None:
    """Why a resource gets no verdict; None when it gets one."""
    match action:
        case Action.NO_OP if not include_unchanged:
            return "unchanged"
        case Action.DELETE | Action.FORGET:
            return "deleted"
        case Action.READ:
            return "read"
    return None
