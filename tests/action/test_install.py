"""The action's own installation: this commit, and what requirements.txt pins by hash."""

import hashlib
import shutil
import sys
from pathlib import Path

import pytest

from tests.action.runner import ROOT, Job, Runner
from tests.precommit.program import WHEELS

pytestmark = pytest.mark.precommit
SHIPPED = (
    "action.yml",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    ".github/action",
    ".github/package",
    "checks",
    "policies",
    "src",
)
INPUTS = {
    "plan": "plan.json",
    "policy": "policy.yaml",
    "catalog": "catalog.json",
    "live": "off",
    "upload": "false",
}


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, runner: Runner) -> Runner:
    """The action in a checkout of its own, and pip without a network."""
    if not any(WHEELS.glob("hatchling-*.whl")):
        pytest.skip(f"NOT TESTED: there are no wheels in {WHEELS} (`make wheels` puts them there)")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", WHEELS.as_uri())
    for name in SHIPPED:
        target = tmp_path / "action" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, target, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, target)
    return Runner(runner.workspace, runner.temporary, tmp_path / "action")


def programs(runner: Runner) -> list[Path]:
    return list(runner.temporary.glob("assay-*/bin/assay"))


def test_the_commit_is_installed_for_each_use_and_judges(offline: Runner) -> None:
    """What an earlier step left in the temporary directory is not run, nor its settings heeded: the
    name of the environment cannot be foretold, and one that is there is not taken."""
    mark = hashlib.sha256(f"{offline.action.resolve()}\0{sys.version}".encode()).hexdigest()[:12]
    for name in (f"assay-{mark}", "assay-program-", "assay-program"):
        planted = offline.temporary / name / "bin" / "assay"
        planted.parent.mkdir(parents=True)
        planted.write_text("#!/bin/sh\nexit 0\n")
        planted.chmod(0o755)
        (planted.parent.parent / "ready").touch()
    before = programs(offline)
    settings = {"PIP_TARGET": str(offline.temporary / "elsewhere"), "PIP_NO_DEPS": "0"}
    job: Job = offline.use(settings, **INPUTS)
    assert (job.code, job.outputs["verdict"]) == (1, "fail"), job.log
    assert [each.action.partition("@")[0] for each in job.used] == ["actions/setup-python"]
    assert job.used[0].inputs["update-environment"] == "false"
    assert len(programs(offline)) == len(before) + 1
    assert not (offline.temporary / "elsewhere").exists()


def test_a_dependency_with_another_hash_is_refused(offline: Runner) -> None:
    pins = offline.action / ".github" / "action" / "requirements.txt"
    lines = pins.read_text().splitlines(keepends=True)
    at = next(number for number, line in enumerate(lines) if line.startswith("attrs=="))
    end = next(n for n in range(at + 1, len(lines)) if not lines[n].startswith(" "))
    pins.write_text("".join([*lines[: at + 1], f"    --hash=sha256:{'0' * 64}\n", *lines[end:]]))
    job = offline.use(**INPUTS)
    assert (job.outputs["exit-code"], job.outputs["verdict"]) == ("2", "error")
    assert job.code != 0
    assert "HASH" in job.log.upper()
    assert programs(offline) == []
