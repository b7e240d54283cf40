"""The pictures in .github/assets show what the commands really print (`python -m fixtures.screenshots`)."""

import re
import sys
from xml.etree import ElementTree as ET

import pytest

if sys.platform == "win32":
    pytest.skip("no terminals to look at", allow_module_level=True)

from fixtures.screenshots import COLUMNS, COMMANDS, FOLDER, in_terminal, inventory_text, shown

_SVG = "{http://www.w3.org/2000/svg}"
_COLOUR = re.compile(r"\x1b\[[0-9;]+m")


@pytest.mark.parametrize(("name", "typed"), COMMANDS.items(), ids=list(COMMANDS))
def test_the_picture_shows_what_the_command_prints(name: str, typed: str) -> None:
    real = [line.rstrip() for line in _COLOUR.sub("", shown(typed)).splitlines()]
    assert text_of((FOLDER / name).read_text("utf-8")) == real
    assert max(map(len, real)) <= COLUMNS


def test_the_picture_of_an_inventory_shows_what_is_told_of_that_fleet() -> None:
    real = [line.rstrip() for line in _COLOUR.sub("", inventory_text()).splitlines()]
    assert text_of((FOLDER / "inventory.svg").read_text("utf-8")) == real


def text_of(svg: str) -> list[str]:
    """The lines of text in a picture, by where its pieces stand."""
    [matrix] = [
        group
        for group in ET.fromstring(svg).iter(f"{_SVG}g")
        if group.get("class", "").endswith("-matrix")
    ]
    rows: dict[float, list[tuple[float, str]]] = {}
    widths = []
    for piece in matrix.iter(f"{_SVG}text"):
        text = (piece.text or "").replace("\xa0", " ").replace("\n", "")
        if not text:
            continue
        rows.setdefault(float(piece.attrib["y"]), []).append((float(piece.attrib["x"]), text))
        widths.append(float(piece.attrib["textLength"]) / len(text))
    wide = sorted(widths)[len(widths) // 2]
    high = min(b - a for a, b in zip(sorted(rows), sorted(rows)[1:], strict=False))
    lines = [""] * (1 + round((max(rows) - min(rows)) / high))
    for y, pieces in rows.items():
        number = round((y - min(rows)) / high)
        for x, text in sorted(pieces):
            lines[number] = lines[number].ljust(round(x / wide)) + text
    return [line.rstrip() for line in lines]


@pytest.mark.parametrize("name", COMMANDS)
def test_a_picture_fetches_and_runs_nothing(name: str) -> None:
    svg = (FOLDER / name).read_text("utf-8")
    assert not re.search(r"url\((?!#)|href|<script|<image|@import|@font-face", svg)


@pytest.mark.parametrize("columns", [60, 132])
def test_the_report_fits_the_terminal(columns: int) -> None:
    typed = COMMANDS["check-fail.svg"].split()[1:]
    lines = _COLOUR.sub("", in_terminal(typed, columns)).splitlines()
    fixes = [line for line in lines if line.startswith("    fix: ")]
    assert fixes
    assert max(map(len, fixes)) <= columns
