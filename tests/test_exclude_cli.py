"""`--exclude`: directories of code that somebody wants left aside, and what everybody hears of them."""

import json
from pathlib import Path

import pytest

from tests.command import POLICY, Run
from tests.inputs.test_corpus import run_here

CODE = 'provider "aws" {\n  region = "us-east-1"\n}\nresource "aws_instance" "NAME" {\n  ami = "ami-0fffffffffffffff1"\n}\n'


@pytest.fixture(name="here")
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ASSAY_CACHE_DIR", str(tmp_path / "cache"))
    (tmp_path / "assay.yaml").write_text(POLICY)
    for name in ("app", "examples/basic", "examples/full/deep", "test", "lib[1]"):
        folder = tmp_path / "infra" / name
        folder.mkdir(parents=True)
        code = CODE.replace("NAME", name.replace("/", "_").replace("[1]", ""))
        (folder / "main.tf").write_text(code)
    return tmp_path


def check(*arguments: str) -> Run:
    return run_here("check", "infra", "--offline", "--no-cache", "--format", "json", *arguments)


def judged(run: Run) -> set[str]:
    return {verdict["address"].partition(".")[2] for verdict in run.report["verdicts"]}


EVERY = {"app", "examples_basic", "examples_full_deep", "test", "lib"}


@pytest.mark.parametrize(
    ("patterns", "left"),
    [
        (["examples"], {"examples_basic", "examples_full_deep"}),
        (["examples/"], {"examples_basic", "examples_full_deep"}),
        (["./examples/*"], {"examples_basic", "examples_full_deep"}),
        (["examples/full"], {"examples_full_deep"}),
        (["*/deep"], {"examples_full_deep"}),
        (["te?t", "app"], {"test", "app"}),
        (["lib[1]"], {"lib"}),
        (["a*p"], {"app"}),
    ],
)
def test_what_fits_is_left_aside_and_told_of(
    here: Path, patterns: list[str], left: set[str]
) -> None:
    run = check(*(each for pattern in patterns for each in ("--exclude", pattern)))
    assert judged(run) == EVERY - left
    assert run.report["summary"]["not_judged"] == {"excluded": len(left)}
    many = "directory" if len(left) == 1 else "directories"
    assert f"infra: {len(left)} {many} of Terraform code left out by --exclude" in run.stderr


@pytest.mark.parametrize("pattern", ["example", "xamples", "lib?1", "Test", "deep", "infra/app", "[a]pp"])  # fmt: skip
def test_what_fits_nothing_is_told_of(here: Path, pattern: str) -> None:
    run = check("--exclude", pattern)
    assert judged(run) == EVERY
    assert run.report["summary"]["not_judged"] == {}
    assert (
        f"--exclude {pattern}: matches no directory of Terraform code; it is compared with "
        in run.stderr
    )


def test_the_environment_names_several(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ASSAY_EXCLUDE", "examples/* test")
    assert judged(check()) == {"app", "lib"}


def test_nothing_left_is_no_verdict(here: Path) -> None:
    run = check("--exclude", "*")
    assert (run.code, run.stdout) == (2, "")
    assert "infra: --exclude leaves out all of its code" in run.stderr


def test_a_file_is_left_aside_by_the_path_of_its_directory(here: Path) -> None:
    run = run_here("check", "infra/app/main.tf", "infra/test/main.tf", "--exclude", "infra/te*",
                   "--offline", "--no-cache", "--format", "json")  # fmt: skip
    assert judged(run) == {"app"}
    assert run.report["summary"]["not_judged"] == {"excluded": 1}


def test_a_module_that_others_call_is_judged_with_them_and_not_by_itself(here: Path) -> None:
    call = 'module "shared" {\n  source = "../test"\n}\n'
    with (here / "infra" / "app" / "main.tf").open("a") as code:
        code.write(call)
    run = check("--exclude", "test", "--exclude", "examples", "--exclude", "lib*")
    addresses = {verdict["address"] for verdict in run.report["verdicts"]}
    assert addresses == {"aws_instance.app", "module.shared.aws_instance.test"}


def test_a_caller_that_is_left_aside_makes_no_module_of_a_root(here: Path) -> None:
    """What an example calls is a root where nobody looks at the example."""
    call = 'module "shared" {\n  source = "../../app"\n}\n'
    (here / "infra" / "examples" / "basic" / "main.tf").write_text(call)
    (here / "infra" / "app" / "main.tf").write_text(
        'resource "aws_instance" "app" {\n  ami = "ami-0fffffffffffffff1"\n}\n'
    )
    addresses = [
        verdict["address"] for verdict in check("--exclude", "examples").report["verdicts"]
    ]
    assert "aws_instance.app" in addresses
    assert "module.shared.aws_instance.app" not in addresses


def test_wildcards_take_no_time(here: Path) -> None:
    run = check("--exclude", "*a" * 2000 + "*b")
    assert json.loads(run.stdout)["summary"]["not_judged"] == {}
