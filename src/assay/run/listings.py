"""Where candidates for a suggestion come from: a stored night, or the present lists of one place.

listings.of(place)               # all that the account sees there, and what could not be read
listings.image(place, id)        # one image, from any source
listings.parameters(place, id)   # the SSM parameters there that have it as their value
"""

from collections.abc import Iterator
from typing import Protocol

import msgspec

from assay.catalog.fleet_questions import IMAGE_PARAMETERS_OF, LISTED_IMAGES
from assay.catalog.interface import CutShort, ImageCatalog, Page
from assay.catalog.questions import Selection
from assay.fleet.columns import image_of, use_of
from assay.fleet.night import Night
from assay.fleet.replacements import Seen
from assay.fleet.uses import OWN, SHARED
from assay.model import Image, Place
from assay.model.inventory import ListedImage
from assay.model.places_seen import PlaceSeen
from assay.model.times import readable
from assay.model.uses import UsedImage

_SELECTIONS = (
    Selection(owners=("self",), hidden_missed=False),
    # No launch there could use what Allowed AMIs hides from the account
    Selection(executable_users=("self",), hidden_missed=False),
)


class Listed(msgspec.Struct, frozen=True):
    """The images of a place, without duplicates, and what may be missing."""

    images: tuple[Seen, ...]
    gaps: tuple[str, ...] = ()


class Listings(Protocol):
    """Says what is in a place."""

    @property
    def source(self) -> str: ...

    def of(self, place: Place) -> Listed: ...

    def image(self, place: Place, id: str) -> Seen | None: ...

    def parameters(self, place: Place, id: str) -> tuple[str, ...]: ...

    def places(self) -> tuple[PlaceSeen, ...]: ...


class LiveListings:
    """What AWS lists now; each place is listed once."""

    source = "live"

    def __init__(self, catalog: ImageCatalog) -> None:
        self._catalog = catalog
        self._found: dict[Place, Listed] = {}

    def of(self, place: Place) -> Listed:
        """Make two listings: the account's own images, and those shared with it."""
        if place not in self._found:
            images: dict[str, Seen] = {}
            gaps: list[str] = []
            for selection in _SELECTIONS:
                for each in self._items(place, selection, gaps):
                    images.setdefault(each.image.id, Seen(each))
            self._found[place] = Listed(tuple(images.values()), tuple(dict.fromkeys(gaps)))
        return self._found[place]

    def image(self, place: Place, id: str) -> Seen | None:
        """Return the image if it is visible there; public images are in no list."""
        known = next((each for each in self.of(place).images if each.listed.image.id == id), None)
        if known is not None:
            return known
        selection = Selection(filters=(("image-id", (id,)),), hidden_missed=False)
        return next((Seen(each) for each in self._items(place, selection, [])), None)

    def parameters(self, place: Place, id: str) -> tuple[str, ...]:
        """Return the parameters in the list; none if it cannot be read."""
        found: list[str] = []
        for part in self._catalog.list_all(IMAGE_PARAMETERS_OF, place):
            if isinstance(part, Page):
                found += (each.name for each in part.items if each.value == id)
        return tuple(sorted(found))

    def places(self) -> tuple[PlaceSeen, ...]:
        """Return nothing: what could not be read is in the gaps of an answer."""
        return ()

    def _items(self, place: Place, selection: Selection, gaps: list[str]) -> Iterator[ListedImage]:
        for part in self._catalog.list_all(LISTED_IMAGES, (place, selection)):
            match part:
                case Page(items):
                    yield from items
                case CutShort(_, reason):
                    gaps.append(f"{place}: {reason}")


class StoredListings:
    """What a night contains. Methods raise `StoreError`."""

    def __init__(self, night: Night) -> None:
        self._night = night
        self._found: dict[Place, Listed] = {}

    @property
    def source(self) -> str:
        """The store and the night."""
        return f"{self._night.store.path}, night {self._night.date}"

    def of(self, place: Place) -> Listed:
        """Return the rows of a place, and whether all of it was seen."""
        if place not in self._found:
            asked = "SELECT * FROM images WHERE night = $1 AND account = $2 AND region = $3 ORDER BY image_id"
            rows = self._night.store.records(asked, self._night.date, place.account, place.region)
            found = (image_of(row) for row in rows)
            images = tuple(Seen(each.listed, each.root) for each in found)
            self._found[place] = Listed(images, tuple(self._gaps(place)))
        return self._found[place]

    def _gaps(self, place: Place) -> Iterator[str]:
        at = (place.account, place.region)
        found = next(
            (each for each in self._night.places if (each.account, each.region) == at), None
        )
        if found is None:
            yield f"{place}: night {self._night.date} does not have this place"
        elif found.lacks((OWN, SHARED)):
            stale = f"; kept from {readable(found.stale_since)}" if found.stale_since else ""
            yield f"{place}: {found.state}: {found.reason or ''}{stale}"

    def image(self, place: Place, id: str) -> Seen | None:
        """Return the image as listed here, or else as another account or an instance shows it."""
        here = next((each for each in self.of(place).images if each.listed.image.id == id), None)
        if here is not None:
            return here
        rows = self._rows("images", place.region, id)
        listed = next((image_of(row) for row in rows), None)
        if listed is not None:
            return Seen(listed.listed, listed.root)
        told = (use_of(row).image for row in self._rows("uses", place.region, id))
        return next((Seen(ListedImage(_as_image(each))) for each in told if each), None)

    def parameters(self, place: Place, id: str) -> tuple[str, ...]:
        """Return the parameters of that night."""
        rows = self._rows("uses", place.region, id, "AND type = 'parameter'")
        found = (use_of(row) for row in rows if row["account"] == place.account)
        return tuple(sorted({each.name or each.id for each in found}))

    def places(self) -> tuple[PlaceSeen, ...]:
        """Return the places that were asked about."""
        asked = {(each.account, each.region) for each in self._found}
        return tuple(each for each in self._night.places if (each.account, each.region) in asked)

    def catalog(self) -> ImageCatalog:
        """Return what the night has for verdicts, without asking AWS."""
        from assay.fleet.night_catalog import NightCatalog

        return NightCatalog(self._night, {}, self._night.seen_at)

    def _rows(self, view: str, region: str, id: str, more: str = "") -> Iterator[dict[str, object]]:
        asked = f"SELECT * FROM {view} WHERE night = $1 AND region = $2 AND image_id = $3 {more} ORDER BY account"  # noqa: S608 - no foreign text
        return self._night.store.records(asked, self._night.date, region, id)


def _as_image(told: UsedImage) -> Image:
    return Image(**{name: getattr(told, name) for name in UsedImage.__struct_fields__})
