"""Exports a policy as criteria for EC2's Allowed AMIs, and lists what the criteria cannot express.

Facts: EC2 API Reference, ReplaceImageCriteriaInAllowedImagesSettings, ImageCriterionRequest (all
fields of a criterion must match, one criterion is enough; how many there may be),
ImageWatermarkFilterRequest, ScanResultConditionRequest; EC2 User Guide, "Control the discovery and
use of AMIs in Amazon EC2 with Allowed AMIs" (an account's own images are never restricted; AWS
services launch their own images). Neither says what a `?` stands for in criteria.

Only rules that fail a reference become conditions, because EC2 has no warnings. Anything without a
counterpart is left out and reported. An exception is left out rather than widened.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec

from assay.errors import PolicyError
from assay.model import ImageMatch, Policy, PolicyException, Severity, WatermarkFilter
from assay.model.times import day_of
from assay.policy.rules import RULES

MOST_CRITERIA = 10
MOST_VALUES = {"ImageProviders": 200, "ImageWatermarks": 50}
_NAME = re.compile(r"(?=[^?]*\Z|.{3})[A-Za-z0-9()\[\] ./'@_*?-]{1,128}")
"""An image name in a criterion; with a `?` it has at least three characters."""
_SELF = "self"

Criterion = dict[str, Any]
"""An `ImageCriterionRequest`, as in JSON."""


class Exported(msgspec.Struct, frozen=True):
    """The input for `--cli-input-json`, and one line for each part of the policy that it lacks."""

    criteria: tuple[Criterion, ...]
    lost: tuple[str, ...]

    @property
    def document(self) -> dict[str, Any]:
        """The input of ReplaceImageCriteriaInAllowedImagesSettings."""
        return {"ImageCriteria": list(self.criteria)}


def allowed_amis(policy: Policy, as_of: datetime) -> Exported:
    """Return the criteria of `policy`, with the exceptions that are valid on the day of `as_of`.

    Raises `PolicyError` if there are more criteria or values than EC2 accepts.
    """
    conditions = _conditions(policy)
    criteria = [_criterion(conditions)]
    lost = [*_warnings(policy), *_of_the_document(policy)]
    today = day_of(as_of)
    for number, exception in enumerate(policy.exceptions, 1):
        name = f"exception {number} ({exception.name})"
        if conditions.keys().isdisjoint(exception.rules):
            continue  # EC2 does not check what this exception lets through
        if exception.expires < today:
            lost.append(f"{name} expired on {exception.expires}: left out")
            continue
        why_not = next(_inexpressible(exception, conditions), None)
        if why_not:
            lost.append(f"{name} is left out: {why_not}")
            continue
        lost.append(
            f"{name} ends on {exception.expires}, but EC2's criterion has no end: export it again then"
        )
        criteria.append(_excepted(exception, conditions))
    unique = [each for n, each in enumerate(criteria) if each not in criteria[:n]]
    _refuse_excess(unique, policy)
    return Exported(tuple(unique), (*lost, *_always(unique)))


# ------------------------------------------------------------------------------------- conditions


_Conditions = dict[str, tuple[str, Any]]
"""By the rule that it corresponds to, a field of a criterion and its value."""


def _conditions(policy: Policy) -> _Conditions:
    """The policy's requirements that EC2 can check; watermarks are always among them."""
    require = policy.require
    found: _Conditions = {}
    if require.owners is not None and _fails(policy, "untrusted-owner"):
        others = [owner for owner in dict.fromkeys(require.owners) if owner != _SELF]
        found["untrusted-owner"] = "ImageProviders", others or ["none"]
    if require.max_age_days is not None and _fails(policy, "too-old"):
        days = {"MaximumDaysSinceCreated": require.max_age_days}
        found["too-old"] = "CreationDateCondition", days
    if _fails(policy, "deprecated"):
        found["deprecated"] = "DeprecationTimeCondition", {"MaximumDaysSinceDeprecated": 0}
    marks = [_filter(each) for each in policy.golden.watermarks]
    found["unmarked"] = "ImageWatermarks", marks
    if require.max_scan_severity is not None and _fails(policy, "scan-findings"):
        severity = {"MaximumSeverityLabel": require.max_scan_severity}
        found["scan-findings"] = "ScanResultCondition", severity
    return found


def _fails(policy: Policy, rule: str) -> bool:
    return _severity(policy, rule) is Severity.ERROR


def _severity(policy: Policy, rule: str) -> Severity:
    return next(each.severity_by(policy) for each in RULES if each.id == rule)


def _filter(filter: WatermarkFilter) -> dict[str, Any]:
    fields = {
        "WatermarkKey": filter.key,
        "SourceImageRegion": filter.source_image_region,
        "MaximumDaysSinceSourceImageCreated": filter.max_days_since_source_image_created,
        "MaximumDaysSinceWatermarkCreated": filter.max_days_since_watermark_created,
    }
    return {name: value for name, value in fields.items() if value is not None}


def _criterion(conditions: _Conditions, instead: Criterion | None = None) -> Criterion:
    """A criterion with all conditions; `instead` replaces fields. In the API reference's order."""
    fields = {**dict(conditions.values()), **(instead or {})}
    order = (
        "ImageProviders", "MarketplaceProductCodes", "ImageNames", "DeprecationTimeCondition",
        "CreationDateCondition", "ImageWatermarks", "ScanResultCondition",
    )  # fmt: skip
    return {name: fields[name] for name in order if name in fields}


