"""A remediation as one JSON document (`kind: remediation`, schema version 1)."""

from datetime import datetime
from typing import Any

from assay.model.remediation import UNREAD, Referrer, Remediation, Remedy, Standing
from assay.report.fleet_document import document
from assay.report.remediation.stages import stages


def render(found: Remediation, policy: tuple[str, str], generated_at: datetime) -> bytes:
    """The document; `policy` is the path and the SHA-256 of the policy."""
    counts = found.counts()
    return document(
        "remediation",
        found.as_of,
        generated_at,
        policy,
        found.places,
        {
            **{each.value: counts[each] for each in Standing},
            "unlisted": len(found.unlisted),
            "gaps": len(found.gaps),
            "places": len(found.places),
            "not_seen_places": len(found.not_seen),
        },
        night=found.night,
        night_before=found.before,
        live={"asked": found.live, "api_calls": dict(sorted(found.calls.items()))},
        gaps=found.gaps,
        not_known=found.unknown,
        unlisted=found.unlisted,
        not_read=UNREAD,
        stages=[
            {
                "stage": stage.standing,
                "what": stage.what,
                "images": [
                    {"image_id": each.listed.image.id, "region": each.region}
                    for each in stage.remedies
                ],
            }
            for stage in stages(found)
        ],
        images=list(map(_image, found.remedies)),
    )


def _image(found: Remedy) -> dict[str, Any]:
    listed, image = found.listed, found.listed.image
    return {
        "image_id": image.id,
        "region": found.region,
        "owner": image.owner_id,
        "name": image.name,
        "state": image.state,
        "created": image.creation_date,
        "last_launched": listed.last_launched,
        "why_unknown": found.why_unknown,
        "verdict": found.standing,
        "reasons": found.reasons,
        "used_by": list(map(_referrer, found.used_by)),
        "shared_with": found.shared_with,
        "replacements": [
            {
                "account": each.account,
                "image_id": each.image_id,
                "name": each.name,
                "reasons": each.reasons,
            }
            for each in found.replacements
        ],
        "snapshots": listed.snapshots,
        "snapshot_gb": listed.snapshot_gb,
        "steps": found.steps,
    }


def _referrer(found: Referrer) -> dict[str, Any]:
    return {name: getattr(found, name) for name in Referrer.__struct_fields__}
