"""Terraform code: verdicts where there are some, nothing where there are none, never a pass on its own."""

import json
import os
import time
from pathlib import Path
from typing import Any

import pytest

from tests import command
from tests.checkov.running import FIXTURES, Checkov, Run
from tests.checkov.test_faults import fake
from tests.checkov.worlds import asked

pytestmark = pytest.mark.checkov
GOLDEN, HOME_MADE = "ami-0f1a06d78f22e593a", "ami-0abf27d91986ff14c"
BOTH = f"""\
provider "aws" {{
  region = "us-east-1"
}}
resource "aws_instance" "pass_web" {{
  ami = "{GOLDEN}"
}}
resource "aws_instance" "fail_each" {{
  for_each = toset(["a", "b"])
  ami      = "{HOME_MADE}"
}}
resource "aws_instance" "none" {{
  count = 0
  ami   = "{HOME_MADE}"
}}
module "app" {{
  source = "../module"
  ami    = "{HOME_MADE}"
}}
resource "aws_vpc" "main" {{
  cidr_block = "10.0.0.0/16"
}}
"""
MODULE = """\
variable "ami" {}
resource "aws_instance" "this" {
  ami = var.ami
}
"""
ENV = asked(FIXTURES / "demo")
OPTIONS = ("--framework", "terraform", "-c", "CKV_ASSAY_1")
FAILED = {
    'aws_instance.fail_each["a"]': ["CKV_ASSAY_1"],
    'aws_instance.fail_each["b"]': ["CKV_ASSAY_1"],
    "module.app.aws_instance.this": ["CKV_ASSAY_1"],
}
PASSED = {"aws_instance.pass_web": ["CKV_ASSAY_1"]}


@pytest.fixture
def code(tmp_path: Path) -> Path:
    """A root module beside the module that it calls; older than any report."""
    for name, text in (("root/main.tf", BOTH), ("module/main.tf", MODULE)):
        path = tmp_path / "code" / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
        os.utime(path, (time.time() - 60,) * 2)
    return tmp_path / "code"


def report(code: Path, *paths: str) -> Path:
    """assay's report on the code, as a file."""
    environment = {k: v for k, v in ENV.items() if k in ("ASSAY_CATALOG", "ASSAY_POLICY")}
    run = command.assay("check", *paths, "--format", "json", cwd=code, env=environment)
    (code.parent / "report.json").write_text(json.dumps(run.report))
    return code.parent / "report.json"


def results(run: Run) -> tuple[int, dict[str, list[str]], dict[str, list[str]]]:
    return run.code, run.records("failed"), run.records("passed")


def test_no_record_and_no_run_where_nobody_asks_for_verdicts(
    checkov: Checkov, code: Path, tmp_path: Path
) -> None:
    ran = tmp_path / "ran"
    env = {**ENV, "ASSAY_BIN": str(fake(tmp_path, f"touch {ran}; exit 2"))}
    run = checkov("-d", ".", *OPTIONS, cwd=code, env=env)
    assert (*results(run), run.reasons()) == (0, {}, {}, [])
    assert not ran.exists()


@pytest.mark.parametrize("where", [".", "root"])
def test_the_command_judges_code_where_that_is_asked_for(
    checkov: Checkov, code: Path, where: str
) -> None:
    run = checkov("-d", where, *OPTIONS, cwd=code, env={**ENV, "ASSAY_CHECKOV_HCL": "1"})
    assert results(run) == (1, FAILED, PASSED)
    assert any(HOME_MADE in reason for reason in run.reasons())


@pytest.mark.parametrize(("paths", "where"), [("root", "."), ("root", "root"), (".", "root")])
def test_a_report_on_the_directory(checkov: Checkov, code: Path, paths: str, where: str) -> None:
    made = report(code, paths)
    run = checkov("-d", where, *OPTIONS, cwd=code, env={"ASSAY_REPORT": made})
    assert results(run) == (1, FAILED, PASSED)


def test_a_file_instead_of_a_directory(checkov: Checkov, code: Path) -> None:
    made = report(code, "root")
    run = checkov("-f", "root/main.tf", *OPTIONS, cwd=code, env={"ASSAY_REPORT": made})
    assert run.records("passed") == PASSED
    assert 'aws_instance.fail_each["a"]' in run.records("failed")
    assert run.records("failed")["aws.default"] == ["CKV_ASSAY_1"]  # checkov sees no module then
    assert any("(at module.app.aws_instance.this)" in reason for reason in run.reasons())
    assert run.code == 1


def test_a_report_on_something_else_is_no_reason_to_speak(
    checkov: Checkov, code: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "main.tf").write_text(MODULE)
    made = report(code, "root")
    run = checkov("-d", other, *OPTIONS, cwd=code, env={"ASSAY_REPORT": made})
    assert (*results(run), run.reasons()) == (0, {}, {}, [])


def test_code_that_was_written_since(checkov: Checkov, code: Path) -> None:
    made = report(code, "root")
    main = code / "root" / "main.tf"
    main.write_text(main.read_text().replace(GOLDEN, HOME_MADE))
    os.utime(main, (time.time() + 60,) * 2)
    run = checkov("-d", ".", *OPTIONS, cwd=code, env={"ASSAY_REPORT": made})
    assert run.records("passed") == {}
    assert {*FAILED, *PASSED} <= set(run.records("failed"))
    assert "main.tf was written after the report" in run.reasons()[0]


