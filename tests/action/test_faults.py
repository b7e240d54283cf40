"""What the action makes of an assay that does not behave: never an open gate."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.action.runner import Job, Runner

INPUTS = {"version": "installed", "plan": "plan.json", "live": "off", "annotations": "true"}
PREFIX = (
    "import json, sys\nout = dict(each.split('=', 1) for each in sys.argv if '=' in each[1:])\n"
)


def use(runner: Runner, program: str, env: Mapping[str, str] | None = None, **inputs: str) -> Job:
    """The action with this Python program in place of assay."""
    programs = runner.temporary / "programs"
    programs.mkdir()
    for name in ("bash", "python3"):
        (programs / name).symlink_to(sys.executable if name == "python3" else "/bin/bash")
    fake = programs / "assay"
    fake.write_text(f"#!{sys.executable}\n{PREFIX}{program}")
    fake.chmod(0o755)
    return runner.use({**(env or {}), "PATH": str(programs)}, **{**INPUTS, **inputs})


def leaving(outcome: str, then: str, markdown: str = "'text'", github: str = "''") -> str:
    """A program that leaves reports behind."""
    counts = dict.fromkeys(("references", "pass", "fail", "undetermined", "excepted"), 0)
    return f"""\
open(out["json"], "w").write(json.dumps({{"outcome": "{outcome}", "summary": {counts}}}))
open(out["markdown"], "w").write({markdown})
open(out["github"], "w").write({github})
{then}
"""


def test_the_stand_in_opens_the_gate_where_it_behaves(runner: Runner) -> None:
    job = use(runner, leaving("pass", "sys.exit(0)"))
    assert (job.code, job.outputs["verdict"], job.summary) == (0, "pass", "text")


@pytest.mark.parametrize(
    "program",
    [
        "sys.exit(0)",
        leaving("fail", "sys.exit(0)"),
        leaving("undetermined", "sys.exit(1)"),
        leaving("pass", "sys.exit(1)"),
        leaving("pass", "sys.exit(4)"),
        leaving("perfect", "sys.exit(0)"),
        leaving("pass", "open(out['sarif'], 'w').write('{}'); sys.exit(2)"),
        leaving("pass", "import os; os.kill(os.getpid(), 9)"),
        "open(out['json'], 'w').write('{'); sys.exit(0)",
        "open(out['json'], 'w').write('[]'); sys.exit(0)",
        "open(out['json'], 'w').write(json.dumps({'outcome': 'pass'})); sys.exit(0)",
    ],
)
def test_what_does_not_fit_is_no_verdict(runner: Runner, program: str) -> None:
    job = use(runner, program)
    assert job.code != 0
    assert (job.outputs["exit-code"], job.outputs["verdict"]) == ("2", "error")
    assert not job.uploads


@pytest.mark.parametrize(
    ("program", "why"),
    [
        ("sys.exit(2)", "assay ended with exit code 2 and gave no reason: see the log"),
        ("print('assay: one'); print('assay: two', file=sys.stderr); sys.exit(2)", "two"),
        ("print('x assay: one'); print('assay: ' + 'y' * 9000); sys.exit(2)", "y" * 3999 + "…"),
        (
            "print('assay: broken'); sys.exit(9)",
            "assay ended with exit code 9 and no report: broken",
        ),
        (
            "print('assay: ' + HOSTILE); sys.exit(2)",
            "</code>\\x1b[31m<script>::add-mask::@x ``` | %0A",
        ),
    ],
)
def test_the_reason_is_told_where_a_reviewer_looks(runner: Runner, program: str, why: str) -> None:
    hostile = r"HOSTILE = r'</code>\x1b[31m<script>::add-mask::@x ``` | %0A'"
    job = use(runner, f"{hostile}\nsys.stdout.reconfigure(line_buffering=True)\n{program}")
    assert [each.name for each in job.commands] == ["error", "error"]
    assert job.said("error")[0] == why
    assert f"\n\n    {why}\n\n" in job.summary
    assert (job.code, job.outputs["verdict"]) == (2, "error")


def test_a_program_that_cannot_be_started_is_no_verdict(runner: Runner) -> None:
    job = use(runner, "")
    fake = runner.temporary / "programs" / "assay"
    fake.write_text("#!/nowhere/python\n")
    fake.chmod(0o755)
    job = runner.use({"PATH": str(fake.parent)}, **INPUTS)
    assert (job.code, job.outputs["verdict"]) == (2, "error")


def test_what_it_prints_is_not_obeyed(runner: Runner) -> None:
    printing = """\
print("::add-mask::a")
print("::set-output name=verdict::pass", file=sys.stderr)
print("x ##[set-env name=PATH]/tmp")
sys.stdout.write("no end ::")
"""
    job = use(runner, printing + leaving("fail", "sys.exit(1)"))
    assert [each.name for each in job.commands] == ["error"]
    assert "::add-mask::a" in job.log


def test_of_annotations_only_annotations_are_obeyed(runner: Runner) -> None:
    lines = (
        "::error file=a b.tf,line=1::yes %0A::no::\\n::add-mask::a\\n##[add-mask]b\\n ::debug::c\\n"
    )
    job = use(runner, leaving("fail", "sys.exit(1)", github=f'"{lines}"'))
    assert [each.name for each in job.commands] == ["error", "error"]
    assert job.commands[0].data == "yes \n::no::"
    assert "::add-mask::a\n##[add-mask]b\n ::debug::c\n" in job.log, "kept as text"


def test_a_summary_that_github_would_refuse_says_where_the_report_is(runner: Runner) -> None:
    job = use(runner, leaving("pass", "sys.exit(0)", markdown="'ü' * 600_000"))
    assert "too long" in job.summary
    assert len(Path(job.outputs["markdown-file"]).read_text()) == 600_000


def test_the_cache_of_a_machine_that_others_use_is_left_alone(runner: Runner) -> None:
    told = leaving("pass", "import os; print(os.environ['ASSAY_CACHE_DIR']); sys.exit(0)")
    job = use(runner, told)
    assert f"{runner.temporary}{os.sep}assay-" in job.log


@pytest.mark.parametrize("honoured", [False, True])
def test_nobody_answers_in_place_of_aws_unseen(runner: Runner, honoured: bool) -> None:
    """A step before this one can have set them: `terraform plan` runs what a pull request wrote."""
    planted = {"AWS_ENDPOINT_URL_EC2": "http://127.0.0.1:9", "AWS_CA_BUNDLE": "mine.pem"}
    telling = "import os; print('\\n'.join(map('='.join, os.environ.items()))); sys.exit(0)"
    program = leaving("pass", telling)
    job = use(runner, program, planted, custom_endpoints=str(honoured).lower())
    for name, text in planted.items():
        assert (f"{name}={text}" in job.log) is honoured
    assert ("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true" in job.log) is not honoured
