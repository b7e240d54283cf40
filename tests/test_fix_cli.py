"""`assay check --suggest` and `--fix`: the image that could stand there, in reports and in code."""

import json
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import command
from tests.command import POLICY, Run, talking_to
from tests.emulator import Server, serve
from tests.emulator.faults import Refusing
from tests.fleet.test_suggest import Estate
from tests.plans import dump, instance, plan
from tests.worlds import REGION, WORKLOAD

PROVIDER = f'provider "aws" {{\n  region = "{REGION}"\n}}\n'
Check = Callable[..., Run]


@pytest.fixture(name="estate")
def _estate() -> Estate:
    return Estate()


@pytest.fixture(name="bad")
def _bad(estate: Estate) -> str:
    return estate.home_made()


@pytest.fixture(name="faults")
def _faults() -> Refusing:
    return Refusing()


@pytest.fixture(name="server")
def _server(estate: Estate, faults: Refusing) -> Iterator[Server]:
    with serve(estate.world, faults) as server:
        yield server


@pytest.fixture(name="check")
def _check(server: Server, tmp_path: Path) -> Check:
    (tmp_path / "assay.yaml").write_text(POLICY)

    def check(*options: str, env: dict[str, str] | None = None) -> Run:
        environment = {
            **talking_to(server.url, WORKLOAD),
            "ASSAY_CACHE_DIR": str(tmp_path / "cache"),
        }
        arguments = options if options[:1] == ("inventory",) else ("check", *(options or ("code",)))
        return command.assay(*arguments, cwd=tmp_path, env={**environment, **(env or {})})

    return check


