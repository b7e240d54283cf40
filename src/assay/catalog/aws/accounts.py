"""The accounts of an organisation, and the Regions that are on for an account.

Facts: Organizations API Reference, ListAccounts and ListAccountsForParent (20 a page; a page may be
empty without being the last; `State`, not the retired `Status`; for a parent only its own accounts,
not those of units below it); Account Management API Reference, ListRegions (an account asks about
itself without naming itself); EC2 API Reference, DescribeRegions. The first two are global services
that answer in the partition's home Region.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from assay.catalog.aws.listed import listed, text, unreadable
from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.sdk import Sdk
from assay.catalog.fleet_questions import AccountsKey
from assay.catalog.interface import Complete, CutShort, Obstacle, Page, Pages
from assay.model import Place
from assay.model.ids import is_account
from assay.model.partitions import home_of
from assay.model.uses import (
    AccountState,
    MemberAccount,
    Region,
    RegionState,
)

ACCOUNTS_A_PAGE = 20
REGIONS_A_PAGE = 50
_STATES = {
    "ENABLED": RegionState.ENABLED,
    "ENABLED_BY_DEFAULT": RegionState.ENABLED,
    "ENABLING": RegionState.ENABLING,
    "DISABLING": RegionState.DISABLING,
    "DISABLED": RegionState.DISABLED,
}
_OPT_IN = {
    "opt-in-not-required": RegionState.ENABLED,
    "opted-in": RegionState.ENABLED,
    "not-opted-in": RegionState.DISABLED,
}


def accounts(sdk: Sdk, key: AccountsKey) -> Pages[MemberAccount]:
    """All accounts of the organisation, or those directly below a root or a unit."""
    place, parent = key
    at = _home(place)
    if parent is None:
        pages = sdk.pages(
            at, "organizations", "ListAccounts", "Accounts", MaxResults=ACCOUNTS_A_PAGE
        )
        return listed("organizations:ListAccounts", pages, _account)
    pages = sdk.pages(
        at,
        "organizations",
        "ListAccountsForParent",
        "Accounts",
        ParentId=parent,
        MaxResults=ACCOUNTS_A_PAGE,
    )
    return listed("organizations:ListAccountsForParent", pages, _account)


def units(sdk: Sdk, key: tuple[Place, str]) -> Pages[str]:
    """The ids of the organisational units directly below a root or another unit."""
    place, parent = key
    pages = sdk.pages(
        _home(place),
        "organizations",
        "ListOrganizationalUnitsForParent",
        "OrganizationalUnits",
        ParentId=parent,
        MaxResults=ACCOUNTS_A_PAGE,
    )
    name = "organizations:ListOrganizationalUnitsForParent"
    return listed(name, pages, lambda raw: text(raw, "Id"))


def _account(raw: Mapping[str, Any]) -> MemberAccount | None:
    """None, which counts as unread, if the answer does not say whether the account is active."""
    id, state = text(raw, "Id"), text(raw, "State")
    if not is_account(id) or state is None or state not in AccountState.__members__:
        return None
    return MemberAccount(id, AccountState[state])


def regions(sdk: Sdk, place: Place) -> Pages[Region]:
    """Every Region of the partition, on or off, from EC2 if ListRegions does not answer.

    EC2 is asked in the home Region and then in the place's own Region, since either can be denied.
    """
    try:
        found = _listed_regions(sdk, _home(place))
    except RefusedError as refused:
        if refused.obstacle in (Obstacle.LATE, Obstacle.EXPIRED):
            yield CutShort(refused.obstacle, refused.reason)
            return
        try:
            found = _described_regions(sdk, place)
        except RefusedError as again:
            yield CutShort(again.obstacle, f"{refused.reason}; {again.reason}")
            return
    name, raw_regions = found
    read = [each for each in raw_regions if each is not None]
    yield Page(tuple(read))
    unread = len(raw_regions) - len(read)
    yield unreadable(name, unread) if unread else Complete()


def _listed_regions(sdk: Sdk, at: Place) -> tuple[str, list[Region | None]]:
    """Read all pages before returning, because the fallback starts from scratch."""
    pages = sdk.pages(at, "account", "ListRegions", "Regions", MaxResults=REGIONS_A_PAGE)
    told = [_region(raw, "RegionOptStatus", _STATES) for page in pages for raw in page]
    if not told:
        raise RefusedError("account:ListRegions answered with no Region")
    return "account:ListRegions", told


def _described_regions(sdk: Sdk, place: Place) -> tuple[str, list[Region | None]]:
    """The Regions as EC2 returns them, without the states between on and off."""
    try:
        raw = sdk.call(_home(place), "ec2", "DescribeRegions", AllRegions=True)
    except RefusedError:
        if _home(place) == place:
            raise
        raw = sdk.call(place, "ec2", "DescribeRegions", AllRegions=True)
    told = raw.get("Regions")
    if not told or not isinstance(told, list):
        raise RefusedError("ec2:DescribeRegions answered with no Region")
    return "ec2:DescribeRegions", [_region(each, "OptInStatus", _OPT_IN) for each in told]


def _region(raw: Any, member: str, states: Mapping[str, RegionState]) -> Region | None:
    name, state = text(raw, "RegionName"), states.get(text(raw, member) or "")
    return Region(name, state) if name and state else None


def _home(place: Place) -> Place:
    return msgspec.structs.replace(place, region=home_of(place.partition) or place.region)
