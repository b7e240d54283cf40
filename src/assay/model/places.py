"""Places, in which AMI ids have a meaning, and what is known if a place is open."""

import msgspec
from msgspec.structs import replace

from assay.model.partitions import partition_of


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where an AMI id has a meaning: partition, account and Region.

    `account` is None as long as the account of the reading credentials is not known.
    """

    partition: str
    account: str | None
    region: str

    @classmethod
    def of(cls, region: str, account: str | None = None) -> "Place":
        """The place in `region`, with the partition according to the Region's name."""
        return cls(partition_of(region), account, region)

    def __str__(self) -> str:
        return f"{self.account or 'unknown account'}/{self.region}"


class Unplaced(msgspec.Struct, frozen=True, gc=False):
    """Why the Region or the account of a reference is not known, and which places are possible.

    Nobody can choose the id of an image, a template or an instance, and it exists in one Region. So
    if an id is found in a candidate, that is its place: an apply anywhere else would find nothing
    and fail. A name, however, can mean something else in each candidate.
    """

    reason: str
    cure: str | None = None
    """What to write, or which option to give, so that the place is known."""
    candidates: tuple[Place, ...] = ()
    """Where to look up an id; their accounts are those of the reading credentials."""
    said: Place | None = None
    """Where to look up a name nevertheless, because the user gave this Region."""
    region_told: bool = False
    """Whether the Region of the only candidate is known, and only the account is not."""
    account_told: bool = True
    """Whether the account of the candidates is the one that acts."""
    among: tuple[str, ...] = ()
    """The accounts that the provider allows; the caller's account has to be one of them."""
    provider: str | None = None
    """The provider block. Open places of different blocks are never considered the same."""
    single: bool = True
    """Whether it stands for a single place. A `provider` block with `for_each` does not."""


def same_place(one: Place | Unplaced, other: Place | Unplaced) -> bool:
    """Whether both are certainly the same place, so that a name means the same thing in both."""
    # Equality is not enough: a block with `for_each` stands for as many places as it has keys, and
    # without a block there is nothing to compare the places by.
    return one == other and (isinstance(one, Place) or (one.single and one.provider is not None))


def may_be_same(one: Place | Unplaced, other: Place | Unplaced) -> bool:
    """Whether an id made in one place may be used in the other.

    Two provider blocks that leave the same things open may mean the same place. If they do not, the
    id is not found and nothing is launched, because nobody can choose an id.
    """
    if isinstance(one, Unplaced) and isinstance(other, Unplaced):
        one, other = replace(one, provider=None), replace(other, provider=None)
    return one == other
