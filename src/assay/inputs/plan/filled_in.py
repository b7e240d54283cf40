"""Attributes that AWS fills in where nobody writes them: an unknown one need not be an image of its own."""

from collections.abc import Callable
from typing import TypeAlias

from assay.inputs.plan.document.narrow import Narrowed
from assay.inputs.plan.document.walk import Leaf
from assay.inputs.surface import Row
from assay.model.addresses import Step

Writes: TypeAlias = Callable[[tuple[Step, ...]], bool]
"""Whether the configuration gives what stands at a path a value other than null, or may."""


def computed_only(row: Row, leaf: Leaf, view: Narrowed, writes: Writes | None) -> bool:
    """Whether an unknown value is only AWS's to fill in, since the image comes from elsewhere.

    `writes` is None where there is no configuration.
    """
    if writes is None:  # all of awscc's attributes are computed where they are not written
        others = (view.after.get(name) for name in row.instead_of if name != leaf.steps[0])
        given = any(each not in (None, "", []) for each in others)
        return row.resource_type.startswith("awscc_") and given
    if writes(leaf.steps):
        return False
    if row.resource_type.startswith("awscc_"):
        return True  # its attributes are all computed where they are not written
    siblings = (name for name in row.instead_of if name != leaf.steps[0] or len(leaf.steps) > 1)
    return any(is_set(name, view, writes) for name in siblings)


def is_set(attribute: str, view: Narrowed, writes: Writes | None) -> bool:
    """Whether an attribute has a value, or will get one that the configuration writes."""
    if view.after.get(attribute) not in (None, "", []):
        return True
    mask = view.unknown.get(attribute) if isinstance(view.unknown, dict) else view.unknown
    if isinstance(mask, list):
        return bool(mask)
    return mask is True and (writes is None or writes((attribute,)))
