"""Saved plans in the hands of programs that are not Terraform, or that end otherwise than it should."""

import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.run import program
from tests import command
from tests.command import POLICY, Run
from tests.plans import dump, instance, plan
from tests.saved import archive, members

BOOKMARK = b'{"remote_plan_format":1,"run_id":"run-Bx","hostname":"app.terraform.io"}'
PLAN = dump(plan(instance("aws_instance.a", "ami-0123456789abcdef0")))
SECRET = "hunter2"

Program = Callable[..., Path]


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "assay.yaml").write_text(POLICY)
    (tmp_path / "tfplan").write_bytes(archive(members()))
    (tmp_path / "bookmark").write_bytes(BOOKMARK)
    (tmp_path / "plan.json").write_bytes(PLAN)
    (tmp_path / "programs").mkdir()
    return tmp_path


@pytest.fixture
def made(here: Path) -> Program:
    """Makes a program of a shell script, which finds the plan in plan.json, if it likes."""

    def make(script: str, name: str = "terraform") -> Path:
        path = here / "programs" / name
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    return make


def check(here: Path, *arguments: str | Path, path: str | None = None) -> Run:
    environment = {"PATH": f"{here}/programs:{os.defpath}" if path is None else path}
    return command.assay("check", *arguments, "--offline", cwd=here, env=environment)


def refused(run: Run, *, cure: bool = True) -> str:
    assert run.code == 2, run.stderr
    assert run.stdout == ""
    assert len(run.stderr.splitlines()) == 1, run.stderr
    assert "; " in run.stderr or not cure
    assert SECRET not in run.stderr
    return run.stderr


# ------------------------------------------------------------------------------- what is asked, and how


def test_the_program_gets_the_bytes_that_are_judged_in_a_folder_of_its_own(
    here: Path, made: Program
) -> None:
    made(f'echo "$@" > {here}/asked; env > {here}/env; cmp tfplan "$5" && cat plan.json; exec <&-')
    found = check(here, "tfplan", "--format", "json")
    assert found.code == 3, found.stderr
    assert [each["address"] for each in found.report["verdicts"]] == ["aws_instance.a"]
    chdir, *words, copy = (here / "asked").read_text().split()
    folder = Path(copy).parent
    assert (chdir, words) == (f"-chdir={folder}", ["show", "-json", "-no-color"])
    assert folder != here
    assert not folder.exists()
    variables = dict(line.split("=", 1) for line in (here / "env").read_text().splitlines())
    assert variables["TF_DATA_DIR"] == f"{folder}/.terraform"
    assert variables["CHECKPOINT_DISABLE"] == "1"


def test_terraform_comes_before_opentofu_unless_the_plan_is_of_that(
    here: Path, made: Program
) -> None:
    made("exit 0", "terraform")
    made("cat plan.json", "tofu")
    assert "terraform prints nothing" in refused(check(here, "tfplan"))
    lock = b'provider "registry.opentofu.org/hashicorp/aws" {\n}\n'
    (here / "tfplan").write_bytes(archive(members(**{".terraform.lock.hcl": lock})))
    assert check(here, "tfplan").code == 3
    made("cat plan.json", "terraform").rename(here / "other")
    (here / "tfplan").write_bytes(archive(members()))
    assert check(here, "tfplan").code == 3


def test_a_program_is_named_by_an_option_or_a_variable(here: Path, made: Program) -> None:
    made("exit 0")
    own = made("cat plan.json", "own")
    for name in ("own", own, "programs/own"):
        assert check(here, "tfplan", "--terraform", name).code == 3
    environment = {"PATH": f"{here}/programs", "ASSAY_TERRAFORM": "own"}
    run = command.assay("check", "tfplan", "--offline", cwd=here, env=environment)
    assert run.code == 2  # a script with nothing of the system on PATH has no cat
    assert "own" in run.stderr


def test_the_program_behind_a_wrapper_is_run(here: Path, made: Program) -> None:
    """hashicorp/setup-terraform, its README: `terraform_wrapper`."""
    made("echo ::debug::wrapped; cat plan.json")
    made("cat plan.json", "terraform-bin")
    made("exit 1", "tofu-bin")
    assert check(here, "tfplan").code == 3
    assert program.find(f"{here}/programs", ["terraform"]) == f"{here}/programs/terraform-bin"
    assert program.find(f"{here}/programs", ["tofu"]) is None


def test_no_program_is_found_where_the_repository_could_bring_it(here: Path, made: Program) -> None:
    made("cat plan.json")
    for path in (".", "programs", "", "./programs", f"{os.pathsep}programs"):
        assert "is on PATH" in refused(check(here, "tfplan", path=path))


# --------------------------------------------------------------------------------- bookmarks


def test_a_plan_that_is_kept_elsewhere_is_fetched_where_its_code_stands(
    here: Path, made: Program
) -> None:
    code = here / "code"
    (code / ".terraform").mkdir(parents=True)
    made(f'echo "$1" > {here}/asked; cat plan.json')
    found = check(here, "bookmark", "--format", "json")
    assert found.code == 3, found.stderr
    assert (here / "asked").read_text() == f"-chdir={here}\n"
    assert found.stderr == (
        "assay: bookmark: the plan is stored in HCP Terraform and judged without its code\n"
    )
    assert [each["path"] for each in found.report["inputs"]] == ["bookmark"]
    bookmark = here / "bookmark"
    (code / "tfplan").write_bytes(bookmark.read_bytes())
    assert check(here, "code/tfplan").code == 3
    assert (here / "asked").read_text() == f"-chdir={code}\n"


