"""Whatever is broken between checkov and assay: FAILED, exit code 1, and the reason is told.

The plan is all golden, so that nothing but the fault can fail it.
"""

import json
import os
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.checkov.running import CHECKS, FIXTURES, Checkov, Run, plan_options
from tests.checkov.test_engine import planned
from tests.checkov.worlds import asked, report, settled
from tests.plans import plan as made
from tests.plans import resource

pytestmark = pytest.mark.checkov
GOLDEN = FIXTURES.parent / "policies" / "single-pipeline" / "passing"
PLAN = GOLDEN / "plan.json"
Spoil = Callable[[dict[str, Any]], Any]


@pytest.fixture(scope="module")
def good() -> dict[str, Any]:
    """assay's report on the golden plan."""
    return report(GOLDEN)


def all_failed(run: Run, good: dict[str, Any]) -> None:
    """Every resource that would have passed has failed, in every family that was asked."""
    addresses = {verdict["address"] for verdict in good["verdicts"]}
    assert run.records("passed") == {}
    assert addresses <= set(run.records("failed"))
    assert run.code == 1


# ----------------------------------------------------------------------------------- the command

COMMANDS = {
    "crashes": ("echo Traceback >&2; echo 'KeyError: 1' >&2; exit 1", "not JSON"),
    "killed": ("kill -9 $$", "exit code -9: it does not say why"),
    "unknown-exit-code": ("cat {good}; exit 70", "exit code 70"),
    "no-verdict": ("echo 'assay: no policy here' >&2; exit 2", "has no verdict: assay: no policy"),
    "report-and-exit-2": ("cat {good}; exit 2", "has no verdict"),
    "silent": ("exit 0", "not JSON"),
    "rubbish": ("echo hello", "not JSON"),
    "binary": ("head -c 1000 /dev/urandom", "not JSON"),
    "escapes": ("printf '\\033[2Jno\\033[0m\\n' >&2; exit 2", "no verdict: ?[2Jno?[0m"),
    "other-json": ("echo '{{\"ok\": true}}'", "not a report of assay's"),
    "just-a-string": ("echo '\"pass\"'", "not a report of assay's"),
    "cut-short": ("head -c 2000 {good}", "cut short"),
    "cut-short-and-failed": ("head -c 2000 {good}; exit 3", "cut short"),
    "two-reports": ("cat {good} {good}", "not JSON"),
    "exit-code-of-a-failure": ("cat {good}; exit 1", "exit code 1 does not fit the report: pass"),
    "another-plan": ("cat {other}; exit 1", "the report is of another plan"),
}


@pytest.mark.parametrize("fault", COMMANDS)
def test_a_broken_command(
    checkov: Checkov, good: dict[str, Any], tmp_path: Path, fault: str
) -> None:
    script, reason = COMMANDS[fault]
    files = {"good": tmp_path / "good.json", "other": tmp_path / "other.json"}
    files["good"].write_text(json.dumps(good))
    files["other"].write_text(json.dumps(report(FIXTURES / "demo")) if "other" in script else "")
    run = checkov(
        *plan_options(PLAN), cwd=tmp_path, env={"ASSAY_BIN": fake(tmp_path, script.format(**files))}
    )
    all_failed(run, good)
    (told,) = run.reasons()
    assert reason in told
    assert str(PLAN) in told


def test_a_command_that_is_not_there(
    checkov: Checkov, good: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / "assay").write_text("#!/bin/sh\necho planted")
    (tmp_path / "assay").chmod(0o700)
    for env in (
        {"PATH": f"/usr/bin:.:{os.pathsep}"},  # nor the one that the scanned directory brings
        {"ASSAY_BIN": "/nowhere/assay"},
        {"ASSAY_BIN": str(PLAN)},
        {"ASSAY_BIN": "assay; true", "PATH": str(tmp_path)},
    ):
        run = checkov(*plan_options(PLAN), cwd=tmp_path, env=env)
        all_failed(run, good)
        assert "there is no command" in run.reasons()[0], env


