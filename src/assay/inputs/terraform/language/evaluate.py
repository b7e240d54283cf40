"""Evaluates expressions, as far as everything they read is known.

The overriding rule: a value is exactly what Terraform would compute, or it is unknown.
"""

from collections.abc import Mapping

from assay.inputs.terraform.language.arguments import text_of, whole_of
from assay.inputs.terraform.language.context import NAMESPACES, Bound, EvalContext
from assay.inputs.terraform.language.functions.lookups import passed_on
from assay.inputs.terraform.language.functions.marking import remarked
from assay.inputs.terraform.language.loops import for_object, for_tuple, splat
from assay.inputs.terraform.language.marks import (
    SPECIAL,
    Marked,
    Marks,
    MaybeMarked,
    as_list,
    as_map,
    bare,
    element,
    elements,
    is_secret,
    marked,
    marks_of,
    of_branches,
    over,
    plain,
    secret,
    unknown,
)
from assay.inputs.terraform.language.operators import (
    attribute,
    binary,
    certain,
    conditional,
    index,
    is_sure,
    key_of,
    template,
    unary,
    unknown_of,
)
from assay.inputs.terraform.language.values import UncertainError
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
    Opaque,
    Splat,
    Sure,
    Template,
    TupleOf,
    Unary,
    UnknownValue,
    Variable,
)

_BARE = (Literal(None), TupleOf(()), ObjectOf(()))
"""When an expression is written as one of these, its value has no type of its own."""
_TRAVERSALS = (Variable, Attribute, Index, Item, Splat)
_OPERATIONS = (Template, Call, Conditional, Unary, Binary)
_STARTS = (Variable, Attribute, Index, Item)


def evaluate(
    expression: Expression, context: EvalContext, bound: Mapping[str, MaybeMarked] = {}
) -> MaybeMarked:
    """The value of an expression. Raises `FailedError` where Terraform would fail."""
    return _value(expression, Bound(context, bound))


def _value(expression: Expression, at: Bound) -> MaybeMarked:
    inner = at.deeper()
    value = UnknownValue() if inner is None else _form(expression, inner)
    if isinstance(value, SPECIAL):
        found = bare(value)
        # A value that certainly exists leaves no doubt: `try(data.aws_ami.x.id, "")` cannot fail
        # once planned
        if isinstance(found, UnknownValue) and found.sure is Sure.NOTHING:
            at.doubt.raised = True
    return value


def _before(expression: Expression, at: Bound) -> MaybeMarked:
    """The value that a traversal starts from. It raises no doubt itself: the traversal's end decides."""
    inner = at.deeper() if isinstance(expression, _STARTS) else None
    return _form(expression, inner) if inner else _value(expression, at)


def _form(expression: Expression, at: Bound) -> MaybeMarked:
    if isinstance(expression, Literal):
        return expression.value
    if isinstance(expression, _TRAVERSALS):
        return _traversal(expression, at)
    if isinstance(expression, _OPERATIONS):
        return _operation(expression, at)
    match expression:
        case TupleOf(items):
            return as_list([_value(item, at) for item in items])
        case ObjectOf(items):
            return _object(items, at)
        case ForTuple():
            return for_tuple(expression, at, _value)
        case ForObject():
            return for_object(expression, at, _value)
        case Opaque(reads):
            return unknown(*(_attempt(read, at) for read in reads), UnknownValue())


def _traversal(expression: Variable | Attribute | Index | Item | Splat, at: Bound) -> MaybeMarked:
    match expression:
        case Attribute(Variable(name), word) if name in NAMESPACES and name not in at.bound:
            return _settled(at.context.member(name, word), at)
        case Variable(name):
            return at.bound[name] if name in at.bound else at.context.lookup(name)
        case Attribute(of, name):
            return _settled(_attribute(_before(of, at), name), at)
        case Index(of, key):
            return _settled(_index(_before(of, at), _value(key, at)), at)
        case Item():
            return at.item
        case Splat(of, each):
            return splat(_before(of, at), each, at, _value)


def _attribute(of: MaybeMarked, name: str) -> MaybeMarked:
    return (
        element(of, name, attribute(of.value, name))
        if isinstance(of, Marked)
        else attribute(of, name)
    )


def _index(of: MaybeMarked, key: MaybeMarked) -> MaybeMarked:
    """A secret key reveals which element was chosen (for an attribute, Terraform shows that)."""
    found = index(bare(of), bare(key))
    if is_secret(key):
        return secret(found)
    if not isinstance(of, Marked):
        return found
    try:  # `list["1"]` is `list[1]`, and `map[1]` is `map["1"]`
        step = text_of(bare(key)) if isinstance(of.value, dict) else whole_of(bare(key))
    except (FailedError, UncertainError):  # an unknown value accepts any key
        return secret(found)
    return element(of, step, found)


