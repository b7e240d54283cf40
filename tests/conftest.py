"""Every test starts without the caller's AWS, assay, GitHub and Terraform settings."""

import gc
import os
from collections import defaultdict
from collections.abc import Iterator
from itertools import count
from typing import TYPE_CHECKING

import hypothesis
import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.emulator import Server, World
    from tests.judging import Emulated
    from tests.worlds import GoldenWorld

SCRUBBED = ("AWS_", "ASSAY_", "GITHUB_", "BOTO_", "TF_")
SCRUBBED_NAMES = (
    "NO_COLOR",
    "FORCE_COLOR",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "http_proxy",
    "https_proxy",
)

hypothesis.settings.register_profile("everyday", deadline=None, derandomize=True)
hypothesis.settings.register_profile("nightly", deadline=None, max_examples=10_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "everyday"))


def pytest_collection_finish() -> None:
    """What was collected stays until the end: looking for garbage need not look at it each time."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Path]":
    """Directories for the homes of tests. pytest would look at all that there are to number the next one."""
    folder = tmp_path_factory.mktemp("homes")
    return (folder / str(number) for number in count())


@pytest.fixture(autouse=True)
def scrubbed_environment(monkeypatch: pytest.MonkeyPatch, homes: "Iterator[Path]") -> None:
    """No credentials, no profile, no instance metadata, and a home of its own."""
    for name in list(os.environ):
        if name.startswith(SCRUBBED) or name in SCRUBBED_NAMES:
            monkeypatch.delenv(name)
    home = next(homes)
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(home / "aws-config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(home / "aws-credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture(scope="module")
def served() -> "Iterator[Emulated]":
    """An emulated AWS that nobody has credentials for yet."""
    from tests.judging import emulate

    with emulate() as running:
        yield running


@pytest.fixture
def emulated(served: "Emulated", monkeypatch: pytest.MonkeyPatch) -> "Emulated":
    """An emulated AWS with the workload account's credentials; its world is replaced by `show`."""
    from tests.judging import credentials

    credentials(monkeypatch, served.server)
    return served


@pytest.fixture
def world() -> "World":
    """An AWS in which nothing has been made yet."""
    from tests.emulator import World

    return World()


@pytest.fixture
def golden() -> "GoldenWorld":
    """One in which a pipeline has made, marked and shared an image."""
    from tests.worlds import GoldenWorld

    return GoldenWorld()


@pytest.fixture
def server(golden: "GoldenWorld") -> "Iterator[Server]":
    """That world, served over HTTP."""
    from tests.emulator import serve

    with serve(golden.world) as running:
        yield running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The fault matrix as a table: which operation, broken how, and whether the verdicts held."""
    cells: dict[str, dict[str, str]] = defaultdict(dict)
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, cell in getattr(report, "user_properties", ()):
                if name == "cell" and report.when == "call":
                    fault, operation = cell
                    cells[fault][operation] = "ok" if outcome == "passed" else "FAILED"
    if not cells:
        return
    operations = sorted({name for row in cells.values() for name in row})
    width = max(map(len, cells))
    terminalreporter.section(
        f"fault matrix: {sum(map(len, cells.values()))} cells, "
        f"{sum(list(row.values()).count('FAILED') for row in cells.values())} failed"
    )
    for number, operation in enumerate(operations, 1):
        terminalreporter.write_line(f"  {number}: {operation}")
    numbers = "".join(f"{number:>8}" for number in range(1, len(operations) + 1))
    terminalreporter.write_line(f"{'':<{width}}{numbers}")
    for fault, row in sorted(cells.items()):
        marks = "".join(f"{row.get(operation, '-'):>8}" for operation in operations)
        terminalreporter.write_line(f"{fault:<{width}}{marks}")
