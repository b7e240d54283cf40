"""The table of malformed configurations held against the real Terraform: it refuses what we refuse."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.sources.malformed import REFUSED, TAKEN, Case
from tests.terraform.binary import TERRAFORM_SECONDS

pytestmark = pytest.mark.terraform


@pytest.fixture(name="binary", scope="module")
def _binary() -> str:
    binary = shutil.which("terraform")
    if binary is None:
        pytest.skip("NOT TESTED with the real Terraform: there is no `terraform` on PATH")
    return binary


def plans(binary: str, folder: Path, files: Case) -> bool:
    """Whether Terraform makes a plan of some files; none of them needs a provider."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    environment = {
        "PATH": os.environ.get("PATH", os.defpath),
        "HOME": str(folder),
        "TF_IN_AUTOMATION": "1",
        "CHECKPOINT_DISABLE": "1",
    }
    return all(
        subprocess.run(
            [binary, f"-chdir={folder}", *command, "-no-color", "-input=false"],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=TERRAFORM_SECONDS,
        ).returncode
        == 0
        for command in (["init", "-backend=false"], ["plan", "-refresh=false"])
    )


@pytest.mark.parametrize("name", REFUSED)
def test_terraform_makes_no_plan_of_what_is_refused(binary: str, tmp_path: Path, name: str) -> None:
    if "ephemeral" in name:
        pytest.skip("needs a provider that has ephemeral resources")
    assert not plans(binary, tmp_path, REFUSED[name][0])


@pytest.mark.parametrize("files", TAKEN.values(), ids=TAKEN)
def test_terraform_makes_a_plan_of_what_is_taken(binary: str, tmp_path: Path, files: Case) -> None:
    assert plans(binary, tmp_path, files)
