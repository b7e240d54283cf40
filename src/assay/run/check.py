"""Joins the steps: what uses an image, which image it is, where it comes from, is that good enough.

Knows no concrete catalogue, no file and no clock: all of them are handed in.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from itertools import islice
from typing import NamedTuple

from msgspec.structs import replace

from assay.catalog.interface import Absent, Answer, ImageCatalog, Unavailable
from assay.catalog.questions import ALLOWED_IMAGES, ImageKey
from assay.errors import CredentialsError
from assay.inputs.plan.plan import Source
from assay.lookup.identity import with_accounts
from assay.lookup.provenance import Depends, trace
from assay.lookup.resolution import fall_back, resolve
from assay.model import (
    Action,
    AllowedImages,
    AmiId,
    AmiReference,
    Cause,
    Image,
    InputFacts,
    Kind,
    Outcome,
    Place,
    Policy,
    Provenance,
    Report,
    Resolved,
    Subject,
    Unplaced,
    Unread,
    Unresolved,
    Verdict,
    Watermark,
    worst,
)
from assay.policy.engine import judge_all
from assay.policy.golden import JudgedMarks, golden_marks
from assay.policy.lineage import ancestry_matters
from assay.policy.matching import policy_for

TOLD_IN_FULL = 50
"""Up to so many images a run every lineage is told as far as it is visible, which people read; with
more, as far as a verdict depends on it, which is what a gate waits for."""


def check(
    sources: Sequence[Source],
    catalog: ImageCatalog,
    policy: Policy,
    as_of: datetime,
    left_aside: int = 0,
) -> Report:
    """Judge every reference of `sources` by `policy`, as of a time with a time zone.

    `left_aside` exceptions of the code are not among them, by somebody's wish.
    """
    known: JudgedMarks = {}
    in_code = {
        exception
        for source in sources
        for reference in source.references
        for exception in reference.exceptions
    }
    needs = Needs(
        ancestry_matters(policy, as_of, known, in_code),
        allowed_images=policy.predicts,
    )
    subjects = gather(sources, catalog, needs)
    verdicts, exceptions = judge_all(_wanted(subjects, policy), policy, as_of, known)
    left = _left(subjects, verdicts)
    not_judged: Counter[str] = Counter()
    for source in sources:
        not_judged.update(source.not_judged)
    not_judged[Kind.SERVICE.value] += sum(each.kind is Kind.SERVICE for each in left.values())
    return Report(
        outcome=worst(verdict.outcome for verdict in verdicts) if sources else Outcome.UNDETERMINED,
        as_of=as_of,
        policy=policy,
        catalog=catalog.facts(),
        inputs=_inputs(sources, subjects, left),
        verdicts=verdicts,
        not_judged=+not_judged,
        exceptions=exceptions,
        left_aside=left_aside,
        builds=tuple(address for source in sources for address in source.builds),
    )


def _wanted(subjects: Sequence[Subject], policy: Policy) -> Sequence[Subject]:
    """All but those of which it turned out that a service chooses, if nobody wants that judged."""
    if Kind.SERVICE in policy.judge:
        return subjects
    return [each for each in subjects if each.reference.kind is not Kind.SERVICE]


def _left(subjects: Sequence[Subject], verdicts: Sequence[Verdict]) -> dict[int, AmiReference]:
    """The references that have no verdict, by their identity: nearly always none."""
    if len(verdicts) == len(subjects):
        return {}
    judged = {id(verdict.subject.reference) for verdict in verdicts}
    references = (each.reference for each in subjects)
    return {id(each): each for each in references if id(each) not in judged}


def _inputs(
    sources: Sequence[Source], subjects: Sequence[Subject], left: Collection[int]
) -> tuple[InputFacts, ...]:
    """Each input with as many references as it has verdicts: a rule that is off may leave one out."""
    facts, subject = [], iter(subjects)
    for source in sources:
        found = len(source.references)
        if left:
            among = islice(subject, len(source.references))
            found -= sum(id(each.reference) in left for each in among)
        told = found == source.facts.references
        facts.append(source.facts if told else replace(source.facts, references=found))
    return tuple(facts)


class Needs(NamedTuple):
    """What a policy's verdicts depend on, besides the images themselves."""

    ancestry: Depends
    allowed_images: bool
    in_full: bool = False
    """Every lineage as far as it is visible, however many images there are."""


def gather(
    sources: Iterable[Source], catalog: ImageCatalog, needs: Needs | None = None
) -> tuple[Subject, ...]:
    """Ask the catalogue everything that a verdict on these sources needs.

    Without `needs` everything is asked that a verdict of any policy could need.
    """
    references = [reference for source in sources for reference in source.references]
    everything = Needs(_unfinished, allowed_images=True, in_full=True)
    return _gather(references, catalog, needs or everything)


def look_up(
    images: Iterable[str], place: Place, catalog: ImageCatalog, policy: Policy | None = None
) -> tuple[Subject, ...]:
    """Everything that can be told of images without a plan, as if they were launched in `place`.

    Their lineages are asked in full; with a policy, what its verdicts need besides.
    """
    settings = policy is not None and policy.predicts
    references = [
        AmiReference(id, "", "", Kind.LAUNCH, Action.CREATE, AmiId(id), place) for id in images
    ]
    return _gather(references, catalog, Needs(_unfinished, settings, in_full=True))