# ------------------------------------------------------------------------------------- exceptions


def _excepted(exception: PolicyException, conditions: _Conditions) -> Criterion:
    """The criterion of an exception: its images, with the conditions that it does not except."""
    assert exception.match.image is not None
    kept = {rule: each for rule, each in conditions.items() if rule not in exception.rules}
    return _criterion(kept, _images(exception.match.image))


def _images(match: ImageMatch) -> Criterion:
    providers, code, name = match.owner_alias or match.owner, match.product_code, match.name
    return {
        **({"ImageProviders": [providers]} if providers else {}),
        **({"MarketplaceProductCodes": [code]} if code else {}),
        **({"ImageNames": [name]} if name else {}),
    }


def _inexpressible(exception: PolicyException, conditions: _Conditions) -> Iterator[str]:
    """The parts of an exception that no criterion can express."""
    match, image = exception.match, exception.match.image
    by = {
        "address": match.address, "module": match.module, "resource type": match.resource_type,
        "account": match.account, "Region": match.region, "tags of a resource": match.tags,
        "image id": image and image.id, "tags of an image": image and image.tags,
    }  # fmt: skip
    names = [name for name, value in by.items() if value]
    if names:
        yield f"no criterion can express {', '.join(names)}"
    if image is None:
        return
    if image.owner and image.owner_alias:
        yield "no criterion can express an owner and an alias at once"
    if image.name and not _NAME.fullmatch(image.name):
        yield "EC2 does not accept its name pattern"
    provider = image.owner_alias or image.owner
    _, trusted = conditions.get("untrusted-owner", (None, None))
    if (
        provider
        and trusted
        and "untrusted-owner" not in exception.rules
        and provider not in trusted
    ):
        yield f"{provider} is not in require.owners, and untrusted-owner is not among its rules"


# --------------------------------------------------------------------------------- what gets lost


def _warnings(policy: Policy) -> Iterator[str]:
    """Rules that the policy does not treat as errors, whereas EC2 can only admit or refuse."""
    require = policy.require
    for rule, key in (
        ("untrusted-owner", require.owners is not None and "require.owners"),
        ("too-old", require.max_age_days is not None and "require.max_age_days"),
        ("scan-findings", require.max_scan_severity is not None and "require.max_scan_severity"),
    ):
        severity = _severity(policy, rule)
        if key and severity is not Severity.ERROR:
            yield f"{key} is left out: {rule} is {severity.value} here, but EC2 can only refuse"
    if not _fails(policy, "unmarked"):
        severity = _severity(policy, "unmarked")
        yield f"unmarked is {severity.value} here, but EC2's criteria refuse unmarked images anyway"


def _of_the_document(policy: Policy) -> Iterator[str]:
    """Other parts of the policy that EC2's criteria cannot express."""
    require, revoked = policy.require, policy.revoked
    if policy.golden.source_images:
        yield "golden.source_images is lost: EC2 admits a golden watermark whatever image it was attached to"
    if require.ancestry_agrees and _severity(policy, "lineage-mismatch") is not Severity.OFF:
        yield "require.ancestry is lost: EC2 does not compare watermarks with the recorded ancestry"
    if require.max_depth is not None:
        yield "require.max_depth is lost: EC2 does not count derivations"
    if revoked.watermarks:
        yield "revoked.watermarks is lost: EC2 cannot refuse a watermark that matches a filter"
    if revoked.images:
        yield "revoked.images is lost: EC2 cannot refuse what descends from an image"
    for scope in policy.scopes:
        yield f"scope {scope.name} is lost: EC2's criteria apply to a whole account and Region"


def _always(criteria: list[Criterion]) -> Iterator[str]:
    """Remarks that depend only on the criteria."""
    patterns = [
        pattern
        for each in criteria
        for pattern in (
            *each.get("ImageNames", ()),
            *(mark[name] for mark in each.get("ImageWatermarks", ()) for name in mark),
        )
    ]
    if any("?" in str(pattern) for pattern in patterns):
        yield "a ? stands for one character here; EC2 does not say whether it can also stand for none"
    if not any("amazon" in each.get("ImageProviders", ()) for each in criteria):
        yield (
            "no criterion admits amazon: AWS services that launch images of their own (EKS, ECS, "
            "EMR and others) would be refused; try audit-mode first"
        )
    yield "EC2 never restricts the account's own images; only a check of the plan covers them"


def _refuse_excess(criteria: list[Criterion], policy: Policy) -> None:
    if len(criteria) > MOST_CRITERIA:
        raise PolicyError(
            f"needs {len(criteria)} criteria, but EC2 accepts at most {MOST_CRITERIA}",
            where=policy.path,
            hint="each exception that EC2 can express needs one criterion: merge or end some",
        )
    for field, most in MOST_VALUES.items():
        needed = max(len(each.get(field, ())) for each in criteria)
        if needed > most:
            raise PolicyError(
                f"needs {needed} {field} in one criterion, but EC2 accepts at most {most}",
                where=policy.path,
            )
