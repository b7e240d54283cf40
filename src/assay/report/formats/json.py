"""The JSON report, `schema_version` 1; `report.schema.json` in `assay.report` describes it.

It has its own types and is never a dump of internal ones.
"""

from typing import Any

import msgspec

from assay import __version__
from assay.model import CatalogFacts, ExceptionUse, Report
from assay.model.times import iso
from assay.report.encoded import indented
from assay.report.fleet_document import place
from assay.report.setting import PLAIN, Setting
from assay.report.steps import LineageStep
from assay.report.summary import counts, excepted
from assay.report.view import ExceptionView, ResultView, VerdictView, exception_view, views


class Result(msgspec.Struct, frozen=True, gc=False):
    """One rule's result."""

    rule: str
    outcome: str
    severity: str
    message: str
    fix: str | None
    evidence: tuple[str, ...]
    excepted: bool


class Step(msgspec.Struct, frozen=True, gc=False):
    """One image of a lineage."""

    image_id: str
    region: str | None
    owner: str | None
    how: str | None
    end: str | None
    visible: bool | None
    watermarks: tuple[str, ...]
    unseen: str | None
    """Why no details of the image are shown."""


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """One reference."""

    input: str
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
    standing: str
    results: list[Result]
    lineage: list[Step]
    exception: ExceptionView | None


def render(report: Report, _setting: Setting = PLAIN) -> str:
    """The report as one JSON document that ends in a newline."""
    return indented(document(report))


def document(report: Report) -> dict[str, Any]:
    """The report in the form of its JSON."""
    made, inputs = _Made(), [facts.path for facts in report.inputs]
    return {
        "schema_version": 1,
        **({"kind": report.kind} if report.kind != "check" else {}),
        "tool": {"name": "assay", "version": __version__},
        "outcome": report.outcome.value,
        "as_of": iso(report.as_of),
        "generated_at": iso(report.generated_at or report.as_of),
        "policy": {"path": report.policy.path, "sha256": report.policy.sha256},
        "catalog": catalog(report.catalog),
        "inputs": [
            {
                "path": facts.path,
                "kind": facts.kind,
                "sha256": facts.sha256,
                "references": facts.references,
                **({"variables_sha256": facts.variables} if facts.variables else {}),
            }
            for facts in report.inputs
        ],
        "summary": {
            "references": len(report.verdicts),
            **counts(report),
            "excepted": excepted(report),
            "not_judged": dict(sorted(report.not_judged.items())),
            **({"bake_launches": list(report.builds)} if report.builds else {}),
        },
        "verdicts": [_verdict(shown, inputs[shown.input], made) for shown in views(report)],
        "exceptions": [_exception(use) for use in report.exceptions],
        **({"places": [place(each) for each in report.places]} if report.places else {}),
    }


def catalog(facts: CatalogFacts) -> dict[str, Any]:
    """The catalogue that answered."""
    return {
        "kind": facts.kind,
        "endpoint": facts.endpoint,
        "recorded_at": iso(facts.recorded_at) if facts.recorded_at else None,
        "api_calls": dict(facts.api_calls),
        "sha256": facts.sha256,
        "callers": list(facts.callers),
    }


def _exception(use: ExceptionUse) -> dict[str, Any]:
    return {
        **msgspec.to_builtins(exception_view(use.exception)),
        "used": use.used,
        "missed": use.missed,
        "days_left": use.days_left,
        "state": use.state,
    }


class _Made:
    """The parts that verdicts share, each made once."""

    def __init__(self) -> None:
        self._results: dict[int, list[Result]] = {}
        self._lineages: dict[int, list[Step]] = {}

    def results(self, of: tuple[ResultView, ...]) -> list[Result]:
        found = self._results.get(id(of))
        if found is None:
            found = self._results[id(of)] = [result(each) for each in of]
        return found

    def lineage(self, of: tuple[LineageStep, ...]) -> list[Step]:
        found = self._lineages.get(id(of))
        if found is None:
            found = self._lineages[id(of)] = [step(each) for each in of]
        return found


def _verdict(shown: VerdictView, input: str, made: _Made) -> Verdict:
    return Verdict(
        input=input,
        address=shown.address,
        attribute=shown.attribute,
        kind=shown.kind,
        action=shown.action,
        file=shown.file,
        line=shown.line,
        root=shown.root,
        value=shown.value,
        image_id=shown.image_id,
        account=shown.account,
        region=shown.region,
        outcome=shown.outcome,
        standing=shown.standing,
        results=made.results(shown.results),
        lineage=made.lineage(shown.lineage),
        exception=shown.exception,
    )


def result(of: ResultView) -> Result:
    """One rule's result."""
    return Result(of.rule, of.outcome, of.severity, of.message, of.fix, of.evidence, of.excepted)


def step(of: LineageStep) -> Step:
    """One image of a lineage."""
    return Step(
        of.image_id, of.region, of.owner, of.how, of.end, of.visible, of.watermarks, of.unseen
    )
