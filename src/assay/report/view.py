"""Verdicts as formats show them: flat, ordered, and with nothing in them that must not be shown.

Design rule: of a plan, only addresses, attribute names, AMI ids, alias and template names, Regions
and account ids are ever printed; a value the plan marks as sensitive is checked and hidden.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import msgspec

from assay.model import (
    Alias,
    AmiId,
    AmiReference,
    Ancestry,
    AncestryEntry,
    Image,
    InstanceRef,
    Outcome,
    Place,
    Provenance,
    Resolved,
    RuleResult,
    Stray,
    TemplateRef,
    Unknown,
    Unresolved,
    Unusable,
    Verdict,
    Waiver,
    Watermark,
)

HIDDEN = "(sensitive)"
WITHHELD = "(sensitive: details would tell the value)"


class ResultView(msgspec.Struct, frozen=True, gc=False):
    """One rule's result."""

    rule: str
    outcome: str
    severity: str
    message: str
    fix: str | None
    evidence: tuple[str, ...]
    excepted: bool
    """Whether an exception of the policy lets this failure through."""


class LineageStep(msgspec.Struct, frozen=True, gc=False):
    """One image of a lineage, from the image used towards its root."""

    image_id: str
    region: str | None
    owner: str | None
    how: str | None
    end: str | None
    marked: tuple[str, ...] = ()
    """The watermarks that were first attached to this very image."""
    visible: bool | None = None
    """Whether EC2 shows the image from here; None where that was not asked, or not answered."""
    watermarks: tuple[str, ...] = ()
    """All keys that it carries, as far as it is visible."""


class ExceptionView(msgspec.Struct, frozen=True, gc=False):
    """Who lets a failure through, why, and until when; in the policy's own words."""

    reason: str
    approved_by: str
    ticket: str | None
    expires: str
    rules: tuple[str, ...]


class VerdictView(msgspec.Struct, frozen=True, gc=False):
    """One reference and its outcome."""

    address: str
    attribute: str
    kind: str
    action: str
    file: str | None
    line: int | None
    value: str | None
    image_id: str | None
    account: str | None
    region: str | None
    outcome: str
    results: tuple[ResultView, ...]
    lineage: tuple[LineageStep, ...]
    via: tuple[str, ...]
    exception: ExceptionView | None
    derived: bool
    """Whether the plan still has to make the image; `image_id` is the one it is made from."""


def views(verdicts: Iterable[Verdict]) -> list[VerdictView]:
    """What may be shown of the verdicts; what several share is made once."""
    shared = _Shared({}, {}, {})
    return [_view(verdict, shared) for verdict in verdicts]


class _Findings(msgspec.Struct, frozen=True, gc=False):
    """The part of a view that verdicts on the same image share."""

    results: tuple[ResultView, ...]
    lineage: tuple[LineageStep, ...]
    via: tuple[str, ...]


class _Shared(msgspec.Struct, frozen=True, gc=False):
    """What was made for earlier verdicts, by the identity of what it was made from."""

    findings: dict[tuple[object, ...], _Findings]
    results: dict[int, ResultView]
    lineages: dict[int, tuple[LineageStep, ...]]


def _view(verdict: Verdict, shared: _Shared) -> VerdictView:
    subject = verdict.subject
    reference, found = subject.reference, subject.resolution
    place = subject.place if isinstance(subject.place, Place) else None
    image_id = found.image.id if isinstance(found, Resolved) else found.image_id
    key = (id(verdict.results), id(found), reference.sensitive)
    findings = shared.findings.get(key)
    if findings is None:
        findings = shared.findings[key] = _findings(verdict, shared)
    return VerdictView(
        address=reference.address,
        attribute=reference.attribute,
        kind=reference.kind,
        action=reference.action,
        file=reference.file,
        line=reference.line,
        value=HIDDEN if reference.sensitive else _value(reference),
        image_id=HIDDEN if reference.sensitive and image_id else image_id,
        account=place.account if place else None,
        region=place.region if place else None,
        outcome=verdict.outcome,
        results=findings.results,
        lineage=findings.lineage,
        via=findings.via,
        exception=exception_view(verdict.waiver) if verdict.waiver else None,
        derived=bool(found.derivations),
    )


def _findings(verdict: Verdict, shared: _Shared) -> _Findings:
    subject, found = verdict.subject, verdict.subject.resolution
    via = found.via if isinstance(found, Resolved) else ()
    provenance = subject.provenance
    if subject.reference.sensitive or found.derivations or provenance is None:
        hide, derived = _hider(subject.reference), _derived(found)
        return _Findings(
            tuple(_result(result, hide, derived) for result in verdict.results),
            (*_planned(found), *_lineage(provenance, hide)),
            tuple(hide(step) for step in via),
        )
    for result in verdict.results:
        if id(result) not in shared.results:
            shared.results[id(result)] = _result(result, _as_it_is, "")
    lineage = shared.lineages.get(id(provenance))
    if lineage is None:
        lineage = shared.lineages[id(provenance)] = tuple(_lineage(provenance, _as_it_is))
    results = tuple(shared.results[id(result)] for result in verdict.results)
    return _Findings(results, lineage, via)


