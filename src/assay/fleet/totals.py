"""Totals of stored nights: how many uses an image has, and how class sizes changed."""

from collections.abc import Iterator
from datetime import date

import msgspec

from assay.fleet.night import Night
from assay.model.inventory import ImageClass, NightTotals

_USED = """
SELECT image_id, type, count(*) FROM uses
WHERE night = $1 AND image_id IS NOT NULL AND stale_since IS NULL GROUP BY ALL ORDER BY ALL
"""
_CLASSES = """
SELECT night, class, count(*) FROM images
WHERE night >= $1 AND night <= $2 AND stale_since IS NULL GROUP BY ALL
"""
_PLACES = """
SELECT night, count(*), count(*) FILTER (state <> 'seen') FROM places
WHERE night >= $1 AND night <= $2 GROUP BY ALL ORDER BY ALL
"""


class Used(msgspec.Struct, frozen=True):
    """What uses images in one night, queried on iteration: image, type, count."""

    night: Night

    def __iter__(self) -> Iterator[tuple[str, str, int]]:
        """Raises `StoreError`."""
        yield from self.night.store.select(_USED, self.night.date).rows


class Trend(msgspec.Struct, frozen=True):
    """The last nights up to a given one, oldest first, queried on iteration."""

    night: Night
    most: int

    def __iter__(self) -> Iterator[NightTotals]:
        """Raises `StoreError`."""
        store, last = self.night.store, self.night.date
        nights = [each for each in store.nights() if each <= last][-self.most :]
        if not nights:
            return
        classes: dict[date, dict[ImageClass, int]] = {}
        for night, kind, number in store.select(_CLASSES, nights[0], last).rows:
            classes.setdefault(night, {})[ImageClass(kind)] = number
        for night, places, missing in store.select(_PLACES, nights[0], last).rows:
            found = classes.get(night, {})
            yield NightTotals(
                night, {each: found.get(each, 0) for each in ImageClass}, places, missing
            )
