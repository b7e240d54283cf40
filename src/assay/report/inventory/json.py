"""An inventory as one JSON document (`kind: inventory`, schema version 1)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from assay.model.inventory import Classified, ImageClass, Inventory, family
from assay.report.fleet_document import document
from assay.report.inventory.told import age_days, by_image


def render(found: Inventory, policy: tuple[str, str], generated_at: datetime) -> bytes:
    """The document; `policy` is the path and the SHA-256 of the policy."""
    counts = found.counts()
    return document(
        "inventory",
        found.as_of,
        generated_at,
        policy,
        found.places,
        {
            **{kind.value: counts[kind] for kind in ImageClass},
            "places": len(found.places),
            "not_seen_places": len(found.not_seen),
        },
        catalog={"endpoint": found.endpoint, "api_calls": dict(sorted(found.calls.items()))},
        gaps=found.gaps,
        images=_encoded(found),
    )


def _encoded(found: Inventory) -> msgspec.Raw:
    """The list of images, kept in memory only as its bytes."""
    encoder, text = msgspec.json.Encoder(), bytearray(b"[")
    used = by_image(found.used)
    for each in found.images:
        text += encoder.encode(_image(each, found.as_of, used.get(each.listed.image.id, {})))
        text += b","
    text[max(len(text) - 1, 1) :] = b"]"
    return msgspec.Raw(text)


def _image(found: Classified, as_of: datetime, used: Mapping[str, int]) -> dict[str, Any]:
    image, listed = found.listed.image, found.listed
    scan = image.scan_results
    return {
        "image_id": image.id,
        "account": found.account,
        "region": found.region,
        "owner": image.owner_id,
        "class": found.kind,
        "why": found.why,
        "created": image.creation_date,
        "state": image.state,
        "shared": found.shared,
        "last_launched": listed.last_launched,
        "name": image.name,
        "age_days": age_days(found, as_of),
        "deprecated": image.deprecation_time,
        "snapshots": listed.snapshots,
        "snapshot_gb": listed.snapshot_gb,
        "used_by": used,
        "scan": scan
        and {"severity": scan.highest_finding_severity, "date": scan.finding_scan_date},
        "root": found.root,
        "family": family(image.name),
    }
