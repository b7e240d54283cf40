"""Which images an account sees in a Region: ownership, sharing, Allowed AMIs, filters."""

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from .errors import ApiError
from .records import Caller, Image, ScanResults, Watermark
from .wire import timestamp
from .world import World

MEMBER_OF_FILTER = {
    "architecture": "Architecture",
    "creation-date": "CreationDate",
    "description": "Description",
    "hypervisor": "Hypervisor",
    "image-allowed": "ImageAllowed",
    "image-id": "ImageId",
    "image-type": "ImageType",
    "is-public": "Public",
    "name": "Name",
    "owner-alias": "ImageOwnerAlias",
    "owner-id": "OwnerId",
    "root-device-name": "RootDeviceName",
    "root-device-type": "RootDeviceType",
    "source-image-id": "SourceImageId",
    "source-image-region": "SourceImageRegion",
    "source-instance-id": "SourceInstanceId",
    "state": "State",
    "virtualization-type": "VirtualizationType",
}
# The names of the API reference. The User Guide's `image-watermark-key` is refused here;
# UNVERIFIED, which of the two spellings the service takes.
MEMBER_OF_WATERMARK_FILTER = {
    "image-watermark.watermark-key": "WatermarkKey",
    "image-watermark.source-image-id": "SourceImageId",
    "image-watermark.source-image-region": "SourceImageRegion",
    "image-watermark.source-image-creation-time": "SourceImageCreationTime",
    "image-watermark.watermark-creation-time": "WatermarkCreationTime",
}
NOT_EMULATED = frozenset(
    {
        *(f"block-device-mapping.{end}" for end in ("delete-on-termination", "device-name")),
        *(f"block-device-mapping.{end}" for end in ("snapshot-id", "volume-size", "volume-type")),
        *("block-device-mapping.encrypted", "boot-mode", "ena-support", "free-tier-eligible"),
        *("instance-type-specification.supported-instance-type", "kernel-id", "manifest-location"),
        *("instance-type-specification.unsupported-instance-type", "platform", "product-code.type"),
        *("public-ssm-parameter-name", "ramdisk-id", "sriov-net-support", "state-reason-code"),
        *("state-reason-message", "scan-result.finding-scan-date"),
        "scan-result.highest-finding-severity-label",
        *(
            f"scan-result.{label}-fix-available-since"
            for label in ("informational", "low", "medium", "high", "critical")
        ),
    }
)
"""Names that the API reference has for DescribeImages besides, so that none is called invalid."""
SEVERITY_LABELS = ["informational", "low", "medium", "high", "critical"]


def can_use(world: World, caller: Caller, image: Image) -> bool:
    """Whether the account has access to the image and its Allowed AMIs settings do not hide it."""
    if image.region != caller.region:
        return False
    if image.owner_id == caller.account:
        return True
    if not image.public and not is_shared(world, caller.account, image):
        return False
    settings = world.allowed.get((caller.account, caller.region))
    return settings is None or settings.state != "enabled" or is_allowed(world, caller, image)


def is_shared(world: World, account: str, image: Image) -> bool:
    """With the account itself, or with its organisation; OUs are those that the account is right below."""
    if account in image.shared_with:
        return True
    member = (world.organization.accounts if world.organization else {}).get(account)
    return member is not None and any(
        ":organization/" in arn or arn.endswith(f"/{member[0]}")
        for arn in image.shared_with_organizations
    )


def is_allowed(world: World, caller: Caller, image: Image) -> bool:
    """Whether Allowed AMIs admit an image: the account's own always, others by the criteria."""
    settings = world.allowed.get((caller.account, caller.region))
    if settings is None or image.owner_id == caller.account:
        return True
    return any(_meets(world, image, criterion) for criterion in settings.criteria)


def _meets(world: World, image: Image, criterion: Mapping[str, Any]) -> bool:
    """All fields of an `ImageCriterion` must hold."""
    return all(_holds(world, image, field, value) for field, value in criterion.items())


