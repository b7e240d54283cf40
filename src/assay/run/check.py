"""Joins the steps: which image is used, where it comes from, and whether the policy accepts it.

Knows no concrete catalogue, no files and no clock: the caller passes them in.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache

from msgspec import Struct
from msgspec.structs import replace

from assay.catalog.interface import Absent, Answer, ImageCatalog, Unavailable
from assay.catalog.questions import ALLOWED_IMAGES, ImageKey
from assay.errors import CredentialsError
from assay.inputs.plan.plan import Source
from assay.lookup.identity import with_accounts
from assay.lookup.provenance import Depends, trace
from assay.lookup.resolution import Way, fall_back, resolve
from assay.model import (
    Action,
    AllowedImages,
    AmiId,
    AmiReference,
    Cause,
    Image,
    Kind,
    Place,
    Policy,
    Provenance,
    Report,
    Resolved,
    Subject,
    Unplaced,
    Unread,
    Unresolved,
    Watermark,
)
from assay.policy.golden import JudgedMarks, golden_marks
from assay.policy.lineage import ancestry_matters
from assay.policy.matching import Scopes
from assay.run.verdicts import report_of

TOLD_IN_FULL = 50
"""With at most this many images, every lineage is read as far as it is visible, for people to read.
With more, only as far as a verdict depends on it, because a gate has to be fast.
"""


def check(
    sources: Sequence[Source],
    catalog: ImageCatalog,
    policy: Policy,
    as_of: datetime,
    left_aside: int = 0,
    generated_at: datetime | None = None,
) -> Report:
    """Judge every reference of `sources` by `policy`, as of a time with a time zone.

    `left_aside` is the number of exceptions in code that do not count because the user says so.
    """
    known = JudgedMarks()
    subjects = gather(sources, catalog, needs_of(sources, policy, as_of, known))
    report = report_of(subjects, sources, catalog, policy, as_of, known, left_aside)
    return replace(report, generated_at=generated_at)


def needs_of(
    sources: Iterable[Source], policy: Policy, as_of: datetime, known: JudgedMarks
) -> "Needs":
    """Return what a policy's verdicts on these sources depend on."""
    in_code = {
        exception
        for source in sources
        for reference in source.references
        for exception in reference.exceptions
    }
    return Needs(
        ancestry_matters(policy, as_of, known, in_code),
        allowed_images=policy.predicts,
    )


class Needs(Struct, frozen=True):
    """What a policy's verdicts depend on, besides the images themselves."""

    ancestry: Depends
    allowed_images: bool
    in_full: bool = False
    """Read every lineage as far as it is visible, however many images there are."""
    by_record: bool = False
    """Read every lineage from its record: one call for each image, but one wait less."""


def gather(
    sources: Iterable[Source], catalog: ImageCatalog, needs: Needs | None = None
) -> tuple[Subject, ...]:
    """Ask the catalogue everything that verdicts on these sources need.

    Without `needs`, ask everything that a verdict of any policy could need.
    """
    everything = Needs(_unfinished, allowed_images=True, in_full=True)
    return _gather([source.references for source in sources], catalog, needs or everything)


def look_up(
    images: Iterable[str], place: Place, catalog: ImageCatalog, policy: Policy | None = None
) -> tuple[Subject, ...]:
    """Find out everything about images without a plan, as if they were launched in `place`.

    Their lineages are read in full; with a policy, also whatever else its verdicts need.
    """
    settings = policy is not None and policy.predicts
    references = [
        AmiReference(id, "", "", Kind.LAUNCH, Action.CREATE, AmiId(id), place) for id in images
    ]
    return _gather([references], catalog, Needs(_unfinished, settings, in_full=True))


class _Known(Struct, frozen=True):
    """The answers of the catalogue."""

    images: Mapping[ImageKey, Answer[Image]]
    provenances: Mapping[ImageKey, Provenance]
    allowed: Callable[[Place, Unplaced | None], AllowedImages | Unread] | None
    """Returns the Allowed AMIs settings of a place; None if no verdict depends on them."""

    def subject(
        self, reference: AmiReference, place: Place | Unplaced, way: Way, input: int
    ) -> Subject:
        """Return the subject for one of the ways that lead from a reference."""
        found = way.resolution
        if reference.fallback:
            found = fall_back(found, reference.fallback)
        provenance = allowed = None
        if isinstance(found, Resolved):
            provenance = self.provenances[found.place, found.image.id]
            if self.allowed is not None:
                allowed = self.allowed(found.place, found.unplaced)
        replaced = None
        if reference.replaces is not None:
            before = (self.images[key] for key in _replaced(reference, place))
            replaced = next((image for image in before if isinstance(image, Image)), None)
        return Subject(
            reference, way.place or place, found, provenance, allowed, replaced, input=input
        )


