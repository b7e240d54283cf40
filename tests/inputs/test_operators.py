"""Terraform's operators, conditionals, templates and traversals, as assay computes them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assay.inputs.terraform.language.operators import (
    attribute,
    binary,
    certain,
    conditional,
    index,
    is_known,
    key_of,
    template,
    unary,
    unknown_of,
)
from assay.inputs.terraform.language.unify import identical
from assay.inputs.terraform.syntax.expressions import (
    FailedError,
    HclValue,
    Ref,
    SetOf,
    Sure,
    UnknownValue,
)

X = Ref("module.m", ("data", "aws_ami", "x"))
Y = Ref("", ("aws_ami_copy", "y", 0, "id"))
AMI = UnknownValue((X,), passed_on=True)
COPY = UnknownValue((Y,), passed_on=True)
NOTHING_KNOWN = UnknownValue()


def made_of(*refs: Ref) -> UnknownValue:
    return UnknownValue(refs)


# ------------------------------------------------------------------------------- operators


@pytest.mark.parametrize(
    ("left", "operator", "right", "value"),
    [
        (1, "+", "2", 3),
        (0.5, "+", 1.5, 2),
        (7, "-", 9, -2),
        (1.5, "*", 3, 4.5),
        (2, "*", -3, -6),
        (0, "*", 3, 0),
        (3, "*", 0, 0),
        (1, "/", 4, 0.25),
        (1, "/", -4, -0.25),
        (0, "/", 0.5, 0),
        (7, "%", 3, 1),
        (-5, "%", 3, -2),
        (5, "%", 0, 5),
        (2**40, "%", 7, 2),
        (2, "<", 10, True),
        ("2", ">=", 2.5, False),
        (0.1, "<", 0.2, True),
        (1, "==", 1, True),
        (1, "==", True, False),
        ("1", "==", 1, False),
        ("1", "!=", 1, True),
        (None, "==", None, True),
        (None, "==", [], False),
        (0.1, "==", 0.1, True),
        ([], "==", ["a"], False),
        (["a", 1], "==", ["a", 1], True),
        (["a"], "==", ["b"], False),
        ({"a": "x"}, "!=", {}, True),
        ({"a": "x", "b": 1}, "==", {"a": "x", "b": 1}, True),
        ({"a": "x", "b": 1}, "==", {"a": "x", "c": 1}, False),
        (SetOf(["a"]), "==", SetOf(["a"]), True),
        (SetOf(["a"]), "==", ["a"], False),
        (True, "&&", "false", False),
        (False, "||", "1", True),
    ],
)
def test_operators_compute(left: HclValue, operator: str, right: HclValue, value: HclValue) -> None:
    assert identical(binary(operator, left, right), value)


@pytest.mark.parametrize(
    ("left", "operator", "right"),
    [
        (1, "+", "x"),
        (1, "+", True),
        (1, "-", None),
        (0, "/", 0),
        (1, "<", []),
        (None, "<", 1),
        (True, "&&", 1),
        (True, "||", "yes"),
        (None, "&&", True),
    ],
)
def test_operators_fail(left: HclValue, operator: str, right: HclValue) -> None:
    with pytest.raises(FailedError):
        binary(operator, left, right)


@pytest.mark.parametrize(
    ("left", "operator", "right"),
    [
        (0.1, "+", 0.2),  # rounded, at a precision that is not Python's
        (1, "/", 3),
        (2**53, "+", 1),
        (1, "/", 0),  # infinity
        (0, "*", -1),  # a negative zero
        (0, "/", -5),
        (5.5, "%", 2),
        (2**40 + 1, "%", 7),
        ("1e3", "+", 1),
        (["a"], "==", ["a"]),  # a tuple is no list
        ([], "==", []),
        ({}, "==", {}),
        ([None, 1], "==", [None, 2]),
        (["x", ["a"]], "==", ["x", ["a"]]),
        (SetOf(), "==", SetOf()),
        ("e\u0301", "==", "é"),
        (False, "&&", AMI),
        (1, "**", 2),
    ],
)
def test_operators_do_not_guess(left: HclValue, operator: str, right: HclValue) -> None:
    assert binary(operator, left, right) == unknown_of(left, right)


def test_what_is_made_with_an_operator_is_not_passed_on() -> None:
    assert binary("+", AMI, 1) == made_of(X)
    assert binary("==", COPY, AMI) == made_of(Y, X)
    assert binary("!=", {"a": AMI}, None) is True
    assert unary("!", AMI) == unary("-", AMI) == made_of(X)


def test_what_is_found_is_neither_null_nor_empty() -> None:
    image = UnknownValue((X,), passed_on=True, sure=Sure.IMAGE)
    thing = UnknownValue((X,), passed_on=True, sure=Sure.THING)
    later = UnknownValue((Y,), passed_on=True, sure=Sure.IMAGE)
    both = UnknownValue((X, Y), sure=Sure.IMAGE)
    absent: list[tuple[HclValue, HclValue]] = [
        *((image, None), (image, ""), (thing, None)),
        *((later, None), (both, None)),  # an id that will be made is one
    ]
    for one, other in absent:
        for left, right in ((one, other), (other, one)):
            assert binary("==", left, right) is False
            assert binary("!=", left, right) is True
    undecided: list[tuple[UnknownValue, HclValue]] = [
        (image, "ami-1"),
        (thing, ""),
        (AMI, None),
        (AMI, ""),
    ]
    for unknown, known in undecided:
        found = binary("==", unknown, known)
        assert found == binary("!=", known, unknown) == made_of(*unknown.refs)


def test_unary_operators() -> None:
    assert unary("!", "true") is False
    assert identical(unary("-", "2.5"), -2.5)
    assert unary("-", 0) == NOTHING_KNOWN
    for operator, of in (("!", 1), ("!", None), ("-", True), ("-", []), ("-", None)):
        with pytest.raises(FailedError):
            unary(operator, of)


# ------------------------------------------------------------------------------- conditionals


@pytest.mark.parametrize(
    ("yes", "no", "value"),
    [
        ("a", "b", "a"),
        ("a", 1, "a"),
        (1, "a", "1"),
        (True, "a", "true"),
        (None, "a", None),
        ("a", None, "a"),
        ("a", AMI, "a"),
        (AMI, "a", AMI),
        (AMI, None, AMI),
        (1, AMI, NOTHING_KNOWN),  # "1", if the other is text
        (1, None, NOTHING_KNOWN),
        (["a"], ["b", "c"], ["a"]),
        ([1], [2, 3], [1]),
        ([], [1], []),
        (["a"], [], ["a"]),
        ([1], [], [NOTHING_KNOWN]),  # ["1"], if the empty list is one of strings
        (["b", "a"], None, NOTHING_KNOWN),  # a set, if the null is one
        (["b", "a"], AMI, NOTHING_KNOWN),
        (SetOf(["a"]), SetOf(["b"]), SetOf(["a"])),
        ({"a": "x"}, {}, {"a": "x"}),
        ({"a": "x"}, {"b": "y", "c": "z"}, {"a": "x"}),
        ({"a": "x", "b": 1}, {}, {"a": "x", "b": NOTHING_KNOWN}),
        ({"a": "x", "b": 1}, {"a": "y", "b": 2}, {"a": "x", "b": 1}),
        ({"a": {"id": AMI, "n": "w"}}, {}, {"a": {"id": AMI, "n": "w"}}),
        ([{"a": 1, "b": "x"}], [{"a": 2, "b": "y"}], [{"a": 1, "b": "x"}]),
    ],
)
def test_the_branch_that_is_taken_is_converted(
    yes: HclValue, no: HclValue, value: HclValue
) -> None:
    assert identical(conditional(True, yes, no), value)
    assert identical(conditional("false", no, yes), value)


@pytest.mark.parametrize(
    ("yes", "no"), [(1, True), ("a", ["a"]), ("a", {}), ([], {}), ({"a": 1}, SetOf(["a"]))]
)
def test_branches_of_types_that_do_not_go_together_fail(yes: HclValue, no: HclValue) -> None:
    for test in (True, False, AMI):
        with pytest.raises(FailedError):
            conditional(test, yes, no)


@pytest.mark.parametrize("test", [None, 1, "yes", [], {}])
def test_only_a_bool_can_be_tested(test: HclValue) -> None:
    with pytest.raises(FailedError):
        conditional(test, "a", "b")


def test_an_unknown_test_leaves_both_branches() -> None:
    test = made_of(Ref("", ("var", "x")))
    both = UnknownValue((X, Y), passed_on=True)
    assert conditional(test, AMI, COPY) == both
    assert conditional(test, "a", "a") == "a"
    assert identical(conditional(test, [1], [1]), [1])
    assert conditional(test, "a", "b") == test
    assert conditional(test, 1, "1") == "1"
    assert conditional(test, AMI, "a") == made_of(*test.refs, X)
    assert conditional(test, AMI, made_of(Y)) == made_of(*test.refs, X, Y)
    assert conditional(test, made_of(X), made_of(X)) == made_of(*test.refs, X)
    # It does not show whether these are lists, whose elements have no type in common, or tuples.
    assert conditional(test, [AMI, 1], [COPY, True]) == made_of(*test.refs, X, Y)


def test_a_bare_branch_has_no_type_of_its_own() -> None:
    def beside(taken: HclValue, other: HclValue) -> HclValue:
        return conditional(True, taken, other, bare=True)

    assert identical(beside(1, None), 1)
    assert identical(beside(["b", "a"], None), ["b", "a"])
    assert identical(beside(SetOf(["a"]), []), SetOf(["a"]))
    assert identical(beside([1, 2], []), [1, 2])
    assert identical(beside([], []), [])
    assert identical(beside(["a", 1], []), ["a", "1"])
    assert identical(beside({"a": {"n": 1}}, {}), {"a": {"n": 1}})
    assert identical(beside({"a": "x", "b": 1}, {}), {"a": "x", "b": "1"})
    assert beside(AMI, {}) == AMI
    assert beside(None, []) is None
    clashing: list[tuple[HclValue, HclValue]] = [
        ("a", []),
        (["a"], {}),
        ({}, []),
        (SetOf(["a"]), {}),
    ]
    for taken, other in clashing:
        with pytest.raises(FailedError):
            beside(taken, other)


# ------------------------------------------------------------------------------- templates


def test_templates_join_texts() -> None:
    assert template(["a-", 1, "-", True, "-", 2.5, 10**20]) == f"a-1-true-2.5{10**20}"
    assert template([0.00001]) == "0.00001"
    assert template([]) == ""
    assert template(["a", AMI, COPY, AMI]) == made_of(X, Y)
    assert template(["e", "\u0301"]) == NOTHING_KNOWN
    assert template(["\u1100", "\u1161"]) == NOTHING_KNOWN  # two letters that become one
    assert template([0.1234567890123456]) == NOTHING_KNOWN
    assert template(["a" * 600_000] * 2) == NOTHING_KNOWN
    refused: list[HclValue] = [None, [], {}, SetOf(), ["a"]]
    for part in refused:
        with pytest.raises(FailedError):
            template([AMI, part])


def test_keys_are_texts() -> None:
    assert [key_of("a"), key_of(1), key_of(True)] == ["a", "1", "true"]
    assert key_of(AMI) == made_of(X)
    with pytest.raises(FailedError):
        key_of(["a"])


# ------------------------------------------------------------------------------- traversals


@pytest.mark.parametrize(
    ("of", "key", "value"),
    [
        (["a", "b"], 1, "b"),
        (["a", "b"], "1", "b"),
        (["a", AMI], 1, AMI),
        ([AMI, "a"], 1, "a"),
        ({"a": "x"}, "a", "x"),
        ({"1": "x"}, 1, "x"),
        ({"true": "x"}, True, "x"),
        (AMI, "id", UnknownValue((Ref(X.module, (*X.steps, "id")),), passed_on=True)),
        (AMI, 0, UnknownValue((Ref(X.module, (*X.steps, 0)),), passed_on=True)),
        (AMI, 0.5, made_of(X)),
        (AMI, True, made_of(X)),
        (made_of(X), 0, made_of(X)),
        (["a", COPY], AMI, made_of(X, Y)),
        (COPY, AMI, made_of(X, Y)),
        (COPY, [AMI], made_of(Y, X)),
        (["a"], "0x", NOTHING_KNOWN),
        (["a", AMI], "0x", made_of(X)),
    ],
)
def test_indexing(of: HclValue, key: HclValue, value: HclValue) -> None:
    assert identical(index(of, key), value)


@pytest.mark.parametrize(
    ("of", "key"),
    [
        (["a"], 1),
        (["a"], -1),
        (["a"], 0.5),
        (["a"], "a"),
        (["a"], True),
        (["a"], None),
        (["a"], ["a"]),
        ({"a": 1}, "b"),
        ({"a": 1}, []),
        (SetOf(["a"]), 0),
        (None, 0),
        (None, AMI),
        ("abc", 0),
        (5, "a"),
    ],
)
def test_indexing_fails(of: HclValue, key: HclValue) -> None:
    with pytest.raises(FailedError):
        index(of, key)


def test_attributes() -> None:
    assert attribute({"a": AMI}, "a") == AMI
    assert attribute(AMI, "id") == UnknownValue((Ref(X.module, (*X.steps, "id")),), passed_on=True)
    assert attribute(made_of(X), "id") == made_of(X)
    without: list[HclValue] = [{"b": 1}, {}, [{"a": 1}], SetOf(["a"]), "a", 1, None]
    for of in without:
        with pytest.raises(FailedError):
            attribute(of, "a")


# ------------------------------------------------------------------------------- what is known


def test_unknown_things_are_found_however_deep() -> None:
    deep: HclValue = AMI
    for _ in range(5000):
        deep = [deep]
    assert unknown_of({"a": [COPY, "x"], "b": {"c": AMI}}, COPY) == made_of(Y, X)
    assert unknown_of(deep) == made_of(X)
    assert not is_known(deep)
    assert is_known({"a": [1, None, {}]})
    wide: HclValue = [AMI]
    for _ in range(60):
        wide = [wide, wide]
    assert unknown_of(wide) == made_of(X)


def test_nulls_and_empty_collections_may_have_a_type_that_does_not_show() -> None:
    assert certain("a", 1, {"a": ["x", True]})
    vague: list[HclValue] = [None, [], {}, SetOf(), AMI, {"a": [None]}, [[]]]
    for value in vague:
        assert not certain("a", value)
    assert certain("a", UnknownValue((X,), sure=Sure.IMAGE))
    assert not certain("a", UnknownValue((X,), sure=Sure.THING))


@given(st.integers(-(2**60), 2**60), st.integers(-(2**60), 2**60))
def test_whole_numbers_are_exact_or_unknown(one: int, other: int) -> None:
    for operator, value in (("+", one + other), ("-", one - other), ("*", one * other)):
        found = binary(operator, one, other)
        assert found == value if abs(value) <= 2**53 and value else found in (value, NOTHING_KNOWN)
    assert binary("<", one, other) is (one < other)
