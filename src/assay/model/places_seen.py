"""What became of the places that somebody wanted to see."""

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum

import msgspec

from assay.model.images import AllowedImages


class PlaceState(StrEnum):
    """What became of a place that was wanted. Only `SEEN` is evidence that something is not there; in a place of another
    state a list that was read to its end is (`PlaceSeen.lacks`).
    """

    SEEN = "seen"
    CUT_SHORT = "cut-short"
    FILTERED = "filtered"
    """Allowed AMIs hides images that others share."""
    DENIED = "denied"
    OPTED_OUT = "opted-out"
    SUSPENDED = "suspended"
    FAILED = "failed"


class PlaceSeen(msgspec.Struct, frozen=True):
    """One account in one Region, and what was seen of it."""

    account: str
    region: str
    state: PlaceState
    reason: str | None = None
    """One line for people; None where everything was seen."""
    images: int = 0
    uses: int = 0
    calls: int = 0
    seen_at: datetime | None = None
    stale_since: datetime | None = None
    """When what is told of it was read, where that was in an earlier run."""
    allowed_images: AllowedImages | None = None
    """Its Allowed AMIs settings; None where they were not told."""
    whole: tuple[str, ...] = ()
    """The lists that were read to their end, as `fleet/uses.py` calls them: of a kind of thing that is
    not among them, none that was seen is no evidence that there is none."""

    def lacks(self, lists: Collection[str]) -> bool:
        """Whether one of some lists was not read to its end; of what Allowed AMIs hides, `hides` tells."""
        return self.state is not PlaceState.SEEN and not set(lists) <= set(self.whole)

    @property
    def hides(self) -> bool:
        """Whether images that others share may be left out of their list unsaid."""
        settings = self.allowed_images
        return self.state is not PlaceState.SEEN and (settings is None or settings.hides)
