"""The roles that read in each account, from a policy's `aws.readers`."""

from collections.abc import Mapping

import msgspec


class Reader(msgspec.Struct, frozen=True, gc=False):
    """The role that reads in one account."""

    role_arn: str
    external_id: str | None = None


class CommonReader(msgspec.Struct, frozen=True, gc=False):
    """The reader of every account without its own: a role of the same name in each."""

    role_name: str
    """With its path, if it has one: `team/assay-reader`."""
    external_id: str | None = None

    def role_arn(self, partition: str, account: str) -> str:
        """The ARN of the role in an account; `*` stands for any account, as in IAM policies."""
        return f"arn:{partition}:iam::{account}:role/{self.role_name}"


class Readers(msgspec.Struct, frozen=True):
    """`aws.readers`."""

    by_account: Mapping[str, Reader] = {}
    common: CommonReader | None = None
    """The reader of all other accounts."""

    def of(self, partition: str, account: str) -> Reader | None:
        """The reader of an account, if it has one."""
        own = self.by_account.get(account)
        if own is not None or self.common is None:
            return own
        return Reader(self.common.role_arn(partition, account), self.common.external_id)
