"""Which images of a night have an Amazon Inspector finding; EC2 is asked for each scanned image."""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor

from msgspec import Struct

from assay.catalog.fleet_questions import FINDINGS_OF
from assay.catalog.interface import CutShort, ImageCatalog, as_far_as_read
from assay.errors import InputError
from assay.fleet.naming import some
from assay.fleet.night import Night
from assay.model import SEVERITIES, Place
from assay.model.findings import ImageFinding

_ASKED = """
SELECT region || '/' || image_id AS key, account, region, image_id, scan_severity FROM images
WHERE night = $1 AND scan_severity IS NOT NULL AND shared_from IS NULL
UNION ALL
SELECT region || '/' || image_id, min(account), region, image_id, max(scan_severity) FROM images
WHERE night = $1 AND scan_severity IS NOT NULL GROUP BY region, image_id HAVING bool_and(shared_from IS NOT NULL)
ORDER BY 1
"""
_CLEAN = """
SELECT DISTINCT region || '/' || image_id FROM images
WHERE night = $1 AND scan_severity IS NULL AND scan_date IS NOT NULL
"""
"""Images that were scanned without findings (EC2 API Reference, ScanResults)."""
_NOT_SCANNED = """
SELECT count(*) FROM (
    SELECT region, image_id FROM images WHERE night = $1 AND image_id NOT IN (SELECT unnest($2))
    GROUP BY region, image_id HAVING bool_and(scan_severity IS NULL AND scan_date IS NULL)
)
"""
_FORM = re.compile(
    r"CVE-[0-9]{4}-[0-9]{4,19}|GHSA(?:-[0-9a-z]{4}){3}"
    r"|(?!CVE|GHSA|ami-|snap-|i-)[a-z](?=[^-]*-)(?=.*[0-9])[a-z0-9.:_-]{3,99}(?<!-)",
    re.IGNORECASE,
)
"""The whole id: no finding has a part of one, so that every image would seem to be without it."""


class Having(Struct, frozen=True):
    """The keys of images with and without a finding."""

    having: tuple[str, ...]
    without: frozenset[str]
    """Images that were scanned and do not have the finding."""
    gaps: tuple[str, ...]


def having(
    catalog: ImageCatalog, night: Night, finding: str, least: str | None, workers: int = 16
) -> Having:
    """Return the images with a finding at this severity or worse. Raises `InputError` for a bad id."""
    if not _FORM.fullmatch(finding):
        raise InputError(
            f"{finding!r} is not the id of a finding", hint="write it like CVE-2026-12345"
        )
    rows = night.store.select(_ASKED, night.date).rows
    asked = [row for row in rows if _as_bad(row[4], least)]
    pool = ThreadPoolExecutor(workers, "finding")
    try:
        answers = list(pool.map(lambda row: _findings(catalog, *row[1:4]), asked))
    finally:  # after an interrupt, do not wait for calls in progress
        pool.shutdown(wait=False, cancel_futures=True)
    found: list[str] = []
    lost: defaultdict[str, list[str]] = defaultdict(list)
    without = {row[0] for row in rows}
    without.update(key for (key,) in night.store.select(_CLEAN, night.date).rows)
    for row, (told, cut) in zip(asked, answers, strict=True):
        if any(_is_it(each, finding, least) for each in told):  # however the list goes on
            found.append(row[0])
            without.discard(row[0])
        elif cut is not None:
            lost[cut.reason].append(f"{row[3]} in {row[1]}/{row[2]}")
            without.discard(row[0])
    gaps = [_not_known(images, why) for why, images in lost.items()]
    return Having(tuple(found), frozenset(without), tuple(gaps))


def _not_known(images: Sequence[str], why: str) -> str:
    number = "1 image" if len(images) == 1 else f"{len(images)} images"
    return f"the findings of {number} are not known ({some(images)}): {why}"


def not_scanned(night: Night, listed: Collection[str]) -> str | None:
    """Say how many images, other than those listed, were not scanned; None if all were."""
    ((number,),) = night.store.select(_NOT_SCANNED, night.date, list(listed)).rows
    if not number:
        return None
    others = "1 other image was" if number == 1 else f"{number} other images were"
    return f"{others} not scanned, so it is not known whether the finding applies"


def _findings(
    catalog: ImageCatalog, account: str, region: str, id: str
) -> tuple[list[ImageFinding], CutShort | None]:
    return as_far_as_read(catalog.list_all(FINDINGS_OF, (Place.of(region, account), id)))


def _is_it(found: ImageFinding, wanted: str, least: str | None) -> bool:
    """Whether the title contains the id as a word: CVE-2026-1234 is not in CVE-2026-12345."""
    word = rf"(?<![A-Za-z0-9-]){re.escape(wanted)}(?![A-Za-z0-9-])"
    return bool(re.search(word, found.title, re.IGNORECASE)) and _as_bad(found.severity, least)


def _as_bad(severity: str | None, least: str | None) -> bool:
    """Whether a severity is at least `least`; an unknown severity may be any."""
    if least is None or severity not in SEVERITIES:
        return True
    return SEVERITIES.index(severity) >= SEVERITIES.index(least)
