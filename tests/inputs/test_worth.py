"""What the code says at a path of a planned resource, whose blocks stand in an order of their own."""

from collections.abc import Sequence
from typing import Any

import pytest

from assay.inputs.plan.document.document import read_documents
from assay.inputs.plan.document.planned import PlannedResource
from assay.inputs.terraform.joined.worth import Worth, unknown_in, worth_at
from assay.inputs.terraform.language.marks import OPEN, SECRET, Marks
from assay.inputs.terraform.program.body import Body
from assay.inputs.terraform.syntax.expressions import HclValue, Ref, UnknownValue
from assay.model.addresses import Path, Step
from tests.plans import dump, plan, resource

FLEET = "launch_specification"


def copy(name: str, *more: Step) -> UnknownValue:
    """Something of an image that is being made: its id, unless something else is said."""
    below: tuple[Step, ...] = more or ("id",)
    return UnknownValue((Ref("", ("aws_ami_copy", name, *below)),), passed_on=True)


A, B, C = copy("a"), copy("b"), copy("c")


def planned(after: Any, unknown: Any) -> PlannedResource:
    change = resource("aws_spot_fleet_request.x", after, unknown=unknown)
    [found] = read_documents("plan.json", dump(plan(change)))
    assert found.plan.resource_changes
    return PlannedResource("plan.json", found.plan.resource_changes[0], None)


def worth(written: Any, after: Any, unknown: Any, *path: str | int) -> list[HclValue]:
    found = worth_at(Body(written, OPEN), planned(after, unknown), path)
    return [each.value for each in found]


def blocks(*items: HclValue) -> dict[str, HclValue]:
    return {FLEET: list(items)}


def of_each(written: Any, after: Sequence[Any], unknown: Sequence[Any]) -> list[list[HclValue]]:
    """What the image of each planned block is that of."""
    whole = ({FLEET: list(after)}, {FLEET: list(unknown)})
    return [worth(written, *whole, FLEET, at, "ami") for at in range(len(after))]


LATER = [{"ami": True}, {"ami": True}]


def test_one_value_is_what_is_written() -> None:
    assert worth({"ami": A}, {}, {"ami": True}, "ami") == [A]
    assert worth({"ami": "ami-1"}, {"ami": "ami-1"}, {}, "ami") == ["ami-1"]


@pytest.mark.parametrize("nothing", [None, "", []])
def test_nothing_is_not_written(nothing: Any) -> None:
    assert worth({"ami": nothing}, {}, {"ami": True}, "ami") == []
    assert worth({}, {}, {"ami": True}, "ami") == []
    assert worth({"x": {"ami": nothing}}, {}, {"x": [{"ami": True}]}, "x", 0, "ami") == []


def test_what_is_below_something_unknown_is_below_its_name() -> None:
    path = ("launch_template", 0, "id")
    below = copy("a", "x", 0, "id")
    assert worth({"launch_template": copy("a", "x")}, {}, {}, *path) == [below]


def test_a_block_without_brackets_is_the_only_one() -> None:
    """As JSON may have it."""
    assert worth({FLEET: {"ami": A}}, {FLEET: [{}]}, {FLEET: [{"ami": True}]}, FLEET, 0, "ami") == [
        A
    ]


# ---------------------------------------------------------------------------- in which block it is


def test_blocks_of_a_set_are_told_apart_by_what_both_tell() -> None:
    written = blocks({"ami": A, "type": "m5"}, {"ami": B, "type": "c5"})
    assert of_each(written, [{"type": "m5"}, {"type": "c5"}], LATER) == [[A], [B]]
    assert of_each(written, [{"type": "c5"}, {"type": "m5"}], LATER) == [[B], [A]]


def test_numbers_and_bools_are_the_texts_that_they_become() -> None:
    written = blocks(
        {"ami": A, "size": 8, "encrypted": True}, {"ami": B, "size": "8", "encrypted": False}
    )
    after = [{"size": 8, "encrypted": "false"}, {"size": "8", "encrypted": True}]
    assert of_each(written, after, LATER) == [[B], [A]]


def test_nothing_is_nothing_however_it_is_written() -> None:
    written = blocks({"ami": A, "key": None}, {"ami": B, "key": "x"})
    assert of_each(written, [{"key": "x"}, {"key": ""}], LATER) == [[B], [A]]
    assert of_each(written, [{"key": "x"}, {}], LATER) == [[B], [A]]


def test_blocks_are_told_apart_by_the_blocks_in_them() -> None:
    written = blocks({"ami": A, "disk": [{"size": 8}]}, {"ami": B, "disk": [{"size": 9}]})
    eight, nine = {"size": 8}, {"size": 9}
    assert of_each(written, [{"disk": [nine]}, {"disk": [eight]}], LATER) == [[B], [A]]
    more = blocks({"ami": A, "disk": [{"size": 8}]}, {"ami": B, "disk": [{"size": 8}, {"size": 9}]})
    assert of_each(more, [{"disk": [nine, eight]}, {"disk": [eight]}], LATER) == [[B], [A]]


