"""Verdicts as formats show them: flat, and without anything that must not be shown."""

from collections.abc import Iterable, Iterator

import msgspec
from msgspec.structs import replace

from assay.model import (
    AnyException,
    CodeException,
    InputFacts,
    Outcome,
    Place,
    PolicyException,
    Provenance,
    Report,
    Resolved,
    RuleResult,
    Severity,
    Standing,
    Verdict,
)
from assay.model.verdicts import decides, verdict_standing
from assay.report import hidden
from assay.report.hidden import Hide, as_it_is
from assay.report.labels import TOLERATED, UNDETERMINED
from assay.report.steps import LineageStep, lineage, planned


class ResultView(msgspec.Struct, frozen=True, gc=False):
    """One rule's result."""

    rule: str
    outcome: Outcome
    severity: Severity
    message: str
    fix: str | None
    evidence: tuple[str, ...]
    excepted: bool
    """Whether an exception lets this failure through."""
    standing: Standing

    @property
    def decides(self) -> bool:
        """Whether it keeps its verdict from being a pass, whether or not that closes the gate."""
        return decides(self.outcome, self.severity, excepted=self.excepted)


class ExceptionView(msgspec.Struct, frozen=True, gc=False):
    """Who lets a failure through, why, and until when, in the words of the policy or comment."""

    reason: str
    approved_by: str | None
    """None for a comment in the code: the approver is whoever wrote it."""
    ticket: str | None
    expires: str | None
    rules: tuple[str, ...]
    file: str | None
    """The file with the comment."""
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
    outcome: Outcome
    standing: Standing
    results: tuple[ResultView, ...]
    lineage: tuple[LineageStep, ...]
    via: tuple[str, ...]
    exception: ExceptionView | None
    origins: tuple[int, ...]
    """The indexes of the steps in `lineage` to which golden marks were first attached."""
    derived: bool
    """Whether the plan still has to make the image; `image_id` is then the one it is made from."""
    input: int
    """The index of its input in the report's inputs."""
    plan: str | None = None
    """The path of its plan or state if the report has several inputs, whose addresses may be the same."""
    input_kind: str = "plan"
    """What `plan` is the path of: `plan` or `state`."""
    resource_type: str = ""
    arn: str | None = None

    @property
    def label(self) -> str:
        """The outcome for people: what is not proven is never called a pass."""
        return UNDETERMINED if self.standing is TOLERATED else self.outcome


def views(report: Report, verdicts: Iterable[Verdict] | None = None) -> list[VerdictView]:
    """Views of a report's verdicts, or of the given ones; parts that several share are made once."""
    shared = _Shared(report.policy.undetermined)
    chosen = report.verdicts if verdicts is None else verdicts
    found = [_view(verdict, shared) for verdict in chosen]
    if len(report.inputs) == 1:
        return found
    return [_named(each, report.inputs[each.input]) for each in found]


def _named(verdict: VerdictView, facts: InputFacts) -> VerdictView:
    """Add the path of the plan or state; code has its root instead, running resources their place."""
    if verdict.root or facts.kind not in ("plan", "state"):
        return verdict
    return replace(verdict, plan=facts.path, input_kind=facts.kind)


def view_of(verdict: Verdict, undetermined: Severity) -> VerdictView:
    """The view of one verdict; `undetermined` is the policy's severity for what could not be read."""
    return _view(verdict, _Shared(undetermined))


class _Common(msgspec.Struct, frozen=True, gc=False):
    """The part of a view that verdicts on the same image share."""

    standing: Standing
    results: tuple[ResultView, ...]
    lineage: tuple[LineageStep, ...]
    via: tuple[str, ...]
    exception: ExceptionView | None
    origins: tuple[int, ...]
    image_id: str | None
    derived: bool


class _Shared:
    """The parts made for earlier verdicts, by the identity of what they were made from."""

    def __init__(self, undetermined: Severity) -> None:
        self.undetermined = undetermined
        self._common: dict[tuple[object, ...], _Common] = {}
        self._results: dict[int, ResultView] = {}
        self._lineages: dict[int, tuple[LineageStep, ...]] = {}

    def common(self, verdict: Verdict) -> _Common:
        subject = verdict.subject
        # Identities, because the engine shares equal objects, and comparing values would cost more than
        # making the views again. Two references to one image may differ in whether it may be shown.
        key = (id(verdict.results), id(subject.resolution), subject.reference.sensitive)
        found = self._common.get(key)
        if found is None:
            found = self._common[key] = _common(verdict, self)
        return found

    def result(self, result: RuleResult) -> ResultView:
        found = self._results.get(id(result))
        if found is None:
            found = self._results[id(result)] = _result(result, self.undetermined)
        return found

    def lineage(self, provenance: Provenance) -> tuple[LineageStep, ...]:
        found = self._lineages.get(id(provenance))
        if found is None:
            found = self._lineages[id(provenance)] = tuple(lineage(provenance, as_it_is))
        return found


