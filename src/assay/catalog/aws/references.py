"""References to an image that EC2 itself finds in the account that asks.

Facts: EC2 API Reference, DescribeImageReferences (at most 10 images a call), ResourceTypeOption (by
default, instances of all states and the 10 newest versions of a template; at most 10,000).
"""

from collections.abc import Mapping
from typing import Any

from assay.catalog.aws.listed import listed, text
from assay.catalog.aws.sdk import Sdk
from assay.catalog.fleet_questions import ReferencesKey
from assay.catalog.interface import Pages
from assay.model.uses import ImageReference

A_PAGE = 1000
_STATES = ("pending", "running", "shutting-down", "stopping", "stopped")
_TYPES = [
    {
        "ResourceType": "ec2:Instance",
        "ResourceTypeOptions": [{"OptionName": "state-name", "OptionValues": list(_STATES)}],
    },
    {
        "ResourceType": "ec2:LaunchTemplate",
        "ResourceTypeOptions": [{"OptionName": "version-depth", "OptionValues": ["10000"]}],
    },
    *(
        {"ResourceType": kind}
        for kind in ("ssm:Parameter", "imagebuilder:ImageRecipe", "imagebuilder:ContainerRecipe")
    ),
]
"""All resource types, without terminated instances, and with as many template versions as
possible."""


def image_references(sdk: Sdk, key: ReferencesKey) -> Pages[ImageReference]:
    """Every reference to the images."""
    place, ids = key
    pages = sdk.pages(
        place,
        "ec2",
        "DescribeImageReferences",
        "ImageReferences",
        ImageIds=list(ids),
        ResourceTypes=_TYPES,
        MaxResults=A_PAGE,
    )
    return listed("ec2:DescribeImageReferences", pages, _reference)


def _reference(raw: Mapping[str, Any]) -> ImageReference | None:
    image, kind, arn = text(raw, "ImageId"), text(raw, "ResourceType"), text(raw, "Arn")
    return ImageReference(image, kind, arn) if image and kind and arn else None