def _holds(world: World, image: Image, field: str, value: Any) -> bool:
    """Whether one field of a criterion holds; of a list, one value is enough."""
    now = world.now()
    match field:
        case "ImageProviders":
            return image.owner_id in value or image.owner_alias in value
        case "MarketplaceProductCodes":
            return any(code in value for code in image.product_codes)
        case "ImageNames":
            return any(_fits(world, image.name, pattern) for pattern in value)
        case "CreationDateCondition":
            return _within(value.get("MaximumDaysSinceCreated"), image.creation_date, now)
        case "DeprecationTimeCondition":
            days, since = value.get("MaximumDaysSinceDeprecated"), image.deprecation_time
            return since is None or _within(days, since, now)
        case "ImageWatermarks":
            marks = image.watermarks
            return any(_watermark_meets(world, mark, wanted) for mark in marks for wanted in value)
        case "ScanResultCondition":
            scan = image.scan_results
            return scan is not None and not any(_scan_violations(scan, value, now))
    raise NotImplementedError(field)


def _scan_violations(scan: ScanResults, wanted: Mapping[str, Any], now: datetime) -> Iterator[bool]:
    """For each limit of a `ScanResultCondition` that is set: whether a scanned image breaks it.

    API reference: the severity limit applies to all findings, the limits in days for a severity
    only to those that have a fix; what has no such finding meets the limit.
    """
    for limit, value in wanted.items():
        fixes = re.fullmatch("MaxDaysSince(.*)FixAvailable", limit)
        if limit == "MaximumSeverityLabel":
            worse = SEVERITY_LABELS[SEVERITY_LABELS.index(value) + 1 :]
            yield scan.highest_finding_severity in worse
        elif limit == "MaxDaysSinceLastFindingScan":
            yield not _within(value, scan.finding_scan_date, now)
        elif fixes and fixes[1].lower() in scan.fix_available_since:
            yield not _within(value, scan.fix_available_since[fixes[1].lower()], now)


def _watermark_meets(world: World, watermark: Watermark, wanted: Mapping[str, Any]) -> bool:
    """All fields of an `ImageWatermarkFilter` must match the same watermark.

    The age of the source image is taken as of now (API reference); the guide can be read otherwise.
    """
    source_age = wanted.get("MaximumDaysSinceSourceImageCreated")
    own_age = wanted.get("MaximumDaysSinceWatermarkCreated")
    now = world.now()
    return (
        _fits(world, watermark.key, wanted.get("WatermarkKey", "*"))
        and _fits(world, watermark.source_image_region, wanted.get("SourceImageRegion", "*"))
        and _within(source_age, watermark.source_image_creation_time, now)
        and _within(own_age, watermark.watermark_creation_time, now)
    )


def _within(days: int | None, since: datetime, now: datetime) -> bool:
    return days is None or now - since <= timedelta(days=days)


def _fits(world: World, value: str, pattern: str) -> bool:
    """The wildcards of criteria."""
    return matches(value, pattern, optional=world.question_mark == "one-or-none")


def matches(value: str, pattern: str, *, optional: bool = True) -> bool:
    """EC2's wildcards: `*` any text, `?` one character or none, `\\` escapes (Using_Filtering)."""
    return _expression(pattern, optional).fullmatch(value) is not None


@functools.cache
def _expression(pattern: str, optional: bool) -> re.Pattern[str]:
    tokens = re.findall(r"\\.|.", pattern, re.DOTALL)
    wild = {"*": ".*", "?": ".?" if optional else "."}
    return re.compile(
        "".join(wild.get(token) or re.escape(token[-1]) for token in tokens), re.DOTALL
    )


