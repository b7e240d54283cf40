"""The values of expressions, where everything that they read is known.

The rule above all others: a value is what Terraform would compute, or it is unknown.
"""

from collections.abc import Callable, Mapping
from typing import Protocol

import msgspec

from assay.sources.code.expressions import (
    Attribute,
    Binary,
    Call,
    Conditional,
    Expression,
    FailedError,
    ForObject,
    ForTuple,
    Index,
    Item,
    Literal,
    ObjectOf,
    Opaque,
    SetOf,
    Splat,
    Template,
    TupleOf,
    Unary,
    UnknownValue,
    Value,
    Variable,
)
from assay.sources.code.functions import call
from assay.sources.code.operators import (
    attribute,
    binary,
    conditional,
    index,
    template,
    unary,
    unknown_of,
)

_DEEPEST = 150
_MOST = 10_000
"""Elements of a collection that are looked at; more are not known."""


class Names(Protocol):
    """What the words of an expression mean where it stands."""

    def lookup(self, name: str) -> Value:
        """The value that a traversal starts from."""
        ...

    def member(self, name: str, attribute: str) -> Value:
        """The value of `var.x`, `local.x` and the like: namespaces that are no values themselves."""
        ...

    def settle(self, value: UnknownValue) -> Value:
        """What is known after all of the thing that an unknown value refers to."""
        ...


NAMESPACES = ("var", "local", "each", "count", "path", "terraform", "self")


class _Bound(msgspec.Struct, frozen=True, gc=False):
    """Names, with some more bound to values by a `for`, and the item of a splat."""

    names: Names
    bound: Mapping[str, Value] = {}
    item: Value = None
    depth: int = 0

    def binding(self, bound: Mapping[str, Value]) -> "_Bound":
        return _Bound(self.names, {**self.bound, **bound}, self.item, self.depth)

    def holding(self, item: Value) -> "_Bound":
        return _Bound(self.names, self.bound, item, self.depth)

    def deeper(self) -> "_Bound":
        return _Bound(self.names, self.bound, self.item, self.depth + 1)


def evaluate(expression: Expression, names: Names, bound: Mapping[str, Value] = {}) -> Value:
    """The value of an expression. Raises `FailedError` where Terraform would fail."""
    return _value(expression, _Bound(names, bound))


def _value(expression: Expression, at: _Bound) -> Value:
    if at.depth > _DEEPEST:
        return UnknownValue()
    at = at.deeper()
    match expression:
        case Literal(value):
            return value
        case Variable() | Attribute() | Index() | Item() | Splat():
            return _traversal(expression, at)
        case TupleOf(items):
            return [_value(item, at) for item in items]
        case ObjectOf(items):
            return _object(items, at)
        case ForTuple():
            return _for_tuple(expression, at)
        case ForObject():
            return _for_object(expression, at)
        case Opaque(reads):
            return unknown_of(*(_attempt(read, at) for read in reads), UnknownValue())
    return _operation(expression, at)


def _traversal(expression: Variable | Attribute | Index | Item | Splat, at: _Bound) -> Value:
    match expression:
        case Attribute(Variable(name), word) if name in NAMESPACES and name not in at.bound:
            return _settled(at.names.member(name, word), at)
        case Variable(name):
            return at.bound[name] if name in at.bound else at.names.lookup(name)
        case Attribute(of, name):
            return _settled(attribute(_value(of, at), name), at)
        case Index(of, key):
            return _settled(index(_value(of, at), _value(key, at)), at)
        case Item():
            return at.item
        case Splat(of, each):
            return _splat(_value(of, at), each, at)


def _operation(expression: Template | Call | Conditional | Unary | Binary, at: _Bound) -> Value:
    match expression:
        case Template(parts):
            return template([_value(part, at) for part in parts])
        case Call(name, arguments, expands):
            return _call(name, arguments, at, expands=expands)
        case Conditional(test, yes, no):
            return _conditional(_value(test, at), yes, no, at)
        case Unary(operator, of):
            return unary(operator, _value(of, at))
        case Binary(operator, left, right):
            return binary(operator, _value(left, at), _value(right, at))


def _settled(value: Value, at: _Bound) -> Value:
    return at.names.settle(value) if isinstance(value, UnknownValue) else value


def _attempt(expression: Expression, at: _Bound) -> Value:
    """The value, or one that is unknown where Terraform fails to give any."""
    try:
        return _value(expression, at)
    except FailedError:
        return UnknownValue()


