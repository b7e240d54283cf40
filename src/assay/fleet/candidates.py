"""Finds the images of a night that may belong to a family: a first pass, by numbers.

Here an image is represented by a hash of its Region and id: millions of hashes are joined in a
fifth of the time that strings take. Two images may have the same hash, so the result contains every
wanted image and possibly some others; the caller compares these few by their strings
(`lineage_edges.py`). Tables created in the store, besides those that it already has:

    sources      images that watermarks name as their source, by key
    carriers     the images that carry such a watermark, each with its source
    links        child and parent in listings and records, when the child was made, whether by a vendor
    lost         sources that are in no listing and no record, by key
    untold       each of those with a child of it, and when that child was made
    hints        child and parent from anything else
    parts        images that share a snapshot with another one, when they were made, snapshots
    parents      the parents of candidates that are no candidates yet
    candidates   the result
"""

from datetime import date

from assay.fleet.derived import SOURCE_REGION, VENDOR
from assay.fleet.store import Store

_IMAGE = "hash(region, image_id)"
SOURCE = f"{SOURCE_REGION} || '/' || source_image_id"
"""The key of the image that a row of `images` was made from; null if there is none."""


def _of_key(key: str) -> str:
    """A SQL expression for the hash of the image with the given key."""
    return f"hash(split_part({key}, '/', 1), ({key})[strpos({key}, '/') + 1:])"


_CARRIERS = f"SELECT {_IMAGE} AS child, hash(source_region, source_id) AS parent FROM {{marked}}"  # noqa: S608
_SOURCES = "SELECT DISTINCT source_region || '/' || source_id AS key FROM {marked}"
_LINKS = f"""
SELECT {_IMAGE} AS child, hash({SOURCE_REGION}, source_image_id) AS parent, creation_date AS created,
    {VENDOR} AS vendor
FROM images WHERE night = $1 AND source_image_id IS NOT NULL
UNION ALL SELECT {_of_key("key")}, {_of_key("source")}, created, vendor FROM recorded WHERE source IS NOT NULL
"""  # noqa: S608
_LOST = "SELECT region || '/' || id AS key, hash(region, id) AS image FROM {lost}"
_UNTOLD = """
SELECT lost.key AS source, links.child, links.created FROM lost JOIN links ON links.parent = lost.image
WHERE NOT links.vendor
"""
_HINTS = f"""
WITH told_by_marks AS (
    SELECT child, parent FROM carriers
    UNION ALL SELECT {_of_key("key")}, {_of_key("mark")} FROM (SELECT key, unnest(marked) AS mark FROM used)
)
SELECT child, parent FROM told_by_marks
UNION ALL SELECT {_of_key("child")}, {_of_key("parent")} FROM told
UNION ALL SELECT DISTINCT {_of_key("untold.source")}, told_by_marks.parent
FROM untold JOIN told_by_marks USING (child)
"""  # noqa: S608
_PARTS = f"SELECT {_IMAGE} AS image, created, hash(snapshot) AS snapshot FROM {{shared}}"  # noqa: S608
_DOWN = """
WITH RECURSIVE walk(image) AS (
    SELECT image FROM {start}
    UNION SELECT step.child FROM walk JOIN (
        SELECT child, parent FROM links UNION ALL SELECT child, parent FROM hints
    ) AS step ON step.parent = walk.image
)
SELECT image FROM walk
"""
# One scan. The slower walk further up is needed only if this finds something.
_PARENTS = """
SELECT DISTINCT step.parent AS image FROM (
    SELECT child, parent FROM links UNION ALL SELECT child, parent FROM hints
) AS step
SEMI JOIN candidates ON candidates.image = step.child
ANTI JOIN candidates AS known ON known.image = step.parent
"""
_UP = """
WITH RECURSIVE walk(image) AS (
    SELECT image FROM parents
    UNION SELECT step.parent FROM walk JOIN (
        SELECT child, parent FROM links UNION ALL SELECT child, parent FROM hints
    ) AS step ON step.child = walk.image
)
SELECT image FROM walk
"""
# What is inferred about a source without any record is in the marks of all images made from it.
_BESIDE = f"""
SELECT image FROM candidates
UNION SELECT untold.child FROM untold JOIN candidates ON candidates.image = {_of_key("untold.source")}
"""  # noqa: S608
_SHARING = """
SELECT DISTINCT parts.image
FROM (SELECT parts.* FROM parts SEMI JOIN candidates USING (image)) AS ours JOIN parts USING (snapshot)
    ANTI JOIN candidates ON candidates.image = parts.image
WHERE parts.created IS NULL OR ours.created IS NULL OR parts.created >= ours.created
"""
OF_CANDIDATES = f"{_IMAGE} IN (SELECT image FROM candidates)"  # noqa: S608
"""A condition on rows of `images`."""


def keep_carriers(store: Store, night: date) -> None:
    """Create the tables `carriers` and `sources`."""
    marked = store.derived("marked", night)
    store.keep("carriers", _CARRIERS.format(marked=marked))
    store.keep("sources", _SOURCES.format(marked=marked))


def keep_candidates(store: Store, night: date) -> bool:
    """Find what may descend from the images in `bases`, and what any of those may descend from.

    Returns whether some may share snapshots. Raises `StoreError`.
    """
    store.keep("links", _LINKS, night)
    store.keep("lost", _LOST.format(lost=store.derived("lost", night)))
    store.keep("untold", _UNTOLD)
    store.keep("hints", _HINTS)
    store.keep("parts", _PARTS.format(shared=store.derived("shared", night)))
    start = f"(SELECT {_of_key('key')} AS image FROM bases)"  # noqa: S608
    store.keep("candidates", _DOWN.format(start=start))
    sharing = False
    while store.keep("sharing", _SHARING):
        sharing = True
        more = f"SELECT image FROM candidates UNION ({_DOWN.format(start='sharing')})"  # noqa: S608
        store.keep("candidates", more)
    if store.keep("parents", _PARENTS):
        store.keep("candidates", f"SELECT image FROM candidates UNION ({_UP})")  # noqa: S608
    store.keep("candidates", _BESIDE)
    return sharing
