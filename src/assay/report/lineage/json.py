"""A lineage as JSON, `schema_version` 1; `lineage.schema.json` of this room describes it."""

from collections.abc import Iterable
from typing import Any

import msgspec

from assay import __version__
from assay.model import Policy
from assay.report.encoded import indented
from assay.report.formats.json import catalog, result, step
from assay.report.lineage.view import Lineage, Node
from assay.report.view import VerdictView


def render(lineage: Lineage) -> str:
    """The lineage as one JSON document that ends in a newline."""
    return indented(document(lineage))


def render_verdict(lineage: Lineage, verdict: VerdictView, notes: Iterable[str] = ()) -> str:
    """The same with what the policy makes of the image."""
    judged = {
        "outcome": verdict.outcome,
        "standing": verdict.standing,
        "results": [result(each) for each in verdict.results],
        "exception": verdict.exception,
        "notes": list(notes),
    }
    return indented({**document(lineage), "verdict": judged})


def document(lineage: Lineage) -> dict[str, Any]:
    """The lineage as plain values."""
    return {
        "schema_version": 1,
        "tool": {"name": "assay", "version": __version__},
        "image_id": lineage.image_id,
        "account": lineage.account,
        "region": lineage.region,
        "readable": bool(lineage.nodes),
        "lineage": [_node(node) for node in lineage.nodes],
        "end": msgspec.to_builtins(lineage.end),
        "clues": [msgspec.to_builtins(clue) for clue in lineage.clues],
        "policy": _policy(lineage.policy),
        "as_of": lineage.as_of,
        "catalog": catalog(lineage.catalog),
    }


def _policy(policy: Policy | None) -> dict[str, str] | None:
    return {"path": policy.path, "sha256": policy.sha256} if policy else None


def _node(node: Node) -> dict[str, Any]:
    return {
        **msgspec.to_builtins(step(node.step)),
        "creation_date": node.creation_date,
        "state": node.state,
        "marks": [msgspec.to_builtins(mark) for mark in node.marks],
    }
