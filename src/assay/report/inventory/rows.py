"""Rows of an answer as text, JSON or CSV."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from typing import Any

import msgspec

from assay.report.safe import safe

_FORMULA = frozenset("=+-@\t\r")


def render(names: Sequence[str], rows: Sequence[Sequence[Any]], form: str) -> str:
    """A table; `form` is text, json or csv."""
    if form == "json":
        found = [dict(zip(names, row, strict=True)) for row in rows]
        return msgspec.json.format(msgspec.json.encode(found), indent=1).decode() + "\n"
    if form == "csv":
        text = StringIO()
        table = csv.writer(text, lineterminator="\r\n")
        table.writerow(names)
        table.writerows(as_cells(map(_shown, row)) for row in rows)
        return text.getvalue()
    return aligned([names, *([safe(_shown(value)) for value in row] for row in rows)])


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """The rows as aligned columns."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))] if rows else []
    lines = (
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )
    return "".join(f"{line}\n" for line in lines)


def as_cells(row: Iterable[str]) -> list[str]:
    """Anybody may name an image: turn what a spreadsheet would run as a formula into text."""
    return [f"'{each}" if each[:1] in _FORMULA else each for each in row]


def _shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, list | dict | bool):
        return msgspec.json.encode(value).decode()
    return str(value)
