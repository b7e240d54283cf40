"""The instances of a block with `count` or `for_each`, and their addresses.

Facts: HashiCorp, "The for_each Meta-Argument", "The count Meta-Argument".
"""

from functools import cached_property
from typing import NamedTuple

from assay.inputs.terraform.language.marks import MaybeMarked, bare, entries
from assay.inputs.terraform.syntax.expressions import HclValue, SetOf
from assay.model.addresses import Step

MOST = 1000
"""The most instances of one block that are kept apart."""


class Iteration(NamedTuple):
    """One instance of a block, and the values of `each` and `count` in it."""

    key: str | int | None = None
    each_key: HclValue = None
    each_value: MaybeMarked = None
    exact: bool = True
    """False if it stands for instances that are not known."""


ONLY = Iteration()


class Instances(list[Iteration]):
    """The instances of one block, with a lookup by key because many other blocks may name them."""

    @cached_property
    def are_exact(self) -> bool:
        """Whether all of them are known."""
        return all(each.exact for each in self)

    def meant(self, steps: list[Step]) -> tuple[Iteration, list[Step]] | None:
        """The instance that the steps after a block's name lead to, and the steps after its key."""
        if self and self[0].key is None:
            return self[0], steps
        found = self._by_key.get((isinstance(steps[0], int), steps[0])) if steps else None
        return (found, steps[1:]) if found else None

    @cached_property
    def _by_key(self) -> dict[tuple[bool, object], Iteration]:
        return {(isinstance(each.key, int), each.key): each for each in reversed(self)}


def iterations(value: MaybeMarked, most: int = MOST) -> list[Iteration]:
    """The instances that a `for_each` with this value makes; none if they are unknown or more than
    `most`.
    """
    match bare(value):
        case SetOf() as items if len(items) <= most and all(
            isinstance(item, str) for item in items
        ):
            return [Iteration(item, item, item) for item in items]
        case dict() as items if len(items) <= most:
            return [Iteration(key, key, item) for key, item in entries(value)]
    return []
