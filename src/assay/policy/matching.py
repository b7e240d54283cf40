"""Finds the scope and the exceptions that apply to a reference.

A match applies if all of its fields match. A field never matches something unknown (the account of
an address, an image that was not found): neither a stricter nor a laxer rule is applied on a guess.
A reference whose place the plan leaves open must not pass on a guess either: `rivals` returns the
scopes that might apply to it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import msgspec
from msgspec.structs import astuple, replace

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

if TYPE_CHECKING:
    from assay.policy.candidates import Candidates


def _candidates(of: Sequence[Match]) -> "Candidates":
    from assay.policy.candidates import Candidates  # most policies have no scopes

    return Candidates(of)


class Scopes:
    """The scopes of a policy, ready to be matched with many references."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._scopes = policy.scopes
        self._matches = [scope.match for scope in policy.scopes]
        decides = sorted(range(len(self._scopes)), key=self._specificity, reverse=True)
        self._turns = {number: turn for turn, number in enumerate(decides)}
        """By a scope's number: of two scopes that apply, the one with the lower turn decides."""
        self._open: dict[tuple[bool, bool], _Open] = {}

    @cached_property
    def _candidates(self) -> "Candidates":
        return _candidates(self._matches)

    def _specificity(self, number: int) -> tuple[int, int]:
        return _specificity(self._matches[number])

    def policy_for(self, subject: Subject) -> Policy:
        """The policy of the most specific scope that applies, or the document's own."""
        decides = self._deciding(subject)
        return self._policy if decides is None else self._scopes[decides].policy

    def _deciding(self, subject: Subject) -> int | None:
        found = self._candidates.of(subject)
        holding = [number for number in found if holds(self._matches[number], subject)]
        return min(holding, key=self._turns.__getitem__, default=None)

    def rivals(self, subject: Subject, among: "Among | None" = None) -> Iterator[Scope]:
        """The scopes that would decide instead if the open parts of the place matched them.

        Of each group of scopes that apply together, `among` picks some. For example, if the account of
        a provider is not known, it may be the account of the scope `production`: a reference that
        passes the document's own policy then has to pass the policy of `production` as well.
        """
        place, found = subject.place, subject.resolution
        if isinstance(place, Place) and not (isinstance(found, Resolved) and found.unplaced):
            return
        account = _account_of(place)  # a scope for another account is no rival
        groups = self._holding_together(subject, account)
        picked = groups if among is None else (among(group, subject) for group in groups)
        numbers = sorted(number for group in picked for number in group)
        decides = self._deciding(subject) if numbers else None
        before = len(self._scopes) if decides is None else self._turns[decides]
        for number in numbers:
            if self._turns[number] < before and _fits_if_told(self._matches[number], account):
                yield self._scopes[number]

    def _holding_together(self, subject: Subject, account: str | None) -> Iterator[Sequence[int]]:
        """Groups of scopes that may apply; those of one group differ only in account or Region."""
        key = isinstance(subject.place, Unplaced), account is None
        open = self._open.get(key)
        if open is None:
            open = self._open[key] = _Open.of(self._matches, *key)
        for number in open.candidates.of(subject, account):
            if holds(open.matches[number], subject):
                yield open.groups[number]


Among: TypeAlias = Callable[[Sequence[int], Subject], Iterable[int]]
"""Picks some scopes of a group, by number, for a subject. A group is always the same object."""


class _Open(msgspec.Struct, frozen=True):
    """The matches without the fields that a plan leaves open, and the scopes that share each."""

    matches: Sequence[Match]
    groups: Sequence[tuple[int, ...]]
    candidates: "Candidates"

    @classmethod
    def of(cls, matches: Iterable[Match], region: bool, account: bool) -> "_Open":
        """Drop `region` and `account` from the matches where these are open.

        A known account still narrows down the candidates.
        """
        left: dict[object, Match] = {}
        numbers: dict[object, list[int]] = {}
        for number, match in enumerate(matches):
            rest = replace(match, region=None) if region else match
            rest = replace(rest, account=None) if account else rest
            key = hashable(rest)
            left[key] = rest
            numbers.setdefault(key, []).append(number)
        return cls(
            [replace(each, account=None) for each in left.values()],
            [tuple(each) for each in numbers.values()],
            _candidates(list(left.values())),
        )


def hashable(match: msgspec.Struct) -> tuple[object, ...]:
    """A hashable key, equal for equal matches: a match itself contains mappings (tags)."""
    return tuple(_hashable(value) for value in astuple(match))


def _hashable(value: object) -> object:
    match value:
        case dict():
            return frozenset(value.items())
        case msgspec.Struct():
            return hashable(value)
    return value


def _fits_if_told(match: Match, account: str | None) -> bool:
    return account is None or _fits(match.account, account)


def _account_of(place: Place | Unplaced) -> str | None:
    """The account if only the Region is open: credentials belong to one account."""
    if isinstance(place, Place) or not place.account_told:
        return None
    accounts = {each.account for each in place.candidates}
    return accounts.pop() if len(accounts) == 1 else None


def _specificity(match: Match) -> tuple[int, int]:
    """The number of fields that restrict anything, then the number of literal characters.

    Ties go to the first in order. `{account: "1111*", region: us-east-1}` is (2, 13), and decides
    before `{address: "module.legacy.*"}`, which is (1, 14).
    """
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
    """Whether `match` applies to a subject's reference."""
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
    """A pattern for a module also matches its instances and the modules inside it.

    `module.net` matches `module.net["a"]` and `module.net.module.subnet`, but not `module.network`.
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
