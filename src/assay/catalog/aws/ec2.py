"""Converts EC2's answers to our types. Reads plain dictionaries and imports no SDK.

A field that is missing from an answer becomes None, never a default: a missing field is not a fact.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from assay.model import (
    SEVERITIES,
    AllowedImages,
    Ancestry,
    AncestryEnd,
    AncestryEntry,
    Image,
    ImageCriterion,
    Removal,
    ScanCondition,
    ScanResults,
    TemplateVersion,
    Watermark,
    WatermarkFilter,
    recorded_end,
)
from assay.model.inventory import ListedImage
from assay.model.times import in_utc, moment


def image(raw: Mapping[str, Any]) -> Image:
    """An `Image` of DescribeImages. `ImageWatermarks` is absent, not empty, on unmarked images."""
    return Image(
        id=raw["ImageId"],
        name=raw.get("Name"),
        owner_id=raw.get("OwnerId"),
        owner_alias=raw.get("ImageOwnerAlias"),
        state=raw.get("State"),
        public=raw.get("Public"),
        creation_date=instant(raw.get("CreationDate")),
        deprecation_time=instant(raw.get("DeprecationTime")),
        source_image_id=raw.get("SourceImageId"),
        source_image_region=raw.get("SourceImageRegion"),
        source_instance_id=raw.get("SourceInstanceId"),
        image_allowed=raw.get("ImageAllowed"),
        watermarks=tuple(watermark(mark) for mark in raw.get("ImageWatermarks") or ()),
        product_codes=tuple(
            code["ProductCodeId"]
            for code in raw.get("ProductCodes") or ()
            if "ProductCodeId" in code
        ),
        tags={tag["Key"]: tag.get("Value", "") for tag in raw.get("Tags") or () if "Key" in tag},
        scan_results=_scan_results(raw.get("ScanResults")),
    )


def listed_image(raw: Mapping[str, Any]) -> ListedImage:
    """The same `Image`, with the details that fleet commands need."""
    mappings = [each.get("Ebs") or {} for each in raw.get("BlockDeviceMappings") or ()]
    with_snapshots = [each for each in mappings if each.get("SnapshotId")]
    sizes = [each.get("VolumeSize") for each in with_snapshots]
    return ListedImage(
        image=image(raw),
        architecture=raw.get("Architecture"),
        platform=raw.get("PlatformDetails"),
        virtualization=raw.get("VirtualizationType"),
        boot_mode=raw.get("BootMode"),
        deregistration_protection=raw.get("DeregistrationProtection"),
        last_launched=instant(raw.get("LastLaunchedTime")),
        snapshots=tuple(each["SnapshotId"] for each in with_snapshots),
        snapshot_gb=sum(size for size in sizes if size) if all(sizes) else None,
    )


def creation_date(raw: Mapping[str, Any]) -> datetime | None:
    """The creation date of an `Image`, for callers that need nothing else."""
    return instant(raw.get("CreationDate"))


def _scan_results(raw: Mapping[str, Any] | None) -> ScanResults | None:
    if raw is None:
        return None
    return ScanResults(
        highest_finding_severity=raw.get("HighestFindingSeverityLabel"),
        finding_scan_date=instant(raw.get("FindingScanDate")),
        fix_available_since={
            severity: since
            for severity in SEVERITIES
            if (since := instant(raw.get(f"{severity.title()}FixAvailableSince")))
        },
    )


def watermark(raw: Mapping[str, Any]) -> Watermark:
    """An `ImageWatermark`."""
    return Watermark(
        key=raw.get("WatermarkKey"),
        source_image_id=raw.get("SourceImageId"),
        source_image_region=raw.get("SourceImageRegion"),
        source_image_creation_time=instant(raw.get("SourceImageCreationTime")),
        watermark_creation_time=instant(raw.get("WatermarkCreationTime")),
    )


def instant(value: Any) -> datetime | None:
    """Parse a time: watermark times arrive as datetimes, an image's dates as ISO 8601 strings."""
    try:
        if isinstance(value, str):
            return moment(value)
        return in_utc(value) if isinstance(value, datetime) else None
    except ValueError:
        return None