def _splat(of: Value, each: Expression, at: _Bound) -> Value:
    match of:
        case UnknownValue():
            return unknown_of(of)
        case None:
            return []
        case list():
            return [_value(each, at.holding(item)) for item in of[:_MOST]]
    return [_value(each, at.holding(of))]


def _conditional(test: Value, yes: Expression, no: Expression, at: _Bound) -> Value:
    """Terraform evaluates both branches, and lets the one that is not taken fail."""
    branches: list[Value] = []
    for taken, branch in ((True, yes), (False, no)):
        selected = isinstance(test, bool) and test is taken
        branches.append(_value(branch, at) if selected else _attempt(branch, at))
    return conditional(test, *branches)


def _call(name: str, arguments: tuple[Expression, ...], at: _Bound, *, expands: bool) -> Value:
    name = name.removeprefix("core::")
    if name in ("try", "can") and not expands:
        return _try(arguments, at) if name == "try" else _can(arguments, at)
    values = [_value(argument, at) for argument in arguments]
    if expands:
        last = values.pop()
        if not isinstance(last, list):
            return unknown_of(*values, last)
        values.extend(last)
    return call(name, values)


def _try(arguments: tuple[Expression, ...], at: _Bound) -> Value:
    """The first that does not fail; one that is not wholly known may still fail later."""
    for argument in arguments:
        try:
            value = _value(argument, at)
        except FailedError:
            continue
        return unknown_of(value) if _holds_unknown(value) else value
    raise FailedError("every argument of try fails")


def _can(arguments: tuple[Expression, ...], at: _Bound) -> Value:
    try:
        value = _value(arguments[0], at)
    except FailedError:
        return False
    return unknown_of(value) if _holds_unknown(value) else True


def _holds_unknown(value: Value) -> bool:
    match value:
        case UnknownValue():
            return True
        case list():
            return any(map(_holds_unknown, value))
        case dict():
            return any(map(_holds_unknown, value.values()))
    return False


def _object(items: tuple[tuple[Expression, Expression], ...], at: _Bound) -> Value:
    found: dict[str, Value] = {}
    for name, of in items:
        key, value = _key(_value(name, at)), _value(of, at)
        if isinstance(key, UnknownValue):
            return unknown_of(key, value, *found.values())
        found[key] = value
    return found


def _key(value: Value) -> str | UnknownValue:
    """A key is text; numbers and bools become it."""
    if isinstance(value, UnknownValue):
        return unknown_of(value)
    text = template([value])
    return text if isinstance(text, str | UnknownValue) else UnknownValue()


def _for_tuple(expression: ForTuple, at: _Bound) -> Value:
    found: list[Value] = []

    def take(inner: _Bound) -> None:
        found.append(_value(expression.body, inner))

    unknown = _each(expression, at, take)
    return unknown if unknown is not None else found


def _for_object(expression: ForObject, at: _Bound) -> Value:
    found: dict[str, Value] = {}
    unclear: list[UnknownValue] = []

    def take(inner: _Bound) -> None:
        key = _key(_value(expression.name, inner))
        value = _value(expression.body, inner)
        if isinstance(key, UnknownValue):
            unclear.append(unknown_of(key, value))
        elif expression.grouped:
            group = found.setdefault(key, [])
            assert isinstance(group, list)
            group.append(value)
        elif key in found:
            raise FailedError("two items have one key")
        else:
            found[key] = value

    unknown = _each(expression, at, take)
    if unknown is not None or unclear:
        return unknown_of(*unclear, unknown)
    return dict(sorted(found.items()))


def _each(
    expression: ForTuple | ForObject, at: _Bound, take: Callable[[_Bound], None]
) -> UnknownValue | None:
    """Call `take` for every element that passes the test; what makes that unclear, if anything."""
    of = _value(expression.of, at)
    pairs: list[tuple[Value, Value]]
    match of:
        case SetOf():
            pairs = [(item, item) for item in of]
        case list():
            pairs = list(enumerate(of))
        case dict():
            pairs = sorted(of.items())
        case UnknownValue():
            return unknown_of(of)
        case _:
            raise FailedError("this cannot be iterated over")
    if len(pairs) > _MOST:
        return UnknownValue()
    for key, value in pairs:
        bound = {expression.value: value}
        if expression.key is not None:
            bound[expression.key] = key
        inner = at.binding(bound)
        passes = True if expression.test is None else _value(expression.test, inner)
        if isinstance(passes, UnknownValue):
            return unknown_of(passes)
        if passes is True or passes == "true":
            take(inner)
    return None
