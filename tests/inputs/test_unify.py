"""The one type that several values are converted to, and which values are equal."""

import pytest

from assay.inputs.terraform.language.unify import equal, identical, meld, set_of, soft_part
from assay.inputs.terraform.language.values import UncertainError
from assay.inputs.terraform.syntax.expressions import (
    FailedError,
    HclValue,
    Ref,
    SetOf,
    UnknownValue,
)

X = Ref("", ("data", "aws_ami", "x", "id"))
AMI = UnknownValue((X,), passed_on=True)
MADE = UnknownValue((X,))
HIDDEN = UnknownValue()


@pytest.mark.parametrize(
    ("values", "melded"),
    [
        (["a", 1, True, AMI], ["a", "1", "true", AMI]),
        (["a", 1, None], ["a", "1", None]),
        ([[1, True], [2, False]], [[1, True], [2, False]]),  # two tuples of one type
        (["e\u0301", 1], ["e\u0301", "1"]),
        (["a", 1, None, AMI], ["a", HIDDEN, None, AMI]),  # the null may be of any type
        ([[1, AMI], ["a"]], [[HIDDEN, AMI], ["a"]]),
        ([[1], ["a"]], [[HIDDEN], ["a"]]),
        ([[["x"], [1]]], [[["x"], [1]]]),  # nothing to be converted to
        ([[[AMI, 1]], [["a"], ["b"]]], [[MADE], [HIDDEN, HIDDEN]]),
    ],
)
def test_values_of_one_type(values: list[HclValue], melded: list[HclValue]) -> None:
    assert identical(meld(values), melded)


@pytest.mark.parametrize("values", [["a", ["a"]], [1, True], [["a"], {}], [SetOf(["a"]), {}]])
def test_values_without_a_common_type(values: list[HclValue]) -> None:
    with pytest.raises(FailedError):
        meld(values)


def test_types_that_do_not_show_are_not_guessed() -> None:
    with pytest.raises(UncertainError):
        meld([[1], [True, False]])  # as tuples, or lists, they have no common type


def test_what_conversions_change_is_unknown_and_says_what_it_depends_on() -> None:
    assert identical(soft_part({"a": "x", "b": 1, "c": [AMI]}), {"a": "x", "b": HIDDEN, "c": MADE})


def test_a_set_holds_elements_of_one_type() -> None:
    assert identical(set_of(["b", "a", "b"]), SetOf(["a", "b"]))
    assert identical(set_of([10, 9]), SetOf([9, 10]))
    assert identical(set_of([]), SetOf())
    mixed: list[list[HclValue]] = [["a", 1], [1, True], [["a"]], [AMI], ["e\u0301"]]
    for values in mixed:
        with pytest.raises(UncertainError):
            set_of(values)


def test_equality_tells_what_differs_before_what_is_uncertain() -> None:
    assert not equal(["x", ["a"], 1], ["x", ["a"], 2])
    with pytest.raises(UncertainError):
        equal(["x", ["a"], 1], ["x", ["a"], 1])


DIFFERENT: list[tuple[HclValue, HclValue]] = [
    (1, True),
    (1, "1"),
    (1, 2),
    (None, AMI),
    (AMI, MADE),
    (["a"], SetOf(["a"])),
    (["a"], ["b"]),
    (["a"], ["a", "b"]),
    ([1], [True]),
    ({"a": 1}, {"b": 1}),
    ({"a": 1}, {"a": True}),
    ({"a": 1}, {"a": 1, "b": 2}),
]


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_identical_is_what_differs_in_nothing(one: HclValue, other: HclValue) -> None:
    assert not identical(one, other)
    assert not identical(other, one)
    assert not identical({"x": [one, one]}, {"x": [one, other]})
    assert identical({"x": [one, other]}, {"x": [one, other]})


def test_what_is_too_deep_is_not_compared() -> None:
    deep: HclValue = "a"
    for _ in range(66):
        deep = [deep]
    for compare in (equal, identical):
        for one, other in ((deep, "a"), ("a", deep)):
            with pytest.raises(UncertainError):
                compare(one, other)
