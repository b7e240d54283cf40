"""Expressions around what is looked up: which leave an image as it is, and which nobody can follow.

tests/terraform/code/lookups/forms.tf holds the forms that are followed against Terraform.
"""

import pytest

from assay.inputs.terraform.syntax.expressions import Ref
from assay.model import Alias, ImageSearch, Planned, Unknown, Unusable, Value
from assay.model.addresses import DECODED
from tests.inputs.test_code import ONE, Read, instance, told

ID, ARN = "data.aws_ami.x.id", "data.aws_ami.x.arn"
PARAMETER = "data.aws_ssm_parameter.x.value"
DATA = f"""
provider "aws" {{
  region = "us-east-1"
}}
provider "aws" {{
  alias = "other"
  region = "us-east-1"
}}
variable "none" {{
  type = string
  default = null
}}
variable "no_list" {{
  type = list(string)
  default = null
}}
variable "unset" {{}}
data "aws_ami" "x" {{
  owners = ["self"]
}}
data "aws_ami" "many" {{
  count = var.unset
  owners = ["self"]
}}
data "aws_ami" "gone" {{
  count = 0
  owners = ["self"]
}}
data "aws_ssm_parameter" "x" {{
  name = "/golden/linux"
}}
data "aws_caller_identity" "me" {{}}
data "aws_caller_identity" "other" {{
  provider = aws.other
}}
data "aws_ami_ids" "x" {{
  owners = ["self"]
}}
locals {{
  pinned = {{ a = "{ONE}", b = data.aws_ami.x.id }}
}}
"""


def value(read: Read, expression: str, more: str = "") -> Value:
    source = read(DATA + more + instance("a", expression))
    [found] = [each.value for each in source.references if each.address == "aws_instance.a"]
    return found.value if isinstance(found, Planned) else found


# ------------------------------------------------------------------------------- what is followed


@pytest.mark.parametrize(
    "expression",
    [
        f"try({ID}, var.unset)",
        f"try(data.aws_ami.gone[0].id, {ID})",
        f'try(local.pinned["nope"], {ID})',
        f"try(coalesce(var.none, try(nonsensitive({ID}), null)), null)",
        f'try(coalesce(""), {ID})',
        f'format("%s", {ID})',
        f"lower(trimspace(chomp({ID})))",
        f'trim({ID}, "\\"\\n")',
        f'trimprefix({ID}, "resolve:")',
        f'trimsuffix({ID}, ".img")',
        f'replace({ID}, "_", "-")',
        f'replace({ID}, "/\\\\s/", "")',
        f'split(",", {ID})[0]',
        f'split("/", {ARN})[1]',
        f'replace({ARN}, "/.*image\\\\//", "")',
        f'replace({ARN}, "/.*:image//", "")',
        f"basename({ARN})",
        f'regex("ami-[a-f0-9]+", {ARN})',
        f"compact([null, {ID}])[0]",
        f'{ID} == "" ? "{ONE}" : {ID}',
        f'data.aws_ami.x != null ? {ID} : "{ONE}"',
        "(data.aws_ami.x[*].id)[0]",
        "data.aws_ami_ids.x.ids[0]",
    ],
)
def test_what_leaves_an_image_as_it_is_is_followed(read: Read, expression: str) -> None:
    assert isinstance(value(read, expression), ImageSearch)


@pytest.mark.parametrize(
    "expression",
    [
        PARAMETER,
        f"trimspace({PARAMETER})",
        f"nonsensitive(chomp({PARAMETER}))",
        f"try(coalesce(var.none, nonsensitive({PARAMETER})), null)",
        f'replace({PARAMETER}, "/\\\\s+/", "")',
        f'regex("ami-\\\\w+", {PARAMETER})',
    ],
)
def test_so_is_a_parameter(read: Read, expression: str) -> None:
    assert value(read, expression) == Alias("/golden/linux")


# --------------------------------------------------------------------------- and what is not


