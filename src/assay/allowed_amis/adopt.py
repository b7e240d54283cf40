"""Converts EC2's Allowed AMIs settings to the closest policy, and lists what the policy lacks.

Facts: EC2 API Reference, GetAllowedImagesSettings, ImageCriterion and the types below it. What counts
as closest is decided here; what gets lost becomes a remark in the policy.

- The first criterion that requires watermarks becomes the policy, with its other requirements.
  Criteria with the same other requirements only add their watermarks.
- Without such a criterion, the golden mark comes from the caller; a criterion that is the only one
  still says who may own an image, and how old it may be.
- A criterion that requires no watermark admits images that are not golden: its providers, product
  codes and names become exceptions, which are commented out until somebody approves them.
- A filter that marks of any account would match is left out, because a policy does not accept it.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import product

import msgspec
from msgspec.structs import replace

from assay.allowed_amis.starter import Start, Stub, quoted
from assay.model import SEVERITIES, AllowedImages, ImageCriterion, WatermarkFilter
from assay.policy.document import KEY, REGION_PATTERN

MOST_STUBS = 20
"""The most stubs for one criterion: EC2 accepts 200 providers, 50 product codes and 50 names."""
_SELF, _NONE = "self", "none"


class Adopted(msgspec.Struct, frozen=True):
    """A first policy, whether the settings name golden marks, and what the policy leaves out."""

    start: Start
    names_marks: bool
    lost: tuple[str, ...]


def adopt(settings: AllowedImages, fallback: WatermarkFilter) -> Adopted:
    """Return the closest policy; `fallback` is golden if no criterion has a usable filter."""
    lost: list[str] = []
    criteria = {n: _usable(n, each, lost) for n, each in enumerate(settings.criteria, 1)}
    main = _main(criteria)
    filters: list[WatermarkFilter] = []
    stubs: list[Stub] = []
    for number, each in criteria.items():
        if each is None:
            continue
        if main is not None and _without_marks(each) == _without_marks(main) and each.watermarks:
            filters += each.watermarks
        elif each.watermarks:
            keys = ", ".join(quoted(filter.key) for filter in each.watermarks)
            lost.append(f"criterion {number} admits {keys} under other conditions and is left out")
        else:
            stubs += _exceptions(number, each, main, lost)
        if each is main:
            stubs += _aliases(each)
            lost += (f"criterion {number} {what}" for what in _unsaid(each))
    start = Start(
        tuple(dict.fromkeys(filters)) or (fallback,),
        owners=_owners(main),
        max_age_days=main.max_days_since_created if main else None,
        max_scan_severity=_severity(main),
        deprecated_fails=main is not None and main.max_days_since_deprecated is not None,
        stubs=tuple(dict.fromkeys(stubs)),
        remarks=tuple(_remarks(settings, lost)),
    )
    return Adopted(start, bool(filters), tuple(lost))


def _remarks(settings: AllowedImages, lost: Sequence[str]) -> Iterator[str]:
    by = {"account": ", managed by the account", None: ""}.get(
        settings.managed_by, f", managed by a {settings.managed_by}"
    )
    yield f"Made from Allowed AMIs settings; their state: {settings.state}{by}."
    if lost:
        yield "What the settings say and this policy does not:"
    for each in lost:
        yield f"- {each}"


# ---------------------------------------------------------------------------------- what becomes it


def _usable(number: int, criterion: ImageCriterion, lost: list[str]) -> ImageCriterion | None:
    """The criterion with the filters that a policy accepts; None if it accepts none of them."""
    if criterion.watermarks is None:
        return criterion
    kept = []
    for each in criterion.watermarks:
        why_not = _untaken(each)
        if why_not:
            lost.append(f"criterion {number} has a watermark filter {why_not}")
        else:
            kept.append(each)
    if not kept:
        lost.append(f"criterion {number} is left out, because it has no other watermark filter")
        return None
    return replace(criterion, watermarks=tuple(kept))


def _untaken(filter: WatermarkFilter) -> str | None:
    if filter.key is None:
        return "without a key: watermarks of any account would be golden"
    if not re.search(KEY, filter.key):
        return f"for {quoted(filter.key)}: a policy needs 12 digits, a colon and a pattern for the name"
    region = filter.source_image_region
    if region is not None and not re.search(REGION_PATTERN, region):
        return f"for the Region {quoted(region)}, which a policy cannot contain"
    return None


def _main(criteria: dict[int, ImageCriterion | None]) -> ImageCriterion | None:
    """The criterion that becomes the policy: the first with watermarks, or else the only one.

    The only one counts if it has neither names nor product codes.
    """
    for each in criteria.values():
        if each is not None and each.watermarks:
            return each
    if len(criteria) != 1:
        return None
    (alone,) = criteria.values()
    return alone if alone and not (alone.names or alone.product_codes) else None


def _without_marks(criterion: ImageCriterion) -> ImageCriterion:
    return replace(criterion, watermarks=None)


def _owners(main: ImageCriterion | None) -> tuple[str, ...] | None:
    """The accounts among the providers, and `self`: an account's own images are always admitted."""
    if main is None or main.providers is None:
        return None
    return (_SELF, *dict.fromkeys(each for each in main.providers if each.isdecimal()))


