"""`assay check tfplan`: the real Terraform plans, and renders for assay what it has planned."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

import pytest

from tests import command
from tests.command import POLICY, Run, talking_to
from tests.emulator import Server, serve
from tests.saved import rewritten
from tests.terraform.binary import SETTINGS, TERRAFORM_SECONDS, Terraform
from tests.worlds import WORKLOAD, GoldenWorld

pytestmark = pytest.mark.terraform

AS_OF = "2026-11-21T00:00:00Z"
PASSWORD = "correct-horse-battery-staple"
CODE = {
    "root/main.tf": """\
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region                      = "us-east-1"
  access_key                  = "x"
  secret_key                  = "y"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}

variable "golden" {
  type = string
}

variable "other" {
  type = string
}

variable "password" {
  sensitive = true
}

resource "aws_instance" "golden" {
  ami           = var.golden
  instance_type = "m5.large"
  user_data     = var.password
}

module "web" {
  source   = "../modules/web"
  for_each = toset(["a.b"])
  image    = var.other
}
""",
    "root/excepted.tf": """\
resource "aws_launch_template" "excepted" {
  name = "excepted"
  # assay:ignore[unmarked] reason="a lab"
  image_id = var.other
}
""",
    "modules/web/web.tf": """\
variable "image" {}

resource "aws_instance" "web" {
  instance_type = "m5.large"

  ami = var.image
}
""",
}
WEB = 'module.web["a.b"].aws_instance.web'
LINES = {
    "aws_instance.golden": ("main.tf", 31),
    WEB: ("../modules/web/web.tf", 6),
    "aws_launch_template.excepted": ("excepted.tf", 4),
}
"""Where each reference stands, as seen from the root module."""


@dataclass(frozen=True, slots=True)
class Estate:
    """A repository with a root module, a plan of it, and an AWS in which to look images up."""

    top: Path
    binary: str
    environment: dict[str, str]

    @property
    def root(self) -> Path:
        return self.top / "root"

    def terraform(self, *arguments: str) -> bytes:
        done = subprocess.run(
            [self.binary, f"-chdir={self.root}", *arguments],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=TERRAFORM_SECONDS,
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout

    def assay(
        self,
        *arguments: str | Path,
        cwd: Path | None = None,
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> Run:
        """`assay ARGUMENTS`, from the root module or elsewhere."""
        environment = {**self.environment, **variables}
        return command.assay(*arguments, cwd=cwd or self.root, env=environment)

    def check(
        self,
        *arguments: str | Path,
        cwd: Path | None = None,
        variables: Mapping[str, str] = MappingProxyType({}),
    ) -> Run:
        options = ("--format", "json", "--as-of", AS_OF, "--policy", self.top / "assay.yaml")
        return self.assay("check", *arguments, *options, cwd=cwd, variables=variables)


@pytest.fixture(scope="module")
def at() -> GoldenWorld:
    return GoldenWorld()


@pytest.fixture(scope="module")
def aws(at: GoldenWorld) -> Iterator[Server]:
    with serve(at.world) as running:
        yield running


@pytest.fixture(scope="module")
def estate(
    terraform: Terraform, at: GoldenWorld, aws: Server, tmp_path_factory: pytest.TempPathFactory
) -> Estate:
    """CODE, initialised, with `root/tfplan` and what that renders to, `plan.json`."""
    top = tmp_path_factory.mktemp("estate")
    for name, text in CODE.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text)
    (top / "assay.yaml").write_text(POLICY)
    mirror = terraform.environment["TF_CLI_CONFIG_FILE"]
    path = os.environ.get("PATH", os.defpath)
    environment = {
        "PATH": path,
        "HOME": str(top),
        "TF_CLI_CONFIG_FILE": mirror,
        **SETTINGS,
        **talking_to(aws.url, WORKLOAD),
    }
    found = Estate(top, terraform.binary, environment)
    found.terraform("init", "-no-color", "-input=false")
    images = [f"-var=golden={at.golden}", f"-var=other={at.home_made()}"]
    found.terraform("plan", "-input=false", *images, f"-var=password={PASSWORD}", "-out=tfplan")
    (found.root / "plan.json").write_bytes(found.terraform("show", "-json", "tfplan"))
    return found


@pytest.fixture(scope="module")
def judged(estate: Estate) -> Run:
    """The plan, checked where it lies."""
    return estate.check("tfplan")


def lines(run: Run) -> dict[str, tuple[str, int]]:
    return {each["address"]: (each["file"], each["line"]) for each in run.report["verdicts"]}


def refused(run: Run) -> str:
    """The line that a check without a verdict ends with."""
    assert run.code == 2, run.stderr
    assert run.stdout == ""
    assert len(run.stderr.splitlines()) == 1, run.stderr
    assert "; " in run.stderr
    return run.stderr


# --------------------------------------------------------------------------------- the same verdicts


def test_a_saved_plan_is_judged_as_what_it_renders_to(estate: Estate, judged: Run) -> None:
    saved = judged
    rendered = estate.check("plan.json", "--source-root", ".")
    assert saved.code == rendered.code == 1, saved.stderr
    assert saved.rules() == {
        "aws_instance.golden": [], WEB: ["unmarked"], "aws_launch_template.excepted": ["unmarked"]
    }  # fmt: skip
    [facts] = saved.report["inputs"]
    data = (estate.root / "tfplan").read_bytes()
    assert facts == {
        "path": "tfplan", "kind": "plan", "sha256": sha256(data).hexdigest(), "references": 3
    }  # fmt: skip
    assert lines(saved) == LINES
    one, other = saved.report["verdicts"], rendered.report["verdicts"]
    assert [{**each, "input": ""} for each in one] == [{**each, "input": ""} for each in other]


def test_files_are_shown_from_where_assay_runs(estate: Estate) -> None:
    found = lines(estate.check(Path("root", "tfplan"), cwd=estate.top))
    assert found == {
        "aws_instance.golden": ("root/main.tf", 31),
        WEB: ("modules/web/web.tf", 6),
        "aws_launch_template.excepted": ("root/excepted.tf", 4),
    }


def test_a_plan_that_lies_elsewhere_is_rendered_where_it_can_be(
    estate: Estate, tmp_path: Path
) -> None:
    """Here, above the plan, or where --source-root says."""
    (estate.root / "out" / "plans").mkdir(parents=True)
    below = estate.root / "out" / "plans" / "tfplan"
    below.write_bytes((estate.root / "tfplan").read_bytes())
    assert lines(estate.check(below, cwd=estate.top))[WEB] == ("modules/web/web.tf", 6)
    away = tmp_path / "tfplan"
    away.write_bytes(below.read_bytes())
    assert lines(estate.check(away)) == LINES
    found = estate.check(away, "--source-root", "root", cwd=estate.top)
    assert lines(found)[WEB] == ("modules/web/web.tf", 6)
    assert lines(found)["aws_instance.golden"] == ("root/main.tf", 31)


def test_lines_are_those_of_the_code_that_was_planned(estate: Estate) -> None:
    """The code has been edited since: whatever the checkout has there now was not planned."""
    file = estate.top / "root" / "excepted.tf"
    file.write_text("\n\n\n" + CODE["root/excepted.tf"].replace("assay:ignore", "assay:forgotten"))
    try:
        saved = estate.check(Path("root", "tfplan"), cwd=estate.top)
    finally:
        file.write_text(CODE["root/excepted.tf"])
    assert lines(saved)["aws_launch_template.excepted"] == ("excepted.tf", 4)
    assert saved.report["summary"]["excepted"] == 1


def test_comments_in_the_planned_code_except_unless_they_may_not(
    estate: Estate, judged: Run
) -> None:
    assert judged.report["summary"]["excepted"] == 1
    bare = estate.check("tfplan", "--no-inline")
    assert bare.report["summary"]["excepted"] == 0
    assert lines(bare) == LINES


def test_several_plans_are_judged_together(estate: Estate) -> None:
    (estate.root / "second.tfplan").write_bytes((estate.root / "tfplan").read_bytes())
    found = estate.check("tfplan", "second.tfplan", "plan.json")
    assert [each["path"] for each in found.report["inputs"]] == [
        "tfplan", "second.tfplan", "plan.json"
    ]  # fmt: skip
    assert len(found.report["verdicts"]) == 9


def test_a_saved_plan_is_recorded_and_checked_without_aws(
    estate: Estate, judged: Run, tmp_path: Path
) -> None:
    catalog = tmp_path / "catalog.json"
    made = estate.assay("record", "tfplan", "-o", catalog)
    assert made.code == 0, made.stderr
    apart = dict.fromkeys(talking_to("", WORKLOAD), "")
    again = estate.check("tfplan", "--catalog", catalog, variables=apart)
    assert again.rules() == judged.rules()


# --------------------------------------------------------------------------- what stands in the way


def test_nothing_gets_in_between_is_left_or_leaks(estate: Estate, tmp_path: Path) -> None:
    """Neither what the environment says to Terraform, nor what the plan holds."""
    loud = {
        "TF_LOG": "trace",
        "TF_LOG_PATH": str(estate.top / "log"),
        "TF_CLI_ARGS": "-bogus",
        "TF_CLI_ARGS_show": "-bogus",
    }
    found = estate.check("tfplan", variables={**loud, "TMPDIR": str(tmp_path)})
    assert found.code == 1
    assert lines(found) == LINES
    assert not (estate.top / "log").exists()
    assert PASSWORD not in found.stdout + found.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_plan_of_another_version_says_which(estate: Estate, tmp_path: Path) -> None:
    version = json.loads(estate.terraform("version", "-json"))["terraform_version"]
    other = version[:-1] + ("0" if version[-1] != "0" else "1")
    data = (estate.root / "tfplan").read_bytes()
    plan = tmp_path / "tfplan"
    plan.write_bytes(rewritten(data, "tfplan", version.encode(), other.encode()))
    line = refused(estate.check(plan, "--source-root", estate.root))
    assert f"a saved plan of Terraform {other}" in line
    assert "--terraform PATH" in line


def test_without_its_providers_no_plan_is_rendered(estate: Estate, tmp_path: Path) -> None:
    plan = tmp_path / "tfplan"
    plan.write_bytes((estate.root / "tfplan").read_bytes())
    line = refused(estate.check(plan, cwd=tmp_path))
    assert "cannot be rendered without registry.terraform.io/hashicorp/aws" in line
    assert "terraform init" in line
    assert "--source-root" in line


def test_no_program_of_the_repository_is_run(estate: Estate, tmp_path: Path) -> None:
    """A pull request can bring providers, with a lock file that has their digests."""
    (tmp_path / "tfplan").write_bytes((estate.root / "tfplan").read_bytes())
    [provider] = (estate.root / ".terraform" / "providers").glob("*/*/*/*/*")
    below = provider.relative_to(estate.root)
    own = tmp_path / below / "terraform-provider-aws_v5.100.0_x5"
    own.parent.mkdir(parents=True)
    own.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    own.chmod(0o755)
    refused(estate.check("tfplan", cwd=tmp_path))  # the plan's own lock file has other digests
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    subprocess.run(["git", "add", "-f", ".terraform"], cwd=tmp_path, check=True)
    line = refused(estate.check("tfplan", cwd=tmp_path))
    assert "are committed to the repository" in line
    assert not (tmp_path / "ran").exists()


def test_no_cut_plan_is_judged(estate: Estate, tmp_path: Path) -> None:
    data = (estate.root / "tfplan").read_bytes()
    plan = tmp_path / "tfplan"
    for part in range(1, 50):
        plan.write_bytes(data[: len(data) * part // 50])
        refused(estate.check(plan, "--source-root", estate.root))
