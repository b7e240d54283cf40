"""What may be done about each image of class `unknown`, and the reasons against removing it.

Facts: EC2 API Reference, DisableImage (removes all launch permissions), Image
(`DeregistrationProtection`; `LastLaunchedTime`, visible to the owner alone and a day late),
DeregisterImage (running instances are not affected; snapshots that several images share are not
deleted with one of them).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

import msgspec

from assay.catalog.interface import Absent, Answer, CutShort, Unavailable
from assay.fleet.columns import image_of
from assay.fleet.evidence import of_region
from assay.fleet.night import Night
from assay.fleet.places import ALL, At
from assay.fleet.used_by import Node, Referrers
from assay.model import Image
from assay.model.inventory import Classified
from assay.model.remediation import NOT_ASKED, Gap, Referrer, Remedy, Standing
from assay.model.times import day_of
from assay.model.uses import LaunchPermission

OTHERWISE = "it was not checked whom it is shared with, because there is another reason against it"
WATCHED = timedelta(days=30)
"""For how long nobody may have launched an image that can be removed."""
_UNPROTECTED = (None, "disabled")
_NAMED = 3
Permissions = Mapping[Node, list[LaunchPermission] | CutShort]


class Unknown(msgspec.Struct, frozen=True):
    """One image of class `unknown`, as its owner sees it if the owner is one of the accounts."""

    classified: Classified
    others: tuple[str, ...]
    """The accounts that it is shared with."""

    @property
    def node(self) -> Node:
        """Region and image id."""
        return self.classified.region, self.classified.listed.image.id


class Facts(msgspec.Struct, frozen=True):
    """What is known besides the images themselves."""

    as_of: datetime
    found: Referrers
    gaps: Sequence[Gap]
    places: frozenset[At]
    """The places that were read."""
    twice: Mapping[tuple[str, str], tuple[str, ...]]
    """By Region and snapshot: the images that have a snapshot, if several have it."""
    permissions: Permissions
    """Whom images are shared with, as far as known, from the night or from a live call."""
    live: bool = False
    """Whether EC2 was asked about all images that have no other reason against them."""
    since: Mapping[Node, Answer[Image]] = {}
    """EC2's current answers for the images that were asked about."""


def unknown_images(night: Night, only: Iterable[str] = ()) -> list[Unknown]:
    """Each image once; only those in `only`, if there are any. Raises `StoreError`."""
    rows: defaultdict[Node, list[Classified]] = defaultdict(list)
    chosen = list(only)
    some = "AND image_id IN (SELECT unnest($2))" if chosen else ""
    asked = (
        f"SELECT * FROM images WHERE night = $1 AND class = 'unknown' {some}"  # noqa: S608 - no outside text
        " ORDER BY region, image_id, account"
    )
    given = (chosen,) if chosen else ()
    for each in map(image_of, night.store.records(asked, night.date, *given)):
        rows[each.region, each.listed.image.id].append(each)
    return [
        Unknown(
            min(seen, key=lambda each: each.shared),
            tuple(each.account for each in seen if each.shared),
        )
        for seen in rows.values()
    ]


def shared_snapshots(night: Night) -> dict[tuple[str, str], tuple[str, ...]]:
    """By Region and snapshot, the images of all classes that have it, if there are several."""
    asked = """
        SELECT region, snapshot, list_sort(list(DISTINCT image_id)) AS images
        FROM (SELECT region, image_id, unnest(snapshots) AS snapshot FROM images WHERE night = $1)
        GROUP BY region, snapshot HAVING count(DISTINCT image_id) > 1
    """
    rows = night.store.records(asked, night.date)
    return {(row["region"], row["snapshot"]): tuple(row["images"]) for row in rows}


def weigh(images: Sequence[Unknown], facts: Facts) -> list[Remedy]:
    """The standing of each image, without steps and replacements."""
    regions = {each.node[0] for each in images}
    unread = {region: tuple(_unread(region, facts)) for region in regions}
    return [_weighed(each, facts, unread[each.node[0]]) for each in images]


