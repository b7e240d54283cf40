"""What image usage reports tell an image's owner: which accounts use it, and how often.

Facts: EC2 API Reference, DescribeImageUsageReports and DescribeImageUsageReportEntries; EC2 User Guide,
"View your AMI usage": a report is made when its owner asks for one, which is a write and is never done
here, and is deleted after 30 days. An account that no report tells of may use an image all the same.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from assay.catalog.aws import ec2
from assay.catalog.aws.listed import listed, text, whole_number
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Pages
from assay.model import Place
from assay.model.uses import ImageUsage

A_PAGE = 1000


def image_usages(sdk: Sdk, place: Place) -> Pages[ImageUsage]:
    """Every entry of every report that there is; one call where there is none."""
    return listed("ec2:DescribeImageUsageReportEntries", _pages(sdk, place), _usage)


def _pages(sdk: Sdk, place: Place) -> Iterator[list[dict[str, Any]]]:
    found = sdk.pages(
        place, "ec2", "DescribeImageUsageReports", "ImageUsageReports", MaxResults=A_PAGE
    )
    if any(page for page in found):  # no page after the first report is asked for
        yield from sdk.pages(
            place,
            "ec2",
            "DescribeImageUsageReportEntries",
            "ImageUsageReportEntries",
            MaxResults=A_PAGE,
        )


def _usage(raw: Mapping[str, Any]) -> ImageUsage | None:
    """One that lacks its image or its account may be about any."""
    report, image = text(raw, "ReportId"), text(raw, "ImageId")
    account, kind = text(raw, "AccountId"), text(raw, "ResourceType")
    count = whole_number(raw, "UsageCount")
    if report is None or image is None or account is None or kind is None or count is None:
        return None
    as_of = ec2.instant(raw.get("ReportCreationTime"))
    return ImageUsage(report, image, account, kind, count, as_of)
