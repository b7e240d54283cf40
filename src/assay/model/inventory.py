"""What exists: images of many places, what became of each place, and what an image is to a policy."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import StrEnum

import msgspec

from assay.model.images import Ancestry, Image
from assay.model.places_seen import PlaceSeen, PlaceState
from assay.model.uses import LaunchPermission, UsedImage


class ListedImage(msgspec.Struct, frozen=True, gc=False):
    """An image as a listing has it: what a verdict reads, and what people ask of a fleet."""

    image: Image
    architecture: str | None = None
    platform: str | None = None
    """EC2's `PlatformDetails`."""
    virtualization: str | None = None
    """EC2's `VirtualizationType`: `hvm` or `paravirtual`."""
    boot_mode: str | None = None
    deregistration_protection: str | None = None
    last_launched: datetime | None = None
    """Told to the owner alone, and a day late (EC2 API Reference, `LastLaunchedTime`): of an image that
    somebody shares, None means that it is not ours to know."""
    snapshots: tuple[str, ...] = ()
    snapshot_gb: int | None = None
    """GiB of the volumes that its snapshots make; None where a mapping does not say."""


class UseType(StrEnum):
    """What can use an image, or would launch one next."""

    INSTANCE = "instance"
    TEMPLATE = "template"
    GROUP = "group"
    CONFIGURATION = "launch-configuration"
    PARAMETER = "parameter"
    RECIPE = "recipe"
    EC2_FLEET = "ec2-fleet"
    SPOT_FLEET = "spot-fleet"
    USAGE_REPORT = "usage-report"
    """What EC2 counted in another account when the owner had a report made; its name is that account's."""


THROUGH_TEMPLATES = (UseType.GROUP, UseType.EC2_FLEET, UseType.SPOT_FLEET)
"""What launches from templates at a version that it names."""


class Use(msgspec.Struct, frozen=True, gc=False):
    """Something that uses an image, or leads to one."""

    type: UseType
    id: str
    name: str | None = None
    image_id: str | None = None
    """None where it only leads to one by what `via` names, or by a template that EC2 resolves later."""
    via: str | None = None
    """A version of a template, the template of a group, an alias: whatever stands between."""
    state: str | None = None
    since: datetime | None = None
    image: UsedImage | None = None
    """What EC2 tells of the image of an instance, also where it stands in no listing any more."""


class ImageClass(StrEnum):
    """What an image is, by a policy's golden marks."""

    GOLDEN = "golden"
    """A golden mark was attached to this very image."""
    DERIVED = "derived"
    """It inherited a golden mark, or descends from an image that has one."""
    UNKNOWN = "unknown"


class Classified(msgspec.Struct, frozen=True):
    """An image of a place with its class, and why in one line."""

    account: str
    region: str
    listed: ListedImage
    shared: bool
    """It is another account's, and shared with this one."""
    kind: ImageClass
    why: str
    root: str | None = None
    """The oldest ancestor that a listing or the record names."""
    depth: int | None = None
    """How many derivations lie between that and this one."""
    ancestry: Ancestry | None = None
    """EC2's record of its line, where that was asked (GetImageAncestry)."""
    launch_permissions: tuple[LaunchPermission, ...] | None = None
    """Who may launch it besides its owner, where that was asked (DescribeImageAttribute); None is not nobody."""


class NightTotals(msgspec.Struct, frozen=True):
    """What one night had."""

    night: date
    classes: Mapping[ImageClass, int]
    places: int
    not_seen: int
    """How many of the places were not seen, or not all of them."""


class Inventory(msgspec.Struct, frozen=True):
    """One night: every place that was wanted, and every image that was seen."""

    as_of: datetime
    places: tuple[PlaceSeen, ...]
    images: Iterable[Classified]
    """Every image; they are read anew each time that somebody goes through them."""
    classes: Mapping[str, Mapping[ImageClass, int]]
    """How many images of each class an account sees, where it sees any."""
    calls: Mapping[str, int] = {}
    endpoint: str | None = None
    """An endpoint that is not AWS's own."""
    running: Mapping[str, int] = {}
    """How many instances that were seen were launched from an image, by its id."""
    used: Iterable[tuple[str, str, int]] = ()
    """Of an image's id and a type of use, how many were seen."""
    trend: Iterable[NightTotals] = ()
    """The nights up to this one, the oldest first."""
    gaps: tuple[str, ...] = ()
    """What was asked besides the lists of each place, and not told, a line each."""

    @property
    def not_seen(self) -> tuple[PlaceSeen, ...]:
        """The places of which anything may be missing."""
        return tuple(each for each in self.places if each.state is not PlaceState.SEEN)

    def counts(self) -> dict[ImageClass, int]:
        """How many images of each class were seen; one that several accounts see counts in each."""
        found = dict.fromkeys(ImageClass, 0)
        for each in self.classes.values():
            for kind, number in each.items():
                found[kind] += number
        return found


class Event(StrEnum):
    """What became of an image between two nights."""

    NEW = "new"
    GONE = "gone"
    CLASS = "class"
    """It is of another class."""
    MARKED = "marked"
    """A mark was attached."""
    UNMARKED = "unmarked"
    """A mark was detached."""
    SHARED = "shared"
    """It is another account's, and was not shared with this one before."""
    UNSHARED = "unshared"
    """It is another account's, and is shared with this one no more; its owner's place tells whether it is gone."""
    USED = "used"
    """It is unknown, or in no listing, and no instance was launched from it before."""


class Difference(msgspec.Struct, frozen=True):
    """One thing that happened to one image as an account sees it."""

    account: str
    region: str
    image_id: str
    event: Event
    detail: str


class Unseen(msgspec.Struct, frozen=True):
    """A place that was not seen whole in one of two nights."""

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
    """What the names of a line of images have in common: dates and build numbers are taken out."""
    return re.sub(r"[0-9]+", "*", name) if name else None
