"""What of a value is secret. `tests/terraform/code/sensitive` holds the same against Terraform."""

from collections.abc import Mapping, Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.inputs.terraform.language.evaluate import evaluate
from assay.inputs.terraform.language.functions.table import call
from assay.inputs.terraform.language.marks import (
    SECRET,
    Marked,
    Marks,
    MaybeMarked,
    as_list,
    as_map,
    bare,
    element,
    elements,
    entries,
    is_secret,
    marked,
    marks_of,
    mask,
    of_branches,
    over,
    secret,
    unknown,
    untold,
    without_secret_keys,
)
from assay.inputs.terraform.syntax.expressions import (
    Attribute,
    Binary,
    Call,
    Conditional,
    Expression,
    FailedError,
    ForObject,
    ForTuple,
    HclValue,
    Index,
    Item,
    Literal,
    ObjectOf,
    Ref,
    SetOf,
    Splat,
    Sure,
    Template,
    TupleOf,
    Unary,
    UnknownValue,
    Variable,
)

IMAGE = UnknownValue((Ref("", ("data", "aws_ami", "x", "id")),), passed_on=True)
MADE = UnknownValue(IMAGE.refs)
"""Something made of it."""
PARAMETER = UnknownValue(
    (Ref("", ("data", "aws_ssm_parameter", "x", "value")),), passed_on=True, sure=Sure.TEXT
)


class Given:
    """Names that mean some values."""

    def __init__(self, values: Mapping[str, MaybeMarked]) -> None:
        self._values = values

    def lookup(self, name: str) -> HclValue:
        raise FailedError(name)

    def member(self, name: str, attribute: str) -> MaybeMarked:
        assert name == "var"
        return self._values[attribute]

    def is_text(self, variable: str) -> bool:
        del variable
        return False

    def call(self, name: str, arguments: Sequence[HclValue]) -> HclValue:
        return call(name, arguments)

    def settle(self, value: UnknownValue) -> HclValue:
        return value


def world(text: str, number: int) -> dict[str, MaybeMarked]:
    """Values of which some are made of a secret."""
    some = as_map({"a": secret(text), "b": "b"})
    return {
        "secret": secret(text),
        "number": secret(number),
        "flag": secret(number == 1),
        "list": secret([text, "x"]),
        "map": secret({"a": text, "b": "b"}),
        "set": secret(SetOf([text])),
        "some": some,
        "pair": as_list(["b", secret(text)]),
        "nested": as_map({"a": some, "b": as_map({"a": "a", "b": "b"})}),
        "objects": as_list([some, as_map({"a": "a", "b": "b"})]),
        "unknown": IMAGE,
        "secret_unknown": secret(IMAGE),
    }


def var(name: str) -> Expression:
    return Attribute(Variable("var"), name)


# ------------------------------------------------------------------------------- where marks stand


def test_a_mark_that_does_not_fit_is_on_the_whole() -> None:
    inside = Marks(below={1: SECRET})
    assert mask(["a", "b"], inside) == [False, True]
    values: list[HclValue] = [["a"], SetOf(["a", "b"]), "text", IMAGE, {"a": "b"}]
    for value in values:
        assert mask(value, inside) is True
        assert isinstance(marked(value, inside), Marked)


def test_the_mark_of_an_attribute_goes_with_it() -> None:
    assert marked({"b": "x"}, Marks(below={"a": SECRET})) == {"b": "x"}


def test_nothing_is_marked_twice() -> None:
    found = secret(secret(marked({"a": "x"}, Marks(below={"a": SECRET}))))
    assert bare(found) == {"a": "x"}
    assert found.marks == Marks(own=True, below={"a": SECRET})


def test_marks_join() -> None:
    one = marked({"a": "x", "b": "y"}, Marks(below={"a": SECRET}))
    both = marked(one, Marks(below={"b": SECRET}))
    assert mask(bare(both), marks_of(both)) == {"a": True, "b": True}


def test_a_mark_stands_as_deep_as_the_secret() -> None:
    inner = Marks(below={"b": SECRET})
    assert mask({"a": {"b": "x", "c": "y"}, "d": "z"}, Marks(below={"a": inner})) == {
        "a": {"b": True}
    }
    second = Marks(below={0: Marks(below={1: SECRET})})
    assert mask([["x", "y"], ["z"]], second) == [[False, True], False]
    assert Marks(below={"a": inner}).at("a") == inner
    assert Marks(own=True, below={"a": inner}).at("a") == Marks(own=True, below={"b": SECRET})
    assert Marks(own=True, below={"a": inner}).inside("a") == inner