def described(world: World, caller: Caller, image: Image) -> dict[str, Any]:
    """EC2's `Image` for a caller; what is not set is absent, as in AWS's answers."""
    settings = world.allowed.get((caller.account, caller.region))
    judged = settings is not None and settings.state != "disabled"
    optional = {
        "ImageOwnerAlias": image.owner_alias,
        "SourceImageId": image.source_image_id,
        "SourceImageRegion": image.source_image_region,
        "SourceInstanceId": image.source_instance_id,
        "DeprecationTime": image.deprecation_time and timestamp(image.deprecation_time),
        "ImageWatermarks": [_described_watermark(mark) for mark in image.watermarks],
        "ProductCodes": [
            {"ProductCodeId": code, "ProductCodeType": "marketplace"}
            for code in image.product_codes
        ],
        "ScanResults": image.scan_results and _described_scan(image.scan_results),
        "Tags": [{"Key": key, "Value": value} for key, value in image.tags.items()],
    }
    return {
        "ImageId": image.image_id,
        "ImageLocation": f"{image.owner_alias or image.owner_id}/{image.name}",
        "Name": image.name,
        "OwnerId": image.owner_id,
        "State": image.state,
        "CreationDate": timestamp(image.creation_date),
        "Public": image.public,
        "Architecture": image.architecture,
        "ImageType": "machine",
        "Hypervisor": "xen",
        "RootDeviceName": "/dev/xvda",
        "RootDeviceType": "ebs",
        "VirtualizationType": "hvm",
        **{name: value for name, value in optional.items() if value},
        # UNVERIFIED: absent while the settings are disabled.
        **({"ImageAllowed": is_allowed(world, caller, image)} if judged else {}),
        **image.overlay,
    }


def _described_watermark(watermark: Watermark) -> dict[str, Any]:
    return {
        "WatermarkKey": watermark.key,
        "SourceImageRegion": watermark.source_image_region,
        "SourceImageId": watermark.source_image_id,
        "SourceImageCreationTime": watermark.source_image_creation_time,
        "WatermarkCreationTime": watermark.watermark_creation_time,
    }


def _described_scan(scan: ScanResults) -> dict[str, Any]:
    worst = scan.highest_finding_severity
    return {
        **({"HighestFindingSeverityLabel": worst} if worst else {}),
        "FindingScanDate": scan.finding_scan_date,
        **{
            f"{label.title()}FixAvailableSince": since
            for label, since in scan.fix_available_since.items()
        },
    }


def passes(image: Mapping[str, Any], filters: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a described image passes every DescribeImages filter."""
    return all(
        any(
            matches(value, pattern)
            for value in _filter_values(image, wanted["Name"])
            for pattern in wanted.get("Values", ())
        )
        for wanted in filters
    )


def refuse_unknown_filters(filters: Sequence[Mapping[str, Any]]) -> None:
    for wanted in filters:
        name = wanted["Name"]
        if name in NOT_EMULATED:
            raise ApiError("NotImplementedByEmulator", f"the filter {name} is not emulated", 501)
        known = name in MEMBER_OF_FILTER or name in MEMBER_OF_WATERMARK_FILTER
        if not known and name not in ("tag-key", "product-code") and not name.startswith("tag:"):
            raise ApiError("InvalidParameterValue", f"The filter '{name}' is invalid")


def _filter_values(image: Mapping[str, Any], name: str) -> list[str]:
    tags = image.get("Tags", [])
    if name == "tag-key":
        return [tag["Key"] for tag in tags]
    if name == "product-code":
        return [code["ProductCodeId"] for code in image.get("ProductCodes", [])]
    if name.startswith("tag:"):
        return [tag["Value"] for tag in tags if tag["Key"] == name.removeprefix("tag:")]
    if name in MEMBER_OF_WATERMARK_FILTER:
        member = MEMBER_OF_WATERMARK_FILTER[name]
        found = [mark[member] for mark in image.get("ImageWatermarks", []) if member in mark]
    else:
        found = [image[MEMBER_OF_FILTER[name]]] if MEMBER_OF_FILTER[name] in image else []
    return [_filter_text(value) for value in found]


def _filter_text(value: object) -> str:
    if isinstance(value, datetime):
        return timestamp(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
