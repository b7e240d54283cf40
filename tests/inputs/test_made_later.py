"""Names of images that an apply will make, wherever an expression takes them from: what Image Builder
hands out, and aliases that are put together of a parameter's name, ARN and version.
"""

from collections.abc import Mapping, Sequence

import pytest

from assay.inputs.terraform.language.evaluate import evaluate
from assay.inputs.terraform.language.functions.table import call
from assay.inputs.terraform.language.marks import MaybeMarked, bare, is_secret
from assay.inputs.terraform.syntax.expressions import FailedError, HclValue, Ref, UnknownValue
from assay.inputs.terraform.syntax.hcl import expression
from assay.model.addresses import Step

VARIABLES: Mapping[str, HclValue] = {"name": "/golden/web", "unknown": UnknownValue()}


class Things:
    """Names of resources of which nothing is known, and a few variables."""

    def lookup(self, name: str) -> HclValue:
        return UnknownValue((Ref("", (name,)),), passed_on=True)

    def member(self, name: str, attribute: str) -> MaybeMarked:
        if name != "var":
            raise FailedError(name)
        return VARIABLES[attribute]

    def is_text(self, variable: str) -> bool:
        del variable
        return False

    def call(self, name: str, arguments: Sequence[HclValue]) -> HclValue:
        return call(name, arguments)

    def settle(self, value: UnknownValue) -> HclValue:
        return value


def worth(text: str) -> MaybeMarked:
    return evaluate(expression(text), Things())


def passed_on(text: str) -> tuple[Step, ...] | None:
    """The one thing that the value will be that of; None where it is anything else."""
    value = bare(worth(text))
    assert isinstance(value, UnknownValue), value
    if not value.passed_on:
        return None
    [ref] = value.refs
    return ref.steps


# ------------------------------------------------------------------- what Image Builder hands out

BUILD = "aws_imagebuilder_image.web.output_resources"
KEYED = 'aws_imagebuilder_image.web["a"].output_resources'


@pytest.mark.parametrize(
    "text",
    [
        f"one(one({BUILD}).amis).image",
        f"one({BUILD}).amis[0].image",
        f"tolist(tolist({BUILD})[0].amis)[0].image",
        f"tolist({BUILD})[0].amis[*].image",
        f"element(tolist({BUILD}), 0).amis[0].image",
        f"flatten({BUILD}[*].amis)[0].image",
        f"flatten([for each in {BUILD} : each.amis])[0].image",
        f"{BUILD}[*].amis[0].image",
        f"[for made in {BUILD} : one(made.amis).image][0]",
        f'one([for made in one({BUILD}).amis : made.image if made.region == "us-east-1"])',
        f"distinct(reverse(tolist({BUILD})))[0].amis[0].image",
        f"one(toset(one({BUILD}).amis)).image",
        f'true ? one(one({BUILD}).amis).image : "ami-0fedcba9876543210"',
    ],
)
def test_whichever_way_an_image_of_a_build_is_taken_it_is_that_builds(text: str) -> None:
    steps = passed_on(text)
    assert steps is not None
    assert steps[:3] == ("aws_imagebuilder_image", "web", "output_resources")
    assert "image" in steps


def test_builds_of_other_keys_are_other_builds() -> None:
    steps = passed_on(f"one(one({KEYED}).amis).image")
    assert steps is not None
    assert steps[:4] == ("aws_imagebuilder_image", "web", "a", "output_resources")


@pytest.mark.parametrize(
    "text",
    [
        f'format("%s-x", one(one({BUILD}).amis).image)',
        f'"${{one(one({BUILD}).amis).image}}x"',
        f"upper(one(one({BUILD}).amis).image)",
        f'replace(one(one({BUILD}).amis).image, "a", "b")',
        f"element({BUILD}, var.unknown).amis[0].image",
        f"{BUILD}[var.unknown].amis[0].image",
        f"concat({BUILD}, aws_imagebuilder_image.other.output_resources)[0].amis[0].image",
        f"setunion({BUILD}, aws_imagebuilder_image.other.output_resources)",
        f"jsonencode({BUILD})",
        f"length({BUILD})",
        f"sort({BUILD}[*].image)[0]",
        f"slice(tolist({BUILD}), 0, 1)[0].amis[0].image",
        "one(one(aws_other.web.output_resources).amis).image",
        "one(aws_imagebuilder_image.web.other).image",
        "one(data.aws_imagebuilder_image.web.output_resources).image",
    ],
)
def test_what_is_made_of_it_is_nobodys(text: str) -> None:
    assert passed_on(text) is None


