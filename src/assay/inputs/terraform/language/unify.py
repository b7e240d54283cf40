"""The one type that Terraform converts several values to, and when two values are equal.

Lists here are tuples or lists, and maps are objects or maps, as Terraform may have it: what is
returned holds for every one of these readings. `conditional`, `coalesce`, `tolist`, `concat` and
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
    """These values once converted to one type; parts that the types may change are unknown.

    Raises `FailedError` where they cannot have one type.
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
    # `true ? 5 : "x"` is "5", also beside one null. Two nulls may have types that have nothing in
    # common with text, and then nothing is converted: `coalesce(5, "x", null, var.no_list)` is 5.
    if primitive(found) and "text" in found and vague < 2:
        return [_as_text(value) for value in values]
    # Lists remain lists of the same length, whatever becomes of their elements: `true ? [1, 2] : ["x"]`
    # is ["1", "2"]. A set beside them would order them anew: `true ? [2, 1] : toset(["y"])`.
    if found == {"list"} and not vague:
        return [[soft_part(item) for item in below(value)] for value in values]
    return [soft_part(value) for value in values]


def _clash(values: Sequence[HclValue]) -> bool:
    """Whether they cannot have one type. With a null among them they may: that of any value."""
    found = kinds(values)
    if any(kind(value) in _VAGUE for value in values) or found == {"list", "set"}:
        return False
    # Text takes numbers and flags in, and those do not take one another: `true ? 1 : true` fails.
    return found == {"number", "bool"} or (len(found) > 1 and not primitive(found))


def _clash_below(values: Sequence[HclValue]) -> bool:
    """Whether collections have parts that, as far as can be seen, do not go together."""
    if primitive(kinds(values)):
        return False
    # Tuples of one length meet place by place: [1, true] goes with [2, false]. Of other lengths all
    # elements become those of one list, and [1, true] does not go with [2].
    parts = _columns(values) or [[item for value in values for item in below(value)]]
    return any(_clash(part) or _clash_below(part) for part in parts)


def _columns(values: Sequence[HclValue]) -> list[list[HclValue]]:
    """What stands at the same place in each of these tuples or objects, if they have one form."""
    maps = [value for value in values if isinstance(value, dict)]
    if maps:
        names = maps[0].keys()
        same = all(other.keys() == names for other in maps)
        return [[one[name] for one in maps] for name in names] if same else []
    parts = list(map(below, values))
    return [list(column) for column in zip(*parts, strict=True)] if _level(values) else []


def _level(values: Sequence[HclValue]) -> bool:
    """Whether these are lists or tuples of one length."""
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
    """Whether every one of these remains as it is when they are converted to one type."""
    if len(values) == 1 or all(map(_soft, values)):
        return True
    found = set(map(kind, values))
    if len(found) > 1:
        return False
    if primitive(kinds(values)):
        return True
    parts = [below(value) for value in values]
    pooled = [item for part in parts for item in part]
    if not all(parts):  # `true ? [1] : var.none` is ["1"] where that is an empty list of texts
        return all(map(_soft, pooled))
    if kept(pooled):
        return True
    # [1, "a"] and [2, "b"] are tuples of one type: neither changes. Were they not mixed, they might be
    # lists, of which only the pooled elements tell.
    columns = _columns(values)
    return bool(columns) and all(map(mixed, parts)) and all(map(kept, columns))


def _soft(value: HclValue) -> bool:
    """Whether no conversion to a common type changes it: numbers become text, lists become sets."""
    if isinstance(value, dict):
        # `{ a = "x" }` beside `{ b = "y" }` becomes a map, which looks the same here
        return all(map(_soft, value.values()))
    return value is None or isinstance(value, str | UnknownValue)


def soft_part(value: HclValue) -> HclValue:
    """What of it no conversion to a common type changes."""
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
        raise UncertainError  # the nulls may be of two types, which makes them differ
    if isinstance(left, SetOf):
        return _equal_sets(ours, theirs)
    same = True
    for one, other in zip(ours, theirs, strict=True):
        try:
            if not _equal(one, other):
                return False
        except UncertainError:
            same = False
    # ["a"] == tolist(["a"]) is false: equal elements of one type may stand in a tuple and in a list.
    # Of several types they stand in two tuples, or two objects, for certain.
    if not same or not mixed(ours):
        raise UncertainError
    return True


def _equal_sets(ours: list[HclValue], theirs: list[HclValue]) -> bool:
    for items in (ours, theirs):
        if len(set(map(kind, items))) != 1 or not primitive(kinds(items)):
            raise UncertainError
    return [sort_key(item) for item in ours] == [sort_key(item) for item in theirs]


def sort_key(value: HclValue) -> Any:
    """What tells apart, and orders, primitive values of one type."""
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
        raise UncertainError  # a null among them: `toset(["a", null])` has two elements
    told_apart = {sort_key(value): value for value in values}
    return SetOf(told_apart[key] for key in sorted(told_apart))


def identical(left: HclValue, right: HclValue) -> bool:
    """Whether two values are the same here: of one kind, and all below them too."""
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
