"""Predicts whether EC2's Allowed AMIs would admit an image.

Facts: EC2 API Reference, ImageCriterion, ImageWatermarkFilter, ScanResultCondition; EC2 User Guide,
"How Allowed AMIs works": one criterion is enough, all its fields must match, one value of a list is
enough, and an account's own images are always admitted. Days count until now, as the API reference
says. Inferred: an empty list of criteria admits nothing. A criterion without fields may have a field
that the installed SDK does not know, so it is not known what it admits.
"""

from collections.abc import Collection, Iterator
from datetime import datetime

import msgspec
from msgspec.structs import replace

from assay.model import SEVERITIES, AllowedImages, Image, ImageCriterion, ScanCondition, ScanResults
from assay.model.times import day_of
from assay.policy.golden import Is, best, satisfies, young
from assay.policy.wildcard import matches


class Admission(msgspec.Struct, frozen=True, gc=False):
    """Whether the criteria admit an image, and if not, why each criterion does not."""

    admitted: Is
    why_not: tuple[str, ...] = ()


def admission(
    image: Image, settings: AllowedImages, as_of: datetime, untold: Collection[str] = ()
) -> Admission:
    """Judge `image` by the criteria alone, no matter who owns it.

    `untold` names the fields of the image that the source of its description never fills in: if such
    a field is empty, its value is unknown.
    """
    unread = False
    why_not: list[str] = []
    for number, criterion in enumerate(settings.criteria, 1):
        held, why = _all(_fields(image, criterion, as_of, untold))
        if held is Is.YES:
            return Admission(Is.YES)
        unread = unread or held is Is.UNREAD
        why_not.append(f"criterion {number}: {why}")
    if not settings.criteria:
        why_not.append("there are no criteria")
    return Admission(Is.UNREAD if unread else Is.NO, tuple(why_not))


def widest(settings: AllowedImages) -> AllowedImages | None:
    """The settings as they would be if a `?` could also stand for no character.

    EC2 does not document whether it can. None if no pattern has a `?`, or only ones with too many.
    """
    found = replace(settings, criteria=tuple(map(_wider, settings.criteria)))
    return found if found != settings else None


def _wider(criterion: ImageCriterion) -> ImageCriterion:
    names, marks = criterion.names, criterion.watermarks
    return replace(
        criterion,
        names=names and tuple(name for each in names for name in _without_some(each)),
        watermarks=marks
        and tuple(
            replace(each, key=key, source_image_region=region)
            for each in marks
            for key in _perhaps(each.key)
            for region in _perhaps(each.source_image_region)
        ),
    )


_MOST_UNSURE = 8
"""The most `?` in one pattern that are tried: each of them doubles the number of patterns."""


def _perhaps(pattern: str | None) -> tuple[str | None, ...]:
    return (None,) if pattern is None else _without_some(pattern)


def _without_some(pattern: str) -> tuple[str, ...]:
    """The pattern with every subset of its question marks removed, the unchanged pattern first."""
    if pattern.count("?") > _MOST_UNSURE:
        return (pattern,)
    first, *rest = pattern.split("?")
    found = [first]
    for piece in rest:
        found = [f"{each}{mark}{piece}" for each in found for mark in ("?", "")]
    return tuple(found)


_Held = tuple[Is, str | None]


def _all(fields: Iterator[_Held]) -> _Held:
    """Whether all fields match; if not, the first that does not, or else the first unread one."""
    unread: _Held | None = None
    for held, why in fields:
        if held is Is.NO:
            return held, why
        if held is Is.UNREAD and unread is None:
            unread = held, why or "EC2 left out a field that decides it"
    return unread or (Is.YES, None)


def _fields(
    image: Image, criterion: ImageCriterion, as_of: datetime, untold: Collection[str]
) -> Iterator[_Held]:
    if criterion == ImageCriterion():
        yield Is.UNREAD, "it has no field that this version of boto3 knows"
    if criterion.providers is not None:
        yield _provided(image, criterion.providers)
    if criterion.product_codes is not None:
        yield _sold(image, criterion.product_codes, untold)
    if criterion.names is not None:
        yield _named(image, criterion.names)
    if criterion.max_days_since_created is not None:
        yield young("the image", criterion.max_days_since_created, image.creation_date, as_of)
    if criterion.max_days_since_deprecated is not None:
        yield _deprecated(image, criterion.max_days_since_deprecated, as_of)
    if criterion.watermarks is not None:
        yield _marked(image, criterion, as_of)
    if criterion.scan is not None:
        found = _told(image, "scan_results", untold)
        yield found or scanned(image.scan_results, criterion.scan, as_of)


def _told(image: Image, field: str, untold: Collection[str]) -> _Held | None:
    if field not in untold or getattr(image, field):
        return None
    return Is.UNREAD, f"EC2 did not return its {field.replace('_', ' ')}"


def _sold(image: Image, codes: tuple[str, ...], untold: Collection[str]) -> _Held:
    sold = any(code in codes for code in image.product_codes)
    found = None if sold else _told(image, "product_codes", untold)
    return found or ((Is.YES if sold else Is.NO), "it has none of the product codes")


def _provided(image: Image, providers: tuple[str, ...]) -> _Held:
    if image.owner_alias in providers or image.owner_id in providers:
        return Is.YES, None
    if image.owner_id is None:
        return Is.UNREAD, None
    return Is.NO, f"{image.owner_alias or image.owner_id} is not among the providers"


def _named(image: Image, names: tuple[str, ...]) -> _Held:
    if image.name is None:
        return Is.UNREAD, None
    fits = any(matches(pattern, image.name) for pattern in names)
    return (Is.YES if fits else Is.NO), "its name matches none of the names"


def _deprecated(image: Image, days: int, as_of: datetime) -> _Held:
    """An image without a deprecation time, or with one in the future, is not deprecated."""
    since = image.deprecation_time
    if since is None or since > as_of:
        return Is.YES, None
    held, _ = young("", days, since, as_of)
    return held, f"it has been deprecated since {day_of(since)}"


def _marked(image: Image, criterion: ImageCriterion, as_of: datetime) -> _Held:
    held = best(
        satisfies(mark, filter, as_of)[0]
        for mark in image.watermarks
        for filter in criterion.watermarks or ()
    )
    return held, "none of its watermarks matches a filter" if held is Is.NO else None


def scanned(results: ScanResults | None, wanted: ScanCondition, as_of: datetime) -> _Held:
    """Judge a ScanResultCondition. An image that Amazon Inspector has not scanned meets none."""
    if results is None:
        return Is.NO, "Amazon Inspector has not scanned it"
    return _all(_findings(results, wanted, as_of))


def _findings(results: ScanResults, wanted: ScanCondition, as_of: datetime) -> Iterator[_Held]:
    if wanted.max_severity is not None:
        yield no_worse(results, wanted.max_severity)
    yield young("its last scan", wanted.max_days_since_scan, results.finding_scan_date, as_of)
    for severity, days in wanted.max_days_since_fix.items():
        since = results.fix_available_since.get(severity)
        if since is not None:
            yield young(f"the fix for a {severity} finding", days, since, as_of)


def no_worse(results: ScanResults, limit: str) -> _Held:
    """Whether the worst finding is at most `limit`; true for a scanned image without findings."""
    worst = results.highest_finding_severity
    if worst is None:
        return Is.YES, None
    for severity in (worst, limit):
        if severity not in SEVERITIES:
            return Is.UNREAD, f"unknown severity {severity}"
    held = SEVERITIES.index(worst) <= SEVERITIES.index(limit)
    return (Is.YES if held else Is.NO), f"its worst finding is {worst}"
