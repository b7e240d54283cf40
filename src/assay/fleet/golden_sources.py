"""The golden sources of each image of a family: on every path to it, not only the nearest.

An image was built before a patch if anything that it comes from was: a watermark may be detached,
and a record may name another source than a watermark does. Keys and tables are those of
`lineage_edges.py`.
"""

import math
from collections.abc import Mapping
from datetime import date, datetime

from assay.fleet.family import Family
from assay.fleet.store import Store
from assay.model.descent import GoldenSource

_ABOVE = """
WITH RECURSIVE up(base, key) AS (
    SELECT key, key FROM bases
    UNION SELECT up.base, edges.parent FROM up JOIN edges ON edges.child = up.key
)
SELECT base, key FROM up WHERE base <> key
"""
_MARKED = """
WITH asked AS (SELECT key FROM found UNION SELECT key FROM above),
told AS (
    SELECT key, unnest(watermarks) AS mark, true AS by_list FROM listed SEMI JOIN asked USING (key) WHERE len(watermarks) > 0
    UNION ALL SELECT key, unnest(marks), false FROM (
        SELECT region || '/' || image.id AS key, image.watermarks AS marks FROM uses
        WHERE night = $1 AND image IS NOT NULL
    ) SEMI JOIN asked USING (key)
)
SELECT key, mark.key AS mark,
    coalesce(mark.source_image_region, '?') || '/' || coalesce(mark.source_image_id, '?') AS source,
    mark.source_image_creation_time AS created, by_list
FROM told
"""

_NONE = frozenset[str]()


def keep_marks(store: Store, night: date) -> None:
    """Keep, as `marked`, the watermarks of the images in the table `found` and of what is above the
    bases. `by_list` distinguishes those from listings from those that instances show.
    """
    store.keep("above", _ABOVE)
    store.keep("marked", _MARKED, night)


def golden_sources(
    store: Store, family: Family, golden: Mapping[str, datetime | None]
) -> dict[str, tuple[GoldenSource, ...]]:
    """The sources of each image in the table `marked`, first those of unknown date, then by age.

    `golden` contains the images to which a golden watermark was attached, and when they were made.
    Raises `StoreError`.
    """
    own: dict[str, frozenset[str]] = {}
    alone: dict[str, frozenset[str]] = {}
    for key, source in store.select("SELECT key, source FROM marked").rows:
        if source not in alone:
            alone[source] = frozenset((source,))
        own[key] = own[key] | alone[source] if key in own else alone[source]
    made: dict[str, datetime | None] = dict(
        store.select("SELECT source, min(created) FROM marked GROUP BY source").rows
    )
    for base, ancestor in store.select("SELECT base, key FROM above").rows:
        own[base] = own.get(base, _NONE) | own.get(ancestor, _NONE)
    for key, created in golden.items():
        own[key] = own.get(key) or frozenset((key,))
        made[key] = made.get(key) or created
    told = {each: _source(each, created) for each, created in made.items()}
    found = _spread(family, own)
    sorts: dict[frozenset[str], tuple[GoldenSource, ...]] = {}
    for each in set(found.values()):
        sorts[each] = tuple(sorted((told[source] for source in each), key=_age))
    return {key: sorts[sources] for key, sources in found.items()}


def _spread(family: Family, own: Mapping[str, frozenset[str]]) -> dict[str, frozenset[str]]:
    """Pass the sources of an image on to all its descendants; cycles end because sets only grow."""
    found = {key: own.get(key, _NONE) for key in family.branches}
    waiting = list(reversed(found))
    while waiting:
        parent = waiting.pop()
        above = found[parent]
        for child in family.children(parent) if above else ():
            known = found[child]
            if known is not above and not above <= known:
                found[child] = known | above if known else above
                waiting.append(child)
    return found


def _source(key: str, created: datetime | None) -> GoldenSource:
    region, _, id = key.partition("/")
    return GoldenSource(id, region, created)


def _age(found: GoldenSource) -> tuple[float, str, str]:
    """A sort key that puts an unknown date first."""
    created = found.created.timestamp() if found.created else -math.inf
    return created, found.region, found.image_id
