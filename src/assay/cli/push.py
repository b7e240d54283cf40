"""`assay push …`."""

from typing import TYPE_CHECKING, Unpack

import click

from assay.cli.audit import WORKERS, LiveOptions, chosen_fleet, fleet_options
from assay.cli.check import policy_by
from assay.cli.streams import EXIT_NO_VERDICT, EXIT_PASS, EXIT_UNDETERMINED, note, show
from assay.cli.usage import Group

if TYPE_CHECKING:
    from datetime import datetime

    from assay.catalog.aws.security_hub import SecurityHub
    from assay.model.pushing import PushedPlace, Pushing
    from assay.run.push import Writing


@click.group("push", cls=Group)
def push_group() -> None:
    """Send the findings of an audit to another service."""


@push_group.command("securityhub")
@fleet_options
@click.option(
    "--yes",
    is_flag=True,
    help="Write to Security Hub; without it, only show what would be written.",
)
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text",
              show_default=True, help="The format to print to standard output.")  # fmt: skip
def securityhub_command(
    where: str | None,
    store: str | None,
    night: "datetime | None",
    as_of: "datetime | None",
    yes: bool,
    format_: str,
    policy_path: str | None,
    **how: Unpack[LiveOptions],
) -> int:
    """Import the findings of `assay audit` into Security Hub, and archive those of fixed problems.

    The findings of each account are sent through the policy's reader for that account, to the Region they
    belong to. Active findings that the audit no longer has are archived if the place was seen completely.
    Anything that people have set, such as the workflow status, is kept. Without --yes it is a dry run.

    Exit codes, whatever the findings say: 0 Security Hub has everything (dry run: would get everything), 2
    nothing could be audited or no place could be written to, 3 some findings were not accepted or some places
    not seen; each is named.
    """
    from assay.cli.host import this_process
    from assay.run.audit import audit
    from assay.run.cache import Cache
    from assay.run.cures import replaced
    from assay.run.push import Writing, open_hub

    host = this_process()
    policy = policy_by(host, policy_path, None)
    fleet, now = chosen_fleet(host, policy, how, where, store, night, as_of)
    if policy.matches_tags:
        note("tags of running resources are not listed: policy matches by tags match nothing here")
    with host.watching(fleet.catalog):
        report = replaced(host, audit(fleet, (), policy, now, host.now()), fleet)
    cache = Cache(host, wanted=not how["no_cache"])
    hub = open_hub(host, policy, how["timeout"], cache)
    writing = Writing(report, host.now(), not yes, how["workers"] or WORKERS)
    found = _push(hub, writing, format_)
    if found.nothing:
        note(f"no place could be {'written to' if yes else 'asked'}: {_first_reason(found)}")
        return EXIT_NO_VERDICT
    return EXIT_PASS if found.whole else EXIT_UNDETERMINED


def _push(hub: "SecurityHub", writing: "Writing", format_: str) -> "Pushing":
    """Push the findings, and report what was written even if the run is interrupted."""
    from assay.report.push import json, text
    from assay.run.push import push, pushing

    places: list[PushedPlace] = []
    ended = False
    try:
        for each in push(hub, writing):
            places.append(each)  # noqa: PERF402  # keeps what is done if the rest is interrupted
        ended = True
    finally:
        found = pushing(hub, writing, places)
        if ended or places:
            render = json.render if format_ == "json" else text.render
            show(render(found, ended=ended))
    return found


def _first_reason(found: "Pushing") -> str:
    reasons = (each.refused or each.not_taken[0].reason for each in found.places)
    return next(reasons, "there is none")