def _weighed(image: Unknown, facts: Facts, unread: tuple[str, ...]) -> Remedy:
    used_by = tuple(sorted(facts.found.by_image.get(image.node, ()), key=order))
    reasons = tuple(_against(image, facts, unread))
    if used_by:  # whom it is shared with does not matter yet
        reasons = tuple(each for each in reasons if each not in (NOT_ASKED, OTHERWISE))
    if any(each.launches for each in used_by):
        standing = Standing.REPLACE_FIRST
    elif used_by:
        standing = Standing.IN_USE
    else:
        standing = Standing.CANNOT_SAY if reasons else Standing.SAFE
    listed = image.classified.listed
    return Remedy(
        image.classified.region,
        listed,
        image.classified.why,
        image.classified.root,
        standing,
        reasons,
        used_by,
        image.others,
    )


def order(each: Referrer) -> tuple[bool, str, str, str]:
    """Return the key that puts what would launch an image again first."""
    return not each.launches, each.type, each.account, each.id


def _against(image: Unknown, facts: Facts, unread: tuple[str, ...]) -> Iterator[str]:
    """Every reason not to remove the image, besides its uses."""
    found, region = image.classified, image.classified.region
    listed = found.listed
    if found.shared:
        owner = listed.image.owner_id or "an unknown account"
        yield f"it belongs to {owner}, which was not read"
    yield from unread
    yield from _since(image, facts)
    yield from _sharing(image, facts)
    if listed.deregistration_protection not in _UNPROTECTED:
        yield f"deregistration protection is {listed.deregistration_protection}, so somebody wants to keep it"
    for snapshot in listed.snapshots:
        others = [
            each for each in facts.twice.get((region, snapshot), ()) if each != listed.image.id
        ]
        if others:
            yield f"its snapshot {snapshot} also belongs to {_some(others)}"
    launched = listed.last_launched
    if launched is not None and facts.as_of - launched < WATCHED:
        yield f"it was launched on {day_of(launched)} by something that was not seen"


def _since(image: Unknown, facts: Facts) -> Iterator[str]:
    """Changes since the night: a pipeline may have marked the image, or somebody removed it."""
    before, found = image.classified.listed.image, facts.since.get(image.node)
    match found:
        case Absent():
            yield "EC2 no longer shows it"
        case Unavailable(reason):
            yield f"its present state is not known: {reason}"
        case Image() if {each.key for each in found.watermarks} != {
            each.key for each in before.watermarks
        }:
            yield "its watermarks have changed since that night: run assay inventory again"


def _unread(region: str, facts: Facts) -> Iterator[str]:
    places = of_region(facts.gaps, region)
    if places:
        named = [
            f"{each.account}{'' if each.region == ALL else f'/{each.region}'} ({each.what})"
            for each in places
        ]
        yield f"not everything that could use it was read: {_some(named)}"
    leads = facts.found.leads.get(region, [])
    if leads:
        yield f"it is not known which image these lead to: {_some(leads)}"


def _sharing(image: Unknown, facts: Facts) -> Iterator[str]:
    listed = image.classified.listed
    if listed.image.public:
        yield "it is public, so anybody may use it"
    if listed.image.state == "disabled":
        return  # it can no longer be shared with anybody
    told = facts.permissions.get(image.node)
    match told:
        case None:
            if not facts.live:
                yield NOT_ASKED
            elif not image.classified.shared:
                yield OTHERWISE
        case CutShort(_, reason):
            yield f"it is not known whom it is shared with: {reason}"
        case permissions:
            known = {account for account, region in facts.places if region == image.node[0]}
            yield from _permitted(permissions, known)


def _permitted(permissions: Iterable[LaunchPermission], known: Collection[str]) -> Iterator[str]:
    for each in permissions:
        if each.organization is not None:
            yield f"it is shared with {each.organization}, whose accounts are not known here"
        elif each.account is None:
            yield "it is shared with everybody"
        elif each.account not in known:
            yield f"it is shared with {each.account}, which was not read"


def _some(named: Sequence[str]) -> str:
    more = f", and {len(named) - _NAMED} more" if len(named) > _NAMED else ""
    return f"{', '.join(named[:_NAMED])}{more}"
