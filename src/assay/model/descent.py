"""What descends from an image: every image below it, by which evidence, and what uses each."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

import msgspec

from assay.model.places_seen import PlaceSeen


class Edge(StrEnum):
    """By what it is known that an image was made from another."""

    RECORDED = "recorded"
    """EC2's record: the source fields of an image, or an entry of GetImageAncestry."""
    MARK = "mark"
    """It carries a mark that was first attached to the other: what lies between is not told."""
    CLOUDTRAIL = "cloudtrail"
    """An event tells that it was made so."""
    LIKELY = "likely"
    """It shares a snapshot with the other, which is older."""


GRADES = tuple(Edge)
"""The strongest first."""


class Step(msgspec.Struct, frozen=True, gc=False):
    """One derivation that somebody tells. Both ends are `Region/image id`."""

    child: str
    parent: str
    edge: Edge


class UsedBy(msgspec.Struct, frozen=True, gc=False):
    """Something that uses an image, or would launch it next."""

    type: str
    id: str
    account: str
    region: str
    name: str | None = None
    state: str | None = None
    via: str | None = None
    """What leads from it to the image: a version of a template, a parameter."""


class Launches(msgspec.Struct, frozen=True, gc=False):
    """An address of a plan or of a state that would launch an image, or does."""

    input: str
    address: str
    attribute: str
    kind: str
    action: str


class GoldenSource(msgspec.Struct, frozen=True, gc=False):
    """An image that a mark was first attached to."""

    image_id: str
    """`?` where nobody tells it."""
    region: str
    created: datetime | None
    """None where nobody tells: it may be any time."""


class Relative(msgspec.Struct, frozen=True, gc=False):
    """An image that was asked for, or that descends from one."""

    image_id: str
    region: str
    account: str | None = None
    """Where it is listed: its owner's account, or else one that sees it; None for no listing."""
    owner: str | None = None
    parent: str | None = None
    """The image above it, as far as that is known; None for an image that was asked for."""
    parent_region: str | None = None
    edge: Edge | None = None
    weakest: Edge | None = None
    """The weakest of the edges between it and the image that was asked for."""
    depth: int = 0
    root: str | None = None
    """Which of the images that were asked for is above it."""
    name: str | None = None
    family: str | None = None
    kind: str | None = msgspec.field(name="class", default=None)
    state: str | None = None
    created: datetime | None = None
    golden_sources: tuple[GoldenSource, ...] = ()
    """By every path that leads to it, the oldest first, those of unknown date before all."""
    marks: tuple[str, ...] = ()
    listed: bool = True
    """Whether it stands in a listing of the night."""
    deregistered: bool | None = None
    """None where it is in no listing and its owner's place was not seen."""
    scan_severity: str | None = None
    scan_date: datetime | None = None
    finding: bool | None = None
    """Whether it has the finding that was asked for; None where no scan tells."""
    stale_since: datetime | None = None
    used_by: tuple[UsedBy, ...] = ()
    addresses: tuple[Launches, ...] = ()

    @property
    def golden_source_created(self) -> datetime | None:
        """When the oldest of its golden sources was made, of those whose date is told."""
        return next((each.created for each in self.golden_sources if each.created), None)

    def built_before(self, than: datetime) -> bool:
        """Whether any of its golden sources is older, or may be; what has none may come from anything."""
        dates = [each.created for each in self.golden_sources]
        return not dates or any(each is None or each < than for each in dates)

    @property
    def scan(self) -> str:
        """What Amazon Inspector's last scan found at worst; what was not scanned is not clean."""
        if self.scan_date is None and self.scan_severity is None:
            return "not scanned"
        return self.scan_severity or "no finding"


class Descent(msgspec.Struct, frozen=True):
    """The answer: what descends from some images, and what could not be seen."""

    night: date
    asked: str
    """What was asked for, for people."""
    places: tuple[PlaceSeen, ...]
    unseen: tuple[PlaceSeen, ...]
    bases: tuple[Relative, ...]
    descendants: tuple[Relative, ...]
    """In the order of a walk from the bases: each one's parent stands before it."""
    gaps: tuple[str, ...] = ()
    """What else may be missing, a line each."""
    contradictions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    hidden_addresses: tuple[Launches, ...] = ()
    """Of inputs that keep the image secret: they lead to one of these, and not to which."""
    built_before: datetime | None = None
    left_out: int = 0
    """How many descendants come from a later golden source than `built_before`."""
    finding: str | None = None

    @property
    def whole(self) -> bool:
        """Whether everything that was wanted was seen."""
        return not self.unseen and not self.gaps

    def counts(self) -> Mapping[str, int]:
        """How many there are of each grade, and how many are in use."""
        found = {each.value: 0 for each in Edge}
        for one in self.descendants:
            if one.edge:
                found[one.edge] += 1
        return found
