"""A lineage as JSON, `schema_version` 1; `lineage.schema.json` in `assay.report` describes it."""

from collections import Counter
from collections.abc import Iterable
from typing import Any

import msgspec

from assay import __version__
from assay.model import Policy
from assay.model.lines import Grade, Told
from assay.model.places_seen import PlaceState
from assay.report.encoded import indented
from assay.report.fleet_document import place
from assay.report.formats.json import catalog, result, step
from assay.report.lineage.view import Lineage, Node
from assay.report.view import VerdictView


def render(lineage: Lineage) -> str:
    """The lineage as one JSON document that ends in a newline."""
    return indented(document(lineage))


def render_verdict(lineage: Lineage, verdict: VerdictView, notes: Iterable[str] = ()) -> str:
    """The same, with the policy's verdict on the image."""
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
        "kind": "trace",
        "tool": {"name": "assay", "version": __version__},
        "generated_at": lineage.generated_at,
        "places": [place(each) for each in lineage.places],
        "summary": _summary(lineage),
        "traced": lineage.traced,
        "image_id": lineage.image_id,
        "account": lineage.account,
        "region": lineage.region,
        "readable": bool(lineage.nodes),
        "lineage": [_node(node) for node in lineage.nodes],
        "end": msgspec.to_builtins(lineage.end),
        "clues": [msgspec.to_builtins(clue) for clue in lineage.clues],
        "gaps": [msgspec.to_builtins(gap) for gap in lineage.gaps],
        "instance": _instance(lineage),
        "night": msgspec.to_builtins(lineage.night),
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
        "edge": node.edge,
        "evidence": [_told(each) for each in node.told],
    }


def _told(told: Told) -> dict[str, Any]:
    """One source of a fact; of an event only its id, name and caller, because the rest is private."""
    event = told.event
    return {
        "claim": told.claim,
        "grade": told.grade,
        "source": told.source,
        "account": told.account,
        "region": told.region,
        "at": told.at,
        "event": event and {"id": event.event_id, "name": event.name, "by": event.by},
    }


def _summary(lineage: Lineage) -> dict[str, Any]:
    edges = Counter(node.edge for node in lineage.nodes)
    return {
        "images": len(lineage.nodes),
        "visible": sum(node.step.visible is True for node in lineage.nodes),
        "edges": {grade.value: edges[grade] for grade in Grade},
        "whole": lineage.whole,
        "gaps": len(lineage.gaps),
        "not_seen_places": sum(each.state is not PlaceState.SEEN for each in lineage.places),
    }


def _instance(lineage: Lineage) -> dict[str, Any] | None:
    use = lineage.instance
    if use is None:
        return None
    told = {"id": use.instance_id, "image_id": use.image.id, "state": use.state}
    return {**told, "launch_time": use.launch_time}
