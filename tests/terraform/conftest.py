"""Terraform for the tests of this folder: initialised once, or skipped loudly."""

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.terraform.binary import SETTINGS, TERRAFORM_SECONDS, MissingError, Terraform, locate

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


@pytest.fixture(scope="session")
def terraform_alone() -> Callable[..., int]:
    """Runs Terraform in a folder, without any provider, and says how it ended."""
    binary = shutil.which("terraform")
    if binary is None:
        pytest.skip("NOT TESTED with the real Terraform: there is no `terraform` on PATH")

    def run(folder: Path, command: str, *arguments: str) -> int:
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(folder),
            **SETTINGS,
        }
        return subprocess.run(
            [binary, f"-chdir={folder}", command, "-no-color", "-input=false", *arguments],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=TERRAFORM_SECONDS,
        ).returncode

    return run
