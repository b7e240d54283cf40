"""Whom an image is shared with: its launch permissions.

Facts: EC2 API Reference, DescribeImageAttribute (one image a call, only for its owner, without
pages), LaunchPermission (an account, the group `all`, an organisation or an organisational unit).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from assay.catalog.aws.listed import listed, text
from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Pages
from assay.catalog.questions import ImageKey
from assay.model.uses import LaunchPermission


def launch_permissions(sdk: Sdk, key: ImageKey) -> Pages[LaunchPermission]:
    """Everyone an image is shared with, in one call."""
    return listed("ec2:DescribeImageAttribute", _page(sdk, key), _permission)


def _page(sdk: Sdk, key: ImageKey) -> Iterator[list[Any]]:
    place, id = key
    raw = sdk.call(place, "ec2", "DescribeImageAttribute", ImageId=id, Attribute="launchPermission")
    found = raw.get("LaunchPermissions")
    if raw.get("ImageId") != id or not isinstance(found, list):
        raise RefusedError("ec2:DescribeImageAttribute answered with no launch permissions of it")
    yield found


def _permission(raw: Mapping[str, Any]) -> LaunchPermission | None:
    """None if the permission names no known kind of grantee: it could be anybody."""
    account = text(raw, "UserId")
    organization = text(raw, "OrganizationArn") or text(raw, "OrganizationalUnitArn")
    if account is None and organization is None and text(raw, "Group") != "all":
        return None
    return LaunchPermission(account, organization)
