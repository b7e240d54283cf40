"""A runner whose workspace holds the demo, as it is or as a pull request."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.action.branches import commit, git
from tests.action.runner import ROOT, Runner

DEMO = ROOT / "fixtures" / "demo"


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """In a workspace with plan.json, catalog.json, policy.yaml and main.tf of the demo."""
    workspace, temporary = tmp_path / "workspace", tmp_path / "temporary"
    temporary.mkdir()
    shutil.copytree(DEMO, workspace)
    return Runner(workspace, temporary)


@pytest.fixture
def pull_request(runner: Runner) -> Callable[..., Runner]:
    """Makes the workspace a pull request's checkout, with the base commit's beside it in `.base`."""
    if shutil.which("git") is None:
        pytest.skip("NOT TESTED: there is no git on PATH")

    def made(before: str | None, after: str | None, name: str = "assay.yaml") -> Runner:
        """The policy's text before and after; None is no such file."""
        workspace, policy = runner.workspace, runner.workspace / name
        text = (workspace / "policy.yaml").read_text()
        policy.parent.mkdir(parents=True, exist_ok=True)
        git(workspace, "init", "--quiet")
        if before is not None:
            policy.write_text(text + before)
        base = commit(workspace, "base")
        git(workspace, "clone", "--quiet", "--no-local", ".", ".base")
        if after is not None:
            policy.write_text(text + after)
        elif policy.exists():
            policy.unlink()
        (workspace / ".git" / "info" / "exclude").write_text("/.base\n")
        git(workspace, "add", "--all", ".")
        git(workspace, "commit", "--quiet", "--allow-empty", "--message", "pull request")
        return replace(runner, base=base)

    return made
