"""Terraform's type constraints, and the conversion of values to them.

The forms are from "Type Constraints" in HashiCorp's documentation of the Terraform language.
"""

from collections.abc import Callable, Sequence
from typing import TypeAlias

import msgspec

from assay.inputs.terraform.language.arguments import flag_of, items_of, map_of, number_of, text_of
from assay.inputs.terraform.language.unify import meld, set_of
from assay.inputs.terraform.language.values import UncertainError, require_small, unknown_of
from assay.inputs.terraform.syntax.expressions import (
    Call,
    Expression,
    FailedError,
    HclValue,
    Literal,
    ObjectOf,
    SetOf,
    TupleOf,
    Unary,
    UnknownValue,
    Variable,
)


class AnyType(msgspec.Struct, frozen=True, gc=False, tag=True):
    """`any`: the value keeps its type."""


class Primitive(msgspec.Struct, frozen=True, gc=False, tag=True):
    """`string`, `number` or `bool`."""

    name: str


class ListType(msgspec.Struct, frozen=True, gc=False, tag=True):
    """`list(of)`."""

    of: "Constraint"


class SetType(msgspec.Struct, frozen=True, gc=False, tag=True):
    """`set(of)`."""

    of: "Constraint"


class MapType(msgspec.Struct, frozen=True, gc=False, tag=True):
    """`map(of)`."""

    of: "Constraint"


class TupleType(msgspec.Struct, frozen=True, gc=False, tag=True):
    """`tuple([...])`."""

    items: tuple["Constraint", ...]


class AttributeType(msgspec.Struct, frozen=True, gc=False):
    """An attribute of an object type; an optional one may have a default."""

    name: str
    of: "Constraint"
    optional: bool = False
    default: Expression | None = None


class ObjectType(msgspec.Struct, frozen=True, gc=False, tag=True):
    """`object({...})`."""

    attributes: tuple[AttributeType, ...]


Constraint: TypeAlias = AnyType | Primitive | ListType | SetType | MapType | TupleType | ObjectType

ANY = AnyType()
_WORDS: dict[str, Constraint] = {
    "any": ANY,
    "bool": Primitive("bool"),
    "number": Primitive("number"),
    "string": Primitive("string"),
}
_SHORT: dict[str, Constraint] = {"list": ListType(ANY), "map": MapType(ANY)}
_OF: dict[str, Callable[[Constraint], Constraint]] = {
    "list": ListType,
    "map": MapType,
    "set": SetType,
}
_PRIMITIVES: dict[str, Callable[[HclValue], HclValue]] = {
    "bool": flag_of,
    "number": number_of,
    "string": text_of,
}

# --------------------------------------------------------------------------------- reading


def read_constraint(expression: Expression) -> Constraint | None:
    """The constraint in a variable's `type`; None if it is not known."""
    word = expression.name if isinstance(expression, Variable) else None
    if isinstance(expression, Literal):  # Terraform 0.11 required quotes
        word = expression.value if expression.value in ("string", "list", "map") else None
    return _SHORT.get(str(word)) or _read(expression if word is None else Variable(str(word)))


def _read(expression: Expression) -> Constraint | None:
    if isinstance(expression, Variable):
        return _WORDS.get(expression.name)
    if not isinstance(expression, Call) or len(expression.arguments) != 1 or expression.expands:
        return None
    (argument,) = expression.arguments
    if expression.name in _OF:
        of = _read(argument)
        return None if of is None else _OF[expression.name](of)
    if expression.name == "tuple" and isinstance(argument, TupleOf):
        items = [item for item in map(_read, argument.items) if item is not None]
        return TupleType(tuple(items)) if len(items) == len(argument.items) else None
    if expression.name == "object" and isinstance(argument, ObjectOf):
        attributes = [
            one for name, of in argument.items if (one := _read_attribute(name, of)) is not None
        ]
        names = {attribute.name for attribute in attributes}
        return ObjectType(tuple(attributes)) if len(names) == len(argument.items) else None
    return None


def _read_attribute(name: Expression, of: Expression) -> AttributeType | None:
    if not isinstance(name, Literal) or not isinstance(name.value, str):
        return None
    default = None
    optional = isinstance(of, Call) and of.name == "optional"
    if isinstance(of, Call) and optional:
        if not 1 <= len(of.arguments) <= 2 or of.expands:
            return None
        of, *rest = of.arguments
        default = rest[0] if rest else None
    constraint = _read(of)
    if constraint is None:
        return None
    return AttributeType(name.value, constraint, optional, default)


