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
    marked,
    marks_of,
    mask,
    secret,
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
    Template,
    TupleOf,
    Unary,
    UnknownValue,
    Variable,
)

IMAGE = UnknownValue((Ref("", ("data", "aws_ami", "x", "id")),), passed_on=True)


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
