"""How much of each requested place was seen."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

import msgspec

from assay.model.images import AllowedImages


class PlaceState(StrEnum):
    """How much of a requested place was seen.

    Only `SEEN` is evidence that something does not exist there. In another state, the lists that were
    read to their end still are (`PlaceSeen.lacks`).
    """

    SEEN = "seen"
    CUT_SHORT = "cut-short"
    FILTERED = "filtered"
    """Allowed AMIs hides images that other accounts share."""
    DENIED = "denied"
    OPTED_OUT = "opted-out"
    SUSPENDED = "suspended"
    FAILED = "failed"


class PlaceSeen(msgspec.Struct, frozen=True):
    """One account in one Region, and how much of it was seen."""

    account: str
    region: str
    state: PlaceState
    reason: str | None = None
    """One line for people; None if everything was seen."""
    images: int = 0
    uses: int = 0
    calls: int = 0
    seen_at: datetime | None = None
    stale_since: datetime | None = None
    """When its data was read, if that was in an earlier run."""
    allowed_images: AllowedImages | None = None
    """Its Allowed AMIs settings; None if they are not known."""
    whole: tuple[str, ...] = ()
    """The lists that were read to their end, by their names in `fleet/uses.py`. For any other list,
    something that was not seen may still exist."""

    def lacks(self, lists: Collection[str]) -> bool:
        """Whether any of these lists was not read to its end. (`hides` is about hidden images.)"""
        return self.state is not PlaceState.SEEN and not set(lists) <= set(self.whole)

    @property
    def hides(self) -> bool:
        """Whether EC2 may silently leave out images that other accounts share."""
        settings = self.allowed_images
        return self.state is not PlaceState.SEEN and (settings is None or settings.hides)
