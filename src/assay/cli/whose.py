"""Options for the accounts and Regions that a command reads, and the accounts they select."""

from typing import TYPE_CHECKING, TypedDict

import click

from assay.cli.options import REGION, F

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.model import Organization, Policy
    from assay.run.host import Host

TIMEOUT = 6 * 3_600.0
"""Seconds. Listing the places of a large organisation takes minutes, or longer if AWS is slow."""
HOME = "us-east-1"
"""The Region in which to ask for the list of Regions, if none is named."""


class Whose(TypedDict):
    """The options that select accounts."""

    accounts: str | None
    organization: bool
    units: tuple[str, ...]
    excluded: tuple[str, ...]


def whose_options(command: F) -> F:
    """Options that select places; Regions are passed as `regions`, the rest is a `Whose`."""
    for option in reversed((
        click.option("--accounts", metavar="FILE",
                     help="A file of account ids, one per line, or an accounts file of c7n-org (default: the policy's aws.accounts, or else the caller's own account)."),
        click.option("--organization", is_flag=True,
                     help="All accounts in AWS Organizations; run it as the management account."),
        click.option("--ou", "units", multiple=True, metavar="ID",
                     help="The accounts in this organizational unit and below it; repeatable."),
        click.option("--exclude", "excluded", multiple=True, metavar="ID",
                     help="Leave out this account or organizational unit; repeatable."),
        click.option("--region", "regions", type=REGION, multiple=True, metavar="REGION",
                     help="Read this Region; repeatable (default: all Regions that are turned on for each account)."),
    )):  # fmt: skip
        command = option(command)
    return command


def accounts_of(host: "Host", policy: "Policy", how: "Whose") -> "Sequence[str] | Organization":
    """The selected accounts: from a file, an organisation or the policy; empty if none are named."""
    from assay.fleet.accounts import accounts_in
    from assay.model import Accounts, Organization

    if how["accounts"] and (how["organization"] or how["units"]):
        raise click.UsageError("use either --accounts or --organization")
    if how["accounts"]:
        found = accounts_in(how["accounts"], host.read(how["accounts"]))
        return [each for each in found if each not in how["excluded"]]
    if how["organization"] or how["units"]:
        return Organization(how["units"], how["excluded"])
    match policy.fleet:
        case Accounts(ids):
            return [each for each in ids if each not in how["excluded"]]
        case Organization(units, exclude):
            return Organization(units, (*exclude, *how["excluded"]))
    return []