def code(folder: Path, **files: str | bytes) -> Path:
    """A root module of some files; `__` stands for a dot, `___` for a slash."""
    root = folder / "code"
    for name, content in files.items():
        path = root / name.replace("___", "/").replace("__", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    (root / "provider.tf").write_text(PROVIDER)
    return root


def web(ami: str) -> str:
    return f'resource "aws_instance" "web" {{\n  ami = {ami}\n}}\n'


# ------------------------------------------------------------------------------------- suggestions


def test_a_check_that_nobody_asked_for_suggestions_pays_nothing(
    server: Server, bad: str, check: Check, tmp_path: Path
) -> None:
    code(tmp_path, main__tf=web(f'"{bad}"'))
    plain = check("code")
    assert len(server.calls("DescribeImages")) == 1
    suggesting = check("code", "--suggest")
    assert len(server.calls("DescribeImages")) > 2
    assert plain.code == suggesting.code == 1
    assert "which passes in" not in plain.stdout
    assert "which passes in" in suggesting.stdout


@pytest.mark.parametrize("form", ["text", "json", "markdown", "sarif", "junit", "html"])
def test_reports_name_the_image_that_could_stand_there(
    estate: Estate, bad: str, check: Check, tmp_path: Path, form: str
) -> None:
    (tmp_path / "plan.json").write_bytes(dump(plan(instance("aws_instance.bad", bad))))
    run = check("plan.json", "--suggest", "--format", form)
    assert run.code == 1
    assert estate.golden in run.stdout
    if form == "json":
        (unmarked,) = (
            each for each in run.report["verdicts"][0]["results"] if each["rule"] == "unmarked"
        )
        assert (
            f"use {estate.golden} (golden), which passes in {WORKLOAD}/{REGION}" in unmarked["fix"]
        )


def test_for_a_sensitive_value_nothing_is_suggested(
    estate: Estate, bad: str, check: Check, tmp_path: Path
) -> None:
    hidden = instance("aws_instance.bad", bad, sensitive={"ami": True})
    (tmp_path / "plan.json").write_bytes(dump(plan(hidden)))
    run = check("plan.json", "--suggest", "--format", "json")
    assert run.code == 1
    assert bad not in run.stdout + run.stderr
    assert "which passes in" not in run.stdout


def take(check: Check, folder: Path, *options: str) -> Run:
    (folder / "accounts").write_text(f"{WORKLOAD}\n")
    policy = POLICY + (
        f'aws:\n  readers:\n    "{WORKLOAD}": {{role_arn: "arn:aws:iam::{WORKLOAD}:role/assay-reader"}}\n'
    )
    (folder / "fleet.yaml").write_text(policy)
    fleet = ("--policy", "fleet.yaml", "--accounts", "accounts", "--region", REGION)
    return check("inventory", *fleet, *options)


@pytest.mark.parametrize("named", [("--store", "inventory"), ()])
def test_a_store_tells_what_could_stand_there_and_aws_is_asked_no_more(
    estate: Estate,
    server: Server,
    bad: str,
    check: Check,
    tmp_path: Path,
    named: tuple[str, ...],
) -> None:
    assert take(check, tmp_path).code == 0
    root = code(tmp_path, main__tf=web(f'"{bad}"'))
    before = len(server.requests)
    assert check("code").code == 1
    plain = [(each.service, each.operation) for each in server.requests[before:]]
    again = len(server.requests)
    run = check("code", *named, "--fix", env={} if named else {"ASSAY_STORE": "inventory"})
    assert [(each.service, each.operation) for each in server.requests[again:]] == plain
    assert f"use {estate.golden} (golden), which passes in {WORKLOAD}/{REGION}" in " ".join(
        run.stdout.split()
    )
    assert estate.golden in (root / "main.tf").read_text()


def test_a_store_that_cannot_be_read_costs_no_verdict(
    bad: str, check: Check, tmp_path: Path
) -> None:
    code(tmp_path, main__tf=web(f'"{bad}"'))
    run = check("code", "--store", "nowhere")
    assert run.code == 1
    assert "no suggestions: " in run.stderr
    assert "holds no night" in run.stderr


def test_a_list_that_was_cut_short_is_no_reason_to_rewrite(
    estate: Estate, bad: str, check: Check, tmp_path: Path, faults: Refusing
) -> None:
    """A better one, or one of another line, may stand where nobody looked."""
    estate.copy()
    faults.parameters.add("ExecutableUsers")
    run = take(check, tmp_path)
    assert run.code == 3, run.stdout
    root = code(tmp_path, main__tf=web(f'"{bad}"'))
    before = (root / "main.tf").read_bytes()
    run = check("code", "--store", "inventory", "--fix")
    assert run.code == 1
    assert " (copy in us-east-1), which passes in" in run.stdout
    assert "other images may pass: " in run.stderr
    assert (root / "main.tf").read_bytes() == before


def test_a_list_of_something_else_that_was_cut_short_is_no_reason_not_to(
    estate: Estate, bad: str, check: Check, tmp_path: Path, faults: Refusing
) -> None:
    faults.operations.add("DescribeLaunchTemplates")
    assert take(check, tmp_path).code == 3
    root = code(tmp_path, main__tf=web(f'"{bad}"'))
    assert check("code", "--store", "inventory", "--fix").code == 1
    assert f'"{estate.golden}"' in (root / "main.tf").read_text()


# ---------------------------------------------------------------------------------------- rewriting


def test_a_literal_is_rewritten_and_nothing_beside_it(
    estate: Estate, bad: str, check: Check, tmp_path: Path
) -> None:
    """A byte order mark, carriage returns, a comment with the same id, and the file's permissions stay."""
    text = f'resource "aws_instance" "web" {{\r\n  # "{bad}" was\r\n  ami = "{bad}" # "{bad}"\r\n}}\r\n'
    root = code(tmp_path, main__tf=b"\xef\xbb\xbf" + text.encode())
    (root / "main.tf").chmod(0o640)
    run = check("code", "--fix")
    assert run.code == 1, run.stderr
    wanted = text.replace(f'ami = "{bad}"', f'ami = "{estate.golden}"')
    assert (root / "main.tf").read_bytes() == b"\xef\xbb\xbf" + wanted.encode()
    assert stat.S_IMODE((root / "main.tf").stat().st_mode) == 0o640
    assert "1 reference rewritten; check again" in run.stderr
    assert "--- code/main.tf\n+++ code/main.tf\n@@ -3 +3 @@\n" in run.stderr
    assert sorted(each.name for each in root.iterdir()) == ["main.tf", "provider.tf"]
    assert check("code").code == 0
    again = check("code", "--fix")
    assert "0 references rewritten" in again.stderr


@pytest.mark.parametrize(
    ("files", "changed"),
    [
        ({"main__tf": web("var.ami") + 'variable "ami" {}\n', "terraform__tfvars": 'secret = "s3cret"\nami = "{bad}"\n'},
         "terraform.tfvars"),
        ({"main__tf": web("var.ami") + 'variable "ami" {\n  default = "{bad}"\n}\n'}, "main.tf"),
        ({"main__tf": web('"${var.ami}"') + 'variable "ami" {}\n', "a__auto__tfvars__json": '{\n  "x": 1,\n  "ami":\n    "{bad}"\n}\n'},
         "a.auto.tfvars.json"),
        ({"main__tf": web("local.ami") + 'locals {\n  ami = ("{bad}")\n}\n'}, "main.tf"),
        ({"main__tf": 'module "m" {\n  source = "./m"\n  image = "{bad}"\n}\n',
          "m___main__tf": web("var.image") + 'variable "image" {}\n'}, "main.tf"),
        ({"main__tf": 'module "m" {\n  source = "./m"\n  image = var.ami\n}\nvariable "ami" {}\n',
          "terraform__tfvars": 'ami = "{bad}"\n', "m___main__tf": web("var.image") + 'variable "image" {}\n'},
         "terraform.tfvars"),
        ({"main__tf": 'module "m" {\n  source = "./m"\n}\n',
          "m___main__tf": web("var.image") + 'variable "image" {\n  default = "{bad}"\n}\n'}, "m/main.tf"),
        ({"main__tf__json": '{"resource": {"aws_instance": {"web": {"ami": "{bad}"}}}}'}, "main.tf.json"),
        ({"main__tf": web('"{bad}"'), "override__tf": web('"{bad}"')}, "override.tf"),
    ],
)  # fmt: skip
def test_the_literal_is_found_where_names_lead_to(
    estate: Estate, bad: str, check: Check, tmp_path: Path, files: dict[str, str], changed: str
) -> None:
    root = code(tmp_path, **{name: text.replace("{bad}", bad) for name, text in files.items()})
    before = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    run = check("code", "--fix")
    assert "1 reference rewritten; check again" in run.stderr, run.stderr
    after = {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
    assert {path for path in before if before[path] != after[path]} == {root / changed}
    assert after[root / changed] == before[root / changed].replace(
        bad.encode(), estate.golden.encode()
    )
    assert "s3cret" not in run.stderr + run.stdout
    assert check("code").code == 0


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"main__tf": web('var.amis["web"]') + 'variable "amis" {\n  default = { web = "{bad}" }\n}\n'}, "is computed"),
        ({"main__tf": web('lower("{bad}")')}, "is computed"),
        ({"main__tf": web('true ? "{bad}" : "{bad}"')}, "is computed"),
        ({"main__tf": web("var.ami") + web('"{golden}"').replace("web", "fine") + 'variable "ami" {\n  default = "{bad}"\n}\n'
          + 'module "m" {\n  source = "./m"\n  image = var.ami\n}\n',
          "m___main__tf": web("var.image") + 'variable "image" {}\n'}, None),
    ],
)  # fmt: skip
def test_what_is_no_literal_stays(
    estate: Estate, bad: str, check: Check, tmp_path: Path, files: dict[str, str], said: str | None
) -> None:
    filled = {
        name: text.replace("{bad}", bad).replace("{golden}", estate.golden)
        for name, text in files.items()
    }
    root = code(tmp_path, **filled)
    before = (root / "main.tf").read_bytes()
    run = check("code", "--fix")
    assert run.code == 1
    if said is None:  # two references through one literal: both want the same
        assert "2 references rewritten" in run.stderr
        assert check("code").code == 0
        return
    assert said in run.stderr
    assert "0 references rewritten" in run.stderr
    assert (root / "main.tf").read_bytes() == before