SOME = as_map({"b": secret("x"), "a": "y"})
SOME_MARKS = Marks(below={"b": SECRET})


def test_elements_have_their_own_marks() -> None:
    assert Marked({"b": "x", "a": "y"}, SOME_MARKS) == SOME
    assert as_map({"a": "x"}) == {"a": "x"}
    assert as_list(["a"]) == ["a"]
    assert entries(SOME) == [("a", "y"), ("b", secret("x"))]
    assert entries({"b": "x", "a": "y"}) == [("a", "y"), ("b", "x")]
    assert entries(secret({"a": "x"})) == [("a", "x")]
    assert elements(as_list(["a", secret("b")])) == ["a", secret("b")]
    assert elements(secret(["a"])) == ["a"]
    for other in ("text", secret("text"), None):
        assert entries(other) == ()
        assert elements(other) == ()
    assert element(SOME, "b", "x") == secret("x")
    assert element(SOME, "a", "y") == "y"
    assert element(["a"], 0, "a") == "a"
    assert element(secret(["a"]), 0, "a") == secret("a")


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ("a", False),
        (IMAGE, False),
        (PARAMETER, True),
        (secret("a"), True),
        (secret(IMAGE), True),
        (SOME, True),
    ],
)
def test_what_may_be_secret(value: MaybeMarked, wanted: bool) -> None:
    assert is_secret(value) is wanted


# -------------------------------------------------------------------------- what is made of values


def joined(one: HclValue, other: HclValue) -> HclValue:
    return f"{one}{other}" if IMAGE not in (one, other) else MADE


@pytest.mark.parametrize(
    ("values", "made"),
    [
        (("a", "b"), "ab"),
        ((secret("a"), "b"), secret("ab")),
        (("a", secret("b")), secret("ab")),
        ((IMAGE, "b"), MADE),
        ((IMAGE, secret("b")), secret(MADE)),
        (("a", SOME), secret("a{'b': 'x', 'a': 'y'}")),
    ],
)
def test_what_an_operation_makes_of_a_secret_is_one(
    values: tuple[MaybeMarked, ...], made: MaybeMarked
) -> None:
    assert over(joined, *values) == made


def test_what_is_not_known_hides_what_it_is_made_of() -> None:
    assert unknown("a", IMAGE) == MADE
    assert unknown(secret("a"), IMAGE) == secret(MADE)
    assert unknown(SOME) == secret(UnknownValue())
    assert untold("a", IMAGE) == UnknownValue()
    assert untold("a", secret(IMAGE)) == secret(UnknownValue())


YES, NO = True, False
OTHER = as_map({"b": "q", "a": secret("r")})
X: HclValue = {"b": "x", "a": "y"}
BRANCHES: list[tuple[MaybeMarked, tuple[MaybeMarked, MaybeMarked], HclValue, MaybeMarked]] = [
    (YES, ("a", "b"), "a", "a"),
    (YES, (IMAGE, "b"), IMAGE, IMAGE),
    # the test tells what it was, by what comes of it
    (secret(YES), ("a", "b"), "a", secret("a")),
    (secret(NO), ("a", "b"), "b", secret("b")),
    (secret(IMAGE), ("a", "b"), MADE, secret(MADE)),
    # not known which is taken
    (IMAGE, (secret("a"), "b"), MADE, secret(MADE)),
    (IMAGE, ("a", SOME), MADE, secret(MADE)),
    (IMAGE, (SOME, SOME), X, secret(X)),
    (IMAGE, (PARAMETER, "b"), MADE, MADE),
    (IMAGE, (PARAMETER, PARAMETER), PARAMETER, PARAMETER),
    # something made of both, though it is known which
    (YES, (IMAGE, SOME), MADE, secret(MADE)),
    (YES, (PARAMETER, "b"), MADE, MADE),
    # the one that is taken, with the marks of its elements
    (YES, (SOME, OTHER), X, SOME),
    (NO, (OTHER, SOME), X, SOME),
    ("true", (SOME, OTHER), X, SOME),
    (YES, (X, OTHER), X, X),
    (YES, (SOME, {"b": IMAGE}), X, SOME),
    (YES, (PARAMETER, "b"), PARAMETER, PARAMETER),
    # a mark of the other is on the result, too
    (YES, ("a", secret("b")), "a", secret("a")),
    (NO, (secret("a"), "b"), "b", secret("b")),
    (YES, (IMAGE, secret("b")), IMAGE, secret(IMAGE)),
    (YES, (SOME, secret(X)), X, Marked(X, Marks(own=True, below={"b": SECRET}))),
    # a parameter that is not taken hides what is known, and not what is looked up
    (YES, ("a", PARAMETER), "a", secret("a")),
    (YES, (IMAGE, PARAMETER), IMAGE, IMAGE),
]


