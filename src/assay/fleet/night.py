"""A stored night, as the questions to a fleet read it.

    night = stored_night(Store(path), None)      # the newest
    for each in night.images(): ...              # Classified
    for at, use in night.uses(): ...

Whatever is told of a night holds for the places that were seen; the others stand in `unseen`.
"""

from collections.abc import Collection, Iterator
from datetime import date

import msgspec

from assay.errors import StoreError
from assay.fleet.columns import image_of, place_of, use_of
from assay.fleet.places import At
from assay.fleet.store import Store
from assay.model import AncestryEntry
from assay.model.inventory import Classified, Use
from assay.model.places_seen import PlaceSeen, PlaceState


class Night(msgspec.Struct, frozen=True):
    """One night of a store. Its methods raise `StoreError`."""

    date: date
    places: tuple[PlaceSeen, ...]
    """Each place that was wanted, in exactly one state."""
    store: Store

    @property
    def unseen(self) -> tuple[PlaceSeen, ...]:
        """The places of which anything may be missing."""
        return tuple(each for each in self.places if each.state is not PlaceState.SEEN)

    def images(
        self, ids: Collection[str] | None = None, *, stale: bool = True
    ) -> Iterator[Classified]:
        """The images of all places, or those of some ids: one that several accounts see comes in each.
        Without `stale` only those that were read in this night.
        """
        chosen = "" if ids is None else "AND image_id IN (SELECT unnest($2))"
        chosen += "" if stale else " AND stale_since IS NULL"
        asked = f"SELECT * FROM images WHERE night = $1 {chosen} ORDER BY account, region, image_id"  # noqa: S608 - no foreign text
        given = () if ids is None else (list(ids),)
        return map(image_of, self.store.records(asked, self.date, *given))

    def roots(self) -> Iterator[AncestryEntry]:
        """The public images of AWS and of its Marketplace that stored ancestries end with."""
        asked = (
            "SELECT DISTINCT entry FROM (SELECT unnest(ancestry) AS entry FROM images WHERE night = $1)"
            " WHERE entry.owner_alias IS NOT NULL"
        )
        for row in self.store.records(asked, self.date):
            yield msgspec.convert(row["entry"], AncestryEntry)

    def uses(self) -> Iterator[tuple[At, Use]]:
        """What uses images, or would launch one next, each with its account and Region."""
        asked = "SELECT * FROM uses WHERE night = $1 ORDER BY account, region, type, id, image_id"
        for row in self.store.records(asked, self.date):
            yield (row["account"], row["region"]), use_of(row)


def stored_night(store: Store, wanted: date | None) -> Night:
    """A night, or the newest. Raises `StoreError` where it is not there, naming the nearest."""
    found = known_night(store, wanted)
    rows = store.records("SELECT * EXCLUDE (night) FROM places WHERE night = $1", found)
    return Night(found, tuple(map(place_of, rows)), store)


def known_night(store: Store, wanted: date | None) -> date:
    """A night that is written whole, or the newest. Raises `StoreError`."""
    nights = store.nights()
    if wanted is None and nights:
        return nights[-1]
    if wanted is not None and wanted in nights:
        return wanted
    if not nights or wanted is None:
        raise StoreError("holds no night", where=store.path, hint="run: assay inventory")
    near = min(nights, key=lambda each: abs(each - wanted))
    raise StoreError(f"has no night {wanted}", where=store.path, hint=f"the nearest is {near}")
