"""Reads one place: in this process, in another one, or on another machine.

Only data is sent there: which place, with which roles, until when. Credentials are never sent; a
worker finds the caller's in its own environment and assumes the roles itself.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from threading import Lock
from typing import TypeAlias
from uuid import uuid4

import msgspec

from assay import __version__
from assay.catalog.interface import ImageCatalog
from assay.errors import CatalogError
from assay.fleet.collecting import Collected, collect
from assay.fleet.places import At
from assay.model import Readers
from assay.model.places_seen import PlaceSeen, PlaceState
from assay.run.cache import Cache
from assay.run.catalogs import Asking, open_catalog
from assay.run.host import Host

Elsewhere: TypeAlias = Callable[[], Host]
"""Returns the host in another process, which finds this function by its name."""


class Setting(msgspec.Struct, frozen=True):
    """How to read all places of a run."""

    readers: Readers | None
    until: datetime
    """Anything that AWS has not answered by then counts as not seen."""
    cached: bool
    """Whether to use what earlier runs have learned."""
    version: str = __version__


class Reply(msgspec.Struct, frozen=True):
    """What was read from a place."""

    place: PlaceSeen
    content: bytes
    """All of it, a `Collected` as msgpack: this is how it is sent and kept."""
    by: str
    """Identifies the catalogue that read it."""
    calls: Mapping[str, int]
    """The calls of that catalogue so far, including those for other places."""
    endpoint: str | None


HERE = ""
"""The catalogue of the process that hands out the places."""


def read_here(
    catalog: ImageCatalog, now: Callable[[], datetime], at: At, *, by: str = HERE
) -> Reply:
    """Read a place with a catalogue of this process."""
    found = collect(catalog, *at, now)
    facts = catalog.facts()
    return Reply(found.place, _encoded(found), by, facts.api_calls, facts.endpoint)


def failed(at: At, reason: str, now: datetime) -> Reply:
    """Return the reply for a place that was handed out and never came back."""
    place = PlaceSeen(*at, PlaceState.FAILED, reason, seen_at=now)
    return Reply(place, _encoded(Collected(place)), HERE, {}, None)


def _encoded(found: Collected) -> bytes:
    return msgspec.msgpack.encode(found)


def read_elsewhere(host_there: Elsewhere, setting: bytes, at: At) -> Reply:
    """Read a place in a process that knows nothing but this. Raises `CatalogError`."""
    with _OPENING:
        by, host, catalog = _opened(host_there, setting)
    return read_here(catalog, host.now, at, by=by)


_OPENING = Lock()
_RUNS = 4
"""The number of concurrent runs whose catalogues are cached in a process that serves several."""


@lru_cache(_RUNS)
def _opened(host_there: Elsewhere, setting: bytes) -> tuple[str, Host, ImageCatalog]:
    """Open one catalogue per process: its sessions are opened once, and each is verified."""
    host, how = host_there(), msgspec.msgpack.decode(setting, type=Setting)
    if how.version != __version__:
        raise CatalogError(
            f"a worker has assay {__version__}, but this machine has {how.version}",
            hint="install the same version on all machines",
        )
    left = max(0.0, (how.until - host.now()).total_seconds())
    asking = Asking(None, left, Cache(host, wanted=how.cached))
    return uuid4().hex, host, open_catalog(host, asking, how.readers)
