"""Images that lookups find, or that are put together, where no row of the table reads them: reported."""

import pytest

from assay.model import AmiId, AmiReference, ImageSearch, Planned, Value
from tests.inputs.test_code import ONE, TWO, Read, call, variable

FOUND = "data.aws_ami.a.id"
LOOKUP = """
data "aws_ami" "a" {
  owners = ["111122223333"]
  filter {
    name   = "name"
    values = ["golden"]
  }
}
data "aws_ssm_parameter" "ami" {
  name = "/golden/linux"
}
data "aws_ssm_parameter" "db" {
  name = "/prod/db/password"
}
"""


def group(expression: str, name: str = "image") -> str:
    """Of a provider that no table knows."""
    return f'resource "spotinst_group" "g" {{\n  {name} = {expression}\n}}\n'


def script(command: str, kind: str = "null_resource", *more: str) -> str:
    lines = "".join(f"  {each}\n" for each in more)
    return (
        f'resource "{kind}" "s" {{\n{lines}'
        f'  provisioner "local-exec" {{\n    command = "run ${{{command}}}"\n  }}\n}}\n'
    )


def is_lookup(reference: AmiReference) -> bool:
    """Whether it is what `data.aws_ami.a` finds."""
    value = astray(reference)
    return (
        isinstance(value, Planned)
        and value.step.endswith("data.aws_ami.a")
        and isinstance(value.value, ImageSearch)
    )


def astray(reference: AmiReference) -> Value:
    """What is named, at a path that nobody told us about."""
    assert isinstance(reference.value, Planned)
    assert reference.value.astray
    return reference.value.value


HOLDER = f'resource "terraform_data" "t" {{\n  input = {{ image = {FOUND} }}\n}}\n'
PASSED_ON = {
    "itself": group(FOUND),
    "the other attribute": group("data.aws_ami.a.image_id"),
    "a text": group(f'"ami: ${{{FOUND}}}"'),
    "a heredoc": group(f"<<-EOT\n  ami: ${{{FOUND}}}\n  EOT"),
    "a directive": group(f'"%{{ if true }}${{{FOUND}}}%{{ endif }}"'),
    "JSON": group(f"jsonencode({{ spec = {{ ami = {FOUND} }} }})"),
    "base64": group(f"base64encode({FOUND})"),
    "a function that is not read": group(f"provider::aws::arn_parse({FOUND})"),
    "a file": group(f'templatefile("t.tpl", {{ ami = {FOUND} }})'),
    "all of the lookup": group("jsonencode(data.aws_ami.a)"),
    "deep within": group(f"{{ a = {{ b = [{FOUND}] }} }}"),
    "a local": f'locals {{\n  l = "x ${{{FOUND}}}"\n}}\n' + group("local.l"),
    "a block": f'resource "helm_release" "h" {{\n  set {{\n    name  = "ami"\n    value = {FOUND}\n  }}\n}}\n',
    "a dynamic block": 'resource "spotinst_group" "g" {\n  dynamic "set" {\n'
    f"    for_each = {{ ami = {FOUND} }}\n    content {{\n      it = set.value\n    }}\n  }}\n}}\n",
    "each": 'resource "spotinst_group" "g" {\n'
    f"  for_each = {{ a = {FOUND} }}\n  image = each.value\n}}\n",
    "the environment of a function": 'resource "aws_lambda_function" "f" {\n'
    f"  environment {{\n    variables = {{ AMI = {FOUND} }}\n  }}\n}}\n",
    "a state machine": 'resource "aws_sfn_state_machine" "m" {\n'
    f"  definition = jsonencode({{ ImageId = {FOUND} }})\n}}\n",
    "what holds anything": HOLDER + group("terraform_data.t.output.image"),
    "a local of what holds anything": HOLDER
    + "locals {\n  l = terraform_data.t.output\n}\n"
    + group("local.l.image"),
    "a script": script(FOUND),
    "a script by what it holds itself": script(
        "self.triggers.ami", "null_resource", f"triggers = {{ ami = {FOUND} }}"
    ),
    "a script by what something else holds": HOLDER + script("terraform_data.t.output.image"),
}


@pytest.mark.parametrize("code", PASSED_ON.values(), ids=PASSED_ON)
def test_a_lookup_that_no_row_reads_is_followed(read: Read, code: str) -> None:
    source = read({"main.tf": LOOKUP + code, "t.tpl": "ami: ${ami}"})
    [reference] = source.references
    assert is_lookup(reference)
    assert reference.file == "main.tf"
    assert not reference.resource_type.startswith("(")


def test_it_is_followed_through_modules(read: Read) -> None:
    files = {
        "main.tf": call("m", "./m") + call("n", "./n", "cfg = { image = module.m.image }"),
        "m/main.tf": LOOKUP + f"output image {{\n  value = {FOUND}\n}}\n",
        "n/main.tf": variable("cfg") + group("var.cfg.image"),
    }
    [reference] = read(files).references
    assert reference.address == "module.n.spotinst_group.g"
    assert is_lookup(reference)


