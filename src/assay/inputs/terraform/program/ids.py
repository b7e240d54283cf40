"""AMI ids in values, and whether a secret was read on the way to them."""

from collections.abc import Iterable
from functools import reduce
from operator import or_

import msgspec

from assay.inputs.terraform.language.marks import Marked, MaybeMarked, bare
from assay.inputs.terraform.language.values import is_known, texts
from assay.model.ids import ami_ids_in


class Ids(msgspec.Struct, frozen=True, gc=False):
    """AMI ids, and whether a secret was read on the way to them."""

    texts: frozenset[str] = frozenset()
    hidden: bool = False

    def __bool__(self) -> bool:
        return bool(self.texts)

    def __or__(self, other: "Ids") -> "Ids":
        return Ids(self.texts | other.texts, self.hidden or other.hidden)

    def without(self, others: "Ids") -> "Ids":
        """The ids that are not among the others."""
        return Ids(self.texts - others.texts, self.hidden)


NONE = Ids()


def union(found: Iterable[Ids]) -> Ids:
    """The union of all ids."""
    return reduce(or_, found, NONE)


def ids_in(value: MaybeMarked) -> Ids:
    """The AMI ids in a value; shared parts are visited only once."""
    found = (id for text in texts(bare(value)) for id in ami_ids_in(text))
    return Ids(frozenset(found), isinstance(value, Marked))


def is_whole(value: MaybeMarked) -> bool:
    """Whether no part of a value is unknown."""
    return is_known(bare(value))
