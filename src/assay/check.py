"""Joins the steps: what uses an image, which image it is, where it comes from, is that good enough.

Knows no concrete catalogue, no file and no clock: all of them are handed in.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from assay.catalog.interface import Answer, ImageCatalog, ImageKey
from assay.identity import with_accounts
from assay.model import (
    AmiReference,
    Image,
    Place,
    Policy,
    Question,
    Report,
    Resolved,
    Subject,
)
from assay.policy.engine import judge_all, worst
from assay.provenance import trace
from assay.resolution import resolve
from assay.sources.plan import Source


def check(
    sources: Sequence[Source], catalog: ImageCatalog, policy: Policy, as_of: datetime
) -> Report:
    """Judge every reference of `sources` by `policy`, as of a time with a time zone."""
    verdicts = judge_all(gather(sources, catalog), policy, as_of)
    not_judged: Counter[str] = Counter()
    for source in sources:
        not_judged.update(source.not_judged)
    return Report(
        outcome=worst(verdict.outcome for verdict in verdicts),
        as_of=as_of,
        policy=policy,
        catalog=catalog.facts(),
        inputs=tuple(source.facts for source in sources),
        verdicts=verdicts,
        not_judged=+not_judged,
    )


def gather(sources: Iterable[Source], catalog: ImageCatalog) -> tuple[Subject, ...]:
    """Ask the catalogue everything that a verdict on these sources can need."""
    references = [reference for source in sources for reference in source.references]
    questions = with_accounts({(each.value, each.place): None for each in references}, catalog)
    resolutions = resolve(questions.values(), catalog)
    images = {
        (found.place, found.image.id): found.image
        for found in resolutions.values()
        if isinstance(found, Resolved)
    }
    provenances = trace(images, catalog)
    asked = [questions[each.value, each.place] for each in references]
    replaced = _replaced(references, asked, images, catalog)
    subjects: list[Subject] = []
    for reference, question, before in zip(references, asked, replaced, strict=True):
        found = resolutions[question]
        key = (found.place, found.image.id) if isinstance(found, Resolved) else None
        provenance = provenances[key] if key else None
        subjects.append(Subject(reference, question[1], found, provenance, before))
    return tuple(subjects)


def _replaced(
    references: Iterable[AmiReference],
    asked: Iterable[Question],
    known: Mapping[ImageKey, Image],
    catalog: ImageCatalog,
) -> list[Image | None]:
    """For each reference the image that it used before, as far as EC2 still shows it."""
    keys: list[ImageKey | None] = [
        (place, each.replaces) if each.replaces and isinstance(place, Place) else None
        for each, (_, place) in zip(references, asked, strict=True)
    ]
    unknown = [key for key in dict.fromkeys(keys) if key and key not in known]
    answers: dict[ImageKey, Answer[Image]] = dict(known)
    if unknown:
        answers.update(catalog.images(unknown))
    found = (answers[key] if key else None for key in keys)
    return [image if isinstance(image, Image) else None for image in found]