def test_a_value_of_the_environment_is_no_literal(bad: str, check: Check, tmp_path: Path) -> None:
    root = code(tmp_path, main__tf=web("var.ami") + f'variable "ami" {{\n  default = "{bad}"\n}}\n')
    before = (root / "main.tf").read_bytes()
    run = check("code", "--fix", env={"TF_VAR_ami": bad})
    assert "it comes from the environment: TF_VAR_ami" in run.stderr
    assert (root / "main.tf").read_bytes() == before


def test_where_several_lines_are_equally_near_nothing_is_chosen(
    estate: Estate, bad: str, check: Check, tmp_path: Path
) -> None:
    estate.build("db-1", "golden-db")
    root = code(tmp_path, main__tf=web(f'"{bad}"'))
    before = (root / "main.tf").read_bytes()
    run = check("code", "--fix")
    assert (
        "several golden images pass, and it is not clear which one to use: assay suggest"
        in run.stderr
    )
    assert "0 references rewritten" in run.stderr
    assert (root / "main.tf").read_bytes() == before


def test_a_literal_that_something_else_may_keep_stays(
    estate: Estate, bad: str, check: Check, tmp_path: Path
) -> None:
    (tmp_path / "assay.yaml").write_text(
        f"{POLICY}exceptions:\n  - match: {{address: aws_instance.kept}}\n    rules: [unmarked]\n"
        "    reason: r\n    approved_by: w\n    expires: 2099-01-01\n"
    )
    both = web("local.ami") + web("local.ami").replace("web", "kept")
    root = code(tmp_path, main__tf=f'{both}locals {{\n  ami = "{bad}"\n}}\n')
    before = (root / "main.tf").read_bytes()
    run = check("code", "--fix")
    assert "aws_instance.kept takes its image from the same literal" in run.stderr
    assert (root / "main.tf").read_bytes() == before


