"""The five phases of governance: the same commands in the README and on their page."""

import re
from pathlib import Path

from assay.cli import COMMANDS
from tests.pages import command_lines

ROOT = Path(__file__).resolve().parents[1]
PHASES = ("inventory", "marking", "Allowed AMIs", "remediation", "observability")


def table(text: str) -> dict[str, str]:
    """The command by phase."""
    rows = re.findall(r"^\| [1-5] (.*?)(?: \||:).*?`(assay [^`]+)`", text, re.MULTILINE)
    return dict(rows)


def test_the_five_phases_have_one_command_each() -> None:
    readme, page = (
        table(text.read_text()) for text in (ROOT / "README.md", ROOT / "docs" / "governance.md")
    )
    assert tuple(readme) == PHASES
    assert readme == page
    assert all(each.split()[1] in COMMANDS for each in readme.values())


def test_the_commands_of_their_page_are_among_those_that_are_held_against_the_program() -> None:
    """`tests/test_readme.py` does so with what this finds."""
    found = [*command_lines((ROOT / "docs" / "governance.md").read_text())]
    assert len(found) > 12
