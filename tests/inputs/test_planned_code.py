"""Code that a plan carries, where assay cannot read all of it as Terraform has read it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from assay.errors import InputError
from assay.inputs.plan.plan import Source, read_plans
from assay.inputs.saved.code import PlannedCode
from assay.inputs.terraform.of_plans import CodeOfPlans
from assay.kept import Kept
from assay.model import AmiId, Kind, Planned, Unknown
from tests.plans import configured, dump, instance, plan, resource

MAIN = """\
provider "aws" {
  region = "us-east-1"
}

locals {
  image = aws_ami_copy.golden.id
}

resource "aws_ami_copy" "golden" {
  name              = "golden"
  source_ami_id     = "ami-0123456789abcdef0"
  source_ami_region = "us-east-1"
}

resource "aws_instance" "a" {
  ami = local.image
}
"""
COPY = {
    "name": "golden",
    "source_ami_id": "ami-0123456789abcdef0",
    "source_ami_region": "us-east-1",
}
PLAN = dump(
    plan(
        resource("aws_ami_copy.golden", COPY, unknown={"id": True}),
        instance("aws_instance.a", None, unknown={"ami": True}),
        configuration=[
            configured(
                "aws_ami_copy",
                "golden",
                {name: {"constant_value": value} for name, value in COPY.items()},
            ),
            configured("aws_instance", "a", {"ami": {"references": ["local.image"]}}),
        ],
    )
)
MODULE = """
module "m" {
  source = "./m"
}
"""
OVERRIDE = 'locals {\n  image = "ami-0ffffffffffffffff"\n}\n'


def source(code: CodeOfPlans) -> Source:
    [found] = read_plans("tfplan", PLAN, kinds=tuple(Kind), region="us-east-1", joining=code.join)
    return code.at_lines(found)


def carried(files: Mapping[str, bytes]) -> Source:
    code = PlannedCode({(): "."}, {".": {"main.tf": MAIN.encode(), **files}})
    return source(CodeOfPlans.carried(Kept(None), code, "."))


def launched(found: Source) -> object:
    [value] = [each.value for each in found.references if each.address == "aws_instance.a"]
    return value


UNREADABLE = {
    "more than is read": f"{'# a line of it' * 5000}\n" .encode() * 40 + OVERRIDE.encode(),
    "another encoding": OVERRIDE.encode("utf-16"),
    "syntax": f"{OVERRIDE}\n}}}}".encode(),
    "a block that nobody knows": f'{OVERRIDE}\nnovelty "x" {{}}'.encode(),
    "a name twice": f'{OVERRIDE}\nvariable "x" {{}}\nvariable "x" {{}}'.encode(),
}  # fmt: skip


def test_code_that_can_be_read_is_evaluated() -> None:
    found = carried({})
    assert not isinstance(launched(found), Unknown)
    assert found.notes == ()
    assert launched(carried({"a_override.tf": OVERRIDE.encode()})) != launched(found)


@pytest.mark.parametrize("what", UNREADABLE)
def test_a_file_that_cannot_be_read_leaves_open_what_it_decides(what: str) -> None:
    found = carried({"b_override.tf": UNREADABLE[what]})
    assert isinstance(launched(found), Unknown)
    [note] = found.notes
    assert note.startswith("tfplan: the code in . cannot be read as Terraform read it (b_over")
    assert note.endswith("only its line numbers are used")
    assert {each.file for each in found.references} == {"main.tf"}


def test_nor_is_such_a_file_of_a_checkout_passed_over(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(MAIN)
    code = CodeOfPlans.checkout(Kept(None), None, str(tmp_path))
    assert not isinstance(launched(source(code)), Unknown)
    for content in UNREADABLE.values():
        (tmp_path / "b_override.tf").write_bytes(content)
        code = CodeOfPlans.checkout(Kept(None), None, str(tmp_path))
        found = source(code)
        assert isinstance(launched(found), Unknown)
        assert len(found.notes) == 1


def test_files_that_no_tool_reads_decide_nothing() -> None:
    for name in (".b_override.tf", "b_override.tf~", "b_override.txt"):
        assert launched(carried({name: b"}}"})) == launched(carried({}))


def test_a_module_stands_where_the_plan_says() -> None:
    """Terraform looks there, wherever the call leads: the archive of a plan can be changed."""
    call = MAIN.replace("aws_ami_copy.golden.id", "module.m.image") + MODULE
    one, other = AmiId("ami-0123456789abcdef0"), AmiId("ami-0ffffffffffffffff")

    def output(image: AmiId) -> dict[str, bytes]:
        return {"main.tf": f'output "image" {{\n  value = "{image}"\n}}\n'.encode()}

    def image(directory: str) -> object:
        files = {".": {"main.tf": call.encode()}, "m": output(one), "n": output(other)}
        modules = {(): ".", ("m",): directory, ("o",): "m", ("p",): "n"}
        code = CodeOfPlans.carried(Kept(None), PlannedCode(modules, files), "live/prod")
        value = launched(source(code))
        return value.value if isinstance(value, Planned) else value

    assert image("m") == one
    assert image("n") == other


def test_no_two_directories_become_one() -> None:
    """What is shown from elsewhere can lead to the root module itself."""
    files = {".": {"main.tf": b"# one"}, "../prod": {"main.tf": b"# other"}}
    code = PlannedCode({(): ".", ("m",): "../prod"}, files)
    CodeOfPlans.carried(Kept(None), code, ".")
    with pytest.raises(InputError, match="two versions of the files of this directory"):
        CodeOfPlans.carried(Kept(None), code, "live/prod")
