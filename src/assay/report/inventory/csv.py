"""An inventory as CSV: one line for each image, and one for each place without images."""

import csv
from collections.abc import Mapping, Sequence
from datetime import datetime
from io import StringIO

from assay.model.inventory import Classified, Inventory, family
from assay.model.places_seen import PlaceSeen
from assay.model.times import iso
from assay.report.inventory.rows import as_cells
from assay.report.inventory.told import NOT_YOURS, age_days, by_image

_PLACE = ("account", "region", "place_state")
COLUMNS = (
    *_PLACE,
    *("image_id", "class", "why", "name", "owner", "state"),
    *("shared", "created", "last_launched", "root_image_id"),
    *("age_days", "deprecated", "snapshots", "snapshot_gb", "used_by", "scan_severity", "family"),
    "place_reason",
)


def render(found: Inventory) -> str:
    """The table, with a header."""
    text = StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    told = {(each.account, each.region): each for each in found.places}
    empty = dict(told)
    used = by_image(found.used)
    for image in found.images:
        place = told[image.account, image.region]
        empty.pop((image.account, image.region), None)
        table.writerow(_row(place, _image(image, found.as_of, used.get(image.listed.image.id, {}))))
    for place in empty.values():
        table.writerow(_row(place, ("",) * len(COLUMNS[len(_PLACE) : -1])))
    return text.getvalue()


def _row(place: PlaceSeen, image: Sequence[str]) -> list[str]:
    here = (place.account, place.region, place.state.value)
    return as_cells((*here, *image, place.reason or ""))


def _image(found: Classified, as_of: datetime, used: Mapping[str, int]) -> tuple[str, ...]:
    image, listed = found.listed.image, found.listed
    age = age_days(found, as_of)
    scan = image.scan_results
    return (
        image.id,
        found.kind.value,
        found.why,
        image.name or "",
        image.owner_id or "",
        image.state or "",
        "true" if found.shared else "false",
        _time(image.creation_date),
        NOT_YOURS if found.shared else _time(listed.last_launched),
        found.root or "",
        "" if age is None else str(age),
        _time(image.deprecation_time),
        " ".join(listed.snapshots),
        "" if listed.snapshot_gb is None else str(listed.snapshot_gb),
        ", ".join(f"{number} {kind}" for kind, number in used.items()),
        (scan.highest_finding_severity or "nothing found") if scan else "",
        family(image.name) or "",
    )


def _time(when: datetime | None) -> str:
    return iso(when) if when else ""
