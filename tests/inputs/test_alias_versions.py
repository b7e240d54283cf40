"""An alias that is made of one parameter's version and another one's name leads to that other one."""

import json
from pathlib import Path
from typing import Any

import pytest

from assay.inputs.plan.plan import Source, read_plans
from assay.inputs.terraform.directory import Code
from assay.inputs.terraform.of_plans import CodeOfPlans
from assay.kept import Kept
from assay.model import Kind, Planned, Unknown, Value

GOLDEN, OTHER = "/golden/linux", "/other/linux"
CODE = """
provider "aws" {{
  region = "us-east-1"
}}
resource "aws_ssm_parameter" "golden" {{
  name      = "{name}"
  type      = "String"
  data_type = "aws:ec2:image"
  value     = "ami-0f1a06d78f22e593a"
}}
resource "aws_instance" "web" {{
  ami = "{image}"
}}
"""
VERSION = "${aws_ssm_parameter.golden.version}"


def planned(reads: list[str]) -> bytes:
    """The plan that Terraform makes of the code: an update, so that the version is not known yet."""
    parameter = {"name": GOLDEN, "type": "String", "data_type": "aws:ec2:image"}
    after = {**parameter, "value": "ami-0f1a06d78f22e593a"}
    references = [each for read in reads for each in (read, read.rpartition(".")[0])]

    def change(kind: str, name: str, after: dict[str, Any], unknown: object) -> dict[str, Any]:
        actions = {"actions": ["create"], "before": None, "after": after, "after_unknown": unknown}
        return {
            "address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name,
            "change": actions,
        }  # fmt: skip

    def block(kind: str, name: str, expressions: dict[str, Any]) -> dict[str, Any]:
        return {
            "address": f"{kind}.{name}", "mode": "managed", "type": kind, "name": name,
            "provider_config_key": "aws", "expressions": expressions,
        }  # fmt: skip

    constants = {name: {"constant_value": value} for name, value in after.items()}
    region = {"region": {"constant_value": "us-east-1"}}
    return json.dumps(
        {
            "format_version": "1.2",
            "planned_values": {"root_module": {}},
            "resource_changes": [
                change("aws_ssm_parameter", "golden", after, {"version": True, "arn": True}),
                change("aws_instance", "web", {}, {"ami": True}),
            ],
            "configuration": {
                "provider_config": {"aws": {"name": "aws", "expressions": region}},
                "root_module": {
                    "resources": [
                        block("aws_ssm_parameter", "golden", constants),
                        block("aws_instance", "web", {"ami": {"references": references}}),
                    ]
                },
            },
        }
    ).encode()


def image(source: Source) -> Value:
    return next(each.value for each in source.references if each.address == "aws_instance.web")


IMAGES = [
    pytest.param(
        f"resolve:ssm:{OTHER}:{VERSION}", ["aws_ssm_parameter.golden.version"], False, id="another"
    ),
    pytest.param(
        f"resolve:ssm:${{aws_ssm_parameter.golden.name}}:{VERSION}",
        ["aws_ssm_parameter.golden.name", "aws_ssm_parameter.golden.version"],
        True,
        id="its-own",
    ),
]


@pytest.mark.parametrize(("text", "reads", "known"), IMAGES)
def test_a_plan_alone_believes_a_version_beside_its_name(
    text: str, reads: list[str], *, known: bool
) -> None:
    del text
    [source] = read_plans("plan.json", planned(reads), kinds=tuple(Kind), region=None)
    assert isinstance(image(source), Planned if known else Unknown)


@pytest.mark.parametrize(("text", "reads", "known"), IMAGES)
def test_a_plan_with_its_code_holds_the_name_against_the_parameter(
    text: str, reads: list[str], tmp_path: Path, *, known: bool
) -> None:
    (tmp_path / "main.tf").write_text(CODE.format(name=GOLDEN, image=text))
    code = CodeOfPlans.checkout(Kept(None), None, str(tmp_path))
    [source] = read_plans(
        "plan.json", planned(reads), kinds=tuple(Kind), region=None, joining=code.join
    )
    assert code.at_lines(source).notes == ()  # it was read together
    assert isinstance(image(source), Planned if known else Unknown)


def test_with_its_code_a_name_that_is_written_out_is_held_against_the_parameter(
    tmp_path: Path,
) -> None:
    """Which no plan alone can do: it does not show what stands before the version."""
    text = f"resolve:ssm:{GOLDEN}:{VERSION}"
    (tmp_path / "main.tf").write_text(CODE.format(name=GOLDEN, image=text))
    plan = planned(["aws_ssm_parameter.golden.version"])
    code = CodeOfPlans.checkout(Kept(None), None, str(tmp_path))
    [joined] = read_plans("plan.json", plan, kinds=tuple(Kind), region=None, joining=code.join)
    assert isinstance(image(joined), Planned)
    [alone] = read_plans("plan.json", plan, kinds=tuple(Kind), region=None)
    assert isinstance(image(alone), Unknown)


@pytest.mark.parametrize(("text", "reads", "known"), IMAGES)
def test_code_alone_holds_the_name_against_the_parameter(
    text: str, reads: list[str], tmp_path: Path, *, known: bool
) -> None:
    del reads
    (tmp_path / "main.tf").write_text(CODE.format(name=GOLDEN, image=text))
    source = Code(Kept(None)).source(str(tmp_path), kinds=tuple(Kind), region=None)
    assert isinstance(image(source), Planned if known else Unknown)
