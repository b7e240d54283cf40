"""The stored night that a command uses, and notes on newer ones that it does not use."""

from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.fleet.night import Night
    from assay.run.host import Host


def night_of(
    host: "Host | None",
    store: str | Path,
    wanted: date | datetime | None,
    or_else: str | None = None,
    *,
    alone: bool = False,
) -> "Night":
    """Return a night of a store, or its newest complete one.

    A note says if a newer one was begun; without a host, there are no notes. Raises `StoreError`;
    `or_else` is the cure if the store has no night. With `alone`, no other night will be needed, so
    the files of others are not opened.
    """
    from assay.fleet.night import CURE, left_half, stored_night
    from assay.fleet.store import Store
    from assay.model.times import day_of

    kept = Store(Path(store))
    named = day_of(wanted) if isinstance(wanted, datetime) else wanted
    if alone:
        kept.only = named or max(kept.nights(), default=None)
    found = stored_night(kept, named, or_else or CURE)
    if host is not None and named is None:
        for line in left_half(kept, found.date):
            host.note(line)
    return found
