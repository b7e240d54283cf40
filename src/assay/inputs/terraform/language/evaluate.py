"""The values of expressions, where everything that they read is known.

The rule above all others: a value is what Terraform would compute, or it is unknown.
"""

from collections.abc import Callable, Mapping

from assay.inputs.terraform.language.bound import NAMESPACES, Bound, Names
from assay.inputs.terraform.language.functions.lookups import passed_on
from assay.inputs.terraform.language.operators import (
    attribute,
    binary,
    certain,
    conditional,
    index,
    is_known,
    is_sure,
    key_of,
    template,
    unary,
    unknown_of,
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
    Index,
    Item,
    Literal,
    ObjectOf,
    Opaque,
    SetOf,
    Splat,
    Sure,
    Template,
    TupleOf,
    Unary,
    UnknownValue,
    Value,
    Variable,
)

_BARE = (Literal(None), TupleOf(()), ObjectOf(()))
"""Written so, they have no type of their own."""
_STARTS = (Variable, Attribute, Index, Item)
_MOST = 10_000
"""Elements of a collection that are looked at; more are not known."""


def evaluate(expression: Expression, names: Names, bound: Mapping[str, Value] = {}) -> Value:
    """The value of an expression. Raises `FailedError` where Terraform would fail."""
    return _value(expression, Bound(names, bound))


def _value(expression: Expression, at: Bound) -> Value:
    inner = at.deeper()
    value = UnknownValue() if inner is None else _form(expression, inner)
    if isinstance(value, UnknownValue) and value.sure is Sure.NOTHING:
        at.doubt.raised = True
    return value


def _before(expression: Expression, at: Bound) -> Value:
    """What a traversal goes on from: if that is in doubt, what the traversal ends at will tell."""
    inner = at.deeper() if isinstance(expression, _STARTS) else None
    return _form(expression, inner) if inner else _value(expression, at)


def _form(expression: Expression, at: Bound) -> Value:
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


def _traversal(expression: Variable | Attribute | Index | Item | Splat, at: Bound) -> Value:
    match expression:
        case Attribute(Variable(name), word) if name in NAMESPACES and name not in at.bound:
            return _settled(at.names.member(name, word), at)
        case Variable(name):
            return at.bound[name] if name in at.bound else at.names.lookup(name)
        case Attribute(of, name):
            return _settled(attribute(_before(of, at), name), at)
        case Index(of, key):
            return _settled(index(_before(of, at), _value(key, at)), at)
        case Item():
            return at.item
        case Splat(of, each):
            return _splat(_before(of, at), each, at)


def _operation(expression: Template | Call | Conditional | Unary | Binary, at: Bound) -> Value:
    match expression:
        case Template(parts):
            return template([_known(_value(part, at), at) for part in parts])
        case Call(name, arguments, expands):
            return _call(name, arguments, at, expands=expands)
        case Conditional(test, yes, no):
            return _conditional(_value(test, at), yes, no, at)
        case Unary(operator, of):
            return unary(operator, _value(of, at))
        case Binary("&&" | "||" as operator, left, right):
            return _logical(operator, _known(_value(left, at), at), right, at)
        case Binary(operator, left, right):
            return binary(operator, _known(_value(left, at), at), _known(_value(right, at), at))


def _logical(operator: str, left: Value, right: Expression, at: Bound) -> Value:
    """Terraform 1.12 and later leaves out a right side that does not matter; others fail with it."""
    try:
        return binary(operator, left, _known(_value(right, at), at))
    except FailedError:
        decided = left in ((False, "false") if operator == "&&" else (True, "true"))
        if isinstance(left, UnknownValue) or decided:
            return unknown_of(left)
        raise


def _known(value: Value, at: Bound) -> Value:
    """The value; what is unknown somewhere in it leaves a doubt about all that is made of it."""
    at.doubt.raised = at.doubt.raised or not is_known(value)
    return value


def _settled(value: Value, at: Bound) -> Value:
    return at.names.settle(value) if isinstance(value, UnknownValue) else value


