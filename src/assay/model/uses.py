"""The contents of a fleet: what uses images, and its accounts and Regions.

Ids and names are as AWS writes them. None means that AWS did not return the value.
"""

from datetime import datetime
from enum import StrEnum

import msgspec

from assay.model.images import Watermark
from assay.model.values import TemplateRef


class UsedImage(msgspec.Struct, frozen=True, gc=False):
    """EC2's `ImageMetadata`: returned to the owner of an instance, even if the image is gone."""

    id: str
    name: str | None = None
    owner_id: str | None = None
    owner_alias: str | None = None
    state: str | None = None
    public: bool | None = None
    creation_date: datetime | None = None
    deprecation_time: datetime | None = None
    image_allowed: bool | None = None
    watermarks: tuple[Watermark, ...] = ()
    """EC2's documentation does not say whether these are as of the launch or current."""


class ImageUse(msgspec.Struct, frozen=True, gc=False):
    """An instance and its image. Terminated instances are still returned for an hour."""

    instance_id: str
    image: UsedImage
    state: str | None = None
    launch_time: datetime | None = None
    zone: str | None = None
    type: str | None = None


class ListedVersion(msgspec.Struct, frozen=True, gc=False):
    """A version of a launch template, with the image that it names."""

    number: int
    image: str | None
    """As written: an AMI id, an alias such as `resolve:ssm:/golden/web`, or nothing."""
    resolved: str | None = None
    """The image id that EC2 currently resolves an alias to; None if it is not an alias."""
    unresolved: str | None = None
    """EC2's reason if it says that it cannot resolve an alias: no launch would succeed."""


class ListedTemplate(msgspec.Struct, frozen=True, gc=False):
    """A launch template with all its versions: a launch can name any of them."""

    id: str
    name: str
    default: int
    latest: int
    versions: tuple[ListedVersion, ...]


class GroupOverride(msgspec.Struct, frozen=True, gc=False):
    """An override of a group's mixed instances that names another template or image."""

    template: TemplateRef | None = None
    image: str | None = None


class ScalingGroup(msgspec.Struct, frozen=True, gc=False):
    """An Auto Scaling group, with everything that it may launch from."""

    name: str
    arn: str | None = None
    template: TemplateRef | None = None
    """The group's template, or that of its mixed instances."""
    configuration: str | None = None
    """The name of its launch configuration, if it has no template."""
    overrides: tuple[GroupOverride, ...] = ()


class LaunchConfiguration(msgspec.Struct, frozen=True, gc=False):
    """A launch configuration, the predecessor of launch templates; it cannot be changed."""

    name: str
    image: str
    arn: str | None = None


class ImageParameter(msgspec.Struct, frozen=True, gc=False):
    """An SSM parameter of the data type `aws:ec2:image`."""

    name: str
    value: str | None
    """None if AWS did not return it; the list is then cut short."""
    arn: str | None = None
    version: int | None = None


class Recipe(msgspec.Struct, frozen=True, gc=False):
    """One version of an Image Builder recipe."""

    arn: str
    name: str
    image: str | None
    """As written: an AMI id, `ssm:` and a parameter, the ARN of an Image Builder image, or a
    product id; None for a container recipe for which Image Builder chooses the image."""


class ImageUsage(msgspec.Struct, frozen=True, gc=False):
    """An entry of an image usage report, requested by the image's owner: a count, without ids."""

    report_id: str
    image_id: str
    account: str
    """The account that uses the image."""
    type: str
    """EC2's resource type, such as `ec2:Instance`."""
    count: int
    as_of: datetime | None = None
    """When the report was requested."""


class LaunchingFleet(msgspec.Struct, frozen=True, gc=False):
    """An EC2 Fleet or Spot Fleet that may still launch, with everything it may launch from."""

    id: str
    spot: bool
    state: str
    templates: tuple[TemplateRef, ...] = ()
    images: tuple[str, ...] = ()
    """Images that it names without a template, or instead of a template's image."""


class LaunchPermission(msgspec.Struct, frozen=True, gc=False):
    """A launch permission of an image; without account and organization it is for everybody."""

    account: str | None = None
    organization: str | None = None
    """The ARN of an organization or of an organizational unit."""


class ImageReference(msgspec.Struct, frozen=True, gc=False):
    """A resource of the account that references an image, as found by EC2."""

    image_id: str
    type: str
    """EC2's resource type, such as `ec2:LaunchTemplate`."""
    arn: str


class RegionState(StrEnum):
    """Whether a Region is enabled for an account; the states in between count as neither."""

    ENABLED = "enabled"
    ENABLING = "enabling"
    DISABLING = "disabling"
    DISABLED = "disabled"


class Region(msgspec.Struct, frozen=True, gc=False):
    """A Region, and its state for an account."""

    name: str
    state: RegionState


class AccountState(StrEnum):
    """Organizations' own terms. Roles in an account that is not active cannot be assumed."""

    PENDING_ACTIVATION = "PENDING_ACTIVATION"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    PENDING_CLOSURE = "PENDING_CLOSURE"
    CLOSED = "CLOSED"


class MemberAccount(msgspec.Struct, frozen=True, gc=False):
    """An account of an organization."""

    id: str
    state: AccountState
