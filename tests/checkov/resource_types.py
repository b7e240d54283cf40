"""Writes checks/assay_resource_types.py: `python -m tests.checkov.resource_types`."""

from collections.abc import Iterator
from pathlib import Path

from assay.inputs.surface import rows_by_type

FILE = Path(__file__).resolve().parents[2] / "checks" / "assay_resource_types.py"

_HEAD = '''\
"""The resource types that name images: the top-level attributes that do, and what of.

Generated from assay's own table, src/assay/inputs/surface, by
`python -m tests.checkov.resource_types`; a test holds the two equal.
"""

from __future__ import annotations

RESOURCE_TYPES: dict[str, tuple[tuple[str, str], ...]] = {
'''


def lines() -> Iterator[str]:
    yield _HEAD
    for resource_type, rows in sorted(rows_by_type().items()):
        pairs = dict.fromkeys((row.top, row.kind.value) for row in rows)
        inside = "".join(f'        ("{top}", "{kind}"),\n' for top, kind in pairs)
        short = ", ".join(f'("{top}", "{kind}")' for top, kind in pairs)
        one = f'    "{resource_type}": ({short}{"," if len(pairs) == 1 else ""}),\n'
        yield one if len(one) <= 101 else f'    "{resource_type}": (\n{inside}    ),\n'
    yield "}\n"


def text() -> str:
    return "".join(lines())


if __name__ == "__main__":
    FILE.write_text(text())
