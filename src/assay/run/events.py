"""What CloudTrail's event history says about parents of images, in every place of a night.

CopyImage names its source. CreateImage names an instance, whose image comes from the night or from
its launch. RegisterImage names snapshots; the night says which images have them. The parent is an
older one of these, and not one that was itself registered from them, because that is a sibling. The
history covers the last 90 days.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from assay.catalog.fleet_questions import IMAGE_EVENTS_OF
from assay.catalog.interface import CutShort, ImageCatalog, as_far_as_read
from assay.fleet.naming import shown, some
from assay.fleet.night import Night
from assay.fleet.places import ALL, At
from assay.model import Place
from assay.model.descent import Edge, Step
from assay.model.events import Attribute, EventName, EventSearch, ImageEvent

_INSTANCES = """
SELECT region || '/' || id, image_id FROM uses
WHERE night = $1 AND type = 'instance' AND image_id IS NOT NULL AND id IN (SELECT unnest($2::VARCHAR[]))
"""
_SNAPSHOTS = """
SELECT region, snapshot, image_id, min(created) FROM (
    SELECT region, image_id, creation_date AS created, unnest(snapshots) AS snapshot FROM images WHERE night = $1
) WHERE snapshot IN (SELECT unnest($2::VARCHAR[])) GROUP BY ALL ORDER BY ALL
"""
_SOURCES = """
SELECT region || '/' || image_id, any_value(source_image_region || '/' || source_image_id),
    bool_or(source_image_id IS NOT NULL OR coalesce(len(ancestry), 0) > 1 OR len(watermarks) > 0)
FROM images WHERE night = $1 AND image_id IN (SELECT unnest($2::VARCHAR[])) GROUP BY ALL
"""

_Holding: TypeAlias = dict[tuple[str, str], list[tuple[str, datetime | None]]]
"""By Region and snapshot: the images that have it, and when each was created."""


class Conflict(Struct, frozen=True):
    """Events that say different things of one image, or another thing than EC2's record."""

    keys: frozenset[str]
    """The image and what it is said to be made from."""
    what: str


class Recorded(Struct, frozen=True):
    """The steps found in events, what contradicts them, and what of the history is not known."""

    steps: tuple[Step, ...]
    gaps: tuple[str, ...]
    conflicts: tuple[Conflict, ...] = ()


def recorded(catalog: ImageCatalog, night: Night, workers: int = 16) -> Recorded:
    """Ask each account and Region of a night, with at least one call for each event name."""
    places = [(each.account, each.region) for each in night.places if each.region != ALL]
    asked = [(at, name) for at in places for name in EventName]
    pool = ThreadPoolExecutor(workers, "events")
    try:
        answers = list(pool.map(lambda each: _events(catalog, *each), asked))
    finally:  # after an interrupt, do not wait for calls in progress
        pool.shutdown(wait=False, cancel_futures=True)
    events: list[ImageEvent] = []
    lost: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for ((account, region), name), (found, cut) in zip(asked, answers, strict=True):
        events += found  # a step is known however the list goes on
        if cut is not None:
            lost[f"{account}/{region}", cut.reason].append(name)
    launched = _launched(night, events)
    steps = tuple(_steps(night, events, launched))
    told = _told(night, {each.image_id for each in events})
    gaps = (
        *(_lost(*each, names) for each, names in sorted(lost.items())),
        *_from_unknown(events, launched, told),
    )
    return Recorded(steps, gaps, tuple(_conflicts(events, steps, told)))


def _lost(where: str, reason: str, names: Sequence[str]) -> str:
    """Return the line on a place whose history was not read, or not all of it."""
    which = "" if len(names) == len(EventName) else f"{' and '.join(names)} "
    return f"CloudTrail's {which}events of {where}: {reason}"


def _events(
    catalog: ImageCatalog, at: At, name: EventName
) -> tuple[list[ImageEvent], CutShort | None]:
    """Return what was read, and why that is not all."""
    account, region = at
    search = EventSearch(Attribute.NAME, name.value)
    return as_far_as_read(catalog.list_all(IMAGE_EVENTS_OF, (Place.of(region, account), search)))


