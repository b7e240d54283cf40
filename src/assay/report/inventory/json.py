"""An inventory as one JSON document (`kind: inventory`, schema version 1)."""

from datetime import datetime
from typing import Any

import msgspec

from assay.model.inventory import Classified, ImageClass, Inventory, PlaceSeen

SCHEMA_VERSION = 1


def render(found: Inventory, policy: tuple[str, str], generated_at: datetime) -> bytes:
    """The document; `policy` is the path and the SHA-256 of the policy."""
    path, digest = policy
    counts = {kind.value: number for kind, number in found.counts().items()}
    document = {
        "schema_version": SCHEMA_VERSION,
        "kind": "inventory",
        "as_of": found.as_of,
        "generated_at": generated_at,
        "policy": {"path": path, "sha256": digest},
        "catalog": {"endpoint": found.endpoint, "api_calls": dict(sorted(found.calls.items()))},
        "places": [_place(each) for each in found.places],
        "summary": {
            **{kind.value: counts[kind.value] for kind in ImageClass},
            "places": len(found.places),
            "not_seen_places": len(found.not_seen),
        },
        "images": [_image(each) for each in found.images],
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=1) + b"\n"


def _place(place: PlaceSeen) -> dict[str, Any]:
    return {name: getattr(place, name) for name in PlaceSeen.__struct_fields__}


def _image(found: Classified) -> dict[str, Any]:
    image = found.listed.image
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
        "last_launched": found.listed.last_launched,
    }
