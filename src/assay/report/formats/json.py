"""The JSON report, `schema_version` 1; `report.schema.json` of this room describes it.

A copy of the verdicts in a form of its own, never a dump of internal types.
"""

from typing import Any

import msgspec

from assay import __version__
from assay.model import CatalogFacts, ExceptionUse, Report
from assay.model.times import iso
from assay.report.encoded import indented
from assay.report.setting import PLAIN, Setting
from assay.report.steps import LineageStep
from assay.report.view import (
    VerdictView,
    counts,
    excepted,
    exception_view,
    views,
)


def render(report: Report, _setting: Setting = PLAIN) -> str:
    """The report as one JSON document that ends in a newline."""
    return indented(document(report))


def document(report: Report) -> dict[str, Any]:
    """The report as plain values."""
    lineages: dict[int, list[dict[str, Any]]] = {}
    return {
        "schema_version": 1,
        "tool": {"name": "assay", "version": __version__},
        "outcome": report.outcome.value,
        "as_of": iso(report.as_of),
        "policy": {"path": report.policy.path, "sha256": report.policy.sha256},
        "catalog": catalog(report.catalog),
        "inputs": [
            {
                "path": facts.path,
                "kind": facts.kind,
                "sha256": facts.sha256,
                "references": facts.references,
            }
            for facts in report.inputs
        ],
        "summary": {
            "references": len(report.verdicts),
            **counts(report.verdicts),
            "excepted": excepted(report.verdicts),
            "not_judged": dict(sorted(report.not_judged.items())),
            **({"bake_launches": list(report.builds)} if report.builds else {}),
        },
        "verdicts": [_verdict(shown, lineages) for shown in views(report.verdicts)],
        "exceptions": [_exception(use) for use in report.exceptions],
    }


def catalog(facts: CatalogFacts) -> dict[str, Any]:
    """What answered."""
    return {
        "kind": facts.kind,
        "endpoint": facts.endpoint,
        "recorded_at": iso(facts.recorded_at) if facts.recorded_at else None,
        "api_calls": dict(facts.api_calls),
    }


def _exception(use: ExceptionUse) -> dict[str, Any]:
    return {
        **msgspec.to_builtins(exception_view(use.exception)),
        "used": use.used,
        "missed": use.missed,
        "days_left": use.days_left,
        "state": use.state,
    }


def _verdict(shown: VerdictView, lineages: dict[int, list[dict[str, Any]]]) -> dict[str, Any]:
    lineage = lineages.get(id(shown.lineage))
    if lineage is None:
        lineage = lineages[id(shown.lineage)] = [lineage_step(step) for step in shown.lineage]
    return {
        "address": shown.address,
        "attribute": shown.attribute,
        "kind": shown.kind,
        "action": shown.action,
        "file": shown.file,
        "line": shown.line,
        "root": shown.root,
        "value": shown.value,
        "image_id": shown.image_id,
        "account": shown.account,
        "region": shown.region,
        "outcome": shown.outcome,
        "results": shown.results,
        "lineage": lineage,
        "exception": shown.exception,
    }


def lineage_step(step: LineageStep) -> dict[str, Any]:
    """One image of a lineage."""
    return {
        "image_id": step.image_id,
        "region": step.region,
        "owner": step.owner,
        "how": step.how,
        "end": step.end,
        "visible": step.visible,
        "watermarks": step.watermarks,
    }