def test_a_command_that_hangs_is_ended_with_all_that_it_started(
    checkov: Checkov, good: dict[str, Any], tmp_path: Path
) -> None:
    child = tmp_path / "child"
    script = f"sleep 600 & echo $! > {child}; cat {tmp_path / 'good.json'}; sleep 600"
    (tmp_path / "good.json").write_text(json.dumps(good))
    env = {"ASSAY_BIN": str(fake(tmp_path, script)), "ASSAY_CHECKOV_TIMEOUT": "0.7"}
    began = time.monotonic()
    run = checkov(*plan_options(PLAN), cwd=tmp_path, env=env)
    assert time.monotonic() - began < 60
    all_failed(run, good)
    assert "did not end within 0.7 seconds" in run.reasons()[0]
    assert is_gone(int(child.read_text()))


@pytest.mark.parametrize("seconds", ["0", "-1", "nan", "inf", "soon", "86401"])
def test_a_limit_that_is_none(
    checkov: Checkov, good: dict[str, Any], tmp_path: Path, seconds: str
) -> None:
    env = {**asked(GOLDEN), "ASSAY_CHECKOV_TIMEOUT": seconds}
    run = checkov(*plan_options(PLAN, only="CKV_ASSAY_1"), cwd=tmp_path, env=env)
    all_failed(run, good)
    assert f"ASSAY_CHECKOV_TIMEOUT={seconds} is not between" in run.reasons()[0]


def test_who_wants_to_hear_nothing_of_what_is_not_determined_hears_of_faults(
    checkov: Checkov, good: dict[str, Any], tmp_path: Path
) -> None:
    env = {"ASSAY_BIN": "/nowhere/assay", "ASSAY_CHECKOV_UNDETERMINED": "unknown"}
    all_failed(checkov(*plan_options(PLAN), cwd=tmp_path, env=env), good)


def test_a_plan_without_images_needs_a_verdict_all_the_same(
    checkov: Checkov, tmp_path: Path
) -> None:
    """An AMI id may stand anywhere; that there is none is assay's to say."""
    changes = [resource("aws_vpc.main", {})]
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps(made(*changes) | {"planned_values": planned(changes)}))
    run = checkov(*plan_options(plan), cwd=tmp_path, env={"ASSAY_BIN": "/nowhere/assay"})
    assert list(run.records("failed")) == ["aws.default"]
    assert run.code == 1
    run = checkov(*plan_options(plan), cwd=tmp_path, env=asked(GOLDEN))
    assert (run.code, run.records("failed"), run.records("passed")) == (0, {}, {})


# ------------------------------------------------------------------------------------ the report


def _sha(spoilt: dict[str, Any]) -> None:
    spoilt["inputs"][0]["sha256"] = "0" * 64


def _as_of(by: timedelta) -> Spoil:
    return lambda spoilt: spoilt.update(as_of=(datetime.now(UTC) + by).isoformat())


REPORTS: dict[str, tuple[Spoil, str]] = {
    "of-the-plan-before-it-changed": (_sha, "another plan, or of this one before it changed"),
    "of-the-day-before-yesterday": (_as_of(-timedelta(days=2)), "which is not now"),
    "of-a-time-to-come": (_as_of(timedelta(days=30)), "which is not now"),
    "of-another-tool": (lambda spoilt: spoilt["tool"].update(name="assai"), "another tool"),
    "of-a-later-form": (lambda spoilt: spoilt.update(schema_version=2), "schema_version 2"),
    "verdict-missing": (lambda spoilt: spoilt["verdicts"].pop(), "verdicts are missing"),
    "count-forged": (
        lambda spoilt: spoilt.update(settled({**spoilt, "verdicts": spoilt["verdicts"][:-1]})),
        "references of inputs",
    ),
    "input-missing": (lambda spoilt: spoilt.update(inputs=[]), "no inputs"),
    "of-code": (lambda spoilt: spoilt["inputs"][0].update(kind="hcl"), "another plan"),
}


@pytest.mark.parametrize("fault", REPORTS)
def test_a_report_that_is_not_to_be_believed(
    checkov: Checkov, good: dict[str, Any], tmp_path: Path, fault: str
) -> None:
    spoil, reason = REPORTS[fault]
    spoilt = json.loads(json.dumps(good))
    spoil(spoilt)
    (tmp_path / "report.json").write_text(json.dumps(spoilt))
    env = {**asked(GOLDEN), "ASSAY_REPORT": "report.json"}
    run = checkov(*plan_options(PLAN, only="CKV_ASSAY_1"), cwd=tmp_path, env=env)
    all_failed(run, good)
    assert reason in run.reasons()[0]