@pytest.mark.parametrize(("test", "branches", "result", "wanted"), BRANCHES)
def test_the_marks_of_a_conditional(
    test: MaybeMarked,
    branches: tuple[MaybeMarked, MaybeMarked],
    result: HclValue,
    wanted: MaybeMarked,
) -> None:
    assert of_branches(test, branches, result) == wanted


KEYED = UnknownValue((Ref("", ("terraform_data", "x", "a-key", "output")),), passed_on=True)
SHORT = UnknownValue((Ref("", ("terraform_data", "x")),))


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        (KEYED, KEYED),
        (secret(KEYED), secret(SHORT)),
        (secret([KEYED]), secret([SHORT])),
        (
            as_map({"a": secret(KEYED), "b": KEYED, "c": "d"}),
            as_map({"a": secret(SHORT), "b": KEYED, "c": "d"}),
        ),
        (as_list([secret(KEYED), KEYED]), as_list([secret(SHORT), KEYED])),
        (
            as_map({"a": as_map({"b": secret(KEYED), "c": KEYED})}),
            as_map({"a": as_map({"b": secret(SHORT), "c": KEYED})}),
        ),
        (
            as_list(["a", as_list([KEYED, secret(KEYED)])]),
            as_list(["a", as_list([KEYED, secret(SHORT)])]),
        ),
    ],
)
def test_what_a_secret_depends_on_is_told_without_keys(
    value: MaybeMarked, wanted: MaybeMarked
) -> None:
    assert without_secret_keys(value) == wanted


# ------------------------------------------------------------------------------- what secrets tell

Strategy = st.SearchStrategy[Expression]
KINDS = ("text", "number", "flag", "list", "map")
LEAVES: dict[str, Strategy] = {
    "text": st.sampled_from([var("secret"), var("unknown"), *map(Literal, ("", "a", "b"))]),
    "number": st.sampled_from([var("number"), *map(Literal, (0, 1, 2))]),
    "flag": st.sampled_from([var("flag"), Literal(value=True), Literal(value=False)]),
    "list": st.sampled_from([*map(var, ("list", "pair", "set")), TupleOf((Literal("b"),))]),
    "map": st.sampled_from([*map(var, ("map", "some")), Attribute(var("nested"), "b")]),
}
BOUND: Strategy = st.sampled_from([Variable("k"), Variable("v")])


def calls(names: str, *arguments: Strategy, expands: bool = False) -> Strategy:
    return st.builds(Call, st.sampled_from(names.split()), st.tuples(*arguments), st.just(expands))


def loops(of: Strategy, body: Strategy, test: Strategy) -> tuple[Strategy, Strategy]:
    """`for` expressions that make a list, and a map."""
    name, key, inner = st.just("v"), st.just("k"), body | BOUND
    kept = st.none() | test | st.builds(Binary, st.just("=="), BOUND, body)
    grouped = st.booleans()
    return (
        st.builds(ForTuple, key, name, of, inner, kept),
        st.builds(ForObject, key, name, of, inner, inner, kept, grouped),
    )


