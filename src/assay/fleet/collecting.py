"""Lists one place: its own images, those shared with it, its uses, and whether that was everything.

Facts: EC2 API Reference, DescribeImages (`Owners=self`, `ExecutableUsers=self`; the second does not
return the images that an account itself shares).
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

import msgspec

from assay.catalog.fleet_questions import LISTED_IMAGES, USAGES_OF
from assay.catalog.interface import (
    Absent,
    Answer,
    Complete,
    CutShort,
    ImageCatalog,
    K,
    Listing,
    Obstacle,
    Page,
    Unavailable,
)
from assay.catalog.questions import ALLOWED_IMAGES, Selection
from assay.fleet.uses import OWN, SHARED, USES
from assay.model import AllowedImages, Place
from assay.model.inventory import ListedImage, Use
from assay.model.places_seen import PlaceSeen, PlaceState

T = TypeVar("T")

_OWN = Selection(owners=("self",), hidden_missed=False)
"""Allowed AMIs never hides an account's own images."""
_SHARED = Selection(executable_users=("self",), hidden_missed=False)
"""Whether images are missing here is determined from the settings, which are needed anyway."""
_STATES = {
    Obstacle.DENIED: PlaceState.DENIED,
    Obstacle.OPTED_OUT: PlaceState.OPTED_OUT,
    Obstacle.FILTERED: PlaceState.FILTERED,
}
_CALL = re.compile(r"([a-z0-9-]+:[A-Za-z0-9]+) in ")
"""How a reason begins that is about one call."""
_CALLED = "\0"
"""Stands for the name of the call."""


class Collected(msgspec.Struct, frozen=True):
    """What was seen of a place."""

    place: PlaceSeen
    own: tuple[ListedImage, ...] = ()
    shared: tuple[ListedImage, ...] = ()
    uses: tuple[Use, ...] = ()


class _Listed(msgspec.Struct, Generic[T]):
    """The items of a list, the number of its pages, and what cut it short."""

    items: list[T]
    calls: int = 0
    cut: CutShort | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether nothing of the list was read."""
        return self.cut is not None and not self.items and self.calls == 1


def collect(
    catalog: ImageCatalog, account: str, region: str, now: Callable[[], datetime]
) -> Collected:
    """List a place. A failure affects only its own list, and shows in the place's state."""
    place = Place.of(region, account)
    # Ask this first: a setting that is switched on while pages arrive affects the next night
    settings = catalog.ask(ALLOWED_IMAGES, [place])[place]
    own = _listed(catalog, LISTED_IMAGES, (place, _OWN))
    shared = _listed(catalog, LISTED_IMAGES, (place, _SHARED))
    # An image may be on two pages, because images change while pages arrive
    ours = {each.image.id: each for each in own.items}
    others = {each.image.id: each for each in shared.items if each.image.id not in ours}
    found: list[Use] = []
    lists: list[_Listed[Any]] = [own, shared]
    whole = [name for name, each in ((OWN, own), (SHARED, shared)) if not each.cut]
    shared.cut = shared.cut or _hidden(place, settings)
    for listing, uses in USES:
        # Only the owner of an image has usage reports for it
        none_can_be = listing is USAGES_OF and own.cut is None and not ours
        listed: _Listed[Any] = _Listed([]) if none_can_be else _listed(catalog, listing, place)
        lists.append(listed)
        whole += [] if listed.cut else [listing.name]
        found.extend(use for item in dict.fromkeys(listed.items) for use in uses(item))
    state, reason = _state(own, lists)
    seen = PlaceSeen(
        account,
        region,
        state,
        reason,
        images=len(ours) + len(others),
        uses=len(found),
        calls=1 + sum(each.calls for each in lists),
        seen_at=now(),
        allowed_images=settings if isinstance(settings, AllowedImages) else None,
        whole=tuple(whole),
    )
    return Collected(seen, tuple(ours.values()), tuple(others.values()), tuple(found))


def _listed(catalog: ImageCatalog, listing: Listing[K, T], key: K) -> _Listed[T]:
    found: _Listed[T] = _Listed([])
    for part in catalog.list_all(listing, key):
        match part:
            case Page(items):
                found.items.extend(items)
                found.calls += 1
            case CutShort():
                found.cut = part
                found.calls += 1
            case Complete():
                pass
    return found


def _hidden(place: Place, settings: Answer[AllowedImages]) -> CutShort | None:
    """Why other owners' images may be missing from complete pages; an account's own never are.

    Fact: EC2 User Guide, "Control the discovery and use of AMIs in Amazon EC2 with Allowed AMIs":
    if it is enabled, other owners' images that match no criterion are silently omitted.
    """
    match settings:
        case AllowedImages(state="disabled" | "audit-mode"):
            return None
        case AllowedImages(state="enabled"):
            said = f"Allowed AMIs is enabled in {place}: EC2 does not list images that it does not admit"
            return CutShort(Obstacle.FILTERED, said)
        case Unavailable(reason):
            return CutShort(Obstacle.FAILED, reason)
        case AllowedImages() | Absent():
            pass
    return CutShort(
        Obstacle.FAILED, f"it is not known whether Allowed AMIs hides images in {place}"
    )


def _state(own: _Listed[Any], lists: Sequence[_Listed[Any]]) -> tuple[PlaceState, str | None]:
    """The state of a place: seen if every list was complete."""
    cuts = [each.cut for each in lists if each.cut]
    if not cuts:
        return PlaceState.SEEN, None
    reason = "; ".join(_told_once(each.reason for each in cuts))
    if any(each.obstacle is Obstacle.DENIED for each in cuts):
        reason = f"{reason} (assay iam-policy --fleet prints what a reader needs)"
    if all(each.obstacle is Obstacle.FILTERED for each in cuts):
        return PlaceState.FILTERED, reason
    if own.cut is not None and own.is_nothing:
        return _STATES.get(own.cut.obstacle, PlaceState.FAILED), reason
    return PlaceState.CUT_SHORT, reason


def _told_once(reasons: Iterable[str]) -> Iterator[str]:
    """The reasons, with one for all calls that met the same: often every call of a place is refused."""
    alike: dict[str, dict[str, None]] = {}
    for reason in reasons:
        call = _CALL.match(reason)
        name = call[1] if call else ""
        alike.setdefault(reason.replace(name, _CALLED) if name else reason, {})[name] = None
    for shape, names in alike.items():
        *others, last = names
        if others:
            first = shape.replace(_CALLED, f"{', '.join(others)} and {last}", 1)
            yield first.replace(_CALLED, "all of them")
        else:
            yield shape.replace(_CALLED, last)
