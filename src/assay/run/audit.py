"""Judges what runs and what would be launched next by the same policy as plans.

A fleet comes from a stored night or from AWS itself; Terraform states can be added. Each place in
which something to be judged may be missing gets a verdict of its own, which is undetermined.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeAlias

import msgspec
from msgspec.structs import replace

from assay.catalog.interface import ImageCatalog
from assay.catalog.questions import ImageKey
from assay.digests import sha256
from assay.errors import CatalogError, StoreError
from assay.fleet.collecting import collect
from assay.fleet.night import Night
from assay.fleet.night_catalog import NightCatalog
from assay.fleet.places import At
from assay.fleet.told import Telling, as_told, is_shown, told_by
from assay.fleet.used import INSTANCE, KINDS, used
from assay.fleet.uses import lists_of
from assay.inputs.plan.plan import Source
from assay.model import (
    Action,
    AmiId,
    AmiReference,
    Cause,
    InputFacts,
    Kind,
    Organization,
    Place,
    Policy,
    Report,
    Resolved,
    Subject,
    Unknown,
    Unresolved,
)
from assay.model.inventory import Use, UseType
from assay.model.places_seen import PlaceSeen, PlaceState
from assay.model.times import readable
from assay.model.uses import UsedImage
from assay.policy.golden import JudgedMarks
from assay.run.check import Needs, gather, needs_of
from assay.run.fleet import wanted_places
from assay.run.held_listings import HeldListings
from assay.run.host import Host
from assay.run.listings import Listings
from assay.run.verdicts import report_of

Candidates: TypeAlias = Callable[[Collection[ImageKey]], Listings]
"""Lists possible replacements for some images."""
KIND = "audit"
LIVE = "live"
_UNREAD = (PlaceState.DENIED, PlaceState.FAILED, PlaceState.OPTED_OUT, PlaceState.SUSPENDED)
_AGAIN = "then run assay inventory again or use assay audit live"


class Fleet(msgspec.Struct, frozen=True):
    """What is judged, and the source of everything else that a verdict needs."""

    sources: tuple[Source, ...]
    """One for each place, in the order of `places`."""
    places: tuple[PlaceSeen, ...]
    told: Mapping[ImageKey, UsedImage]
    catalog: ImageCatalog
    candidates: Candidates | None = None
    """Lists possible replacements for images that fail; None if there is no such list."""


class Asked(msgspec.Struct, frozen=True):
    """The places about which AWS is asked."""

    accounts: Sequence[str] | Organization
    """If empty, the caller's own account."""
    regions: Sequence[str]
    """If empty, all Regions that are enabled for each account."""
    home: str
    """The Region in which global questions are asked."""
    workers: int


def stored_fleet(night: Night, store: str, policy: Policy) -> Fleet:
    """Return the fleet of a stored night; reports show `store` as its path. Raises `StoreError`."""
    uses: dict[At, list[Use]] = {(each.account, each.region): [] for each in night.places}
    for at, use in night.uses():
        uses.setdefault(at, []).append(use)
    if not any(uses.values()) and all(each.state in _UNREAD for each in night.places):
        raise StoreError(
            f"none of the {len(night.places)} places of night {night.date} was seen",
            where=store,
            hint="run assay inventory first",
        )
    catalog = NightCatalog(night, uses, night.seen_at)
    fleet = fleet_of(f"{store}/night={night.date}", night.places, uses, catalog, policy)

    def candidates(wanted: Collection[ImageKey]) -> Listings:
        held = HeldListings(night.places, fleet.told)
        held.read(night, wanted)
        return held

    return replace(fleet, candidates=candidates)


def live_fleet(host: Host, catalog: ImageCatalog, policy: Policy, asked: Asked) -> Fleet:
    """Return the fleet as AWS lists it now. Raises `CatalogError` if no part of it can be seen."""
    places, lost = wanted_places(host, catalog, asked.accounts, asked.regions, asked.home)
    workers = ThreadPoolExecutor(asked.workers, "place")
    try:
        found = list(workers.map(lambda at: collect(catalog, at[0], at[1], host.now), places))
    finally:  # after an interrupt, do not wait for calls in progress
        workers.shutdown(wait=False, cancel_futures=True)
    every = (*(each.place for each in found), *lost)
    if all(each.state in _UNREAD for each in every):
        reasons = list(dict.fromkeys(each.reason or each.state for each in every))
        why = reasons[0] if reasons else "none is wanted"
        raise CatalogError(f"none of the {len(every)} places could be seen: {why}")
    uses = {(each.place.account, each.place.region): list(each.uses) for each in found}
    fleet = fleet_of(LIVE, every, uses, catalog, policy)
    held = HeldListings(every, fleet.told)
    for each in found:
        used = {use.image_id for use in each.uses if use.image_id is not None}
        held.hold((each.place.account, each.place.region), (*each.own, *each.shared), used)
    return replace(fleet, candidates=lambda _: held)


def fleet_of(
    name: str,
    places: Iterable[PlaceSeen],
    uses: Mapping[At, Sequence[Use]],
    catalog: ImageCatalog,
    policy: Policy,
) -> Fleet:
    """Return the fleet of some places, whose paths in reports start with `name`."""
    ordered = tuple(sorted(places, key=lambda each: (each.account, each.region)))
    sources = (_source(name, each, uses, policy.judge) for each in ordered)
    return Fleet(tuple(sources), ordered, told_by(uses), catalog)


