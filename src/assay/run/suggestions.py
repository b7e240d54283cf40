"""What could stand where an image does not pass: candidates are listed, and judged as the gate judges."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

import msgspec
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
"""So many of each line and kind of machine are judged, the newest first."""
_BY_HAND = "aws_instance"


class _Trial(msgspec.Struct, frozen=True):
    """A candidate that is judged in place of what was asked about."""

    number: int
    ranked: Ranked
    reference: AmiReference


def suggestions(
    asked: Sequence[Asked],
    listings: Listings,
    catalog: ImageCatalog,
    policy: Policy,
    as_of: datetime,
    *,
    parameters: bool,
) -> tuple[Suggestion, ...]:
    """An answer for each. `parameters` asks for those that have a candidate as their value.

    Raises `StoreError` or `CatalogError` where nothing can be asked at all.
    """
    fields = [_field(each, listings, policy, as_of) for each in asked]
    trials = [
        _Trial(number, ranked, _tried(asked[number], ranked.candidate))
        for number, found in enumerate(fields)
        for ranked in _first_of_each(found.ranked)
    ]
    passing: list[list[Ranked]] = [[] for _ in asked]
    failing: list[list[Near]] = [list(found.near) for found in fields]
    for trial, verdict in zip(trials, _judged(trials, catalog, policy, as_of), strict=True):
        why_not = _why_not(verdict)
        if why_not is None:
            passing[trial.number].append(trial.ranked)
        else:
            image = trial.ranked.candidate.listed.image
            failing[trial.number].append(Near(image.id, image.name, why_not))
    return tuple(
        _answer(each, best(passing[number]), failing[number], listings, parameters=parameters)
        for number, each in enumerate(asked)
    )


def bare(asked: Asked) -> AmiReference:
    """The reference, or one that stands for an instance in that place."""
    if asked.reference is not None:
        return asked.reference
    place = _place(asked)
    value = AmiId(asked.image_id or "")
    return AmiReference(asked.target, _BY_HAND, "ami", Kind.LAUNCH, Action.CREATE, value, place)


def _place(asked: Asked) -> Place:
    return Place.of(asked.region, asked.account)


def _field(asked: Asked, listings: Listings, policy: Policy, as_of: datetime) -> Field:
    place = _place(asked)
    nothing = Unresolved(Cause.UNRESOLVED, "")
    scoped = Scopes(policy).policy_for(Subject(bare(asked), place, nothing))
    replaced = listings.image(place, asked.image_id) if asked.image_id else None
    return field(listings.of(place).images, replaced, scoped.golden, place.region, as_of)


def _first_of_each(ranked: Iterable[Ranked]) -> Iterator[Ranked]:
    tried: Counter[tuple[str | None, ...]] = Counter()
    for each in ranked:
        tried[each.candidate.variety] += 1
        if tried[each.candidate.variety] <= _TRIALS:
            yield each


def _tried(asked: Asked, candidate: Candidate) -> AmiReference:
    """The reference as it would be."""
    id = candidate.listed.image.id
    return replace(bare(asked), value=AmiId(id), place=_place(asked), sensitive=False)


def _judged(
    trials: Sequence[_Trial], catalog: ImageCatalog, policy: Policy, as_of: datetime
) -> list[Verdict | None]:
    """A verdict for each; None where the policy does not judge such a reference."""
    facts = InputFacts("", "suggestion", "", 1)
    subjects = gather([Source(facts, (each.reference,), {}) for each in trials], catalog)
    found = {each.input: each for each in judge_all(subjects, policy, as_of).verdicts}
    return [found.get(number) for number in range(len(trials))]


def _why_not(verdict: Verdict | None) -> str | None:
    """Why the gate would not let it through; None where it would, and by no exception."""
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
    near: Iterable[Near],
    listings: Listings,
    *,
    parameters: bool,
) -> Suggestion:
    place = _place(asked)
    found = Suggestion(asked, candidates, tuple(near), gaps=listings.of(place).gaps)
    if found.only is None:
        return found
    id = found.only.listed.image.id
    named = listings.parameters(place, id) if parameters else ()
    return replace(found, ways=tuple(ways(asked, found.only, named)))
