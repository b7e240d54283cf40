"""Attaches a watermark to an image that may become golden, and to its copies.

Everything that is written is read back; a second run finds the mark and writes nothing. After an
error, the marks attached so far remain, and all of them are reported.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct

from assay.catalog.aws.marking import Marker
from assay.catalog.fleet_questions import IMAGES_OF
from assay.catalog.interface import Absent, CutShort, ImageCatalog, Unavailable, whole
from assay.catalog.live import LiveCatalog
from assay.catalog.questions import IDENTITIES, IMAGES, Selection
from assay.errors import CredentialsError
from assay.model import Identity, Image, Place, Policy, Resolved, Watermark
from assay.model.stamping import Stamp, Stamped, Stamping
from assay.run.catalogs import open_sdk
from assay.run.check import look_up
from assay.run.stampable import (
    Against,
    Cannot,
    NotKnown,
    NotYet,
    against_image,
    against_line,
    against_mark,
)

if TYPE_CHECKING:
    from assay.run.cache import Cache
    from assay.run.host import Host

_FIRST, _LONGEST = 0.5, 15.0
"""Seconds between checks of an image that is not ready: doubled each time, up to the longest."""
Tell = Callable[[Stamped], None]


class Wish(Struct, frozen=True):
    """What to stamp."""

    image_id: str
    name: str
    place: Place
    copies: Sequence[str] = ()
    """The Regions to which the image is copied."""
    wait: bool = False
    """Whether to wait for what is not there yet."""
    dry_run: bool = False


class _Hand(Struct, frozen=True):
    """What a run reads and writes with."""

    catalog: ImageCatalog
    marker: Marker
    wish: Wish
    account: str

    @property
    def key(self) -> str:
        return f"{self.account}:{self.wish.name}"


class Door(Struct, frozen=True):
    """AWS, for asking and writing as the caller."""

    catalog: ImageCatalog
    marker: Marker


def open_door(host: "Host", timeout: float, cache: "Cache") -> Door:
    """Open AWS with the caller's own credentials only, because readers only read."""
    sdk = open_sdk(host, None, timeout, cache)
    return Door(LiveCatalog(sdk), Marker(sdk))


def stamp(
    catalog: ImageCatalog, marker: Marker, policy: Policy | None, wish: Wish, tell: Tell
) -> Stamping:
    """Stamp the image, then each copy; `tell` is called for each as soon as its result is known.

    Copies are not looked for if the image itself does not have the mark. Raises `CredentialsError`
    if the caller's account is not known.
    """
    identity = catalog.ask(IDENTITIES, [wish.place])[wish.place]
    if not isinstance(identity, Identity):
        reason = getattr(identity, "reason", "AWS did not say")
        raise CredentialsError(f"it is not known which account this is: {reason}")
    hand = _Hand(catalog, marker, wish, identity.account)
    images: list[Stamped] = []
    for each in _all(hand, policy):
        images.append(each)
        tell(each)
    return Stamping(hand.key, tuple(images), wish.dry_run, catalog.facts().endpoint)


def _all(hand: _Hand, policy: Policy | None) -> Iterator[Stamped]:
    wish = hand.wish
    first = _stamped(hand, wish.place, wish.image_id, policy)
    yield first
    if first.state not in (Stamp.ATTACHED, Stamp.PRESENT, Stamp.WOULD_ATTACH):
        return
    for region in wish.copies:
        place = Place.of(region, wish.place.account)
        found = _copies(hand, place)
        if isinstance(found, str):
            yield Stamped(None, region, Stamp.UNCERTAIN, found, copy=True)
            continue
        for id in found:
            # It has the same lineage as its source, which was judged
            yield _stamped(hand, place, id, None, copy=True)


def _copies(hand: _Hand, place: Place) -> list[str] | str:
    """Return the ids of the account's own copies in a Region, or why there are none."""
    wish = hand.wish
    filters = (
        ("source-image-id", (wish.image_id,)),
        ("source-image-region", (wish.place.region,)),
    )
    chosen = Selection(owners=("self",), filters=filters, hidden_missed=False)
    for _ in _looks(hand):
        listed = whole(hand.catalog.list_all(IMAGES_OF, (place, chosen)))
        if isinstance(listed, CutShort):
            return f"its copies could not be listed: {listed.reason}"
        if listed:
            return sorted(each.id for each in listed)
    late = " within the time limit" if wish.wait else "; use --wait to wait for it"
    return f"there is no copy of {wish.image_id}{late}"