def test_two_roots_with_the_same_address(checkov: Checkov, tmp_path: Path) -> None:
    for name, ami in (("one", GOLDEN), ("two", HOME_MADE)):
        path = tmp_path / "code" / name / "main.tf"
        path.parent.mkdir(parents=True)
        path.write_text(
            f'provider "aws" {{\n  region = "us-east-1"\n}}\n'
            f'resource "aws_instance" "web" {{\n  ami = "{ami}"\n}}\n'
        )
        os.utime(path, (time.time() - 60,) * 2)
    made = report(tmp_path / "code", ".")
    run = checkov("-d", ".", *OPTIONS, cwd=tmp_path / "code", env={"ASSAY_REPORT": made})
    assert run.by_file("passed")["one"] == {"aws_instance.web": ["CKV_ASSAY_1"]}
    assert run.by_file("failed")["two"] == {"aws_instance.web": ["CKV_ASSAY_1"]}


def test_what_cannot_be_read_is_put_to_the_provider(checkov: Checkov, code: Path) -> None:
    with (code / "root" / "main.tf").open("a") as file:
        file.write('module "far" {\n  source = "git::https://example.com/far.git"\n}\n')
    os.utime(code / "root" / "main.tf", (time.time() - 60,) * 2)
    made = report(code, "root")
    run = checkov("-d", ".", *OPTIONS, cwd=code, env={"ASSAY_REPORT": made})
    assert results(run) == (1, {"aws.default": ["CKV_ASSAY_1"], **FAILED}, PASSED)
    assert any("the code of module.far is missing" in reason for reason in run.reasons())


FAULTS: dict[str, dict[str, Any]] = {
    "command-missing": {"ASSAY_CHECKOV_HCL": "1", "ASSAY_BIN": "/nowhere/assay"},
    "command-fails": {"ASSAY_CHECKOV_HCL": "1", "ASSAY_POLICY": "/nowhere/assay.yaml"},
    "report-missing": {"ASSAY_REPORT": "/nowhere/report.json"},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_whoever_asks_and_gets_no_verdict(checkov: Checkov, code: Path, fault: str) -> None:
    run = checkov("-d", ".", *OPTIONS, cwd=code, env={**ENV, **FAULTS[fault]})
    assert run.records("passed") == {}
    assert {*FAILED, *PASSED} <= set(run.records("failed"))
    assert "aws_vpc.main" not in run.records("failed")
    assert "no verdict on" in run.reasons()[0]
    assert run.code == 1


SOURCE_ALONE = """\
data "aws_ami" "pass_owners" { owners = ["self"] }
data "aws_ami" "pass_variable_in_owners" { owners = [var.owner] }
data "aws_ami" "pass_filter" {
  filter {
    name   = "owner-id"
    values = ["111122223333"]
  }
}
data "aws_ami" "pass_filters" {
  filter {
    name   = "name"
    values = ["golden-*"]
  }
  filter {
    name   = "owner-alias"
    values = ["amazon"]
  }
}
data "aws_ami" "fail_nothing" {}
data "aws_ami" "fail_no_owners" { owners = [] }
data "aws_ami" "fail_name" {
  filter {
    name   = "name"
    values = ["golden-*"]
  }
}
data "aws_ami" "fail_names" {
  filter {
    name   = "name"
    values = ["golden-*"]
  }
  filter {
    name   = "state"
    values = ["available"]
  }
}
data "aws_ami" "fail_wildcard" {
  filter {
    name   = "owner-id"
    values = ["111122223333", "1*"]
  }
}
data "aws_ami" "unknown_owners" { owners = var.owners }
data "aws_ami" "unknown_filter" {
  filter {
    name   = "owner-id"
    values = [var.owner]
  }
}
variable "owner" {}
variable "owners" {}

resource "aws_instance" "pass_without_lifecycle" {}
resource "aws_instance" "pass_other" {
  lifecycle { ignore_changes = [tags, ami_launch_index] }
}
resource "aws_autoscaling_group" "pass_capacity" {
  lifecycle { ignore_changes = [desired_capacity] }
}
resource "aws_instance" "fail_ami" {
  lifecycle { ignore_changes = [tags, ami] }
}
resource "aws_instance" "fail_all" {
  lifecycle { ignore_changes = all }
}
resource "aws_instance" "fail_quoted" {
  lifecycle { ignore_changes = ["ami"] }
}
resource "aws_autoscaling_group" "fail_version" {
  lifecycle { ignore_changes = [launch_template[0].version] }
}
"""


def test_what_source_alone_tells(checkov: Checkov, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(SOURCE_ALONE)
    run = checkov("-d", ".", "--framework", "terraform", "-c", "CKV2_ASSAY_*", cwd=tmp_path)
    for result in ("passed", "failed"):
        found = run.records(result)
        names = {address.rpartition(".")[2] for address in found}
        wanted = {
            word.strip('"')
            for word in SOURCE_ALONE.split()
            if word.startswith(f'"{result.removesuffix("ed")}_')
        }
        assert names == wanted
        for address, ids in found.items():
            lookup = address.startswith("aws_ami.")
            assert ids == ["CKV2_ASSAY_1" if lookup else "CKV2_ASSAY_2"], address
    assert run.code == 1


def test_a_plan_does_not_tell_what_is_ignored(checkov: Checkov, tmp_path: Path) -> None:
    """Neither passed nor failed: there is nothing that could be vouched for."""
    plan = FIXTURES / "through-modules" / "plan.json"
    options = ("-f", plan, "--framework", "terraform_plan", "-c", "CKV2_ASSAY_2")
    run = checkov(*options, cwd=tmp_path)
    assert results(run) == (0, {}, {})
