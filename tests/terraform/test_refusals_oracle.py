"""The table of malformed configurations held against the real Terraform: it refuses what we refuse."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.inputs.malformed import REFUSED, TAKEN, Case

pytestmark = pytest.mark.terraform


def plans(terraform_alone: Callable[..., int], folder: Path, files: Case) -> bool:
    """Whether Terraform makes a plan of some files; none of them needs a provider."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return all(
        terraform_alone(folder, *command) == 0
        for command in (("init", "-backend=false"), ("plan", "-refresh=false"))
    )


@pytest.mark.parametrize("name", REFUSED)
def test_terraform_makes_no_plan_of_what_is_refused(
    terraform_alone: Callable[..., int], tmp_path: Path, name: str
) -> None:
    if "ephemeral" in name:
        pytest.skip("needs a provider that has ephemeral resources")
    assert not plans(terraform_alone, tmp_path, REFUSED[name][0])


@pytest.mark.parametrize("files", TAKEN.values(), ids=TAKEN)
def test_terraform_makes_a_plan_of_what_is_taken(
    terraform_alone: Callable[..., int], tmp_path: Path, files: Case
) -> None:
    assert plans(terraform_alone, tmp_path, files)
