"""Who was made from whom, as a night tells it: read once, and then walked in memory.

An image is `Region/id` here: an id means nothing without its Region, and a copy keeps the Region of
its source. Tables that this makes in a store:

    listed     every row of every listing: key, source, when it was made, marks' sources, snapshots
    recorded   entries of GetImageAncestry that were stored, by key, and whether the record ends there
    untold     sources of which nobody tells anything, by a child of each
    edges      child, parent and grade
"""

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from assay.fleet.nearest import nearest
from assay.fleet.store import Store
from assay.model.descent import GRADES, Edge, Step
from assay.model.images import PUBLIC_PROVIDERS

RECORDED, MARK, CLOUDTRAIL, INFERRED, LIKELY = range(5)
"""The ranks of edges, the strongest first. What a mark proves of an image between is told as a mark."""
EDGE_OF = {
    RECORDED: Edge.RECORDED,
    MARK: Edge.MARK,
    CLOUDTRAIL: Edge.CLOUDTRAIL,
    INFERRED: Edge.MARK,
    LIKELY: Edge.LIKELY,
}
_RANKS = {
    Edge.RECORDED: RECORDED,
    Edge.MARK: MARK,
    Edge.CLOUDTRAIL: CLOUDTRAIL,
    Edge.LIKELY: LIKELY,
}
assert _RANKS.keys() == set(GRADES)

_VENDORS = ", ".join(f"'{each}'" for each in PUBLIC_PROVIDERS)
_LISTED = f"""
SELECT region || '/' || image_id AS key,
    coalesce(source_image_region, '?') || '/' || source_image_id AS source,
    creation_date AS created,
    coalesce(owner_alias IN ({_VENDORS}), false) AS vendor,
    watermarks,
    snapshots, ancestry
FROM images WHERE night = $1
"""  # noqa: S608 - names of vendors
# The last entry of a record may name a source that EC2 did not follow.
_RECORDED = f"""
SELECT DISTINCT coalesce(entry.region, '?') || '/' || entry.image_id AS key,
    coalesce(entry.source_image_region, '?') || '/' || entry.source_image_id AS source,
    entry.creation_date AS created, entry.owner_alias AS owner_alias,
    coalesce(entry.owner_alias IN ({_VENDORS}), false) AS vendor
FROM (SELECT unnest(ancestry) AS entry FROM listed WHERE ancestry IS NOT NULL)
"""  # noqa: S608
_USED = """
SELECT DISTINCT region || '/' || image.id AS key, image.creation_date AS created,
    image.owner_id AS owner, image.owner_alias AS owner_alias, image.name AS name,
    image.state AS state, [mark.key for mark in image.watermarks] AS marks,
    [coalesce(mark.source_image_region, '?') || '/' || mark.source_image_id
        for mark in image.watermarks if mark.source_image_id IS NOT NULL] AS marked
FROM uses WHERE night = $1 AND image IS NOT NULL
"""
_EDGES = f"""
SELECT key AS child, source AS parent, {RECORDED} AS rank FROM listed WHERE source IS NOT NULL
UNION ALL SELECT key, source, {RECORDED} FROM recorded WHERE source IS NOT NULL
UNION ALL SELECT key, coalesce(mark.source_image_region, '?') || '/' || mark.source_image_id, {MARK}
    FROM (SELECT key, unnest(watermarks) AS mark FROM listed) WHERE mark.source_image_id IS NOT NULL
UNION ALL SELECT key, unnest(marked), {MARK} FROM used WHERE len(marked) > 0
"""  # noqa: S608
_UNTOLD = """
SELECT edges.parent AS source, edges.child AS child, edges.created AS created FROM (
    SELECT source AS parent, key AS child, created FROM listed WHERE source IS NOT NULL AND NOT vendor
    UNION ALL SELECT source, key, created FROM recorded WHERE source IS NOT NULL AND NOT vendor
) AS edges
ANTI JOIN listed ON listed.key = edges.parent
ANTI JOIN recorded ON recorded.key = edges.parent
"""
# A mark of an image was inherited by way of that which it was made from.
_BETWEEN = f"""
SELECT DISTINCT untold.source AS child, marks.parent AS parent, {INFERRED} AS rank
FROM untold JOIN edges AS marks ON marks.child = untold.child
WHERE marks.rank = {MARK} AND marks.parent <> marks.child AND untold.source <> marks.parent
"""  # noqa: S608
_WALK = """
WITH RECURSIVE walk(key) AS (
    SELECT key FROM {start}
    UNION SELECT edges.child FROM walk JOIN edges ON edges.parent = walk.key
)
SELECT key FROM walk
"""
# Of two images with the same snapshot the younger one was registered from it.
_SHARING = f"""
WITH parts AS (SELECT key, created, unnest(snapshots) AS snapshot FROM listed),
ours AS (SELECT parts.* FROM parts JOIN found USING (key))
SELECT DISTINCT parts.key AS child, ours.key AS parent, {LIKELY} AS rank
FROM ours JOIN parts USING (snapshot) ANTI JOIN found ON found.key = parts.key
WHERE parts.created IS NULL OR ours.created IS NULL OR parts.created >= ours.created
"""  # noqa: S608


