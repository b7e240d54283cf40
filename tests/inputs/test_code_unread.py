"""AMI ids in what is not evaluated, in files, and in scripts: reported, whatever happens to them."""

import os
from pathlib import Path

import pytest

from assay.model import Planned, Unknown
from tests.inputs.test_code import ONE, THREE, TWO, Read, call, check, in_time, told, variable

UNKNOWN = "timestamp()"


def document(expression: str, name: str = "d", kind: str = "acme_stack") -> str:
    return f'resource "{kind}" "{name}" {{\n  template_body = {expression}\n}}\n'


def strays(read: Read, files: dict[str, str] | str) -> dict[str, set[str]]:
    """The ids that were found, by address and attribute."""
    found: dict[str, set[str]] = {}
    for each in read(files).references:
        assert isinstance(each.value, Planned), each
        assert each.value.astray, each
        found.setdefault(f"{each.address} {each.attribute}", set()).add(str(each.value))
    return found


LOCAL = f'locals {{\n  body = replace("{ONE}", "/x+/", {UNKNOWN})\n}}\n'
WAYS = {
    "a regular expression": document(f'replace(jsonencode({{ I = "{ONE}" }}), "/x+/", "")'),
    "a function that is not read": document(f'yamlencode({{ I = "{ONE}", t = {UNKNOWN} }})'),
    "a part that is not known": document(f'"${{{UNKNOWN}}} {ONE}"'),
    "a directive": document(f'"%{{if {UNKNOWN} == ""}}{ONE}%{{endif}}"'),
    "a heredoc": document(f"<<-EOT\n  %{{if true}}I: {ONE}%{{endif}}\n  EOT"),
    "a loop in a heredoc": document(f'<<EOT\n%{{for i in ["{ONE}"]}}${{i}}%{{endfor}}\nEOT'),
    "a condition": document(f'{UNKNOWN} == "" ? "{ONE}" : ""'),
    "an index": document(f'{{ a = "{ONE}" }}[{UNKNOWN}]'),
    "a variable": variable("image", f'"{ONE}"') + document(f'"${{{UNKNOWN}}}${{var.image}}"'),
    "a local": LOCAL + document("local.body"),
    "a local of a local": LOCAL
    + "locals {\n  more = upper(local.body)\n}\n"
    + document("local.more"),
    "a data source": f'data "template_file" "t" {{\n  vars = {{ image = "{ONE}" }}\n}}\n'
    + document("data.template_file.t.rendered"),
    "each": 'resource "acme_stack" "d" {\n'
    f'  for_each = {{ (timestamp()) = "{ONE}" }}\n  template_body = each.value\n}}\n',
}


@pytest.mark.parametrize("code", WAYS.values(), ids=WAYS)
def test_an_id_that_is_not_evaluated_is_reported(read: Read, code: str) -> None:
    assert strays(read, code) == {"acme_stack.d template_body": {ONE}}


def test_it_is_reported_at_its_line_and_with_the_type_of_its_resource(read: Read) -> None:
    [reference] = read(document(f'"${{{UNKNOWN}}} {ONE}"')).references
    assert (reference.file, reference.line) == ("main.tf", 2)
    assert reference.resource_type == "acme_stack"


def test_through_a_module_and_its_output(read: Read) -> None:
    module = variable("image") + f'output "body" {{\n  value = "${{{UNKNOWN}}}${{var.image}}"\n}}\n'
    inner = module + document("var.image == timestamp() ? 1 : var.image")
    code = call("m", None, f'image = "${{{UNKNOWN}}} {ONE}"') + document("module.m.body")
    assert strays(read, {"main.tf": code, "m/main.tf": inner}) == {
        "acme_stack.d template_body": {ONE},
        "module.m.acme_stack.d template_body": {ONE},
    }


