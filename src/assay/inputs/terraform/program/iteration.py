"""The instances of a block that has `count` or `for_each`, and the addresses that they have.

Facts: HashiCorp, "The for_each Meta-Argument", "The count Meta-Argument".
"""

from functools import cached_property
from typing import NamedTuple

from assay.inputs.terraform.language.marks import MaybeMarked, bare, entries
from assay.inputs.terraform.syntax.expressions import HclValue, SetOf
from assay.model.addresses import Step

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


class Instances(list[Iteration]):
    """The instances of one block, which as many others may name by their keys."""

    @cached_property
    def are_exact(self) -> bool:
        """Whether all of them are known."""
        return all(each.exact for each in self)

    def meant(self, steps: list[Step]) -> tuple[Iteration, list[Step]] | None:
        """The instance that steps behind the block's name lead to, and the steps behind its key."""
        if self and self[0].key is None:
            return self[0], steps
        found = self._by_key.get((isinstance(steps[0], int), steps[0])) if steps else None
        return (found, steps[1:]) if found else None

    @cached_property
    def _by_key(self) -> dict[tuple[bool, object], Iteration]:
        return {(isinstance(each.key, int), each.key): each for each in reversed(self)}


def iterations(value: MaybeMarked, most: int = MOST) -> list[Iteration]:
    """The instances that a `for_each` of this value makes; none where that is not known, or where
    they are more than `most`.
    """
    match bare(value):
        case SetOf() as items if len(items) <= most and all(
            isinstance(item, str) for item in items
        ):
            return [Iteration(item, item, item) for item in items]
        case dict() as items if len(items) <= most:
            return [Iteration(key, key, item) for key, item in entries(value)]
    return []
