"""All that a value can mean, where nobody can tell yet which it will be."""

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
"""So many things at most can changes leave, if each is to be judged."""


def alternatives(value: Value) -> tuple[Value, ...]:
    """All that a value can mean, each with the steps that lead there; by far the most mean one."""
    # A template of which nobody knows whether it holds ami-0a or ami-0b, used by a copy, comes to two
    # copies: Made(copy, Planned(template, ami-0a)) and Made(copy, Planned(template, ami-0b)).
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
            # What the plan creates under a name may be there already: then create fails, or whoever
            # asks before it is created is told the old one.
            return (*found, Already(name)) if _is_created(name, among) else found
    return (value,)


def _is_created(name: object, among: Iterable[Changes]) -> TypeGuard[Alias]:
    return isinstance(name, Alias) and any(
        isinstance(each, ParameterChange) and each.creates for changes in among for each in changes
    )


def _changed(name: Changeable) -> tuple[Value, ...]:
    """A name with all that the changes can leave of it; so many that nobody would write it: as it is."""
    # Two parameters that may leave one of two images each: four ways for a name that may mean both.
    left = [_variants(changes) for changes in name.among]
    if not 1 < prod(map(len, left)) <= _MOST:
        return (name,)
    return tuple(replace(name, among=chosen) for chosen in product(*left))


@lru_cache(maxsize=4096)
def _variants(changes: Changes) -> tuple[Changes, ...]:
    """The changes with all that each can leave; none where nobody would write so many."""
    left = [alternatives(change.leaves) for change in changes.all]
    ways = prod(map(len, left))
    if ways == 1:
        return (changes,)
    chosen = product(*left) if ways <= _MOST else ()
    return tuple(Changes(tuple(map(_leaving, changes.all, each))) for each in chosen)


def _leaving(change: Change, leaves: Value) -> Change:
    return replace(change, leaves=leaves)


def image_search(value: Value) -> ImageSearch | None:
    """The lookup that a value comes from, by all that the plan itself tells."""
    if isinstance(value, AmiId):
        return None  # as nearly all are
    while isinstance(value, Planned | Made):
        value = value.value if isinstance(value, Planned) else value.source
    return value if isinstance(value, ImageSearch) else None


def is_already(value: Value) -> bool:
    """Whether a value is, or comes from, what a name that the plan makes means already."""
    while isinstance(value, Planned | Made):
        value = value.value if isinstance(value, Planned) else value.source
    return isinstance(value, Already)