def _attempt(expression: Expression, at: Bound) -> Value:
    """The value, or one that is unknown where Terraform fails, or might fail, to give any."""
    at = at.apart()
    try:
        value = _value(expression, at)
    except FailedError:
        return UnknownValue()
    return unknown_of(value) if at.doubt.raised else value


def _splat(of: Value, each: Expression, at: Bound) -> Value:
    match of:
        case UnknownValue(sure=Sure.NOTHING):
            return unknown_of(of)
        case None:
            return []
        case list() if len(of) > _MOST:
            return UnknownValue()
        case list():
            return [_value(each, at.holding(item)) for item in of]
    return [_value(each, at.holding(of))]


def _conditional(test: Value, yes: Expression, no: Expression, at: Bound) -> Value:
    """Terraform evaluates both branches, and lets the one that is not taken fail."""
    branches: list[Value] = []
    bare = False
    for taken, branch in ((True, yes), (False, no)):
        selected = isinstance(test, bool) and test is taken
        branches.append(_value(branch, at) if selected else _attempt(branch, at))
        if isinstance(test, bool) and not selected:
            bare = branch in _BARE
    if not (bare or certain(test, *branches)):
        at.doubt.raised = True
    return conditional(test, *branches, bare=bare)


def _call(name: str, arguments: tuple[Expression, ...], at: Bound, *, expands: bool) -> Value:
    name = name.removeprefix("core::")
    if (name == "try" or (name == "can" and len(arguments) == 1)) and not expands:
        return _try(arguments, at) if name == "try" else _can(arguments, at)
    values = [_value(argument, at) for argument in arguments]
    if expands:
        last = values.pop()
        if not isinstance(last, list):
            return unknown_of(*values, last)
        values.extend(last)
    if name == "sensitive":
        at.names.mark_sensitive()
    same = None if expands else passed_on(name, values)
    if same is not None:
        return same
    if not (certain(*values) or (name == "coalesce" and at.are_texts(arguments, values))):
        at.doubt.raised = True
    if any(isinstance(each, UnknownValue) and each.sure is Sure.TEXT for each in values):
        at.names.mark_sensitive()  # a parameter may be secret, and what is chosen beside it as well
    return at.names.call(name, values)


def _try(arguments: tuple[Expression, ...], at: Bound) -> Value:
    """The first that does not fail; one that is not wholly known may still fail later."""
    for argument in arguments:
        own = at.apart()
        try:
            value = _value(argument, own)
        except FailedError:
            continue
        return unknown_of(value) if own.doubt.raised or not is_sure(value) else value
    raise FailedError("every argument of try fails")


def _can(arguments: tuple[Expression, ...], at: Bound) -> Value:
    at = at.apart()
    try:
        value = _value(arguments[0], at)
    except FailedError:
        return False
    return unknown_of(value) if at.doubt.raised or not is_sure(value) else True


def _object(items: tuple[tuple[Expression, Expression], ...], at: Bound) -> Value:
    found: dict[str, Value] = {}
    for name, of in items:
        key, value = key_of(_value(name, at)), _value(of, at)
        if isinstance(key, UnknownValue):
            return unknown_of(key, value, *found.values())
        found[key] = value
    return found


def _for_tuple(expression: ForTuple, at: Bound) -> Value:
    found: list[Value] = []

    def take(inner: Bound) -> None:
        found.append(_value(expression.body, inner))

    unknown = _each(expression, at, take)
    return unknown if unknown is not None else found


def _for_object(expression: ForObject, at: Bound) -> Value:
    found: dict[str, Value] = {}
    unclear: list[UnknownValue] = []

    def take(inner: Bound) -> None:
        key = key_of(_value(expression.name, inner))
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
    expression: ForTuple | ForObject, at: Bound, take: Callable[[Bound], None]
) -> UnknownValue | None:
    """Call `take` for every element that passes the test; what makes that unclear, if anything."""
    of = _known(_value(expression.of, at), at)
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