def _view(verdict: Verdict, shared: _Shared) -> VerdictView:
    subject, reference = verdict.subject, verdict.subject.reference
    place = subject.place if isinstance(subject.place, Place) else None
    common = shared.common(verdict)
    return VerdictView(
        address=reference.address,
        attribute=reference.attribute,
        kind=reference.kind,
        action=reference.action,
        file=reference.file,
        line=reference.line,
        root=reference.root,
        value=hidden.value(reference),
        image_id=common.image_id,
        account=place.account if place else None,
        region=place.region if place else None,
        outcome=verdict.outcome,
        standing=common.standing,
        results=common.results,
        lineage=common.lineage,
        via=common.via,
        exception=common.exception,
        origins=common.origins,
        derived=common.derived,
        input=subject.input,
        resource_type=reference.resource_type,
        arn=reference.arn,
    )


def _common(verdict: Verdict, shared: _Shared) -> _Common:
    subject, found = verdict.subject, verdict.subject.resolution
    via, provenance = found.via if isinstance(found, Resolved) else (), subject.provenance
    secret = subject.reference.sensitive or found.sensitive
    if secret or found.derivations or provenance is None:
        hide, source = hidden.hiding(subject.reference, found), hidden.made_from(found)
        results = tuple(_hidden(shared.result(each), hide, source) for each in verdict.results)
        steps = (*planned(found), *lineage(provenance, hide))
        via = tuple(hide(step) for step in via)
    else:
        results = tuple([shared.result(each) for each in verdict.results])
        steps = shared.lineage(provenance)
    standings = [each.standing for each in results]
    standing = verdict_standing(verdict.outcome, standings, shared.undetermined)
    results = _explained(verdict, results, standing)
    exception = verdict.exception
    return _Common(
        standing,
        results,
        steps,
        via,
        exception_view(exception) if exception else None,
        tuple(_origins(verdict)),
        hidden.image_id(subject.reference, found),
        bool(found.derivations),
    )


def _explained(
    verdict: Verdict, results: tuple[ResultView, ...], standing: Standing
) -> tuple[ResultView, ...]:
    """The results, with one more if none of them explains why the verdict is not a pass.

    If rules are switched off, a verdict may be undetermined although no result says so.
    """
    if verdict.outcome is Outcome.PASS or any(result.decides for result in verdict.results):
        return results
    untold = ResultView(
        rule="unresolved",
        outcome=verdict.outcome,
        severity=Severity.ERROR,
        message="no rule of severity error could judge it",
        fix=None,
        evidence=(),
        excepted=False,
        standing=standing,
    )
    return (*results, untold)


def _origins(verdict: Verdict) -> Iterator[int]:
    """Indexes of origins in the lineage, in which the images that the plan will make come first."""
    subject = verdict.subject
    if subject.provenance is None:
        return
    marks = [mark for result in verdict.results for mark in result.finding.golden]
    sources = {(mark.source_image_id, mark.source_image_region) for mark in marks}
    ahead = len(subject.resolution.derivations)
    for depth, ancestor in enumerate(subject.provenance.ancestors):
        if (ancestor.entry.image_id, ancestor.entry.region) in sources:
            yield ahead + depth


def _result(result: RuleResult, undetermined: Severity) -> ResultView:
    """The view of a result, with nothing hidden; a report has thousands of them, mostly passes."""
    finding = result.finding
    return ResultView(
        result.rule,
        finding.outcome,
        result.severity,
        finding.message,
        finding.fix,
        finding.evidence,
        result.exception is not None,
        result.standing(undetermined),
    )


def _hidden(result: ResultView, hide: Hide, source: str) -> ResultView:
    """The result without what must not be shown.

    `source` says which image was judged if the plan still has to make the one that will be used.
    """
    return replace(
        result,
        message=hide(f"{result.message}{source}"),
        fix=hide(result.fix) if result.fix else None,
        evidence=tuple(hide(line) for line in result.evidence),
    )


def exception_view(exception: AnyException) -> ExceptionView:
    """What reports show of an exception."""
    return ExceptionView(
        reason=exception.reason,
        approved_by=exception.approved_by if isinstance(exception, PolicyException) else None,
        ticket=exception.ticket,
        expires=str(exception.expires) if exception.expires else None,
        rules=exception.rules,
        file=exception.file if isinstance(exception, CodeException) else None,
        line=exception.line if isinstance(exception, CodeException) else None,
    )