def deeper(below: Mapping[str, Strategy]) -> dict[str, Strategy]:
    """Expressions of each kind that are made of simpler ones."""
    text, number, flag, items, map_ = (below[kind] for kind in KINDS)
    anything = st.one_of(*below.values())
    attribute = st.builds(Attribute, map_, st.sampled_from(["a", "b"]))
    to_list, to_map = loops(items | map_, text, flag)
    same = st.builds(Binary, st.sampled_from(["==", "!="]), anything, anything)
    size = st.sampled_from(["<", ">="])
    logic = st.sampled_from(["&&", "||"])
    objects = st.sampled_from([var("objects"), Call("values", (var("nested"),))])
    made: dict[str, Strategy] = {
        "text": attribute
        | st.builds(Template, st.tuples(text, text))
        | st.builds(Index, items, number)
        | st.builds(Index, map_, text)
        | calls("upper trimspace tostring sensitive", text)
        | calls("lookup", map_, text, text)
        | calls("lookup", map_, text)
        | calls("element", items, number)
        | calls("coalesce", text, text)
        | calls("join", text, items)
        | calls("format", st.just(Literal("%s")), text)
        | calls("jsonencode", anything)
        | calls("coalesce", items, expands=True)
        | calls("try", attribute, text),
        "number": calls("length", anything)
        | st.builds(Binary, st.sampled_from("+-*"), number, number)
        | calls("max", number, number)
        | calls("sensitive", number),
        "flag": same
        | st.builds(Binary, size, number, number)
        | st.builds(Binary, logic, flag, flag)
        | st.builds(Unary, st.just("!"), flag)
        | calls("contains", items, text),
        "list": to_list
        | st.builds(TupleOf, st.tuples(text, anything))
        | st.builds(Splat, objects | items, st.just(Attribute(Item(), "b")) | st.just(Item()))
        | calls("reverse flatten tolist toset compact distinct sort sensitive", items)
        | calls("keys values", map_)
        | calls("concat coalescelist setunion setproduct", items, items)
        | calls("concat", st.builds(TupleOf, st.tuples(items, items)), expands=True)
        | calls("slice", items, number, number)
        | calls("chunklist", items, number)
        | calls("flatten", st.builds(TupleOf, st.tuples(items, items)))
        | calls("split", text, text),
        "map": to_map
        | st.builds(ObjectOf, st.tuples(st.tuples(text, anything), st.tuples(text, anything)))
        | calls("merge", map_, map_)
        | calls("zipmap", items, items)
        | calls("tomap sensitive", map_)
        | st.builds(Index, st.just(var("nested")), text),
    }
    return {
        kind: below[kind] | made[kind] | st.builds(Conditional, flag, below[kind], below[kind])
        for kind in KINDS
    }


EXPRESSIONS = st.one_of(*deeper(deeper(deeper(LEAVES))).values())


PAIR, BODY = var("pair"), Variable("v")
FORMS: list[tuple[Expression, object]] = [
    (Call("reverse", (PAIR,)), True),
    (Call("reverse", (TupleOf((Literal("a"),)),)), False),
    (Call("tolist", (PAIR,)), [False, True]),
    (Call("toset", (PAIR,)), True),
    (Call("length", (PAIR,)), False),
    (Call("nonsensitive", (var("secret"),)), False),
    (Call("nonsensitive", (PAIR,)), [False, True]),
    (Call("nonsensitive", (Call("sensitive", (PAIR,)),)), [False, True]),
    (Call("sensitive", (Literal("a"),)), True),
    (Conditional(Literal(value=True), Literal("a"), var("secret")), True),
    (Conditional(Literal(value=True), Literal("a"), PAIR), None),
    (ForObject(None, "v", PAIR, BODY, Literal("a")), True),
    (ForObject(None, "v", TupleOf((Literal("a"),)), BODY, var("secret")), {"a": True}),
    (ForTuple(None, "v", PAIR, Literal("a"), Binary("!=", BODY, Literal("q"))), True),
    (Index(Call("tolist", (PAIR,)), Literal(0)), False),
    (Index(PAIR, Literal(1)), True),
    (Index(TupleOf((Literal("a"), Literal("b"))), var("number")), True),
]


@pytest.mark.parametrize(("expression", "marks"), FORMS)
def test_marks_by_form(expression: Expression, marks: object) -> None:
    try:
        found = evaluate(expression, Given(world("one-secret", 1)))
    except FailedError:
        assert marks is None
    else:
        assert mask(bare(found), marks_of(found)) == marks


@settings(max_examples=1500, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(EXPRESSIONS)
def test_what_is_open_is_the_same_whatever_the_secret_is(expression: Expression) -> None:
    try:
        one = evaluate(expression, Given(world("one-secret", 1)))
        other = evaluate(expression, Given(world("2", 2)))
    except FailedError:
        return
    assert opened(one, other) == opened(other, one)


def opened(value: MaybeMarked, beside: MaybeMarked) -> object:
    """What of a value is open, in both of two worlds."""
    return _opened(
        bare(value), mask(bare(value), marks_of(value)), mask(bare(beside), marks_of(beside))
    )


def _opened(value: HclValue, own: object, other: object) -> object:
    if own is True or other is True:
        return "(secret)"
    if isinstance(value, dict):
        return {key: _opened(item, at(own, key), at(other, key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_opened(item, at(own, key), at(other, key)) for key, item in enumerate(value)]
    return type(value), value


def at(mask: object, step: str | int) -> object:
    if isinstance(mask, dict):
        return mask.get(step, False)
    return (
        mask[step]
        if isinstance(mask, list) and isinstance(step, int) and step < len(mask)
        else False
    )