# --------------------------------------------------------------------------------- converting


def convert(value: HclValue, constraint: Constraint | None) -> HclValue:
    """The value of a variable of this type; raises `FailedError` if the conversion is impossible."""
    try:
        if constraint is None:
            return None if value is None else unknown_of(value)
        require_small(value)
        return _convert(value, constraint)
    except UncertainError:
        return unknown_of(value)


def _convert(value: HclValue, constraint: Constraint) -> HclValue:
    if value is None or isinstance(constraint, AnyType):
        return value
    if isinstance(value, UnknownValue):
        # A looked-up id is already text. The order of a `list(string)` made from a set is unknown.
        text = isinstance(constraint, Primitive) and constraint.name == "string"
        return value if text else UnknownValue(value.refs)
    if isinstance(constraint, Primitive):
        return _convert_primitive(value, constraint)
    if isinstance(constraint, ListType):
        return _alike([_convert(item, constraint.of) for item in items_of(value)], constraint)
    if isinstance(constraint, SetType):
        return _convert_set(value, constraint)
    if isinstance(constraint, MapType):
        items = map_of(value)
        parts = [_convert(item, constraint.of) for item in items.values()]
        return dict(zip(items, _alike(parts, constraint), strict=True))
    if isinstance(constraint, TupleType):
        return _convert_tuple(value, constraint)
    return _convert_object(value, constraint)


def _convert_primitive(value: HclValue, constraint: Primitive) -> HclValue:
    try:
        return _PRIMITIVES[constraint.name](value)
    except UncertainError:
        return UnknownValue()


def _convert_set(value: HclValue, constraint: SetType) -> HclValue:
    parts = [_convert(item, constraint.of) for item in items_of(value)]
    try:  # a set reorders its elements, and that order is certain only for primitive ones
        return set_of(_alike(parts, constraint))
    except UncertainError:
        return unknown_of(value)


def _convert_tuple(value: HclValue, constraint: TupleType) -> HclValue:
    items = items_of(value)
    if isinstance(value, SetOf) or len(items) != len(constraint.items):
        raise FailedError
    return list(map(_convert, items, constraint.items))


def _convert_object(value: HclValue, constraint: ObjectType) -> HclValue:
    # Attributes that the type does not name are dropped, and the others are sorted by name
    items = map_of(value)
    made: dict[str, HclValue] = {}
    for attribute in sorted(constraint.attributes, key=_name):
        item = items.get(attribute.name)
        # `optional(string, "x")` replaces null as well, not only a missing attribute
        if item is None and attribute.default is not None:
            item = _plain(attribute.default)
        elif not attribute.optional and attribute.name not in items:
            raise FailedError
        made[attribute.name] = _convert(item, attribute.of)
    return made


def _name(attribute: AttributeType) -> str:
    return attribute.name


def _alike(items: Sequence[HclValue], constraint: Constraint) -> list[HclValue]:
    """The elements of a collection, converted to one type if `any` leaves their type open."""
    # list(any) turns [1, "a"] into ["1", "a"]; list(string) has already converted each element
    return meld(items) if _open(constraint) else list(items)


def _open(constraint: Constraint) -> bool:
    if isinstance(constraint, ListType | SetType | MapType):
        return _open(constraint.of)
    if isinstance(constraint, TupleType):
        return any(map(_open, constraint.items))
    if isinstance(constraint, ObjectType):
        return any(_open(attribute.of) for attribute in constraint.attributes)
    return isinstance(constraint, AnyType)


def _plain(expression: Expression) -> HclValue:
    """The value of a default, in which Terraform allows neither references nor functions."""
    if isinstance(expression, Literal):
        return expression.value
    if isinstance(expression, TupleOf):
        return [_plain(item) for item in expression.items]
    if isinstance(expression, ObjectOf):
        pairs = [(_plain(name), _plain(of)) for name, of in expression.items]
        made = {name: of for name, of in pairs if isinstance(name, str)}
        return made if len(made) == len(pairs) else UnknownValue()
    if isinstance(expression, Unary) and expression.operator == "-":
        number = _plain(expression.of)  # to Terraform, -0 differs from 0
        if isinstance(number, int | float) and not isinstance(number, bool) and number:
            return -number
    return UnknownValue()
