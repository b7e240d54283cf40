"""An inventory as CSV, a line for each image and each place: a place without images has a line, too."""

import csv
from io import StringIO

from assay.model.inventory import Classified, Inventory
from assay.model.times import iso
from assay.report.inventory.rows import as_cell

COLUMNS = (
    *("account", "region", "place_state", "image_id", "class", "why", "name", "owner", "state"),
    *("shared", "created", "last_launched", "root_image_id", "place_reason"),
)


def render(found: Inventory) -> str:
    """The table, with a header."""
    by_place: dict[tuple[str, str], list[Classified]] = {}
    for image in found.images:
        by_place.setdefault((image.account, image.region), []).append(image)
    text = StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for place in found.places:
        rows = by_place.get((place.account, place.region), [])
        here = (place.account, place.region, place.state.value)
        for image in rows:
            table.writerow([as_cell(each) for each in (*here, *_image(image), place.reason or "")])
        if not rows:
            blank = [""] * (len(COLUMNS) - len(here) - 1)
            table.writerow([as_cell(each) for each in (*here, *blank, place.reason or "")])
    return text.getvalue()


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
