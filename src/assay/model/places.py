"""Where an AMI id means something."""

from functools import cache

import msgspec

_PARTITION_OF_PREFIX = (
    ("cn-", "aws-cn"),
    ("us-gov-", "aws-us-gov"),
    ("us-isob-", "aws-iso-b"),
    ("us-isof-", "aws-iso-f"),
    ("us-iso-", "aws-iso"),
    ("eu-isoe-", "aws-iso-e"),
    ("eusc-", "aws-eusc"),
)


@cache
def partition_of(region: str) -> str:
    """The AWS partition of a Region name (botocore's partitions.json; `aws` when no prefix fits)."""
    for prefix, partition in _PARTITION_OF_PREFIX:
        if region.startswith(prefix):
            return partition
    return "aws"


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
    """Why the Region or the account of a reference cannot be told."""

    reason: str
