"""Files that OpenTofu reads and Terraform does not, and roots in which each finds something else."""

import pytest

from assay.inputs.plan.plan import Source
from assay.inputs.terraform.directory import Code
from assay.inputs.terraform.project.files import Tool
from assay.kept import Kept
from assay.model import Kind
from tests.inputs.test_code import ONE, THREE, TWO, Read, call, check, instance, lay

VARIED = {
    "a.tf": instance("a", f'"{ONE}"'),
    "a.tofu": instance("a", f'"{TWO}"'),
    "b.tf": instance("b", f'"{ONE}"'),
    "c.tofu": instance("c", f'"{THREE}"'),
    "d.tf.json": '{"resource": {"aws_instance": {"d": {"ami": "ami-00000001"}}}}',
    "d.tofu.json": '{"resource": {"aws_instance": {"d": {"ami": "ami-00000002"}}}}',
    "e.tofu.tf": instance("e", f'"{ONE}"'),
    "e.tf.tf": instance("f", f'"{ONE}"'),
    "b.tofu.json": "{}",
}
BY_TERRAFORM = {("a", ONE), ("b", ONE), ("d", ONE), ("e", ONE), ("f", ONE)}
BY_OPENTOFU = {("a", TWO), ("b", ONE), ("c", THREE), ("d", TWO), ("e", ONE), ("f", ONE)}


@pytest.fixture(name="read_by")
def _read_by(read: Read) -> Read:
    def read_by(tool: Tool | None, root: str = ".") -> Source:
        return Code(Kept(None), tool).source(root, kinds=list(Kind), region=None)

    return read_by


def images(source: Source) -> set[tuple[str, str]]:
    return {(each.address.rpartition(".")[2], str(each.value)) for each in source.references}


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        ("terraform", BY_TERRAFORM),
        ("opentofu", BY_OPENTOFU),
        (None, BY_TERRAFORM | BY_OPENTOFU),
    ],
)
def test_each_tool_reads_its_own_files_and_without_a_word_both_count(
    read_by: Read, tool: Tool | None, expected: set[tuple[str, str]]
) -> None:
    lay(VARIED)
    source = read_by(tool)
    assert images(source) == expected
    assert source.facts.references == len(source.references)
    assert any("--tool" in note for note in source.notes) == (tool is None)


@pytest.mark.parametrize(
    ("name", "by_terraform"),
    [
        ("a_override.tofu", False),
        ("override.tofu", False),
        ("override.tofu.json", False),
        ("a_override.tf", True),
        ("override.tf.json", True),
    ],
)
def test_override_files_change_what_the_tool_that_reads_them_launches(
    read_by: Read, name: str, by_terraform: bool
) -> None:
    json = '{"resource": {"aws_instance": {"a": {"ami": "ami-00000002"}}}}'
    lay(
        {
            "main.tf": instance("a", f'"{ONE}"'),
            name: json if name.endswith("json") else instance("a", f'"{TWO}"'),
        }
    )
    assert images(read_by("opentofu")) == {("a", TWO)}
    assert images(read_by("terraform")) == {("a", TWO if by_terraform else ONE)}
    assert images(read_by(None)) == ({("a", TWO)} if by_terraform else {("a", ONE), ("a", TWO)})


def test_a_module_below_is_read_both_ways_too(read_by: Read) -> None:
    lay(
        {
            "main.tf": call("m"),
            "m/main.tf": instance("a", f'"{ONE}"'),
            "m/override.tofu": instance("a", f'"{TWO}"'),
        }
    )
    assert images(read_by(None)) == {("a", ONE), ("a", TWO)}


def test_code_of_one_tool_alone_needs_no_option(read_by: Read) -> None:
    lay(
        {
            "main.tofu": call("m") + instance("a", f'"{ONE}"'),
            "m/main.tofu": instance("b", f'"{TWO}"'),
            "p.tf": 'provider "aws" {\n  region = "us-east-1"\n}\n',
        }
    )
    source = read_by(None)
    assert images(source) == {("a", ONE), ("b", TWO)}
    assert not source.errors


def test_what_only_settings_differ_in_is_read_once(read_by: Read) -> None:
    lay({"a.tf": instance("a", f'"{ONE}"'), "v.tf": "terraform {}\n", "v.tofu": "terraform {}\n"})
    assert not read_by(None).notes


def test_what_one_tool_alone_refuses_is_an_error_with_the_way_out(read: Read) -> None:
    files = {"main.tf": instance("a", f'"{ONE}"'), "more.tofu": instance("a", f'"{ONE}"')}
    read(files)
    done = check(".")
    assert done.code == 2
    assert "more.tofu:1" in done.stderr
    assert "--tool terraform" in done.stderr
    assert check(".", "--tool", "terraform").code == 3
    assert check(".", "--tool", "opentofu").code == 2


def test_the_tool_may_be_said_by_the_environment(
    read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    read({"main.tf": instance("a", f'"{ONE}"'), "more.tofu": instance("b", f'"{TWO}"')})
    assert set(check(".").outcomes()) == {"aws_instance.a", "aws_instance.b"}
    monkeypatch.setenv("ASSAY_TOOL", "terraform")
    assert set(check(".").outcomes()) == {"aws_instance.a"}
    assert set(check(".", "--tool", "opentofu").outcomes()) == {"aws_instance.a", "aws_instance.b"}
