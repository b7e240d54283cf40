"""A preview as one JSON document (`kind: preview`, schema version 1)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from assay.model.places_seen import PlaceSeen
from assay.model.preview import Judged, NeverBlocked, Next, Preview, Ruling, counted
from assay.report.fleet_document import document


def render(
    found: Preview,
    policy: tuple[str, str] | None,
    source: str,
    lost: Sequence[str],
    generated_at: datetime,
) -> bytes:
    """The document. `policy` is the path and the SHA-256 of the policy, if one was read; `source` says
    whose criteria they are, `lost` which parts of a policy they do not express.
    """
    counts = counted(each.ruling for each in found.images)
    return document(
        "preview",
        found.as_of,
        generated_at,
        policy,
        found.places,
        {
            **{each.value: counts[each] for each in Ruling},
            "breaking": sum(each.launch.by_itself for each in found.breaking),
            "never_blocked": len(found.never_blocked),
            "places": len(found.places),
            "not_seen_places": len(found.not_seen),
        },
        night=found.night,
        criteria={"source": source, "number": len(found.criteria.criteria), "lost": list(lost)},
        settings=list(map(_settings, found.places)),
        images=list(map(_image, found.images)),
        launches=list(map(_launch, found.launches)),
        never_blocked=list(map(_never_blocked, found.never_blocked)),
    )


def _settings(found: PlaceSeen) -> dict[str, Any]:
    settings = found.allowed_images
    return {
        "account": found.account,
        "region": found.region,
        "state": settings and settings.state,
        "managed_by": settings and settings.managed_by,
    }


def _never_blocked(found: NeverBlocked) -> dict[str, Any]:
    return {
        "account": found.account,
        "region": found.region,
        "image_id": found.image_id,
        "name": found.name,
        "class": found.kind,
        "uses": found.used,
        "why": found.why,
    }


def _image(found: Judged) -> dict[str, Any]:
    return {
        "account": found.account,
        "region": found.region,
        "image_id": found.image_id,
        "name": found.name,
        "owner": found.owner,
        "outcome": found.ruling,
        "why": found.why,
        "facts": found.facts,
        "instances": found.instances,
    }


def _launch(found: Next) -> dict[str, Any]:
    launch, use = found.launch, found.launch.use
    return {
        "account": launch.account,
        "region": launch.region,
        "type": use.type,
        "id": use.id,
        "name": use.name,
        "via": use.via,
        "image_id": launch.image_id,
        "by_itself": launch.by_itself,
        "outcome": found.ruling,
        "why": found.why,
    }
