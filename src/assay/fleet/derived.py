"""What follows from a night's images alone: worked out once, when the night is finished, and kept beside it.

    STORE/night=2026-11-29/_lost.parquet     sources that are in no listing and in no stored record
    STORE/night=2026-11-29/_marked.parquet   images with a watermark, and the image that it was first attached to
    STORE/night=2026-11-29/_shared.parquet   images that share a snapshot with another one

Where such a file is missing or older than a place of the night, the same query answers from the images themselves.
"""

from assay.model.images import PUBLIC_PROVIDERS

_VENDORS = ", ".join(f"'{each}'" for each in PUBLIC_PROVIDERS)
VENDOR = f"coalesce(owner_alias IN ({_VENDORS}), false)"
"""Whether an image is one that everybody has from AWS or its Marketplace."""
SOURCE_REGION = "coalesce(source_image_region, '?')"

# Compared by their texts, not by hashes: no accident may hide a line that nobody followed.
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
"""  # noqa: S608 - text of ours alone, here and below
_MARKED = """
SELECT region, image_id, coalesce(mark.source_image_region, '?') AS source_region, mark.source_image_id AS source_id
FROM (SELECT region, image_id, unnest(watermarks) AS mark FROM {images} WHERE len(watermarks) > 0)
WHERE mark.source_image_id IS NOT NULL
"""
# Most snapshots are of one image: which are not is told by hashes first, and nothing else is kept of all.
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
"""By the name of the file, the query over the rows of `{images}`."""


def query(name: str, images: str) -> str:
    """The query of one of them, from a source of a SELECT that has the images of one night."""
    return DERIVED[name].format(images=images)