def test_in_a_block_and_in_a_dynamic_one(read: Read) -> None:
    code = f"""
resource "acme_fleet" "a" {{
  machine {{
    script = "${{{UNKNOWN}}} {ONE}"
    fixed  = "{TWO}"
  }}
}}
resource "acme_fleet" "b" {{
  dynamic "machine" {{
    for_each = [{UNKNOWN}]
    content {{
      script = "${{machine.value}} {THREE}"
    }}
  }}
}}
"""
    assert strays(read, code) == {
        "acme_fleet.a machine[0].fixed": {TWO},
        "acme_fleet.a machine": {ONE},
        "acme_fleet.b machine": {THREE},
    }


def test_what_is_known_beside_it_is_not_told_twice(read: Read) -> None:
    code = document(f'{{ a = "{ONE}", b = "${{{UNKNOWN}}}{ONE}" }}')
    assert strays(read, code) == {"acme_stack.d template_body.a": {ONE}}


@pytest.mark.parametrize(
    "line",
    [
        f'description = "${{{UNKNOWN}}} {ONE}"',
        f'tags = {{ image = "${{{UNKNOWN}}} {ONE}" }}',
        f'name = true ? "x" : "{ONE}"',
    ],
)
def test_a_mention_stays_one(read: Read, line: str) -> None:
    assert not read(f'resource "aws_security_group" "g" {{\n  {line}\n}}\n').references


def test_where_a_row_waits_for_an_image_there_is_one_reference(read: Read) -> None:
    code = f'resource "aws_instance" "a" {{\n  ami = {UNKNOWN} == "" ? "{ONE}" : "{TWO}"\n}}\n'
    assert told(read(code)) == {"aws_instance.a ami": "unknown"}


def test_what_reads_such_a_resource_does_not_take_it_for_the_image(read: Read) -> None:
    code = f'resource "terraform_data" "t" {{\n  input = "${{{UNKNOWN}}}{ONE}"\n}}\n'
    use = 'resource "aws_instance" "a" {\n  ami = terraform_data.t.input\n}\n'
    assert told(read(code + use)) == {"aws_instance.a ami": "unknown"}


def test_locals_that_multiply_each_other_end(read: Read) -> None:
    chain = "".join(
        f"  l{i} = upper(format(timestamp(), {', '.join(f'local.l{i - 1}' for _ in range(9))}))\n"
        for i in range(1, 60)
    )
    code = f'locals {{\n  l0 = "{ONE}"\n{chain}}}\n' + document("local.l59")
    with in_time():
        assert strays(read, code) == {"acme_stack.d template_body": {ONE}}


# ------------------------------------------------------------------------------------------ files

FILE = f"I: {ONE}\n"


@pytest.mark.parametrize(
    "expression",
    [
        'file("body.yaml")',
        'file("./body.yaml")',
        'file("${path.module}/body.yaml")',
        'file("${path.root}/body.yaml")',
        'file(join("/", [path.module, "body.yaml"]))',
        'templatefile("body.yaml", {})',
        'templatefile("${path.module}/body.yaml", { x = timestamp() })',
        'filebase64("${path.module}/body.yaml")',
        'replace(file("body.yaml"), "/x+/", "")',
        'format(file("body.yaml"), timestamp())',
    ],
)
def test_an_id_in_a_file_is_reported(read: Read, expression: str) -> None:
    found = strays(read, {"main.tf": document(expression), "body.yaml": FILE})
    assert found == {"acme_stack.d template_body": {ONE}}


def test_an_image_may_come_from_a_file(read: Read) -> None:
    files = {
        "main.tf": f"""
resource "aws_instance" "a" {{
  ami = trimspace(file("${{path.module}}/image.txt"))
}}
resource "aws_instance" "b" {{
  ami = jsondecode(file("images.json"))["web"]
}}
resource "aws_instance" "c" {{
  ami = templatefile("id.tpl", {{ id = "{ONE}" }})
}}
{call("m")}""",
        "image.txt": f"{ONE}\n",
        "images.json": f'{{"web": "{TWO}"}}',
        "id.tpl": "${id}",
        "m/main.tf": 'resource "aws_instance" "d" {\n  ami = file("${path.module}/id")\n}\n',
        "m/id": THREE,
    }
    assert told(read(files)) == {
        "aws_instance.a ami": ONE,
        "aws_instance.b ami": TWO,
        "aws_instance.c ami": ONE,
        "module.m.aws_instance.d ami": THREE,
    }