def test_a_link_is_not_followed(bad: str, check: Check, tmp_path: Path) -> None:
    root = code(tmp_path, main__tf="")
    (tmp_path / "shared.tf").write_text(web(f'"{bad}"'))
    (root / "main.tf").unlink()
    (root / "main.tf").symlink_to(tmp_path / "shared.tf")
    run = check("code", "--fix")
    assert "code/main.tf is a link" in run.stderr
    assert bad in (tmp_path / "shared.tf").read_text()
    assert (root / "main.tf").is_symlink()


def test_a_module_from_elsewhere_is_nobodys_to_change(
    bad: str, check: Check, tmp_path: Path
) -> None:
    root = code(
        tmp_path,
        main__tf='module "m" {\n  source = "example/m/aws"\n}\n',
        _terraform___modules___m___main__tf="",
    )
    inside = root / ".terraform/modules/m/main.tf"
    inside.parent.mkdir(parents=True, exist_ok=True)
    inside.write_text(web(f'"{bad}"'))
    listed = {"Modules": [{"Key": "", "Source": "", "Dir": "."},
                          {"Key": "m", "Source": "registry.terraform.io/example/m/aws", "Version": "1.0.0",
                           "Dir": ".terraform/modules/m"}]}  # fmt: skip
    (root / ".terraform/modules/modules.json").write_text(json.dumps(listed))
    run = check("code", "--fix")
    assert "it is in a module from elsewhere" in run.stderr, run.stdout
    assert bad in inside.read_text()


def test_a_plan_alone_has_nothing_to_rewrite(bad: str, check: Check, tmp_path: Path) -> None:
    (tmp_path / "plan.json").write_bytes(dump(plan(instance("aws_instance.bad", bad))))
    run = check("plan.json", "--fix")
    assert (run.code, run.stdout) == (2, "")
    assert run.stderr == (
        "assay: --fix rewrites code, but the inputs contain none; name the directory that contains the code\n"
    )


def test_a_file_that_may_not_be_written_is_told(bad: str, check: Check, tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write everything")
    root = code(tmp_path, main__tf=web(f'"{bad}"'))
    (root / "main.tf").chmod(0o444)
    run = check("code", "--fix")
    assert run.code == 2
    assert "code/main.tf: cannot be written" in run.stderr


def test_a_report_with_suggestions_is_still_what_its_answers_lead_to(
    estate: Estate, bad: str, check: Check, tmp_path: Path
) -> None:
    """The lists that candidates come from are in no recording: they are not compared, and that is told."""
    (tmp_path / "plan.json").write_bytes(dump(plan(instance("aws_instance.bad", bad))))
    assert (
        check("plan.json", "--suggest", "--record", "answers.json", "-o", "json=report.json").code
        == 1
    )
    assert (
        f"use {estate.golden} (golden), which passes in" in (tmp_path / "report.json").read_text()
    )
    grounds = ("report.json", "--plan", "plan.json", "--catalog", "answers.json")
    run = command.assay("report", "verify", *grounds, cwd=tmp_path)
    assert run.code == 0, run.stdout
    assert "the report suggests images, which these answers do not cover" in run.stderr
