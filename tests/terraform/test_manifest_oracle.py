"""Manifests held against the real Terraform: it plans with the modules that we read, and no others."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.inputs.manifests import ADMITTED, CHANGED, EXCLUDED, REGISTRY, SAME, call, manifest

pytestmark = pytest.mark.terraform


def plans(terraform_alone: Callable[..., int], folder: Path, called: str, recorded: str) -> bool:
    """Whether Terraform plans with what is installed, without installing anything."""
    module = folder / ".terraform" / "modules" / "m"
    module.mkdir(parents=True)
    (module / "main.tf").write_text('output "a" {\n  value = 1\n}\n')
    for inside in ("x", "y", "x/y"):
        (module / inside).mkdir(exist_ok=True)
    (module.parent / "modules.json").write_text(recorded)
    (folder / "main.tf").write_text(called)
    return terraform_alone(folder, "plan", "-refresh=false") == 0


@pytest.mark.parametrize(("source", "recorded"), SAME)
def test_terraform_plans_with_the_same_source(
    terraform_alone: Callable[..., int], tmp_path: Path, source: str, recorded: str
) -> None:
    version = "1.0.0" if source.endswith("/aws") or "/aws//" in source else ""
    assert plans(terraform_alone, tmp_path, call(source), manifest(recorded, version))


@pytest.mark.parametrize(("source", "recorded"), CHANGED)
def test_terraform_does_not_plan_with_another_source(
    terraform_alone: Callable[..., int], tmp_path: Path, source: str, recorded: str
) -> None:
    assert not plans(terraform_alone, tmp_path, call(source), manifest(recorded))


@pytest.mark.parametrize(("constraint", "version"), ADMITTED)
def test_terraform_plans_with_a_version_that_is_let_through(
    terraform_alone: Callable[..., int], tmp_path: Path, constraint: str | None, version: str
) -> None:
    assert plans(
        terraform_alone, tmp_path, call("a/b/aws", constraint), manifest(REGISTRY, version)
    )


@pytest.mark.parametrize(("constraint", "version"), EXCLUDED)
def test_terraform_does_not_plan_with_another_version(
    terraform_alone: Callable[..., int], tmp_path: Path, constraint: str, version: str
) -> None:
    assert not plans(
        terraform_alone, tmp_path, call("a/b/aws", constraint), manifest(REGISTRY, version)
    )