def test_what_is_known_in_one_block_is_not_the_unknown_one() -> None:
    written = blocks({"ami": "ami-1"}, {"ami": B})
    assert of_each(written, [{}, {"ami": "ami-1"}], [{"ami": True}, {}])[0] == [B]


def test_where_several_blocks_agree_each_may_be_it() -> None:
    written = blocks({"ami": A, "type": "m5"}, {"ami": B, "type": "m5"}, {"ami": C, "type": "c5"})
    after = [{"type": "m5"}, {"type": "m5"}, {"type": "c5"}]
    assert of_each(written, after, [{"ami": True}] * 3) == [[A, B], [A, B], [C]]


def test_which_of_several_it_is_stands_beside_it() -> None:
    after: dict[str, Any] = {FLEET: [{}, {}]}
    unknown = {FLEET: LATER}
    both: Path = (FLEET, 1, "ami")
    found = worth_at(Body(blocks({"ami": A}, {"ami": B}), OPEN), planned(after, unknown), both)
    assert found == [Worth(A, block=0), Worth(B, block=1)]
    known = blocks({"ami": A, "type": "m5"}, {"ami": B, "type": "c5"})
    of_type = {FLEET: [{"type": "c5"}, {"type": "m5"}]}
    found = worth_at(Body(known, OPEN), planned(of_type, unknown), both)
    assert found == [Worth(A)]


def test_where_no_block_agrees_each_may_be_it() -> None:
    written = blocks({"ami": A, "type": "m5"}, {"ami": B, "type": "c5"})
    assert of_each(written, [{"type": "t3"}, {"type": "t4"}], LATER) == [[A, B], [A, B]]


def test_what_is_known_better_than_the_plan_knows_it_is_no_difference() -> None:
    """`key` of the first one is evaluated, where the plan has it after apply: neither is left out."""
    written = blocks({"ami": A, "key": "x"}, {"ami": B, "key": C})
    later = [{"ami": True, "key": True}, {"ami": True, "key": True}]
    assert of_each(written, [{}, {}], later) == [[A, B], [A, B]]


def test_what_is_known_better_is_told_apart_by_the_rest() -> None:
    written = blocks({"ami": A, "key": "x", "type": "m5"}, {"ami": B, "key": C, "type": "c5"})
    later = [{"ami": True, "key": True}, {"ami": True, "key": True}]
    assert of_each(written, [{"type": "c5"}, {"type": "m5"}], later) == [[B], [A]]


def test_an_unknown_block_is_not_lost_where_the_provider_has_changed_it() -> None:
    """A digest stands where `x` was written: without it, nobody would judge the second one."""
    written = blocks({"ami": A, "type": "m5"}, {"ami": B, "type": "m5", "key": "x"})
    after = [{"type": "m5"}, {"type": "m5", "key": "3f2a"}]
    assert of_each(written, after, LATER) == [[A, B], [A, B]]
    # Where its image was known, it is none of those that are not
    known = blocks({"ami": A, "type": "m5"}, {"ami": "ami-1", "type": "m5", "key": "x"})
    after[1]["ami"] = "ami-1"
    assert of_each(known, after, [{"ami": True}, {}]) == [[A], [A]]


def test_blocks_of_which_nothing_is_known_may_be_any() -> None:
    written = blocks({"ami": "ami-1", "type": "m5"}, {"ami": B, "type": "c5"})
    assert worth(written, {}, {FLEET: True}, FLEET, 0, "ami") == ["ami-1", B]
    assert worth(written, {FLEET: [{"type": "m5"}]}, {}, FLEET, 7, "ami") == ["ami-1", B]


def test_blocks_that_are_not_known_themselves_may_be_any() -> None:
    written = blocks(copy("x", "y"), {"ami": B, "type": "c5"})
    found = of_each(written, [{"type": "c5"}, {"type": "m5"}], LATER)
    assert found == [[copy("x", "y", "ami"), B], [copy("x", "y", "ami")]]


# ------------------------------------------------------------------------------- what is in a value


def test_what_is_secret_is_hidden_and_what_stands_beside_it_is_not() -> None:
    marks = Marks(below={FLEET: Marks(below={0: Marks(below={"ami": SECRET})})})
    written = blocks({"ami": A, "type": "m5"}, {"ami": B, "type": "c5"})
    of_it = planned({FLEET: [{"type": "c5"}, {"type": "m5"}]}, {FLEET: LATER})
    found = {at: worth_at(Body(written, marks), of_it, (FLEET, at, "ami")) for at in (0, 1)}
    assert found == {0: [Worth(B)], 1: [Worth(A, hidden=True)]}


def test_everything_unknown_in_a_value_is_found() -> None:
    assert set(map(str, unknown_in({"a": [A, "x", {"b": B}], "c": C}))) == set(map(str, (A, B, C)))
    assert list(unknown_in("x")) == []