def _gather(
    references: Sequence[AmiReference], catalog: ImageCatalog, needs: Needs
) -> tuple[Subject, ...]:
    questions = with_accounts({(each.value, each.place): None for each in references}, catalog)
    asked = [questions[each.value, each.place] for each in references]
    replaced = [_replaced(each, place) for each, (_, place) in zip(references, asked, strict=True)]
    found = resolve(questions.values(), catalog, {key for keys in replaced for key in keys})
    images = {
        (each.resolution.place, each.resolution.image.id): each.resolution.image
        for ways in found.of.values()
        for each in ways
        if isinstance(each.resolution, Resolved)
    }
    in_full = needs.in_full or len(images) <= TOLD_IN_FULL
    provenances = trace(images, found.images, catalog, needs.ancestry, in_full=in_full)
    places = {place for place, _ in images} if needs.allowed_images else set()
    others = catalog.ask(ALLOWED_IMAGES, places - found.settings.keys())
    settings = {**found.settings, **others}
    _refuse_credentials(catalog)
    settings_of = cache(lambda place, unplaced: _settings(settings[place], unplaced))
    subjects: list[Subject] = []
    for reference, question, before in zip(references, asked, replaced, strict=True):
        old = _first_image(found.images, before) if before else None
        ways = found.of[question]
        parts: list[Subject] = []
        for way in ways:
            resolution = way.resolution
            if reference.fallback:
                resolution = fall_back(resolution, reference.fallback)
            provenance = allowed = None
            if isinstance(resolution, Resolved):
                provenance = provenances[resolution.place, resolution.image.id]
                if needs.allowed_images:
                    allowed = settings_of(resolution.place, resolution.unplaced)
            parts.append(
                Subject(
                    reference if len(ways) == 1 else replace(reference, value=way.value),
                    way.place or question[1],
                    resolution,
                    provenance,
                    allowed,
                    old,
                )
            )
        subject = parts[0] if len(parts) == 1 else _together(reference, parts)
        subjects.append(_as_chosen(subject) if reference.fallback else subject)
    return tuple(subjects)


def _first_image(
    images: Mapping[ImageKey, Answer[Image]], keys: Iterable[ImageKey]
) -> Image | None:
    return next((image for key in keys if isinstance(image := images[key], Image)), None)


def _together(reference: AmiReference, parts: Sequence[Subject]) -> Subject:
    """One subject for a reference that may mean several images: the others stand beside the first."""
    return replace(parts[0], reference=reference, others=tuple(parts[1:]))


def _as_chosen(subject: Subject) -> Subject:
    """The subject of kind service where a service chooses the image, whichever way is taken."""
    reference = subject.reference
    if all(
        isinstance(each.resolution, Unresolved) and each.resolution.cause is Cause.SERVICE_IMAGE
        for each in (subject, *subject.others)
    ):
        return replace(subject, reference=replace(reference, kind=Kind.SERVICE))
    return subject


def _refuse_credentials(catalog: ImageCatalog) -> None:
    """Credentials that answer nothing are no reason for a verdict. Raises `CredentialsError`."""
    said = catalog.facts().turned_away
    if said is not None:
        hint = "log in again, or name other credentials (AWS_PROFILE); is the clock right?"
        raise CredentialsError(f"AWS takes these credentials for nothing: {said}", hint=hint)


def _settings(answer: Answer[AllowedImages], unplaced: Unplaced | None) -> AllowedImages | Unread:
    """The settings of the account that will use an image, if it can be told which that is."""
    if unplaced is not None:
        reason = f"whose Allowed AMIs settings hold is not known: {unplaced.reason}"
        return Unread(reason, unplaced.cure)
    match answer:
        case Unavailable(reason):
            return Unread(reason)
        case Absent():
            return Unread("there are no Allowed AMIs settings to be read")
    return answer


def _replaced(reference: AmiReference, place: Place | Unplaced) -> tuple[ImageKey, ...]:
    """The image that the reference used before, if the plan tells, wherever it can be."""
    if reference.replaces is None:
        return ()
    places = (place,) if isinstance(place, Place) else place.candidates
    return tuple((each, reference.replaces) for each in places)


def _unfinished(provenance: Provenance) -> bool:
    """Whatever a policy may make of it: the walk has gaps, or did not meet a mark's source."""
    ancestry = provenance.ancestry
    return not ancestry.complete or any(
        ancestry.depth_of(mark.source_image_id or "", mark.source_image_region or "") is None
        for mark in provenance.image.watermarks
    )


def golden_marks_of(
    subject: Subject, policy: Policy, as_of: datetime
) -> Callable[[Image], tuple[Watermark, ...]]:
    """Which marks of an image the policy takes for golden, where it holds for the subject."""
    golden = policy_for(policy, subject).golden
    return lambda image: golden_marks(image, golden, as_of).golden
