"""`assay remediate` without a command line: a stored night, questions to AWS, and the plan."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from assay.catalog.fleet_questions import (
    LAUNCH_PERMISSIONS_OF,
    REFERENCES_OF,
)
from assay.catalog.interface import CutShort, ImageCatalog, Listing, whole
from assay.catalog.questions import IMAGES
from assay.errors import InputError
from assay.fleet.evidence import gaps
from assay.fleet.nearest import as_hint
from assay.fleet.night import Night, stored_night
from assay.fleet.replacements import Seen, best, field
from assay.fleet.retirement import (
    Facts,
    Permissions,
    Unknown,
    order,
    shared_snapshots,
    unknown_images,
    weigh,
)
from assay.fleet.retiring import steps
from assay.fleet.used_by import Node, Referrers, add_reference, referrers
from assay.fleet.uses import EVERY
from assay.model import Place, Policy
from assay.model.remediation import (
    NOT_ASKED,
    Gap,
    Remediation,
    Remedy,
    Replacement,
    Standing,
    Unlisted,
)
from assay.run.listings import StoredListings

T = TypeVar("T")
_LISTED = """
SELECT DISTINCT region, image_id FROM images WHERE night = $1 AND image_id IN (SELECT unnest($2::VARCHAR[]))
"""
_TOLD = """
SELECT region, image.id, any_value(image.name), any_value(image.owner_id), any_value(image.owner_alias)
FROM uses WHERE night = $1 AND image IS NOT NULL GROUP BY ALL
"""
_IN_FLIGHT = 16
_REFERENCES_A_CALL = 10


class Wanted(Struct, frozen=True):
    """For which time, and for which images."""

    as_of: datetime
    images: tuple[str, ...] = ()
    """All of class `unknown` if empty."""


def remediate(
    night: Night, policy: Policy, wanted: Wanted, catalog: ImageCatalog | None
) -> Remediation:
    """Return the plan. Without a catalogue, nothing is asked.

    An image is then safe only if the night says with whom it is shared. Raises `StoreError`,
    `InputError` for an image that is not among the unknown ones, and `CatalogError` if nothing can
    be asked.
    """
    images = unknown_images(night, wanted.images)
    unknown = tuple(_others(night, wanted.images, images))
    before = _before(night)
    facts = _facts(night, before, images, wanted.as_of)
    remedies = weigh(images, facts)
    if catalog is not None:
        facts = _asked(facts, images, remedies, catalog)
        remedies = weigh(images, facts)
    listings = StoredListings(night)
    whole_remedies = tuple(
        replace(
            each,
            steps=steps(each, facts.twice),
            replacements=tuple(_replacements(each, listings, policy, wanted.as_of)),
        )
        for each in remedies
    )
    calls = catalog.facts().api_calls if catalog else {}
    return Remediation(
        wanted.as_of,
        night.date,
        before.date if before else None,
        night.places,
        night.lacking(EVERY),
        whole_remedies,
        _told(facts, whole_remedies),
        catalog is not None,
        tuple(_unlisted(night, facts.found)),
        calls,
        unknown,
    )


def _facts(night: Night, before: Night | None, images: Sequence[Unknown], as_of: datetime) -> Facts:
    """Return what the night itself says."""
    stored = {each.node: each.classified.launch_permissions for each in images}
    return Facts(
        as_of,
        referrers(night),
        tuple(gaps(night, before, as_of)),
        frozenset((each.account, each.region) for each in night.places),
        shared_snapshots(night),
        {node: list(told) for node, told in stored.items() if told is not None},
    )


def _others(night: Night, named: Sequence[str], found: Iterable[Unknown]) -> Iterator[str]:
    """Yield a line for each named image that is in no listing, if not every place was seen.

    Raises `InputError` for other images that are not unknown.
    """
    for id in (each for each in named if each not in {image.node[1] for image in found}):
        known = next(night.images([id]), None)
        if known is not None:
            hint = "assay remediate plans for images of class unknown"
            raise InputError(f"is {known.kind}", where=id, hint=hint)
        what, near = f"is in no listing of night {night.date}", night.nearest(id)
        if not night.unseen:
            raise InputError(
                what,
                where=id,
                hint=as_hint(near, "check that it belongs to an account of this fleet"),
            )
        yield f"{id} {what}, which did not see all of {night.not_all_of}; {as_hint(near, 'none is like it')}"


def _before(night: Night) -> Night | None:
    earlier = [each for each in night.store.nights() if each < night.date]
    return stored_night(night.store, earlier[-1]) if earlier else None


def _unlisted(night: Night, found: Referrers) -> Iterator[Unlisted]:
    """Yield each image that something uses and no place lists, Amazon's own last."""
    used = sorted({id for _, id in found.by_image})
    listed = set(night.store.select(_LISTED, night.date, used).rows)
    told = {row[:2]: row[2:] for row in night.store.select(_TOLD, night.date).rows}
    unlisted = []
    for (region, id), some in found.by_image.items():
        if (region, id) in listed:
            continue
        name, owner, alias = told.get((region, id), (None, None, None))
        used_by = tuple(sorted(some, key=order))
        unlisted.append(Unlisted(id, region, name, owner, alias, used_by))
    yield from sorted(unlisted, key=lambda each: (each.owner_alias is not None, _least_used(each)))


