"""The real checkov for the tests of this folder: installed once, or skipped loudly."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.checkov.environment import MissingError, locate
from tests.checkov.running import CHECKS, Checkov

sys.path.insert(0, str(CHECKS))  # as checkov does; the checks import one another by bare names


@pytest.fixture(scope="session")
def commands() -> Path:
    """The directory of checkov's command and of its Python."""
    try:
        return locate()
    except MissingError as missing:
        pytest.skip(f"NOT TESTED with the real checkov: {missing}")


@pytest.fixture(scope="session")
def checkov(commands: Path) -> Iterator[Checkov]:
    """checkov, ready to be run many times."""
    running = Checkov(commands)
    yield running
    running.close()
