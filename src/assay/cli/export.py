"""`assay export …`."""

from typing import TYPE_CHECKING

import click

from assay.cli.delivery import require_places
from assay.cli.options import as_of_option, policy_option
from assay.cli.streams import EXIT_PASS, note, show, write
from assay.cli.usage import Group
from assay.run.policies import DEFAULT_POLICY

if TYPE_CHECKING:
    from datetime import datetime

    from assay.allowed_amis.declarative import State
    from assay.allowed_amis.export import Criterion
    from assay.run.host import Host


@click.group("export", cls=Group)
def export_group() -> None:
    """Export the policy, or stored nights, to the format of another tool."""


@export_group.command("allowed-amis")
@policy_option
@click.option(
    "-o", "--output", metavar="FILE", help="Write to this file instead of standard output."
)
@as_of_option
def allowed_amis_command(
    policy_path: str | None, output: str | None, as_of: "datetime | None"
) -> int:
    """Print the criteria for EC2's Allowed AMIs that come closest to the policy.

    The JSON is the input of `aws ec2 replace-image-criteria-in-allowed-images-settings
    --cli-input-json`. That command replaces all criteria of an account in a Region, so try it in
    audit-mode first. Parts of the policy that EC2 cannot express are listed on standard error.

    Exceptions that are in force become criteria; with --as-of, those in force at that time.
    """
    import json

    from assay.allowed_amis.export import allowed_amis
    from assay.cli.host import this_process
    from assay.run.policies import open_policy

    if output is not None:
        require_places([("-o", output)], [policy_path or DEFAULT_POLICY])
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


@export_group.command("declarative-policy")
@policy_option
@click.option("--criteria", "criteria_path", metavar="FILE",
              help="Use these criteria instead of those closest to the policy, in the form that replace-image-criteria-in-allowed-images-settings takes.")  # fmt: skip
@click.option("--state", type=click.Choice(("audit_mode", "enabled", "disabled")), default="audit_mode", show_default=True,
              help="The state to set in the accounts.")  # fmt: skip
@click.option("--wider", is_flag=True,
              help="If some conditions of a criterion have no key, write the criterion with the others; it then admits more images.")  # fmt: skip
@click.option(
    "--message", metavar="TEXT", help="The message that a refused caller gets (exception_message)."
)
@click.option(
    "-o", "--output", metavar="FILE", help="Write to this file instead of standard output."
)
@as_of_option
def declarative_policy_command(
    policy_path: str | None,
    criteria_path: str | None,
    state: "State",
    wider: bool,
    message: str | None,
    output: str | None,
    as_of: "datetime | None",
) -> int:
    """Print a declarative policy for AWS Organizations that sets Allowed AMIs in many accounts.

    The documented syntax has no key for watermarks, product codes and scan results. A criterion that
    needs one is left out, because it would admit more images without it, and is listed on standard
    error. If no criterion is left, there is no policy and the exit code is 2.
    """
    import json

    from assay.allowed_amis.declarative import declarative
    from assay.cli.host import this_process

    if output is not None:
        require_places([("-o", output)], [policy_path or DEFAULT_POLICY, criteria_path])
    host = this_process()
    criteria, source, lost = _criteria(host, policy_path, criteria_path, as_of)
    declared = declarative(criteria, state, message, source, wider=wider)
    text = f"{json.dumps(declared.document, indent=2)}\n"
    if output is None:
        show(text)
    else:
        write(output, text.encode())
    for each in (*lost, *declared.unsaid):
        note(each)
    return EXIT_PASS


_S3 = r"s3://[a-z0-9][a-z0-9.-]+(/[\w!.*()=+,@ -]+)*/?"


@export_group.command("athena")
@click.option("--store", metavar="s3://…", envvar="ASSAY_STORE", required=True,
              help="Where the nights are, or will be copied to: s3://BUCKET/FOLDER.")  # fmt: skip
@click.option("--database", metavar="NAME", default="assay", show_default=True,
              help="The database for the tables.")  # fmt: skip
@click.option(
    "-o", "--output", metavar="FILE", help="Write to this file instead of standard output."
)
def athena_command(store: str, database: str, output: str | None) -> int:
    """Print SQL that makes the stored nights available in Amazon Athena: images, uses and places.

    The views have the same names and columns as in `assay inventory sql`, with night, account and
    Region. Run the statements one after the other. New nights, accounts and Regions appear by themselves.
    """
    import re

    from assay.fleet.athena import statements

    if not re.fullmatch(_S3, store):
        copied = "copy the store to S3 (aws s3 sync DIR s3://BUCKET/FOLDER) and name that address"
        if store.startswith("s3://"):
            copied = (
                "the name of a bucket has 3 to 63 lower-case letters, digits, dots and hyphens, "
                "and a folder can be read if its name has letters, digits, spaces and !.*()=+,@_- only"
            )
        raise click.UsageError(f"Athena can read only s3://BUCKET/FOLDER, not {store!r}: {copied}")
    if not re.fullmatch(r"[a-z_][a-z0-9_]*", database):
        raise click.UsageError(
            f"--database cannot be {database!r}: use lower-case letters, digits and _, and no digit at the beginning"
        )
    text = "".join(f"{each};\n\n" for each in statements(store.rstrip("/"), database))
    if output is None:
        show(text)
    else:
        write(output, text.encode())
    return EXIT_PASS


def _criteria(
    host: "Host", policy_path: str | None, criteria_path: str | None, as_of: "datetime | None"
) -> "tuple[tuple[Criterion, ...], str, tuple[str, ...]]":
    """Criteria in EC2's form, their source, and the parts of a policy that they do not express."""
    from assay.allowed_amis.export import allowed_amis
    from assay.allowed_amis.request import criteria_in
    from assay.run.policies import open_policy

    if criteria_path is not None:
        return criteria_in(criteria_path, host.read(criteria_path)), criteria_path, ()
    policy = open_policy(host, policy_path)
    exported = allowed_amis(policy, as_of or host.now())
    return exported.criteria, policy.path, exported.lost