def _stamped(
    hand: _Hand, place: Place, id: str, policy: Policy | None, *, copy: bool = False
) -> Stamped:
    def so(state: Stamp, reason: str, mark: Watermark | None = None) -> Stamped:
        return Stamped(id, place.region, state, reason, copy, mark)

    match _ready(hand, place, id):
        case Image() as image:
            pass
        case Cannot(reason):
            return so(Stamp.REFUSED, reason)
        case NotKnown(reason) | NotYet(reason):
            return so(Stamp.UNCERTAIN, reason)
    against = _line(hand, place, id, policy)
    if against is not None:
        return so(Stamp.REFUSED if isinstance(against, Cannot) else Stamp.UNCERTAIN, against.reason)
    mark = _mark(image, hand.key)
    if mark is not None:
        where = f"attached to {mark.source_image_id} in {mark.source_image_region}"
        return so(Stamp.PRESENT, f"it already has the watermark, {where}", mark)
    full = against_mark(image)
    if full is not None:
        return so(Stamp.REFUSED, full.reason)
    if hand.wish.dry_run:
        return so(Stamp.WOULD_ATTACH, "the watermark would be attached")
    return _attached(hand, place, id, so)


def _attached(hand: _Hand, place: Place, id: str, so: Callable[..., Stamped]) -> Stamped:
    """Write the mark and read it back: a lost answer does not say whether it was written."""
    key = hand.marker.attach(place, id, hand.wish.name)
    said = key.reason if isinstance(key, Unavailable) else None
    for _ in _looks(hand, wait=said is None):
        image = _image(hand, place, id)
        mark = _mark(image, hand.key) if isinstance(image, Image) else None
        if mark is not None:
            return so(Stamp.ATTACHED, "the watermark was attached and confirmed", mark)
    if said is not None:
        return so(Stamp.UNCONFIRMED, f"EC2 did not confirm that it is attached: {said}")
    return so(Stamp.UNCONFIRMED, f"EC2 said that {key} is attached, but does not show it")


def _ready(hand: _Hand, place: Place, id: str) -> Image | Against:
    """Return the image as soon as it can be stamped, or what prevents that."""
    found: Image | Against = NotYet("it was not checked")
    for _ in _looks(hand):
        found = _image(hand, place, id)
        if isinstance(found, Image):
            found = against_image(found, hand.account) or found
        if not isinstance(found, NotYet):
            return found
    if isinstance(found, NotYet) and not hand.wish.wait:
        return NotYet(f"{found.reason}; use --wait to wait for it")
    return found


def _image(hand: _Hand, place: Place, id: str) -> Image | Cannot | NotKnown:
    match hand.catalog.ask(IMAGES, [(place, id)])[place, id]:
        case Absent():
            return Cannot(f"EC2 shows no such image to {hand.account} in {place.region}")
        case Unavailable(reason):
            return NotKnown(reason)
        case image:
            return image


def _line(hand: _Hand, place: Place, id: str, policy: Policy | None) -> Against | None:
    """Return the policy's objection to the image's lineage, if any."""
    if policy is None or not (policy.golden.roots or policy.revoked != type(policy.revoked)()):
        return None
    (subject,) = look_up([id], place, hand.catalog, policy)
    if not isinstance(subject.resolution, Resolved):
        return NotKnown(subject.resolution.reason)
    return against_line(subject.provenance, policy)


def _mark(image: Image, key: str) -> Watermark | None:
    return next((each for each in image.watermarks if each.key == key), None)


def _looks(hand: _Hand, *, wait: bool | None = None) -> Iterator[None]:
    """Yield once, or while there is time left to wait."""
    yield
    pause = _FIRST
    while (hand.wish.wait if wait is None else wait) and hand.marker.rest(pause):
        yield
        pause = min(2 * pause, _LONGEST)
