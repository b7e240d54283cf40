"""`assay inventory`."""

import os
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click
from click.core import ParameterSource

from assay.cli.nights import diff_command, sql_command, store_option
from assay.cli.options import Moment, Output, Seconds, no_cache_option, policy_option
from assay.cli.streams import (
    EXIT_NO_VERDICT,
    EXIT_PASS,
    EXIT_UNDETERMINED,
    note,
    require_name,
    require_writable,
    show,
    write,
)
from assay.cli.usage import Group
from assay.cli.whose import HOME, TIMEOUT, Whose, accounts_of, whose_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from assay.model import Policy
    from assay.model.inventory import Inventory
    from assay.run.host import Host
    from assay.run.workers import How

FORMATS = ("text", "json", "csv", "html")


@click.group("inventory", cls=Group, invoke_without_command=True)
@whose_options
@store_option
@click.option("--workers", type=click.IntRange(1, 256), default=16, show_default=True,
              help="How many places to read at a time.")  # fmt: skip
@click.option("--dask", "cluster", metavar="ADDRESS",
              help="Let the workers of this Dask scheduler read the places, each with the credentials of its own environment (tcp://scheduler:8786).")  # fmt: skip
@click.option("--launch-permissions", "permissions", is_flag=True,
              help="Also ask whom each image of class unknown is shared with, unless something uses it: one call each, so that assay remediate can decide from this night alone.")  # fmt: skip
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True,
              help="The format to print to standard output.")  # fmt: skip
@click.option("-o", "--output", "outputs", type=Output(FORMATS), multiple=True,
              metavar="FORMAT=FILE", help="Also write a report to a file; repeatable.")  # fmt: skip
@click.option(
    "--as-of", type=Moment(), envvar="ASSAY_AS_OF", help="Judge watermarks as of this time."
)
@click.option("--timeout", type=Seconds(), metavar="SECONDS", default=TIMEOUT, show_default=True,
              help="Anything that AWS has not answered after this many seconds counts as not seen.")  # fmt: skip
@policy_option
@no_cache_option
@click.pass_context
def inventory_command(
    context: click.Context,
    regions: tuple[str, ...],
    store: str,
    workers: int,
    cluster: str | None,
    permissions: bool,
    format_: str,
    outputs: tuple[tuple[str, str], ...],
    as_of: datetime | None,
    timeout: float,
    policy_path: str | None,
    no_cache: bool,
    **whose: Unpack[Whose],
) -> int | None:
    """List the images in many accounts and Regions, and classify each by the policy.

    golden: a golden watermark was attached to it. derived: it inherited one, or descends from an image
    that has one. unknown: neither. Whatever could not be seen is named and never counted as empty.

    Exit codes: 0 everything you asked for was seen, 2 nothing could be seen, 3 there are gaps.
    """
    if context.invoked_subcommand:
        return None
    if cluster and context.get_parameter_source("workers") is ParameterSource.COMMANDLINE:
        raise click.UsageError("use either --workers or --dask: a cluster has its own workers")
    from assay.cli.host import this_process
    from assay.cli.progress import progress
    from assay.run.cache import Cache
    from assay.run.catalogs import Asking, open_catalog
    from assay.run.fleet import Wanted, inventory
    from assay.run.policies import DEFAULT_POLICY, open_policy
    from assay.run.progress import Progress

    _require(store, outputs, (policy_path or DEFAULT_POLICY, whose["accounts"]))
    host = this_process()
    policy = open_policy(host, policy_path)
    home = next(each for each in (policy.region, *regions, HOME) if each)
    now, named = as_of or host.now(), tuple(dict.fromkeys(regions))
    cache = Cache(host, wanted=not no_cache)
    how = _how(host, policy, cluster, workers, timeout, cached=not no_cache)
    whom = accounts_of(host, policy, whose)
    wanted = Wanted(whom, named, home, Path(store), now, how, permissions)
    catalog = open_catalog(host, Asking(None, timeout, cache, as_of=as_of), policy.readers)
    so_far = Progress(catalog)
    with progress(catalog, so_far.line):
        found = inventory(host, catalog, policy, wanted, so_far)
    return _told(found, policy, host, outputs, format_)


inventory_command.add_command(diff_command)
inventory_command.add_command(sql_command)


def _require(
    store: str, outputs: "Sequence[tuple[str, str]]", inputs: "Sequence[str | None]"
) -> None:
    """Reject outputs that could not be written now, because it can take hours until they are."""
    from assay.cli.delivery import require_places

    require_name(store)
    require_places((("-o", path) for _, path in outputs), inputs)
    for _, path in outputs:
        require_writable(path)


def _told(
    found: "Inventory",
    policy: "Policy",
    host: "Host",
    outputs: "Sequence[tuple[str, str]]",
    format_: str,
) -> int:
    """Report what was found, and return the exit code."""
    from assay.errors import InputError

    failed: list[InputError] = []
    for name, path in outputs:
        try:
            write(path, _render(name, found, policy, host))
        except InputError as error:
            failed.append(error)
    show(_render(format_, found, policy, host).decode())
    for each in failed:
        note(str(each))
    if found.not_seen:
        lost = len(found.not_seen)
        verb = "was" if lost == 1 else "were"
        note(f"{lost:,} of {len(found.places):,} places {verb} not seen completely")
    if failed:
        return EXIT_NO_VERDICT
    return EXIT_UNDETERMINED if found.not_seen or found.gaps else EXIT_PASS


def _how(
    host: "Host",
    policy: "Policy",
    cluster: str | None,
    workers: int,
    timeout: float,
    *,
    cached: bool,
) -> "How":
    """Who reads the places, and with which settings."""
    from datetime import timedelta

    from assay.cli.host import another_process
    from assay.run.places import Setting
    from assay.run.workers import How

    setting = Setting(policy.readers, host.now() + timedelta(seconds=timeout), cached)
    return How(workers, _cores(), cluster, setting, another_process)


def _cores() -> int:
    """The number of cores that this process may use, or else of the machine."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


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
