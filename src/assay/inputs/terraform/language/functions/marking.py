"""What Terraform's functions do with marks: most make everything they return secret.

Functions that pass on elements without looking at them pass on their marks: `values({ a =
var.secret, b = "x" })` is a list whose second element is open. Facts: go-cty, "stdlib", and
Terraform's own functions, where a parameter says `AllowMarked`. Rarer functions that do the same
(`reverse`, `slice`, `zipmap`, `chunklist`, `setproduct`) are treated as functions that hide.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

from assay.inputs.terraform.language.arguments import text_of, whole_of
from assay.inputs.terraform.language.marks import (
    Marked,
    Marks,
    MaybeMarked,
    bare,
    element,
    marked,
    marks_of,
    secret,
)
from assay.inputs.terraform.language.values import UncertainError
from assay.inputs.terraform.syntax.expressions import HclValue, UnknownValue
from assay.model.addresses import Step


def remarked(name: str, arguments: Sequence[MaybeMarked], result: HclValue) -> MaybeMarked:
    """The result of a function with its marks; `result` is the one for unmarked arguments."""
    if name in _BY_MARK:
        return _BY_MARK[name](arguments, result)
    rule = _HANDING_ON.get(name)
    made = isinstance(result, UnknownValue) and not result.passed_on
    if rule is None or made:
        return secret(result)
    try:
        return rule(arguments, result)
    except UncertainError:
        return secret(result)


def _closed(arguments: Sequence[MaybeMarked], result: HclValue) -> MaybeMarked:
    return secret(marked(result, marks_of(arguments[0])))


def _opened(arguments: Sequence[MaybeMarked], result: HclValue) -> MaybeMarked:
    """The mark on the value itself is removed, those on its elements are not."""
    return marked(result, Marks(below=marks_of(arguments[0]).below))


def _converted(arguments: Sequence[MaybeMarked], result: HclValue) -> MaybeMarked:
    """Elements keep their position, or go into a set, which then is secret as a whole."""
    return marked(result, marks_of(arguments[0]))


def _outside(arguments: Sequence[MaybeMarked], result: HclValue) -> MaybeMarked:
    """The number and the keys of the elements reveal nothing about the elements."""
    return marked(result, Marks(marks_of(arguments[0]).own))


def _element(arguments: Sequence[MaybeMarked], result: HclValue) -> MaybeMarked:
    of, index = arguments
    items, position = bare(of), whole_of(bare(index))
    step = position % len(items) if isinstance(items, list) else position
    return _by(index, element(of, step, result))


def _lookup(arguments: Sequence[MaybeMarked], result: HclValue) -> MaybeMarked:
    of, name, *default = arguments
    items, key = bare(of), text_of(bare(name))
    if default and not (isinstance(items, dict) and key in items):
        return _by(name, marked(marked(result, Marks(marks_of(of).own)), marks_of(default[0])))
    return _by(name, element(of, key, result))


def _by(chosen: MaybeMarked, result: MaybeMarked) -> MaybeMarked:
    """A result that is chosen by a secret reveals something about it."""
    return secret(result) if isinstance(chosen, Marked) else result


def _concat(arguments: Sequence[MaybeMarked], result: HclValue) -> MaybeMarked:
    inside = [inner for of in arguments for inner in _inside(of)]
    return _listed(inside, result, own=any(marks_of(of).own for of in arguments))


def _values(arguments: Sequence[MaybeMarked], result: HclValue) -> MaybeMarked:
    (of,) = arguments
    marks = marks_of(of)
    return _listed(map(marks.inside, sorted(_names(of))), result, own=marks.own)


def _flatten(arguments: Sequence[MaybeMarked], result: HclValue) -> MaybeMarked:
    own: list[bool] = []
    inside: list[Marks] = []
    _pour(bare(arguments[0]), marks_of(arguments[0]), own, inside)
    return _listed(inside, result, own=any(own))


def _pour(value: HclValue, marks: Marks, own: list[bool], inside: list[Marks]) -> None:
    """A list that is flattened passes its own mark on to the whole result."""
    if not isinstance(value, list):
        inside.append(marks)
        return
    own.append(marks.own)
    for at, item in enumerate(value):
        _pour(item, marks.inside(at), own, inside)


def _inside(of: MaybeMarked) -> Iterator[Marks]:
    """The marks of each element of a list."""
    items = bare(of)
    return map(marks_of(of).inside, range(len(items) if isinstance(items, list) else 0))


def _listed(inside: Iterable[Marks], result: HclValue, *, own: bool) -> MaybeMarked:
    below: dict[Step, Marks] = {at: inner for at, inner in enumerate(inside) if inner}
    return marked(result, Marks(own, below))


def _merge(arguments: Sequence[MaybeMarked], result: HclValue) -> MaybeMarked:
    """If several maps have a key, the last one's mark counts."""
    below: dict[Step, Marks] = {}
    for of in arguments:
        below.update({key: marks_of(of).inside(key) for key in _names(of)})
    own = any(marks_of(of).own for of in arguments)
    return marked(result, Marks(own, {key: inner for key, inner in below.items() if inner}))


def _names(of: MaybeMarked) -> Iterable[str]:
    items = bare(of)
    return items if isinstance(items, dict) else ()


_Rule = Callable[[Sequence[MaybeMarked], HclValue], MaybeMarked]
_BY_MARK: dict[str, _Rule] = {"nonsensitive": _opened, "sensitive": _closed}
_HANDING_ON: dict[str, _Rule] = {
    **dict.fromkeys(("tobool", "tolist", "tomap", "tonumber", "toset", "tostring"), _converted),
    "concat": _concat,
    "element": _element,
    "flatten": _flatten,
    "keys": _outside,
    "length": _outside,
    "lookup": _lookup,
    "merge": _merge,
    "values": _values,
}
