"""A runner whose workspace holds the demo."""

import shutil
from pathlib import Path

import pytest

from tests.action.runner import ROOT, Runner

DEMO = ROOT / "fixtures" / "demo"


@pytest.fixture
def runner(tmp_path: Path) -> Runner:
    """In a workspace with plan.json, catalog.json, policy.yaml and main.tf of the demo."""
    workspace, temporary = tmp_path / "workspace", tmp_path / "temporary"
    temporary.mkdir()
    shutil.copytree(DEMO, workspace)
    return Runner(workspace, temporary)
