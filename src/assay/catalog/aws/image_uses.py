"""The instances of a place with their images: DescribeInstanceImageMetadata.

Facts: EC2 API Reference, DescribeInstanceImageMetadata: it also describes images that are
deregistered, now private or no longer allowed. If an Availability Zone has an outage, a call that
names no instances, or names some in that zone, fails as a whole.
"""

from collections.abc import Mapping
from typing import Any

from assay.catalog.aws import ec2
from assay.catalog.aws.listed import listed, text
from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Absent, Answer, Obstacle, Pages, Unavailable
from assay.model import Place
from assay.model.uses import (
    ImageUse,
    UsedImage,
)

INSTANCES_A_PAGE = 1000
_OF_ONE = (Obstacle.FAILED, Obstacle.NOT_TAKEN)
"""The obstacles that may concern just one of the instances in a call: it does not exist, or its
zone has an outage."""
_UNTOLD = Unavailable("ec2:DescribeInstanceImageMetadata answered with no image of this instance")


def image_uses(sdk: Sdk, place: Place) -> Pages[ImageUse]:
    """Every instance that EC2 still knows, in any state."""
    pages = sdk.pages(
        place,
        "ec2",
        "DescribeInstanceImageMetadata",
        "InstanceImageMetadata",
        MaxResults=INSTANCES_A_PAGE,
    )
    return listed("ec2:DescribeInstanceImageMetadata", pages, _use)


def instance_images(sdk: Sdk, place: Place, ids: list[str]) -> dict[str, Answer[ImageUse]]:
    """Ask for instances by id, so that an outage of another zone does no harm.

    If a call is refused because of one instance, it is repeated in halves, so that only this one is
    lost.
    """
    try:
        found = _by_id(sdk, place, ids)
    except RefusedError as refused:
        if len(ids) > 1 and refused.code and refused.obstacle in _OF_ONE:
            middle = len(ids) // 2
            halves = (ids[:middle], ids[middle:])
            return {
                id: use for half in halves for id, use in instance_images(sdk, place, half).items()
            }
        if refused.code == "InvalidInstanceID.NotFound":
            return dict.fromkeys(ids, Absent())
        return dict.fromkeys(ids, Unavailable(refused.reason))
    return {id: found.get(id, _UNTOLD) for id in ids}


def _by_id(sdk: Sdk, place: Place, ids: list[str]) -> dict[str, Answer[ImageUse]]:
    pages = sdk.pages(
        place,
        "ec2",
        "DescribeInstanceImageMetadata",
        "InstanceImageMetadata",
        InstanceIds=ids,
    )
    uses = [_use(each) for page in pages for each in page]
    return {use.instance_id: use for use in uses if use is not None}


def _use(raw: Mapping[str, Any]) -> ImageUse | None:
    """None if the instance names no image: it could run any image."""
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
