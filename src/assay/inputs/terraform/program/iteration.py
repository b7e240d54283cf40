"""The instances of a block that has `count` or `for_each`, and the addresses that they have.

Facts: HashiCorp, "The for_each Meta-Argument", "The count Meta-Argument".
"""

from typing import NamedTuple

from assay.inputs.terraform.language.marks import MaybeMarked, bare, entries
from assay.inputs.terraform.syntax.expressions import HclValue, SetOf

MOST = 1000
"""Instances of one block that are told apart."""


class Iteration(NamedTuple):
    """Which instance of a block is meant, and what `each` and `count` are in it."""

    key: str | int | None = None
    each_key: HclValue = None
    each_value: MaybeMarked = None
    exact: bool = True
    """False where it stands for instances that are not known."""


ONLY = Iteration()


def iterations(value: MaybeMarked) -> list[Iteration]:
    """The instances that a `for_each` of this value makes; none where that is not known."""
    match bare(value):
        case SetOf() as items if len(items) <= MOST and all(
            isinstance(item, str) for item in items
        ):
            return [Iteration(item, item, item) for item in items]
        case dict() as items if len(items) <= MOST:
            return [Iteration(key, key, item) for key, item in entries(value)]
    return []
