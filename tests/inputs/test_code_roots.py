"""Which directories are judged as roots, and which are named because they are not."""

import os
from pathlib import Path

import pytest

from tests.inputs.test_code import ONE, THREE, TWO, Read, call, check, instance, variable

ENOUGH = 'provider "aws" {}\n'
BAD = instance("bad", f'"{TWO}"')


def judged(*paths: str) -> set[tuple[str, str]]:
    """Address and image of all verdicts."""
    done = check(*(paths or (".",)))
    return {(each["address"], each["value"]) for each in done.report["verdicts"]}


@pytest.mark.parametrize(
    "caller",
    [
        call("p", "../prod", "count = 0"),
        call("p", "../prod", "for_each = {}"),
        call("p", "../prod", "for_each = toset([])"),
        variable("on", "false") + call("p", "../prod", "count = var.on ? 1 : 0"),
        call("q", "../y") + call("p", "../prod", "count = 0"),
    ],
)
def test_a_root_that_is_called_without_any_instance_is_judged(read: Read, caller: str) -> None:
    read({"x/main.tf": caller, "y/main.tf": "", "prod/main.tf": BAD})
    assert ("aws_instance.bad", TWO) in judged()


def test_of_a_module_without_an_instance_what_callers_pass_is_named(read: Read) -> None:
    module = variable("image") + instance("passed", "var.image") + BAD
    read({"x/main.tf": call("p", "../m", f'image = "{ONE}"', "count = 0"), "m/main.tf": module})
    done = check(".")
    assert set(done.outcomes()) == {"aws_instance.bad"}
    assert (
        "m: judged on its own, since no call creates an instance of it; 1 of its images"
        in done.stderr
    )


def test_what_a_called_module_without_instances_calls_is_judged_within_it(read: Read) -> None:
    files = {
        "x/main.tf": call("p", "../prod", "count = 0"),
        "prod/main.tf": call("n", "../n", f'image = "{TWO}"'),
        "n/main.tf": variable("image", f'"{THREE}"') + instance("a", "var.image"),
    }
    read(files)
    assert judged() == {("module.n.aws_instance.a", TWO)}


def test_modules_that_call_each_other_are_judged(read: Read) -> None:
    read(
        {
            "a/main.tf": call("b", "../b", "count = 0") + instance("a", f'"{ONE}"'),
            "b/main.tf": call("a", "../a", "count = 0") + instance("b", f'"{TWO}"'),
        }
    )
    assert {image for _, image in judged()} == {ONE, TWO}


def test_a_root_with_a_provider_is_judged_though_others_call_it_with_other_images(
    read: Read,
) -> None:
    prod = ENOUGH + variable("image", f'"{TWO}"') + instance("a", "var.image")
    read({"x/main.tf": call("p", "../prod", f'image = "{ONE}"'), "prod/main.tf": prod})
    assert judged() == {("module.p.aws_instance.a", ONE), ("aws_instance.a", TWO)}


@pytest.mark.parametrize("provider", ["", 'provider "aws" {\n  alias = "west"\n}\n'])
def test_a_module_that_others_call_is_judged_with_what_they_pass(read: Read, provider: str) -> None:
    module = provider + variable("image", f'"{TWO}"') + instance("a", "var.image")
    read({"x/main.tf": call("p", "../m", f'image = "{ONE}"'), "m/main.tf": module})
    assert judged() == {("module.p.aws_instance.a", ONE)}


def test_a_module_called_from_a_file_of_one_tool_is_judged(read: Read) -> None:
    read({"x/main.tf": instance("a", f'"{ONE}"'), "x/more.tofu": call("p", "../m"), "m/a.tf": BAD})
    assert judged() == {("aws_instance.a", ONE), ("module.p.aws_instance.bad", TWO)}
    done = check(".", "--tool", "terraform")
    assert set(done.outcomes()) == {"aws_instance.a", "aws_instance.bad"}


def test_a_module_of_a_computed_source_is_judged_by_itself(read: Read) -> None:
    caller = 'module "p" {\n  source = "../${var.name}"\n}\n'
    read({"x/main.tf": caller + variable("name"), "m/a.tf": BAD})
    assert ("aws_instance.bad", TWO) in judged()
    read({"x/main.tf": caller + variable("name", '"m"')})
    assert judged() == {("module.p.aws_instance.bad", TWO)}


# --------------------------------------------------------------------- what is not walked through


