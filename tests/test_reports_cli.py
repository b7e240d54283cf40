"""What a person and a pipeline get from `assay check`: less, more, and several formats in one pass."""

import json
import re
from pathlib import Path

import pytest

from tests import command
from tests.report.golden import FOLDER

DEMO = Path(__file__).resolve().parent.parent / "fixtures" / "demo"
ASK = ("check", "plan.json", "--catalog", "catalog.json", "--policy", "policy.yaml")


def check(*options: str, env: dict[str, str] | None = None) -> command.Run:
    return command.assay(*ASK, "--as-of", "2026-11-21T12:00:00Z", *options, cwd=DEMO, env=env)


@pytest.mark.parametrize(
    ("options", "golden"),
    [
        ((), "demo-plain.txt"),
        (("-q",), "demo-quiet.txt"),
        (("--quiet",), "demo-quiet.txt"),
        (("-v",), "demo-verbose.txt"),
        (("--verbose", "-q"), "demo-quiet.txt"),
        (("--color", "always"), "demo-colour.txt"),
        (("--format", "markdown"), "demo.md"),
        (("--format", "github"), "demo.github"),
        (("--format", "azure"), "demo.azure"),
    ],
)
def test_each_way_to_ask_gives_the_report_that_was_read(
    options: tuple[str, ...], golden: str
) -> None:
    run = check(*options)
    assert (run.code, run.stderr) == (1, "")
    made = r"made at: 2\S+ \S+ UTC"
    told = re.sub(made, "made at: then", (FOLDER / golden).read_text("utf-8"))
    assert re.sub(made, "made at: then", run.stdout) == told


def test_the_environment_may_ask_too() -> None:
    quiet = (FOLDER / "demo-quiet.txt").read_text("utf-8")
    assert check(env={"ASSAY_QUIET": "1"}).stdout == quiet
    assert check(env={"ASSAY_VERBOSE": "1", "ASSAY_QUIET": "1"}).stdout == quiet


def test_files_are_the_same_whatever_the_terminal(tmp_path: Path) -> None:
    names = {"text": "demo-plain.txt", "markdown": "demo.md", "azure": "demo.azure"}
    wanted = [word for name in names for word in ("-o", f"{name}={tmp_path / name}")]
    run = check("--format", "github", "--color", "always", *wanted, env={"COLUMNS": "60"})
    assert run.stdout == (FOLDER / "demo.github").read_text("utf-8")
    for name, golden in names.items():
        assert (tmp_path / name).read_text("utf-8") == (FOLDER / golden).read_text("utf-8")


def test_a_step_that_must_not_fail_is_not_failed_by_its_log() -> None:
    failing, lenient = check("--format", "azure"), check("--format", "azure", "--exit-zero")
    assert (failing.code, lenient.code) == (1, 0)
    assert "##vso[task.complete result=Failed;]" in failing.stdout
    assert "##vso[task.complete result=SucceededWithIssues;]" in lenient.stdout


def test_a_time_elsewhere_is_shown_as_the_moment_that_it_is(tmp_path: Path) -> None:
    wanted = [word for name in ("json", "junit") for word in ("-o", f"{name}={tmp_path / name}")]
    asked = ("check", "plan.json", "--catalog", "catalog.json", "--policy", "policy.yaml", "-v")
    run = command.assay(*asked, "--as-of", "2026-11-21T23:30:00-05:00", *wanted, cwd=DEMO)
    assert run.code == 1
    for told in (run.stdout, (tmp_path / "json").read_text(), (tmp_path / "junit").read_text()):
        assert "2026-11-22T04:30" in told.replace("2026-11-22 04:30", "2026-11-22T04:30")
        assert "23:30" not in told
    report = json.loads((tmp_path / "json").read_text())
    assert report["as_of"] == "2026-11-22T04:30:00Z"
    far = command.assay(*asked, "--as-of", "0001-01-01T00:00:00+05:00", cwd=DEMO)
    assert (far.code, far.stdout) == (2, "")
    assert "is not a date or time such as" in far.stderr


def test_the_category_marks_the_comment() -> None:
    run = check("--format", "markdown", "--category", "prod/eu")
    assert run.stdout.startswith("<!-- assay:prod/eu -->\n## ❌ assay `prod/eu`: FAIL\n")
