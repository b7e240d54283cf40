"""What Amazon Inspector found in an image: GetImageFindings.

Fact: EC2 API Reference, GetImageFindings: available for images that the account owns, that are
shared with it, and that are public; only scanned images have findings.
"""

from collections.abc import Mapping
from typing import Any

from assay.catalog.aws.listed import listed, text
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Pages
from assay.catalog.questions import ImageKey
from assay.model.findings import ImageFinding

A_PAGE = 1000


def image_findings(sdk: Sdk, key: ImageKey) -> Pages[ImageFinding]:
    """Every finding of one image."""
    place, id = key
    pages = sdk.pages(
        place, "ec2", "GetImageFindings", "ImageFindings", ImageId=id, MaxResults=A_PAGE
    )
    return listed("ec2:GetImageFindings", pages, _finding)


def _finding(raw: Mapping[str, Any]) -> ImageFinding | None:
    """None if the finding has no title: it could be about anything."""
    title, fix = text(raw, "Title"), raw.get("FixAvailable")
    if title is None:
        return None
    return ImageFinding(title, text(raw, "SeverityLabel"), fix if isinstance(fix, bool) else None)