def test_a_hidden_directory_with_code_is_named(read: Read) -> None:
    read({"a/main.tf": instance("a", f'"{ONE}"'), ".infra/live/main.tf": BAD, ".git/x/a.tf": BAD})
    done = check(".")
    assert set(done.outcomes()) == {"aws_instance.a"}
    assert ".infra: a hidden directory with Terraform code: not judged" in done.stderr
    assert ".git" not in done.stderr
    assert judged(".infra") == {("aws_instance.bad", TWO)}


def test_a_link_to_code_elsewhere_is_named(read: Read, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    read({"outside/live/main.tf": BAD, "here/a/main.tf": instance("a", f'"{ONE}"')})
    (tmp_path / "here" / "prod").symlink_to(outside)
    done = check("here")
    assert set(done.outcomes()) == {"aws_instance.a"}
    assert "here/prod: a symbolic link to Terraform code elsewhere: not judged" in done.stderr
    assert judged("here/prod") == {("aws_instance.bad", TWO)}


def test_a_link_to_a_directory_that_is_walked_is_judged_once(read: Read, tmp_path: Path) -> None:
    read({"real/main.tf": BAD})
    (tmp_path / "again").symlink_to("real")
    (tmp_path / "real" / "up").symlink_to("..")
    done = check(".")
    assert list(done.outcomes()) == ["aws_instance.bad"]
    assert "not judged" not in done.stderr


def test_a_link_to_a_hidden_directory_is_judged(read: Read, tmp_path: Path) -> None:
    read({".live/prod/main.tf": BAD, "main.tf": instance("a", f'"{ONE}"')})
    (tmp_path / "prod").symlink_to(".live/prod")
    assert judged() == {("aws_instance.a", ONE), ("aws_instance.bad", TWO)}


def test_what_may_be_code_but_cannot_be_looked_at_is_named(read: Read, tmp_path: Path) -> None:
    """A target with too long a name cannot be looked at by anybody, not even by root."""
    read({"main.tf": instance("a", f'"{ONE}"'), ".terraform/x": "", ".old/x": "", "broken": ""})
    (tmp_path / "broken").unlink()
    (tmp_path / "broken").symlink_to("nowhere")
    for name in ("prod", ".terraform/modules", ".old/code", ".prod", "bad.tf"):
        (tmp_path / name).symlink_to("x" * 300)
    done = check(".")
    assert done.outcomes()["aws_instance.a"] == "undetermined"
    told = [line for line in done.stderr.splitlines() if "cannot be read" in line]
    assert sorted(line.partition("assay: ")[2] for line in told) == [
        ".prod: cannot be read: not judged",
        "bad.tf: cannot be read: File name too long",
        "prod: cannot be read: not judged",
    ]


@pytest.mark.skipif(os.geteuid() == 0, reason="NOT TESTED: this user may read everything")
def test_a_directory_that_cannot_be_read_is_named(read: Read, tmp_path: Path) -> None:
    read({"a/main.tf": BAD, "b/main.tf": BAD})
    (tmp_path / "b").chmod(0)
    assert "b: a directory that cannot be read: not judged" in check(".").stderr


def test_files_that_may_decide_and_that_nobody_reads_are_named(read: Read) -> None:
    """Their values are for somebody's `-var-file`, or another tool's: no pass should hide that."""
    code = variable("image", f'"{ONE}"') + instance("a", "var.image")
    values = f'image = "{TWO}"\n'
    read({"m/main.tf": code, "m/prod.tfvars": values, "env/a.tfvars.json": "{}"})
    told = "env/a.tfvars.json, m/prod.tfvars: values that are not read"
    assert told in check(".").stderr
    assert "env/a.tfvars.json: values" in check(".", "--var-file", "m/prod.tfvars").stderr
    Path("m/terragrunt.hcl").write_text("")
    Path("m/a.tfcomponent.hcl").write_text("")
    heard = check(".").stderr
    assert "m/terragrunt.hcl: not read, so what Terragrunt passes is not judged" in heard
    assert "m/a.tfcomponent.hcl: not read, so what Terraform Stacks passes" in heard


def test_of_values_that_are_read_nothing_is_said(read: Read) -> None:
    code = variable("image") + instance("a", "var.image")
    values = f'image = "{TWO}"\n'
    read(
        {
            "main.tf": code,
            "terraform.tfvars": values,
            "b.auto.tfvars": values,
            "x.tfvars.example": "",
        }
    )
    assert "not read" not in check(".").stderr
