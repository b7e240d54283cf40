"""pre-commit for the tests of this folder: installed once for all processes, or skipped loudly."""

import os
from pathlib import Path

import pytest

from tests.precommit.program import MissingError, PreCommit, Repository, locate


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> PreCommit:
    """The hooks in a git repository; the environment they run in is not installed yet."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    try:
        return locate(shared)
    except MissingError as missing:
        pytest.skip(f"NOT TESTED with the real pre-commit: {missing}")


@pytest.fixture(scope="session")
def installed(published: PreCommit) -> PreCommit:
    """The hooks, ready to run."""
    try:
        published.install()
    except MissingError as missing:
        pytest.skip(f"NOT TESTED with the real pre-commit: {missing}")
    return published


@pytest.fixture
def repository(installed: PreCommit, tmp_path: Path) -> Repository:
    """A git repository of somebody who uses the hooks."""
    return installed.repository(tmp_path / "repository")
