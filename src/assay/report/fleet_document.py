"""What the JSON documents about a fleet share: the fields they begin with, and the form of a place."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from assay.model.places_seen import PlaceSeen

SCHEMA_VERSION = 1
_TOLD = (
    "account",
    "region",
    "state",
    "reason",
    "images",
    "uses",
    "calls",
    "seen_at",
    "stale_since",
)


def document(
    kind: str,
    as_of: datetime | date,
    generated_at: datetime,
    policy: tuple[str, str] | None,
    places: Iterable[PlaceSeen],
    summary: Mapping[str, Any],
    **rest: Any,
) -> bytes:
    """A whole document; `policy` is the path and the SHA-256 of the policy, if one was read."""
    told = {
        "schema_version": SCHEMA_VERSION,
        "kind": kind,
        "as_of": as_of,
        "generated_at": generated_at,
        "policy": policy and {"path": policy[0], "sha256": policy[1]},
        "places": list(map(place, places)),
        "summary": summary,
        **rest,
    }
    return msgspec.json.format(msgspec.json.encode(told), indent=1) + b"\n"


def place(found: PlaceSeen) -> dict[str, Any]:
    """A place, with its state and the reason for that state."""
    return {name: getattr(found, name) for name in PlaceSeen.__struct_fields__ if name in _TOLD}
