"""Terraform and moto for the tests of this folder, or why they are skipped; and what they counted."""

import importlib.util
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from tests.terraform.binary import MissingError, Terraform, locate

CONFIGURATIONS = Path(__file__).parent / "configurations"
NOTHING: Mapping[str, str] = {}
Prepare = Callable[..., Terraform]


@pytest.fixture(name="prepare", scope="session")
def _prepare(tmp_path_factory: pytest.TempPathFactory) -> Prepare:
    """Terraform, initialised for one configuration; files of it may be left out, or be told."""
    if importlib.util.find_spec("moto") is None:
        pytest.skip("NOT TESTED against what apply does: moto is not installed")

    def prepare(
        source: Path, files: Mapping[str, str] = NOTHING, *, without: Sequence[str] = ()
    ) -> Terraform:
        written = tmp_path_factory.mktemp("written")
        left = shutil.ignore_patterns(".terraform*", "*.json", *without)
        folder = shutil.copytree(source, written / source.name, ignore=left)
        for name, text in files.items():
            (folder / name).write_text(text)
        try:
            found = locate(written, tmp_path_factory.mktemp("home"))
        except MissingError as missing:
            pytest.skip(f"NOT TESTED against what apply does: {missing}")
        found.initialise(source.name)
        return found

    return prepare


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What was said before apply against what apply did, counted for each configuration."""
    lines = [
        str(value)
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        for name, value in getattr(report, "user_properties", ())
        if name == "applied" and report.when == "call"
    ]
    if lines:
        terminalreporter.section("said before apply, against what apply did")
        for line in lines:
            terminalreporter.write_line(line)
