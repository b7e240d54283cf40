"""What descends from some images of a night, and everything that may be missing."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

import msgspec

from assay.errors import InputError
from assay.fleet.family import Family
from assay.fleet.golden_sources import golden_sources, keep_marks
from assay.fleet.lineage_edges import MARK, RECORDED, LineageEdges
from assay.fleet.naming import shown, some
from assay.fleet.nearest import as_hint, nearest_of
from assay.fleet.night import Night
from assay.fleet.referrers import referrers
from assay.fleet.relatives import Told, relatives, told_of
from assay.fleet.uses import EVERY
from assay.model.descent import Descent, Edge, Relative
from assay.model.inventory import ImageClass
from assay.model.partitions import partition_of
from assay.policy.wildcard import matches

# An image that all bases descend from does not descend from any of them. The same is true of an
# image made before a base, and of what that image was made from.
_OPEN = f"""
WITH RECURSIVE up(base, key) AS (
    SELECT key, key FROM bases
    UNION SELECT up.base, edges.parent FROM up JOIN edges ON edges.child = up.key AND edges.rank = {RECORDED}
),
above AS (
    SELECT key FROM up GROUP BY key HAVING count(DISTINCT base) = (SELECT count(*) FROM bases)
)
SELECT source, count(DISTINCT child) AS images, min(created) AS oldest
FROM untold ANTI JOIN found ON found.key = untold.source
    ANTI JOIN above ON above.key = untold.source
GROUP BY source ORDER BY source
"""  # noqa: S608
_KEYS = """
SELECT DISTINCT mark.key AS key, coalesce(mark.source_image_region, '?') AS region,
    mark.source_image_id AS source
