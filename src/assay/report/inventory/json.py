"""An inventory as one JSON document (`kind: inventory`, schema version 1)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from assay.model.inventory import Classified, ImageClass, Inventory
from assay.report.fleet_document import document


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
        images=_encoded(found.images),
    )


def _encoded(images: Iterable[Classified]) -> msgspec.Raw:
    """Their list, of which no more than its bytes is held."""
    encoder, text = msgspec.json.Encoder(), bytearray(b"[")
    for each in images:
        text += encoder.encode(_image(each))
        text += b","
    text[max(len(text) - 1, 1) :] = b"]"
    return msgspec.Raw(text)


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
