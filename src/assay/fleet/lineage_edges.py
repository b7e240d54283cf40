"""Which image was made from which, around some images, according to a night.

The key of an image is `Region/id`: an id means nothing without its Region, and a copy names the
Region of its source. Tables created in a store, besides those of `candidates.py`:

    recorded   stored entries of GetImageAncestry, by key, and whether the record ends there
    used       what instances show about their images, by key
    told       what another source says, such as CloudTrail
    bases      the images that were asked for
    listed     rows of listings for all images that may belong to the family: key, source, details
    edges      child, parent and grade of those images
    found      the images that were asked for, and what descends from them
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any, cast

from assay.fleet.candidates import OF_CANDIDATES, SOURCE, keep_candidates, keep_carriers
from assay.fleet.derived import VENDOR
from assay.fleet.nearest import nearest
from assay.fleet.store import Store
from assay.model.descent import GRADES, Edge, Step

RECORDED, MARK, CLOUDTRAIL, INFERRED, LIKELY = range(5)
"""The ranks of edges, strongest first. What a mark proves about an image in between is reported as
a mark."""
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

# The last entry of a record may name a source that EC2 did not follow.
_RECORDED = f"""
SELECT DISTINCT coalesce(region, '?') || '/' || image_id AS key, {SOURCE} AS source,
    creation_date AS created, owner_alias, {VENDOR} AS vendor
FROM (SELECT unnest(ancestry, recursive := true) FROM images WHERE night = $1 AND ancestry IS NOT NULL)
"""  # noqa: S608 - no outside text, here and below
_USED = """
SELECT DISTINCT region || '/' || image.id AS key, image.creation_date AS created,
    image.owner_id AS owner, image.owner_alias AS owner_alias, image.name AS name,
    image.state AS state, [mark.key for mark in image.watermarks] AS marks,
    [coalesce(mark.source_image_region, '?') || '/' || mark.source_image_id
        for mark in image.watermarks if mark.source_image_id IS NOT NULL] AS marked
FROM uses WHERE night = $1 AND image IS NOT NULL
"""
_KNOWN = f"""
SELECT DISTINCT key FROM (
    SELECT region || '/' || image_id AS key FROM images WHERE night = $2 AND image_id = $1
    UNION ALL SELECT {SOURCE} FROM images WHERE night = $2 AND source_image_id = $1
    UNION ALL SELECT region || '/' || image_id FROM uses WHERE night = $2 AND image_id = $1
    UNION ALL SELECT * FROM (
        SELECT key FROM sources
        UNION ALL SELECT key FROM recorded UNION ALL SELECT source FROM recorded
        UNION ALL SELECT key FROM used UNION ALL SELECT unnest(marked) FROM used
        UNION ALL SELECT child FROM told UNION ALL SELECT parent FROM told
    ) AS others(key) WHERE ends_with(key, '/' || $1)
) ORDER BY key
"""  # noqa: S608
_IDS = """
SELECT image_id AS id FROM images WHERE night = $1
UNION ALL SELECT source_image_id FROM images WHERE night = $1 AND source_image_id IS NOT NULL
UNION ALL SELECT string_split(key, '/')[2] FROM (
    SELECT key FROM sources
    UNION ALL SELECT source FROM recorded WHERE source IS NOT NULL
    UNION ALL SELECT key FROM used UNION ALL SELECT unnest(marked) FROM used
    UNION ALL SELECT parent FROM told
)
"""
_LISTED = """
SELECT region || '/' || image_id AS key, {source} AS source, {vendor} AS vendor,
    account, owner_id AS owner, name, family, class, state, creation_date AS created, shared_from,
    scan_severity, scan_date, stale_since, watermarks, {snapshots} AS snapshots
FROM images WHERE night = $1 AND {chosen}
"""
_EDGES = f"""
SELECT key AS child, source AS parent, {RECORDED} AS rank FROM listed WHERE source IS NOT NULL
UNION ALL SELECT key, source, {RECORDED} FROM recorded WHERE source IS NOT NULL
UNION ALL SELECT key, coalesce(mark.source_image_region, '?') || '/' || mark.source_image_id, {MARK}
    FROM (SELECT key, unnest(watermarks) AS mark FROM listed) WHERE mark.source_image_id IS NOT NULL
