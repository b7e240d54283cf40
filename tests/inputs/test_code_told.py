"""What data sources and other resources hold that the code itself tells, and what it does not.

tests/terraform/code/lookups/told.tf holds what is told against Terraform.
"""

import pytest

from assay.model import Alias, AmiId, Changeable, Planned, Unknown, Value
from tests.inputs.test_code import ONE, TWO, Read, in_words, instance

CODE = f"""
variable "unset" {{}}
variable "amis" {{
  default = {{ us-east-1 = "{ONE}", eu-west-1 = "{TWO}" }}
}}
provider "aws" {{
  region = "us-east-1"
}}
provider "aws" {{
  alias  = "eu"
  region = "eu-west-1"
}}
provider "aws" {{
  alias = "environment"
}}
provider "aws" {{
  alias  = "itself"
  region = local.itself
}}
locals {{
  itself = data.aws_region.itself.name
}}
data "aws_region" "here" {{}}
data "aws_region" "eu" {{
  provider = aws.eu
}}
data "aws_region" "named" {{
  name = "eu-west-1"
}}
data "aws_region" "unset" {{
  name = var.unset
}}
data "aws_region" "endpoint" {{
  endpoint = "https://ec2.eu-west-1.amazonaws.com"
}}
data "aws_region" "environment" {{
  provider = aws.environment
}}
data "aws_region" "itself" {{
  provider = aws.itself
}}
data "aws_ssm_parameter" "golden" {{
  name = "/golden/linux"
}}
data "aws_ssm_parameter" "versioned" {{
  name = "/golden/linux:3"
}}
resource "aws_ssm_parameter" "ours" {{
  name  = "/team/ami"
  value = "{ONE}"
}}
resource "aws_ssm_parameter" "ignored" {{
  name  = "/team/ami"
  value = "{ONE}"
  lifecycle {{
    ignore_changes = [name]
  }}
}}
resource "terraform_data" "input" {{
  input = {{ one = "{ONE}", unset = var.unset }}
}}
resource "terraform_data" "ignored" {{
  input = "{ONE}"
  lifecycle {{
    ignore_changes = [input]
  }}
}}
resource "aws_launch_template" "maybe" {{
  count    = var.unset
  image_id = "{ONE}"
}}
"""


def value(read: Read, expression: str) -> Value:
    source = read(CODE + instance("a", expression))
    [found] = [each.value for each in source.references if each.address == "aws_instance.a"]
    return found


@pytest.mark.parametrize(
    ("expression", "image"),
    [
        ("var.amis[data.aws_region.here.name]", ONE),
        ("var.amis[data.aws_region.here.id]", ONE),
        ("lookup(var.amis, data.aws_region.eu.region)", TWO),
        ("var.amis[data.aws_region.named.name]", TWO),
        ("terraform_data.input.output.one", ONE),
    ],
)
def test_what_the_code_tells_is_read(read: Read, expression: str, image: str) -> None:
    assert value(read, expression) == AmiId(image)


def test_the_name_of_a_parameter_is_the_one_that_is_written(read: Read) -> None:
    found = value(read, '"resolve:ssm:${data.aws_ssm_parameter.golden.name}"')
    assert found == Alias("/golden/linux")
    planned = value(read, '"resolve:ssm:${aws_ssm_parameter.ours.name}"')
    assert isinstance(planned, Changeable)  # as the code itself will leave it
    assert planned.value == Alias("/team/ami")
    assert [change.by for change in planned.changes] == ["aws_ssm_parameter.ours"]


@pytest.mark.parametrize(
    ("block", "by_option", "by_policy"),
    [
        ("", TWO, TWO),
        ("region = null", TWO, TWO),
        ("region = var.unset", TWO, None),
        ('region = "us-east-1"', ONE, ONE),
    ],
)
def test_a_region_that_the_code_leaves_open_is_the_one_that_is_said(
    read: Read, block: str, by_option: str | None, by_policy: str | None
) -> None:
    code = f"""
variable "unset" {{}}
provider "aws" {{
  {block}
}}
data "aws_region" "here" {{}}
locals {{
  amis = {{ us-east-1 = "{ONE}", eu-west-1 = "{TWO}" }}
}}
""" + instance("a", "local.amis[data.aws_region.here.name]")
    for said, image in (({"said": "eu-west-1"}, by_option), ({"region": "eu-west-1"}, by_policy)):
        [found] = [each.value for each in read(code, **said).references]
        assert found == AmiId(image) if image else isinstance(found, Unknown), said


