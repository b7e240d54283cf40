"""What the accounts of a fleet have: what uses images, and which accounts and Regions there are.

Ids and names are as AWS writes them. None means that AWS did not say.
"""

from datetime import datetime
from enum import StrEnum

import msgspec

from assay.model.images import Watermark
from assay.model.values import TemplateRef


class UsedImage(msgspec.Struct, frozen=True, gc=False):
    """EC2's `ImageMetadata`: told to whoever has the instance, even of images that are gone."""

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
    """Whether as of the launch or as of now, EC2's documentation does not say."""


class ImageUse(msgspec.Struct, frozen=True, gc=False):
    """An instance and the image that it was launched from; terminated ones are told for an hour."""

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
    """As it is written: an AMI id, an alias such as `resolve:ssm:/golden/web`, or nothing."""
    resolved: str | None = None
    """What EC2 takes an alias for at the moment; None for whatever is no alias."""
    unresolved: str | None = None
    """Why EC2 takes an alias for nothing, where it says that it does: no launch would succeed."""


class ListedTemplate(msgspec.Struct, frozen=True, gc=False):
    """A launch template with all its versions: whoever launches from it can name any of them."""

    id: str
    name: str
    default: int
    latest: int
    versions: tuple[ListedVersion, ...]


class GroupOverride(msgspec.Struct, frozen=True, gc=False):
    """An override of a group's mixed instances that has a template or an image of its own."""

    template: TemplateRef | None = None
    image: str | None = None


class ScalingGroup(msgspec.Struct, frozen=True, gc=False):
    """An Auto Scaling group, with all that it may launch from."""

    name: str
    arn: str | None = None
    template: TemplateRef | None = None
    """Its own, or that of its mixed instances."""
    configuration: str | None = None
    """The name of its launch configuration, of groups that have no template."""
    overrides: tuple[GroupOverride, ...] = ()


class LaunchConfiguration(msgspec.Struct, frozen=True, gc=False):
    """What groups launched from before there were templates; it cannot be changed."""

    name: str
    image: str
    arn: str | None = None


class ImageParameter(msgspec.Struct, frozen=True, gc=False):
    """An SSM parameter of the data type `aws:ec2:image`."""

    name: str
    value: str | None
    """None where it was not told; the list is then cut short."""
    arn: str | None = None
    version: int | None = None


class Recipe(msgspec.Struct, frozen=True, gc=False):
    """A recipe of Image Builder, one version of it."""

    arn: str
    name: str
    image: str | None
    """As it is written: an AMI id, `ssm:` and a parameter, the ARN of an image of Image Builder, or the
    id of a product; None for a container that is built on Image Builder's own choice."""


class ImageUsage(msgspec.Struct, frozen=True, gc=False):
    """An entry of an image usage report, which an image's owner has had made: a count, and no ids."""

    report_id: str
    image_id: str
    account: str
    """Which uses the image."""
    type: str
    """EC2's word, such as `ec2:Instance`."""
    count: int
    as_of: datetime | None = None
    """When the report was asked for."""


class LaunchingFleet(msgspec.Struct, frozen=True, gc=False):
    """An EC2 Fleet or a Spot Fleet that may still launch, with all that it may launch from."""

    id: str
    spot: bool
    state: str
    templates: tuple[TemplateRef, ...] = ()
    images: tuple[str, ...] = ()
    """That it names without a template, or in place of a template's."""


class LaunchPermission(msgspec.Struct, frozen=True, gc=False):
    """One of those who may launch an image besides its owner; everybody, where it names nobody."""

    account: str | None = None
    organization: str | None = None
    """The ARN of an organisation or of an organisational unit."""


class ImageReference(msgspec.Struct, frozen=True, gc=False):
    """Something of the account's own that names an image, as EC2 finds it."""

    image_id: str
    type: str
    """EC2's word, such as `ec2:LaunchTemplate`."""
    arn: str


class RegionState(StrEnum):
    """Whether a Region is on for an account; what is between on and off is neither."""

    ENABLED = "enabled"
    ENABLING = "enabling"
    DISABLING = "disabling"
    DISABLED = "disabled"


class Region(msgspec.Struct, frozen=True, gc=False):
    """A Region, as an account has it."""

    name: str
    state: RegionState


class AccountState(StrEnum):
    """Organizations' own words. Roles of an account that is not active cannot be assumed."""

    PENDING_ACTIVATION = "PENDING_ACTIVATION"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"
    PENDING_CLOSURE = "PENDING_CLOSURE"
    CLOSED = "CLOSED"


class MemberAccount(msgspec.Struct, frozen=True, gc=False):
    """An account of an organisation."""

    id: str
    state: AccountState