def _severity(criterion: ImageCriterion | None) -> str | None:
    return criterion.scan.max_severity if criterion and criterion.scan else None


def _unsaid(main: ImageCriterion) -> Iterator[str]:
    """The requirements of `main` that the policy made from it lacks."""
    if main.watermarks and main.product_codes:
        yield f"also requires a product code: {', '.join(map(quoted, main.product_codes))}"
    if main.watermarks and main.names:
        yield f"also requires a name: {', '.join(map(quoted, main.names))}"
    if main.max_days_since_deprecated:
        days = main.max_days_since_deprecated
        yield f"admits an image for {days} days after its deprecation, which this policy cannot express"
    if main.scan and main.scan.max_days_since_scan is not None:
        yield f"requires a scan in the last {main.scan.max_days_since_scan} days"
    for severity, days in main.scan.max_days_since_fix.items() if main.scan else ():
        yield f"allows {severity} findings until {days} days after a fix is available"


# -------------------------------------------------------------------------------------- exceptions


def _aliases(main: ImageCriterion) -> Iterator[Stub]:
    """Exceptions for provider aliases, because `require.owners` accepts only accounts."""
    if main.watermarks:
        for each in main.providers or ():
            if each != _NONE and not each.isdecimal():
                yield Stub((("owner_alias", each),), ("untrusted-owner",))


def _exceptions(
    number: int, criterion: ImageCriterion, main: ImageCriterion | None, lost: list[str]
) -> list[Stub]:
    """One exception for each combination of provider, product code and name."""
    providers: Sequence[str | None] = criterion.providers or (None,)
    codes: Sequence[str | None] = criterion.product_codes or (None,)
    names: Sequence[str | None] = criterion.names or (None,)
    if providers == (_NONE,):
        return []  # it admits no other account's images, like a policy without exceptions
    if len(providers) * len(codes) * len(names) > MOST_STUBS:
        lost.append(
            f"criterion {number} admits {len(providers)} providers, {len(codes)} product codes "
            f"and {len(names)} names together: write exceptions for the ones you use"
        )
        return []
    stubs = []
    for provider, code, name in product(providers, codes, names):
        image = tuple(_image(provider, code, name))
        if image:
            stubs.append(Stub(image, tuple(_excepted(criterion, provider, main))))
        else:
            lost.append(f"criterion {number} names no watermark, provider, product code or name")
    limits = [] if criterion is main else list(_limits(criterion, main))
    if limits and stubs:
        lost.append(f"criterion {number} limits {', '.join(limits)}, which an exception cannot do")
    return stubs


def _image(provider: str | None, code: str | None, name: str | None) -> Iterator[tuple[str, str]]:
    if provider is not None:
        yield ("owner" if provider.isdecimal() else "owner_alias"), provider
    if code is not None:
        yield "product_code", code
    if name is not None:
        yield "name", name


def _excepted(
    criterion: ImageCriterion, provider: str | None, main: ImageCriterion | None
) -> Iterator[str]:
    """The rules of the policy made from `main` that would fail images that `criterion` admits."""
    yield "unmarked"
    owners = _owners(main)
    if owners is not None and provider not in owners:
        yield "untrusted-owner"
    if main is None:
        return
    age, most = criterion.max_days_since_created, main.max_days_since_created
    if most is not None and (age is None or age > most):
        yield "too-old"
    if main.max_days_since_deprecated is not None and criterion.max_days_since_deprecated != 0:
        yield "deprecated"
    worst, limit = _severity(criterion), _severity(main)
    if limit is not None and (worst is None or SEVERITIES.index(worst) > SEVERITIES.index(limit)):
        yield "scan-findings"


def _limits(criterion: ImageCriterion, main: ImageCriterion | None) -> Iterator[str]:
    """The requirements of `criterion` that an exception for its images would not have."""
    age, days = criterion.max_days_since_created, criterion.max_days_since_deprecated
    if age is not None and (main is None or age != main.max_days_since_created):
        yield f"the age to {age} days"
    kept = days == 0 and main is not None and main.max_days_since_deprecated is not None
    if days is not None and not kept:
        yield f"the days since deprecation to {days}"
    if criterion.scan is not None and (main is None or criterion.scan != main.scan):
        yield "what Amazon Inspector found"
