"""Which images of a night may belong to a family: a first look at all of them, by numbers.

A hash of Region and id stands for an image here: millions of those are joined in a fifth of the time that
their texts take. Two images may have the same hash, so that what is found has all that is wanted, and
perhaps something that is not: whoever asks compares these few by their texts (`lineage_edges.py`).
Tables that this makes in a store, besides those that it is given there:

    carriers     by the key of an image that marks name as their source, the images that carry one
    links        child and parent as listings and records tell them, when the child was made, and by a vendor
    lost         sources of which nobody tells anything, by their keys
    untold       each of those with a child of it, and when that was made
    hints        child and parent as anything else tells it
    parts        images, when they were made, and their snapshots
    candidates   what was found
"""

from datetime import date

from assay.fleet.store import Store
from assay.model.images import PUBLIC_PROVIDERS

_VENDORS = ", ".join(f"'{each}'" for each in PUBLIC_PROVIDERS)
VENDOR = f"coalesce(owner_alias IN ({_VENDORS}), false)"
"""Whether an image is one that everybody has from AWS or its Marketplace."""
_IMAGE = "hash(region, image_id)"
_SOURCE_REGION = "coalesce(source_image_region, '?')"
SOURCE = f"{_SOURCE_REGION} || '/' || source_image_id"
"""The key of what a row of `images` was made from; null for none."""


def _of_key(key: str) -> str:
    """The hash of an image whose key is given."""
    return f"hash(split_part({key}, '/', 1), ({key})[strpos({key}, '/') + 1:])"


_CARRIERS = f"""
SELECT coalesce(mark.source_image_region, '?') || '/' || mark.source_image_id AS parent, list(child) AS children
FROM (SELECT {_IMAGE} AS child, unnest(watermarks) AS mark FROM images WHERE night = $1)
WHERE mark.source_image_id IS NOT NULL GROUP BY mark.source_image_region, mark.source_image_id
"""  # noqa: S608 - text of ours alone, here and below
_LINKS = f"""
SELECT {_IMAGE} AS child, hash({_SOURCE_REGION}, source_image_id) AS parent, creation_date AS created,
    {VENDOR} AS vendor
FROM images WHERE night = $1 AND source_image_id IS NOT NULL
UNION ALL SELECT {_of_key("key")}, {_of_key("source")}, created, vendor FROM recorded WHERE source IS NOT NULL
"""  # noqa: S608
# These are compared by their texts: no accident may hide a line that nobody followed.
_LOST = f"""
SELECT region || '/' || id AS key, hash(region, id) AS image FROM (
    SELECT DISTINCT region, id FROM (
        SELECT {_SOURCE_REGION} AS region, source_image_id AS id FROM images
        WHERE night = $1 AND source_image_id IS NOT NULL AND NOT {VENDOR}
        UNION ALL SELECT split_part(source, '/', 1), source[strpos(source, '/') + 1:] FROM recorded
        WHERE source IS NOT NULL AND NOT vendor
    )
) AS sources
ANTI JOIN (SELECT region, image_id AS id FROM images WHERE night = $1) AS listed USING (region, id)
ANTI JOIN recorded ON recorded.key = sources.region || '/' || sources.id
"""  # noqa: S608
_UNTOLD = """
SELECT lost.key AS source, links.child, links.created FROM lost JOIN links ON links.parent = lost.image
WHERE NOT links.vendor
"""
_HINTS = f"""
WITH told_by_marks AS (
    SELECT unnest(children) AS child, {_of_key("parent")} AS parent FROM carriers
    UNION ALL SELECT {_of_key("key")}, {_of_key("mark")} FROM (SELECT key, unnest(marked) AS mark FROM used)
)
SELECT child, parent FROM told_by_marks
UNION ALL SELECT {_of_key("child")}, {_of_key("parent")} FROM told
UNION ALL SELECT DISTINCT {_of_key("untold.source")}, told_by_marks.parent
FROM untold JOIN told_by_marks USING (child)
"""  # noqa: S608
_PARTS = f"""
SELECT {_IMAGE} AS image, creation_date AS created, hash(unnest(snapshots)) AS snapshot
FROM images WHERE night = $1
"""  # noqa: S608
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
    """Make the table `carriers`."""
    store.keep("carriers", _CARRIERS, night)


def keep_candidates(store: Store, night: date) -> bool:
    """Find what may descend from the images in the table `bases`, and what any of those may descend from.
    Tells whether some may share snapshots. Raises `StoreError`.
    """
    store.keep("links", _LINKS, night)
    store.keep("lost", _LOST, night)
    store.keep("untold", _UNTOLD)
    store.keep("hints", _HINTS)
    store.keep("parts", _PARTS, night)
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
