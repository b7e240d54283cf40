"""Lists everything that a value can mean if it is not known yet which it will be."""

from collections.abc import Iterable
from functools import lru_cache
from itertools import product
from math import prod
from typing import TypeGuard

from msgspec.structs import replace

from assay.model.changes import (
    AnyOf,
    Change,
    Changeable,
    Changes,
    Made,
    ParameterChange,
    Planned,
    Value,
)
from assay.model.values import Alias, Already, AmiId, ImageSearch

_MOST = 64
"""The most combinations of what changes can leave that are judged one by one."""


def alternatives(value: Value) -> tuple[Value, ...]:
    """Everything that a value can mean, with the steps that lead there; mostly a single meaning."""
    # A copy made from a template that contains either ami-0a or ami-0b has two meanings:
    # Made(copy, Planned(template, ami-0a)) and Made(copy, Planned(template, ami-0b)).
    if isinstance(value, AmiId):
        return (value,)
    match value:
        case AnyOf(values):
            return tuple(dict.fromkeys(each for one in values for each in alternatives(one)))
        case Planned(value=inner) if len(found := alternatives(inner)) > 1:
            return tuple(replace(value, value=each) for each in found)
        case Made(source=inner) if len(found := alternatives(inner)) > 1:
            return tuple(replace(value, source=each) for each in found)
        case Changeable(name, among):
            found = _changed(value)
            # A parameter that the plan creates may exist already. Then creating it fails, or the
            # old value is read first.
            return (*found, Already(name)) if _is_created(name, among) else found
    return (value,)


def _is_created(name: object, among: Iterable[Changes]) -> TypeGuard[Alias]:
    return isinstance(name, Alias) and any(
        isinstance(each, ParameterChange) and each.creates for changes in among for each in changes
    )


def _changed(name: Changeable) -> tuple[Value, ...]:
    """A name with each combination of what its changes can leave; unchanged if too many."""
    # Two changed parameters with two possible images each make four combinations.
    left = [_variants(changes) for changes in name.among]
    if not 1 < prod(map(len, left)) <= _MOST:
        return (name,)
    return tuple(replace(name, among=chosen) for chosen in product(*left))


@lru_cache(maxsize=4096)
def _variants(changes: Changes) -> tuple[Changes, ...]:
    """The changes with each combination of what they can leave; empty if there are too many."""
    left = [alternatives(change.leaves) for change in changes.all]
    ways = prod(map(len, left))
    if ways == 1:
        return (changes,)
    chosen = product(*left) if ways <= _MOST else ()
    return tuple(Changes(tuple(map(_leaving, changes.all, each))) for each in chosen)


def _leaving(change: Change, leaves: Value) -> Change:
    return replace(change, leaves=leaves)


def image_search(value: Value) -> ImageSearch | None:
    """The image lookup that a value comes from, as far as the plan itself shows; else None."""
    if isinstance(value, AmiId):
        return None  # the usual case
    while isinstance(value, Planned | Made):
        value = value.value if isinstance(value, Planned) else value.source
    return value if isinstance(value, ImageSearch) else None


def is_already(value: Value) -> bool:
    """Whether a value is, or comes from, an `Already`."""
    while isinstance(value, Planned | Made):
        value = value.value if isinstance(value, Planned) else value.source
    return isinstance(value, Already)
