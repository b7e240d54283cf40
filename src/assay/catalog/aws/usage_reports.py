"""Image usage reports, for the owner of an image: which accounts use it, and how often.

Facts: EC2 API Reference, DescribeImageUsageReports and DescribeImageUsageReportEntries; EC2 User
Guide, "View your AMI usage": the owner has to request a report, which is a write and is never done
here; reports are deleted after 30 days. An account that is in no report may still use an image.
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
    """Every entry of every report; makes only one call if there are no reports."""
    return listed("ec2:DescribeImageUsageReportEntries", _pages(sdk, place), _usage)


def _pages(sdk: Sdk, place: Place) -> Iterator[list[dict[str, Any]]]:
    found = sdk.pages(
        place, "ec2", "DescribeImageUsageReports", "ImageUsageReports", MaxResults=A_PAGE
    )
    if any(page for page in found):  # stops asking for pages after the first report
        yield from sdk.pages(
            place,
            "ec2",
            "DescribeImageUsageReportEntries",
            "ImageUsageReportEntries",
            MaxResults=A_PAGE,
        )


def _usage(raw: Mapping[str, Any]) -> ImageUsage | None:
    """None if the entry lacks a member such as its image or account: it could be about any image."""
    report, image = text(raw, "ReportId"), text(raw, "ImageId")
    account, kind = text(raw, "AccountId"), text(raw, "ResourceType")
    count = whole_number(raw, "UsageCount")
    if report is None or image is None or account is None or kind is None or count is None:
        return None
    as_of = ec2.instant(raw.get("ReportCreationTime"))
    return ImageUsage(report, image, account, kind, count, as_of)
