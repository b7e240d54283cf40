"""What descends from an image: a stored night, joined with plans, states and findings."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from assay.fleet.descendants import Bases, descend, of_images, of_mark
from assay.fleet.lineage_edges import LineageEdges
from assay.fleet.night import Night
from assay.model.descent import Descent, Relative
from assay.run.nights import night_of
from assay.run.one_image import image_id

if TYPE_CHECKING:
    from assay.catalog.interface import ImageCatalog
    from assay.run.events import Recorded
    from assay.run.host import Host
    from assay.run.launching import Inputs


class Question(Struct, frozen=True):
    """Whose descendants are wanted, and where to look for them."""

    store: Path
    night: datetime | None
    images: tuple[str, ...] = ()
    watermark: str | None = None
    built_before: datetime | None = None
    inputs: "Inputs | None" = None
    finding: "Finding | None" = None
    history: "ImageCatalog | None" = None
    """Answers what CloudTrail recorded; None if it is not asked."""


class Finding(Struct, frozen=True):
    """A finding of Amazon Inspector, and the catalogue that says which images have it."""

    name: str
    least: str | None
    """The lowest severity that counts."""
    catalog: "ImageCatalog"


def answer(wanted: Question, host: "Host | None" = None) -> Descent:
    """Return everything that descends from the images. Raises `AssayError` for what is not known."""
    ids = [image_id(each) for each in wanted.images]
    night = night_of(host, wanted.store, wanted.night, alone=True)
    told = _history(night, wanted.history) if wanted.history else None
    edges = LineageEdges(night.store, night.date, told.steps if told else ())
    if wanted.finding is not None:
        found = _with_finding(night, edges, wanted.finding, wanted.built_before)
    elif wanted.watermark is not None:
        asked = f"the images that {wanted.watermark} was first attached to"
        found = descend(night, edges, of_mark(night, wanted.watermark), asked, wanted.built_before)
    else:
        found = descend(
            night, edges, of_images(night, edges, ids), ", ".join(ids), wanted.built_before
        )
    if told is not None:
        family = {f"{each.region}/{each.image_id}" for each in (*found.bases, *found.descendants)}
        against = [each.what for each in told.conflicts if each.keys & family]
        found = replace(
            found,
            gaps=(*found.gaps, *told.gaps),
            contradictions=(*found.contradictions, *against),
        )
    return (
        found
        if wanted.inputs is None or host is None
        else _joined(host, found, wanted.inputs, night)
    )


def _history(night: Night, catalog: "ImageCatalog") -> "Recorded":
    from assay.run.events import recorded

    return recorded(catalog, night)


def _with_finding(
    night: Night, edges: LineageEdges, wanted: Finding, before: datetime | None
) -> Descent:
    """Mark which images have the finding; those not scanned or not asked about stay unknown."""
    from assay.run.finding import having, not_scanned

    told = having(wanted.catalog, night, wanted.name, wanted.least)
    worse = f" of severity {wanted.least} or worse" if wanted.least else ""
    asked = f"images with {wanted.name}{worse}"
    found = descend(night, edges, Bases(told.having), asked, before)
    listed = {each.image_id for each in (*found.bases, *found.descendants)}
    others = not_scanned(night, listed)

    def judged(one: Relative) -> Relative:
        key = f"{one.region}/{one.image_id}"
        return replace(one, finding=False if key in told.without else None if one.depth else True)

    return replace(
        found,
        bases=tuple(map(judged, found.bases)),
        descendants=tuple(map(judged, found.descendants)),
        gaps=(*told.gaps, *found.gaps, *([others] if others else ())),
        finding=wanted.name,
    )


def _joined(host: "Host", found: Descent, inputs: "Inputs", night: Night) -> Descent:
    """Add the addresses in plans and states that would launch one of the images."""
    from assay.run.launching import launching

    told = launching(host, inputs, night)

    def with_addresses(images: Sequence[Relative]) -> tuple[Relative, ...]:
        return tuple(
            replace(each, addresses=tuple(told.of[each.image_id]))
            if each.image_id in told.of
            else each
            for each in images
        )

    ours = {each.image_id for each in (*found.bases, *found.descendants)}
    hidden = [each for id, of in told.hidden.items() if id in ours for each in of]
    return replace(
        found,
        bases=with_addresses(found.bases),
        descendants=with_addresses(found.descendants),
        hidden_addresses=tuple(hidden),
        gaps=(*found.gaps, *told.gaps),
    )
