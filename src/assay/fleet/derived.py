"""What follows from a night's images alone: computed once, when it is finished, and kept.

    STORE/night=2026-11-29/_lost.parquet     sources that are in no listing and in no stored record
    STORE/night=2026-11-29/_marked.parquet   images with a watermark, and the image it was first attached to
    STORE/night=2026-11-29/_shared.parquet   images that share a snapshot with another one

If such a file is missing, or older than a place of the night, the same query reads the images
themselves.
"""

from assay.model.images import PUBLIC_PROVIDERS

_VENDORS = ", ".join(f"'{each}'" for each in PUBLIC_PROVIDERS)
VENDOR = f"coalesce(owner_alias IN ({_VENDORS}), false)"
"""Whether an image is one that AWS or its Marketplace offers to everybody."""
SOURCE_REGION = "coalesce(source_image_region, '?')"

# Compared as strings, not as hashes: no collision may hide a line that was not followed.
_LOST = f"""
WITH records AS (
    SELECT DISTINCT coalesce(region, '?') AS region, image_id AS id, {SOURCE_REGION} AS source_region,
        source_image_id AS source_id, {VENDOR} AS vendor
    FROM (SELECT unnest(ancestry, recursive := true) FROM {{images}} WHERE ancestry IS NOT NULL)
)
SELECT region, id FROM (
    SELECT DISTINCT {SOURCE_REGION} AS region, source_image_id AS id FROM {{images}}
    WHERE source_image_id IS NOT NULL AND NOT {VENDOR}
    UNION SELECT source_region, source_id FROM records WHERE source_id IS NOT NULL AND NOT vendor
)
ANTI JOIN (SELECT region, image_id AS id FROM {{images}}) AS listed USING (region, id)
ANTI JOIN records USING (region, id)
"""  # noqa: S608 - no outside text, here and below
_MARKED = """
SELECT region, image_id, coalesce(mark.source_image_region, '?') AS source_region, mark.source_image_id AS source_id
FROM (SELECT region, image_id, unnest(watermarks) AS mark FROM {images} WHERE len(watermarks) > 0)
WHERE mark.source_image_id IS NOT NULL
"""
# Most snapshots belong to one image. The others are found by hash first, so that only hashes are
# kept for all of them.
_SHARED = """
WITH parts AS NOT MATERIALIZED (
    SELECT region, image_id, creation_date AS created, unnest(snapshots) AS snapshot FROM {images}
),
several AS (
    SELECT number FROM (SELECT hash(unnest(snapshots)) AS number FROM {images}) GROUP BY number HAVING count(*) > 1
),
each AS (SELECT DISTINCT parts.* FROM parts SEMI JOIN several ON several.number = hash(parts.snapshot))
SELECT region, image_id, created, snapshot FROM each
QUALIFY count(DISTINCT (region, image_id)) OVER (PARTITION BY snapshot) > 1
"""
DERIVED = {"lost": _LOST, "marked": _MARKED, "shared": _SHARED}
"""By file name: the query over the rows of `{images}`."""


def query(name: str, images: str) -> str:
    """The query with this name; `images` is something to SELECT from, with the images of one night."""
    return DERIVED[name].format(images=images)
