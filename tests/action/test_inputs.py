"""What the inputs mean."""

import pytest

from tests.action.demo import DEMO, GOLDEN, HOME_MADE, report, with_plan, with_saved_plan
from tests.action.runner import Runner


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


def test_variables_of_assay_do_not_count_and_are_named(runner: Runner) -> None:
    lenient = {
        "ASSAY_EXIT_ZERO": "1",
        "ASSAY_UNDETERMINED": "warning",
        "ASSAY_POLICY": "elsewhere.yaml",
        "ASSAY_OFFLINE": "1",
        "ASSAY_AS_OF": "2020-01-01",
        "ASSAY_SOMETHING_OF_LATER": "1",
    }
    job = runner.use(lenient, **DEMO)
    assert job.code == 1
    assert report(job)["as_of"] > "2026"
    assert any(all(name in notice for name in lenient) for notice in job.said("notice"))


def test_files_of_the_checkout_are_not_run(runner: Runner) -> None:
    (runner.workspace / "click.py").write_text("raise SystemExit(0)\n")
    (runner.workspace / "json.py").write_text("raise SystemExit(0)\n")
    assert runner.use({"PYTHONPATH": str(runner.workspace)}, **DEMO).code == 1


def test_a_file_named_as_the_pattern_hides_nothing(runner: Runner) -> None:
    """Names are the pull request's to choose."""
    with_plan(runner, HOME_MADE, "plans/bad.json")
    with_plan(runner, GOLDEN, "plans/*.json")
    job = runner.use(**{**DEMO, "plan": "plans/*.json"})
    assert [each["path"] for each in report(job)["inputs"]] == ["plans/*.json", "plans/bad.json"]
    assert (job.code, job.outputs["fail"], job.outputs["pass"]) == (1, "1", "1")


def test_a_dot_hides_nothing(runner: Runner) -> None:
    with_plan(runner, HOME_MADE, "live/.hidden/tfplan.json")
    with_plan(runner, GOLDEN, "live/web/tfplan.json")
    job = runner.use(**{**DEMO, "plan": "**/tfplan.json"})
    assert len(report(job)["inputs"]) == 2
    assert (job.code, job.outputs["fail"]) == (1, "1")


FILES = pytest.mark.parametrize("name", ["comment_file", "sarif_file"])


@FILES
def test_a_link_is_replaced_and_not_followed(runner: Runner, name: str) -> None:
    elsewhere = runner.temporary / "elsewhere"
    elsewhere.write_text("as it was")
    link = runner.workspace / "report"
    link.symlink_to(elsewhere)
    job = runner.use(**DEMO, **{name: "report"})
    assert (job.code, job.outputs["verdict"]) == (1, "fail")
    assert elsewhere.read_text() == "as it was"
    assert not link.is_symlink()
    assert "aws_instance.legacy" in link.read_text()


@FILES
def test_what_was_there_before_is_not_taken_for_the_report(runner: Runner, name: str) -> None:
    stale = runner.workspace / "report"
    stale.write_text("<!-- assay:assay --> all is well")
    (runner.workspace / "plan.json").write_text("{")
    job = runner.use(**DEMO, **{name: "report"})
    assert (job.code, job.outputs["exit-code"], job.outputs["verdict"]) == (2, "2", "error")
    assert not stale.exists() or "all is well" not in stale.read_text()
    stale.write_text("<!-- assay:assay --> all is well")
    job = runner.use(**{**DEMO, "plan": "nothing/*.json"}, **{name: "report"})
    assert (job.code, job.outputs["verdict"]) == (2, "error")
    assert not stale.exists() or "all is well" not in stale.read_text()


@FILES
@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("../report", "is not in the workspace"),
        ("/elsewhere/report", "is not in the workspace"),
        ("away/report", "is not in the workspace"),
        ("plan.json", "is code or an input, and is not overwritten"),
        ("./other/../policy.yaml", "is code or an input, and is not overwritten"),
        ("catalog.json", "is code or an input, and is not overwritten"),
        ("main.tf", "is code or an input, and is not overwritten"),
    ],
)
def test_what_is_read_and_what_is_elsewhere_is_not_written(
    runner: Runner, name: str, path: str, why: str
) -> None:
    outside = runner.temporary / "outside"
    outside.mkdir()
    (runner.workspace / "away").symlink_to(outside)
    read = {each: each.read_bytes() for each in runner.workspace.iterdir() if each.is_file()}
    job = runner.use(**DEMO, **{name: path})
    assert (job.code, job.outputs["exit-code"], job.outputs["verdict"]) == (2, "2", "error")
    assert job.said("error")[0] == f"{name.replace('_', '-')}: {path} {why}"
    assert not job.uploads
    assert {each: each.read_bytes() for each in read} == read
    assert not list(outside.iterdir())
    assert not (runner.workspace.parent / "report").exists()


def test_a_saved_plan_brings_its_code_and_is_rendered(runner: Runner) -> None:
    programs = with_saved_plan(runner, "#!/bin/sh\nexec cat plan.json\n")
    job = runner.use(programs, **{**DEMO, "plan": "tfplan"}, annotations="true")
    assert (job.code, job.outputs["fail"]) == (1, "1")
    assert [each["path"] for each in report(job)["inputs"]] == ["tfplan"]
    [failing] = [each for each in report(job)["verdicts"] if each["outcome"] == "fail"]
    assert failing["file"] == "main.tf"
    assert failing["line"] > 1


def test_whatever_renders_a_plan_does_not_speak_to_the_runner(runner: Runner) -> None:
    script = "#!/bin/sh\nenv > seen\necho ::error::spoken >&2\nexec cat plan.json\n"
    programs = with_saved_plan(runner, script)
    job = runner.use(programs, **{**DEMO, "plan": "tfplan"})
    assert job.code == 1
    assert "spoken" not in job.log
    seen = (runner.workspace / "seen").read_text()
    names = {line.partition("=")[0] for line in seen.splitlines()}
    assert "RUNNER_TEMP" in names
    assert not names & {"GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_PATH", "GITHUB_STEP_SUMMARY"}