# --------------------------------------------------------------------------- aliases of parameters

P, Q = "aws_ssm_parameter.p", "aws_ssm_parameter.q"
OF_P = ("aws_ssm_parameter", "p")


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        (f'"resolve:ssm:${{{P}.name}}"', (*OF_P, "name")),
        (f'"resolve:ssm:${{{P}.arn}}"', (*OF_P, "arn")),
        (f'"resolve:ssm:${{{P}.id}}"', (*OF_P, "id")),
        (f'"resolve:${{"ssm"}}:${{{P}.name}}"', (*OF_P, "name")),
        (f'"resolve:ssm:${{{P}["a.b"].name}}"', (*OF_P, "a.b", "name")),
        (f'"resolve:ssm:${{{P}.name}}:${{{P}.version}}"', (*OF_P, "name")),
        (f'"resolve:ssm:${{{P}[1].arn}}:${{{P}[1].version}}"', (*OF_P, 1, "arn")),
        # The name is known: whoever knows the parameter has to hold it against that
        (
            f'"resolve:ssm:/golden/web:${{{P}.version}}"',
            (*OF_P, "version", "resolve:ssm:/golden/web"),
        ),
        (
            f'"resolve:ssm:${{var.name}}:${{{P}.version}}"',
            (*OF_P, "version", "resolve:ssm:/golden/web"),
        ),
    ],
)
def test_an_alias_leads_to_the_parameter_of_which_it_is_made(
    text: str, steps: tuple[Step, ...]
) -> None:
    assert passed_on(text) == steps


@pytest.mark.parametrize(
    "text",
    [
        f'"resolve:ssm:${{{P}.value}}"',
        f'"resolve:ssm:${{{P}.insecure_value}}"',
        f'"resolve:ssm:${{{P}}}"',
        f'"resolve:ssm:/golden/${{{P}.name}}"',
        f'"resolve:ssm:${{{P}.name}}/web"',
        f'"resolve:ssm:${{{P}.name}}:1"',
        f'"resolve:ssm:${{{P}.name}}:stable"',
        f'"resolve:ssm:${{{P}.name}}:${{{Q}.version}}"',
        f'"resolve:ssm:${{{P}["a"].name}}:${{{P}["b"].version}}"',
        f'"resolve:ssm:${{{P}.name}}:${{{P}.arn}}"',
        f'"resolve:ssm:${{{P}.name}}:${{var.unknown}}"',
        f'"resolve:ssm:${{{P}.name}}${{{P}.version}}"',
        f'"resolve:ssm:${{lower({P}.name)}}"',
        f'"resolve:ssm:${{{P}.name}}:${{{P}.version + 1}}"',
        f'"resolve:ssm:/golden/web:${{{P}.version}}0"',
        f'"resolve:ssm:/golden/web${{{P}.version}}"',
        f'"resolve:ssm:/golden/web:${{{P}.name}}"',
        f'"x-resolve:ssm:${{{P}.name}}"',
        f'"resolve:ssm${{{P}.name}}"',
        f'"${{{P}.name}}:${{{P}.version}}"',
        f'"/golden/web:${{{P}.version}}"',
        '"resolve:ssm:${aws_ssm_document.p.name}"',
        '"resolve:ssm:${data.aws_ssm_parameter.p.name}"',
        f'format("resolve:ssm:%s", {P}.name)',
        f'join(":", ["resolve:ssm", {P}.name])',
    ],
)
def test_what_anything_else_is_a_part_of_is_no_alias(text: str) -> None:
    assert passed_on(text) is None


def test_an_alias_of_a_secret_is_secret() -> None:
    assert is_secret(worth(f'"resolve:ssm:${{sensitive({P}.name)}}"'))
    assert not is_secret(worth(f'"resolve:ssm:${{{P}.name}}"'))
