"""The action as a job meets it: its real steps, the real assay, and what GitHub is told."""

import json
import sys
from pathlib import Path

import pytest

from tests.action.demo import DEMO, GOLDEN, HOME_MADE, UNHEARD_OF, report, with_plan
from tests.action.runner import Job, Runner
from tests.plans import dump, instance, plan
from tests.report.samples import HOSTILE


def closed_without_a_verdict(job: Job) -> bool:
    """What no verdict must always look like."""
    assert (job.outputs["exit-code"], job.outputs["verdict"]) == ("2", "error")
    assert not job.uploads
    assert job.said("error")[-1] == "verdict: error. The gate is closed (exit code 2)"
    return job.code != 0


def test_a_failing_plan_closes_the_gate_and_is_told_everywhere(runner: Runner) -> None:
    job = runner.use(**DEMO)
    assert job.code == 1
    counts = {name: job.outputs[name] for name in ("references", "pass", "fail", "undetermined")}
    assert counts == {"references": "4", "pass": "3", "fail": "1", "undetermined": "0"}
    assert (job.outputs["exit-code"], job.outputs["verdict"]) == ("1", "fail")
    assert report(job)["outcome"] == "fail"
    assert "FAIL aws_instance.legacy" in job.log
    assert "aws_instance.legacy" in job.summary
    assert job.summary == Path(job.outputs["markdown-file"]).read_text(encoding="utf-8")
    assert job.said("error") == ["verdict: fail. The gate is closed (exit code 1)"]
    [upload] = job.uploads
    assert upload == {"sarif_file": job.outputs["sarif-file"], "category": "assay"}
    assert json.loads(Path(upload["sarif_file"]).read_text())["version"] == "2.1.0"
    assert job.skipped == ["Python"], "what is installed brings its own"


def test_a_passing_plan_opens_it(runner: Runner) -> None:
    with_plan(runner, GOLDEN)
    job = runner.use(**DEMO)
    assert (job.code, job.outputs["verdict"], job.outputs["pass"]) == (0, "pass", "1")
    assert len(job.uploads) == 1, "or alerts that were mended would stay open"
    assert not job.said("error")


def test_a_plan_without_images_opens_it(runner: Runner) -> None:
    (runner.workspace / "plan.json").write_bytes(dump(plan()))
    job = runner.use(**DEMO)
    assert (job.code, job.outputs["references"]) == (0, "0")


@pytest.mark.parametrize(
    ("policy", "fail_on", "code"),
    [
        ("error", "policy", 3),
        ("warning", "policy", 0),
        ("warning", "undetermined", 3),
        ("error", "fail", 0),
    ],
)
def test_what_cannot_be_determined_closes_it_as_the_policy_or_the_input_says(
    runner: Runner, policy: str, fail_on: str, code: int
) -> None:
    with_plan(runner, UNHEARD_OF)
    with (runner.workspace / "policy.yaml").open("a") as file:
        file.write(f"\nundetermined: {policy}\n")
    job = runner.use(**DEMO, fail_on=fail_on)
    assert (job.code, job.outputs["exit-code"]) == (code, str(code))
    assert job.outputs["verdict"] == "undetermined", "open or closed, it is no pass"
    assert job.said("error" if code else "warning")


def test_fail_on_fail_still_closes_for_a_fail(runner: Runner) -> None:
    assert runner.use(**DEMO, fail_on="fail").code == 1


def test_fail_on_never_says_that_the_gate_is_open(runner: Runner) -> None:
    job = runner.use(**DEMO, fail_on="never")
    assert (job.code, job.outputs["exit-code"], job.outputs["verdict"]) == (0, "1", "fail")
    assert job.said("warning") == ["verdict: fail. The gate stays open because fail-on is never"]


def test_fail_on_never_does_not_open_it_without_a_verdict(runner: Runner) -> None:
    assert closed_without_a_verdict(runner.use(**{**DEMO, "policy": "none.yaml"}, fail_on="never"))


def test_a_broken_policy_is_no_verdict(runner: Runner) -> None:
    (runner.workspace / "policy.yaml").write_text("version: 1\ngoldn: {}\n")
    job = runner.use(**DEMO, comment_file="comment.md")
    assert closed_without_a_verdict(job)
    why = "policy.yaml:2:1: unknown key 'goldn' in the document; did you mean 'golden'?"
    assert f"assay: {why}" in job.log, "assay's own words are in the log"
    assert job.said("error")[0] == why
    assert f"\n\n    {why}\n\n" in job.summary
    assert (runner.workspace / "comment.md").read_text(encoding="utf-8") == job.summary


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({"plan": "none.json"}, "plan: none.json matches nothing"),
        ({"plan": "plan.json\nplans/*.json"}, "plan: plans/*.json matches nothing"),
        ({"plan": ""}, "there is nothing to check: set plan, paths or both"),
        ({"plan": "."}, "use paths for directories of code"),
        ({"live": "yes"}, "live must be one of required, auto, off"),
        ({"live": "required"}, "so catalog would never be used: set only one"),
        ({"fail-on": "nothing"}, "fail-on must be one of"),
        ({"upload": "maybe"}, "upload must be one of true, false"),
        ({"args": "--region 'us-east-1"}, "args: No closing quotation"),
        ({"args": "--exit-zero"}, "set fail-on: never instead"),
        ({"args": "--help"}, "assay ended with exit code 0 and no report"),
        ({"format": "yaml"}, "Invalid value for '--format': 'yaml' is not one of"),
        ({"version": "0.1.0"}, "pin the action to choose a version"),
    ],
)
def test_inputs_that_make_no_sense_are_no_verdict(
    runner: Runner, inputs: dict[str, str], why: str
) -> None:
    job = runner.use(**{**DEMO, **inputs})
    assert closed_without_a_verdict(job)
    assert any(why in text for text in job.said("error"))
    assert job.said("error")[0].removeprefix("assay: ") in job.summary
    assert "error" in job.summary.splitlines()[0]


