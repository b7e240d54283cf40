"""Dynamic blocks of which nobody knows whether there are any, where others mean something else without."""

import pytest

from assay.model import Unknown
from tests.inputs.test_code import ONE, TWO, Read

MAYBE = 'for_each = terraform.workspace == "a" ? [1] : []'


def dynamic(name: str, each: str, *lines: str) -> str:
    content = "".join(f"      {line}\n" for line in lines)
    return f'  dynamic "{name}" {{\n    {each}\n    content {{\n{content}    }}\n  }}\n'


def lookup(each: str) -> str:
    return (
        'data "aws_ami" "a" {\n  owners = ["self"]\n'
        + dynamic("filter", each, 'name = "name"', 'values = ["golden"]')
        + '}\nresource "aws_instance" "i" {\n  ami = data.aws_ami.a.id\n}\n'
    )


def group(each: str) -> str:
    body = dynamic("launch_template", each, 'name = "golden"', 'version = "1"')
    return f'resource "aws_eks_node_group" "g" {{\n  cluster_name = "c"\n{body}}}\n'


def batch(each: str) -> str:
    body = dynamic("ec2_configuration", each, f'image_id_override = "{ONE}"')
    return (
        f'resource "aws_batch_compute_environment" "b" {{\n  compute_resources {{\n'
        f'    type = "EC2"\n    image_id = "{TWO}"\n{body}  }}\n}}\n'
    )


@pytest.mark.parametrize("code", [lookup, group, batch])
def test_a_block_that_may_not_be_there_leaves_a_doubt(read: Read, code: object) -> None:
    assert callable(code)
    assert any(isinstance(each.value, Unknown) for each in read(code(MAYBE)).references)
    known = read(code("for_each = [1]")).references
    assert known
    assert not any(isinstance(each.value, Unknown) for each in known)


def test_what_it_would_outrank_counts_too(read: Read) -> None:
    values = [str(getattr(each.value, "id", "")) for each in read(batch(MAYBE)).references]
    assert {ONE, TWO} <= {*values}
    assert TWO not in [str(getattr(each.value, "id", "")) for each in read(batch("for_each = [1]")).references]  # fmt: skip


def test_where_a_block_only_launches_more_there_is_no_doubt(read: Read) -> None:
    body = dynamic("launch_specification", MAYBE, f'ami = "{ONE}"')
    [reference] = read(f'resource "aws_spot_fleet_request" "s" {{\n{body}}}\n').references
    assert str(getattr(reference.value, "id", "")) == ONE
