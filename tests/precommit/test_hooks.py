"""What somebody meets who uses the hooks: in a repository of theirs, with the real pre-commit."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from tests import command
from tests.plans import dump, plan, resource
from tests.precommit.program import NOWHERE, ROOT, Repository
from tests.terraform.binary import MissingError, locate

pytestmark = pytest.mark.precommit

DEMO = ROOT / "fixtures" / "demo"
VARIABLES = json.loads((DEMO / "plan.json").read_text())["variables"]
GOLDEN: str = VARIABLES["web_ami"]["value"]
HOME_MADE: str = VARIABLES["legacy_ami"]["value"]
"""Nobody but its own account says that it is golden."""
ASK_RECORDING = ["--catalog", "catalog.json", "--policy", "policy.yaml"]
PROVIDER = """\
provider "aws" {
  region                      = "us-east-1"
  access_key                  = "planned-without-an-account"
  secret_key                  = "planned-without-an-account"
  skip_credentials_validation = true
  skip_requesting_account_id  = true
  skip_metadata_api_check     = true
}
"""
LOOKUP = """\
data "aws_ami" "base" {
  most_recent = true
  owners      = ["111122223333"]

  filter {
    name   = "name"
    values = ["golden-*"]
  }
}

resource "aws_instance" "web" {
  ami           = data.aws_ami.base.id
  instance_type = "t3.small"
}
"""
ANYBODYS_LOOKUP = LOOKUP.replace('  owners      = ["111122223333"]\n', "")
MODULE = """\
variable "image" {
  type = string
}

resource "aws_launch_template" "web" {
  name     = "web"
  image_id = var.image
}
"""


def calls_module(image: str) -> str:
    return f"""\
{PROVIDER}
module "fleet" {{
  source = "../../modules/fleet"
  image  = "{image}"
}}
"""


def instance(image: str, name: str = "web") -> str:
    return f"""\
