"""Whose fleet it is: the accounts that a policy names, or an organization."""

import msgspec


class Accounts(msgspec.Struct, frozen=True, gc=False):
    """`aws.accounts`."""

    ids: tuple[str, ...]
    """Each once."""


class Organization(msgspec.Struct, frozen=True, gc=False):
    """`aws.organization`: the accounts that AWS Organizations tells of."""

    units: tuple[str, ...] = ()
    """Organizational units, or the root; all of the organization where there are none."""
    exclude: tuple[str, ...] = ()
    """Accounts and organizational units."""