@pytest.mark.parametrize("fault", ["missing", "empty", "directory"])
def test_a_report_that_cannot_be_read(
    checkov: Checkov, good: dict[str, Any], tmp_path: Path, fault: str
) -> None:
    path = tmp_path / "report.json"
    if fault == "empty":
        path.touch()
    if fault == "directory":
        path.mkdir()
    env = {**asked(GOLDEN), "ASSAY_REPORT": str(path)}
    run = checkov(*plan_options(PLAN), cwd=tmp_path, env=env)
    all_failed(run, good)
    assert f"ASSAY_REPORT {path}" in run.reasons()[0]


def test_a_report_says_nothing_of_the_plan_that_took_its_place(
    checkov: Checkov, good: dict[str, Any], tmp_path: Path
) -> None:
    """The stale report as it happens: planned again, and the report forgotten."""
    (tmp_path / "report.json").write_text(json.dumps(good))
    plan = json.loads(PLAN.read_text())
    plan["timestamp"] = "2026-11-21T12:00:00Z"
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    run = checkov(
        *plan_options(tmp_path / "plan.json"), cwd=tmp_path, env={"ASSAY_REPORT": "report.json"}
    )
    all_failed(run, good)


def test_a_resource_that_the_report_is_silent_on(
    checkov: Checkov, good: dict[str, Any], tmp_path: Path
) -> None:
    """A report that agrees with itself, and leaves out an image that the plan names."""
    left_out = good["verdicts"][0]["address"]
    verdicts = [each for each in good["verdicts"] if each["address"] != left_out]
    silent = settled({**good, "verdicts": verdicts})
    silent["inputs"] = [{**silent["inputs"][0], "references": len(verdicts)}]
    (tmp_path / "report.json").write_text(json.dumps(silent))
    env = {"ASSAY_REPORT": "report.json"}
    run = checkov(*plan_options(PLAN, only="CKV_ASSAY_1"), cwd=tmp_path, env=env)
    assert run.records("failed") == {left_out: ["CKV_ASSAY_1"]}
    assert "names an image, and the report says nothing of it" in run.reasons()[0]
    assert run.code == 1


# ----------------------------------------------------------------------------------- the checks


BROKEN = {
    "assay_engine": (
        "raise RuntimeError('of no use')",
        "the checks cannot be loaded: RuntimeError",
    ),
    "assay_sources": ("import nowhere_to_be_found", "the checks cannot be loaded: ModuleNotFound"),
    "assay_report": ("def parse(", "the checks cannot be loaded: SyntaxError"),
    "assay_scanned": ("read_plan = None", "a bug in the checks: TypeError"),
    "assay_command": ("def run(*_): raise MemoryError", "a bug in the checks: MemoryError"),
}


@pytest.mark.parametrize("module", BROKEN)
def test_broken_checks(checkov: Checkov, good: dict[str, Any], tmp_path: Path, module: str) -> None:
    """checkov takes what raises for nothing to say, and leaves with 0."""
    line, reason = BROKEN[module]
    folder = tmp_path / "checks"
    shutil.copytree(CHECKS, folder, ignore=shutil.ignore_patterns("__pycache__", "*.yaml"))
    with (folder / f"{module}.py").open("a") as file:
        file.write(f"\n{line}\n")
    run = checkov(*plan_options(PLAN), cwd=tmp_path, env=asked(GOLDEN), checks=folder)
    all_failed(run, good)
    assert any(reason in told for told in run.reasons())


def fake(folder: Path, script: str) -> Path:
    """A command that does as a script says."""
    path = folder / "fake-assay"
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o700)
    return path


def is_gone(pid: int) -> bool:
    """Whether a process ends within a few seconds; one that nobody waits for stays a zombie."""
    status = Path(f"/proc/{pid}/status")
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        if status.exists() and "State:\tZ" in status.read_text():
            return True
        time.sleep(0.05)
    return False