resource "aws_instance" "{name}" {{
  ami           = "{image}"
  instance_type = "t3.small"
}}
"""


POLICY = {"assay.yaml": command.POLICY}
RECORDING = {name: (DEMO / name).read_text() for name in ("catalog.json", "policy.yaml")}
ESTATE = {
    **POLICY,
    "envs/prod/main.tf": calls_module(GOLDEN),
    "envs/dev/main.tf": f"{PROVIDER}\n{LOOKUP}",
    "modules/fleet/main.tf": MODULE,
}


def line_of(text: str, part: str) -> int:
    """The number of the one line that holds `part`."""
    [number] = [at for at, line in enumerate(text.splitlines(), 1) if part in line]
    return number


def headlines(said: str) -> list[str]:
    """The first lines of what fails, which name address, image, file and line."""
    return re.findall(r"^FAIL (?!\d).*$", said, re.MULTILINE)


def spots(said: str) -> list[str]:
    """The file and the line of each finding."""
    return [spot for line in headlines(said) for spot in re.findall(r"\S+:\d+\b", line)]


# ------------------------------------------------------------------------- the offline hook


def test_a_commit_passes_where_only_aws_could_tell_more(repository: Repository) -> None:
    repository.write(ESTATE)
    repository.use({"id": "assay"})
    run = repository.hooks_run()
    assert run.code == 0
    assert re.fullmatch(r"assay \(.*\)\.+Passed\n", run.stdout)


def test_it_says_what_it_did_not_check(repository: Repository) -> None:
    repository.write(ESTATE)
    repository.use({"id": "assay", "verbose": True})
    run = repository.hooks_run()
    assert run.code == 0
    assert "2 AMI references: 2 undetermined\n" in run.stdout
    assert "not checked (offline): 2 references need AWS\n" in run.stdout
    assert run.stdout.count("answers from: nobody (offline)") == 1


def test_a_finding_has_the_file_and_the_line(repository: Repository) -> None:
    code = f"{PROVIDER}\n{ANYBODYS_LOOKUP}"
    repository.write({**ESTATE, "envs/dev/main.tf": code})
    repository.use({"id": "assay"})
    run = repository.hooks_run()
    assert run.code == 1
    assert "- hook id: assay\n- exit code: 1\n" in run.stdout
    [found] = headlines(run.stdout)
    assert found.startswith("FAIL aws_instance.web ")
    assert spots(run.stdout) == [f"envs/dev/main.tf:{line_of(code, 'ami    ')}"]
    assert "\n  open-lookup: " in run.stdout
    assert "\x1b" not in run.stdout


def test_a_module_is_judged_where_it_is_called(repository: Repository) -> None:
    module = MODULE.replace("var.image", f'"{HOME_MADE}"')
    both = {f"envs/{env}/main.tf": calls_module(GOLDEN) for env in ("dev", "prod")}
    repository.write({**both, **RECORDING, "modules/fleet/main.tf": module})
    repository.use({"id": "assay", "args": ASK_RECORDING})
    run = repository.hooks_run()
    assert run.code == 1
    found = headlines(run.stdout)
    assert len(found) == 2
    assert all(each.startswith("FAIL module.fleet.aws_launch_template.web ") for each in found)
    assert spots(run.stdout) == 2 * [f"modules/fleet/main.tf:{line_of(module, 'image_id')}"]


def test_other_names_of_code(repository: Repository) -> None:
    native = f"{PROVIDER}\n{ANYBODYS_LOOKUP}"
    data = {"most_recent": True, "filter": {"name": "name", "values": ["golden-*"]}}
    as_json = {
        "provider": {"aws": {"region": "us-east-1"}},
        "data": {"aws_ami": {"base": data}},
        "resource": {"aws_instance": {"web": {"ami": "${data.aws_ami.base.id}"}}},
    }
    files = {
        "a/main.tofu": native,
        "b/main.tf.json": json.dumps(as_json, indent=2),
        "c/main.tofu.json": json.dumps(as_json, indent=2),
    }
    repository.write({**POLICY, **files})
    repository.use({"id": "assay"})
    run = repository.hooks_run()
    assert run.code == 1
    assert spots(run.stdout) == [
        f"{name}:{line_of(text, 'data.aws_ami.base.id')}" for name, text in files.items()
    ]


def test_copies_of_other_peoples_code_are_not_judged(repository: Repository) -> None:
    below = (".terraform/modules/x.tf", "envs/dev/.terragrunt-cache/a1/x.tf")
    repository.write({**POLICY, **dict.fromkeys(below, ANYBODYS_LOOKUP)})
    repository.use({"id": "assay"})
    run = repository.hooks_run()
    assert (run.code, "(no files to check)Skipped" in run.stdout) == (0, True)
    repository.write({"envs/dev/main.tf": f"{PROVIDER}\n{LOOKUP}"})
    run = repository.hooks_run()
    assert (run.code, "Passed" in run.stdout) == (0, True)


def test_broken_code_is_no_verdict_and_says_where(repository: Repository) -> None:
    broken = f'{PROVIDER}\nresource "aws_instance" "a" {{\n  ami = ["x" "y"]\n}}\n'
    line = line_of(broken, "ami =")
    repository.write({**ESTATE, "envs/dev/main.tf": broken})
    repository.use({"id": "assay"})
    run = repository.hooks_run()
    assert run.code == 1  # pre-commit's own
    assert "- exit code: 2\n" in run.stdout
    [told] = re.findall(r"^assay: (.*)$", run.stdout, re.MULTILINE)
    assert re.match(rf"envs/dev/main\.tf:{line}:\d+: is not valid Terraform code", told)


def test_without_a_policy_it_says_what_to_do(repository: Repository) -> None:
    repository.write({"main.tf": instance(GOLDEN)})
    repository.use({"id": "assay"})
    run = repository.hooks_run()
    assert run.code == 1
    assert "- exit code: 2\n" in run.stdout
    [told] = re.findall(r"^assay: (.*)$", run.stdout, re.MULTILINE)
    assert told.startswith("there is no policy: assay.yaml is not in this directory")
    assert "--policy" in told


def test_many_files_are_one_call_and_each_directory_is_judged_once(repository: Repository) -> None:
    files = dict(POLICY)
    for number in range(20):
        files[f"stacks/s{number:02}/main.tf"] = f"{PROVIDER}\n{ANYBODYS_LOOKUP}"
        files[f"stacks/s{number:02}/variables.tf"] = 'variable "unused" {}\n'
    repository.write(files)
    repository.use({"id": "assay"})
    run = repository.hooks_run()
    assert run.code == 1
    assert run.stdout.count("answers from: nobody (offline)") == 1
    assert [spot.rpartition("/")[0] for spot in spots(run.stdout)] == [
        f"stacks/s{number:02}" for number in range(20)
    ]


def test_only_the_directories_of_changed_files_are_judged(repository: Repository) -> None:
    code = f"{PROVIDER}\n{ANYBODYS_LOOKUP}"
    repository.write({**POLICY, "a/main.tf": code, "b/main.tf": code})
    repository.use({"id": "assay"})
    run = repository.hooks_run("--files", "b/main.tf")
    assert spots(run.stdout) == [f"b/main.tf:{line_of(code, 'ami    ')}"]


def test_git_refuses_the_commit_until_it_is_mended(repository: Repository) -> None:
    repository.write({**POLICY, "main.tf": f"{PROVIDER}\n{ANYBODYS_LOOKUP}"})
    repository.use({"id": "assay"}, {"id": "assay-live"}, {"id": "assay-policy"})
    repository.pre_commit("install")
    refused = repository.tried("git", "commit", "--message=one")
    assert refused.code == 1
    assert "open-lookup" in refused.stderr
    assert "assay-live" not in refused.stderr
    repository.write({"main.tf": f"{PROVIDER}\n{LOOKUP}"})
    repository.git("commit", "--message=two")
    assert repository.git("log", "--format=%s").split() == ["two"]


# ------------------------------------------------------------------------------ values files


def test_a_values_file_stands_for_its_directory(repository: Repository) -> None:
    code = f"{PROVIDER}\n{ANYBODYS_LOOKUP}"
    values = {
        "a/terraform.tfvars": "unused = 1\n",
        "b/prod.auto.tfvars": "unused = 1\n",
        "c/terraform.tfvars.json": '{"unused": 1}\n',
        "d/envs/prod.tfvars": "unused = 1\n",
    }
    stacks = {f"{stack}/main.tf": code for stack in "abcde"}
    repository.write({**POLICY, **stacks, **values})
    repository.use({"id": "assay"})
    run = repository.hooks_run("--files", *values)
    assert run.code == 1
    assert spots(run.stdout) == [f"{stack}/main.tf:{line_of(code, 'ami    ')}" for stack in "abcd"]


def test_the_values_decide(repository: Repository) -> None:
    code = f'{PROVIDER}\nvariable "image" {{}}\n\n{instance("x")}'.replace('"x"', "var.image")
    values = f'image = "{GOLDEN}"\n'
    repository.write({**RECORDING, "web/main.tf": code, "web/terraform.tfvars": values})
    repository.use({"id": "assay", "args": ASK_RECORDING})
    changed = ("--files", "web/terraform.tfvars")
    assert repository.hooks_run(*changed).code == 0
    repository.write({"web/terraform.tfvars": values.replace(GOLDEN, HOME_MADE)})
    run = repository.hooks_run(*changed)
    assert run.code == 1
    [found] = headlines(run.stdout)
    assert HOME_MADE in found
    assert spots(run.stdout) == [f"web/main.tf:{line_of(code, 'ami    ')}"]


# --------------------------------------------------------------- the same finding from a plan


CODE = {
    "envs/prod/main.tf": f"{calls_module(HOME_MADE)}\n{instance(HOME_MADE, 'legacy')}",
    "modules/fleet/main.tf": MODULE,
}
"""An image that is not golden, used by the root and by a module."""


def plan_by_hand() -> bytes:
    template = "module.fleet.aws_launch_template.web"
    made = plan(
        resource("aws_instance.legacy", {"ami": HOME_MADE, "launch_template": []}),
        resource(template, {"image_id": HOME_MADE, "name": "web"}, module="module.fleet"),
    )
    block = {
        "address": "aws_launch_template.web",
        "mode": "managed",
        "type": "aws_launch_template",
        "name": "web",
        "provider_config_key": "aws",
        "expressions": {"image_id": {"references": ["var.image"]}},
    }
    root: dict[str, Any] = made["configuration"]["root_module"]
    root["module_calls"] = {
        "fleet": {
            "source": "../../modules/fleet",
            "expressions": {"image": {"constant_value": HOME_MADE}},
            "module": {"resources": [block], "variables": {"image": {}}},
        }
    }
    return dump(made)


def hold_against_a_plan(repository: Repository, planned: bytes, root: str) -> dict[str, str]:
    """The hook's findings and those of a plan of the same code are the same, at the same lines.

    Says where each address that fails stands.
    """
    repository.write({**RECORDING, "plan.json": planned.decode()})
    repository.use({"id": "assay", "args": ASK_RECORDING})
    hook = repository.hooks_run()
    plain = command.assay(
        "check", "plan.json", "--source-root", root, *ASK_RECORDING, cwd=repository.folder
    )
    assert (hook.code, plain.code) == (1, 1)
    assert headlines(hook.stdout) == headlines(plain.stdout)
    for said in (hook.stdout, plain.stdout):
        assert f"\n  unmarked: {HOME_MADE} carries no golden watermark\n" in said
    addresses = [line.split()[1] for line in headlines(hook.stdout)]
    return dict(zip(addresses, spots(hook.stdout), strict=True))


def expected_spots() -> dict[str, str]:
    """Where the image stands that `CODE` uses."""
    return {
        address: f"{file}:{line_of(CODE[file], part)}"
        for address, file, part in (
            ("aws_instance.legacy", "envs/prod/main.tf", "ami    "),
            ("module.fleet.aws_launch_template.web", "modules/fleet/main.tf", "image_id"),
        )
    }


def test_a_plan_gives_the_same_finding_at_the_same_line(repository: Repository) -> None:
    repository.write(CODE)
    assert hold_against_a_plan(repository, plan_by_hand(), "envs/prod") == expected_spots()


def test_a_plan_that_terraform_once_made_does(repository: Repository) -> None:
    code = (DEMO / "main.tf").read_text()
    values = {name: each["value"] for name, each in VARIABLES.items()}
    repository.write({"main.tf": code, "terraform.tfvars.json": json.dumps(values)})
    found = hold_against_a_plan(repository, (DEMO / "plan.json").read_bytes(), ".")
    assert found == {"aws_instance.legacy": f"main.tf:{line_of(code, 'var.legacy_ami')}"}


@pytest.mark.terraform
def test_a_plan_that_terraform_makes_now_does(repository: Repository, tmp_path: Path) -> None:
    tree, home = tmp_path / "tree", tmp_path / "home"
    home.mkdir()
    for name, text in CODE.items():
        (tree / name).parent.mkdir(parents=True)
        (tree / name).write_text(text)
    try:
        terraform = locate(tree, home)
    except MissingError as missing:
        pytest.skip(f"NOT TESTED with the real Terraform: {missing}")
    terraform.initialise("envs/prod")
    repository.write(CODE)
    planned = terraform.plan("envs/prod", {})
    assert hold_against_a_plan(repository, planned, "envs/prod") == expected_spots()


# ------------------------------------------------------------------------------ the live hook


def test_the_live_hook_does_not_run_at_a_commit(repository: Repository) -> None:
    repository.write({**ESTATE, **RECORDING})
    repository.use({"id": "assay-live"})
    run = repository.hooks_run()
    assert (run.code, run.stdout, run.stderr) == (0, "", "")


def test_without_credentials_the_live_hook_says_so_at_once(repository: Repository) -> None:
    repository.write(ESTATE)
    repository.use({"id": "assay-live"})
    begun = time.monotonic()
    run = repository.hooks_run("--all-files", "--hook-stage", "manual")
    assert time.monotonic() - begun < 20
    assert run.code == 1
    assert "- exit code: 2\n" in run.stdout
    [told] = re.findall(r"^assay: (.*)$", run.stdout, re.MULTILINE)
    assert told.startswith("no usable AWS credentials")
    assert "Passed" not in run.stdout


def test_what_aws_does_not_answer_stops_a_push(repository: Repository) -> None:
    repository.write(ESTATE)
    repository.use({"id": "assay-live"})
    somebody = {
        "AWS_ACCESS_KEY_ID": "AKIAIOSFODNN7EXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "not-a-secret",
        "AWS_ENDPOINT_URL": NOWHERE,
        "AWS_MAX_ATTEMPTS": "1",
    }
    run = repository.hooks_run("--all-files", "--hook-stage", "manual", env=somebody)
    assert run.code == 1
    assert "- exit code: 3\n" in run.stdout
    assert "lookup-failed" in run.stdout


def test_the_live_hook_stops_a_push(repository: Repository, tmp_path: Path) -> None:
    repository.git("init", "--quiet", "--bare", str(tmp_path / "remote"))
    repository.git("remote", "add", "origin", str(tmp_path / "remote"))
    repository.write({**CODE, **RECORDING})
    repository.use({"id": "assay-live", "args": ASK_RECORDING})
    repository.pre_commit("install", "--hook-type", "pre-push")
    repository.git("commit", "--message=one")
    push = ("git", "push", "--quiet", "origin", "main")
    refused = repository.tried(*push)
    assert refused.code == 1
    assert len(headlines(refused.stdout)) == 2
    mended = {name: text.replace(HOME_MADE, GOLDEN) for name, text in CODE.items()}
    repository.write(mended)
    repository.git("commit", "--message=two")
    repository.git(*push[1:])


# ---------------------------------------------------------------------------- the policy hook


def test_valid_policies_pass(repository: Repository) -> None:
    starter = (ROOT / "policies" / "single-pipeline" / "policy.yaml").read_text()
    repository.write({**POLICY, "infra/.assay.yml": starter})
    repository.use({"id": "assay-policy"})
    assert repository.hooks_run().code == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("version: 1\ngolden: {watermarks: [{kye: 'x'}]}\n", "kye"),
        ("version: [\n", "YAML"),
        ("", "empty"),
    ],
)
def test_an_invalid_policy_is_named(repository: Repository, text: str, told: str) -> None:
    repository.write({"team/assay.yaml": text, "main.tf": instance(GOLDEN)})
    repository.use({"id": "assay-policy"})
    run = repository.hooks_run()
    assert run.code == 1
    [line] = re.findall(r"^assay: (team/assay\.yaml.*)$", run.stdout, re.MULTILINE)
    assert told in line
