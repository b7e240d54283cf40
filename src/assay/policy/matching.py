"""Which scope a reference stands in, and which exceptions it falls under.

Everything that is set must hold. What is not known (an address's account, an image that was not
found) holds for nothing: neither a stricter nor a laxer rule is applied on a guess. Nor does
anything that a plan leaves open pass on one: `rivals` are the scopes that might hold all the same.
"""

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from assay.model import (
    Image,
    ImageMatch,
    Match,
    Place,
    Policy,
    Resolved,
    Scope,
    Subject,
    Unplaced,
)
from assay.policy.wildcard import matches


def policy_for(policy: Policy, subject: Subject) -> Policy:
    """The policy of the most specific scope that holds, or the document's own."""
    holding = [scope for scope in policy.scopes if holds(scope.match, subject)]
    return max(holding, key=_specificity).policy if holding else policy


def rivals(policy: Policy, subject: Subject) -> Iterator[Scope]:
    """The scopes that would decide instead, if what a plan leaves open of the place were as they
    say.

    With a provider whose account nobody can tell, the account may be that of the scope `production`:
    what passes by the document's own policy has to pass by that of `production`, too.
    """
    place, found = subject.place, subject.resolution
    if isinstance(place, Place) and not (isinstance(found, Resolved) and found.unplaced):
        return
    decides: tuple[int, int] | None = None
    for scope in policy.scopes:
        if holds(scope.match, subject):
            decides = max(decides or (0, 0), _specificity(scope))
    account = _account_of(place)  # no rival is a scope for another one
    earlier = True  # of two that are as specific, the first in order decides
    for scope in policy.scopes:
        rank = _specificity(scope)
        if holds(scope.match, subject):
            earlier = earlier and rank != decides
            continue
        outranks = decides is None or rank > decides or (earlier and rank == decides)
        if account is not None and not _fits(scope.match.account, account):
            continue
        if outranks and holds(_without_what_is_open(scope.match, place), subject):
            yield scope


def _account_of(place: Place | Unplaced) -> str | None:
    """The account where the Region alone is open: credentials are those of one account."""
    if isinstance(place, Place) or not place.account_told:
        return None
    accounts = {each.account for each in place.candidates}
    return accounts.pop() if len(accounts) == 1 else None


def _without_what_is_open(match: Match, place: Place | Unplaced) -> Match:
    region = match.region if isinstance(place, Place) else None
    return replace(match, account=None, region=region)


def _specificity(scope: Scope) -> tuple[int, int]:
    """How many fields say anything, then how much they spell out; ties go to the first in order.

    `{account: "1111*", region: us-east-1}` is (2, 13), and decides before
    `{address: "module.legacy.*"}`, which is (1, 14).
    """
    match = scope.match
    patterns = [
        pattern
        for pattern in (
            match.address, match.module, match.resource_type, match.account, match.region,
            *match.tags.values(),
        )
        if pattern is not None and pattern.strip("*")
    ]  # fmt: skip
    spelt = sum(len(pattern.replace("*", "").replace("?", "")) for pattern in patterns)
    return len(patterns), spelt


def holds(match: Match, subject: Subject) -> bool:
    """Whether a reference is one of those that `match` describes."""
    reference, place = subject.reference, subject.place
    known = place if isinstance(place, Place) else None
    return (
        _fits(match.address, reference.address)
        and _fits_module(match.module, reference.module)
        and _fits(match.resource_type, reference.resource_type)
        and _fits(match.account, known.account if known else None)
        and _fits(match.region, known.region if known else None)
        and _fit(match.tags, reference.tags)
        and (match.image is None or _is_image(match.image, subject))
    )


def _fits(pattern: str | None, text: str | None) -> bool:
    return pattern is None or (text is not None and matches(pattern, text))


def _fits_module(pattern: str | None, module: str) -> bool:
    """A module's pattern reaches all its instances, and the modules inside it.

    `module.net` reaches `module.net["a"]` and `module.net.module.subnet`, and not `module.network`.
    """
    return pattern is None or any(
        matches(f"{pattern}{inside}", module) for inside in ("", ".*", "[*")
    )


def _fit(wanted: Mapping[str, str], found: Mapping[str, str]) -> bool:
    return all(key in found and matches(pattern, found[key]) for key, pattern in wanted.items())


def _is_image(wanted: ImageMatch, subject: Subject) -> bool:
    found = subject.resolution
    return isinstance(found, Resolved) and _describes(wanted, found.image)


def _describes(wanted: ImageMatch, image: Image) -> bool:
    return (
        wanted.id in (None, image.id)
        and wanted.owner in (None, image.owner_id)
        and wanted.owner_alias in (None, image.owner_alias)
        and (wanted.product_code is None or wanted.product_code in image.product_codes)
        and _fits(wanted.name, image.name)
        and _fit(wanted.tags, image.tags)
    )
