"""Terraform's functions on lists."""

from typing import Any

from assay.inputs.terraform.language.arguments import (
    ELEMENTS,
    Function,
    anything,
    flag_of,
    given,
    items_of,
    list_of,
    texts_of,
    whole_of,
)
from assay.inputs.terraform.language.functions.text import ascii_of
from assay.inputs.terraform.language.unify import equal, kept, meld, soft_part, sort_key
from assay.inputs.terraform.language.values import (
    UncertainError,
    has_null,
    is_known,
    is_text,
    kind,
    kinds,
    mixed,
    primitive,
    require_small,
    step_below,
    unknown_of,
)
from assay.inputs.terraform.syntax.expressions import FailedError, HclValue, SetOf, UnknownValue

_DEPTH = 32


def _length(value: HclValue) -> int:
    if kind(value) in ("number", "bool"):
        raise FailedError
    if isinstance(value, list | dict):
        if isinstance(value, SetOf) and not is_known(value):
            raise UncertainError
        return len(value)
    return len(ascii_of(value))


def _element(value: HclValue, index: HclValue) -> HclValue:
    position = whole_of(index)
    if position == 0 and isinstance(value, UnknownValue):
        return step_below(value, 0)
    items = list_of(value)
    if not items:
        raise FailedError
    if position < 0:
        raise UncertainError  # an error for a tuple, but for a list it counts from the end
    return items[position % len(items)]


def _index(items: list[HclValue], value: HclValue) -> int:
    for position, item in enumerate(items):
        if equal(item, value):
            return position
    raise FailedError


def _contains(items: list[HclValue], value: HclValue) -> bool:
    uncertain = kind(value) == "unknown"
    for item in items:
        try:
            if equal(item, value):
                return True
        except UncertainError:
            uncertain = True
    if uncertain:
        raise UncertainError
    return False


def _one(items: list[HclValue]) -> HclValue:
    if len(items) > 1:
        raise FailedError
    return items[0] if items else None


def _reverse(items: list[HclValue]) -> HclValue:
    return items[::-1]


def _slice(items: list[HclValue], start: int, end: int) -> HclValue:
    if not 0 <= start <= end <= len(items):
        raise FailedError
    return items[start:end]


def _flatten(value: list[HclValue]) -> HclValue:
    items: list[HclValue] = []
    _pour(value, items, 0)
    return items


def _pour(value: list[HclValue], items: list[HclValue], depth: int) -> None:
    if depth > _DEPTH:
        raise UncertainError
    for item in value:
        if (isinstance(item, UnknownValue) and not is_text(item)) or len(items) > ELEMENTS:
            raise UncertainError
        if isinstance(item, list):
            _pour(item, items, depth + 1)
        else:
            items.append(item)


def _concat(*lists: list[HclValue]) -> HclValue:
    if not lists:
        raise FailedError
    pooled = [item for items in lists for item in items]
    require_small(pooled)
    if len(lists) == 1 or any(map(mixed, lists)) or kept(lists):
        return pooled
    return [soft_part(item) for item in pooled]


def _coalesce(*values: HclValue) -> HclValue:
    if not values:
        raise FailedError
    found = kinds(values)
    melded = meld(values)
    if not primitive(found) and not _unaffected(values):
        raise UncertainError
    vague = sum(
        value is None or (isinstance(value, UnknownValue) and not is_text(value))
        for value in values
    )
    for position, value in enumerate(melded):
        if is_text(value):
            return value
        if isinstance(value, UnknownValue):
            return _one_of(values[position:])
        if value == "" and (vague > 1 or not primitive(found)):
            raise UncertainError  # coalesce skips it only as text, not as a value of any other type
        if value not in (None, ""):
            return value
    raise FailedError


def _unaffected(values: tuple[HclValue, ...]) -> bool:
    """Whether no collection can fail to be converted: Terraform skips those that do."""
    parts = [value for value in values if value is not None]
    return kept(values) and not any(map(has_null, parts)) and all(map(is_known, parts))


def _one_of(values: tuple[HclValue, ...]) -> UnknownValue:
    unknown = [value for value in values if isinstance(value, UnknownValue)]
    passed_on = len(unknown) == len(values) and all(value.passed_on for value in unknown)
    return UnknownValue(unknown_of(*values).refs, passed_on)


def _coalesce_list(*values: HclValue) -> HclValue:
    if not values or kinds(values) - {"list"}:
        raise FailedError
    for value in values:
        if not isinstance(value, list):
            raise UncertainError
        if value:
            if None in values:
                raise UncertainError
            return value
    raise FailedError


def _compact(texts: list[str | None]) -> HclValue:
    return [text for text in texts if text]


def _sort(texts: list[str | None]) -> HclValue:
    found = [text for text in texts if text is not None]
    if len(found) < len(texts):
        raise FailedError
    return [*sorted(found)]


def _distinct(items: list[HclValue]) -> HclValue:
    melded = meld(items)
    if not primitive(kinds(melded)):
        raise UncertainError
    found: dict[Any, HclValue] = {}
    for item in melded:
        found.setdefault(None if item is None else sort_key(item), item)
    return [*found.values()]


def _chunks(items: list[HclValue], size: int) -> HclValue:
    if size < 0:
        raise FailedError
    melded = meld(items)
    if not melded:
        return []
    step = size or len(melded)
    return [melded[start : start + step] for start in range(0, len(melded), step)]


def _match(values: list[HclValue], keys: list[HclValue], wanted: list[HclValue]) -> HclValue:
    if len(values) != len(keys):
        raise FailedError
    if not wanted:
        return []
    melded = meld([*meld(keys), *meld(wanted)])
    if not primitive(kinds(melded)) or None in melded:
        raise UncertainError
    found = {sort_key(item) for item in melded[len(keys) :]}
    pairs = zip(meld(values), melded, strict=False)
    return [value for value, key in pairs if sort_key(key) in found]


def _flags_of(value: HclValue) -> list[bool]:
    return [item is not None and flag_of(item) for item in items_of(value)]


TABLE: dict[str, Function] = {
    "alltrue": Function(all, (_flags_of,)),
    "anytrue": Function(any, (_flags_of,)),
    "chunklist": Function(_chunks, (items_of, whole_of), whole=False),
    "coalesce": Function(_coalesce, (), anything, whole=False),
    "coalescelist": Function(_coalesce_list, (), anything, whole=False),
    "compact": Function(_compact, (texts_of,)),
    "concat": Function(_concat, (), list_of, whole=False),
    "contains": Function(_contains, (items_of, given), whole=False),
    "distinct": Function(_distinct, (items_of,)),
    "element": Function(_element, (given, given), whole=False),
    "flatten": Function(_flatten, (items_of,), whole=False),
    "index": Function(_index, (list_of, given), whole=False),
    "length": Function(_length, (given,), whole=False),
    "matchkeys": Function(_match, (items_of, items_of, items_of)),
    "one": Function(_one, (items_of,), whole=False),
    "reverse": Function(_reverse, (items_of,), whole=False),
    "slice": Function(_slice, (list_of, whole_of, whole_of), whole=False),
    "sort": Function(_sort, (texts_of,)),
}
