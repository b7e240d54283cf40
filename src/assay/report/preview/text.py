"""A preview on a terminal."""

from assay.model.preview import Preview
from assay.report.inventory.rows import aligned
from assay.report.preview.tables import notes, summary, tables, title
from assay.report.safe import safe


def render(found: Preview, source: str) -> str:
    """The whole report; `source` says whose criteria they are."""
    lines = [f"{safe(title(found, source))}\n\n"]
    for table in tables(found):
        lines.append(f"{table.heading}:\n")
        lines.append(aligned([table.columns, *(tuple(map(safe, row)) for row in table.rows)]))
        if table.more:
            lines.append(f"and {table.more} more: --format json lists all of them\n")
        lines.append("\n")
    lines += [f"{safe(each)}\n" for each in notes(found)]
    return "".join([*lines, f"{summary(found)}\n"])
