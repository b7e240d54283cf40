"""Suggestions as one JSON document (`kind: suggestion`, schema version 1)."""

from datetime import datetime
from typing import Any

from assay.model.suggestion import Candidate, Suggestion, Suggestions
from assay.report.fleet_document import document


def render(found: Suggestions, policy: tuple[str, str], generated_at: datetime) -> bytes:
    """The document; `policy` is the path and the SHA-256 of the policy."""
    answered = [each for each in found.answers if each.candidates]
    return document(
        "suggestion",
        found.as_of,
        generated_at,
        policy,
        found.places,
        {
            "asked": len(found.answers),
            "answered": len(answered),
            "ambiguous": sum(each.only is None for each in answered),
            "gaps": len(found.gaps) + sum(bool(each.gaps) for each in found.answers),
        },
        source=found.source,
        gaps=found.gaps,
        unasked=found.unasked,
        suggestions=list(map(_suggestion, found.answers)),
    )


def _suggestion(found: Suggestion) -> dict[str, Any]:
    asked, reference = found.asked, found.asked.reference
    return {
        "target": asked.target,
        "attribute": reference.attribute if reference else None,
        "file": reference.file if reference else None,
        "line": reference.line if reference else None,
        "account": asked.account,
        "region": asked.region,
        "image_id": asked.image_id,
        "candidates": list(map(_candidate, found.candidates)),
        "near": found.near,
        "ways": found.ways,
        "gaps": found.gaps,
    }


def _candidate(found: Candidate) -> dict[str, Any]:
    image = found.listed.image
    return {
        "image_id": image.id,
        "name": image.name,
        "owner": image.owner_id,
        "watermark": found.key,
        "line": found.line,
        "architecture": found.listed.architecture,
        "platform": found.listed.platform,
        "virtualization": found.listed.virtualization,
        "boot_mode": found.listed.boot_mode,
        "created": image.creation_date,
        "golden_source_created": found.golden_created,
        "reasons": found.reasons,
    }
