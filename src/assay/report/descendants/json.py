"""What descends from some images as one JSON document (`kind: descendants`, schema version 1)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from assay.model.descent import Descent, Relative
from assay.report.descendants.words import badges, summary
from assay.report.fleet_document import document


def render(found: Descent, generated_at: datetime) -> bytes:
    """The document."""
    return document(
        "descendants",
        found.night,
        generated_at,
        None,
        found.places,
        summary(found),
        night=found.night,
        asked=found.asked,
        built_before=found.built_before,
        finding=found.finding,
        bases=_all(found.bases),
        descendants=_all(found.descendants),
        hidden_addresses=found.hidden_addresses,
        gaps=found.gaps,
        contradictions=found.contradictions,
        notes=found.notes,
    )


def _all(relatives: Iterable[Relative]) -> list[dict[str, Any]]:
    return [_image(each) for each in relatives]


def _image(one: Relative) -> dict[str, Any]:
    return {
        "image_id": one.image_id,
        "account": one.account,
        "region": one.region,
        "owner": one.owner,
        "parent": one.parent,
        "parent_region": one.parent_region,
        "edge": one.edge,
        "weakest": one.weakest,
        "depth": one.depth,
        "root": one.root,
        "class": one.kind,
        "name": one.name,
        "family": one.family,
        "state": one.state,
        "created": one.created,
        "golden_source_created": one.golden_source_created,
        "golden_sources": one.golden_sources,
        "marks": one.marks,
        "listed": one.listed,
        "deregistered": one.deregistered,
        "scan": one.scan,
        "finding": one.finding,
        "badges": badges(one),
        "stale_since": one.stale_since,
        "used_by": one.used_by,
        "addresses": one.addresses,
    }
