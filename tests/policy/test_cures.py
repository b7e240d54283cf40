"""What to do where no image can be named: each way out belongs to what stood in the way."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.model import (
    Action,
    Alias,
    AmiId,
    Imageless,
    ImageSearch,
    Made,
    Place,
    Planned,
    TemplateRef,
    Unknown,
    Unplaced,
    Unusable,
    Value,
)
from assay.policy.cures import way_out
from tests.judging import HERE

ROOT = Path(__file__).parents[2]
NOWHERE = Unplaced("nothing specifies the provider's Region")
NO_ROLE = Unplaced("the provider assumes a role that cannot be told")
VARIABLE = "give var.ami a value: a default, a tfvars file, --var-file or TF_VAR_ami"


def cure(value: Value, place: Place | Unplaced = HERE, action: Action = Action.DECLARED) -> str:
    return way_out(value, place, "ami", action)


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda value: value,
        lambda value: Planned("launch template aws_launch_template.t", value),
        lambda value: Made("aws_ami_copy.c", "CopyImage", Planned("x", value), HERE),
    ],
)
@pytest.mark.parametrize("place", [HERE, NOWHERE])
def test_what_is_unknown_at_the_end_of_the_way_decides(
    wrapped: Callable[[Value], Value], place: Place | Unplaced
) -> None:
    assert cure(wrapped(Unknown(("var.ami",))), place) == VARIABLE


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("var.ami", VARIABLE),
        ("var.ami.web", VARIABLE),
        ("var.ami[0]", VARIABLE),
        ("module.m.var.ami", "pass ami to module.m, or give var.ami a default there"),
        (
            'module.m["a.b"].module.n[0].var.ami',
            'pass ami to module.m["a.b"].module.n[0], or give var.ami a default there',
        ),
    ],
)
def test_a_variable_is_named_where_it_is_set(name: str, wanted: str) -> None:
    assert cure(Unknown((name,))) == wanted


@pytest.mark.parametrize("references", [(), ("data.external.x.result",), ("aws_instance.x.var",)])
def test_code_is_not_told_of_plans(references: tuple[str, ...]) -> None:
    assert "plan" not in cure(Unknown(references))
    assert "at plan time" in cure(Unknown(references), action=Action.CREATE)


@pytest.mark.parametrize("value", [AmiId("ami-00000001"), Alias("/x"), TemplateRef("lt-00000001", None)])  # fmt: skip
def test_a_place_that_is_not_told_names_the_line_to_write(value: Value) -> None:
    assert cure(value, NOWHERE).startswith('write region = "…" in its provider block')
    assert cure(value, NO_ROLE).startswith("write role_arn in its provider block")


def test_a_workspace_is_to_be_chosen_by_a_variable() -> None:
    assert "use a variable" in cure(Unknown(("module.m.terraform.workspace",)))


def test_what_is_of_another_place_is_told_how_it_becomes_the_same() -> None:
    found = Unusable("is an image that data.aws_ami.x looks up in another account or Region")
    assert "--region" in cure(found)


@pytest.mark.parametrize("place", [HERE, NOWHERE])
def test_what_is_no_image_needs_no_place(place: Place | Unplaced) -> None:
    value = Unusable("is neither an AMI id nor a resolve:ssm: alias")
    assert cure(value, place).startswith("set it to an AMI id")


def test_what_aws_answered_has_ways_out_of_its_own() -> None:
    assert "lookup" in cure(ImageSearch(owners=("self",)))
    assert "parameter" in cure(Alias("/x"))
    assert "template" in cure(TemplateRef(None, "web"))


@pytest.mark.parametrize(
    "attribute", ["template_body", "desired_state", "target[0].input", "values[0]", "yaml_body"]
)
@pytest.mark.parametrize(
    ("action", "wanted"),
    [
        (Action.CREATE, "make {} known at plan time, so that it can be read before apply"),
        (
            Action.DECLARED,
            "check a plan, in which {} can be read, or write it without unknown values",
        ),
    ],
)
def test_a_document_that_is_not_known_is_no_image(
    attribute: str, action: Action, wanted: str
) -> None:
    found = way_out(Unknown(("x.y",)), HERE, attribute, action)
    assert found == wanted.format(attribute)


SET = "set it to an AMI id, to a variable that has a value, or to an image that is looked up"
GIVE = "make the image known at plan time, so that it can be checked before apply"
NAME = "set it to an AMI id, or to resolve:ssm: and the name of a parameter"
TEMPLATE = "give the launch template an image, or launch from one that has one"


@pytest.mark.parametrize(
    ("value", "in_code", "in_a_plan"),
    [
        (AmiId("ami-00000001"), SET, GIVE),
        (Unknown(()), SET, GIVE),
        (Unknown(("data.external.x.result",)), SET, GIVE),
        (
            Unknown(("aws_launch_template.t.default_version",)),
            "name the template's latest_version, or set update_default_version",
            GIVE,
        ),
        (
            Unknown(("terraform.workspace",)),
            "use a variable instead of terraform.workspace, whose value is not in the code",
            GIVE,
        ),
        (Unusable("is an empty list"), SET, GIVE),
        (Unusable("is no AMI id"), NAME, NAME),
        (Unusable("is not a string"), NAME, NAME),
        (Unusable("is no parameter name"), NAME, NAME),
        (Unusable("is too long", "write less"), "write less", "write less"),
        (Imageless(), TEMPLATE, TEMPLATE),
        (TemplateRef("lt-1", None), TEMPLATE, TEMPLATE),
        (
            ImageSearch(("self",)),
            *["correct the lookup's filters, or set most_recent, so that it finds one image"] * 2,
        ),
        (Alias("/x"), *["put an AMI id into the parameter, or use another parameter"] * 2),
    ],
)
def test_each_has_a_way_out(value: Value, in_code: str, in_a_plan: str) -> None:
    assert cure(value) == in_code
    assert cure(value, action=Action.CREATE) == in_a_plan


def test_a_template_without_an_image_needs_no_place() -> None:
    assert cure(Imageless(), NOWHERE) == TEMPLATE


def test_whatever_cannot_be_used_says_what_to_do() -> None:
    """But for what `way_out` has words for: no AMI id, and an image of another place."""
    without = [
        ast.unparse(call.args[0])
        for path in (ROOT / "src" / "assay").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and ast.unparse(call.func) == "Unusable"
        and len(call.args) + len(call.keywords) == 1
    ]
    known = (
        "AMI id",
        "string",
        "parameter name",
        "another account or Region",
        "what",
        "not read",
        "judged",
    )
    assert [each for each in without if not any(word in each for word in known)] == []
