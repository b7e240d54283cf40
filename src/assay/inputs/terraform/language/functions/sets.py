"""Terraform's functions on sets."""

from collections.abc import Callable, Sequence
from itertools import product
from math import prod
from typing import Any

from assay.inputs.terraform.language.arguments import ELEMENTS, Function, items_of
from assay.inputs.terraform.language.unify import meld, set_of, sort_key
from assay.inputs.terraform.language.values import UncertainError, is_known, kinds, primitive
from assay.inputs.terraform.syntax.expressions import FailedError, HclValue, SetOf


def _product(*sets: list[HclValue]) -> HclValue:
    if len(sets) < 2:
        raise FailedError
    size = prod(map(len, sets))
    if size * len(sets) > ELEMENTS:
        raise UncertainError
    parts = [items if isinstance(items, SetOf) else meld(items) for items in sets]
    if any(isinstance(items, SetOf) for items in sets):
        if size or not all(map(is_known, sets)):
            raise UncertainError  # a set of tuples has no reliable order
        return SetOf()
    return [list(row) for row in product(*parts)]


def _elements_of(value: HclValue) -> list[HclValue]:
    """Read as an argument that is a list, tuple or set; a set remains one."""
    items = items_of(value)
    return value if isinstance(value, SetOf) else items


def _operation(keep: Callable[[set[Any], set[Any]], set[Any]]) -> Callable[..., HclValue]:
    def operate(*sets: list[HclValue]) -> HclValue:
        melded = _common([meld(items) for items in sets])
        found = {sort_key(item): item for items in melded for item in items}
        keys = [{sort_key(item) for item in items} for items in melded]
        kept = keys[0]
        for others in keys[1:]:
            kept = keep(kept, others)
        return set_of([found[key] for key in kept])

    return operate


def _common(sets: Sequence[list[HclValue]]) -> list[list[HclValue]]:
    """The sets, their elements converted to one primitive type."""
    pooled = [item for items in sets for item in items]
    found = kinds(pooled)
    if not primitive(found) or (not all(sets) and found - {"text"}):
        raise UncertainError
    rest = iter(meld(pooled))
    return [[next(rest) for _ in items] for items in sets]


TABLE: dict[str, Function] = {
    "setintersection": Function(_operation(set.intersection), (items_of,), items_of),
    "setproduct": Function(_product, (), _elements_of, whole=False),
    "setsubtract": Function(_operation(set.difference), (items_of, items_of)),
    "setunion": Function(_operation(set.union), (items_of,), items_of),
}
