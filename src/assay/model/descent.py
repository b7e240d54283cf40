"""The descendants of an image, the evidence for each, and what uses them."""

from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum

import msgspec

from assay.model.places_seen import PlaceSeen


class Edge(StrEnum):
    """The evidence that an image was made from another."""

    RECORDED = "recorded"
    """EC2's record: the source fields of the image, or an entry of GetImageAncestry."""
    MARK = "mark"
    """A mark that was first attached to the other image; the images between are not known."""
    CLOUDTRAIL = "cloudtrail"
    """A CloudTrail event of the call that made it."""
    LIKELY = "likely"
    """A snapshot that it shares with the other, older image."""


GRADES = tuple(Edge)
"""All edges, the strongest evidence first."""


class Step(msgspec.Struct, frozen=True, gc=False):
    """One known derivation. Both ends are written `Region/image id`."""

    child: str
    parent: str
    edge: Edge


class UsedBy(msgspec.Struct, frozen=True, gc=False):
    """Something that uses an image, or would launch it."""

    type: str
    id: str
    account: str
    region: str
    name: str | None = None
    state: str | None = None
    via: str | None = None
    """What leads from it to the image: a template version or a parameter."""


class Launches(msgspec.Struct, frozen=True, gc=False):
    """An address in a plan or state that launches an image or would do so."""

    input: str
    address: str
    attribute: str
    kind: str
    action: str


class GoldenSource(msgspec.Struct, frozen=True, gc=False):
    """An image that a mark was first attached to."""

    image_id: str
    """`?` if it is not known."""
    region: str
    created: datetime | None
    """None if it is not known: it may be any time."""


class Relative(msgspec.Struct, frozen=True, gc=False):
    """An image that was asked for, or that descends from one."""

    image_id: str
    region: str
    account: str | None = None
    """The account that lists it: its owner's, or else one that sees it. None if none does."""
    owner: str | None = None
    parent: str | None = None
    """The nearest known image that it descends from; None for an image that was asked for."""
    parent_region: str | None = None
    edge: Edge | None = None
    weakest: Edge | None = None
    """The weakest edge between it and the image that was asked for."""
    depth: int = 0
    root: str | None = None
    """The image that was asked for and from which it descends."""
    name: str | None = None
    family: str | None = None
    kind: str | None = msgspec.field(name="class", default=None)
    state: str | None = None
    created: datetime | None = None
    golden_sources: tuple[GoldenSource, ...] = ()
    """Over all paths that lead to it: those of unknown date first, then the oldest first."""
    marks: tuple[str, ...] = ()
    listed: bool = True
    """Whether it is in a listing of the night."""
    deregistered: bool | None = None
    """None if it is in no listing and its owner's place was not seen."""
    scan_severity: str | None = None
    scan_date: datetime | None = None
    finding: bool | None = None
    """Whether it has the finding that was asked for; None without a scan that shows it."""
    stale_since: datetime | None = None
    used_by: tuple[UsedBy, ...] = ()
    addresses: tuple[Launches, ...] = ()

    @property
    def golden_source_created(self) -> datetime | None:
        """When the oldest of its golden sources with a known date was made."""
        for each in self.golden_sources:  # a generator would take twice as long
            if each.created is not None:
                return each.created
        return None

    def built_before(self, than: datetime) -> bool:
        """Whether any of its golden sources is older than that, or may be.

        Without golden sources it may come from anything, so this is true.
        """
        dates = [each.created for each in self.golden_sources]
        return not dates or any(each is None or each < than for each in dates)

    @property
    def scan(self) -> str:
        """The worst finding of Amazon Inspector's last scan; an unscanned image is not clean."""
        if self.scan_date is None and self.scan_severity is None:
            return "not scanned"
        return self.scan_severity or "no finding"


class Descent(msgspec.Struct, frozen=True):
    """The descendants of some images, and what could not be seen."""

    night: date
    asked: str
    """What was asked for, as text for people."""
    places: tuple[PlaceSeen, ...]
    unseen: tuple[PlaceSeen, ...]
    bases: tuple[Relative, ...]
    descendants: tuple[Relative, ...]
    """In the order of a walk from the bases: a parent always precedes its children."""
    gaps: tuple[str, ...] = ()
    """What else may be missing, one line each."""
    contradictions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    hidden_addresses: tuple[Launches, ...] = ()
    """Addresses whose image is sensitive: they lead to these images, but must not say to which."""
    built_before: datetime | None = None
    left_out: int = 0
    """How many descendants were omitted because their golden sources are not older than
    `built_before`."""
    finding: str | None = None

    @property
    def whole(self) -> bool:
        """Whether everything that was asked for was seen."""
        return not self.unseen and not self.gaps

    def counts(self) -> Mapping[str, int]:
        """How many descendants there are for each kind of edge."""
        found = {each.value: 0 for each in Edge}
        for one in self.descendants:
            if one.edge:
                found[one.edge] += 1
        return found