def _as_it_is(text: str) -> str:
    return text


def _result(result: RuleResult, hide: Callable[[str], str], derived: str) -> ResultView:
    finding = result.finding
    return ResultView(
        rule=result.rule,
        outcome=finding.outcome,
        severity=result.severity,
        message=hide(f"{finding.message}{derived}"),
        fix=hide(finding.fix) if finding.fix else None,
        evidence=tuple(hide(line) for line in finding.evidence),
        excepted=result.waiver is not None,
    )


def exception_view(waiver: Waiver) -> ExceptionView:
    """What reports keep of an exception."""
    return ExceptionView(
        waiver.reason, waiver.approved_by, waiver.ticket, waiver.expires.isoformat(), waiver.rules
    )


def counts(verdicts: tuple[Verdict, ...]) -> dict[str, int]:
    """How many verdicts of each outcome."""
    found = Counter(verdict.outcome for verdict in verdicts)
    return {outcome.value: found[outcome] for outcome in Outcome}


def excepted(verdicts: Iterable[Verdict]) -> int:
    """How many references pass only because of an exception."""
    return sum(verdict.outcome is Outcome.PASS and bool(verdict.waiver) for verdict in verdicts)


def _hider(reference: AmiReference) -> Callable[[str], str]:
    """What is done to every text about a reference before it is shown.

    A sensitive AMI id is taken out wherever it stands. A sensitive alias or template could also be
    recognised by what it leads to, so nothing that was learnt on the way is shown.
    """
    if not reference.sensitive:
        return _as_it_is
    match reference.value:
        case AmiId(id):
            return lambda text: text.replace(id, HIDDEN)
        case Unknown() | Unusable() | Stray():
            return lambda text: text
    return lambda _: WITHHELD


def _value(reference: AmiReference) -> str | None:
    """The value where it is one that may be shown."""
    if isinstance(reference.value, AmiId):
        return reference.value.id
    match reference.value:
        case Alias() | TemplateRef() | InstanceRef() | Stray():
            return str(reference.value)
    return None


def _lineage(provenance: Provenance | None, hide: Callable[[str], str]) -> Iterator[LineageStep]:
    if provenance is None:
        return
    ancestry = provenance.ancestry
    last = len(ancestry.entries) - 1
    for depth, entry in enumerate(ancestry.entries):
        key = (entry.image_id, entry.region or "")
        seen = provenance.ancestors.get(key)
        yield LineageStep(
            image_id=hide(entry.image_id),
            region=entry.region,
            owner=_owner(seen) if seen else entry.owner_alias,
            how=_how(seen) if seen else None,
            end=hide(_end(ancestry)) if depth == last else None,
            marked=_marked_here(entry, provenance.image, seen),
            visible=seen is not None if key in provenance.ancestors else None,
            watermarks=_keys(seen.watermarks) if seen else (),
        )


def _end(ancestry: Ancestry) -> str:
    """Why the lineage goes no further, with what was said of it."""
    return f"{ancestry.end.value}: {ancestry.detail}" if ancestry.detail else ancestry.end.value


def _derived(found: Resolved | Unresolved) -> str:
    """What every message about an image that does not exist yet says: which one was judged."""
    image_id = found.image.id if isinstance(found, Resolved) else found.image_id
    if not found.derivations or image_id is None:
        return ""
    steps = ", then ".join(f"{step.by} ({step.how})" for step in reversed(found.derivations))
    return f" [derived from {image_id} by {steps}]"


def _planned(found: Resolved | Unresolved) -> Iterator[LineageStep]:
    """The images that the plan will make, the one to be used first."""
    for step in found.derivations:
        place = step.place if isinstance(step.place, Place) else None
        yield LineageStep(
            image_id=f"(made by {step.by})",
            region=place.region if place else None,
            owner=place.account if place else None,
            how=step.how,
            end=None,
        )


def _marked_here(entry: AncestryEntry, image: Image, seen: Image | None) -> tuple[str, ...]:
    """What was first attached to an ancestor, as its descendant's marks and its own tell."""
    marks = (*image.watermarks, *(seen.watermarks if seen else ()))
    here = (entry.image_id, entry.region)
    return _keys(m for m in marks if (m.source_image_id, m.source_image_region) == here)


def _keys(marks: Iterable[Watermark]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(mark.key for mark in marks if mark.key))


def _owner(image: Image) -> str | None:
    return image.owner_alias or image.owner_id


def _how(image: Image) -> str | None:
    """How an image was made, as far as its own description tells.

    `SourceInstanceId` "only appears if the AMI was created using CreateImage" (EC2 API Reference,
    Image). A source image without it is read as CopyImage: inferred, a restore from S3 would look
    the same.
    """
    if image.source_instance_id:
        return "CreateImage"
    return "CopyImage" if image.source_image_id else None
