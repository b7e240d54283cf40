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
    references = with_accounts(
        (reference for source in sources for reference in source.references), catalog
    )
    resolutions = resolve(references, catalog)
    images = {
        (found.place, found.image.id): found.image
        for found in resolutions.values()
        if isinstance(found, Resolved)
    }
    provenances = trace(images, catalog)
    replaced = _replaced(references, images, catalog)
    return tuple(
        Subject(
            reference,
            found := resolutions[reference],
            provenances[found.place, found.image.id] if isinstance(found, Resolved) else None,
            replaced.get(key) if (key := _before(reference)) else None,
        )
        for reference in references
    )


def _before(reference: AmiReference) -> ImageKey | None:
    """The image that a reference used before this plan, if it names another one now."""
    if reference.replaces is None or not isinstance(reference.place, Place):
        return None
    return reference.place, reference.replaces


def _replaced(
    references: Iterable[AmiReference], known: Mapping[ImageKey, Image], catalog: ImageCatalog
) -> dict[ImageKey, Image]:
    """The images that the plan replaces, as far as EC2 still shows them."""
    keys = dict.fromkeys(key for reference in references if (key := _before(reference)))
    asked = [key for key in keys if key not in known]
    answers: dict[ImageKey, Answer[Image]] = {**known}
    answers.update(catalog.images(asked) if asked else {})
    return {key: found for key in keys if isinstance(found := answers[key], Image)}