def _least_used(each: Unlisted) -> tuple[bool, int, str, str]:
    """The key that puts what would be launched again, and what most things use, first."""
    again = any(use.launches for use in each.used_by)
    return not again, -len(each.used_by), each.region, each.image_id


def _asked(
    facts: Facts,
    images: Sequence[Unknown],
    remedies: Sequence[Remedy],
    catalog: ImageCatalog,
) -> Facts:
    """Ask only about images that nothing else speaks against.

    What the night says about them may have changed since.
    """
    open_ones = [
        image
        for image, remedy in zip(images, remedies, strict=True)
        if remedy.standing is Standing.SAFE or remedy.reasons == (NOT_ASKED,)
    ]
    owned = {
        each.node: (Place.of(each.classified.region, each.classified.account), each.node[1])
        for each in open_ones
    }
    keys = {
        each.node: owned[each.node]
        for each in open_ones
        if each.classified.listed.image.state != "disabled"
    }
    permissions: Permissions = dict(
        zip(
            keys,
            _each(keys.values(), lambda key: _whole(catalog, LAUNCH_PERMISSIONS_OF, key)),
            strict=True,
        )
    )
    answers = catalog.ask(IMAGES, owned.values())
    since = {node: answers[key] for node, key in owned.items()}
    _compare(facts, keys.values(), catalog)
    known = {**facts.permissions, **permissions}
    return replace(facts, permissions=known, since=since, live=True)


def _compare(facts: Facts, keys: Iterable[tuple[Place, str]], catalog: ImageCatalog) -> None:
    """Add what EC2 itself finds to reference an image.

    Finding nothing proves nothing, so a missing answer is no loss.
    """
    by_place: defaultdict[Place, list[str]] = defaultdict(list)
    for place, id in keys:
        by_place[place].append(id)
    asked = [
        (place, tuple(ids[start : start + _REFERENCES_A_CALL]))
        for place, ids in by_place.items()
        for start in range(0, len(ids), _REFERENCES_A_CALL)
    ]
    answers = _each(asked, lambda key: _whole(catalog, REFERENCES_OF, key))
    for (place, _), answer in zip(asked, answers, strict=True):
        for reference in () if isinstance(answer, CutShort) else answer:
            add_reference(facts.found, (place.account or "", place.region), reference)


def _whole(catalog: ImageCatalog, listing: Listing[Any, T], key: Any) -> list[T] | CutShort:
    return whole(catalog.list_all(listing, key))


def _each(keys: Iterable[Any], ask: Callable[[Any], Any]) -> list[Any]:
    with ThreadPoolExecutor(_IN_FLIGHT, "remediate") as workers:
        return list(workers.map(ask, keys))


def _replacements(
    remedy: Remedy, listings: StoredListings, policy: Policy, as_of: datetime
) -> Iterable[Replacement]:
    """Yield, for each account that uses the image, the nearest golden images there."""
    region, _ = remedy.node
    for account in dict.fromkeys(each.account for each in remedy.used_by):
        place = Place.of(region, account)
        replaced = Seen(remedy.listed, remedy.root)
        found = field(listings.of(place).images, replaced, policy.golden, region, as_of)
        for each in best(found.ranked):
            image = each.listed.image
            yield Replacement(account, image.id, image.name, each.reasons)


def _told(facts: Facts, remedies: Iterable[Remedy]) -> tuple[Gap, ...]:
    """Return all gaps, including those about single images."""
    unasked: dict[Node, Gap] = {}
    for each in remedies:
        answer = facts.permissions.get(each.node)
        if isinstance(answer, CutShort):
            owner = each.listed.image.owner_id or ""
            unasked[each.node] = Gap(owner, each.region, answer.reason)
    return (*facts.gaps, *unasked.values())
