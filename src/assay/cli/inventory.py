"""`assay inventory`."""

from datetime import datetime
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from assay.cli.nights import diff_command, sql_command, store_option
from assay.cli.options import REGION, Moment, Output, Seconds, no_cache_option, policy_option
from assay.cli.streams import EXIT_PASS, EXIT_UNDETERMINED, note, show, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.model import Organization, Policy
    from assay.model.inventory import Inventory
    from assay.run.host import Host

TIMEOUT = 6 * 3_600.0
FORMATS = ("text", "json", "csv", "html")
HOME = "us-east-1"
"""Where is asked which Regions there are, if nobody names one."""


class Whose(TypedDict):
    """The options that say whose accounts are meant."""

    accounts: str | None
    organization: bool
    units: tuple[str, ...]
    exclude: tuple[str, ...]


@click.group("inventory", invoke_without_command=True)
@click.option("--accounts", metavar="FILE",
              help="Account ids, one a line, or the accounts file of c7n-org (default: the "
              "policy's aws.accounts, else the caller's own).")  # fmt: skip
@click.option("--organization", is_flag=True,
              help="All accounts that AWS Organizations tells of, which its management account may ask.")  # fmt: skip
@click.option("--ou", "units", multiple=True, metavar="ID",
              help="The accounts of this organizational unit, and of those below it; repeatable.")  # fmt: skip
@click.option("--exclude", multiple=True, metavar="ID",
              help="Leave out this account, or this organizational unit; repeatable.")  # fmt: skip
@click.option("--region", "regions", type=REGION, multiple=True, metavar="REGION",
              help="Look into this Region; repeatable (default: all that are on for each account).")  # fmt: skip
@store_option
@click.option("--workers", type=click.IntRange(1, 256), default=16, show_default=True,
              help="How many places are read at a time.")  # fmt: skip
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True,
              help="What goes to standard output.")  # fmt: skip
@click.option("-o", "--output", "outputs", type=Output(FORMATS), multiple=True,
              metavar="FORMAT=FILE", help="Write a report into a file as well; repeatable.")  # fmt: skip
@click.option("--as-of", type=Moment(), envvar="ASSAY_AS_OF", help="Judge marks as of this time.")
@click.option("--timeout", type=Seconds(), metavar="SECONDS", default=TIMEOUT, show_default=True,
              help="What AWS has not answered by then is not seen.")  # fmt: skip
@policy_option
@no_cache_option
@click.pass_context
def inventory_command(
    context: click.Context,
    regions: tuple[str, ...],
    store: str,
    workers: int,
    format_: str,
    outputs: tuple[tuple[str, str], ...],
    as_of: datetime | None,
    timeout: float,
    policy_path: str | None,
    no_cache: bool,
    **whose: Unpack[Whose],
) -> int | None:
    """Say which images exist in many accounts and Regions, and what each is by the policy.

    golden: a golden mark was attached to it. derived: it inherited one, or descends from an image
    that has one. unknown: neither. What could not be seen is named, and never counted as nothing.

    Exit codes: 0 everything that was wanted was seen, 2 nothing could be, 3 there are gaps.
    """
    if context.invoked_subcommand:
        return None
    from pathlib import Path

    from assay.cli.host import this_process
    from assay.run.cache import Cache
    from assay.run.catalogs import Asking, open_catalog
    from assay.run.fleet import Wanted, inventory
    from assay.run.policies import open_policy

    host = this_process()
    policy = open_policy(host, policy_path)
    home = next(each for each in (policy.region, *regions, HOME) if each)
    now, named = as_of or host.now(), tuple(dict.fromkeys(regions))
    wanted = Wanted(_accounts(host, policy, whose), named, home, Path(store), workers, now)
    asking = Asking(None, timeout, Cache(host, wanted=not no_cache), as_of=as_of)
    catalog = open_catalog(host, asking, policy.readers)
    with host.watching(catalog):
        found = inventory(host, catalog, policy, wanted)
    for name, path in outputs:
        write(path, _render(name, found, policy, host))
    show(_render(format_, found, policy, host).decode())
    if not found.not_seen:
        return EXIT_PASS
    note(f"{len(found.not_seen)} of {len(found.places)} places were not seen, or not all of them")
    return EXIT_UNDETERMINED


inventory_command.add_command(diff_command)
inventory_command.add_command(sql_command)


def _accounts(host: "Host", policy: "Policy", how: "Whose") -> "Sequence[str] | Organization":
    """Whose accounts: a file's, an organisation's, or those of the policy; none where nobody says."""
    from assay.fleet.accounts import accounts_in
    from assay.model import Accounts, Organization

    if how["accounts"] and (how["organization"] or how["units"]):
        raise click.UsageError("--accounts and --organization are two ways to say the same")
    if how["accounts"]:
        found = accounts_in(how["accounts"], host.read(how["accounts"]))
        return [each for each in found if each not in how["exclude"]]
    if how["organization"] or how["units"]:
        return Organization(how["units"], how["exclude"])
    match policy.fleet:
        case Accounts(ids):
            return [each for each in ids if each not in how["exclude"]]
        case Organization(units, exclude):
            return Organization(units, (*exclude, *how["exclude"]))
    return []


def _render(name: str, found: "Inventory", policy: "Policy", host: "Host") -> bytes:
    from assay.report.inventory import csv, html, json, text

    match name:
        case "json":
            return json.render(found, (policy.path, policy.sha256), host.now())
        case "csv":
            return csv.render(found).encode()
        case "html":
            return html.render(found, policy.path).encode()
    return text.render(found).encode()
