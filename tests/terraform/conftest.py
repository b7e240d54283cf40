"""Terraform for the tests of this folder: initialised once, or skipped loudly."""

from pathlib import Path

import pytest

from tests.terraform.binary import MissingError, Terraform, locate

CONFIGURATIONS = Path(__file__).parent / "configurations"


@pytest.fixture(scope="session")
def terraform(tmp_path_factory: pytest.TempPathFactory) -> Terraform:
    """Terraform, initialised once for all configurations beside this file."""
    try:
        found = locate(CONFIGURATIONS, tmp_path_factory.mktemp("terraform"))
    except MissingError as missing:
        pytest.skip(f"NOT TESTED with the real Terraform: {missing}")
    others = [folder.name for folder in CONFIGURATIONS.iterdir() if folder.name != "fleet"]
    found.initialise("fleet", *others)
    return found
