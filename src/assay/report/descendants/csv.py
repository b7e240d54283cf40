"""A family of images as CSV: one line for each image, and one for each place that was not seen."""

import csv
from collections.abc import Iterator
from io import StringIO

from assay.model.descent import Descent, GoldenSource, Relative
from assay.model.times import iso
from assay.report.descendants.words import badges
from assay.report.inventory.rows import as_cells
from assay.report.unseen import unseen

COLUMNS = (
    *(
        "row",
        "image_id",
        "account",
        "region",
        "owner",
        "parent",
        "parent_region",
        "edge",
        "weakest",
    ),
    *("depth", "class", "name", "created", "golden_source_created", "scan", "badges"),
    *("used_by", "addresses", "golden_sources", "told"),
)


def render(found: Descent) -> str:
    """The table, with a header; gaps and places that were not seen get separate rows."""
    text = StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    table.writerows(map(as_cells, _rows(found)))
    return text.getvalue()


def _rows(found: Descent) -> Iterator[tuple[str, ...]]:
    for what, images in (("base", found.bases), ("descendant", found.descendants)):
        yield from ((what, *_image(each), "") for each in images)
    for each in found.hidden_addresses:
        yield _line("hidden", f"{each.input}: {each.address} (sensitive)")
    told = (("contradiction", found.contradictions), ("note", found.notes), ("gap", found.gaps))
    for what, lines in told:
        yield from (_line(what, line) for line in lines)
    for place in found.unseen:
        line = list(_line("not seen", unseen(place)))
        line[COLUMNS.index("account")] = place.account
        line[COLUMNS.index("region")] = place.region
        yield tuple(line)


def _line(what: str, told: str) -> tuple[str, ...]:
    return (what, *([""] * (len(COLUMNS) - 2)), told)


def _source(found: GoldenSource) -> str:
    return f"{found.region}/{found.image_id}:{iso(found.created) if found.created else 'unknown'}"


def _image(one: Relative) -> tuple[str, ...]:
    return (
        one.image_id,
        one.account or "",
        one.region,
        one.owner or "",
        one.parent or "",
        one.parent_region or "",
        one.edge or "",
        one.weakest or "",
        str(one.depth),
        one.kind or "",
        one.name or "",
        iso(one.created) if one.created else "",
        iso(one.golden_source_created) if one.golden_source_created else "",
        one.scan,
        " ".join(each.replace(" ", "-") for each in badges(one)),
        " ".join(f"{each.type}:{each.id}" for each in one.used_by),
        " ".join(each.address for each in one.addresses),
        " ".join(map(_source, one.golden_sources)),
    )
