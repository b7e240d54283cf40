"""`assay suggest` without a command line: targets, the catalogue to ask, and the answers."""

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from assay.errors import InputError
from assay.model.suggestion import Asked, Suggestions

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from assay.catalog.interface import ImageCatalog
    from assay.fleet.night import Night
    from assay.model import Policy
    from assay.run.catalogs import Asking
    from assay.run.host import Host


class Wanted(msgspec.Struct, frozen=True):
    """What to replace, and whom to ask."""

    targets: tuple[str, ...]
    paths: tuple[str, ...]
    states: tuple[str, ...]
    store: str | None
    night: datetime | None
    ask_aws: bool
    region: str | None
    account: str | None
    catalog: str | None
    as_of: datetime | None
    timeout: float
    no_cache: bool


def suggest(host: "Host", policy: "Policy", when: datetime, wanted: Wanted) -> Suggestions:
    """Return an answer for each target or each reference that does not pass. Raises `AssayError`."""
    from assay.run.cache import Cache
    from assay.run.catalogs import Asking, open_catalog
    from assay.run.listings import LiveListings, StoredListings
    from assay.run.suggestions import suggestions
    from assay.run.targets import is_machine

    addresses = tuple(each for each in wanted.targets if not is_machine(each))
    inputs = (*wanted.paths, *wanted.states)
    if addresses and not inputs:
        hint = "name the plan, the code or the state with --plan"
        raise InputError(f"there is no plan, code or state to find {addresses[0]} in", hint=hint)
    if not wanted.targets and not inputs:
        raise InputError(
            "nothing to suggest for", hint="name an address, an image, an instance, or a --plan"
        )
    night = _night(host, wanted)
    cache = Cache(host, wanted=not wanted.no_cache)
    asking = Asking(wanted.catalog, wanted.timeout, cache, as_of=wanted.as_of)
    catalog = open_catalog(host, asking, policy.readers)
    with host.watching(catalog):
        asked, unasked = _asked(host, policy, catalog, asking, wanted, night, addresses)
        stored = StoredListings(night) if night else None
        listings = stored or LiveListings(catalog)
        judging = stored.catalog() if stored else catalog
        answers = suggestions(asked, listings, judging, policy, when, in_full=True)
    gaps = tuple(_unfound(wanted, night, asked)) if night else ()
    places = dict.fromkeys((*listings.places(), *(night.unseen if night and gaps else ())))
    return Suggestions(when, listings.source, answers, tuple(places), gaps, tuple(unasked))


def _unfound(wanted: Wanted, night: "Night", asked: "Sequence[Asked]") -> "Iterator[str]":
    """Yield a line for each target that may be in a place which the night did not see."""
    from assay.fleet.nearest import as_hint
    from assay.run.targets import is_machine

    found = {each.target for each in asked}
    for each in wanted.targets:
        if is_machine(each) and each not in found:
            near = as_hint(night.nearest(each), "none is like it")
            yield f"night {night.date} has no {each}, and did not see all of {night.not_all_of}; {near}"


STORE = "inventory"
"""The default directory of stored nights."""


def _night(host: "Host", wanted: Wanted) -> "Night | None":
    """The night to use. Without a place or a recording, the default store is used if it is here."""
    if wanted.ask_aws:
        return None
    store, placed = wanted.store, wanted.region or wanted.account or wanted.catalog
    if store is None and not wanted.night and (placed or not _holds_a_night()):
        return None
    from assay.run.nights import night_of

    found = night_of(host, store or STORE, wanted.night)
    if store is None:
        host.note(f"candidates are those of night {found.date} in {STORE}; --live asks AWS")
    return found


def _holds_a_night() -> bool:
    from pathlib import Path

    return any(Path(STORE).glob("night=*/places.parquet"))


def _asked(
    host: "Host",
    policy: "Policy",
    catalog: "ImageCatalog",
    asking: "Asking",
    wanted: Wanted,
    night: "Night | None",
    addresses: tuple[str, ...],
) -> tuple[list[Asked], list[str]]:
    from assay.run import targets

    region = wanted.region or policy.region
    found: list[Asked] = []
    unasked: list[str] = []
    for each in wanted.targets:
        if each in addresses:
            continue
        if night is not None:
            found += targets.of_night(each, night, wanted.region, wanted.account)
        else:
            found += targets.live(each, catalog, region, wanted.account)
    if (wanted.paths or wanted.states) and (addresses or not wanted.targets):
        from assay.run.gate import Order, judge
        from assay.run.inputs import Reading

        reading = Reading(asking.cache, wanted.region)
        order = Order(wanted.paths, reading, policy, asking, states=wanted.states)
        judged = judge(host, order)
        ours, unasked = targets.of_report(host, judged.report, addresses)
        found += ours
        if wanted.account is not None:
            host.note(
                "--account is that of images and instances; addresses are judged in the account of their provider, or of the credentials"
            )
    return found, unasked
