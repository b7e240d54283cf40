"""Words of code mode: no plan is spoken of, nothing comes from itself, and a complaint is told once."""

from pathlib import Path

import pytest

from tests.command import POLICY, Run
from tests.inputs.test_code import Read, instance, variable
from tests.inputs.test_corpus import run_here

NOWHERE = "nothing specifies the provider's Region"


def check(*arguments: str) -> Run:
    Path("assay.yaml").write_text(POLICY)
    return run_here("check", ".", "--offline", "--no-cache", *arguments)


def messages(code: str, read: Read) -> dict[str, str]:
    read(code)
    return {
        each["address"]: " ".join(
            f"{result['message']} {result['fix']}"
            for result in each["results"]
            if result["outcome"] != "pass"
        )
        for each in check("--format", "json").report["verdicts"]
    }


def test_code_mode_does_not_speak_of_plans(read: Read) -> None:
    code = """
variable "r" {}
provider "aws" {
  region = var.r
}
provider "aws" {
  alias  = "role"
  region = "us-east-1"
  assume_role {
    role_arn = var.r
  }
}
"""
    code += instance("a", '"ami-00000001"') + instance("b", "file(pathexpand(var.r))")
    code += instance("c", '"ami-00000001"', "provider = aws.role") + instance("d", '"nope"')
    code += instance("e", "data.external.x.result") + instance("f", "aws_instance.b.ami")
    code += 'resource "aws_ecs_capacity_provider" "c" {\n  name = "c"\n  auto_scaling_group_provider {\n    auto_scaling_group_arn = "arn:aws:autoscaling:us-east-1:222222222222:autoScalingGroup:1:autoScalingGroupName/x"\n  }\n}\n'
    found = messages(code, read)
    assert len(found) > 5
    assert {address: text for address, text in found.items() if " plan" in text} == {}


@pytest.mark.parametrize("expression", ['file("x")', "aws_instance.a.ami", 'var.a[file("x")]'])  # fmt: skip
def test_nothing_comes_from_itself(read: Read, expression: str) -> None:
    code = variable("a", "{}") + 'provider "aws" {\n  region = "us-east-1"\n}\n'
    [text] = messages(code + instance("a", expression), read).values()
    assert "comes from aws_instance.a" not in text


def test_a_region_that_nobody_says_is_told_once(read: Read) -> None:
    read('provider "aws" {}\n' + "".join(instance(f"i{n}", f'"ami-{n:08x}"') for n in range(30)))
    text = check().stdout
    assert text.count(NOWHERE) == 1
    assert "(30 references)" in text
    report = check("--format", "json").report
    told = [r["message"] for each in report["verdicts"] for r in each["results"]]
    assert sum(NOWHERE in message for message in told) == 30


def test_once_in_each_root(read: Read) -> None:
    one = "".join(instance(f"i{n}", f'"ami-{n:08x}"') for n in range(3))
    read({"a/main.tf": one, "b/main.tf": one})
    assert check().stdout.count(NOWHERE) == 2
