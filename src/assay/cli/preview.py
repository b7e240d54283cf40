"""`assay preview`."""

from typing import TYPE_CHECKING

import click

from assay.cli.nights import night_option, store_option
from assay.cli.options import as_of_option, policy_option
from assay.cli.streams import EXIT_FAIL, EXIT_PASS, EXIT_UNDETERMINED, note, show
from assay.cli.usage import Command

if TYPE_CHECKING:
    from datetime import datetime

    from assay.model.preview import Preview


@click.command("preview", cls=Command)
@click.option("--criteria", "criteria_path", metavar="FILE",
              help="Criteria in the form that `aws ec2 replace-image-criteria-in-allowed-images-settings --cli-input-json` takes (default: those closest to the policy).")  # fmt: skip
@store_option
@night_option
@click.option("--format", "format_", type=click.Choice(("text", "json", "markdown")), default="text",
              show_default=True, help="The format to print to standard output.")  # fmt: skip
@policy_option
@as_of_option
def preview_command(
    criteria_path: str | None,
    store: str,
    night: "datetime | None",
    format_: str,
    policy_path: str | None,
    as_of: "datetime | None",
) -> int:
    """Show what EC2's Allowed AMIs would refuse in a stored night if it were enforced everywhere.

    This covers what is running, what groups, templates, launch configurations and parameters would
    launch next, and the accounts' own images, which it can never block. AWS is not asked, and nothing
    is changed.

    Exit codes: 0 nothing would be refused and everything was seen, 1 something would be refused, 2 no
    answer, 3 there are gaps.
    """
    from assay.allowed_amis.request import of_policy, read_criteria
    from assay.cli.host import this_process
    from assay.fleet.preview import preview
    from assay.report.preview import json, markdown, text
    from assay.run.nights import night_of
    from assay.run.policies import open_policy

    host = this_process()
    when = as_of or host.now()
    lost: tuple[str, ...] = ()
    if criteria_path is not None:
        criteria, source = read_criteria(criteria_path, host.read(criteria_path)), criteria_path
        told = None
    else:
        policy = open_policy(host, policy_path)
        criteria, lost = of_policy(policy, when)
        source, told = policy.path, (policy.path, policy.sha256)
    asked = night_of(host, store, night)
    found = preview(asked, criteria, when)
    if format_ == "json":
        show(json.render(found, told, source, lost, host.now()).decode())
    else:
        show((markdown if format_ == "markdown" else text).render(found, source))
    for each in lost:
        note(each)
    return _exit_code(found)


def _exit_code(found: "Preview") -> int:
    from assay.model.preview import Ruling

    if Ruling.REFUSED in found.rulings:
        return EXIT_FAIL
    if Ruling.UNDETERMINED in found.rulings or found.not_seen or not found.places:
        return EXIT_UNDETERMINED
    return EXIT_PASS
