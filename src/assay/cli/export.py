"""`assay export …`."""

from typing import TYPE_CHECKING

import click

from assay.cli.delivery import require_places
from assay.cli.options import as_of_option, debug_option, policy_option
from assay.cli.streams import EXIT_PASS, note, show, write
from assay.run.policies import DEFAULT_POLICY

if TYPE_CHECKING:
    from datetime import datetime


@click.group("export")
def export_group() -> None:
    """Say what the policy says in the words of something else."""


@export_group.command("allowed-amis")
@policy_option
@click.option("-o", "--output", metavar="FILE", help="Write it here instead of standard output.")
@as_of_option
@debug_option
def allowed_amis_command(
    policy_path: str | None, output: str | None, as_of: "datetime | None"
) -> int:
    """Print the criteria of EC2's Allowed AMIs that come nearest to the policy.

    The JSON is what `aws ec2 replace-image-criteria-in-allowed-images-settings --cli-input-json`
    takes. It replaces all criteria of an account in a Region: try it in audit-mode first. What the
    policy says and EC2 cannot express is told on standard error, a line each.

    Exceptions become criteria while they hold; with --as-of, those that hold then.
    """
    import json

    from assay.allowed_amis.export import allowed_amis
    from assay.cli.host import this_process
    from assay.run.policies import open_policy

    if output is not None:
        require_places([output], [policy_path or DEFAULT_POLICY])
    host = this_process()
    exported = allowed_amis(open_policy(host, policy_path), as_of or host.now())
    text = f"{json.dumps(exported.document, indent=2)}\n"
    if output is None:
        show(text)
    else:
        write(output, text.encode())
    for lost in exported.lost:
        note(lost)
    return EXIT_PASS