class LineageEdges:
    """The edges of one night. Its methods raise `StoreError`."""

    def __init__(self, store: Store, night: date, also: Iterable[Step] = ()) -> None:
        """`also` is what somebody else tells, such as CloudTrail."""
        self._store = store
        self.night = night
        store.keep("listed", _LISTED, night)
        store.keep("recorded", _RECORDED)
        store.keep("used", _USED, night)
        store.keep("untold", _UNTOLD)
        steps = [(each.child, each.parent, _RANKS[each.edge]) for each in also]
        told = _values(steps, ("child", "parent", "rank"), ("VARCHAR", "VARCHAR", "INTEGER"))
        store.keep("told", told[0], *told[1])
        store.keep("edges", f"{_EDGES} UNION ALL SELECT * FROM told")  # noqa: S608 - ours alone
        store.keep("inferred", _BETWEEN)
        if store.select("SELECT count(*) FROM inferred").rows[0][0]:
            store.keep("edges", "SELECT * FROM edges UNION ALL SELECT * FROM inferred")

    def known(self, id: str) -> list[str]:
        """The keys that an id has, in listings, records, uses, or as the source of something."""
        query = """
            SELECT DISTINCT key FROM (
                SELECT key FROM listed UNION ALL SELECT key FROM recorded UNION ALL SELECT key FROM used
                UNION ALL SELECT parent FROM edges UNION ALL SELECT child FROM edges
                UNION ALL SELECT region || '/' || image_id FROM uses
                    WHERE night = $2 AND image_id IS NOT NULL
            ) WHERE ends_with(key, '/' || $1) ORDER BY key
        """
        return [row[0] for row in self._store.select(query, id, self.night).rows]

    def nearest(self, id: str) -> list[str]:
        """The ids that look most like one that is not known."""
        known = (
            "SELECT string_split(key, '/')[2] AS id FROM (SELECT key FROM listed"
            " UNION ALL SELECT parent FROM edges UNION ALL SELECT key FROM used)"
        )
        return nearest(self._store, known, id)

    def below(self, bases: Collection[str]) -> list[tuple[str, str, int]]:
        """Every edge between the bases and what descends from them, and keep those as `found`."""
        keys = _values([(each,) for each in bases], ("key",), ("VARCHAR",))
        self._store.keep("bases", keys[0], *keys[1])
        self._store.keep("found", _WALK.format(start="bases"))
        self._store.keep("likely", _SHARING)
        while self._store.select("SELECT count(*) FROM likely").rows[0][0]:
            self._store.keep("edges", "SELECT * FROM edges UNION ALL SELECT * FROM likely")
            self._store.keep("more", "SELECT DISTINCT child AS key FROM likely")
            walked = _WALK.format(start="more")
            found = f"SELECT key FROM found UNION SELECT key FROM ({walked})"  # noqa: S608 - likewise
            self._store.keep("found", found)
            self._store.keep("likely", _SHARING)
        query = """
            SELECT DISTINCT child, parent, rank FROM edges
            SEMI JOIN found ON edges.parent = found.key WHERE child <> parent
        """
        return [(row[0], row[1], row[2]) for row in self._store.select(query).rows]


def _values(
    rows: Collection[tuple[Any, ...]], names: tuple[str, ...], kinds: tuple[str, ...]
) -> tuple[str, list[Any]]:
    """A SELECT of some rows, and its parameters: a list for each column."""
    columns = ", ".join(
        f"unnest(${at}::{kind}[]) AS {name}"
        for at, (name, kind) in enumerate(zip(names, kinds, strict=True), 1)
    )
    given = [list(each) for each in zip(*rows, strict=True)] or [[] for _ in names]
    return f"SELECT {columns}", given