@pytest.mark.parametrize(
    "expression",
    [
        f'replace({ID}, "ami-", "{ONE}")',
        f'replace({ID}, "0", "1")',
        f'replace({ID}, "{ONE}", "ami-00000009")',
        f'replace({ID}, "/^.*$/", "{ONE}")',
        f'replace({ID}, "/[a-f]/", "")',
        f'replace({ARN}, "/.*image//", "{ONE}")',
        f'replace({ARN}, "/image.*//", "")',
        f'replace({ARN}, "/.*//x", "")',
        f'replace({ARN}, "image", "")',
        f'trim({ID}, "a")',
        f'trimprefix({ID}, "ami-")',
        f'trimsuffix({ID}, "0")',
        f"trimspace({ARN})",
        f'split("-", {ID})[0]',
        f'split("/", {ARN})[0]',
        f'split(",", {PARAMETER})[0]',
        f'regex("ami-0+", {ID})',
        f'regex("^ami-.*", {ARN})',
        f'regex("(ami-.*)", {ID})',
        f'format("%s%s", {ID}, "")',
        f'format("x-%s", {ID})',
        f'join("-", [{ID}, ""])',
        f'join("", [{ID}, {ID}])',
        f"upper({ID})",
        f"jsondecode({ID}).image_id",
        f"try(data.aws_ami.many[0].id, {ID})",
        f'try(data.aws_ami_ids.x.ids[0], "{ONE}")',
        f'try(data.aws_ssm_parameter.x.insecure_value, "{ONE}")',
        f"try(coalesce(var.no_list, {ID}), null)",
        f"try(var.unset, {ID})",
        f'{ID} == "{ONE}" ? {ID} : "{ONE}"',
        f'contains(["{ONE}"], {ID}) ? {ID} : "{ONE}"',
        f'length({PARAMETER}) > 9 ? "{ONE}" : {ID}',
        f'can(regex("x", {ID})) ? "{ONE}" : {ID}',
        "data.aws_ami_ids.x.ids[1]",
        f"jsondecode({PARAMETER}).image_id",
    ],
)
def test_what_could_make_another_image_of_it_is_unknown(read: Read, expression: str) -> None:
    assert isinstance(value(read, expression), Unknown)


# --------------------------------------------------------------------------- public parameters


def public(name: str) -> str:
    return f'data "aws_ssm_parameter" "p" {{\n  name = "{name}"\n}}\n'


@pytest.mark.parametrize(
    "name",
    [
        "/aws/service/ecs/optimized-ami/amazon-linux-2/recommended",
        "/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/recommended",
        "/aws/service/eks/optimized-ami/1.31/amazon-linux-2023/x86_64/standard/recommended",
        "/aws/service/ami-windows-latest/Windows_Server-2022-English-Full-ECS_Optimized",
    ],
)
@pytest.mark.parametrize("take", ['["image_id"]', ".image_id"])
def test_the_image_of_a_public_parameter_is_asked_for_by_itself(
    read: Read, name: str, take: str
) -> None:
    expression = f"jsondecode(data.aws_ssm_parameter.p.value){take}"
    assert value(read, expression, public(name)) == Alias(f"{name}/image_id")


@pytest.mark.parametrize(
    ("name", "take"),
    [
        ("/aws/service/ecs/optimized-ami/amazon-linux-2/recommended", ".image_name"),
        ("/aws/service/ecs/optimized-ami/amazon-linux-2/recommended:3", ".image_id"),
        ("/aws/service/ecs/optimized-ami/amazon-linux-2/recommended/image_id", ".image_id"),
        ("/golden/linux", ".image_id"),
        ("/aws/service/global-infrastructure/regions", ".image_id"),
    ],
)
def test_other_json_is_not_asked_for(read: Read, name: str, take: str) -> None:
    expression = f"jsondecode(data.aws_ssm_parameter.p.value){take}"
    found = value(read, expression, public(name))
    assert found == Unknown((f"jsondecode(data.aws_ssm_parameter.p.value){take}",), _WHEN)


_WHEN = "when Terraform runs"


def test_what_is_decoded_is_shown_as_it_is_written() -> None:
    steps = ("data", "aws_ssm_parameter", "p", 0, "value", DECODED, "a", 1)
    shown = "jsondecode(data.aws_ssm_parameter.p[0].value).a[1]"
    assert str(Ref("", steps)) == shown
    assert str(Ref("module.m", steps)) == f"module.m.{shown}"