def test_the_digest_of_the_input_is_that_of_its_files_too(read: Read) -> None:
    files = {"main.tf": document('file("body.yaml")'), "body.yaml": FILE}
    first = read(files).facts.sha256
    assert read({"body.yaml": FILE + "#"}).facts.sha256 != first


@pytest.mark.parametrize(
    "path",
    ["../outside", "../../outside", "link", "/OUTSIDE", "pipe", ".", "nowhere", "a\\u0000b"],
)
def test_no_file_outside_is_read_and_nothing_that_is_no_file(
    read: Read, tmp_path: Path, path: str
) -> None:
    (tmp_path / "outside").write_text(ONE)
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "link").symlink_to(tmp_path / "outside")
    os.mkfifo(tmp_path / "root" / "pipe")
    where = path.replace("/OUTSIDE", str(tmp_path / "outside"))
    code = f'resource "aws_instance" "a" {{\n  ami = file("{where}")\n}}\n' + document(
        f'file("{where}")'
    )
    with in_time():
        assert told(read({"root/main.tf": code}, "root")) == {"aws_instance.a ami": "unknown"}


def test_below_the_directory_that_was_named_files_of_others_are_read(read: Read) -> None:
    read(
        {
            "prod/main.tf": 'resource "aws_instance" "a" {\n  ami = file("../id")\n}\n',
            "id": ONE,
        }
    )
    [verdict] = check(".").report["verdicts"]
    assert verdict["value"] == ONE
    [verdict] = check("prod").report["verdicts"]
    assert verdict["value"] != ONE


def test_a_large_file_is_not_read(read: Read) -> None:
    files = {"main.tf": document('file("large")'), "large": f"{ONE} {'x' * 2_000_000}"}
    assert not read(files).references


# -------------------------------------------------------------------------------------- scripts


@pytest.mark.parametrize("kind", ["terraform_data", "null_resource", "aws_instance", "acme_thing"])
def test_an_image_in_a_provisioner_is_reported(read: Read, kind: str) -> None:
    code = f"""
variable "image" {{
  default = "{TWO}"
}}
resource "{kind}" "p" {{
  provisioner "remote-exec" {{
    inline = ["echo"]
  }}
  provisioner "local-exec" {{
    command     = "aws ec2 run-instances --image-id {ONE}"
    environment = {{ IMAGE = "${{var.image}}", AT = timestamp() }}
  }}
}}
"""
    found = {
        (each.address, each.attribute, each.line): str(each.value)
        for each in read(code).references
        if isinstance(each.value, Planned) and each.value.astray
    }
    assert found == {
        (f"{kind}.p", "provisioner[1].command", 10): ONE,
        (f"{kind}.p", "provisioner[1].environment", 11): TWO,
    }


def test_of_a_resource_without_instances_nothing_runs(read: Read) -> None:
    code = 'resource "terraform_data" "p" {\n  count = 0\n  provisioner "local-exec" {\n'
    assert not read(f'{code}    command = "{ONE}"\n  }}\n}}\n').references


@pytest.mark.parametrize("call", ["can()", "can(1, 2)", "can([true]...)", "try()"])
def test_calls_that_terraform_refuses_are_known_to_nobody(read: Read, call: str) -> None:
    code = f'resource "aws_instance" "a" {{\n  ami = {call} == true ? "{ONE}" : "{TWO}"\n}}\n'
    values = [each.value for each in read(code).references if each.attribute == "ami"]
    assert [type(value) for value in values] == [Unknown]
