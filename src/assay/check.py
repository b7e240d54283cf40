"""Joins the steps: what uses an image, which image it is, where it comes from, is that good enough.

Knows no concrete catalogue, no file and no clock: all of them are handed in.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from assay.catalog.interface import Answer, ImageCatalog
from assay.model import (
    AmiReference,
    Identity,
    Place,
    Policy,
    Report,
    Resolved,
    Subject,
)
from assay.policy.engine import judge, worst
from assay.provenance import trace
from assay.resolution import resolve
from assay.sources.plan import Source


def check(
    sources: Sequence[Source], catalog: ImageCatalog, policy: Policy, as_of: datetime
) -> Report:
    """Judge every reference of `sources` by `policy`, as of a time with a time zone."""
    verdicts = tuple(judge(subject, policy, as_of) for subject in gather(sources, catalog))
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
        not_judged=not_judged,
    )


def gather(sources: Iterable[Source], catalog: ImageCatalog) -> tuple[Subject, ...]:
    """Ask the catalogue everything that a verdict on these sources can need."""
    references = [reference for source in sources for reference in source.references]
    placed = _with_accounts(references, catalog)
    resolutions = resolve(placed, catalog)
    images = {
        (found.place, found.image.id): found.image
        for found in resolutions.values()
        if isinstance(found, Resolved)
    }
    provenances = trace(images, catalog)
    return tuple(
        Subject(reference, found, provenances[found.place, found.image.id])
        if isinstance(found := resolutions[reference], Resolved)
        else Subject(reference, found)
        for reference in placed
    )


def _with_accounts(references: list[AmiReference], catalog: ImageCatalog) -> list[AmiReference]:
    """Fill in the account where the plan does not tell it: it is whoever's eyes look.

    Where that cannot be told, the account stays unknown; the images may be visible all the same.
    """
    places = {
        reference.place
        for reference in references
        if isinstance(reference.place, Place) and reference.place.account is None
    }
    answers = catalog.identities(places) if places else {}
    return [_at_account(reference, answers) for reference in references]


def _at_account(reference: AmiReference, answers: Mapping[Place, Answer[Identity]]) -> AmiReference:
    if not isinstance(reference.place, Place):
        return reference
    match answers.get(reference.place):
        case Identity(account=account):
            return replace(reference, place=replace(reference.place, account=account))
    return reference
