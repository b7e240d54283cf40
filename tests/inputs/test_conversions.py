"""Terraform's type constraints, and values converted to them."""

import pytest

from assay.inputs.terraform.language.conversions import (
    ANY,
    AttributeType,
    Constraint,
    ListType,
    MapType,
    ObjectType,
    Primitive,
    SetType,
    TupleType,
    convert,
    read_constraint,
)
from assay.inputs.terraform.language.unify import identical
from assay.inputs.terraform.syntax.expressions import (
    Call,
    Expression,
    FailedError,
    HclValue,
    Literal,
    ObjectOf,
    Opaque,
    Ref,
    SetOf,
    TupleOf,
    Unary,
    UnknownValue,
    Variable,
)

X = Ref("", ("data", "aws_ami", "x", "id"))
AMI = UnknownValue((X,), passed_on=True)
STRING, NUMBER, BOOL = Primitive("string"), Primitive("number"), Primitive("bool")
TEXT = Variable("string")


def of(name: str, *arguments: Expression) -> Call:
    return Call(name, arguments)


def an_object(*items: tuple[str, Expression]) -> Call:
    return of("object", ObjectOf(tuple((Literal(name), kind) for name, kind in items)))


# ------------------------------------------------------------------------------- reading


@pytest.mark.parametrize(
    ("expression", "constraint"),
    [
        (TEXT, STRING),
        (Variable("number"), NUMBER),
        (Variable("bool"), BOOL),
        (Variable("any"), ANY),
        (Variable("list"), ListType(ANY)),
        (Variable("map"), MapType(ANY)),
        (Literal("string"), STRING),
        (Literal("list"), ListType(ANY)),
        (Literal("map"), MapType(ANY)),
        (of("list", TEXT), ListType(STRING)),
        (of("set", of("map", Variable("any"))), SetType(MapType(ANY))),
        (of("tuple", TupleOf((TEXT, Variable("bool")))), TupleType((STRING, BOOL))),
        (an_object(), ObjectType(())),
        (
            an_object(("a", TEXT), ("b", of("optional", of("list", TEXT), TupleOf(())))),
            ObjectType(
                (
                    AttributeType("a", STRING),
                    AttributeType("b", ListType(STRING), True, TupleOf(())),
                )
            ),
        ),
        (an_object(("a", of("optional", TEXT))), ObjectType((AttributeType("a", STRING, True),))),
    ],
)
def test_types_are_read(expression: Expression, constraint: Constraint) -> None:
    assert read_constraint(expression) == constraint


@pytest.mark.parametrize(
    "expression",
    [
        Variable("set"),
        Variable("strings"),
        Literal("number"),
        Literal("any"),
        Literal(None),
        Opaque(),
        of("list"),
        of("list", TEXT, TEXT),
        of("list", Variable("list")),
        of("list", Opaque()),
        of("optional", TEXT),
        of("object", TEXT),
        of("tuple", TEXT),
        of("tuple", TupleOf((TEXT, Opaque()))),
        an_object(("a", Opaque())),
        an_object(("a", TEXT), ("a", TEXT)),
        an_object(("a", of("optional"))),
        an_object(("a", of("optional", TEXT, Literal(1), Literal(2)))),
        of("object", ObjectOf(((Variable("a"), TEXT),))),
        Call("list", (TEXT,), expands=True),
    ],
)
def test_other_types_are_not_known(expression: Expression) -> None:
    assert read_constraint(expression) is None


# ------------------------------------------------------------------------------- converting

PERSON = ObjectType(
    (
        AttributeType("name", STRING),
        AttributeType("age", NUMBER, True),
        AttributeType("role", STRING, True, Literal("user")),
        AttributeType("tags", MapType(STRING), True, ObjectOf(((Literal("a"), Literal(1)),))),
        AttributeType("depth", NUMBER, True, Unary("-", Literal(2))),
    )
)
DEFAULTS: dict[str, HclValue] = {"age": None, "role": "user", "tags": {"a": "1"}, "depth": -2}


