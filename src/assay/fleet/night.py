"""A stored night, as fleet commands read it.

    night = stored_night(Store(path), None)      # the newest
    for each in night.images(): ...              # Classified
    for at, use in night.uses(): ...

Everything said about a night is valid for the places that were seen; the others are in `unseen`.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from assay.errors import StoreError
from assay.fleet.columns import image_of, place_of, use_of
from assay.fleet.database import RESTORE, told
from assay.fleet.folders import PLACES, misnamed
from assay.fleet.nearest import nearest
from assay.fleet.places import At
from assay.fleet.sound import WRITTEN, refuse_unsound
from assay.fleet.store import TABLES, Store
from assay.model import AncestryEntry
from assay.model.inventory import Classified, Use
from assay.model.places_seen import PlaceSeen, PlaceState

T = TypeVar("T")
_MISREAD = (ValueError, msgspec.MsgspecError)
CURE = "run assay inventory first"
_WRITTEN = f"({WRITTEN} OR stale_since IS NOT NULL)"
"""A condition for the places with files in a night: something was read, in this night or
earlier."""
_MOST = 5
"""The maximum number of places named in a line."""
_IMAGES = """
SELECT image_id AS id FROM images WHERE night = $1
UNION SELECT image_id FROM uses WHERE night = $1 AND image_id IS NOT NULL
"""
_INSTANCES = "SELECT id FROM uses WHERE night = $1 AND type = 'instance'"


class Night(msgspec.Struct, frozen=True):
    """One night of a store. Its methods raise `StoreError`."""

    date: date
    places: tuple[PlaceSeen, ...]
    """Each wanted place, in exactly one state."""
    store: Store

    @property
    def unseen(self) -> tuple[PlaceSeen, ...]:
        """The places of which something may be missing."""
        return tuple(each for each in self.places if each.state is not PlaceState.SEEN)

    @property
    def seen_at(self) -> datetime:
        """When the last of its places was read."""
        times = [each.seen_at for each in self.places if each.seen_at is not None]
        return max(times, default=datetime.combine(self.date, time.min, UTC))

    @property
    def not_all_of(self) -> str:
        """The places in `unseen`, as text for people."""
        named = [f"{each.account}/{each.region} ({each.state})" for each in self.unseen]
        more = f" and {len(named) - _MOST} other places" if len(named) > _MOST else ""
        return f"{', '.join(named[:_MOST])}{more}"

    def lacking(self, lists: Collection[str]) -> tuple[PlaceSeen, ...]:
        """The places where at least one of some lists was not read completely."""
        return tuple(each for each in self.places if each.lacks(lists))

    def images(
        self, ids: Collection[str] | None = None, *, stale: bool = True
    ) -> Iterator[Classified]:
        """The images of all places, or those with some ids. An image that several accounts see is
        yielded for each.

        With `stale=False`, only those that were read in this night.
        """
        chosen = "" if ids is None else "AND image_id IN (SELECT unnest($2))"
        chosen += "" if stale else " AND stale_since IS NULL"
        asked = f"SELECT * FROM images WHERE night = $1 {chosen} ORDER BY account, region, image_id"  # noqa: S608 - no outside text
        given = () if ids is None else (list(ids),)
        return self._read("images", image_of, self.store.records(asked, self.date, *given))

    def roots(self) -> Iterator[AncestryEntry]:
        """The public images of AWS and its Marketplace at which stored ancestries end."""
        return (entry for _, entry in self.told_roots())

    def told_roots(self) -> Iterator[tuple[dict[str, Any], AncestryEntry]]:
        """The same, each with a row that says where it is from: account, Region, and `stale_since`."""
        asked = (
            "SELECT * FROM (SELECT account, region, stale_since, unnest(ancestry) AS entry FROM images WHERE night = $1)"
            " WHERE entry.owner_alias IS NOT NULL"
            " QUALIFY row_number() OVER (PARTITION BY entry ORDER BY stale_since IS NOT NULL, account, region) = 1"
        )
        yield from self._read("images", _root_of, self.store.records(asked, self.date))

    def uses(self) -> Iterator[tuple[At, Use]]:
        """What uses images, or would launch one next, each with its account and Region."""
        asked = "SELECT * FROM uses WHERE night = $1 ORDER BY account, region, type, id, image_id"
        found = self._read("uses", _use_of, self.store.records(asked, self.date))
        yield from found

    def _read(
        self, table: str, read: Callable[[dict[str, Any]], T], rows: Iterable[dict[str, Any]]
    ) -> Iterator[T]:
        """Convert rows with `read`. Raises `StoreError` for a row that no run could have written."""
        for row in rows:
            try:
                made = read(row)
            except _MISREAD as error:
                below = f"account={row['account']}/region={row['region']}/{table}.parquet"
                raise _unreadable(self.store, self.date, below, error) from None
            yield made

    def nearest(self, id: str) -> list[str]:
        """The ids of images, or of instances, that are most similar to an unknown one."""
        return nearest(self.store, _INSTANCES if id.startswith("i-") else _IMAGES, id, self.date)


def stored_night(store: Store, wanted: date | None, or_else: str = CURE) -> Night:
    """A night, or the newest complete one.

    Raises `StoreError`, which names the nearest night, if it does not exist, and if files of it are
    gone. `or_else` is the cure if the store has no night at all.
    """
    found = known_night(store, wanted, or_else)
    rows = store.records("SELECT * EXCLUDE (night) FROM places WHERE night = $1", found)
    try:
        return Night(found, tuple(map(place_of, rows)), store)
    except _MISREAD as error:
        raise _unreadable(store, found, PLACES, error) from None


def _root_of(row: dict[str, Any]) -> tuple[dict[str, Any], AncestryEntry]:
    return row, msgspec.convert(row["entry"], AncestryEntry)


def _use_of(row: dict[str, Any]) -> tuple[At, Use]:
    return (row["account"], row["region"]), use_of(row)


def _unreadable(store: Store, night: date, below: str, error: Exception) -> StoreError:
    what = f"has a row that cannot be read ({error})"
    return StoreError(what, where=f"{store.path}/night={night}/{below}", hint=RESTORE)


def known_night(store: Store, wanted: date | None, or_else: str = CURE) -> date:
    """The date of a complete night, or of the newest one. Raises `StoreError`."""
    nights, begun = store.nights(), store.unfinished()
    found = nights[-1] if wanted is None and nights else wanted
    if found in nights:
        refuse_damaged(store, [found])
        return found
    near = min(nights, key=lambda each: abs(each - found)) if nights and found else None
    if found is not None and found in begun:
        hint = f"the nearest complete night is {near}" if near else or_else
        raise StoreError(
            f"night {found} is not complete: {_unended(found)}", where=store.path, hint=hint
        )
    if near is None:
        if Path(store.path).exists() and not Path(store.path).is_dir():
            raise StoreError(
                "is a file, and a store is a directory", where=store.path, hint=or_else
            )
        half = f" that is complete: {_unended(begun[-1])}" if begun else ""
        raise StoreError(f"holds no night{half}", where=store.path, hint=or_else)
    raise StoreError(f"has no night {found}", where=store.path, hint=f"the nearest night is {near}")


def left_half(store: Store, asked: date | None = None) -> list[str]:
    """One line for each night that is not read.

    Those are the incomplete ones, with `asked` only the ones after it, which was used instead, and
    those whose directory is not named after a date.
    """
    begun = [each for each in store.unfinished() if asked is None or each > asked]
    rest = f"the newest complete night is {asked}" if asked else "it is not used"
    root = Path(store.path)
    with told(root):
        odd = misnamed(root)
    others = [
        f"{each} is not named after a date, such as night=2026-11-29, so it is not read"
        for each in odd
    ]
    return [*(f"night {each} is not complete: {_unended(each)}; {rest}" for each in begun), *others]


def _unended(night: date) -> str:
    return f"the run that writes {night} has not ended"


def refuse_damaged(store: Store, nights: Sequence[date]) -> None:
    """Raise `StoreError` if a file of a place that was read is gone or is not as it was written.

    It must not count as empty.
    """
    there = {night: store.files(night) for night in nights}
    query = f"""
        SELECT night, account, region FROM places
        WHERE night IN (SELECT unnest($1::DATE[])) AND {_WRITTEN}
            AND account IS NOT NULL AND region IS NOT NULL ORDER BY ALL
    """  # noqa: S608 - no outside text
    for night, account, region in store.select(query, list(nights)).rows:
        for table in TABLES:
            below = f"account={account}/region={region}/{table}.parquet"
            if below not in there[night]:
                raise StoreError(
                    f"does not exist, but night {night} says that this place was read",
                    where=f"{store.path}/night={night}/{below}",
                    hint=RESTORE,
                )
    refuse_unsound(store, nights)