def test_nothing_that_is_committed_takes_part_in_fetching(here: Path, made: Program) -> None:
    """A backend can be a provider's, too (Terraform 1.14, `state_store`)."""
    made("cat plan.json")
    (here / ".terraform" / "providers").mkdir(parents=True)
    (here / ".terraform" / "providers" / "program").write_text("")
    subprocess.run(["git", "init", "-q"], cwd=here, check=True)
    assert check(here, "bookmark").code == 3
    subprocess.run(["git", "add", "-f", ".terraform"], cwd=here, check=True)
    assert "are committed to the repository" in refused(check(here, "bookmark"))


def test_one_that_cannot_be_fetched_says_what_to_do(here: Path, made: Program) -> None:
    made(f'echo "Error: Couldn\'t show cloud plan\n\nPlan read error: {SECRET}" >&2; exit 1')
    line = refused(check(here, "bookmark"))
    assert "could not fetch it (exit code 1: Couldn't show cloud plan" in line
    assert "terraform login" in line


def test_a_bookmark_on_standard_input_leads_nowhere(here: Path) -> None:
    run = command.assay("check", "-", "--offline", cwd=here, stdin=BOOKMARK)
    assert "the bookmark of a plan" in refused(run)


# ------------------------------------------------------------------------------- what goes wrong


def test_what_is_rendered_has_to_be_a_plan(here: Path, made: Program) -> None:
    for output in (
        "",
        "plan",
        "{}",
        f"{{'{SECRET}'",
        '{"format_version":"9.0","planned_values":{}}',
    ):
        made(f"printf '%s' '{output}'")
        refused(check(here, "tfplan"), cure=False)
    made("cat plan.json; echo; cat plan.json")
    assert "renders to several plans" in refused(check(here, "tfplan"))
    made("head -c 200 plan.json")
    refused(check(here, "tfplan"), cure=False)
    made("cat plan.json; exit 1")
    refused(check(here, "tfplan"))


def test_what_a_program_complains_of_is_not_quoted(here: Path, made: Program) -> None:
    made(f'echo "Error: {SECRET[:-1]}=\\"{SECRET}\\"" >&2; exit 1')
    assert "cannot render" in refused(check(here, "tfplan"))


def test_a_program_that_is_none_is_told(here: Path, made: Program) -> None:
    assert "No such file" in refused(check(here, "tfplan", "--terraform", "./nothing"))
    assert "Permission denied" in refused(check(here, "tfplan", "--terraform", "./plan.json"))
    made("", "empty").write_bytes(b"")
    assert "cannot be rendered by" in refused(check(here, "tfplan", "--terraform", "empty"))


def test_files_that_opentofu_alone_reads_are_rendered_by_it(here: Path, made: Program) -> None:
    code = {"tfconfig/m-/more.tofu": b""}
    (here / "tfplan").write_bytes(archive(members(**code)))
    made('[ "$1" = version ] && echo Terraform v1.11.4 || cat plan.json')
    assert "a saved plan of OpenTofu" in refused(check(here, "tfplan"))
    made('[ "$1" = version ] && echo OpenTofu v1.11.4 || cat plan.json')
    assert check(here, "tfplan").code == 3


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="no groups of processes here")
def test_a_program_that_does_not_end_is_ended_with_all_that_it_started(
    here: Path, made: Program
) -> None:
    held = here / "held"
    os.mkfifo(held)
    reading = os.open(held, os.O_RDONLY | os.O_NONBLOCK)
    endless = made(f"exec 3> {held}; echo started >&3; tail -f /dev/null & wait")
    ended = program.run([str(endless)], os.environ, seconds=3)
    assert (ended.late, ended.code) == (True, -signal.SIGKILL)
    assert os.read(reading, 100) == b"started\n"
    assert select.select([reading], [], [], 60)[0], "somebody still holds it"
    assert os.read(reading, 100) == b""
    os.close(reading)


def test_a_program_that_writes_without_end_is_ended(
    made: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(program, "RENDERED_MIB", 1)
    ended = program.run([str(made("exec yes"))], os.environ)
    assert ended.too_large
    assert not ended.late
    assert len(ended.content) <= 2 * 2**20


def test_many_complaints_do_not_stop_a_program(made: Program) -> None:
    """Nobody reads them meanwhile: a pipe would be full."""
    noisy = made(
        f"{sys.executable} -c 'import sys; sys.stderr.write(\"word \\n\" * 10**6)'; echo end"
    )
    ended = program.run([str(noisy)], os.environ)
    assert (ended.code, ended.content) == (0, b"end\n")
    assert ended.complaints.startswith("word word")
    assert len(ended.complaints) <= 2**16


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="nothing here has no end")
def test_a_link_to_what_has_no_end_is_no_file_of_the_code(here: Path, made: Program) -> None:
    made("cat plan.json")
    (here / "tfplan").write_bytes(archive(members(**{"tfconfig/m-/main.tf": b""})))
    (here / "main.tf").symlink_to("/dev/zero")
    assert check(here, "tfplan").code == 3
