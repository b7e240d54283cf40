"""What of a value is known, how large it is, and what it depends on."""

import pytest

from assay.inputs.terraform.language.values import (
    MANY,
    UncertainError,
    below,
    has_null,
    is_sure,
    is_text,
    kind,
    kinds,
    mixed,
    nodes,
    primitive,
    require_small,
    step_below,
    texts,
    unknown_of,
    without_keys,
)
from assay.inputs.terraform.syntax.expressions import HclValue, Ref, SetOf, Sure, UnknownValue
from assay.model.addresses import Step


def at(*steps: Step) -> Ref:
    return Ref("module.m", steps)


AMI = UnknownValue((at("data", "aws_ami", "x"),), passed_on=True)
SURE = UnknownValue((at("data", "aws_ami", "x", "id"),), passed_on=True, sure=Sure.IMAGE)


def nested(times: int) -> HclValue:
    value: HclValue = "a"
    for _ in range(times):
        value = [value]
    return value


def test_each_value_is_of_one_kind() -> None:
    values: list[HclValue] = [None, True, 1, 0.5, "a", SetOf(["a"]), ["a"], {"a": "x"}, AMI]
    names = ["null", "bool", "number", "number", "text", "set", "list", "map", "unknown"]
    assert list(map(kind, values)) == names
    assert kinds(values) == set(names) - {"null", "unknown"}


def test_texts_numbers_and_bools_are_primitive() -> None:
    assert primitive(kinds(["a", 1, True, None, AMI]))
    assert primitive(kinds([]))
    assert not primitive(kinds(["a", ["a"]]))


def test_what_holds_several_types_is_mixed() -> None:
    assert mixed(["a", 1])
    assert not mixed(["a", "b", None, AMI])


def test_the_elements_of_a_value() -> None:
    assert below({"a": 1, "b": [2]}) == [1, [2]]
    assert below(["a", 1]) == below(SetOf(["a", 1])) == ["a", 1]
    assert below("text") == below(None) == below(AMI) == []


def test_every_text_is_found_once_wherever_it_is_shared() -> None:
    shared: HclValue = ["c"]
    value: HclValue = {"a": ["b", 1, None, AMI], "d": {"e": shared}, "f": shared}
    assert sorted(texts(value)) == ["a", "b", "c", "d", "e", "f"]
    assert list(texts("a")) == ["a"]
    assert list(texts(1)) == []


def test_what_stands_below_something_passed_on_is_followed() -> None:
    assert step_below(AMI, "id") == UnknownValue(
        (at("data", "aws_ami", "x", "id"),), passed_on=True
    )
    assert step_below(UnknownValue(AMI.refs), "id") == UnknownValue(AMI.refs)


def test_values_depend_on_each_thing_once() -> None:
    assert unknown_of(SURE, [SURE], {"a": AMI}, "x") == UnknownValue((*SURE.refs, *AMI.refs))


# ------------------------------------------------------------------------------- keys


@pytest.mark.parametrize(
    ("steps", "shown"),
    [
        (("data", "aws_ami", "x"), ("data", "aws_ami", "x")),
        (("data", "aws_ami", "x", 0, "id"), ("data", "aws_ami", "x", 0, "id")),
        (("data", "aws_ami", "x", "key", "id"), ("data", "aws_ami", "x")),
        (("data", "aws_ssm_parameter", "x", "value", "jsondecode()", "image_id"), None),
        (("aws_ami_copy", "x", "id"), None),
        (("aws_ami_copy", "x", "key", "id"), ("aws_ami_copy", "x")),
        (("aws_ami_copy", "data", "key", "id"), ("aws_ami_copy", "data")),
        (("aws_ami_copy", "x", 0, 1, "id"), None),
        (("aws_launch_template", "x", "image_id", "id"), None),
    ],
)
def test_keys_are_left_out(steps: tuple[Step, ...], shown: tuple[Step, ...] | None) -> None:
    value = UnknownValue((at(*steps),), passed_on=True, sure=Sure.IMAGE)
    if shown is None or shown == steps:
        assert without_keys(value) == value
    else:
        assert without_keys(value) == UnknownValue((at(*shown),))


def test_keys_are_left_out_however_deep() -> None:
    keyed = UnknownValue((at("aws_ami_copy", "x", "key", "id"), at("aws_ami_copy", "y", "id")))
    short = UnknownValue((at("aws_ami_copy", "x"), at("aws_ami_copy", "y", "id")))
    assert without_keys({"a": [keyed, 1], "b": "x"}) == {"a": [short, 1], "b": "x"}
    found = without_keys(SetOf([keyed]))
    assert isinstance(found, SetOf)
    assert found == [short]
    assert without_keys(None) is None
    made = UnknownValue((at("aws_ami_copy", "x", "id"),))
    assert without_keys(made) == made


# ------------------------------------------------------------------------------- what is sure


def test_what_is_sure_holds_nothing_of_which_nothing_is_certain() -> None:
    assert is_sure({"a": [SURE, None], "b": "x"})
    assert not is_sure({"a": [SURE, AMI]})


def test_only_what_is_found_as_text_is_text() -> None:
    assert is_text(SURE)
    assert not is_text(AMI)
    assert not is_text("text")


def test_nulls_are_found_however_deep() -> None:
    assert has_null({"a": [1, {"b": None}]})
    assert not has_null({"a": [1, {"b": AMI}, []]})


# ------------------------------------------------------------------------------- how large


def test_what_is_shared_is_counted_each_time() -> None:
    pair: HclValue = ["a", "b"]
    assert nodes("a") == 1
    assert nodes({"a": pair, "b": pair}) == 7
    for _ in range(20):
        pair = [pair, pair]
    assert nodes(pair) > MANY


def test_what_is_deep_is_many() -> None:
    assert nodes(nested(64)) == 65
    assert nodes(nested(65)) == 66
    assert nodes(nested(66)) > MANY


def test_the_largest_values_that_are_gone_through() -> None:
    most: list[HclValue] = ["a"] * (MANY - 1)
    require_small(most)
    require_small(most[:-1], "b")
    require_small(nested(65))
    for values in ([most, "b"], [["a"] * MANY], [most[:-1], "b", "c"], [nested(66)]):
        with pytest.raises(UncertainError):
            require_small(*values)
