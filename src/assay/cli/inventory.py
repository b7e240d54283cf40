"""`assay inventory`."""

from datetime import datetime
from typing import TYPE_CHECKING

import click

from assay.cli.nights import diff_command, sql_command, store_option
from assay.cli.options import REGION, Moment, Seconds, no_cache_option, policy_option
from assay.cli.streams import EXIT_PASS, EXIT_UNDETERMINED, note, show, write

if TYPE_CHECKING:
    from assay.model import Policy
    from assay.model.inventory import Inventory
    from assay.run.fleet import Wanted
    from assay.run.host import Host

TIMEOUT = 6 * 3_600.0
FORMATS = ("text", "json", "csv")


class InventoryOutput(click.ParamType):  # type: ignore[type-arg]
    """`FORMAT=FILE`, of the formats that an inventory has."""

    name = "format=file"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, str]:
        name, equals, path = str(value).partition("=")
        if name not in FORMATS or not equals or path in ("", "-"):
            self.fail(f"{value!r}: give FORMAT=FILE with one of {', '.join(FORMATS)}", param, ctx)
        return name, path


@click.group("inventory", invoke_without_command=True)
@click.option("--accounts", metavar="FILE",
              help="Account ids, one a line, or the accounts file of c7n-org (default: the "
              "policy's aws.accounts, else the caller's own).")  # fmt: skip
@click.option("--region", "regions", type=REGION, multiple=True, metavar="REGION",
              help="Look into this Region; repeatable.")  # fmt: skip
@store_option
@click.option("--workers", type=click.IntRange(1, 256), default=16, show_default=True,
              help="How many places are read at a time.")  # fmt: skip
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True,
              help="What goes to standard output.")  # fmt: skip
@click.option("-o", "--output", "outputs", type=InventoryOutput(), multiple=True,
              metavar="FORMAT=FILE", help="Write a report into a file as well; repeatable.")  # fmt: skip
@click.option("--as-of", type=Moment(), envvar="ASSAY_AS_OF", help="Judge marks as of this time.")
@click.option("--timeout", type=Seconds(), metavar="SECONDS", default=TIMEOUT, show_default=True,
              help="What AWS has not answered by then is not seen.")  # fmt: skip
@policy_option
@no_cache_option
@click.pass_context
def inventory_command(
    context: click.Context,
    accounts: str | None,
    regions: tuple[str, ...],
    store: str,
    workers: int,
    format_: str,
    outputs: tuple[tuple[str, str], ...],
    as_of: datetime | None,
    timeout: float,
    policy_path: str | None,
    no_cache: bool,
) -> int | None:
    """Say which images exist in many accounts and Regions, and what each is by the policy.

    golden: a golden mark was attached to it. derived: it inherited one, or descends from an image
    that has one. unknown: neither. What could not be seen is named, and never counted as nothing.

    Exit codes: 0 everything that was wanted was seen, 2 nothing could be, 3 there are gaps.
    """
    if context.invoked_subcommand:
        return None
    from assay.cli.host import this_process
    from assay.run.cache import Cache
    from assay.run.catalogs import Asking, open_catalog
    from assay.run.fleet import inventory
    from assay.run.policies import open_policy

    host = this_process()
    policy = open_policy(host, policy_path)
    wanted = _wanted(host, policy, accounts, regions, store, workers, as_of)
    asking = Asking(None, timeout, Cache(host, wanted=not no_cache), as_of=as_of)
    catalog = open_catalog(host, asking, policy.readers)
    with host.watching(catalog):
        found = inventory(host, catalog, policy, wanted)
    formats = {name for name, _ in outputs} | {format_}
    rendered = {name: _render(name, found, policy, host) for name in formats}
    for name, path in outputs:
        write(path, rendered[name])
    show(rendered[format_].decode())
    if not found.not_seen:
        return EXIT_PASS
    note(f"{len(found.not_seen)} of {len(found.places)} places were not seen, or not all of them")
    return EXIT_UNDETERMINED


inventory_command.add_command(diff_command)
inventory_command.add_command(sql_command)


def _wanted(
    host: "Host",
    policy: "Policy",
    accounts: str | None,
    regions: tuple[str, ...],
    store: str,
    workers: int,
    as_of: datetime | None,
) -> "Wanted":
    from pathlib import Path

    from assay.errors import InputError
    from assay.fleet.accounts import accounts_in
    from assay.run.fleet import Wanted

    if not regions:
        raise InputError("no Region is named", hint="give --region, once for each")
    listed = accounts_in(accounts, host.read(accounts)) if accounts else _of_policy(policy)
    named = tuple(dict.fromkeys(regions))
    return Wanted(listed, named, Path(store), workers, as_of or host.now())


def _of_policy(policy: "Policy") -> list[str]:
    """The accounts of the policy's fleet; none where it does not say. Raises `PolicyError`."""
    from assay.errors import PolicyError
    from assay.model import Accounts, Organization

    match policy.fleet:
        case Accounts(ids):
            return list(ids)
        case Organization():
            raise PolicyError(
                "an inventory cannot ask for the accounts of aws.organization yet",
                where=policy.path,
                hint="name them with --accounts FILE or aws.accounts",
            )
    return []


def _render(name: str, found: "Inventory", policy: "Policy", host: "Host") -> bytes:
    from assay.report.inventory import csv, json, text

    if name == "json":
        return json.render(found, (policy.path, policy.sha256), host.now())
    return (csv.render(found) if name == "csv" else text.render(found)).encode()