# --------------------------------------------------------------------------- one's own account


def owners(read: Read, expression: str, more: str = "") -> tuple[str, ...] | None:
    code = f'data "aws_ami" "own" {{\n  owners = {expression}\n{more}}}\n'
    found = value(read, "data.aws_ami.own.id", code)
    return found.owners if isinstance(found, ImageSearch) else None


@pytest.mark.parametrize("attribute", ["account_id", "id"])
def test_the_caller_s_account_owns_what_self_owns(read: Read, attribute: str) -> None:
    me = f"data.aws_caller_identity.me.{attribute}"
    assert owners(read, f"[{me}]") == ("self",)
    assert owners(read, f'["111122223333", "${{{me}}}"]') == ("111122223333", "self")


def test_another_provider_s_account_is_not_one_s_own(read: Read) -> None:
    other = "data.aws_caller_identity.other.account_id"
    assert owners(read, f"[{other}]") is None
    assert owners(read, f"[{other}]", "  provider = aws.other\n") == ("self",)
    assert owners(read, "[data.aws_caller_identity.me.arn]") is None
    assert owners(read, '["x${data.aws_caller_identity.me.account_id}"]') is None


def test_the_account_is_followed_into_modules(read: Read) -> None:
    inside = 'variable "owner" {}\ndata "aws_ami" "own" {\n  owners = [var.owner]\n}\n'
    files = {
        "main.tf": DATA
        + 'module "m" {\n  source = "./m"\n  owner = data.aws_caller_identity.me.account_id\n}\n',
        "m/main.tf": inside + instance("a", "data.aws_ami.own.id"),
    }
    [reference] = read(files).references
    assert isinstance(reference.value, Planned)
    assert isinstance(reference.value.value, ImageSearch)
    assert reference.value.value.owners == ("self",)


def test_what_is_made_of_a_parameter_beside_another_image_is_sensitive(read: Read) -> None:
    source = read(DATA + instance("a", f'coalesce("{ONE}", {PARAMETER})'))
    assert told(source) == {"aws_instance.a ami": ONE}
    assert source.references[0].sensitive


@pytest.mark.parametrize(("each", "key"), [("count = 2", "count.index"), ('for_each = { "0" = 0, "1" = 1 }', "each.key")])  # fmt: skip
def test_each_instance_has_the_image_that_its_own_lookup_finds(
    read: Read, each: str, key: str
) -> None:
    name = "count.index" if "count" in each else "each.value"
    code = f'data "aws_ami" "i" {{\n  {each}\n  owners = ["self"]\n  name_regex = ["a", "b"][{name}]\n}}\n'
    code += instance("i", f"data.aws_ami.i[{key}].id", each)
    found = [each.value for each in read(code).references]
    lookups = [each.value for each in found if isinstance(each, Planned)]
    assert [each.name_regex for each in lookups if isinstance(each, ImageSearch)] == ["a", "b"]


@pytest.mark.parametrize(
    ("aws", "awscc", "followed"),
    [
        ("", "", True),  # both from the environment
        ("region = var.unset", "region = var.unset", True),
        ('region = "us-east-1"', 'region = "us-east-1"', True),
        ('region = "us-east-1"', 'region = "eu-west-1"', False),
        ('region = "us-east-1"', "", False),
        ("", 'region = "us-east-1"', False),
    ],
)
def test_an_image_that_one_provider_finds_is_launched_by_another_of_the_same_place(
    read: Read, aws: str, awscc: str, followed: bool
) -> None:
    source = read(f"""
provider "aws" {{
  {aws}
}}
provider "awscc" {{
  {awscc}
}}
variable "unset" {{}}
data "aws_ami" "x" {{
  owners = ["self"]
}}
resource "awscc_ec2_instance" "a" {{
  image_id = data.aws_ami.x.id
}}
""")
    [found] = [each.value for each in source.references]
    assert isinstance(found, Planned) is followed, found
    assert isinstance(found, Unusable) is not followed
