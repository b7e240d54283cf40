"""Which role reads in which account, as a policy's `aws.readers` says it."""

from collections.abc import Mapping

import msgspec


class Reader(msgspec.Struct, frozen=True, gc=False):
    """The role that reads in one account."""

    role_arn: str
    external_id: str | None = None


class CommonReader(msgspec.Struct, frozen=True, gc=False):
    """The role that reads, under one name, in every account without a reader of its own."""

    role_name: str
    """With its path, where it has one: `team/assay-reader`."""
    external_id: str | None = None

    def role_arn(self, partition: str, account: str) -> str:
        """The role in one account; `*` as account is any, as IAM policies write it."""
        return f"arn:{partition}:iam::{account}:role/{self.role_name}"


class Readers(msgspec.Struct, frozen=True):
    """`aws.readers`."""

    by_account: Mapping[str, Reader] = {}
    common: CommonReader | None = None
    """Of all other accounts."""

    def of(self, partition: str, account: str) -> Reader | None:
        """The reader of an account, if it has one."""
        own = self.by_account.get(account)
        if own is not None or self.common is None:
            return own
        return Reader(self.common.role_arn(partition, account), self.common.external_id)
