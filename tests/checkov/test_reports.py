"""checkov's own reports and switches with the checks: what stays valid, what is told, what hides."""

import gzip
import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft4Validator

from tests import command
from tests.checkov.environment import ROOT
from tests.checkov.running import CHECKS, FIXTURES, Checkov, plan_options
from tests.checkov.test_engine import planned, result, verdict, whole
from tests.checkov.worlds import asked
from tests.plans import instance, plan

pytestmark = pytest.mark.checkov
DEMO = FIXTURES / "demo"
PLAN = DEMO / "plan.json"
LEGACY = {"aws_instance.legacy": ["CKV_ASSAY_1"]}
SCHEMA = Path(__file__).parents[3] / "shared" / "schemas" / "sarif-schema-2.1.0.json"
WHEELS = Path(sys.prefix) / "wheels"
"""What `make` keeps for builds without a network."""
FORMATS = ("cli", "cyclonedx", "github_failed_only", "gitlab_sast", "junitxml", "sarif")


@pytest.fixture
def made(checkov: Checkov, tmp_path: Path) -> Any:
    """checkov's reports in every format, by name; all of them of one run."""

    def run(**env: str) -> dict[str, Path]:
        formats = [each for name in FORMATS for each in ("--output", name)]
        folder = tmp_path / "reports"
        folder.mkdir(exist_ok=True)
        options = [*plan_options(PLAN), *formats, "--output-file-path", folder]
        ended = checkov(*options, cwd=tmp_path, env={**asked(DEMO), **env})
        assert ended.code == 1, ended.stderr
        return {path.name.removeprefix("results_"): path for path in folder.iterdir()}

    return run


def test_every_format_can_be_written(made: Any) -> None:
    reports = made()
    assert len(reports) == len(FORMATS) + 1
    sarif = json.loads(reports["sarif.sarif"].read_text())
    (run,) = sarif["runs"]
    (rule,) = run["tool"]["driver"]["rules"]
    (found,) = run["results"]
    assert (rule["id"], found["ruleId"], found["level"]) == ("CKV_ASSAY_1", "CKV_ASSAY_1", "error")
    assert rule["properties"]["security-severity"] == "8.9"
    assert rule["helpUri"].endswith("ami-watermark.html")
    assert found["attachments"] == []


@pytest.mark.skipif(
    not SCHEMA.exists(),
    reason=f"NOT TESTED: ../shared/schemas/{SCHEMA.name} is not on this machine",
)
def test_the_sarif_is_valid(made: Any) -> None:
    sarif = json.loads(made()["sarif.sarif"].read_text())
    assert list(Draft4Validator(json.loads(SCHEMA.read_text())).iter_errors(sarif)) == []


def test_the_reason_in_the_reports_costs_the_sarif_its_validity(made: Any) -> None:
    reports = made(ASSAY_CHECKOV_DETAILS="1")
    assert "carries no golden watermark" in reports["cli.txt"].read_text()
    (found,) = json.loads(reports["sarif.sarif"].read_text())["runs"][0]["results"]
    (attachment,) = found["attachments"]
    assert "artifactLocation" not in attachment  # which the schema requires


def test_records_have_category_severity_and_the_attribute(checkov: Checkov, tmp_path: Path) -> None:
    run = checkov(*plan_options(PLAN), cwd=tmp_path, env=asked(DEMO))
    (record,) = json.loads(run.stdout)["results"]["failed_checks"]
    assert record["severity"] == "HIGH"
    assert record["check_result"]["evaluated_keys"] == ["ami"]
    assert record["resource_address"] == "aws_instance.legacy"
    assert record["details"] == []
    assert "[WARNI]" in run.stderr


def test_lines_of_the_code_with_enrichment(checkov: Checkov, tmp_path: Path) -> None:
    shutil.copy(DEMO / "main.tf", tmp_path)
    options = [*plan_options(PLAN), "--repo-root-for-plan-enrichment", "."]
    run = checkov(*options, cwd=tmp_path, env=asked(DEMO))
    (record,) = json.loads(run.stdout)["results"]["failed_checks"]
    assert record["file_path"].lstrip("/") == "main.tf"
    block = "".join(line for _, line in record["code_block"])
    assert 'resource "aws_instance" "legacy"' in block
    assert run.code == 1


@pytest.mark.parametrize(
    ("comment", "code"),
    [("CKV_ASSAY_2", 1), ("CKV_ASSAY_1", 0), ("CKV_ASSAY_10", 0)],  # a longer id holds the other
)
def test_skip_comments_with_enrichment_reach_other_modules(
    checkov: Checkov, tmp_path: Path, comment: str, code: int
) -> None:
    """Documented: checkov compares neither modules nor indices, nor whole ids."""
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "main.tf").write_text(
        f'resource "aws_instance" "web" {{\n  # checkov:skip={comment}:a reason\n  ami = "x"\n}}\n'
    )
    modules = ("module.one", "module.two")
    changes = [instance(f"{each}.aws_instance.web", "ami-x", module=each) for each in modules]
    document = plan(*changes) | {"planned_values": planned(changes)}
    (tmp_path / "plan.json").write_text(json.dumps(document))
    sha256 = hashlib.sha256((tmp_path / "plan.json").read_bytes()).hexdigest()
    said = [verdict(each["address"], "fail", result("unmarked", "fail")) for each in changes]
    (tmp_path / "report.json").write_text(json.dumps(whole(*said, sha256=sha256)))
    options = plan_options(tmp_path / "plan.json", only="CKV_ASSAY_1")
    options += ["--repo-root-for-plan-enrichment", "."]
    run = checkov(*options, cwd=tmp_path, env={"ASSAY_REPORT": "report.json"})
    wanted = {each["address"]: ["CKV_ASSAY_1"] for each in changes}
    assert run.records("failed" if code else "skipped") == wanted
    assert run.code == code


