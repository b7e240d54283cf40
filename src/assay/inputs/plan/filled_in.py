"""Attributes that AWS fills in if the configuration does not: unknown, but not another image."""

from collections.abc import Callable
from typing import TypeAlias

from assay.inputs.plan.document.narrow import Narrowed
from assay.inputs.plan.document.walk import Leaf
from assay.inputs.surface import Row
from assay.model.addresses import Step

Writes: TypeAlias = Callable[[tuple[Step, ...]], bool]
"""Whether the configuration gives, or may give, the attribute at a path a value other than null."""


def computed_only(row: Row, leaf: Leaf, view: Narrowed, writes: Writes | None) -> bool:
    """Whether AWS only fills in an unknown value, because the image comes from somewhere else.

    `writes` is None if there is no configuration.
    """
    if writes is None:  # in awscc, every attribute is computed if it is not set
        others = (view.after.get(name) for name in row.instead_of if name != leaf.steps[0])
        given = any(each not in (None, "", []) for each in others)
        return row.resource_type.startswith("awscc_") and given
    if writes(leaf.steps):
        return False
    if row.resource_type.startswith("awscc_"):
        return True  # every attribute is computed if it is not set
    siblings = (name for name in row.instead_of if name != leaf.steps[0] or len(leaf.steps) > 1)
    return any(is_set(name, view, writes) for name in siblings)


def is_set(attribute: str, view: Narrowed, writes: Writes | None) -> bool:
    """Whether an attribute has a value, or will get one that the configuration sets."""
    if view.after.get(attribute) not in (None, "", []):
        return True
    mask = view.unknown.get(attribute) if isinstance(view.unknown, dict) else view.unknown
    if isinstance(mask, list):
        return bool(mask)
    return mask is True and (writes is None or writes((attribute,)))
