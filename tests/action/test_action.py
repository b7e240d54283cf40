"""The action as a job meets it: its real steps, the real assay, and what GitHub is told."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.action.runner import Job, Runner
from tests.plans import dump, instance, plan
from tests.report.samples import HOSTILE

DEMO = {
    "plan": "plan.json",
    "policy": "policy.yaml",
    "catalog": "catalog.json",
    "version": "installed",
}
GOLDEN, HOME_MADE, UNHEARD_OF = (
    "ami-0ad4b625b0bbd4147",
    "ami-0abf27d91986ff14c",
    "ami-0ffffffffffffffff",
)


def with_plan(runner: Runner, ami: str, path: str = "plan.json", key: str = "") -> None:
    """A plan that launches one image."""
    target = runner.workspace / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(dump(plan(instance(f"aws_instance.web{key}", ami))))


def report(job: Job) -> dict[str, Any]:
    """The JSON report that the action points to."""
    loaded: dict[str, Any] = json.loads(Path(job.outputs["json-file"]).read_text())
    return loaded


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
    assert job.said("warning") == ["verdict: fail. The gate is open all the same: fail-on is never"]


def test_fail_on_never_does_not_open_it_without_a_verdict(runner: Runner) -> None:
    assert closed_without_a_verdict(runner.use(**{**DEMO, "policy": "none.yaml"}, fail_on="never"))


def test_a_broken_policy_is_no_verdict(runner: Runner) -> None:
    (runner.workspace / "policy.yaml").write_text("version: 1\ngoldn: {}\n")
    job = runner.use(**DEMO)
    assert closed_without_a_verdict(job)
    assert "golden" in job.log, "assay's own words are in the log"
    assert "error" in job.summary


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({"plan": "none.json"}, "plan: none.json matches nothing"),
        ({"plan": "plan.json\nplans/*.json"}, "plan: plans/*.json matches nothing"),
        ({"plan": ""}, "give plan, paths or both"),
        ({"plan": "."}, "directories of code go to paths"),
        ({"live": "yes"}, "live is one of required, auto, off"),
        ({"live": "required"}, "choose one"),
        ({"fail-on": "nothing"}, "fail-on is one of"),
        ({"upload": "maybe"}, "upload is one of true, false"),
        ({"args": "--region 'us-east-1"}, "args: No closing quotation"),
        ({"args": "--exit-zero"}, "fail-on: never says it openly"),
        ({"args": "--help"}, "left no report"),
        ({"format": "yaml"}, "verdict: error"),
        ({"version": "0.1.0"}, "pin the action itself"),
    ],
)
def test_inputs_that_make_no_sense_are_no_verdict(
    runner: Runner, inputs: dict[str, str], why: str
) -> None:
    job = runner.use(**{**DEMO, **inputs})
    assert closed_without_a_verdict(job)
    assert any(why in text for text in job.said("error"))


def test_without_assay_on_path_there_is_no_verdict(runner: Runner, tmp_path: Path) -> None:
    (tmp_path / "bash").symlink_to("/bin/bash")
    (tmp_path / "python3").symlink_to(sys.executable)
    job = runner.use({"PATH": str(tmp_path)}, **DEMO)
    assert closed_without_a_verdict(job)
    assert "there is no assay on PATH" in job.said("error")[0]


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
    job = runner.use({**nobody, "AWS_ACCESS_KEY_ID": "x", "AWS_SECRET_ACCESS_KEY": "x"}, **DEMO)
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


def test_globs_spaces_and_a_directory_to_work_in(runner: Runner) -> None:
    with_plan(runner, GOLDEN, "infra [a]/live env/web/tfplan.json")
    with_plan(runner, HOME_MADE, "infra [a]/live env/[db]/tfplan.json", key='["db"]')
    for name in ("policy.yaml", "catalog.json"):
        (runner.workspace / "infra [a]" / name).write_bytes((runner.workspace / name).read_bytes())
    job = runner.use(
        **{**DEMO, "plan": "  live env/**/tfplan.json\n\nlive env/[db]/tfplan.json\n"},
        working_directory="infra [a]",
    )
    assert [each["path"] for each in report(job)["inputs"]] == [
        "infra [a]/live env/[db]/tfplan.json",
        "infra [a]/live env/web/tfplan.json",
    ]
    assert (job.code, job.outputs["fail"], job.outputs["pass"]) == (1, "1", "1")


def test_a_file_name_is_no_option(runner: Runner) -> None:
    with_plan(runner, HOME_MADE, "--exit-zero")
    with_plan(runner, GOLDEN, "-")
    job = runner.use(**{**DEMO, "plan": "--exit-zero\n-"})
    assert (job.code, job.outputs["references"]) == (1, "2")


def test_more_arguments_are_quoted_as_in_a_shell(runner: Runner) -> None:
    job = runner.use(**DEMO, args="-o 'text=all of it.txt' --as-of\n2026-11-22")
    assert report(job)["as_of"] == "2026-11-22T00:00:00Z"
    assert (runner.workspace / "all of it.txt").read_text() in job.log


def test_code_is_judged_and_its_comments_except_nothing_unless_asked(runner: Runner) -> None:
    code = runner.workspace / "code"
    code.mkdir()
    (code / "main.tf").write_text(
        f"""\
