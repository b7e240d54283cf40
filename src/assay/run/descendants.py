"""What descends from an image: a stored night, joined with plans, states and findings."""

from datetime import datetime
from pathlib import Path

from msgspec import Struct

from assay.fleet.descendants import descend, of_images, of_mark
from assay.fleet.lineage_edges import LineageEdges
from assay.fleet.night import stored_night
from assay.fleet.store import Store
from assay.model.descent import Descent
from assay.model.times import day_of
from assay.run.one_image import image_id


class Question(Struct, frozen=True):
    """Whose descendants are wanted, and where they are looked for."""

    store: Path
    night: datetime | None
    images: tuple[str, ...] = ()
    watermark: str | None = None
    built_before: datetime | None = None


def answer(wanted: Question) -> Descent:
    """Everything below what is asked for. Raises `AssayError` for what is not known."""
    ids = [image_id(each) for each in wanted.images]
    night = stored_night(Store(wanted.store), wanted.night and day_of(wanted.night))
    edges = LineageEdges(night.store, night.date)
    if wanted.watermark is not None:
        bases, asked = of_mark(night, wanted.watermark), f"what carries {wanted.watermark} first"
    else:
        bases, asked = of_images(edges, ids), ", ".join(ids)
    return descend(night, edges, bases, asked, wanted.built_before)
