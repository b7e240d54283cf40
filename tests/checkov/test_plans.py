"""What checkov records of real plans, address by address, is what assay says of them."""

import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import command
from tests.checkov.running import CHECKS, FIXTURES, Checkov, plan_options
from tests.checkov.test_engine import planned, result, verdict, whole
from tests.checkov.worlds import asked, merged, of, settled
from tests.plans import instance, plan, resource

pytestmark = pytest.mark.checkov
HOME_MADE, DERIVED = "ami-0abf27d91986ff14c", "ami-0d5636f20ccbf3f0d"
GOLDEN = FIXTURES.parent / "policies" / "single-pipeline" / "passing"

MANY = (
    *("actions", "awkward-addresses", "bake-and-share", "conditionals", "deferred"),
    *("derived-images", "destroyed", "dynamic-blocks", "indirect", "same-plan-templates"),
    *("sensitive", "targeted", "through-modules", "unchanged"),
)
"""Real plans with golden, failing, undetermined and unknown images, modules, count and for_each."""


def test_the_command_of_the_documentation_exits_1_for_the_home_made_image(
    commands: Path, tmp_path: Path
) -> None:
    """checkov's own command, with all of its own checks; the matrix forks what this starts."""
    done = subprocess.run(
        [
            *(commands / "checkov", "-f", FIXTURES / "demo" / "plan.json"),
            *("--framework", "terraform_plan", "--external-checks-dir", CHECKS),
            *("--skip-download", "--compact", "--soft-fail-on", "CKV_AWS_*,CKV2_AWS_*"),
        ],
        env=asked(FIXTURES / "demo"),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stderr
    assert "aws_instance.legacy: unmarked: ami-" in done.stderr
    assert "carries no golden watermark" in done.stderr
    assert "FAILED for resource: aws_instance.legacy" in done.stdout
    assert "PASSED for resource: aws_launch_template.web" in done.stdout


def test_an_all_golden_plan_exits_0(checkov: Checkov, tmp_path: Path) -> None:
    run = checkov(*plan_options(GOLDEN / "plan.json"), cwd=tmp_path, env=asked(GOLDEN))
    verdicts = of(GOLDEN)
    assert {verdict["outcome"] for verdict in verdicts} == {"pass"}
    passed = run.records("passed")
    assert {verdict["address"] for verdict in verdicts} == {
        address for address, ids in passed.items() if "CKV_ASSAY_1" in ids
    }
    assert (run.code, run.records("failed"), run.reasons()) == (0, {}, [])


def test_every_verdict_of_many_plans_has_its_record(checkov: Checkov, tmp_path: Path) -> None:
    """All in one run, with one report on all of them: addresses are the same in several."""
    report, by_plan = merged([FIXTURES / name for name in MANY])
    (tmp_path / "report.json").write_text(json.dumps(report))
    plans = [FIXTURES / name / "plan.json" for name in MANY]
    run = checkov(*plan_options(*plans), cwd=tmp_path, env={"ASSAY_REPORT": "report.json"})
    for name, judged in by_plan.items():
        failed, passed = run.by_file("failed")[name], run.by_file("passed")[name]
        for address, outcomes in judged.items():
            where = "aws.default" if address == "(whole plan)" else address
            if outcomes == {"pass"}:
                assert "CKV_ASSAY_1" in passed[where], (name, where)
                assert where not in failed, (name, where)
            else:
                assert failed[where], (name, where)
                assert not set(failed[where]) & set(passed.get(where, [])), (name, where)
        others = {*failed, *passed} - set(judged)
        assert others == ({"aws.default"} if "(whole plan)" in judged else set()), name
    assert run.code == 1
    assert {outcome for judged in by_plan.values() for each in judged.values() for outcome in each
            } == {"pass", "fail", "undetermined"}  # fmt: skip


def test_unchanged_resources_have_records_where_they_are_judged(
    checkov: Checkov, tmp_path: Path
) -> None:
    case = FIXTURES / "unchanged"
    options = plan_options(case / "plan.json")
    run = checkov(*options, cwd=tmp_path, env=asked(case))
    assert (run.code, run.records("failed"), run.records("passed")) == (0, {}, {})
    run = checkov(*options, cwd=tmp_path, env={**asked(case), "ASSAY_INCLUDE_UNCHANGED": "1"})
    judged = of(case, "--include-unchanged")
    assert set(run.records("failed")) == {v["address"] for v in judged if v["outcome"] != "pass"}
    assert run.records("failed")
    assert run.code == 1


def test_what_is_not_determined_fails_unless_somebody_wants_to_hear_nothing_of_it(
    checkov: Checkov, tmp_path: Path
) -> None:
    case = FIXTURES / "targeted"
    options = plan_options(case / "plan.json", only="CKV_ASSAY_1")
    run = checkov(*options, cwd=tmp_path, env=asked(case))
    assert (run.code, run.records("failed")) == (1, {"aws.default": ["CKV_ASSAY_1"]})
    soft = {**asked(case), "ASSAY_CHECKOV_UNDETERMINED": "unknown"}
    run = checkov(*options, cwd=tmp_path, env=soft)
    assert (run.code, run.records("failed")) == (0, {})
    assert list(run.records("passed")) == ["aws_instance.pass_targeted"]
    assert any("incomplete-plan" in reason for reason in run.reasons())


def test_two_plans_in_one_report_of_assays(checkov: Checkov, tmp_path: Path) -> None:
    """The same addresses in both; verdicts stand in the order of the inputs."""
    text = (FIXTURES / "demo" / "plan.json").read_text()
    plans = {}
    for name, made in (("mended", text.replace(HOME_MADE, DERIVED)), ("as-it-was", text)):
        plans[name] = tmp_path / name / "plan.json"
        plans[name].parent.mkdir()
        plans[name].write_text(made)
    env = {k: v for k, v in asked(FIXTURES / "demo").items() if k.startswith("ASSAY_")}
    run = command.assay("check", *plans.values(), "-o", "json=r.json", cwd=tmp_path, env=env)
    assert run.code == 1
    options = plan_options(*plans.values(), only="CKV_ASSAY_1")
    found = checkov(*options, cwd=tmp_path, env={"ASSAY_REPORT": "r.json"})
    assert found.by_file("failed") == {"as-it-was": {"aws_instance.legacy": ["CKV_ASSAY_1"]}}
    assert "aws_instance.legacy" in found.by_file("passed")["mended"]


def test_a_resource_that_checkov_tells_no_file_of(checkov: Checkov, tmp_path: Path) -> None:
    """Without values, checkov's own record of it has none: the graph tells where it stands."""
    changes = [instance("aws_instance.web", "ami-x")]
    document = plan(*changes) | {"planned_values": planned(changes)}
    del document["planned_values"]["root_module"]["resources"][0]["values"]
    sha256, paths = {}, {}
    for name, outcome in (("one", "pass"), ("two", "fail")):
        paths[name] = tmp_path / name / "plan.json"
        paths[name].parent.mkdir()
        paths[name].write_text(json.dumps(document | {"timestamp": name}))
        sha256[outcome] = hashlib.sha256(paths[name].read_bytes()).hexdigest()
    reports = [
        whole(
            verdict("aws_instance.web", outcome, result("unmarked", outcome), of=outcome),
            sha256=digest,
            path=outcome,
        )
        for outcome, digest in sha256.items()
    ]
    both = {**reports[0], "inputs": [], "verdicts": []}
    for each in reports:
        both["inputs"] += each["inputs"]
        both["verdicts"] += each["verdicts"]
    (tmp_path / "report.json").write_text(json.dumps(settled(both)))
    options = plan_options(*paths.values(), only="CKV_ASSAY_1")
    run = checkov(*options, cwd=tmp_path, env={"ASSAY_REPORT": "report.json"})
    assert run.by_file("passed") == {"one": {"aws_instance.web": ["CKV_ASSAY_1"]}}
    assert run.by_file("failed") == {"two": {"aws_instance.web": ["CKV_ASSAY_1"]}}


def test_an_image_where_nobody_would_look_for_one(checkov: Checkov, tmp_path: Path) -> None:
    """Golden descent is asked of every type: assay reports an AMI id wherever it stands."""
    values = {"environment": [{"variables": {"AMI": "ami-0123456789abcdef0"}}]}
    changes = [resource("aws_lambda_function.starter", values)]
    document = plan(*changes) | {"planned_values": planned(changes)}
    (tmp_path / "plan.json").write_text(json.dumps(document))
    run = checkov(*plan_options(tmp_path / "plan.json"), cwd=tmp_path, env=asked(FIXTURES / "demo"))
    assert run.records("failed") == {"aws_lambda_function.starter": ["CKV_ASSAY_1"]}
    assert run.code == 1


def test_all_frameworks_of_checkov_at_once(checkov: Checkov, tmp_path: Path) -> None:
    """Each loads the checks, in a process of its own; assay is run once, and is heard once."""
    env = {**asked(FIXTURES / "demo"), "ASSAY_CACHE_DIR": str(tmp_path)}
    run = checkov("-f", FIXTURES / "demo" / "plan.json", cwd=tmp_path, env=env)
    failed = run.records("failed")
    assert {address for address, ids in failed.items() if "CKV_ASSAY_1" in ids} == {
        "aws_instance.legacy"
    }
    assert len(run.reasons()) == len(list((tmp_path / "checkov").glob("*.report"))) == 1


REVOKED = """\
version: 1
golden: {watermarks: [{key: "111122223333:golden-*"}]}
revoked: {images: [{id: ami-0f1a06d78f22e593a, region: us-east-1, reason: CVE-2026-0001}]}
"""


class TestFamilies:
    """One id each: selected and skipped one by one, and nothing falls between them."""

    @pytest.fixture
    @staticmethod
    def revoked(checkov: Checkov, tmp_path: Path) -> Callable[..., command.Run]:
        (tmp_path / "assay.yaml").write_text(REVOKED)
        env = {**asked(FIXTURES / "demo"), "ASSAY_POLICY": str(tmp_path / "assay.yaml")}

        def run(*options: str) -> Any:
            plan = FIXTURES / "demo" / "plan.json"
            framework = ("--framework", "terraform_plan")
            return checkov("-f", plan, *framework, *options, cwd=tmp_path, env=env)

        return run

    ADDRESS = "aws_launch_template.web"

    def test_each_says_its_own(self, revoked: Any) -> None:
        run = revoked("-c", "CKV_ASSAY_*")
        assert run.records("failed")[self.ADDRESS] == ["CKV_ASSAY_2"]
        assert "CKV_ASSAY_1" in run.records("passed")[self.ADDRESS]
        assert run.code == 1

    def test_golden_descent_alone_says_what_the_others_would_have_said(self, revoked: Any) -> None:
        run = revoked("-c", "CKV_ASSAY_1")
        assert run.records("failed")[self.ADDRESS] == ["CKV_ASSAY_1"]
        assert run.records("passed") == {}

    def test_another_alone_says_its_own_alone(self, revoked: Any) -> None:
        run = revoked("-c", "CKV_ASSAY_3")
        assert (run.code, run.records("failed")) == (0, {})
        assert run.records("passed")[self.ADDRESS] == ["CKV_ASSAY_3"]
        run = revoked("-c", "CKV_ASSAY_2,CKV_ASSAY_3")
        assert run.records("failed")[self.ADDRESS] == ["CKV_ASSAY_2"]

    def test_one_that_is_skipped_by_name_is_not_said_by_another(self, revoked: Any) -> None:
        run = revoked("--skip-check", "CKV_ASSAY_2,CKV_AWS_*,CKV2_AWS_*")
        assert self.ADDRESS not in run.records("failed")
        assert run.records("failed") == {"aws_instance.legacy": ["CKV_ASSAY_1"]}

    def test_an_allow_list_for_other_checks_leaves_nothing_out(self, revoked: Any) -> None:
        run = revoked("-c", "CKV_AWS_1", "--run-all-external-checks")
        assert run.records("failed")[self.ADDRESS] == ["CKV_ASSAY_1", "CKV_ASSAY_2"]
