"""What paths mean to the command: what is there, what it is, and what is never written over."""

from pathlib import Path

import pytest

from tests import command
from tests.command import POLICY, talking_to
from tests.emulator import serve
from tests.plans import dump, instance, plan
from tests.worlds import WORKLOAD, GoldenWorld

MISSING = "ami-0fffffffffffffff1"
CODE = f"""\
provider "aws" {{
  region = "us-east-1"
}}

resource "aws_instance" "a" {{
  ami = "{MISSING}"
}}
"""


@pytest.fixture
def here(tmp_path: Path) -> Path:
    (tmp_path / "assay.yaml").write_text(POLICY)
    (tmp_path / "plan.json").write_bytes(dump(plan()))
    code = tmp_path / "code" / "module"
    code.mkdir(parents=True)
    (tmp_path / "code" / "main.tf").write_text(CODE)
    (tmp_path / "code" / "prod.tfvars").write_text('a = "b"\n')
    (code / "main.tf").write_text("# nothing\n")
    (tmp_path / "catalog.json").write_text(
        '{"assay_catalog": 2, "recorded_at": "2026-11-21T00:00:00Z", "places": []}'
    )
    return tmp_path


def failed(here: Path, *arguments: str) -> str:
    """The one line of a command that gives no verdict and leaves every file as it is."""
    before = {path: path.read_bytes() for path in here.rglob("*") if path.is_file()}
    run = command.assay(*arguments, cwd=here)
    assert (run.code, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert {path: path.read_bytes() for path in here.rglob("*") if path.is_file()} == before
    return run.stderr


@pytest.mark.parametrize(
    "path", ["nope/x.tf", "nope.tf", "nope/x.tfvars", "code/x.tf", "x.tf.json", "x.tofu"]
)
def test_code_that_is_not_there_is_no_verdict(here: Path, path: str) -> None:
    assert failed(here, "check", path, "--offline") == f"assay: {path}: is not there\n"
    failed(here, "check", "code", path, "--offline")


def test_values_without_code_are_no_pass(here: Path) -> None:
    alone = here / "alone"
    alone.mkdir()
    (alone / "prod.tfvars").write_text('a = "b"\n')
    (alone / "assay.yaml").write_text(POLICY)
    ask = ("check", "prod.tfvars", "--offline", "--format", "json")
    run = command.assay(*ask, cwd=alone)
    assert (run.code, run.report["outcome"], run.report["verdicts"]) == (3, "undetermined", [])
    lenient = command.assay(*ask, "--undetermined", "warning", cwd=alone)
    assert (lenient.code, lenient.report["outcome"]) == (0, "undetermined")
    for way in ((), ("-q",)):
        text = command.assay("check", "prod.tfvars", "--offline", *way, cwd=alone)
        assert (text.code, text.stdout.split()[0]) == (3, "UNDETERMINED")


@pytest.mark.parametrize("name", ["prod.tf.json", "prod.tofu.json", "prod.tfvars.json"])
def test_a_plan_is_a_plan_whatever_its_name(here: Path, name: str) -> None:
    (here / name).write_bytes(dump(plan(instance("aws_instance.planned", MISSING))))
    run = command.assay("check", name, "--offline", "--format", "json", cwd=here)
    assert [(each["path"], each["kind"]) for each in run.report["inputs"]] == [(name, "plan")]
    assert run.outcomes() == {"aws_instance.planned": "undetermined"}


@pytest.mark.parametrize(
    ("first", "refused"),
    [('"//": {"format_version": "1"}', set()), ('"format_version": "1"', {"(code/web.tf.json)"})],
    ids=["a comment", "no block of Terraform"],
)
def test_code_in_json_stays_code(here: Path, first: str, refused: set[str]) -> None:
    """Terraform refuses what is neither a block of its own nor a comment."""
    (here / "code" / "main.tf").unlink()
    (here / "code" / "web.tf.json").write_text(
        f'{{{first}, "resource": {{"aws_instance": {{"web": {{"ami": "ami-0"}}}}}}}}'
    )
    run = command.assay("check", "code/web.tf.json", "--offline", "--format", "json", cwd=here)
    assert [each["kind"] for each in run.report["inputs"]] == ["hcl"]
    assert set(run.outcomes()) == {"aws_instance.web", *refused}
    assert (run.code, bool(run.stderr)) == ((2, True) if refused else (3, False))


OVER = {
    "a plan": (("plan.json",), "plan.json", "plan.json"),
    "the default policy": (("plan.json",), "assay.yaml", "assay.yaml"),
    "a policy": (("plan.json", "--policy", "code/../assay.yaml"), "./assay.yaml", "assay.yaml"),
    "a catalogue": (("plan.json", "--catalog", "catalog.json"), "catalog.json", "catalog.json"),
    "values": (("code", "--var-file", "code/prod.tfvars"), "code/prod.tfvars", "prod.tfvars"),
    "code below": (("code",), "code/module/main.tf", "code that is read"),
    "values below": (("code",), "code/prod.tfvars", "code that is read"),
    "code beside": (("code/prod.tfvars",), "code/main.tf", "code that is read"),
    "code of other plans": (("plan.json",), "code/main.tf", "code"),
    "values of other plans": (("plan.json",), "code/prod.tfvars", "code"),
    "the source root": (("plan.json", "--source-root", "code"), "code/main.tf", "code that is"),
}


@pytest.mark.parametrize(("arguments", "target", "named"), OVER.values(), ids=list(OVER))
@pytest.mark.parametrize("command_name", ["check", "record"])
def test_nothing_that_is_read_is_written_over(
    here: Path, command_name: str, arguments: tuple[str, ...], target: str, named: str
) -> None:
    output = f"json={target}" if command_name == "check" else target
    line = failed(here, command_name, *arguments, "-o", output)
    assert line.startswith(f"assay: -o {target} would overwrite ")
    assert named in line


def test_a_link_to_what_is_read_is_that(here: Path) -> None:
    (here / "link").symlink_to("assay.yaml")
    line = failed(here, "check", "plan.json", "-o", "json=link")
    assert line == "assay: -o link would overwrite assay.yaml; name another file\n"


def test_new_files_beside_code_are_written(here: Path) -> None:
    reports = ("-o", "json=code/report.json", "-o", "text=code/module/new.txt")
    run = command.assay("check", "code", "--offline", *reports, cwd=here)
    assert run.code == 3
    assert (here / "code/module/new.txt").read_text() == run.stdout


def test_exported_criteria_are_not_written_over_the_policy(here: Path) -> None:
    for more in ((), ("--policy", "assay.yaml")):
        line = failed(here, "export", "allowed-amis", "-o", "assay.yaml", *more)
        assert line == "assay: -o assay.yaml would overwrite assay.yaml; name another file\n"


def test_standard_output_is_not_a_file_to_write(here: Path) -> None:
    line = failed(here, "check", "plan.json", "-o", "json=-")
    assert "name a file; use --format for standard output" in line
    assert not (here / "-").exists()


NO_PLACE = {
    "a directory": ("code", "Is a directory; name a file in it"),
    "below nothing": ("none/x.json", "No such file or directory; make the directory none first"),
    "below a file": ("plan.json/x", "Not a directory"),
    "a full disk": ("/dev/full", "No space left on device"),
}


@pytest.mark.parametrize(("path", "why"), NO_PLACE.values(), ids=list(NO_PLACE))
def test_what_cannot_be_written_is_said_with_what_to_do(here: Path, path: str, why: str) -> None:
    """A report and a recording cost no other one; where nothing else is made, nobody is asked."""
    told = f"assay: {path}: cannot be written: {why}\n"
    before = sorted(here.rglob("*"))
    for option, value in (("-o", f"json={path}"), ("--record", path)):
        asked = ("check", "plan.json", "--catalog", "catalog.json")
        given = (*asked, option, value, "-o", "sarif=report.sarif")
        run = command.assay(*given, cwd=here)
        assert (run.code, run.stderr) == (2, told)
        assert run.stdout.startswith("PASS no AMI reference")
        (here / "report.sarif").unlink()
    assert failed(here, "export", "allowed-amis", "-o", path).endswith(told)
    assert failed(here, "record", "plan.json", "--catalog", "catalog.json", "-o", path) == told
    if path != "/dev/full":  # which only writing tells
        line = failed(here, "inventory", "--region", "us-east-1", "-o", f"json={path}")
        assert line == told
    assert sorted(here.rglob("*")) == before


def test_a_check_that_asks_nobody_replaces_no_recording(here: Path) -> None:
    before = (here / "catalog.json").read_bytes()
    (here / "answers.json").write_bytes(before)
    line = failed(here, "check", "plan.json", "--offline", "--record", "answers.json")
    told = "--record has no answers to save with --offline: leave out one of them"
    assert line == f"assay: {told}\n"
    assert (here / "answers.json").read_bytes() == before


def test_the_option_that_would_write_over_something_is_named(here: Path) -> None:
    line = failed(here, "check", "plan.json", "--offline", "--record", "assay.yaml")
    assert line.startswith("assay: --record assay.yaml would overwrite assay.yaml; name another")
    line = failed(here, "check", "plan.json", "--offline", "--record", "x", "-o", "json=x")
    assert line == "assay: --record x would overwrite another output; name another file\n"
    line = failed(here, "inventory", "--accounts", "plan.json", "-o", "csv=plan.json")
    assert line.startswith("assay: -o plan.json would overwrite plan.json; name another")


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", ""),
        ("check", "plan.json", "--policy", ""),
        ("check", "plan.json", "--catalog", ""),
        ("record", "plan.json", "-o", ""),
        ("init", "--policy", ""),
        ("inventory", "--store", ""),
        ("check", "plan.json", "--store", ""),
        ("check", "plan.json", "--source-root", ""),
        ("check", "plan.json", "--record", ""),
        ("doctor", "--policy", ""),
    ],
)
def test_an_empty_name_is_no_file(here: Path, arguments: tuple[str, ...]) -> None:
    option = arguments[-2]
    what = (
        f"{option} names nothing" if option[0] == "-" else "a file or directory is named by nothing"
    )
    assert failed(here, *arguments) == f"assay: {what}; is a variable not set?\n"


def test_a_directory_is_no_policy_and_no_catalogue(here: Path) -> None:
    for option in ("--policy", "--catalog"):
        line = failed(here, "check", "plan.json", option, "code")
        assert line == "assay: code: is a directory; name a file\n"


@pytest.mark.parametrize("store", ["plan.json", "plan.json/inventory"])
def test_a_store_is_a_directory(here: Path, store: str) -> None:
    golden = GoldenWorld()
    with serve(golden.world) as server:
        given = ("inventory", "--region", "us-east-1", "--store", store)
        run = command.assay(*given, cwd=here, env=talking_to(server.url, WORKLOAD))
    assert run.code == 2
    assert run.stderr.startswith(
        f"assay: {store}: is not a directory; name a directory for the store"
    )