def _gather(
    inputs: Sequence[Sequence[AmiReference]], catalog: ImageCatalog, needs: Needs
) -> tuple[Subject, ...]:
    """Return the subjects for the references of all inputs, with questions asked together."""
    references = [each for input in inputs for each in input]
    numbers = [number for number, input in enumerate(inputs) for _ in input]
    # A value is hashed, with everything in it, each time it is used as a key.
    keys = [(each.value, each.place) for each in references]
    questions = with_accounts(dict.fromkeys(keys), catalog)
    before = {
        key
        for each, asked in zip(references, keys, strict=True)
        if each.replaces is not None
        for key in _replaced(each, questions[asked][1])
    }
    found = resolve(questions.values(), catalog, before)
    images = {
        (each.resolution.place, each.resolution.image.id): each.resolution.image
        for ways in found.of.values()
        for each in ways
        if isinstance(each.resolution, Resolved)
    }
    in_full = needs.in_full or (len(images) <= TOLD_IN_FULL and not needs.by_record)
    provenances = trace(
        images,
        found.images,
        catalog,
        needs.ancestry,
        in_full=in_full,
        by_record=needs.by_record,
    )
    places = {place for place, _ in images} if needs.allowed_images else set()
    others = catalog.ask(ALLOWED_IMAGES, places - found.settings.keys())
    settings = {**found.settings, **others}
    refuse_credentials(catalog)
    allowed = cache(lambda place, unplaced: _settings(settings[place], unplaced))
    known = _Known(found.images, provenances, allowed if needs.allowed_images else None)
    meant = {key: (question[1], found.of[question]) for key, question in questions.items()}
    return tuple(
        [
            _subject(known, each, *meant[asked], number)
            for each, asked, number in zip(references, keys, numbers, strict=True)
        ]
    )


def _subject(
    known: _Known,
    reference: AmiReference,
    place: Place | Unplaced,
    ways: Sequence[Way],
    input: int,
) -> Subject:
    """Return one subject for a reference that may mean several images; the first has the others."""
    if len(ways) == 1:
        whole = known.subject(reference, place, ways[0], input)
    else:
        first, *others = (
            known.subject(replace(reference, value=way.value), place, way, input) for way in ways
        )
        whole = replace(first, reference=reference, others=tuple(others))
    return _as_chosen(whole) if reference.fallback else whole


def _as_chosen(subject: Subject) -> Subject:
    """Give the subject the kind `service` if a service chooses the image in every case."""
    reference = subject.reference
    if all(
        isinstance(each.resolution, Unresolved) and each.resolution.cause is Cause.SERVICE_IMAGE
        for each in (subject, *subject.others)
    ):
        return replace(subject, reference=replace(reference, kind=Kind.SERVICE))
    return subject


def refuse_credentials(catalog: ImageCatalog) -> None:
    """Refuse credentials that AWS rejects, instead of judging. Raises `CredentialsError`."""
    said = catalog.facts().turned_away
    if said is not None:
        hint = "log in again or use other credentials (AWS_PROFILE), and check the clock"
        raise CredentialsError(f"AWS does not accept these credentials: {said}", hint=hint)


def _settings(answer: Answer[AllowedImages], unplaced: Unplaced | None) -> AllowedImages | Unread:
    """The settings of the account that will use an image, if that account is known."""
    if unplaced is not None:
        reason = f"it is not known which account's Allowed AMIs settings apply: {unplaced.reason}"
        return Unread(reason, unplaced.cure)
    match answer:
        case Unavailable(reason):
            return Unread(reason)
        case Absent():
            return Unread("the Allowed AMIs settings cannot be read")
    return answer


def _replaced(reference: AmiReference, place: Place | Unplaced) -> tuple[ImageKey, ...]:
    """Return the keys of the image that the reference used before, in every place where it can be."""
    if reference.replaces is None:
        return ()
    places = (place,) if isinstance(place, Place) else place.candidates
    return tuple((each, reference.replaces) for each in places)


def _unfinished(provenance: Provenance) -> bool:
    """Whether the ancestry has gaps or lacks a mark's source, which may matter to some policy."""
    return not provenance.ancestry.complete or any(
        provenance.depth_of(mark.source_image_id or "", mark.source_image_region or "") is None
        for mark in provenance.image.watermarks
    )


def golden_marks_of(
    subject: Subject, policy: Policy, as_of: datetime
) -> Callable[[Image], tuple[Watermark, ...]]:
    """Return a function for the marks of an image that the policy counts as golden for the subject."""
    golden = Scopes(policy).policy_for(subject).golden
    return lambda image: golden_marks(image.watermarks, golden, as_of).golden
