"""The accounts of a fleet: those that a policy names, or an organization."""

import msgspec


class Accounts(msgspec.Struct, frozen=True, gc=False):
    """`aws.accounts`."""

    ids: tuple[str, ...]
    """Without duplicates."""


class Organization(msgspec.Struct, frozen=True, gc=False):
    """`aws.organization`: the accounts that AWS Organizations lists."""

    units: tuple[str, ...] = ()
    """Organizational units, or the root. Empty means the whole organization."""
    exclude: tuple[str, ...] = ()
    """Accounts and organizational units."""
