"""One place, listed: its own images and those that are shared with it, and whether that was all.

Facts: EC2 API Reference, DescribeImages (`Owners=self`, `ExecutableUsers=self`; an account is not
shown to itself among those that it shares).
"""

from collections.abc import Callable
from datetime import datetime

import msgspec

from assay.catalog.interface import Complete, CutShort, ImageCatalog, Obstacle, Page
from assay.catalog.questions import LISTED_IMAGES, Selection
from assay.model import Place
from assay.model.inventory import ListedImage, PlaceSeen, PlaceState

_OWN = Selection(owners=("self",), hidden_missed=False)
"""Allowed AMIs never hides an account's own images."""
_SHARED = Selection(executable_users=("self",))
_STATES = {
    Obstacle.DENIED: PlaceState.DENIED,
    Obstacle.OPTED_OUT: PlaceState.OPTED_OUT,
    Obstacle.FILTERED: PlaceState.FILTERED,
}


class Collected(msgspec.Struct, frozen=True):
    """What was seen of a place."""

    place: PlaceSeen
    own: tuple[ListedImage, ...] = ()
    shared: tuple[ListedImage, ...] = ()


class _Listing(msgspec.Struct):
    images: dict[str, ListedImage]
    pages: int
    cut: CutShort | None

    @property
    def calls(self) -> int:
        """How often a page was asked for."""
        failed = self.cut is not None and self.cut.obstacle is not Obstacle.FILTERED
        return self.pages + failed


def collect(
    catalog: ImageCatalog, account: str, region: str, now: Callable[[], datetime]
) -> Collected:
    """List a place. Every fault costs itself alone, and is told by the place's state."""
    place = Place.of(region, account)
    own = _listed(catalog, place, _OWN)
    shared = _listed(catalog, place, _SHARED)
    state, reason = _state(own, shared)
    # While pages come, an image may turn up on two of them: by its id it is one
    others = tuple(each for id, each in shared.images.items() if id not in own.images)
    seen = PlaceSeen(
        account,
        region,
        state,
        reason,
        images=len(own.images) + len(others),
        calls=own.calls + shared.calls,
        seen_at=now(),
    )
    return Collected(seen, tuple(own.images.values()), others)


def _listed(catalog: ImageCatalog, place: Place, selection: Selection) -> _Listing:
    found = _Listing({}, 0, None)
    for part in catalog.list_all(LISTED_IMAGES, (place, selection)):
        match part:
            case Page(items):
                found.pages += 1
                found.images.update((each.image.id, each) for each in items)
            case CutShort():
                found.cut = part
            case Complete():
                pass
    return found


def _state(*listings: _Listing) -> tuple[PlaceState, str | None]:
    """What became of a place: seen where every list was whole."""
    cuts = [each.cut for each in listings if each.cut]
    if not cuts:
        return PlaceState.SEEN, None
    reason = "; ".join(dict.fromkeys(each.reason for each in cuts))
    if all(each.obstacle is Obstacle.FILTERED for each in cuts):
        return PlaceState.FILTERED, reason
    whole = any(each.cut is None or each.pages for each in listings)
    worst = next(each for each in cuts if each.obstacle is not Obstacle.FILTERED)
    return (
        PlaceState.CUT_SHORT if whole else _STATES.get(worst.obstacle, PlaceState.FAILED)
    ), reason