def _told(night: Night, ids: Collection[str]) -> dict[str, tuple[str | None, bool]]:
    """By key, for the listed images: the source that EC2 records, and whether anything says where it is from."""
    rows = night.store.select(_SOURCES, night.date, sorted(ids)).rows
    return {key: (source, known) for key, source, known in rows}


def _from_unknown(
    events: Sequence[ImageEvent],
    launched: Mapping[str, str],
    told: Mapping[str, tuple[str | None, bool]],
) -> Iterator[str]:
    """Yield a line on images made from instances of which nothing tells the image."""
    found: dict[str, str] = {}
    for each in events:
        key = f"{each.region}/{each.image_id}"
        if each.name is not EventName.CREATE_IMAGE or told.get(key, (None, True))[1]:
            continue
        unknown = [id for id in each.instances if f"{each.region}/{id}" not in launched]
        if unknown:
            found[key] = f"{each.image_id} in {each.region} from {unknown[0]}"
    if found:
        what = "image was" if len(found) == 1 else "images were"
        named = some([found[key] for key in sorted(found)])
        yield f"lineage not followed: {len(found)} {what} made from an instance whose image is not known: {named}"


def _conflicts(
    events: Sequence[ImageEvent],
    steps: Sequence[Step],
    told: Mapping[str, tuple[str | None, bool]],
) -> Iterator[Conflict]:
    """Yield where two events, or an event and EC2's record, name different sources of one image."""
    registered = {
        f"{each.region}/{each.image_id}" for each in events if each.name is EventName.REGISTER_IMAGE
    }
    parents: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for step in steps:
        if step.child not in registered:  # that may have a snapshot of each of several images
            parents[step.child][step.parent] = None
    for child, sources in sorted(parents.items()):
        source = told.get(child, (None, True))[0]
        others = [each for each in sources if each != source]
        if source is not None and others:
            events_say = " and ".join(map(shown, others))
            what = f"{shown(child)} is recorded as made from {shown(source)}, but events of CloudTrail say from {events_say}"
            yield Conflict(frozenset((child, source, *others)), what)
        elif len(sources) > 1:
            what = f"{shown(child)} was made from {' and from '.join(map(shown, sources))}, according to events of CloudTrail"
            yield Conflict(frozenset((child, *sources)), what)


def _steps(
    night: Night, events: Sequence[ImageEvent], launched: Mapping[str, str]
) -> Iterator[Step]:
    wanted = sorted({snapshot for each in events for snapshot in each.snapshots or ()})
    registered = {
        (each.region, snapshot, each.image_id)
        for each in events
        for snapshot in each.snapshots or ()
    }
    holding: _Holding = {}
    for region, snapshot, image, created in night.store.select(_SNAPSHOTS, night.date, wanted).rows:
        if (region, snapshot, image) not in registered:
            holding.setdefault((region, snapshot), []).append((image, created))
    for event in events:
        child = f"{event.region}/{event.image_id}"
        for parent in _parents(event, launched, holding):
            if parent != child:
                yield Step(child, parent, Edge.CLOUDTRAIL)


def _launched(night: Night, events: Sequence[ImageEvent]) -> dict[str, str]:
    """Return the image of each instance from which an image was made, by Region and id."""
    wanted = sorted({id for each in events for id in each.instances})
    found = dict(night.store.select(_INSTANCES, night.date, wanted).rows)
    for each in events:
        if each.name is EventName.RUN_INSTANCES:
            found.update((f"{each.region}/{id}", each.image_id) for id in each.instances)
    return found


def _parents(event: ImageEvent, launched: Mapping[str, str], holding: "_Holding") -> Iterator[str]:
    match event.name:
        case EventName.COPY_IMAGE if event.source_image_id is not None:
            yield f"{event.source_image_region or '?'}/{event.source_image_id}"
        case EventName.CREATE_IMAGE:
            images = (launched.get(f"{event.region}/{id}") for id in event.instances)
            yield from (f"{event.region}/{image}" for image in images if image is not None)
        case EventName.REGISTER_IMAGE:
            for snapshot in event.snapshots or ():
                for image, created in holding.get((event.region, snapshot), ()):
                    if not (created and event.time) or created <= event.time:
                        yield f"{event.region}/{image}"