def ancestry(asked: str, region: str, raw_entries: list[Mapping[str, Any]]) -> Ancestry | None:
    """GetImageAncestry's entries, each with its Region, and the reason why the list ends.

    An entry does not contain its Region, which is the `SourceImageRegion` of the entry before it.
    Returns None if the list is not an ancestry of `asked`, or has a gap.
    """
    entries: list[AncestryEntry] = []
    expected: str | None = asked
    at: str | None = region
    for raw in raw_entries:
        # Each entry must be the parent named by the entry before it: ami-c of ami-b of ami-a. A
        # list with a gap would give an image the ancestors of another one.
        if expected is None or raw.get("ImageId") != expected:
            return None
        entry = AncestryEntry(
            image_id=expected,
            region=at,
            owner_alias=raw.get("ImageOwnerAlias"),
            creation_date=instant(raw.get("CreationDate")),
            source_image_id=raw.get("SourceImageId"),
            source_image_region=raw.get("SourceImageRegion"),
        )
        entries.append(entry)
        expected, at = entry.source_image_id, entry.source_image_region
    if not entries:
        return None
    return Ancestry(tuple(entries), recorded_end(entries) or AncestryEnd.UNEXPLAINED)


def allowed_images(raw: Mapping[str, Any]) -> AllowedImages | None:
    """The answer of GetAllowedImagesSettings; None if it has no state."""
    state = raw.get("State")
    if not isinstance(state, str):
        return None
    criteria = tuple(criterion(each) for each in raw.get("ImageCriteria") or ())
    return AllowedImages(state, raw.get("ManagedBy"), criteria)


def criterion(raw: Mapping[str, Any]) -> ImageCriterion:
    """An `ImageCriterion` of GetAllowedImagesSettings or ReplaceImageCriteria…."""
    marks, scan = raw.get("ImageWatermarks"), raw.get("ScanResultCondition")
    return ImageCriterion(
        providers=_strings(raw.get("ImageProviders")),
        product_codes=_strings(raw.get("MarketplaceProductCodes")),
        names=_strings(raw.get("ImageNames")),
        max_days_since_deprecated=(raw.get("DeprecationTimeCondition") or {}).get(
            "MaximumDaysSinceDeprecated"
        ),
        max_days_since_created=(raw.get("CreationDateCondition") or {}).get(
            "MaximumDaysSinceCreated"
        ),
        watermarks=None if not marks else tuple(_watermark_filter(each) for each in marks),
        scan=None if not scan else _scan_condition(scan),
    )


def _strings(raw: Any) -> tuple[str, ...] | None:
    return tuple(raw) if raw else None


def _watermark_filter(raw: Mapping[str, Any]) -> WatermarkFilter:
    return WatermarkFilter(
        key=raw.get("WatermarkKey"),
        source_image_region=raw.get("SourceImageRegion"),
        max_days_since_source_image_created=raw.get("MaximumDaysSinceSourceImageCreated"),
        max_days_since_watermark_created=raw.get("MaximumDaysSinceWatermarkCreated"),
    )


def _scan_condition(raw: Mapping[str, Any]) -> ScanCondition:
    return ScanCondition(
        max_severity=raw.get("MaximumSeverityLabel"),
        max_days_since_scan=raw.get("MaxDaysSinceLastFindingScan"),
        max_days_since_fix={
            severity: days
            for severity in SEVERITIES
            if (days := raw.get(f"MaxDaysSince{severity.title()}FixAvailable")) is not None
        },
    )


def recycled(raw: Mapping[str, Any]) -> Removal:
    """An `ImageRecycleBinInfo` of ListImagesInRecycleBin."""
    return Removal("in the Recycle Bin", instant(raw.get("RecycleBinExitTime")))


def template_version(raw: Mapping[str, Any]) -> TemplateVersion | None:
    """A `LaunchTemplateVersion`; None if the members that identify it are missing."""
    template_id, number = raw.get("LaunchTemplateId"), raw.get("VersionNumber")
    data = raw.get("LaunchTemplateData")
    if not isinstance(template_id, str) or not isinstance(number, int) or data is None:
        return None
    return TemplateVersion(
        template_id, raw.get("LaunchTemplateName") or template_id, number, data.get("ImageId")
    )