provider "aws" {{
  region = "us-east-1"
}}

resource "aws_instance" "web" {{
  # assay:ignore[unmarked] reason="trust me"
  ami = "{HOME_MADE}"
}}
"""
    )
    inputs = {**DEMO, "plan": "", "paths": "cod?"}
    job = runner.use(**inputs, annotations="true")
    assert (job.code, job.outputs["fail"], job.outputs["excepted"]) == (1, "1", "0")
    marked = [each.properties for each in job.commands if "file" in each.properties]
    assert ("code/main.tf", "7") in [(each["file"], each["line"]) for each in marked]
    honoured = runner.use(**inputs, inline_exceptions="true")
    assert (honoured.code, honoured.outputs["excepted"]) == (0, "1")


def test_the_policy_of_the_directory_is_found(runner: Runner) -> None:
    (runner.workspace / "policy.yaml").rename(runner.workspace / "assay.yaml")
    assert runner.use(**{**DEMO, "policy": ""}).code == 1


def test_what_is_not_uploaded_is_annotated(runner: Runner) -> None:
    job = runner.use(**DEMO, upload="false")
    assert not job.uploads
    assert any("aws_instance.legacy" in text for text in job.said("error"))
    quiet = runner.use(**DEMO, upload="false", annotations="false", summary="false")
    assert len(quiet.said("error")) == 1
    assert quiet.summary == ""
    assert quiet.code == 1


def test_reports_go_where_they_are_asked_for(runner: Runner) -> None:
    job = runner.use(**DEMO, sarif_file="out/a.sarif", comment_file="out/comment.md", category="db")
    out = runner.workspace / "out"
    assert job.outputs["sarif-file"] == str(out / "a.sarif")
    assert job.uploads == [{"sarif_file": str(out / "a.sarif"), "category": "db"}]
    assert "db/" in (out / "a.sarif").read_text()
    assert (out / "comment.md").read_text() == job.summary
    without = runner.use(**DEMO, sarif="false")
    assert (without.outputs["sarif-file"], without.uploads) == ("", [])


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


def test_variables_that_are_inputs_here_do_not_count(runner: Runner) -> None:
    lenient = {
        "ASSAY_EXIT_ZERO": "1",
        "ASSAY_UNDETERMINED": "warning",
        "ASSAY_POLICY": "elsewhere.yaml",
        "ASSAY_OFFLINE": "1",
    }
    assert runner.use(lenient, **DEMO).code == 1


def test_files_of_the_checkout_are_not_run(runner: Runner) -> None:
    (runner.workspace / "click.py").write_text("raise SystemExit(0)\n")
    (runner.workspace / "json.py").write_text("raise SystemExit(0)\n")
    assert runner.use({"PYTHONPATH": str(runner.workspace)}, **DEMO).code == 1
