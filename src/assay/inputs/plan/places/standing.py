"""What is known of one provider block, and the place that this makes."""

from typing import Any

import msgspec

from assay.inputs.plan.places.accounts import Account
from assay.inputs.plan.places.regions import Region
from assay.model import Place, Unplaced


class Standing(msgspec.Struct, frozen=True, gc=False):
    """What is known of one provider block."""

    region: Region = Region()
    account: Account = Account()
    name: str | None = None
    single: bool = True
    """False for a block with `for_each`, of which a plan does not tell which one is meant."""


def nowhere(reason: str, cure: str | None, standing: Standing) -> Unplaced:
    """A place of which the Region is not told; what is not told of the account is told as well."""
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
    """The place in a Region that is told."""
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
    """Whether anything in a block is read from `each`: OpenTofu's `for_each` leaves no other trace."""
    match expression:
        case {"references": list(names)}:
            return any(isinstance(name, str) and name.startswith("each.") for name in names)
        case dict():
            return any(map(iterates, expression.values()))
        case list():
            return any(map(iterates, expression))
    return False
