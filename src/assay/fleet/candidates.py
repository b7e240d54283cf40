"""Which images of a night may belong to a family: a first look at all of them, by numbers.

A hash of Region and id stands for an image here: millions of those are joined in a fifth of the time that
their texts take. Two images may have the same hash, so that what is found has all that is wanted, and
perhaps something that is not: whoever asks compares these few by their texts (`lineage_edges.py`).
Tables that this makes in a store, besides those that it is given there:

    sources      images that marks name as their source, by their keys
    carriers     the images that carry such a mark, each with its source
    links        child and parent as listings and records tell them, when the child was made, and by a vendor
    lost         sources of which nobody tells anything, by their keys
    untold       each of those with a child of it, and when that was made
    hints        child and parent as anything else tells it
    parts        images that share a snapshot with another one, when they were made, and those snapshots
    candidates   what was found
"""

from datetime import date

from assay.fleet.derived import SOURCE_REGION, VENDOR
from assay.fleet.store import Store

_IMAGE = "hash(region, image_id)"
SOURCE = f"{SOURCE_REGION} || '/' || source_image_id"
"""The key of what a row of `images` was made from; null for none."""


def _of_key(key: str) -> str:
    """The hash of an image whose key is given."""
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
_UP = """
WITH RECURSIVE walk(image) AS (
    SELECT image FROM candidates
    UNION SELECT step.parent FROM walk JOIN (
        SELECT child, parent FROM links UNION ALL SELECT child, parent FROM hints
    ) AS step ON step.child = walk.image
)
SELECT image FROM walk
"""
# What is inferred of a source that nobody tells of stands in the marks of all that was made from it.
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
"""Of rows of `images`."""


def keep_carriers(store: Store, night: date) -> None:
    """Make the tables `carriers` and `sources`."""
    marked = store.derived("marked", night)
    store.keep("carriers", _CARRIERS.format(marked=marked))
    store.keep("sources", _SOURCES.format(marked=marked))


def keep_candidates(store: Store, night: date) -> bool:
    """Find what may descend from the images in the table `bases`, and what any of those may descend from.
    Tells whether some may share snapshots. Raises `StoreError`.
    """
    store.keep("links", _LINKS, night)
    store.keep("lost", _LOST.format(lost=store.derived("lost", night)))
    store.keep("untold", _UNTOLD)
    store.keep("hints", _HINTS)
    store.keep("parts", _PARTS.format(shared=store.derived("shared", night)))
    start = f"(SELECT {_of_key('key')} AS image FROM bases)"  # noqa: S608
    store.keep("candidates", _DOWN.format(start=start))
    sharing = False
    while _has_more(store):
        sharing = True
        more = f"SELECT image FROM candidates UNION ({_DOWN.format(start='sharing')})"  # noqa: S608
        store.keep("candidates", more)
    store.keep("candidates", _UP)
    store.keep("candidates", _BESIDE)
    return sharing


def _has_more(store: Store) -> bool:
    store.keep("sharing", _SHARING)
    return bool(store.select("SELECT count(*) FROM sharing").rows[0][0])