UNION ALL SELECT key, unnest(marked), {MARK} FROM used WHERE len(marked) > 0
UNION ALL SELECT * FROM told
"""  # noqa: S608
# An image inherited its watermark from the image that it was made from.
_BETWEEN = f"""
SELECT DISTINCT made.source AS child, marks.parent AS parent, {INFERRED} AS rank
FROM (
    SELECT key, source FROM listed WHERE NOT vendor UNION ALL SELECT key, source FROM recorded WHERE NOT vendor
) AS made
SEMI JOIN lost ON lost.key = made.source
JOIN edges AS marks ON marks.child = made.key
WHERE marks.rank = {MARK} AND marks.parent <> marks.child AND made.source <> marks.parent
"""  # noqa: S608
_WALK = """
WITH RECURSIVE walk(key) AS (
    SELECT key FROM {start}
    UNION SELECT edges.child FROM walk JOIN edges ON edges.parent = walk.key
)
SELECT key FROM walk
"""
# Of two images with the same snapshot, the younger one was registered from it.
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
        """`also` is what another source says, such as CloudTrail."""
        self._store = store
        self.night = night
        store.keep("recorded", _RECORDED, night)
        store.keep("used", _USED, night)
        steps = [(each.child, each.parent, _RANKS[each.edge]) for each in also]
        told = _values(steps, ("child", "parent", "rank"), ("VARCHAR", "VARCHAR", "INTEGER"))
        store.keep("told", told[0], *told[1])
        keep_carriers(store, night)

    def known(self, id: str) -> list[str]:
        """The keys that an id has in listings, records or uses, or as the source of something."""
        return [row[0] for row in self._store.select(_KNOWN, id, self.night).rows]

    def nearest(self, id: str) -> list[str]:
        """The known ids most similar to an unknown one."""
        return nearest(self._store, _IDS, id, self.night)

    def below(self, bases: Collection[str]) -> Sequence[tuple[str, str, int]]:
        """Every edge between the bases and what descends from them, which is kept in `found`."""
        keys = _values([(each,) for each in bases], ("key",), ("VARCHAR",))
        self._store.keep("bases", keys[0], *keys[1])
        self._keep_edges()
        self._store.keep("found", _WALK.format(start="bases"))
        while self._store.keep("likely", _SHARING):
            self._store.keep("edges", "SELECT * FROM edges UNION ALL SELECT * FROM likely")
            self._store.keep("more", "SELECT DISTINCT child AS key FROM likely")
            walked = _WALK.format(start="more")
            found = f"SELECT key FROM found UNION SELECT key FROM ({walked})"  # noqa: S608 - no outside text
            self._store.keep("found", found)
        query = """
            SELECT DISTINCT child, parent, rank FROM edges
            SEMI JOIN found ON edges.parent = found.key WHERE child <> parent
        """
        return cast("Sequence[tuple[str, str, int]]", self._store.select(query).rows)

    def _keep_edges(self) -> None:
        """Keep the edges of all images that may belong to the family of the bases."""
        sharing = keep_candidates(self._store, self.night)
        snapshots = "snapshots" if sharing else "NULL::VARCHAR[]"
        listed = _LISTED.format(
            source=SOURCE, vendor=VENDOR, snapshots=snapshots, chosen=OF_CANDIDATES
        )
        self._store.keep("listed", listed, self.night)
        self._store.keep("edges", _EDGES)
        self._store.keep("inferred", _BETWEEN)
        self._store.keep("edges", "SELECT * FROM edges UNION ALL SELECT * FROM inferred")


def _values(
    rows: Collection[tuple[Any, ...]], names: tuple[str, ...], kinds: tuple[str, ...]
) -> tuple[str, list[Any]]:
    """A SELECT of some rows, and its parameters: one list per column."""
    columns = ", ".join(
        f"unnest(${at}::{kind}[]) AS {name}"
        for at, (name, kind) in enumerate(zip(names, kinds, strict=True), 1)
    )
    given = [list(each) for each in zip(*rows, strict=True)] or [[] for _ in names]
    return f"SELECT {columns}", given
