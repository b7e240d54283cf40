"""Where an AMI id means something, and what is known of that where it cannot be told."""

import msgspec
from msgspec.structs import replace

from assay.model.partitions import partition_of


class Place(msgspec.Struct, frozen=True, gc=False):
    """Where an AMI id means something: partition, account and Region.

    `account` is None until somebody has told which account the reading credentials belong to.
    """

    partition: str
    account: str | None
    region: str

    @classmethod
    def of(cls, region: str, account: str | None = None) -> "Place":
        """The place in `region`, with the partition that the Region's name tells."""
        return cls(partition_of(region), account, region)

    def __str__(self) -> str:
        return f"{self.account or 'unknown account'}/{self.region}"


class Unplaced(msgspec.Struct, frozen=True, gc=False):
    """Why the Region or the account of a reference cannot be told, and where it can be.

    Nobody can choose the id of an image, a template or an instance, and it exists in one Region: an
    id that is found in a candidate is there, since an apply anywhere else would find nothing and
    fail. A name can mean something else in each of them.
    """

    reason: str
    cure: str | None = None
    """What to write, or which option to give, so that it can be told."""
    candidates: tuple[Place, ...] = ()
    """Where an id is looked up; their accounts are those that look."""
    said: Place | None = None
    """Where a name is looked up all the same, since somebody says so."""
    region_told: bool = False
    """Whether the Region of the only candidate is proven, and only the account is not."""
    account_told: bool = True
    """Whether the account of the candidates is the one that acts."""
    among: tuple[str, ...] = ()
    """The accounts that the provider allows itself; the caller's has to be one of them."""
    provider: str | None = None
    """The provider block, so that what two blocks leave open is never the same place."""
    single: bool = True
    """Whether it stands for one place, whichever that is: a `provider` block with `for_each` does not."""


def same_place(one: Place | Unplaced, other: Place | Unplaced) -> bool:
    """Whether a name means the same thing in both."""
    # A block with `for_each` stands for as many places as it has keys, and a reference without a block
    # for one that nobody can compare: both would be equal to themselves.
    return one == other and (isinstance(one, Place) or (one.single and one.provider is not None))


def may_be_same(one: Place | Unplaced, other: Place | Unplaced) -> bool:
    """Whether an id made in one can be meant in the other: what two blocks read alike may be alike.

    If they are not, nothing is launched, since nobody can choose an id.
    """
    if isinstance(one, Unplaced) and isinstance(other, Unplaced):
        one, other = replace(one, provider=None), replace(other, provider=None)
    return one == other
