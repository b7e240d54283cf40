"""`assay audit`."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, Unpack

import click

from assay.cli.check import look, policy_by
from assay.cli.nights import night_option
from assay.cli.options import (
    Moment,
    ReportOptions,
    Seconds,
    no_cache_option,
    policy_option,
    report_options,
)
from assay.cli.streams import EXIT_NO_VERDICT, EXIT_PASS, exit_code, note
from assay.cli.usage import Command
from assay.cli.whose import HOME, TIMEOUT, Whose, accounts_of, whose_options
from assay.run.policies import DEFAULT_POLICY

if TYPE_CHECKING:
    from datetime import datetime

    from assay.model import Policy
    from assay.run.audit import Fleet
    from assay.run.host import Host

F = TypeVar("F", bound=Callable[..., Any])
LIVE = "live"
STORE = "inventory"
WORKERS = 16


class LiveOptions(Whose):
    """Options for whose fleet to list, and how AWS is asked."""

    regions: tuple[str, ...]
    workers: int | None
    timeout: float
    no_cache: bool


class AuditOptions(LiveOptions, ReportOptions):
    """The same, with the options for how reports look."""


def fleet_options(command: F) -> F:
    """Options for the fleet, from a stored night or as AWS lists it now, and for the policy."""
    for option in reversed((
        click.argument("where", type=click.Choice((LIVE,)), required=False),
        click.option("--store", metavar="DIR", envvar="ASSAY_STORE",
                     help=f"Judge a night stored there (default: {STORE})."),
        night_option,
        whose_options,
        click.option("--workers", type=click.IntRange(1, 256), metavar="N",
                     help=f"How many places to read at a time (default: {WORKERS})."),
        click.option("--as-of", type=Moment(), envvar="ASSAY_AS_OF",
                     help="Judge as of this time (default: when the night was read; with live, now)."),
        click.option("--timeout", type=Seconds(), metavar="SECONDS", default=TIMEOUT, show_default=True,
                     help="Anything that AWS has not answered after this many seconds counts as not seen."),
        policy_option,
        no_cache_option,
    )):  # fmt: skip
        command = option(command)
    return command


@click.command("audit", cls=Command)
@fleet_options
@click.option("--state", "states", metavar="FILE", multiple=True,
              help="Also judge a Terraform state, as printed by terraform show -json; repeatable.")  # fmt: skip
@report_options
def audit_command(
    where: str | None,
    store: str | None,
    night: "datetime | None",
    states: tuple[str, ...],
    stdout_format: str,
    outputs: tuple[tuple[str, str], ...],
    as_of: "datetime | None",
    undetermined: str | None,
    exit_zero: bool,
    policy_path: str | None,
    **how: Unpack[AuditOptions],
) -> int:
    """Judge what is running, and what would be launched next, by the same policy as a plan.

    This covers instances, Auto Scaling groups, launch templates at the versions in use, launch
    configurations and image parameters, from the newest stored night or, with `live`, from AWS as it is
    now. --accounts, --organization, --ou, --exclude, --region and --workers go with `live` and say what
    to list.

    Exit codes: 0 everything passed, 1 something failed, 2 no verdict, 3 something is undetermined or
    was not seen.
    """
    from assay.cli.delivery import deliver, require_places
    from assay.cli.host import this_process
    from assay.run.audit import audit
    from assay.run.cures import replaced
    from assay.run.inputs import Wishes
    from assay.run.states import open_states

    require_places((("-o", path) for _, path in outputs), (*states, policy_path or DEFAULT_POLICY))
    host = this_process()
    policy = policy_by(host, policy_path, undetermined)
    read = open_states(host, states, Wishes.of(policy))
    fleet, now = chosen_fleet(host, policy, how, where, store, night, as_of)
    if policy.matches_tags:
        note(
            "tags of running resources are not listed: policy matches by tags apply to states only"
        )
    with host.watching(fleet.catalog):
        report = replaced(host, audit(fleet, read, policy, now, host.now()), fleet)
    if not deliver(report, outputs, stdout_format, look(how, exit_zero=exit_zero)):
        return EXIT_NO_VERDICT
    return EXIT_PASS if exit_zero else exit_code(report.outcome, policy)


def chosen_fleet(
    host: "Host",
    policy: "Policy",
    how: "LiveOptions",
    where: str | None,
    store: str | None,
    night: "datetime | None",
    as_of: "datetime | None",
) -> "tuple[Fleet, datetime]":
    """The fleet that `fleet_options` choose, and the time as of which it is judged."""
    if where == LIVE:
        return _live(host, policy, how, night, as_of)
    return _stored(host, policy, how, store or STORE, night, as_of)


def _refuse(how: "LiveOptions") -> None:
    """Reject options that choose places: a night's places were chosen when it was stored."""
    given = {
        "--accounts": how["accounts"],
        "--organization": how["organization"],
        "--ou": how["units"],
        "--exclude": how["excluded"],
        "--region": how["regions"],
        "--workers": how["workers"],
    }
    for name, value in given.items():
        if value:
            said = click.get_current_context().command_path
            raise click.UsageError(f"{name} works only with live: {said} live {name} …")


def _stored(
    host: "Host",
    policy: "Policy",
    how: "LiveOptions",
    store: str,
    night: "datetime | None",
    as_of: "datetime | None",
) -> "tuple[Fleet, datetime]":
    """The fleet of a night, and the time as of which it is judged."""
    from assay.model.times import readable
    from assay.run.audit import stored_fleet
    from assay.run.nights import night_of

    _refuse(how)
    said = click.get_current_context().command_path
    or_else = f"run assay inventory first, or judge what AWS lists now: {said} live"
    found = night_of(host, store, night, or_else)
    now = as_of or found.seen_at
    note(f"night {found.date}, judged as of {readable(now)}; {said} live asks AWS")
    return stored_fleet(found, store, policy), now


def _live(
    host: "Host",
    policy: "Policy",
    how: "LiveOptions",
    night: "datetime | None",
    as_of: "datetime | None",
) -> "tuple[Fleet, datetime]":
    """The fleet that AWS lists now, and the time as of which it is judged."""
    from assay.run.audit import Asked, live_fleet
    from assay.run.cache import Cache
    from assay.run.catalogs import Asking, open_catalog

    if night:
        raise click.UsageError("--night reads a store, but live asks AWS")
    now, regions = as_of or host.now(), tuple(dict.fromkeys(how["regions"]))
    home = next(each for each in (policy.region, *regions, HOME) if each)
    workers = how["workers"] or WORKERS
    asked = Asked(accounts_of(host, policy, how), regions, home, workers)
    asking = Asking(None, how["timeout"], Cache(host, wanted=not how["no_cache"]), as_of=as_of)
    catalog = open_catalog(host, asking, policy.readers)
    with host.watching(catalog):
        return live_fleet(host, catalog, policy, asked), now
