"""Judges resources by the same policy as plans.

Anything that cannot be read, including the policy itself, is undetermined, and never a pass.
"""

from collections.abc import Sequence
from datetime import datetime

import msgspec

from assay.catalog.interface import ImageCatalog
from assay.errors import AssayError
from assay.fleet.places import At
from assay.fleet.told import told_by
from assay.fleet.used import address_of, used
from assay.inputs.plan.plan import Source
from assay.model import InputFacts, Outcome, Place, Policy, Verdict, worst
from assay.model.inventory import Use, UseType
from assay.report.safe import safe
from assay.run.audit import KIND, Fleet, audit
from assay.run.governing.resources import (
    CONFIGURATION,
    GROUP,
    INSTANCE,
    TEMPLATE,
    Found,
    Resource,
    references_of,
)

TYPES = {
    UseType.INSTANCE: INSTANCE,
    UseType.TEMPLATE: TEMPLATE,
    UseType.GROUP: GROUP,
    UseType.CONFIGURATION: CONFIGURATION,
}
"""AWS Config's types for things that use images; it has none for parameters and recipes."""


class Judgement(msgspec.Struct, frozen=True):
    """The result for one resource."""

    resource: Resource
    outcome: Outcome
    reason: str
    """One line that starts with the outcome."""
    image_id: str | None = None
    rules: tuple[str, ...] = ()
    """The rules that prevent a pass."""
    lineage: tuple[str, ...] = ()
    """The image, what it was made from, and so on, as far as it is known."""
    gone: bool = False
    """It no longer exists."""


def judge(
    catalog: ImageCatalog, policy: Policy | str, resources: Sequence[Resource], now: datetime
) -> list[Judgement]:
    """Return a judgement for each resource; a text as `policy` says why there is no policy."""
    if isinstance(policy, str):
        return [undetermined(each, f"the policy cannot be read: {policy}") for each in resources]
    try:
        return _judged(catalog, policy, resources, now)
    except AssayError as error:  # nothing could be asked, so nothing is known about any resource
        return [undetermined(each, str(error)) for each in resources]


def judge_uses(
    catalog: ImageCatalog, policy: Policy | str, at: At, uses: Sequence[Use], now: datetime
) -> list[Judgement]:
    """Return a judgement for each resource of a place that uses images, if AWS Config has its type."""
    by_address = {
        address_of(use): Resource(TYPES[use.type], use.id, Place.of(at[1], at[0]))
        for use in uses
        if use.type in TYPES
    }
    here = [use for use in uses if use.type in TYPES]
    references = used(at, here).references
    judged = {(by_address[each.address].type, by_address[each.address].id) for each in references}
    resources = [each for each in by_address.values() if (each.type, each.id) in judged]
    if isinstance(policy, str):
        return judge(catalog, policy, list({each.id: each for each in resources}.values()), now)
    source = Source(InputFacts("", KIND, "", len(references)), references, {})
    fleet = Fleet((source,), (), told_by({at: here}), catalog)
    try:
        report = audit(fleet, (), policy, now)
    except AssayError as error:
        return [undetermined(each, str(error)) for each in resources]
    verdicts: dict[tuple[str, str], list[Verdict]] = {
        (each.type, each.id): [] for each in resources
    }
    for verdict in report.verdicts:
        resource = by_address[verdict.subject.reference.address]
        verdicts[resource.type, resource.id].append(verdict)
    known = {(each.type, each.id): each for each in resources}
    return [_judgement(known[key], Found(), of) for key, of in verdicts.items()]


def undetermined(resource: Resource, why: str) -> Judgement:
    """Return the judgement of a resource about which something could not be read."""
    return Judgement(resource, Outcome.UNDETERMINED, _line(f"undetermined: {why}"))


def _line(text: str) -> str:
    """Return a text as one line, whatever names are in it."""
    return safe(" ".join(text.split()))


def _judged(
    catalog: ImageCatalog, policy: Policy, resources: Sequence[Resource], now: datetime
) -> list[Judgement]:
    found, told = references_of(catalog, resources)
    sources = tuple(
        Source(InputFacts(each.id, KIND, "", len(refers.references)), refers.references, {})
        for each, refers in zip(resources, found, strict=True)
    )
    fleet = Fleet(sources, (), told, catalog)
    report = audit(fleet, (), policy, now, by_record=True)
    verdicts: list[list[Verdict]] = [[] for _ in resources]
    for verdict in report.verdicts:
        verdicts[verdict.input].append(verdict)
    return [
        _judgement(each, refers, of)
        for each, refers, of in zip(resources, found, verdicts, strict=True)
    ]


def _judgement(resource: Resource, refers: Found, verdicts: Sequence[Verdict]) -> Judgement:
    if refers.gone:
        said = "undetermined: the resource no longer exists"
        return Judgement(resource, Outcome.UNDETERMINED, said, gone=True)
    if refers.unknown is not None:
        return undetermined(resource, refers.unknown)
    if not verdicts:
        return undetermined(
            resource,
            "nothing in it was judged: check whether the policy's `judge` leaves out its kind",
        )
    outcome = worst({each.outcome for each in verdicts})
    verdict = next(each for each in verdicts if each.outcome is outcome)
    open = [each for each in verdict.open if each.decides]
    said = "; ".join(f"{each.rule}: {each.finding.message}" for each in open)
    if not said and verdict.exception is not None:
        said = f"by exception: {verdict.exception.reason}"
    provenance = verdict.subject.provenance
    steps = [each.entry.image_id for each in provenance.ancestors] if provenance else []
    return Judgement(
        resource,
        outcome,
        _line(f"{outcome.value}: {said or 'its image descends from a golden one'}"),
        image_id=provenance.image.id if provenance else None,
        rules=tuple(dict.fromkeys(each.rule for each in open)),
        lineage=tuple(steps),
    )
