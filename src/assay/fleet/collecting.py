"""One place, listed: its own images and those that are shared with it, and whether that was all.

Facts: EC2 API Reference, DescribeImages (`Owners=self`, `ExecutableUsers=self`; an account is not
shown to itself among those that it shares).
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from assay.catalog.interface import Complete, CutShort, ImageCatalog, K, Listing, Obstacle, Page
from assay.catalog.questions import LISTED_IMAGES, Selection
from assay.fleet.uses import USES
from assay.model import Place
from assay.model.inventory import ListedImage, PlaceSeen, PlaceState, Use

T = TypeVar("T")

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
    uses: tuple[Use, ...] = ()


class _Listed(msgspec.Struct, Generic[T]):
    """What a list had, how many pages it came in, and what cut it short."""

    items: list[T]
    calls: int = 0
    cut: CutShort | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether nothing of it was read at all."""
        return self.cut is not None and not self.items and self.calls == 1


def collect(
    catalog: ImageCatalog, account: str, region: str, now: Callable[[], datetime]
) -> Collected:
    """List a place. Every fault costs itself alone, and is told by the place's state."""
    place = Place.of(region, account)
    own = _listed(catalog, LISTED_IMAGES, (place, _OWN))
    shared = _listed(catalog, LISTED_IMAGES, (place, _SHARED))
    # While pages come, an image may turn up on two of them: by its id it is one
    ours = {each.image.id: each for each in own.items}
    others = {each.image.id: each for each in shared.items if each.image.id not in ours}
    found: list[Use] = []
    lists: list[_Listed[Any]] = [own, shared]
    for listing, uses in USES:
        listed = _listed(catalog, listing, place)
        lists.append(listed)
        found.extend(use for item in listed.items for use in uses(item))
    state, reason = _state(own, lists)
    seen = PlaceSeen(
        account,
        region,
        state,
        reason,
        images=len(ours) + len(others),
        uses=len(found),
        calls=sum(each.calls for each in lists),
        seen_at=now(),
    )
    return Collected(seen, tuple(ours.values()), tuple(others.values()), tuple(found))


def _listed(catalog: ImageCatalog, listing: Listing[K, T], key: K) -> _Listed[T]:
    found: _Listed[T] = _Listed([])
    for part in catalog.list_all(listing, key):
        match part:
            case Page(items):
                found.items.extend(items)
                found.calls += 1
            case CutShort(obstacle):
                found.cut = part
                found.calls += obstacle is not Obstacle.FILTERED
            case Complete():
                pass
    return found


def _state(own: _Listed[Any], lists: Sequence[_Listed[Any]]) -> tuple[PlaceState, str | None]:
    """What became of a place: seen where every list was whole."""
    cuts = [each.cut for each in lists if each.cut]
    if not cuts:
        return PlaceState.SEEN, None
    reason = "; ".join(dict.fromkeys(each.reason for each in cuts))
    if all(each.obstacle is Obstacle.FILTERED for each in cuts):
        return PlaceState.FILTERED, reason
    if own.cut is not None and own.is_nothing:
        return _STATES.get(own.cut.obstacle, PlaceState.FAILED), reason
    return PlaceState.CUT_SHORT, reason