def test_no_summary_is_written_where_none_is_wanted(runner: Runner) -> None:
    job = runner.use(**{**DEMO, "policy": "none.yaml"}, summary="false")
    assert closed_without_a_verdict(job)
    assert job.said("error")[0] == "none.yaml: cannot be read: No such file or directory"
    assert job.summary == ""


def test_without_assay_on_path_there_is_no_verdict(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "bash").symlink_to("/bin/bash")
    (tmp_path / "python3").symlink_to(sys.executable)
    job = runner.use({"PATH": str(tmp_path)}, **DEMO)
    assert closed_without_a_verdict(job)
    assert "assay is not on PATH" in job.said("error")[0]
    assert "assay is not on PATH" in job.summary


def test_a_step_that_breaks_is_no_verdict(runner: Runner) -> None:
    job = runner.use({"GITHUB_WORKSPACE": "/nowhere"}, **DEMO)
    assert closed_without_a_verdict(job)


@pytest.mark.parametrize("catalog", ["", "catalog.json"])
def test_a_fork_is_judged_without_aws_and_told_so(runner: Runner, catalog: str) -> None:
    """Nor do empty variables count, which secrets are there."""
    with_plan(runner, GOLDEN)
    job = runner.use({"AWS_ACCESS_KEY_ID": ""}, **{**DEMO, "catalog": catalog})
    [notice] = job.said("notice")
    assert "no AWS credentials" in notice
    assert ("recorded catalogue" in notice) is bool(catalog)
    assert (job.code, job.outputs["verdict"]) == ((0, "pass") if catalog else (3, "undetermined"))


def test_with_credentials_aws_is_asked_and_not_the_recording(runner: Runner) -> None:
    nobody = {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}
    keys = {"AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}
    job = runner.use({**nobody, **keys}, **DEMO, custom_endpoints="true")
    assert job.code in (2, 3)
    assert job.outputs["verdict"] != "pass"
    assert "127.0.0.1:9" in job.log


def test_live_required_is_no_pass_without_credentials(runner: Runner) -> None:
    with_plan(runner, GOLDEN)
    job = runner.use(**{**DEMO, "catalog": "", "live": "required"})
    assert job.code in (2, 3)


def test_names_cannot_speak_to_the_runner(runner: Runner) -> None:
    names = [
        *HOSTILE.values(),
        "##[set-output name=verdict]pass",
        "\n::add-mask::a\n::set-output name=verdict::pass\n",
        "::stop-commands::x",
    ]
    changes = [instance(f"aws_instance.web[{json.dumps(name)}]", HOME_MADE) for name in names]
    (runner.workspace / "plan.json").write_bytes(dump(plan(*changes)))
    job = runner.use(**DEMO, annotations="true")
    assert {command.name for command in job.commands} <= {"error", "notice", "warning"}
    assert job.outputs["fail"] == str(len(names))
    assert (job.code, job.outputs["verdict"]) == (1, "fail")
    assert "set-output name=verdict" in job.log, "or this would test nothing"


def test_nothing_of_a_plan_but_what_reports_show_is_told(runner: Runner) -> None:
    secret = "correct-horse-battery"
    text = json.loads((runner.workspace / "plan.json").read_text())
    text["variables"]["password"] = {"value": secret}
    (runner.workspace / "plan.json").write_text(json.dumps(text))
    job = runner.use(**DEMO, annotations="true")
    left = [path.read_text() for path in runner.temporary.rglob("*") if path.is_file()]
    assert not any(secret in text for text in (job.log, job.summary, *left))


def test_a_report_that_the_pull_request_brought_along_is_not_taken_for_ours(runner: Runner) -> None:
    (runner.workspace / "a.sarif").write_text("{}")
    job = runner.use(**{**DEMO, "policy": "none.yaml"}, sarif_file="a.sarif")
    assert closed_without_a_verdict(job)
    assert job.outputs["sarif-file"] == ""


def test_two_uses_in_one_job_do_not_share_files(runner: Runner) -> None:
    first = runner.use(**DEMO)
    with_plan(runner, GOLDEN)
    second = runner.use(**DEMO)
    assert (report(first)["outcome"], report(second)["outcome"]) == ("fail", "pass")
