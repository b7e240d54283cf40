"""`check --record` and `report verify`: a report is bound to what it was made from."""

import hashlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import command
from tests.command import POLICY, Run, talking_to
from tests.emulator import serve
from tests.plans import dump, instance, plan
from tests.worlds import WORKLOAD, GoldenWorld

Ask = Callable[..., Run]


@pytest.fixture(name="judged")
def _judged(tmp_path: Path) -> Iterator[GoldenWorld]:
    """A folder with a plan, a policy, a report, and the answers that it was judged by."""
    world = GoldenWorld()
    (tmp_path / "assay.yaml").write_text(POLICY)
    good, bad = world.copy(), world.home_made()
    document = plan(instance("aws_instance.a", good), instance("aws_instance.b", bad))
    (tmp_path / "plan.json").write_bytes(dump(document))
    with serve(world.world) as server:
        run = command.assay(
            *("check", "plan.json", "--record", "answers.json", "-o", "json=report.json"),
            cwd=tmp_path,
            env={**talking_to(server.url, WORKLOAD), "ASSAY_CACHE_DIR": str(tmp_path / "cache")},
        )
        assert run.code == 1, run.stderr
        yield world


def verify(folder: Path, *options: str) -> Run:
    grounds = ("--plan", "plan.json", "--catalog", "answers.json")
    return command.assay("report", "verify", "report.json", *grounds, *options, cwd=folder)


def change(folder: Path, name: str, what: Callable[[Any], None]) -> None:
    document = json.loads((folder / name).read_text())
    what(document)
    (folder / name).write_text(json.dumps(document))


@pytest.mark.usefixtures("judged")
def test_what_was_judged_live_is_judged_the_same_by_its_own_answers(tmp_path: Path) -> None:
    run = verify(tmp_path)
    assert (run.code, run.stderr) == (0, ""), run.stdout
    assert run.stdout.startswith("equal: report.json")
    answers = (tmp_path / "answers.json").read_bytes()
    told = json.loads((tmp_path / "report.json").read_text())["catalog"]
    assert (told["kind"], told["sha256"]) == ("live", hashlib.sha256(answers).hexdigest())
    change(tmp_path, "report.json", lambda report: report["catalog"].update(sha256=None))
    assert "contains no digest of its answers" in verify(tmp_path).stderr
    assert (tmp_path / "answers.json").stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("judged")
def test_a_report_of_recorded_answers_names_them(tmp_path: Path) -> None:
    again = ("check", "plan.json", "--catalog", "answers.json", "-o", "json=report.json")
    assert command.assay(*again, cwd=tmp_path).code == 1
    run = verify(tmp_path)
    assert (run.code, run.stderr) == (0, ""), run.stdout
    change(tmp_path, "answers.json", lambda document: None)  # the same answers, other bytes
    run = verify(tmp_path)
    assert run.code == 1
    assert "catalog.sha256: " in run.stdout


@pytest.mark.usefixtures("judged")
def test_a_verdict_that_was_changed_is_told(tmp_path: Path) -> None:
    def whitewash(report: Any) -> None:
        bad = next(each for each in report["verdicts"] if each["outcome"] == "fail")
        bad["outcome"] = "pass"

    change(tmp_path, "report.json", whitewash)
    run = verify(tmp_path)
    assert run.code == 1
    assert "aws_instance.b ami" in run.stdout
    assert '.outcome: "pass" in the report, "fail" now' in run.stdout


