"""The descendants of some images as one JSON document (`kind: descendants`, schema version 1)."""

from datetime import datetime

import msgspec

from assay.model.descent import Descent, Edge, GoldenSource, Launches, Relative, UsedBy
from assay.report.descendants.words import badges, summary
from assay.report.fleet_document import document


class _Image(msgspec.Struct, frozen=True, gc=False):
    """An image in the document; with many images, a dict would take twice as long."""

    image_id: str
    account: str | None
    region: str
    owner: str | None
    parent: str | None
    parent_region: str | None
    edge: Edge | None
    weakest: Edge | None
    depth: int
    root: str | None
    kind: str | None = msgspec.field(name="class")
    name: str | None
    family: str | None
    state: str | None
    created: datetime | None
    golden_source_created: datetime | None
    golden_sources: tuple[GoldenSource, ...]
    marks: tuple[str, ...]
    listed: bool
    deregistered: bool | None
    scan: str
    finding: bool | None
    badges: list[str]
    stale_since: datetime | None
    used_by: tuple[UsedBy, ...]
    addresses: tuple[Launches, ...]


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
        bases=list(map(_image, found.bases)),
        descendants=list(map(_image, found.descendants)),
        hidden_addresses=found.hidden_addresses,
        gaps=found.gaps,
        contradictions=found.contradictions,
        notes=found.notes,
    )


def _image(one: Relative) -> _Image:
    return _Image(
        one.image_id,
        one.account,
        one.region,
        one.owner,
        one.parent,
        one.parent_region,
        one.edge,
        one.weakest,
        one.depth,
        one.root,
        one.kind,
        one.name,
        one.family,
        one.state,
        one.created,
        one.golden_source_created,
        one.golden_sources,
        one.marks,
        one.listed,
        one.deregistered,
        one.scan,
        one.finding,
        badges(one),
        one.stale_since,
        one.used_by,
        one.addresses,
    )
