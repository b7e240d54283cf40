"""Which places to read: the accounts, and the Regions of each account.

Fact: Organizations API Reference, `Account` (`State`): the roles of an account that is not active
cannot be assumed, which is not a denial.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TypeAlias, TypeVar

import msgspec

from assay.catalog.fleet_questions import ACCOUNTS_OF, REGIONS_OF, UNITS_OF
from assay.catalog.interface import CutShort, ImageCatalog, Obstacle, whole
from assay.errors import CatalogError
from assay.model import Organization, Place
from assay.model.places_seen import PlaceSeen, PlaceState
from assay.model.uses import AccountState, MemberAccount, Region, RegionState

T = TypeVar("T")
ALL = "*"
"""Stands for the Regions of an account if it is not known which ones are on."""
At: TypeAlias = tuple[str, str]
"""An account and a Region."""
_OBSTACLES = {Obstacle.DENIED: PlaceState.DENIED, Obstacle.OPTED_OUT: PlaceState.OPTED_OUT}
_NO_UNIT = ("(ParentNotFoundException)", "(InvalidInputException)")
"""How Organizations refuses a unit that does not exist, and one whose id is none."""
_AT_A_TIME = 16
_UNSTABLE = (RegionState.ENABLING, RegionState.DISABLING)


class WantedPlaces(msgspec.Struct):
    """The places to read, and those already known to be unreadable."""

    places: list[At] = []
    lost: list[PlaceSeen] = []


def members(
    catalog: ImageCatalog, home: Place, organization: Organization
) -> tuple[list[str], list[PlaceSeen]]:
    """The active accounts of an organisation, and the others.

    Raises `CatalogError` if AWS does not return all of them, because the extent of the fleet is
    then unknown.
    """
    excluded = frozenset(organization.exclude)
    found: dict[str, MemberAccount] = {}
    if organization.units:
        for unit in organization.units:
            found.update(_below(catalog, home, unit, excluded))
    else:
        found.update(_accounts(catalog, home, None))
        for unit in (each for each in organization.exclude if not each.isdecimal()):
            for id in _below(catalog, home, unit, frozenset()):
                found.pop(id, None)
    wanted = [each for id, each in sorted(found.items()) if id not in excluded]
    active = [each.id for each in wanted if each.state is AccountState.ACTIVE]
    others = [
        PlaceSeen(each.id, ALL, PlaceState.SUSPENDED, f"the account is {each.state}")
        for each in wanted
        if each.state is not AccountState.ACTIVE
    ]
    return active, others


def _below(
    catalog: ImageCatalog, home: Place, top: str, excluded: frozenset[str]
) -> dict[str, MemberAccount]:
    """The accounts in a unit and in all units below it."""
    found: dict[str, MemberAccount] = {}
    units, passed = [top], {top}
    while units:
        unit = units.pop()
        if unit in excluded:
            continue
        found.update(_accounts(catalog, home, unit))
        below = _all(whole(catalog.list_all(UNITS_OF, (home, unit))), unit)
        units.extend(each for each in below if each not in passed)
        passed.update(below)
    return found


def _accounts(
    catalog: ImageCatalog, home: Place, parent: str | None
) -> Iterator[tuple[str, MemberAccount]]:
    listed = _all(whole(catalog.list_all(ACCOUNTS_OF, (home, parent))), parent)
    return ((each.id, each) for each in listed)


def _all(found: list[T] | CutShort, parent: str | None = None) -> list[T]:
    if isinstance(found, CutShort):
        if parent and any(code in found.reason for code in _NO_UNIT):
            raise CatalogError(
                f"the accounts of {parent} could not be listed: {found.reason}",
                hint="check the id of the organizational unit",
            )
        raise CatalogError(
            f"the accounts of the organisation could not be listed: {found.reason}",
            hint="run it as the management account or a delegated administrator, or name the accounts",
        )
    return found


def in_regions(
    catalog: ImageCatalog,
    accounts: Sequence[str],
    regions: Sequence[str],
    home: str,
    now: Callable[[], datetime],
) -> WantedPlaces:
    """The places of some accounts: in the given Regions, otherwise in all that are on for each."""
    if regions:
        return WantedPlaces([(account, region) for account in accounts for region in regions])
    wanted = WantedPlaces([], [])

    def told(account: str) -> list[Region] | CutShort:
        return whole(catalog.list_all(REGIONS_OF, Place.of(home, account)))

    for account, found in zip(accounts, _side_by_side(told, accounts), strict=True):
        if isinstance(found, CutShort):
            state = _OBSTACLES.get(found.obstacle, PlaceState.FAILED)
            wanted.lost.append(PlaceSeen(account, ALL, state, found.reason, seen_at=now()))
            continue
        for region in sorted(found, key=lambda each: each.name):
            if region.state is RegionState.ENABLED:
                wanted.places.append((account, region.name))
            elif region.state in _UNSTABLE:
                reason = f"the Region is {region.state} for the account"
                lost = PlaceSeen(account, region.name, PlaceState.OPTED_OUT, reason, seen_at=now())
                wanted.lost.append(lost)
    return wanted


def _side_by_side(ask: Callable[[str], T], accounts: Sequence[str]) -> Iterator[T]:
    """Ask in parallel, and yield in order. One by one, 200 accounts would take half a minute, most
    of it for their roles.
    """
    pool = ThreadPoolExecutor(_AT_A_TIME, "regions")
    try:
        yield from pool.map(ask, accounts)
    finally:  # an interrupt need not wait for calls in progress
        pool.shutdown(wait=False, cancel_futures=True)


def spread(places: Sequence[At], at_a_time: int) -> list[At]:
    """The order in which to read places: Region by Region for each `at_a_time` accounts.

    If the Regions of one account were read at once, all of them would wait for the account's role
    to be assumed. If a run is interrupted, it has still read whole accounts, except the last few.
    """
    number = {account: n for n, account in enumerate(dict.fromkeys(at[0] for at in places))}
    before: Counter[str] = Counter()
    order: dict[At, tuple[int, int]] = {}
    for at in places:
        order[at] = number[at[0]] // at_a_time, before[at[0]]
        before[at[0]] += 1
    return sorted(places, key=order.__getitem__)