@pytest.mark.usefixtures("judged")
def test_another_plan_and_another_policy_are_told_by_digest(tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes((tmp_path / "plan.json").read_bytes() + b"\n")
    (tmp_path / "assay.yaml").write_text(f"{POLICY}# the same\n")
    run = verify(tmp_path)
    assert run.code == 1
    assert "policy.sha256: " in run.stdout
    assert "inputs[plan.json].sha256: " in run.stdout
    more = verify(tmp_path, "--plan", "assay.yaml")
    assert (more.code, more.stdout) == (2, "")
    (tmp_path / "second.json").write_bytes((tmp_path / "plan.json").read_bytes())
    more = verify(tmp_path, "--plan", "second.json")
    assert "inputs[second.json]: nothing in the report, " in more.stdout


@pytest.mark.usefixtures("judged")
def test_what_is_no_report_is_one_line(tmp_path: Path) -> None:
    for content in (b"", b"[]", b"{}", b'{"schema_version": 2, "verdicts": [], "as_of": "x"}'):
        (tmp_path / "report.json").write_bytes(content)
        run = verify(tmp_path)
        assert (run.code, run.stdout, run.stderr.count("\n")) == (2, "", 1)
        assert "report.json: is" in run.stderr


@pytest.mark.usefixtures("judged")
@pytest.mark.parametrize("name", ["as_of", "policy", "catalog", "tool", "inputs", "verdicts"])
@pytest.mark.parametrize("value", [None, 5, "x", [], {"path": 5}, ["x"]])
def test_a_report_that_somebody_wrote_by_hand_is_told_in_lines(
    tmp_path: Path, name: str, value: object
) -> None:
    change(tmp_path, "report.json", lambda report: report.update({name: value}))
    run = verify(tmp_path)
    assert run.code in (0, 1, 2)
    assert run.code or name in ("tool", "catalog")  # of these, a note says what is not proven
    assert run.code or "report" in run.stderr
    assert "internal error" not in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.usefixtures("judged")
def test_the_policy_is_the_one_that_the_report_names(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "assay.yaml").rename(tmp_path / "policies" / "strict.yaml")
    given = ("--catalog", "answers.json", "--policy", "policies/strict.yaml")
    again = command.assay("check", "plan.json", *given, "-o", "json=report.json", cwd=tmp_path)
    assert again.code == 1
    assert verify(tmp_path).code == 0
    (tmp_path / "assay.yaml").write_text(f"{POLICY}# another\n")
    assert verify(tmp_path).code == 0
    other = verify(tmp_path, "--policy", "assay.yaml")
    assert (other.code, "policy.sha256: " in other.stdout) == (1, True)
    (tmp_path / "policies" / "strict.yaml").unlink()
    gone = verify(tmp_path)
    assert (gone.code, "policy.sha256: " in gone.stdout) == (1, True)
    (tmp_path / "assay.yaml").unlink()
    neither = verify(tmp_path)
    assert (neither.code, neither.stdout) == (2, "")
    assert "policies/strict.yaml" in neither.stderr


@pytest.mark.usefixtures("judged")
def test_what_the_report_was_made_with_can_be_given_again(tmp_path: Path) -> None:
    report = json.loads((tmp_path / "report.json").read_text())
    [bad] = [each["value"] for each in report["verdicts"] if each["outcome"] == "fail"]
    code = tmp_path / "code"
    code.mkdir()
    (code / "main.tf").write_text(
        'provider "aws" {\n  region = "us-east-1"\n}\n'
        'resource "aws_instance" "a" {\n  # assay:ignore[unmarked] reason="no"\n'
        f'  ami = "{bad}"\n}}\n'
        'variable "unset" {}\nresource "aws_instance" "b" {\n  ami = var.unset\n}\n'
    )
    (tmp_path / "spare").mkdir()
    (tmp_path / "spare" / "main.tf").write_text((code / "main.tf").read_text())
    options = ("--no-inline", "--undetermined", "warning", "--exclude", "spare")
    made = command.assay(
        *("check", ".", "--catalog", "answers.json", *options, "-o", "json=report.json"),
        cwd=tmp_path,
    )
    assert made.code != 2, made.stderr
    grounds = ("report", "verify", "report.json", "--plan", ".", "--catalog", "answers.json")
    again = command.assay(*grounds, *options, cwd=tmp_path)
    assert again.code == 0, again.stdout
    for left in (options[:1], options[1:3], options[3:]):
        rest = [each for each in options if each not in left]
        assert command.assay(*grounds, *rest, cwd=tmp_path).code == 1, left
