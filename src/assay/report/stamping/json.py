"""What was stamped, as one JSON document (`kind: stamp`, schema version 1)."""

from datetime import datetime

import msgspec

from assay.model.stamping import CARRIES, Stamp, Stamping
from assay.report.fleet_document import SCHEMA_VERSION


def render(
    found: Stamping, policy: tuple[str, str] | None, generated_at: datetime, *, ended: bool = True
) -> str:
    """The document; `ended` is False if the run was interrupted, so it may be incomplete."""
    states = [each.state for each in found.images]
    document = {
        "schema_version": SCHEMA_VERSION,
        "kind": "stamp",
        "generated_at": generated_at,
        "policy": policy and {"path": policy[0], "sha256": policy[1]},
        "endpoint": found.endpoint,
        "watermark": found.key,
        "dry_run": found.dry_run,
        "ended": ended,
        "summary": {
            "images": len(states),
            "carry": sum(each in CARRIES for each in states),
            "attached": states.count(Stamp.ATTACHED),
        },
        "images": found.images,
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=1).decode() + "\n"
