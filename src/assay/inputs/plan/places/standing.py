"""What is known about one provider block, and the resulting place."""

from typing import Any

import msgspec

from assay.inputs.plan.places.accounts import Account
from assay.inputs.plan.places.regions import Region
from assay.model import Place, Unplaced


class Standing(msgspec.Struct, frozen=True, gc=False):
    """What is known about one provider block."""

    region: Region = Region()
    account: Account = Account()
    name: str | None = None
    single: bool = True
    """False for a block with `for_each`, because a plan does not say which instance is meant."""


def nowhere(reason: str, cure: str | None, standing: Standing) -> Unplaced:
    """Return a place without a known Region, with the reasons for the Region and the account."""
    account = standing.account
    reasons = dict.fromkeys(each for each in (reason, account.reason) if each)
    cures = dict.fromkeys(each for each in (cure, account.cure) if each)
    return Unplaced(
        "; ".join(reasons),
        "; ".join(cures) or None,
        account_told=account.reason is None,
        among=account.among,
        provider=standing.name,
        single=standing.single,
    )


def in_region(region: str, standing: Standing) -> Place | Unplaced:
    """Return the place in a known Region."""
    account = standing.account
    place = Place.of(region, account.id)
    if account.reason is None and not account.among:
        return place
    return Unplaced(
        account.reason or "the caller's account is not among the provider's allowed_account_ids",
        account.cure or "check with the credentials of the account that Terraform uses",
        (place,),
        region_told=True,
        account_told=account.reason is None,
        among=account.among,
        provider=standing.name,
        single=standing.single,
    )


def iterates(expression: Any) -> bool:
    """Whether anything in a block reads `each`: OpenTofu's `for_each` leaves no other trace."""
    match expression:
        case {"references": list(names)}:
            return any(isinstance(name, str) and name.startswith("each.") for name in names)
        case dict():
            return any(map(iterates, expression.values()))
        case list():
            return any(map(iterates, expression))
    return False
