"""The one type that Terraform converts several values to, and when two values are equal.

A list here may be a tuple or a list in Terraform, and a map may be an object or a map. What is
returned is right for each of these readings. `conditional`, `coalesce`, `tolist`, `concat` and
others unify types.
"""

from collections.abc import Sequence
from typing import Any

from assay.inputs.terraform.language.arguments import decimal, settled, text_of
from assay.inputs.terraform.language.values import (
    UncertainError,
    below,
    has_null,
    kind,
    kinds,
    mixed,
    primitive,
    require_small,
    unknown_of,
)
from assay.inputs.terraform.syntax.expressions import FailedError, HclValue, SetOf, UnknownValue

_VAGUE = frozenset({"null", "unknown"})

# --------------------------------------------------------------------------------- one type


def meld(values: Sequence[HclValue]) -> list[HclValue]:
    """These values converted to one type; parts that the conversion may change are unknown.

    Raises `FailedError` if no type fits all of them.
    """
    require_small(*values)
    if _clash(values):
        raise FailedError
    if _clash_below(values):
        raise UncertainError
    if kept(values):
        return list(values)
    found = kinds(values)
    vague = sum(kind(value) in _VAGUE for value in values)
    # `true ? 5 : "x"` is "5", even with one null. Two nulls may have types that cannot be unified
    # with text, and then nothing is converted: `coalesce(5, "x", null, var.no_list)` is 5.
    if primitive(found) and "text" in found and vague < 2:
        return [_as_text(value) for value in values]
    # A list stays a list of the same length, whatever happens to its elements:
    # `true ? [1, 2] : ["x"]` is ["1", "2"]. A set among the values would reorder it:
    # `true ? [2, 1] : toset(["y"])`.
    if found == {"list"} and not vague:
        return [[soft_part(item) for item in below(value)] for value in values]
    return [soft_part(value) for value in values]


def _clash(values: Sequence[HclValue]) -> bool:
    """Whether they cannot have one type. Beside a null they may, because a null has any type."""
    found = kinds(values)
    if any(kind(value) in _VAGUE for value in values) or found == {"list", "set"}:
        return False
    # Numbers and bools convert to text, but not to one another: `true ? 1 : true` fails.
    return found == {"number", "bool"} or (len(found) > 1 and not primitive(found))


def _clash_below(values: Sequence[HclValue]) -> bool:
    """Whether collections have parts that visibly cannot have one type."""
    if primitive(kinds(values)):
        return False
    # Tuples of one length are compared by position: [1, true] is compatible with [2, false]. With
    # different lengths all elements go into one list: [1, true] is not compatible with [2].
    parts = _columns(values) or [[item for value in values for item in below(value)]]
    return any(_clash(part) or _clash_below(part) for part in parts)


def _columns(values: Sequence[HclValue]) -> list[list[HclValue]]:
    """The values at the same position of each of these tuples or objects, if all have one form."""
    maps = [value for value in values if isinstance(value, dict)]
    if maps:
        names = maps[0].keys()
        same = all(other.keys() == names for other in maps)
        return [[one[name] for one in maps] for name in names] if same else []
    parts = list(map(below, values))
    return [list(column) for column in zip(*parts, strict=True)] if _level(values) else []


def _level(values: Sequence[HclValue]) -> bool:
    """Whether these are lists or tuples of the same length."""
    lengths = {len(below(value)) for value in values}
    return len(lengths) == 1 and all(kind(value) == "list" for value in values)


def _as_text(value: HclValue) -> HclValue:
    if value is None or isinstance(value, str | UnknownValue):
        return value
    try:
        return text_of(value)
    except UncertainError:
        return UnknownValue()


