"""A fleet's inventory: the images of many places, the state of each place, and images' classes."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum

import msgspec

from assay.model.images import Ancestry, Image
from assay.model.places_seen import PlaceSeen, PlaceState
from assay.model.uses import LaunchPermission, UsedImage


class ListedImage(msgspec.Struct, frozen=True, gc=False):
    """An image in a listing: the fields that verdicts read, and those that people ask about."""

    image: Image
    architecture: str | None = None
    platform: str | None = None
    """EC2's `PlatformDetails`."""
    virtualization: str | None = None
    """EC2's `VirtualizationType`: `hvm` or `paravirtual`."""
    boot_mode: str | None = None
    deregistration_protection: str | None = None
    last_launched: datetime | None = None
    """EC2 returns it only to the owner, and a day late (EC2 API Reference, `LastLaunchedTime`): for
    an image that another account shares, None means unknown."""
    snapshots: tuple[str, ...] = ()
    snapshot_gb: int | None = None
    """The total size in GiB of the volumes in its mappings; None if a mapping has no size."""


class UseType(StrEnum):
    """What can use an image, or would launch one."""

    INSTANCE = "instance"
    TEMPLATE = "template"
    GROUP = "group"
    CONFIGURATION = "launch-configuration"
    PARAMETER = "parameter"
    RECIPE = "recipe"
    EC2_FLEET = "ec2-fleet"
    SPOT_FLEET = "spot-fleet"
    USAGE_REPORT = "usage-report"
    """Uses in another account, counted by an image usage report. Its name is the account's."""


THROUGH_TEMPLATES = (UseType.GROUP, UseType.EC2_FLEET, UseType.SPOT_FLEET)
"""The uses that launch from a launch template, at a version that they name."""


class Use(msgspec.Struct, frozen=True, gc=False):
    """Something that uses an image, or leads to one."""

    type: UseType
    id: str
    name: str | None = None
    image_id: str | None = None
    """None if it only leads to an image by what `via` names, or by a template resolved later."""
    via: str | None = None
    """What leads to the image: a template version, the template of a group, an alias."""
    state: str | None = None
    since: datetime | None = None
    image: UsedImage | None = None
    """For an instance, EC2's facts about its image, even if the image is no longer listed."""


class ImageClass(StrEnum):
    """The class of an image, by a policy's golden marks."""

    GOLDEN = "golden"
    """A golden mark was attached to this very image."""
    DERIVED = "derived"
    """It inherited a golden mark, or descends from an image that has one."""
    UNKNOWN = "unknown"


class Classified(msgspec.Struct, frozen=True):
    """A listed image of a place, its class, and the reason in one line."""

    account: str
    region: str
    listed: ListedImage
    shared: bool
    """Another account owns it and shares it with this one."""
    kind: ImageClass
    why: str
    root: str | None = None
    """The oldest ancestor that a listing or EC2's record names."""
    depth: int | None = None
    """The number of derivations between that ancestor and this image."""
    ancestry: Ancestry | None = None
    """EC2's record of its ancestry (GetImageAncestry), if it was asked for."""
    launch_permissions: tuple[LaunchPermission, ...] | None = None
    """Who may launch it besides its owner (DescribeImageAttribute); None if that was not asked."""


class NightTotals(msgspec.Struct, frozen=True):
    """The totals of one night."""

    night: date
    classes: Mapping[ImageClass, int]
    places: int
    not_seen: int
    """How many of the places were not seen, or not completely."""


class Inventory(msgspec.Struct, frozen=True):
    """One night: every requested place, and every image that was seen."""

    as_of: datetime
    places: tuple[PlaceSeen, ...]
    images: Iterable[Classified]
    """Every image. Each iteration reads them again."""
    classes: Mapping[str, Mapping[ImageClass, int]]
    """By account, how many images of each class it sees, if it sees any."""
    calls: Mapping[str, int] = {}
    endpoint: str | None = None
    """An endpoint that is not AWS's own."""
    running: Mapping[str, int] = {}
    """By image id, how many of the seen instances were launched from it."""
    used: Iterable[tuple[str, str, int]] = ()
    """Image id, type of use, and how many such uses were seen."""
    trend: Iterable[NightTotals] = ()
    """The nights up to this one, the oldest first."""
    gaps: tuple[str, ...] = ()
    """What was asked besides the lists of each place and got no answer, one line each."""

    @property
    def not_seen(self) -> tuple[PlaceSeen, ...]:
        """The places in which something may be missing."""
        return tuple(each for each in self.places if each.state is not PlaceState.SEEN)

    def counts(self) -> dict[ImageClass, int]:
        """How many images of each class were seen, once for each account that sees them."""
        found = dict.fromkeys(ImageClass, 0)
        for each in self.classes.values():
            for kind, number in each.items():
                found[kind] += number
        return found


class Event(StrEnum):
    """What happened to an image between two nights."""

    NEW = "new"
    GONE = "gone"
    CLASS = "class"
    """Its class changed."""
    MARKED = "marked"
    """A mark was attached."""
    UNMARKED = "unmarked"
    """A mark was detached."""
    SHARED = "shared"
    """Another account owns it and now shares it with this one."""
    UNSHARED = "unshared"
    """Another account owns it and no longer shares it with this one. Only its owner's place shows
    whether it still exists."""
    USED = "used"
    """It is unknown or in no listing, and the first instance was launched from it."""


class Difference(msgspec.Struct, frozen=True):
    """One thing that happened to one image as an account sees it."""

    account: str
    region: str
    image_id: str
    event: Event
    detail: str


class Unseen(msgspec.Struct, frozen=True):
    """A place that was not seen completely in one of two nights."""

    account: str
    region: str
    night: date
    state: str
    reason: str | None


class Comparison(msgspec.Struct, frozen=True):
    """Two nights, side by side."""

    before: date
    after: date
    differences: tuple[Difference, ...]
    unseen: tuple[Unseen, ...]


def family(name: str | None) -> str | None:
    """The common part of the names in a line of images: each run of digits becomes `*`."""
    return re.sub(r"[0-9]+", "*", name) if name else None
