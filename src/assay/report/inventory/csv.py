"""An inventory as CSV, a line for each image and each place: a place without images has a line, too."""

import csv
from collections.abc import Sequence
from io import StringIO

from assay.model.inventory import Classified, Inventory, PlaceSeen
from assay.model.times import iso
from assay.report.inventory.rows import as_cell

_PLACE = ("account", "region", "place_state")
COLUMNS = (
    *_PLACE,
    *("image_id", "class", "why", "name", "owner", "state"),
    *("shared", "created", "last_launched", "root_image_id", "place_reason"),
)


def render(found: Inventory) -> str:
    """The table, with a header."""
    text = StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    told = {(each.account, each.region): each for each in found.places}
    empty = dict(told)
    for image in found.images:
        place = told[image.account, image.region]
        empty.pop((image.account, image.region), None)
        table.writerow(_row(place, _image(image)))
    for place in empty.values():
        table.writerow(_row(place, ("",) * len(COLUMNS[len(_PLACE) : -1])))
    return text.getvalue()


def _row(place: PlaceSeen, image: Sequence[str]) -> list[str]:
    here = (place.account, place.region, place.state.value)
    return [as_cell(each) for each in (*here, *image, place.reason or "")]


def _image(found: Classified) -> tuple[str, ...]:
    image, listed = found.listed.image, found.listed
    return (
        image.id,
        found.kind.value,
        found.why,
        image.name or "",
        image.owner_id or "",
        image.state or "",
        "true" if found.shared else "false",
        iso(image.creation_date) if image.creation_date else "",
        iso(listed.last_launched) if listed.last_launched else "",
        found.root or "",
    )