FROM (
    SELECT unnest(watermarks) AS mark FROM images WHERE night = $1 AND len(watermarks) > 0
    UNION ALL SELECT unnest(image.watermarks) FROM uses WHERE night = $1 AND image IS NOT NULL
) WHERE mark.key IS NOT NULL ORDER BY ALL
"""
_SOURCELESS = """
SELECT DISTINCT region || '/' || image_id FROM images
WHERE night = $1 AND len([m for m in watermarks if m.key = $2 AND m.source_image_id IS NULL]) > 0
"""


class Bases(msgspec.Struct, frozen=True):
    """The base images, by their keys, and why some of them may be unknown."""

    keys: tuple[str, ...]
    gaps: tuple[str, ...] = ()


def of_images(night: Night, edges: LineageEdges, ids: Iterable[str]) -> Bases:
    """Images by id. Raises `InputError` for an id that occurs nowhere, if every place was seen."""
    found: dict[str, None] = {}
    gaps: list[str] = []
    for id in ids:
        known = edges.known(id)
        if not known:
            what = f"{id} is in no listing, record or use of {night.date}"
            near = as_hint(edges.nearest(id), "check that it belongs to an account of this fleet")
            gaps.append(_unknown(night, what, near))
            known = [f"?/{id}"]
        found.update(dict.fromkeys(known))
    return Bases(tuple(found), tuple(gaps))


def of_mark(night: Night, wanted: str) -> Bases:
    """The images that a watermark was first attached to; its name may contain wildcards.

    Raises `InputError` if no image carries such a watermark and every place was seen.
    """
    rows = night.store.select(_KEYS, night.date).rows
    chosen = [row for row in rows if matches(wanted, row[0])]
    if not chosen:
        near = as_hint(
            nearest_of((row[0] for row in rows), wanted), "no image has a watermark like it"
        )
        return Bases(
            (),
            (_unknown(night, f"no image of night {night.date} has the watermark {wanted}", near),),
        )
    found = [f"{region}/{source}" for _, region, source in chosen if source]
    for key in sorted({key for key, _, source in chosen if not source}):
        found += [row[0] for row in night.store.select(_SOURCELESS, night.date, key).rows]
    return Bases(tuple(dict.fromkeys(found)))


def _unknown(night: Night, what: str, near: str) -> str:
    """Say what was not found and which places were not seen. Raises `InputError` if all were."""
    if not night.unseen:
        raise InputError(what, hint=near)
    return f"{what}, and that night did not see all of {night.not_all_of}; {near}"


def descend(
    night: Night,
    edges: LineageEdges,
    found: Bases,
    asked: str,
    built_before: datetime | None = None,
) -> Descent:
    """Everything that descends from some images. Raises `StoreError`."""
    bases = found.keys
    family = Family(bases, edges.below(bases))
    keep_marks(night.store, night.date)
    told = told_of(night.store)
    using = referrers(night.store, night.date)
    golden = {key: each.created for key, each in told.items() if each.kind == ImageClass.GOLDEN}
    sources = golden_sources(night.store, family, golden)
    everything = list(relatives(family, told, using.of, sources, night.places))
    ours = [each for each in everything if not each.depth]
    below = [each for each in everything if each.depth]
    kept = [each for each in below if built_before is None or each.built_before(built_before)]
    return Descent(
        night.date,
        asked,
        night.places,
        night.lacking(EVERY),
        tuple(ours),
        tuple(kept),
        gaps=(*found.gaps, *_open_lines(night, bases, told), *using.gaps),
        contradictions=tuple(_contradictions(night, family, told)),
        notes=(*_notes(ours, below), *_hidden(night)),
        built_before=built_before,
        left_out=len(below) - len(kept),
    )


def _open_lines(night: Night, bases: Collection[str], told: dict[str, Told]) -> Iterator[str]:
    """Images whose line leaves the listings, with no record of how it continues."""
    elsewhere = "SELECT count(*) FROM untold ANTI JOIN found ON found.key = untold.source"
    if not bases or not night.store.select(elsewhere).rows[0][0]:
        return
    made = [told[each].created if each in told else None for each in bases]
    first = None if None in made else min(each for each in made if each)
    partitions = {partition_of(each.partition("/")[0]) for each in bases}
    lines = [
        (source, images)
        for source, images, oldest in night.store.select(_OPEN).rows
        if not (first and oldest and oldest < first)
        and (source.startswith("?") or partition_of(source.partition("/")[0]) in partitions)
    ]
    if not lines:
        return
    number = sum(images for _, images in lines)
    sources = some([shown(source) for source, _ in lines])
    what = "image has a source" if number == 1 else "images have sources"
    yield (
        f"lineage not followed: {number} {what} that is in no listing and has no stored record: {sources}"
    )


def _contradictions(night: Night, family: Family, told: dict[str, Told]) -> Iterator[str]:
    for base, parent in family.circles():
        made = f"{shown(base)} is recorded as made from {shown(parent)}"
        yield f"{made}, which descends from it"
    for child, sources in sorted(family.several_sources()):
        yield f"{shown(child)} is recorded as made from {' and from '.join(map(shown, sorted(sources)))}"
    for key, branch in family.branches.items():
        above = told.get(branch.parent) if branch.parent else None
        known = told.get(key)
        if branch.rank != RECORDED or not (above and known and above.created and known.created):
            continue
        if known.created < above.created:
            yield f"{shown(key)} is older than {shown(above.key)}, which it is recorded as made from"
    yield from _unrecorded_marks(night, family)


_LINE = """
WITH RECURSIVE asked(key) AS (SELECT unnest($1::VARCHAR[])),
line(key, here, depth) AS (
    SELECT key, key, 0 FROM asked
    UNION SELECT line.key, edges.parent, line.depth + 1
    FROM line JOIN edges ON edges.child = line.here AND edges.rank = 0 WHERE line.depth < 60
)
SELECT key, arg_max(here, depth), max(depth), bool_or(here IN (SELECT key FROM found) AND depth > 0) FROM line
GROUP BY key HAVING max(depth) BETWEEN 1 AND 59 ORDER BY key
"""


def _unrecorded_marks(night: Night, family: Family) -> Iterator[str]:
    """Images that descend according to a watermark, but not according to their complete record."""
    marked = [each for each, branch in family.branches.items() if branch.rank == MARK]
    if not marked:
        return
    ends = {
        row[0]
        for row in night.store.select(
            "SELECT key FROM listed WHERE source IS NULL OR vendor UNION"
            " SELECT key FROM recorded WHERE source IS NULL OR vendor"
        ).rows
    }
    for key, end, _, met in night.store.select(_LINE, marked).rows:
        if end in ends and not met:
            parent = family.branches[key].parent or ""
            yield (
                f"{shown(key)} has a watermark from {shown(parent)}, which is not in its recorded lineage up to {shown(end)}"
            )


def _notes(bases: Iterable[Relative], below: Iterable[Relative]) -> Iterator[str]:
    gone = [each for each in (*bases, *below) if not each.listed]
    if gone:
        what = "image of this family is" if len(gone) == 1 else "images of this family are"
        yield (
            f"{len(gone)} {what} in no listing: images registered from the same snapshots cannot be found"
        )
    ids = [each.image_id for each in bases]
    for id in sorted({each for each in ids if ids.count(each) > 1}):
        yield f"{id} exists in several Regions: all of them are used"
    if any(each.edge is Edge.LIKELY for each in below):
        yield "likely: images that share a snapshot with an older image and have no recorded source"


def _hidden(night: Night) -> Iterator[str]:
    """Say that Allowed AMIs hides images although all lists were read.

    Nothing can launch them in these places, and running instances still show them.
    """
    places = [
        f"{each.account}/{each.region}"
        for each in night.places
        if each.hides and not each.lacks(EVERY)
    ]
    if places:
        yield (
            f"Allowed AMIs hides images that others share in {some(places)}: they are in no list, and "
            "nothing there can launch them"
        )