@pytest.mark.parametrize("name", ["image_id", "ami", "worker_ami_id"])
def test_a_parameter_is_an_image_where_names_say_so(read: Read, name: str) -> None:
    [reference] = read(LOOKUP + group("data.aws_ssm_parameter.db.value", name)).references
    assert reference.sensitive
    [reference] = read(LOOKUP + script("data.aws_ssm_parameter.ami.value")).references
    assert (reference.attribute, reference.sensitive) == ("provisioner[0].command", True)


@pytest.mark.parametrize(
    "code",
    [
        group("data.aws_ssm_parameter.db.value", "password"),
        group("data.aws_ami.a.root_snapshot_id"),
        group("data.aws_ami.a.name"),
        script("data.aws_ssm_parameter.db.value"),
        f'resource "aws_vpc" "v" {{\n  tags = {{ ami = {FOUND} }}\n}}\n',
        f'resource "terraform_data" "t" {{\n  input = {FOUND}\n}}\n',
        f'resource "null_resource" "t" {{\n  triggers = {{ ami = {FOUND} }}\n}}\n',
    ],
)
def test_what_is_no_image_or_launches_nothing_is_not(read: Read, code: str) -> None:
    assert read(LOOKUP + code).references == ()


def test_a_parameter_for_images_is_read_once(read: Read) -> None:
    for data_type in ('"aws:ec2:image"', "null"):
        code = 'resource "aws_ssm_parameter" "p" {\n  name = "/published"\n  type = "String"\n'
        code += f"  data_type = {data_type}\n  value = {FOUND}\n}}\n"
        assert len(read(LOOKUP + code).references) == 1


HEX = ONE.removeprefix("ami-")
COMPOSED = {
    "joined": group(f'join("-", ["ami", "{HEX}"])'),
    "formatted": group(f'format("%s%s", "am", "i-{HEX}")'),
    "of a variable": variable("a", '"ami"') + group(f'"${{var.a}}-{HEX}"'),
    "of two variables": variable("a", '"ami"')
    + variable("b", f'"{HEX}"')
    + group('"${var.a}-${var.b}"', "image_id"),
    "in other letters": group(f'lower("{ONE.upper()}")'),
    "escaped": group(f'"\\u0061mi-{HEX}"'),
    "decoded": group('base64decode("YW1pLTAwMDAwMDAx")', "ami_id"),
    "what holds anything": f'resource "terraform_data" "t" {{\n  input = "{ONE}"\n}}\n'
    + group("terraform_data.t.output"),
    "another's tags": f'resource "aws_vpc" "v" {{\n  tags = {{ ami = "{ONE}" }}\n}}\n'
    + group('aws_vpc.v.tags["ami"]'),
    "another's keepers": f'resource "random_id" "r" {{\n  keepers = {{ ami = "{ONE}" }}\n}}\n'
    + group("random_id.r.keepers.ami"),
}


@pytest.mark.parametrize("code", COMPOSED.values(), ids=COMPOSED)
def test_an_id_that_is_put_together_or_held_elsewhere_is_reported(read: Read, code: str) -> None:
    [reference] = read(code).references
    assert astray(reference) == AmiId(ONE)


def test_each_instance_of_a_module_may_have_another_image(read: Read) -> None:
    files = {
        "main.tf": f'module "m" {{\n  for_each = {{ a = "{ONE}", b = "{TWO}" }}\n  source = "./m"\n'
        "  ami = each.value\n}\n" + group('replace(module.m["b"].ami, "/x/", timestamp())'),
        "m/main.tf": variable("ami") + "output ami {\n  value = var.ami\n}\n",
    }
    assert AmiId(TWO) in [astray(each) for each in read(files).references]


def test_an_alias_in_a_local_is_reported(read: Read) -> None:
    code = 'locals {\n  l = "resolve:ssm:/golden/linux"\n}\n' + group("local.l")
    assert [each.address for each in read(code).references] == ["spotinst_group.g"]


def test_actions_are_read_as_those_of_plans(read: Read) -> None:
    def action(payload: str, *more: str) -> str:
        lines = "".join(f"  {each}\n" for each in more)
        config = f"  config {{\n    payload = {payload}\n  }}\n"
        return f'action "aws_lambda_invoke" "a" {{\n{lines}{config}}}\n'

    [reference] = read(action(f'jsonencode({{ ImageId = "{ONE}" }})')).references
    assert (reference.address, reference.attribute) == ("action.aws_lambda_invoke.a", "payload")
    assert (reference.file, astray(reference)) == ("main.tf", AmiId(ONE))
    [reference] = read(LOOKUP + action(FOUND)).references
    assert is_lookup(reference)
    each = read(action("each.value", f'for_each = {{ a = "{ONE}", b = "{TWO}" }}')).references
    assert [astray(one) for one in each] == [AmiId(ONE), AmiId(TWO)]
    [reference] = read(action(f'"${{timestamp()}} {ONE}"')).references
    assert astray(reference) == AmiId(ONE)
