"""Verdicts as formats show them: flat, ordered, and with nothing in them that must not be shown.

Design rule: of a plan, only addresses, attribute names, AMI ids, alias and template names, Regions
and account ids are ever printed; a value the plan marks as sensitive is checked and hidden.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import msgspec
from msgspec.structs import replace

from assay.model import (
    Alias,
    AmiId,
    AmiReference,
    AnyException,
    Changeable,
    CodeException,
    InstanceRef,
    Outcome,
    Place,
    Planned,
    PolicyException,
    Resolved,
    RuleResult,
    ServiceImage,
    TemplateRef,
    Unknown,
    Unresolved,
    Unusable,
    Verdict,
)
from assay.report.steps import LineageStep, lineage, planned

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
    """Whether an exception lets this failure through."""


_UNTOLD = ResultView(
    rule="unresolved",
    outcome="undetermined",
    severity="error",
    message="no rule that may fail it could judge it",
    fix=None,
    evidence=(),
    excepted=False,
)
"""Where rules are switched off, a verdict may be undetermined and no result say so."""


class ExceptionView(msgspec.Struct, frozen=True, gc=False):
    """Who lets a failure through, why, and until when; in the policy's, or a comment's, own words."""

    reason: str
    approved_by: str | None
    """None where a comment in the code does it: whoever wrote it."""
    ticket: str | None
    expires: str | None
    rules: tuple[str, ...]
    file: str | None
    """Where the comment stands."""
    line: int | None


class VerdictView(msgspec.Struct, frozen=True, gc=False):
    """One reference and its outcome."""

    address: str
    attribute: str
    kind: str
    action: str
    file: str | None
    line: int | None
    root: str | None
    value: str | None
    image_id: str | None
    account: str | None
    region: str | None
    outcome: str
    results: tuple[ResultView, ...]
    lineage: tuple[LineageStep, ...]
    via: tuple[str, ...]
    exception: ExceptionView | None
    origins: tuple[int, ...]
    """Which steps of the lineage golden marks were first attached to."""
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
    origins: tuple[int, ...]


class _Shared(msgspec.Struct, frozen=True, gc=False):
    """What was made for earlier verdicts, by the identity of what it was made from."""

    findings: dict[tuple[object, ...], _Findings]
    results: dict[int, ResultView]
    lineages: dict[int, tuple[LineageStep, ...]]


def _view(verdict: Verdict, shared: _Shared) -> VerdictView:
    subject = verdict.subject
    reference, found = subject.reference, subject.resolution
    place = subject.place if isinstance(subject.place, Place) else None
    image_id = _image_id(found)
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
        root=reference.root,
        value=HIDDEN if reference.sensitive else _value(reference),
        image_id=HIDDEN if image_id and (reference.sensitive or found.sensitive) else image_id,
        account=place.account if place else None,
        region=place.region if place else None,
        outcome=verdict.outcome,
        results=findings.results,
        lineage=findings.lineage,
        via=findings.via,
        exception=exception_view(verdict.exception) if verdict.exception else None,
        origins=findings.origins,
        derived=bool(found.derivations),
    )


def _findings(verdict: Verdict, shared: _Shared) -> _Findings:
    subject, found = verdict.subject, verdict.subject.resolution
    via = found.via if isinstance(found, Resolved) else ()
    provenance, origins = subject.provenance, tuple(_origins(verdict))
    hidden = subject.reference.sensitive or found.sensitive
    if hidden or found.derivations or provenance is None:
        hide, derived = _hider(subject.reference, found), _derived(found)
        results = tuple(_result(result, hide, derived) for result in verdict.results)
        return _Findings(
            _told(verdict, results),
            (*planned(found), *lineage(provenance, hide)),
            tuple(hide(step) for step in via),
            origins,
        )
    for result in verdict.results:
        if id(result) not in shared.results:
            shared.results[id(result)] = _result(result, _as_it_is, "")
    steps = shared.lineages.get(id(provenance))
    if steps is None:
        steps = shared.lineages[id(provenance)] = tuple(lineage(provenance, _as_it_is))
    results = tuple(shared.results[id(result)] for result in verdict.results)
    return _Findings(_told(verdict, results), steps, via, origins)


def _told(verdict: Verdict, results: tuple[ResultView, ...]) -> tuple[ResultView, ...]:
    """The results; where none tells why the verdict is no pass, one that says so."""
    if verdict.outcome is Outcome.PASS or any(
        each.outcome != "pass" and each.severity == "error" and not each.excepted
        for each in results
    ):
        return results
    return (*results, replace(_UNTOLD, outcome=verdict.outcome))


def _origins(verdict: Verdict) -> Iterator[int]:
    """Depths in the lineage, after the images that the plan will make."""
    subject = verdict.subject
    if subject.provenance is None:
        return
    marks = {mark for result in verdict.results for mark in result.finding.golden}
    sources = {(mark.source_image_id, mark.source_image_region) for mark in marks}
    ahead = len(subject.resolution.derivations)
    for depth, entry in enumerate(subject.provenance.ancestry.entries):
        if (entry.image_id, entry.region) in sources:
            yield ahead + depth


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
        excepted=result.exception is not None,
    )


def exception_view(exception: AnyException) -> ExceptionView:
    """What reports keep of an exception."""
    return ExceptionView(
        reason=exception.reason,
        approved_by=exception.approved_by if isinstance(exception, PolicyException) else None,
        ticket=exception.ticket,
        expires=exception.expires.isoformat() if exception.expires else None,
        rules=exception.rules,
        file=exception.file if isinstance(exception, CodeException) else None,
        line=exception.line if isinstance(exception, CodeException) else None,
    )


def counts(verdicts: tuple[Verdict, ...]) -> dict[str, int]:
    """How many verdicts of each outcome."""
    found = Counter(verdict.outcome for verdict in verdicts)
    return {outcome.value: found[outcome] for outcome in Outcome}


def excepted(verdicts: Iterable[Verdict]) -> int:
    """How many references pass only because of an exception."""
    return sum(verdict.outcome is Outcome.PASS and bool(verdict.exception) for verdict in verdicts)


def _image_id(found: Resolved | Unresolved) -> str | None:
    return found.image.id if isinstance(found, Resolved) else found.image_id


def _hider(reference: AmiReference, found: Resolved | Unresolved) -> Callable[[str], str]:
    """What is done to every text about a reference before it is shown.

    A sensitive AMI id is taken out wherever it stands, also one that a parameter of a name that is
    no secret holds, which a data source reads or this plan writes. A sensitive alias or template
    could also be recognised by what it leads to, so nothing that was learnt on the way is shown.
    """
    image_id = _image_id(found)
    if not reference.sensitive and (image_id is None or not found.sensitive):
        return _as_it_is
    if image_id is not None and not reference.sensitive:
        return lambda text: text.replace(image_id, HIDDEN)
    value = reference.value
    match value.value if isinstance(value, Planned) and value.astray else value:
        case AmiId(id):
            return lambda text: text.replace(id, HIDDEN)
        case Planned(value=Alias(), sensitive=True, step=step) if "data." in step:
            return lambda text: text.replace(image_id, HIDDEN) if image_id else text
        case Unknown() | Unusable() | ServiceImage():
            return lambda text: text
    return lambda _: WITHHELD


def _value(reference: AmiReference) -> str | None:
    """The value where it is one that may be shown."""
    if isinstance(reference.value, AmiId):
        return reference.value.id
    match reference.value:
        case (
            Alias() | TemplateRef() | InstanceRef() | ServiceImage() | Changeable()
            | Planned(astray=True, value=AmiId() | Alias() | TemplateRef() | Changeable())
        ):  # fmt: skip
            return str(reference.value)
    return None


def _derived(found: Resolved | Unresolved) -> str:
    """What every message about an image that does not exist yet says: which one was judged."""
    image_id = _image_id(found)
    if not found.derivations or image_id is None:
        return ""
    steps = ", then ".join(f"{step.by} ({step.how})" for step in reversed(found.derivations))
    return f" [derived from {image_id} by {steps}]"
