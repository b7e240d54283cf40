"""What EC2's Allowed AMIs would make of what a fleet runs, and of what it launches next."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

import msgspec

from assay.model.images import AllowedImages
from assay.model.inventory import ImageClass, Use, UseType
from assay.model.places_seen import PlaceSeen


class Ruling(StrEnum):
    """What becomes of an image in one account and Region once the criteria are enforced there."""

    ALLOWED = "allowed"
    REFUSED = "refused"
    OWN = "own"
    """The account's own, which Allowed AMIs never restricts."""
    UNDETERMINED = "undetermined"
    """A fact that decides it was not told."""


class Judged(msgspec.Struct, frozen=True):
    """An image that is in use in a place, by the criteria."""

    account: str
    region: str
    image_id: str
    ruling: Ruling
    why: tuple[str, ...] = ()
    """Why each criterion does not admit it, or what was not told."""
    facts: str | None = None
    """What tells of the image: a listing, or an instance; None where nothing does."""
    name: str | None = None
    owner: str | None = None
    instances: tuple[str, ...] = ()
    """Those that were launched from it, running or stopped."""


class Launch(msgspec.Struct, frozen=True):
    """Something that launches an image next, and which one."""

    account: str
    region: str
    use: Use
    image_id: str | None
    why: str | None = None
    """Why the image is not known, where it is not."""
    by_itself: bool = True
    """False for versions of templates that are neither their default nor the latest, and that no group
    of the place names: nothing launches from those unless somebody asks for them."""


class Next(msgspec.Struct, frozen=True):
    """What becomes of a launch."""

    launch: Launch
    ruling: Ruling
    why: tuple[str, ...] = ()


class NeverBlocked(msgspec.Struct, frozen=True):
    """An account's own image that the criteria would refuse to anybody else."""

    account: str
    region: str
    image_id: str
    name: str | None
    kind: ImageClass
    used: int
    """How many things use it there, or would launch it next."""
    why: tuple[str, ...]


class Preview(msgspec.Struct, frozen=True):
    """One stored night by one set of criteria."""

    as_of: datetime
    night: date
    criteria: AllowedImages
    places: tuple[PlaceSeen, ...]
    not_seen: tuple[PlaceSeen, ...]
    """Those of them in which something that uses an image, or an image of the account's own, may stand unseen."""
    images: tuple[Judged, ...]
    """Each image that an instance was launched from, or that would be launched next, once a place."""
    launches: tuple[Next, ...]
    never_blocked: tuple[NeverBlocked, ...]

    @property
    def breaking(self) -> tuple[Next, ...]:
        """What would be refused at its next launch."""
        return tuple(each for each in self.launches if each.ruling is Ruling.REFUSED)

    @property
    def rulings(self) -> frozenset[Ruling]:
        """All that decide what the preview comes to: of what runs, and of what launches by itself."""
        running = {each.ruling for each in self.images if each.instances}
        return frozenset(running | {each.ruling for each in self.launches if each.launch.by_itself})


def counted(rulings: Iterable[Ruling]) -> dict[Ruling, int]:
    """How many of each."""
    found = dict.fromkeys(Ruling, 0)
    for each in rulings:
        found[each] += 1
    return found


LAUNCHING = (
    UseType.GROUP,
    UseType.TEMPLATE,
    UseType.CONFIGURATION,
    UseType.PARAMETER,
    UseType.RECIPE,
    UseType.EC2_FLEET,
    UseType.SPOT_FLEET,
)
"""The uses that launch something next; a parameter, whatever asks for its value."""
