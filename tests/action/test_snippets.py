"""The examples, run: every command line in them, by the shell that would run it."""

import json
import re
import shutil
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.action.demo import with_saved_plan
from tests.action.runner import PROGRAMS, Runner
from tests.action.snippets import (
    CODES,
    DEMO,
    EXAMPLES,
    GATES,
    GOLDEN,
    HOME_MADE,
    SAVED,
    SNIPPETS,
    TERRAFORM,
    UNHEARD_OF,
    World,
    read_yaml,
)
from tests.command import assay
from tests.plans import dump, instance, plan
from tests.saved import archive, members


@pytest.fixture(params=CODES)
def outcome(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def world(tmp_path: Path, outcome: str) -> World:
    for name in ("bin", "temporary"):
        (tmp_path / name).mkdir()
    terraform = tmp_path / "bin" / "terraform"
    terraform.write_text(TERRAFORM)
    terraform.chmod(0o755)
    code = tmp_path / "code"
    code.mkdir()
    shutil.copy(DEMO / "main.tf", code)
    if outcome == "no plan":
        return World(tmp_path)
    ami = {"fail": HOME_MADE, "pass": GOLDEN, "undetermined": UNHEARD_OF}[outcome]
    written = dump(plan(instance("aws_instance.web", ami)))
    unit = code / "plans" / "live" / "web"
    unit.mkdir(parents=True)
    for path in (tmp_path / "plan.json", unit / "tfplan.json"):
        path.write_bytes(written)
    for name in SAVED:
        (code / name).write_bytes(archive(members()))
    return World(tmp_path)


@pytest.mark.parametrize("name", GATES)
def test_the_exit_code_reaches_the_platform(world: World, outcome: str, name: str) -> None:
    code, printed = world.run(name)
    if outcome == "no plan":
        assert code not in (0, 3), printed
    else:
        assert code == CODES[outcome], printed


def test_atlantis_takes_whatever_is_no_pass_for_a_failure(world: World, outcome: str) -> None:
    """By its own source, server/events/project_command_runner.go; older ones look for `fail`."""
    code, printed = world.run("atlantis")
    failures = re.search(r'([1-9][0-9]* failure|failures": \[)', printed)
    passed = not failures and not printed.strip().startswith("FAIL")
    assert code == 0, "or nobody could approve it"
    assert printed
    assert passed is (outcome == "pass")
    assert ("fail" in printed) is (outcome != "pass")


def test_spacelift_gets_an_object_and_the_run_stops_without_one(world: World, outcome: str) -> None:
    code, printed = world.run("spacelift")
    left = (world.folder / "code" / "assay.custom.spacelift.json").read_text()
    if outcome == "no plan":
        assert (code, left) == (2, "")
    else:
        report = json.loads(left)
        assert (code, report["outcome"]) == (0, outcome), printed
        assert isinstance(report, dict)


def test_spacelifts_policy_denies_what_is_no_pass(tmp_path: Path) -> None:
    from opa_eval import OpaEval

    policy = OpaEval(str(EXAMPLES / "spacelift/plan-policy.rego"), query="data.spacelift.deny")
    demo = assay(
        "check", "plan.json", "--catalog", "catalog.json", "--policy", "policy.yaml",
        "--format", "json", "--exit-zero", cwd=DEMO,
    ).report  # fmt: skip

    def denied(report: Any) -> list[str]:
        custom = {} if report is None else {"assay": report}
        given = {"third_party_metadata": {"custom": custom}}
        messages: list[str] = json.loads(policy.evaluate(json.dumps(given)))
        return messages

    assert denied(demo) == [
        "assay: fail",
        "aws_instance.legacy: ami-0abf27d91986ff14c carries no golden watermark",
    ]
    assert denied({**demo, "outcome": "undetermined", "verdicts": []}) == ["assay: undetermined"]
    assert denied({**demo, "outcome": "pass", "verdicts": []}) == []
    assert denied(None) == ["assay: no report"]
    assert denied({}) == ["assay: no report"]
    assert denied([]) == ["assay: no report"]


@pytest.mark.parametrize("outcome", ["fail"], indirect=True)
def test_reports_are_where_the_platform_looks(world: World) -> None:
    world.run("gitlab")
    reports = read_yaml("gitlab/gitlab-ci.yml")["assay"]["artifacts"]["reports"]
    code, temporary = world.folder / "code", world.folder / "temporary"
    assert isinstance(json.loads((code / reports["codequality"]).read_text()), list)
    assert isinstance(json.loads((code / reports["sast"]).read_text()), dict)
    assert ET.parse(code / reports["junit"]).getroot().tag.startswith("testsuite")
    assert (temporary / "token").stat().st_mode & 0o077 == 0

    _, printed = world.run("azure-pipelines")
    assert "##vso[task." in printed
    assert (temporary / "assay-junit.xml").read_text().startswith("<")

    _, printed = world.run("digger")
    assert (temporary / "digger.txt").read_text() in printed


def test_every_command_of_the_examples_is_run_here() -> None:
    texts = [
        p.read_text() for p in EXAMPLES.rglob("*") if p.is_file() and p.parent.name != "github"
    ]
    command = re.compile(r'\bassay check (?!assay)|"assay", "check", ')
    written = sum(len(command.findall(text)) for text in texts)
    assert written == sum(make().script.count("assay check ") for make in SNIPPETS.values())


def test_trust_and_permissions_are_what_the_command_prints(tmp_path: Path) -> None:
    common = ("iam-policy", "--trust", "--account", "111122223333", "--environment", "assay")
    for name, arguments in {
        "trust-policy": (*common, "--repository", "your-org/your-repo"),
        "trust-policy-immutable": (*common, "--repository", "your-org@1234567/your-repo@7654321"),
        "permissions-policy": ("iam-policy", "--permissions", "--account", "111122223333"),
    }.items():
        shipped = json.loads((EXAMPLES / "aws" / f"{name}.json").read_text())
        assert shipped == json.loads(assay(*arguments, cwd=tmp_path).stdout)


@pytest.mark.parametrize("name", ["pull-request", "forks", "merge-gate"])
def test_the_action_is_used_as_it_is(runner: Runner, name: str) -> None:
    """With the inputs of the example; AWS itself is not here, its recording is."""
    jobs = read_yaml(f"github/{name}.yml")["jobs"]
    [step] = [s for job in jobs.values() for s in job["steps"] if "your-org/" in s.get("uses", "")]
    assert re.fullmatch(r"your-org/assay@0{40}", step["uses"]), "no commit is made up"
    given: dict[str, str] = {key: str(text) for key, text in step["with"].items()}
    base = runner.workspace / ".base"
    base.mkdir()
    shutil.copy(DEMO / "policy.yaml", base / "assay.yaml")
    shutil.copy(DEMO / "policy.yaml", runner.workspace / "assay.yaml")
    shutil.copy(DEMO / "catalog.json", base / "assay-catalog.json")
    shutil.copy(DEMO / "main.tf", base)
    (runner.workspace / "terraform.tfvars").write_text(
        f'web_ami = "{GOLDEN}"\nworker_ami = "{GOLDEN}"\nlegacy_ami = "{HOME_MADE}"\n'
    )
    programs = with_saved_plan(runner, TERRAFORM)
    if given["live"] == "required":
        given |= {"live": "off", "catalog": ".base/assay-catalog.json"}
    if "${{" in given.get("upload", ""):
        given["upload"] = "true"
    job = runner.use({**programs, "PLAN": "plan.json"}, **given, version="installed")
    assert (job.code, job.outputs["verdict"]) == (1, "fail")
    assert (job.outputs["references"], job.outputs["fail"]) == ("4", "1")
    assert bool(job.uploads) is (given.get("upload", "true") == "true")
    if "comment-file" in given:
        assert (runner.workspace / given["comment-file"]).read_text() == job.summary


def test_the_first_pull_request_of_a_fork_has_a_verdict(
    pull_request: Callable[..., Runner],
) -> None:
    """As forks.yml has it, where the base branch has neither policy nor catalogue."""
    [job] = read_yaml("github/forks.yml")["jobs"].values()
    [step] = [each for each in job["steps"] if "your-org/" in each.get("uses", "")]
    runner = pull_request(None, "")
    done = runner.use(
        **{name: str(text) for name, text in step["with"].items()}, version="installed"
    )
    assert (done.code, done.outputs["verdict"]) == (3, "undetermined")
    assert done.summary.count("> [!WARNING]") == 2


def test_what_runs_the_tests_is_what_the_examples_call() -> None:
    assert (PROGRAMS / "assay").exists(), f"assay does not stand beside {sys.executable}"
