"""Images that come through what keeps its old value: `ignore_changes` somewhere on the way."""

import pytest

from tests.inputs.test_code import ONE, Read, by_template, call, check, instance, one

IGNORE = "lifecycle {\n    ignore_changes = [NAMES]\n  }"


def resource(kind: str, line: str, ignored: str, *more: str) -> str:
    lines = "".join(
        f"  {each}\n" for each in (line, *more, IGNORE.replace("NAMES", ignored) if ignored else "")
    )
    return f'resource "{kind}" "t" {{\n{lines}}}\n'


COPY = 'source_ami_region = "us-east-1"'
WAYS: list[tuple[str, str, str]] = [
    (resource("terraform_data", f'input = "{ONE}"', "NAMES"), "terraform_data.t.input", "input"),
    (
        resource("aws_launch_template", f'image_id = "{ONE}"', "NAMES"),
        "aws_launch_template.t.image_id",
        "image_id",
    ),
    (
        resource("aws_launch_configuration", f'image_id = "{ONE}"', "NAMES"),
        "aws_launch_configuration.t.image_id",
        "image_id",
    ),
    (resource("aws_instance", f'ami = "{ONE}"', "NAMES"), "aws_instance.t.ami", "ami"),
    (
        resource("aws_ssm_parameter", f'value = "{ONE}"', "NAMES", 'type = "String"', 'name = "x"'),
        "aws_ssm_parameter.t.value",
        "value",
    ),
    (
        resource("aws_ami_copy", f'source_ami_id = "{ONE}"', "NAMES", COPY),
        "aws_ami_copy.t.id",
        "source_ami_id",
    ),
]


def ignored(read: Read, code: str, address: str) -> bool:
    found = [each for each in read(code).references if each.address.endswith(address)]
    return found[0].changes_ignored


@pytest.mark.parametrize(("before", "through", "attribute"), WAYS)
def test_what_stands_between_and_keeps_its_value_is_told(
    read: Read, before: str, through: str, attribute: str
) -> None:
    after = instance("a", through)
    for names in (attribute, "all", f"tags, {attribute}"):
        assert ignored(read, before.replace("NAMES", names) + after, "aws_instance.a"), names
    for names in ("tags", "tags_all"):
        assert not ignored(read, before.replace("NAMES", names) + after, "aws_instance.a"), names


def test_a_template_that_keeps_its_image_is_told_where_it_is_used(read: Read) -> None:
    template = resource("aws_launch_template", f'image_id = "{ONE}"', "NAMES")
    for version in ("$Latest", "${aws_launch_template.t.latest_version}"):
        use = by_template("a", "id = aws_launch_template.t.id", f'version = "{version}"')
        assert ignored(read, template.replace("NAMES", "image_id") + use, "aws_instance.a")
        assert not ignored(read, template.replace("NAMES", "tags") + use, "aws_instance.a")


def test_it_is_told_through_locals_outputs_and_conditions(read: Read) -> None:
    module = resource("terraform_data", f'input = "{ONE}"', "input")
    output = 'output "image" {\n  value = terraform_data.t.input\n}\n'
    code = call("m") + "locals {\n  image = module.m.image\n}\n" + instance("a", "local.image")
    source = read({"main.tf": code, "m/main.tf": module + output})
    assert one(source).changes_ignored


def test_the_rule_speaks(read: Read) -> None:
    read(
        resource("terraform_data", f'input = "{ONE}"', "input")
        + instance("a", "terraform_data.t.input")
    )
    [verdict] = [
        each for each in check(".").report["verdicts"] if each["address"] == "aws_instance.a"
    ]
    assert "ignored-changes" in [each["rule"] for each in verdict["results"]]
    assert verdict["outcome"] == "fail"
