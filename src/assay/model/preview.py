"""What EC2's Allowed AMIs would do to the images that a fleet runs and launches next."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

import msgspec

from assay.model.images import AllowedImages
from assay.model.inventory import ImageClass, Use, UseType
from assay.model.places_seen import PlaceSeen


class Ruling(StrEnum):
    """What happens to an image in one account and Region once the criteria are enforced there."""

    ALLOWED = "allowed"
    REFUSED = "refused"
    OWN = "own"
    """The account's own image, which Allowed AMIs never restricts."""
    UNDETERMINED = "undetermined"
    """A fact that decides it is not known."""


class Judged(msgspec.Struct, frozen=True):
    """An image that is in use in a place, judged by the criteria."""

    account: str
    region: str
    image_id: str
    ruling: Ruling
    why: tuple[str, ...] = ()
    """Why each criterion does not admit it, or which fact is not known."""
    facts: str | None = None
    """The source of the facts about the image: a listing or an instance; None if there is none."""
    name: str | None = None
    owner: str | None = None
    instances: tuple[str, ...] = ()
    """The instances that were launched from it, running or stopped."""


class Launch(msgspec.Struct, frozen=True):
    """Something that will launch an image, and which image."""

    account: str
    region: str
    use: Use
    image_id: str | None
    why: str | None = None
    """If the image is not known, why."""
    by_itself: bool = True
    """False for template versions that are neither the default nor the latest and that no group in
    the place names: they are launched only on explicit request."""


class Next(msgspec.Struct, frozen=True):
    """A launch, and what would happen to it."""

    launch: Launch
    ruling: Ruling
    why: tuple[str, ...] = ()


class NeverBlocked(msgspec.Struct, frozen=True):
    """An account's own image that the criteria would refuse to any other account."""

    account: str
    region: str
    image_id: str
    name: str | None
    kind: ImageClass
    used: int
    """How many things use it there, or would launch it."""
    why: tuple[str, ...]


class Preview(msgspec.Struct, frozen=True):
    """One stored night, judged by one set of criteria."""

    as_of: datetime
    night: date
    criteria: AllowedImages
    places: tuple[PlaceSeen, ...]
    not_seen: tuple[PlaceSeen, ...]
    """The places in which a use of an image, or one of the account's own images, may be missing."""
    images: tuple[Judged, ...]
    """Each image that an instance was launched from or that would be launched, once per place."""
    launches: tuple[Next, ...]
    never_blocked: tuple[NeverBlocked, ...]

    @property
    def breaking(self) -> tuple[Next, ...]:
        """The launches that would be refused."""
        return tuple(each for each in self.launches if each.ruling is Ruling.REFUSED)

    @property
    def rulings(self) -> frozenset[Ruling]:
        """The rulings that decide the outcome: on images that run, and on launches `by_itself`."""
        running = {each.ruling for each in self.images if each.instances}
        return frozenset(running | {each.ruling for each in self.launches if each.launch.by_itself})


def counted(rulings: Iterable[Ruling]) -> dict[Ruling, int]:
    """The number of rulings of each kind."""
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
"""The uses that launch images; a parameter launches through whatever reads its value."""
