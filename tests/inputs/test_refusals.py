"""Code that Terraform refuses is refused, with the place; the rest is judged all the same."""

import pytest

from tests.inputs.malformed import REFUSED, TAKEN, Case
from tests.inputs.test_code import ONE, Read, check, instance, told


@pytest.mark.parametrize("name", REFUSED)
def test_what_terraform_refuses_is_an_error_at_its_place(read: Read, name: str) -> None:
    files, where = REFUSED[name]
    source = read({**files, "zz.tf": instance("whole", f'"{ONE}"')})
    assert any(str(error.where).startswith(where) for error in source.errors), source.errors
    words = told(source)
    assert words["aws_instance.whole ami"] == ONE
    path = where.partition(":")[0]
    assert words[f"({path}) syntax"] == "incomplete"


@pytest.mark.parametrize("files", TAKEN.values(), ids=TAKEN)
def test_what_terraform_takes_is_no_error(read: Read, files: Case) -> None:
    assert not read(files).errors


def test_a_name_twice_ends_the_run_with_2_after_the_report(read: Read) -> None:
    read({"a.tf": instance("a", f'"{ONE}"'), "b.tf": instance("a", f'"{ONE}"')})
    done = check(".")
    assert done.code == 2
    assert "b.tf:1:1" in done.stderr
    assert "a.tf:1" in done.stderr
    assert set(done.outcomes()) == {"aws_instance.a", "(b.tf)"}


def test_very_many_refusals_are_counted(read: Read) -> None:
    source = read({"a.tf": 'variable "a" {}\n' * 50})
    assert len(source.errors) == 11
    assert "39 more reasons" in str(source.errors[-1])
    assert source.errors[-1].where == "a.tf:12:1"


def test_a_count_in_many_instances_of_a_module_is_refused_once(read: Read) -> None:
    module = 'module "m" {\n  source = "./m"\n  count  = 3\n}\n'
    source = read({"main.tf": module, "m/a.tf": instance("a", f'"{ONE}"', "count = -1")})
    assert [error.where for error in source.errors] == ["m/a.tf:3:1"]


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ('resource "a" {}\n', "a resource block takes 2 labels, not 1"),
        ("locals a {}\n", "a locals block takes no labels, not 1"),
        ('output "a b" {\n  value = 1\n}\n', "this is not a valid name for an output block"),
    ],
)
def test_a_malformed_block_is_named_by_its_type(read: Read, code: str, said: str) -> None:
    (error,) = read({"a.tf": code}).errors
    assert error.what == f"Terraform refuses this code: {said}"


def test_one_refusal_more_is_one_reason(read: Read) -> None:
    source = read({"a.tf": 'variable "a" {}\n' * 12})
    assert str(source.errors[-1]).startswith(
        "a.tf:12:1: Terraform refuses this code for 1 more reason;"
    )