def test_what_checkov_does_not_read_is_beyond_its_checks(checkov: Checkov, tmp_path: Path) -> None:
    """Documented: exit code 0 and no record, so that the gate is assay itself."""
    data = PLAN.read_bytes()
    for name, content in (
        ("plan.txt", data),
        ("gzip.json", gzip.compress(data)),
        ("lines.json", data + data),
    ):
        (tmp_path / name).write_bytes(content)
        run = checkov(*plan_options(tmp_path / name), cwd=tmp_path, env=asked(DEMO))
        assert (run.code, "CKV_ASSAY" in run.stdout) == (0, False), name
    run = checkov(*plan_options(PLAN), cwd=tmp_path, env=asked(DEMO), checks=tmp_path / "none")
    assert (run.code, "CKV_ASSAY" in run.stdout) == (0, False)


def test_a_baseline_hides_every_later_image_at_an_address(checkov: Checkov, tmp_path: Path) -> None:
    """Documented, and the reason why no baseline should hold golden descent."""
    plan = tmp_path / "plan.json"
    shutil.copy(PLAN, plan)
    options = ["-d", ".", "--framework", "terraform_plan", "-c", "CKV_ASSAY_1"]
    run = checkov(*options, "--create-baseline", cwd=tmp_path, env=asked(DEMO))
    assert run.code == 1
    plan.write_text(PLAN.read_text().replace("ami-0abf27d91986ff14c", "ami-0fffffffffffffff1"))
    run = checkov(*options, cwd=tmp_path, env=asked(DEMO))
    assert (run.code, run.records("failed")) == (1, LEGACY)
    options += ["--baseline", ".checkov.baseline"]
    run = checkov(*options, cwd=tmp_path, env=asked(DEMO))
    assert (run.code, run.records("failed")) == (0, {})


class TestGit:
    """`--external-checks-git`: checkov takes no notice of `//checks` and runs all that it finds."""

    @pytest.fixture
    @staticmethod
    def repository(tmp_path: Path) -> Path:
        folder = tmp_path / "repository"
        shutil.copytree(CHECKS, folder / "checks", ignore=shutil.ignore_patterns("__pycache__"))
        (folder / "src").mkdir()
        (folder / "src" / "__init__.py").touch()
        (folder / "src" / "planted.py").write_text("print('this ran, too')")
        git("init", "--quiet", cwd=folder)
        git("add", ".", cwd=folder)
        git("commit", "--quiet", "-m", "all", cwd=folder)
        return folder

    def run(self, commands: Path, repository: Path, ref: str) -> Any:
        url = f"file://{repository}//checks?ref={ref}"
        given = ["--framework", "terraform_plan", "-c", "CKV_ASSAY_1", "--skip-download"]
        return subprocess.run(
            [commands / "checkov", "-f", PLAN, *given, "--external-checks-git", url],
            env=asked(DEMO),
            cwd=repository.parent,
            capture_output=True,
            text=True,
            check=False,
        )

    def test_a_ref_that_holds_nothing_but_the_checks(
        self, commands: Path, repository: Path
    ) -> None:
        """As `make checks-ref` makes it, for a release to tag."""
        checks = git("rev-parse", "HEAD:checks", cwd=repository)
        tree = git("mktree", cwd=repository, given=f"040000 tree {checks}\tchecks\n")
        commit = git("commit-tree", "-m", "checks", tree, cwd=repository)
        git("tag", "checks-1", commit, cwd=repository)
        done = self.run(commands, repository, "checks-1")
        assert "FAILED for resource: aws_instance.legacy" in done.stdout
        assert "this ran, too" not in done.stdout
        assert done.returncode == 1

    def test_any_other_ref(self, commands: Path, repository: Path) -> None:
        done = self.run(commands, repository, git("rev-parse", "HEAD", cwd=repository))
        assert "this ran, too" in done.stdout


@pytest.mark.skipif(not WHEELS.exists(), reason=f"NOT TESTED from a wheel: no {WHEELS}")
def test_from_an_installed_wheel(checkov: Checkov, tmp_path: Path) -> None:
    """The directory that `assay checkov-dir` prints of a wheel holds the same files."""
    offline = ("--quiet", "--no-deps", "--no-index", "--find-links", WHEELS)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", *offline, "--wheel-dir", tmp_path, ROOT], check=True
    )
    (wheel,) = tmp_path.glob("*.whl")
    shutil.unpack_archive(wheel, tmp_path / "site", "zip")
    installed = tmp_path / "site" / "assay" / "checks"
    names = {path.name for path in CHECKS.iterdir() if path.is_file()}
    assert {path.name for path in installed.iterdir()} == names
    run = command.assay("checkov-dir", cwd=tmp_path, env={"PYTHONPATH": str(tmp_path / "site")})
    assert run.stdout == f"{installed}\n"
    found = checkov(*plan_options(PLAN), cwd=tmp_path, env=asked(DEMO), checks=installed)
    assert (found.code, found.records("failed")) == (1, LEGACY)


def git(*arguments: str, cwd: Path, given: str = "") -> str:
    who = [
        "-c",
        "user.name=assay",
        "-c",
        "user.email=assay@example.com",
        "-c",
        "init.defaultBranch=m",
    ]
    done = subprocess.run(
        ["git", *who, *arguments], cwd=cwd, input=given, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()
