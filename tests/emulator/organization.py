"""Organizations' lists of accounts and units, and Account Management's list of Regions.

Codes: API reference of either service. UNVERIFIED: all texts.
"""

from typing import Any

from .dispatch import Handler, Params, Result, page
from .errors import ApiError
from .fleet import MADE, ROOT, Organization
from .instances import REGIONS
from .records import Caller
from .world import World

STATUS = {"PENDING_ACTIVATION": "ACTIVE", "CLOSED": "SUSPENDED"}
"""What the retired `Status` says of a state, where that is another word."""


def _organization(world: World, caller: Caller) -> Organization:
    found = world.organization
    if found is None or caller.account not in found.accounts:
        code = "AWSOrganizationsNotInUseException"
        raise ApiError(code, "Your account is not a member of an organization.")
    if caller.account not in {found.management, *found.delegated}:
        message = "You don't have permissions to access this resource."
        raise ApiError("AccessDeniedException", message)
    return found


def list_accounts(world: World, caller: Caller, params: Params) -> Result:
    found = _organization(world, caller)
    return _page(world, params, "Accounts", [_account(found, id) for id in found.accounts])


def list_accounts_for_parent(world: World, caller: Caller, params: Params) -> Result:
    found, parent = _organization(world, caller), _parent(world, caller, params)
    right_below = [id for id, (above, _) in found.accounts.items() if above == parent]
    return _page(world, params, "Accounts", [_account(found, id) for id in right_below])


def list_organizational_units_for_parent(world: World, caller: Caller, params: Params) -> Result:
    found, parent = _organization(world, caller), _parent(world, caller, params)
    units = [
        {"Id": id, "Arn": f"arn:aws:organizations::{found.management}:ou/o-org/{id}", "Name": id}
        for id, above in found.units.items()
        if above == parent
    ]
    return _page(world, params, "OrganizationalUnits", units)


def _parent(world: World, caller: Caller, params: Params) -> str:
    parent: str = params["ParentId"]
    if parent != ROOT and parent not in _organization(world, caller).units:
        raise ApiError("ParentNotFoundException", "You provided a parent that doesn't exist.")
    return parent


def _account(organization: Organization, id: str) -> Result:
    _, state = organization.accounts[id]
    return {
        "Id": id,
        "Arn": f"arn:aws:organizations::{organization.management}:account/o-organization/{id}",
        "Email": f"aws+{id}@example.com",
        "Name": f"account {id}",
        "Status": STATUS.get(state, state),
        "State": state,
        "JoinedMethod": "CREATED",
        "JoinedTimestamp": MADE,
    }


def _page(world: World, params: Params, member: str, items: list[Any]) -> Result:
    """API reference: a page may be empty though it is not the last."""
    if world.empty_pages and "NextToken" not in params:
        return {member: [], "NextToken": "page-0"}
    return page(world, params, member, items)


def list_regions(world: World, caller: Caller, params: Params) -> Result:
    if "AccountId" in params:
        raise NotImplementedError("the Regions of another account")
    off = {region for account, region in world.regions_off if account == caller.account}
    told = [
        {
            "RegionName": name,
            "RegionOptStatus": world.region_states.get(
                (caller.account, name), "DISABLED" if name in off else "ENABLED_BY_DEFAULT"
            ),
        }
        for name in REGIONS
    ]
    return page(world, params, "Regions", told)


ACCOUNT: dict[str, Handler] = {"ListRegions": list_regions}
ORGANIZATIONS: dict[str, Handler] = {
    "ListAccounts": list_accounts,
    "ListAccountsForParent": list_accounts_for_parent,
    "ListOrganizationalUnitsForParent": list_organizational_units_for_parent,
}
