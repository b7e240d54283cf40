"""What of code is secret, and which of its images are shown all the same."""

from pathlib import Path

import pytest

from tests.inputs.test_code import (
    ONE,
    SECRET,
    TWO,
    Read,
    assert_hidden,
    call,
    check,
    instance,
    one,
    provider,
    secretive,
    variable,
)

IMAGE = variable("image", f'"{ONE}"', "sensitive = true")
SOME = IMAGE + f'locals {{\n  some = {{ a = var.image, b = "{TWO}" }}\n}}\n'


def hidden(read: Read, code: str) -> dict[str, bool]:
    """Whether each reference is hidden, by address and attribute."""
    references = read(provider("us-east-1") + code).references
    return {f"{each.address} {each.attribute}": each.sensitive for each in references}


def test_beside_a_secret_an_element_is_shown(read: Read) -> None:
    code = SOME + instance("a", "local.some.a") + instance("b", "local.some.b")
    assert hidden(read, code) == {"aws_instance.a ami": True, "aws_instance.b ami": False}
    shown = check(".").stdout
    assert TWO in shown
    assert ONE not in shown


def test_a_map_with_secret_elements_makes_instances(read: Read) -> None:
    code = SOME + instance("i", "each.value", "for_each = local.some")
    assert hidden(read, code) == {
        'aws_instance.i["a"] ami': True,
        'aws_instance.i["b"] ami': False,
    }


def test_a_secret_number_of_instances_is_shown(read: Read) -> None:
    number = variable("number", "2", "sensitive = true")
    code = number + instance("i", f'"{ONE}"', "count = var.number")
    assert hidden(read, code) == {"aws_instance.i[0] ami": False, "aws_instance.i[1] ami": False}


def test_of_secret_keys_nobody_knows_how_many_there_are(read: Read) -> None:
    keys = variable("keys", '["a", "b"]', "sensitive = true")
    code = keys + instance("i", f'"{ONE}"', "for_each = toset(var.keys)")
    assert hidden(read, code) == {"aws_instance.i ami": False}
    code = keys + instance("i", f'"{ONE}"', "for_each = nonsensitive(toset(var.keys))")
    assert len(hidden(read, code)) == 2


PARTS = {
    "a parameter of a stack": (
        (
            'resource "aws_cloudformation_stack" "a" {\n'
            "  parameters = { A = local.some.a, B = local.some.b }\n}\n"
        ),
        {"aws_cloudformation_stack.a parameters", "aws_cloudformation_stack.a parameters.B"},
    ),
    "an argument of a module": (
        call("m", "x/y/aws", "settings = local.some"),
        {"module.m settings", "module.m settings.b", "module.m source"},
    ),
}


@pytest.mark.parametrize(("code", "where"), PARTS.values(), ids=PARTS)
def test_parts_of_an_argument_are_secret(read: Read, code: str, where: set[str]) -> None:
    found = hidden(read, SOME + code)
    assert found.keys() == where
    assert len([name for name, is_hidden in found.items() if is_hidden]) == 1
    shown = check(".").stdout
    assert TWO in shown
    assert ONE not in shown


def machine(image: str) -> str:
    """Of a provider that no table knows."""
    return f'resource "acme_machine" "m" {{\n  image = "{image}"\n}}\n'


NEVER_SHOWN = {
    "a script": 'resource "terraform_data" "a" {\n  provisioner "local-exec" {\n'
    '    command = "run ${var.image}"\n  }\n}\n',
    "a script by what it holds itself": 'resource "null_resource" "a" {\n'
    '  triggers = { image = var.image }\n  provisioner "local-exec" {\n'
    '    command = "run ${self.triggers.image}"\n  }\n}\n',
    "what is not evaluated": machine("${var.image}${uuid()}"),
    "what is not evaluated of a local": SOME + machine("${local.some.a}${uuid()}"),
    "what a function makes secret": machine(f'${{sensitive("{ONE}")}}${{uuid()}}'),
    "what Terraform refuses": machine("${[][0]}${var.image}"),
    "what depends on itself": "locals {\n  x = join(local.x, [var.image])\n}\n" + machine("${local.x}"),
    "an action": 'action "aws_lambda_invoke" "a" {\n  config {\n'
    "    payload = jsonencode({ image = var.image })\n  }\n}\n",
    "too much to write out": 'resource "acme_machine" "m" {\n'
    "  images = [for i in range(1024) : [for j in range(60) : var.image]]\n}\n",
    "a dynamic block by a secret": 'resource "aws_spot_fleet_request" "a" {\n'
    '  dynamic "launch_specification" {\n    for_each = toset([var.image])\n    content {\n'
    "      ami = launch_specification.key\n    }\n  }\n}\n",
}  # fmt: skip


@pytest.mark.parametrize("code", NEVER_SHOWN.values(), ids=NEVER_SHOWN)
@pytest.mark.parametrize("form", ["text", "json"])
def test_a_secret_image_is_shown_on_no_way(read: Read, code: str, form: str) -> None:
    source = read(provider("us-east-1") + (code if IMAGE in code else IMAGE + code))
    assert ONE not in check(".", "--format", form).stdout
    assert any(each.sensitive for each in source.references)


SEARCHED = """
data "aws_ami" "a" {
  owners = ["self"]
  filter {
    name   = "name"
    values = ["golden-${var.secret}"]
  }
}
"""


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_lookup_by_a_secret_filter_is_not_shown(read: Read, form: str) -> None:
    source = read(
        provider("us-east-1") + secretive() + SEARCHED + instance("i", "data.aws_ami.a.id")
    )
    assert one(source).sensitive
    assert_hidden(form)


def test_what_a_secret_parameter_decides_is_hidden(read: Read) -> None:
    data = 'data "aws_ssm_parameter" "p" {\n  name = "/p"\n}\n'
    chosen = f'data.aws_ssm_parameter.p.value != "" ? "{ONE}" : "{TWO}"'
    assert hidden(read, data + instance("i", chosen)) == {"aws_instance.i ami": True}


def test_a_module_hands_on_what_is_secret_of_an_object(read: Read) -> None:
    kind = "type = object({ ami = string, password = optional(string) })"
    inner = variable("cfg", None, kind) + instance("i", "var.cfg.ami")
    files = {
        "main.tf": provider("us-east-1")
        + secretive()
        + call("m", "./m", f'cfg = {{ ami = "{ONE}", password = var.secret }}'),
        "m/main.tf": inner + instance("p", "var.cfg.password"),
    }
    found = {each.address: each.sensitive for each in read(files).references}
    assert found == {"module.m.aws_instance.i": False, "module.m.aws_instance.p": True}
    assert SECRET not in check(".").stdout
    assert Path("m/main.tf").exists()
