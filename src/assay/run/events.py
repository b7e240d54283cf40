"""What CloudTrail's event history says about parents of images, in every place of a night.

CopyImage names its source. CreateImage names an instance, whose image comes from the night or from
its launch. RegisterImage names snapshots; the night says which images have them. The parent is an
older one of these, and not one that was itself registered from them, because that is a sibling. The
history covers the last 90 days.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct

from assay.catalog.fleet_questions import IMAGE_EVENTS_OF
from assay.catalog.interface import CutShort, ImageCatalog, whole
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

_Holding: TypeAlias = dict[tuple[str, str], list[tuple[str, datetime | None]]]
"""By Region and snapshot: the images that have it, and when each was created."""


class Recorded(Struct, frozen=True):
    """The steps found in events, and the parts of the history that could not be read."""

    steps: tuple[Step, ...]
    gaps: tuple[str, ...]


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
    lost: Counter[str] = Counter()
    for ((account, region), name), answer in zip(asked, answers, strict=True):
        if isinstance(answer, CutShort):
            lost[f"CloudTrail's {name} events of {account}/{region}: {answer.reason}"] += 1
        else:
            events += answer
    return Recorded(tuple(_steps(night, events)), tuple(sorted(lost)))


def _events(catalog: ImageCatalog, at: At, name: EventName) -> Sequence[ImageEvent] | CutShort:
    account, region = at
    search = EventSearch(Attribute.NAME, name.value)
    return whole(catalog.list_all(IMAGE_EVENTS_OF, (Place.of(region, account), search)))


def _steps(night: Night, events: Sequence[ImageEvent]) -> Iterator[Step]:
    launched = _launched(night, events)
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
