"""`for` expressions and splats: one expression for each element of a collection.

Facts: HCL, "Native Syntax Specification", "For Expressions", "Splat Operators".
"""

from collections.abc import Callable, Sequence

from assay.inputs.terraform.language.context import Bound, Evaluate
from assay.inputs.terraform.language.made_images import any_element, is_output
from assay.inputs.terraform.language.marks import (
    Marks,
    MaybeMarked,
    as_list,
    as_map,
    bare,
    elements,
    entries,
    is_secret,
    marked,
    marks_of,
    secret,
    unknown,
    untold,
)
from assay.inputs.terraform.language.operators import key_of
from assay.inputs.terraform.language.values import is_sure, unknown_of
from assay.inputs.terraform.syntax.expressions import (
    Expression,
    FailedError,
    ForObject,
    ForTuple,
    HclValue,
    SetOf,
    UnknownValue,
)

_MOST = 10_000
"""The most elements of a collection that are evaluated; the result for more is unknown."""
_SOME = UnknownValue()
"""Stands for some elements of a build's outputs, which are all alike."""


def for_tuple(expression: ForTuple, at: Bound, evaluate: Evaluate) -> MaybeMarked:
    """`[for x in of : body if test]`."""
    found: list[MaybeMarked] = []

    def take(inner: Bound) -> bool:
        found.append(evaluate(expression.body, inner))
        return False

    unclear, hidden = _each(expression, at, evaluate, take)
    made = as_list(found) if unclear is None else unclear
    if unclear is _SOME:
        made = _some(found)
    return secret(made) if hidden else made


def for_object(expression: ForObject, at: Bound, evaluate: Evaluate) -> MaybeMarked:
    """`{for x in of : name => body if test}`."""
    found: dict[str, MaybeMarked] = {}
    groups: dict[str, list[MaybeMarked]] = {}
    unclear: list[MaybeMarked] = []
    values: list[MaybeMarked] = []

    def take(inner: Bound) -> bool:
        named = evaluate(expression.name, inner)
        key, value = key_of(bare(named)), evaluate(expression.body, inner)
        values.append(value)
        if isinstance(key, UnknownValue):
            unclear.append(unknown(named, value))
        elif expression.grouped:
            groups.setdefault(key, []).append(value)
        elif key in found:
            raise FailedError("two items have one key")
        else:
            found[key] = value
        return is_secret(named)

    stopped, hidden = _each(expression, at, evaluate, take)
    # An unknown key may be any key, so the value of every key is uncertain
    if stopped is _SOME:
        made = _some(values)
    elif stopped is not None or unclear:
        made = unknown(*unclear, stopped)
    else:
        found.update({key: as_list(group) for key, group in groups.items()})
        made = as_map(dict(sorted(found.items())))
    return secret(made) if hidden else made


def _some(bodies: Sequence[MaybeMarked]) -> MaybeMarked:
    """The result of a loop over elements that are all alike: any of them stands for the rest."""
    if len(bodies) == 1 and is_output(bare(bodies[0])):
        return bodies[0]
    return unknown(*bodies, UnknownValue())


def _each(
    expression: ForTuple | ForObject, at: Bound, evaluate: Evaluate, take: Callable[[Bound], bool]
) -> tuple[UnknownValue | None, bool]:
    """Call `take`, which says whether the key is secret, for every element that passes the test.

    Returns what makes the result unclear, if anything, and whether a secret influences the result.
    """
    of = evaluate(expression.of, at)
    # Looping over things that certainly exist is safe, whatever they contain:
    # `try([for x in …][0], "")`
    at.doubt.raised = at.doubt.raised or not is_sure(bare(of))
    # Elements have only their own marks, so that `nonsensitive([for x in var.secrets : x])` is open
    hidden = marks_of(of).own
    pairs, unclear = _pairs(of)
    for key, value in pairs:
        bound = {expression.value: value}
        if expression.key is not None:
            bound[expression.key] = key
        inner = at.binding(bound)
        passes = True if expression.test is None else evaluate(expression.test, inner)
        # Which elements remain reveals what they are tested for, so the whole result is secret
        hidden = hidden or is_secret(passes)
        tested = bare(passes)
        if isinstance(tested, UnknownValue) and unclear is not _SOME:
            return unknown_of(tested), hidden
        if isinstance(tested, UnknownValue) or tested is True or tested == "true":
            hidden = take(inner) or hidden
    return unclear, hidden


def _pairs(
    of: MaybeMarked,
) -> tuple[Sequence[tuple[HclValue, MaybeMarked]], UnknownValue | None]:
    """The elements of a collection with their keys, and what makes it unclear which they are."""
    pairs: Sequence[tuple[HclValue, MaybeMarked]]
    match bare(of):
        case SetOf() as items:
            pairs = [(item, item) for item in items]
        case list():
            pairs = list(enumerate(elements(of)))
        case dict():
            pairs = entries(of)
        case UnknownValue() as found if is_output(found):
            return [(UnknownValue(), any_element(found))], _SOME
        case UnknownValue() as found:
            return (), unknown_of(found)
        case _:
            raise FailedError("this cannot be iterated over")
    return (pairs, None) if len(pairs) <= _MOST else ((), UnknownValue())


def splat(of: MaybeMarked, each: Expression, at: Bound, evaluate: Evaluate) -> MaybeMarked:
    """`of[*].each`; a value other than a list counts as a list of one, null as an empty list."""
    items: Sequence[MaybeMarked] = [of]
    match bare(of):
        case UnknownValue() as found if is_output(found):
            return evaluate(each, at.holding(any_element(found)))
        case UnknownValue() as found if not found.is_there:
            return unknown(of)
        case None:
            items = []
        case list() as found if len(found) > _MOST:
            return untold(of)
        case list():
            items = elements(of)
    made = as_list([evaluate(each, at.holding(item)) for item in items])
    return marked(made, Marks(marks_of(of).own))