def _source(
    name: str, place: PlaceSeen, uses: Mapping[At, Sequence[Use]], kinds: Collection[Kind]
) -> Source:
    """The uses of images in one place; the digest is that of what was read there."""
    at = (place.account, place.region)
    here = uses.get(at, ())
    found = used(at, here)
    aside = Counter(found.aside)
    aside.update(each.kind.value for each in found.references if each.kind not in kinds)
    references = tuple(each for each in found.references if each.kind in kinds)
    path = f"{name}/account={place.account}/region={place.region}"
    digest = sha256(msgspec.json.encode(here))
    return Source(InputFacts(path, KIND, digest, len(references)), references, dict(aside))


def audit(
    fleet: Fleet,
    states: Sequence[Source],
    policy: Policy,
    as_of: datetime,
    generated_at: datetime | None = None,
    *,
    by_record: bool = False,
) -> Report:
    """Return a verdict for each use, each reference of a state, and each place with gaps.

    `by_record` is meant for few images and a user who waits for the answer (`Needs`).
    """
    sources = (*fleet.sources, *states)
    known = JudgedMarks()
    needs = replace(needs_of(sources, policy, as_of, known), by_record=by_record)
    subjects = _as_instances_tell(sources, fleet, needs)
    unread = {at for at, place in enumerate(fleet.places) if place.lacks(_lists(policy))}
    cure = _AGAIN if fleet.catalog.facts().kind == "stored" else None
    subjects += [_unseen(fleet.places[number], number, cure) for number in sorted(unread)]
    subjects.sort(key=lambda each: each.input)
    report = report_of(subjects, sources, fleet.catalog, policy, as_of, known)
    lost = tuple(fleet.places[number] for number in sorted(unread))
    return replace(report, kind=KIND, places=fleet.places, unread=lost, generated_at=generated_at)


def _lists(policy: Policy) -> tuple[str, ...]:
    """Return the lists without which something may be missing or outdated for this policy.

    Images that Allowed AMIs hides are missing from a list that was read; the verdicts that depend
    on them say so.
    """
    return lists_of(KINDS if Kind.BAKE in policy.judge else set(KINDS) - {UseType.RECIPE})


def _as_instances_tell(sources: Sequence[Source], fleet: Fleet, needs: Needs) -> list[Subject]:
    """Return the subjects, with instances judged as already launched.

    Their image may no longer be visible; what counts is what EC2 shows their owner about it.
    """
    telling = Telling(fleet.catalog, fleet.told)
    made: dict[tuple[int, int], Subject] = {}

    def told(subject: Subject) -> Subject:
        return _shared(subject, made, lambda each: as_told(each, telling.shown))

    if _are_told(sources, fleet.told):  # it does not matter then why an image is not visible
        found = [told(each) for each in gather(sources, telling, needs)]
    else:
        found = list(gather(sources, fleet.catalog, needs))
        lost = [n for n, each in enumerate(found) if _is_told(each, fleet.told)]
        facts = InputFacts("", KIND, "", len(lost))
        again = Source(facts, tuple(found[n].reference for n in lost), {})
        for number, each in zip(lost, gather([again], telling, needs), strict=True):
            found[number] = replace(told(each), input=found[number].input)
    made.clear()
    return [
        _shared(each, made, _launched) if _is_instance(each.reference) else each for each in found
    ]


def _are_told(sources: Sequence[Source], told: Mapping[ImageKey, UsedImage]) -> bool:
    """Whether all references are instances whose images EC2 has described."""
    return bool(told) and all(
        _is_instance(each)
        and isinstance(each.place, Place)
        and isinstance(each.value, AmiId)
        and (each.place, each.value.id) in told
        for source in sources
        for each in source.references
    )


def _shared(
    subject: Subject,
    made: dict[tuple[int, int], Subject],
    change: Callable[[Subject], Subject],
) -> Subject:
    """Return the changed subject.

    What subjects share stays shared, because verdicts are shared by identity.
    """
    key = (id(subject.resolution), id(subject.provenance))
    known = made.get(key)
    if known is None:
        known = made[key] = change(subject)
    return replace(subject, resolution=known.resolution, provenance=known.provenance)


def _launched(subject: Subject) -> Subject:
    found = subject.resolution
    if not isinstance(found, Resolved):
        return subject
    return replace(subject, resolution=replace(found, launched=True))


def _is_instance(reference: AmiReference) -> bool:
    """Whether it is an existing instance; whatever launches one needs the image itself."""
    return reference.resource_type == INSTANCE and reference.action is Action.NO_OP


def _is_told(subject: Subject, told: Mapping[ImageKey, UsedImage]) -> bool:
    """Whether an instance's image is known only from EC2's description of the instance."""
    found = subject.resolution
    if isinstance(found, Resolved):
        id, shown = found.image.id, is_shown(found.image)
    else:
        id, shown = found.image_id or "", False
    return (
        not shown
        and _is_instance(subject.reference)
        and isinstance(subject.place, Place)
        and (subject.place, id) in told
    )


def _unseen(seen: PlaceSeen, input: int, cure: str | None) -> Subject:
    """The subject for a place in which anything may be missing."""
    place = Place.of(seen.region, seen.account)
    read = (
        f"; what is known of it was read {readable(seen.stale_since)}" if seen.stale_since else ""
    )
    why = f": {seen.reason}" if seen.reason else ""
    reason = f"not seen, {seen.state}{why}{read}"
    reference = AmiReference(
        f"({seen.account}/{seen.region})", "", "uses", Kind.LAUNCH, Action.READ, Unknown(), place
    )
    if seen.state is PlaceState.SUSPENDED:
        cure = None  # it does not come back on its own
    return Subject(
        reference, place, Unresolved(Cause.LOOKUP_FAILED, reason, cure=cure), input=input
    )
