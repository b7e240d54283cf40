"""What could replace an image that does not pass: candidates are listed and judged."""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from assay.catalog.interface import ImageCatalog
from assay.fleet.replacements import Field, Ranked, best, field
from assay.fleet.ways import ways
from assay.inputs.plan.plan import Source
from assay.model import (
    Action,
    AmiId,
    AmiReference,
    Cause,
    InputFacts,
    Kind,
    Outcome,
    Place,
    Policy,
    Resolved,
    Subject,
    Unresolved,
    Verdict,
)
from assay.model.suggestion import Asked, Candidate, Near, Suggestion
from assay.policy.engine import judge_all
from assay.policy.matching import Scopes
from assay.run.check import gather
from assay.run.listings import Listings

_TRIALS = 5
"""The number of candidates of each line and kind of machine that are judged, newest first."""
_BY_HAND = "aws_instance"


def suggestions(
    asked: Sequence[Asked],
    listings: Listings,
    catalog: ImageCatalog,
    policy: Policy,
    as_of: datetime,
    *,
    in_full: bool,
) -> tuple[Suggestion, ...]:
    """Return an answer for each reference or id.

    With `in_full`, an answer also has the ways to write it, including parameters that have it as
    their value. Raises `StoreError` or `CatalogError` if nothing at all can be asked.
    """
    groups = _groups(asked, _Alike(policy), listings, as_of)
    trials: dict[Hashable, AmiReference] = {}
    for group in groups:
        for ranked, key in group.tried:
            trials.setdefault(key, _tried(group.asked, ranked.candidate))
    judged = _judged(trials.values(), catalog, policy, as_of)
    why_not = dict(zip(trials, map(_why_not, judged), strict=True))
    answers: dict[int, Suggestion] = {}
    for group in groups:
        candidates = best(ranked for ranked, key in group.tried if why_not[key] is None)
        near = (*group.field.near, *_near(group, why_not))
        for number in group.numbers:
            each = asked[number]
            answers[number] = _answer(each, candidates, near, listings, in_full=in_full)
    return tuple(answers[number] for number in range(len(asked)))


class _Group(Struct, frozen=True):
    """Questions with the same answer."""

    asked: Asked
    """One of the questions."""
    numbers: list[int]
    field: Field
    tried: Sequence[tuple[Ranked, Hashable]]
    """Each candidate that is judged, with a key that is equal for all groups that try the same one."""


def _groups(
    asked: Sequence[Asked], alike: "_Alike", listings: Listings, as_of: datetime
) -> list[_Group]:
    numbers: dict[Hashable, list[int]] = {}
    for number, each in enumerate(asked):
        numbers.setdefault((alike.key(each), each.image_id), []).append(number)
    groups: list[_Group] = []
    for some in numbers.values():
        one = asked[some[0]]
        found, key = _field(one, alike, listings, as_of), alike.key(one)
        tried = [
            (each, (key, each.candidate.listed.image.id)) for each in _first_of_each(found.ranked)
        ]
        groups.append(_Group(one, some, found, tried))
    return groups


def _near(group: _Group, why_not: Mapping[Hashable, str | None]) -> Iterator[Near]:
    for ranked, key in group.tried:
        image, why = ranked.candidate.listed.image, why_not[key]
        if why is not None:
            yield Near(image.id, image.name, why)


class _Alike:
    """Decides when candidates get the same verdicts for two references: only the image may differ."""

    def __init__(self, policy: Policy) -> None:
        self._scopes = Scopes(policy)
        # Whether a scope for images at some addresses applies depends on the candidate
        self._by_address = any(
            each.match.image and (each.match.address or each.match.module) for each in policy.scopes
        )

    def policy_for(self, asked: Asked) -> Policy:
        """Return the policy for the scope of its address."""
        nothing = Unresolved(Cause.UNRESOLVED, "")
        return self._scopes.policy_for(Subject(bare(asked), _place(asked), nothing))

    def key(self, asked: Asked) -> Hashable:
        """Return a key that is equal for references with the same verdicts on all candidates."""
        reference = bare(asked)
        return (
            *(asked.account, asked.region, id(self.policy_for(asked))),
            *(reference.resource_type, reference.attribute, reference.kind, reference.action),
            *(reference.replaces, reference.changes_ignored, reference.exceptions),
            *(reference.fallback, frozenset(reference.tags.items())),
            reference.address if self._by_address else None,
        )


def bare(asked: Asked) -> AmiReference:
    """The reference, or one for an instance in that place."""
    if asked.reference is not None:
        return asked.reference
    place = _place(asked)
    value = AmiId(asked.image_id or "")
    return AmiReference(asked.target, _BY_HAND, "ami", Kind.LAUNCH, Action.CREATE, value, place)


def _place(asked: Asked) -> Place:
    return Place.of(asked.region, asked.account)


def _field(asked: Asked, alike: _Alike, listings: Listings, as_of: datetime) -> Field:
    place, scoped = _place(asked), alike.policy_for(asked)
    replaced = listings.image(place, asked.image_id) if asked.image_id else None
    return field(listings.of(place).images, replaced, scoped.golden, place.region, as_of)


def _first_of_each(ranked: Iterable[Ranked]) -> Iterator[Ranked]:
    tried: Counter[tuple[str | None, ...]] = Counter()
    for each in ranked:
        tried[each.candidate.variety] += 1
        if tried[each.candidate.variety] <= _TRIALS:
            yield each


def _tried(asked: Asked, candidate: Candidate) -> AmiReference:
    """The reference with the candidate."""
    id = candidate.listed.image.id
    return replace(bare(asked), value=AmiId(id), place=_place(asked), sensitive=False)


def _judged(
    trials: Collection[AmiReference], catalog: ImageCatalog, policy: Policy, as_of: datetime
) -> list[Verdict | None]:
    """Return a verdict for each, or None if the policy does not judge such a reference."""
    facts = InputFacts("", "suggestion", "", 1)
    subjects = gather([Source(facts, (each,), {}) for each in trials], catalog)
    found = {each.input: each for each in judge_all(subjects, policy, as_of).verdicts}
    return [found.get(number) for number in range(len(trials))]


def _why_not(verdict: Verdict | None) -> str | None:
    """Why it would not pass; None if it would, without an exception."""
    if verdict is None:
        return "the policy does not judge such a reference"
    if not isinstance(verdict.subject.resolution, Resolved):
        return verdict.subject.resolution.reason
    if verdict.outcome is Outcome.PASS and verdict.exception is None:
        return None
    worst = [each for each in verdict.results if each.decides] or verdict.open
    return "; ".join(f"{each.rule}: {each.finding.message}" for each in worst[:2])


def _answer(
    asked: Asked,
    candidates: tuple[Candidate, ...],
    near: tuple[Near, ...],
    listings: Listings,
    *,
    in_full: bool,
) -> Suggestion:
    place = _place(asked)
    found = Suggestion(asked, candidates, near, gaps=listings.of(place).gaps)
    if found.only is None or not in_full:
        return found
    named = listings.parameters(place, found.only.listed.image.id)
    return replace(found, ways=tuple(ways(asked, found.only, named)))
