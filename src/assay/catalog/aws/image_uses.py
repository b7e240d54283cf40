"""The instances of a place with their images: DescribeInstanceImageMetadata.

Facts: EC2 API Reference, DescribeInstanceImageMetadata: it tells of images that are deregistered, made
private or not allowed any more; if an Availability Zone is in an outage, a call that names no
instances, or some in that zone, fails as a whole.
"""

from collections.abc import Mapping
from typing import Any

from assay.catalog.aws import ec2
from assay.catalog.aws.listed import listed, text
from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Absent, Answer, Pages, Unavailable
from assay.catalog.questions import InstanceKey
from assay.model import Place
from assay.model.uses import (
    ImageUse,
    UsedImage,
)

INSTANCES_A_PAGE = 1000


def image_uses(sdk: Sdk, place: Place) -> Pages[ImageUse]:
    """Every instance, as long as EC2 still knows it, whatever its state."""
    pages = sdk.pages(
        place,
        "ec2",
        "DescribeInstanceImageMetadata",
        "InstanceImageMetadata",
        MaxResults=INSTANCES_A_PAGE,
    )
    return listed("ec2:DescribeInstanceImageMetadata", pages, _use)


def instance_image(sdk: Sdk, key: InstanceKey) -> Answer[ImageUse]:
    """By id, so that an outage of another zone costs nothing."""
    place, id = key
    try:
        raw = sdk.call(place, "ec2", "DescribeInstanceImageMetadata", InstanceIds=[id])
    except RefusedError as refused:
        if refused.code == "InvalidInstanceID.NotFound":
            return Absent()
        raise
    told = raw.get("InstanceImageMetadata")
    found = [_use(each) for each in told if isinstance(each, Mapping)] if told else []
    for use in found:
        if use is not None and use.instance_id == id:
            return use
    return Unavailable("ec2:DescribeInstanceImageMetadata answered with no image of this instance")


def _use(raw: Mapping[str, Any]) -> ImageUse | None:
    """An instance that names no image could run any."""
    told = raw.get("ImageMetadata") or {}
    instance, image = text(raw, "InstanceId"), text(told, "ImageId")
    if instance is None or image is None:
        return None
    return ImageUse(
        instance_id=instance,
        image=UsedImage(
            id=image,
            name=told.get("Name"),
            owner_id=told.get("OwnerId"),
            owner_alias=told.get("ImageOwnerAlias"),
            state=told.get("State"),
            public=told.get("IsPublic"),
            creation_date=ec2.instant(told.get("CreationDate")),
            deprecation_time=ec2.instant(told.get("DeprecationTime")),
            image_allowed=told.get("ImageAllowed"),
            watermarks=tuple(ec2.watermark(mark) for mark in told.get("ImageWatermarks") or ()),
        ),
        state=text(raw.get("State"), "Name"),
        launch_time=ec2.instant(raw.get("LaunchTime")),
        zone=raw.get("AvailabilityZone"),
        type=raw.get("InstanceType"),
    )