def kept(values: Sequence[HclValue]) -> bool:
    """Whether converting these to one type leaves every one of them unchanged."""
    if len(values) == 1 or all(map(_soft, values)):
        return True
    found = set(map(kind, values))
    if len(found) > 1:
        return False
    if primitive(kinds(values)):
        return True
    parts = [below(value) for value in values]
    pooled = [item for part in parts for item in part]
    if not all(parts):  # `true ? [1] : var.none` is ["1"] if `var.none` is an empty list of strings
        return all(map(_soft, pooled))
    if kept(pooled):
        return True
    # [1, "a"] and [2, "b"] are tuples of one type: neither changes. If they were not mixed, they
    # might be lists, for which only the pooled elements decide.
    columns = _columns(values)
    return bool(columns) and all(map(mixed, parts)) and all(map(kept, columns))


def _soft(value: HclValue) -> bool:
    """Whether no conversion to a common type changes it. Numbers become text, lists become sets."""
    if isinstance(value, dict):
        # `{ a = "x" }` beside `{ b = "y" }` becomes a map, which looks the same as an `HclValue`
        return all(map(_soft, value.values()))
    return value is None or isinstance(value, str | UnknownValue)


def soft_part(value: HclValue) -> HclValue:
    """The parts of it that no conversion to a common type changes; the others are unknown."""
    if isinstance(value, dict):
        return {name: soft_part(item) for name, item in value.items()}
    return value if _soft(value) else unknown_of(value)


# --------------------------------------------------------------------------------- equality


def equal(left: HclValue, right: HclValue) -> bool:
    """`left == right`, which compares types as well as values."""
    require_small(left, right)
    return _equal(left, right)


def _equal(left: HclValue, right: HclValue) -> bool:
    one, other = kind(left), kind(right)
    if "unknown" in (one, other):
        raise UncertainError
    if one != other or left is None:
        return one == other
    if isinstance(left, list | dict):
        return _equal_collections(left, right)
    if isinstance(left, str) and isinstance(right, str):
        if left != right and not (settled(left) and settled(right)):
            raise UncertainError
        return left == right
    return bool(sort_key(left) == sort_key(right))


def _equal_collections(left: HclValue, right: HclValue) -> bool:
    ours, theirs = below(left), below(right)
    if len(ours) != len(theirs):
        return False
    if isinstance(left, dict) and isinstance(right, dict):
        if left.keys() != right.keys():
            return False
        theirs = [right[name] for name in left]
    if has_null(left) or has_null(right):
        raise UncertainError  # two nulls of different types are not equal
    if isinstance(left, SetOf):
        return _equal_sets(ours, theirs)
    same = True
    for one, other in zip(ours, theirs, strict=True):
        try:
            if not _equal(one, other):
                return False
        except UncertainError:
            same = False
    # ["a"] == tolist(["a"]) is false: equal elements of one type may be in a tuple and in a list.
    # Elements of several types are certainly in two tuples, or two objects.
    if not same or not mixed(ours):
        raise UncertainError
    return True


def _equal_sets(ours: list[HclValue], theirs: list[HclValue]) -> bool:
    for items in (ours, theirs):
        if len(set(map(kind, items))) != 1 or not primitive(kinds(items)):
            raise UncertainError
    return [sort_key(item) for item in ours] == [sort_key(item) for item in theirs]


def sort_key(value: HclValue) -> Any:
    """The key by which primitive values of one type are compared and sorted."""
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return decimal(value)
    if isinstance(value, str) and settled(value):
        return value
    raise UncertainError


def set_of(values: Sequence[HclValue]) -> SetOf:
    """A set of these elements; uncertain unless they are primitive and of one type."""
    if len(set(map(kind, values))) > 1:
        raise UncertainError  # a null is an element too: `toset(["a", null])` has two
    told_apart = {sort_key(value): value for value in values}
    return SetOf(told_apart[key] for key in sorted(told_apart))


def identical(left: HclValue, right: HclValue) -> bool:
    """Whether two values are the same as `HclValue`s: equal in kind and content at every level."""
    require_small(left, right)
    return _identical(left, right)


def _identical(left: HclValue, right: HclValue) -> bool:
    if kind(left) != kind(right):
        return False
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(
            _identical(left[name], right[name]) for name in left
        )
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_identical, left, right))
    return left == right