@pytest.mark.parametrize(
    "expression",
    [
        "var.amis[data.aws_region.unset.name]",
        "var.amis[data.aws_region.endpoint.name]",
        "var.amis[data.aws_region.environment.name]",
        "var.amis[data.aws_region.itself.name]",
        "var.amis[data.aws_region.here.description]",
        "var.amis[data.aws_region.gone.name]",
        '"resolve:ssm:${data.aws_ssm_parameter.versioned.name}"',
        '"resolve:ssm:${aws_ssm_parameter.ours.arn}x"',
        "terraform_data.ignored.output",
        "terraform_data.input.output.unset",
        "terraform_data.input.triggers_replace",
    ],
)
def test_what_it_does_not_tell_is_unknown(read: Read, expression: str) -> None:
    assert isinstance(value(read, expression), Unknown)


@pytest.mark.parametrize("made_of", ["ours.arn", "ours.id", "ignored.name"])
def test_an_alias_of_a_parameter_is_what_the_code_writes_there(read: Read, made_of: str) -> None:
    """Whatever it is called."""
    found = value(read, f'"resolve:ssm:${{aws_ssm_parameter.{made_of}}}"')
    assert in_words(found) == ONE
    assert isinstance(found, Planned)
    assert found.step == f"parameter aws_ssm_parameter.{made_of.partition('.')[0]}"


GROUP = """
resource "aws_launch_template" "made" {{
  image_id               = "{image}"
  update_default_version = {follows}
}}
resource "aws_autoscaling_group" "group" {{
  launch_template {{
    id      = {id}
    version = {version}
  }}
}}
"""
MADE = "aws_launch_template.made"


@pytest.mark.parametrize(
    ("id", "version", "follows"),
    [
        (f"try({MADE}.id, null)", f'coalesce(null, try({MADE}.default_version, "$Default"))', True),
        (f'join("", {MADE}[*].id)', f'join("", {MADE}[*].latest_version)', False),
        (f"one({MADE}[*].id)", f"tostring(one({MADE}[*].latest_version))", False),
        (f'element(concat({MADE}[*].id, [""]), 0)', f'coalesce("", {MADE}.latest_version)', False),
    ],
)
def test_a_template_is_followed_through_what_leaves_its_id_and_version(
    read: Read, id: str, version: str, follows: bool
) -> None:
    found = group(read, id, version, follows=follows)
    assert isinstance(found, Planned)
    assert found.value == AmiId(ONE)


@pytest.mark.parametrize(
    ("id", "version", "follows"),
    [
        (f"{MADE}.id", f'coalesce(null, try({MADE}.default_version, "$Default"))', False),
        (f"try(aws_launch_template.maybe[0].id, {MADE}.id)", '"$Latest"', True),
        (f'replace({MADE}.id, "lt-", "")', '"$Latest"', True),
        (f"{MADE}.id", f"{MADE}.latest_version - 1", True),
        (f"lower({MADE}.name)", '"$Latest"', True),
    ],
)
def test_what_may_be_another_template_or_version_is_unknown(
    read: Read, id: str, version: str, follows: bool
) -> None:
    assert isinstance(group(read, id, version, follows=follows), Unknown)


@pytest.mark.parametrize("kind", ["aws_launch_template", "aws_launch_configuration"])
@pytest.mark.parametrize("name", ['"web-${var.unset}"', "var.unset", "terraform.workspace"])
def test_a_name_that_nobody_knows_leads_to_what_has_it(read: Read, kind: str, name: str) -> None:
    used = "launch_configuration = {}.x.name"
    if kind == "aws_launch_template":
        used = 'launch_template {{\n    name = {}.x.name\n    version = "$Latest"\n  }}'
    source = read(f"""
variable "unset" {{}}
resource "{kind}" "x" {{
  name     = {name}
  image_id = "{ONE}"
}}
resource "aws_autoscaling_group" "group" {{
  {used.format(kind)}
}}
""")
    [found] = [e.value for e in source.references if e.address == "aws_autoscaling_group.group"]
    assert isinstance(found, Planned), found
    assert found.value == AmiId(ONE)


def group(read: Read, id: str, version: str, *, follows: bool) -> Value:
    made = GROUP.format(image=ONE, id=id, version=version, follows=str(follows).lower())
    source = read(CODE + made)
    [found] = [e.value for e in source.references if e.address == "aws_autoscaling_group.group"]
    return found