@pytest.mark.parametrize(
    ("value", "constraint", "result"),
    [
        (1, STRING, "1"),
        (True, STRING, "true"),
        ("1.50", NUMBER, 1.5),
        ("2.0", NUMBER, 2),
        ("true", BOOL, True),
        ("0", BOOL, False),
        (None, STRING, None),
        (None, PERSON, None),
        ([1, None], ANY, [1, None]),
        ([1, "a"], ListType(STRING), ["1", "a"]),
        (["1", 2], ListType(NUMBER), [1, 2]),
        ([1, "a"], ListType(ANY), ["1", "a"]),
        (SetOf(["a", "b"]), ListType(STRING), ["a", "b"]),
        (["b", 1, "b"], SetType(STRING), SetOf(["1", "b"])),
        ([10, 9], SetType(NUMBER), SetOf([9, 10])),
        ([], SetType(PERSON), SetOf()),
        ({"a": 1}, MapType(STRING), {"a": "1"}),
        ({"a": 1, "b": "x"}, MapType(ANY), {"a": "1", "b": "x"}),
        (["1", 1], TupleType((NUMBER, STRING)), [1, "1"]),
        ({"name": "a", "more": 1}, PERSON, {"name": "a", **DEFAULTS}),
        ({"name": None, "role": None, "age": "7"}, PERSON, {**DEFAULTS, "name": None, "age": 7}),
        ([{"name": 1}], ListType(PERSON), [{"name": "1", **DEFAULTS}]),
    ],
)
def test_values_are_converted(value: HclValue, constraint: Constraint, result: HclValue) -> None:
    assert identical(convert(value, constraint), result)


@pytest.mark.parametrize(
    ("value", "constraint"),
    [
        ("a", NUMBER),
        (True, NUMBER),
        (1, BOOL),
        ("yes", BOOL),
        (["a"], STRING),
        ("a", ListType(STRING)),
        ({"a": 1}, ListType(STRING)),
        (["a"], ListType(NUMBER)),
        ([1, True], ListType(ANY)),
        ("a", SetType(ANY)),
        (["a"], MapType(STRING)),
        (["a"], TupleType((STRING, STRING))),
        (SetOf(["a"]), TupleType((STRING,))),
        ({"age": 1}, PERSON),
        ([], PERSON),
    ],
)
def test_values_that_cannot_be_converted_fail(value: HclValue, constraint: Constraint) -> None:
    with pytest.raises(FailedError):
        convert(value, constraint)


def test_what_is_unknown_remains_so() -> None:
    made = UnknownValue((X,))
    assert convert(AMI, STRING) == convert(AMI, ANY) == AMI
    assert convert(AMI, NUMBER) == convert(AMI, PERSON) == convert(AMI, ListType(STRING)) == made
    assert identical(convert([AMI, 1], ListType(STRING)), [AMI, "1"])
    assert identical(convert([AMI, 1], ListType(ANY)), [AMI, UnknownValue()])
    assert convert(["a", AMI], SetType(STRING)) == made
    assert identical(convert({"name": AMI}, PERSON), {"name": AMI, **DEFAULTS})
    assert convert("1e3", NUMBER) == UnknownValue()
    assert convert([["a"]], SetType(ANY)) == UnknownValue()
    assert convert({"a": AMI}, None) == made
    assert convert("a", None) == UnknownValue()
    assert convert(None, None) is None


def test_a_default_that_is_no_constant_is_unknown() -> None:
    for default in (Opaque(), of("upper", Literal("a")), ObjectOf(((Opaque(), Literal(1)),))):
        constraint = ObjectType((AttributeType("a", STRING, True, default),))
        assert convert({}, constraint) == {"a": UnknownValue()}


def test_what_is_too_deep_is_not_gone_through() -> None:
    deep: HclValue = AMI
    for _ in range(5000):
        deep = [deep]
    assert convert(deep, ListType(ANY)) == UnknownValue((X,))