def _operation(
    expression: Template | Call | Conditional | Unary | Binary, at: Bound
) -> MaybeMarked:
    match expression:
        case Template(parts):
            return over(_joined, *[at.doubting(_value(part, at)) for part in parts])
        case Call(name, arguments, expands):
            return _call(name, arguments, at, expands=expands)
        case Conditional(test, yes, no):
            return _conditional(_value(test, at), yes, no, at)
        case Unary(operator, of):
            return over(unary, operator, _value(of, at))
        case Binary("&&" | "||" as operator, left, right):
            return _logical(operator, at.doubting(_value(left, at)), right, at)
        case Binary("==" | "!=" as operator, left, right):  # never fails, whatever the values are
            return over(binary, operator, _value(left, at), _value(right, at))
        case Binary(operator, left, right):
            one = at.doubting(_value(left, at))
            return over(binary, operator, one, at.doubting(_value(right, at)))


def _joined(*parts: HclValue) -> HclValue:
    return template(parts)


def _logical(operator: str, left: MaybeMarked, right: Expression, at: Bound) -> MaybeMarked:
    """Terraform 1.12 and later ignores a right side that does not matter; others fail with it."""
    try:
        return over(binary, operator, left, at.doubting(_value(right, at)))
    except FailedError:
        decided = bare(left) in ((False, "false") if operator == "&&" else (True, "true"))
        if isinstance(bare(left), UnknownValue) or decided:
            return unknown(left)
        raise


def _settled(value: MaybeMarked, at: Bound) -> MaybeMarked:
    if isinstance(value, UnknownValue):
        return at.context.settle(value)
    if isinstance(value, Marked) and isinstance(value.value, UnknownValue):
        return marked(at.context.settle(value.value), value.marks)
    return value


def _attempt(expression: Expression, at: Bound) -> MaybeMarked:
    """The value, or an unknown one if Terraform fails, or might fail, to compute it."""
    at = at.apart()
    try:
        value = _value(expression, at)
    except FailedError:
        return UnknownValue()
    return unknown(value) if at.doubt.raised else value


def _conditional(test: MaybeMarked, yes: Expression, no: Expression, at: Bound) -> MaybeMarked:
    """Terraform evaluates both branches, but ignores a failure of the one it does not take."""
    tested = bare(test)
    branches: list[MaybeMarked] = []
    nothing = False
    for taken, branch in ((True, yes), (False, no)):
        # `var.none == null ? "x" : var.none.id`: the branch not taken may fail
        selected = isinstance(tested, bool) and tested is taken
        branches.append(_value(branch, at) if selected else _attempt(branch, at))
        if isinstance(tested, bool) and not selected:
            nothing = branch in _BARE
    found = plain(branches)
    if not (nothing or certain(tested, *found)):
        at.doubt.raised = True
    return of_branches(test, branches, conditional(tested, *found, bare=nothing))


def _call(name: str, arguments: tuple[Expression, ...], at: Bound, *, expands: bool) -> MaybeMarked:
    name = name.removeprefix("core::")
    if (name == "try" or (name == "can" and len(arguments) == 1)) and not expands:
        return _try(arguments, at) if name == "try" else _can(arguments, at)
    values = [_value(argument, at) for argument in arguments]
    if expands:
        last = values.pop()
        if not isinstance(bare(last), list):
            return unknown(*values, last)
        own = Marks(marks_of(last).own)
        values.extend(marked(item, own) for item in elements(last))
    bared = plain(values)
    # `trimspace(data.aws_ssm_parameter.x.value)` is the same id: some functions leave a looked-up
    # value unchanged
    found = None if expands else passed_on(name, bared)
    is_open = name != "sensitive" and not any(map(is_secret, values))
    if found is None:
        if not (certain(*bared) or (name == "coalesce" and at.are_texts(arguments, bared, _value))):
            at.doubt.raised = True
        found = at.context.call(name, bared)
    elif not any(isinstance(value, Marked) for value in values):
        is_open = name != "sensitive"  # a parameter that is passed on
    return found if is_open else remarked(name, values, found)


def _try(arguments: tuple[Expression, ...], at: Bound) -> MaybeMarked:
    """The first argument that does not fail. One that is not wholly known may still fail later."""
    for argument in arguments:
        own = at.apart()
        try:
            value = _value(argument, own)
        except FailedError:
            continue
        # With an unknown `x`, `try(local.x.id, "none")` may be either, once Terraform knows `x`
        return unknown(value) if own.doubt.raised or not is_sure(bare(value)) else value
    raise FailedError("every argument of try fails")


def _can(arguments: tuple[Expression, ...], at: Bound) -> HclValue:
    """Terraform shows whether an expression fails, even if the expression is secret."""
    at = at.apart()
    try:
        value = bare(_value(arguments[0], at))
    except FailedError:
        return False
    return unknown_of(value) if at.doubt.raised or not is_sure(value) else True


def _object(items: tuple[tuple[Expression, Expression], ...], at: Bound) -> MaybeMarked:
    """A secret key makes the whole object secret."""
    found: dict[str, MaybeMarked] = {}
    hidden = False
    for name, of in items:
        named, value = _value(name, at), _value(of, at)
        key = key_of(bare(named))
        hidden = hidden or is_secret(named)
        if isinstance(key, UnknownValue):
            return unknown(named, value, *found.values())
        found[key] = value
    return secret(as_map(found)) if hidden else as_map(found)
