"""`assay suggest`."""

from typing import TYPE_CHECKING, Any

import click

from assay.cli.nights import night_option
from assay.cli.options import (
    ACCOUNT,
    REGION,
    as_of_option,
    catalog_option,
    no_cache_option,
    policy_option,
    timeout_option,
)
from assay.cli.streams import EXIT_NO_VERDICT, EXIT_PASS, EXIT_UNDETERMINED, note, show
from assay.cli.usage import Command

if TYPE_CHECKING:
    from datetime import datetime

    from assay.model.suggestion import Suggestions


@click.command("suggest", cls=Command)
@click.argument("targets", nargs=-1, metavar="[ADDRESS|AMI|INSTANCE]...")
@click.option("--plan", "--code", "paths", metavar="PATH", multiple=True,
              help="The plan or directory of code that contains the addresses, as for `assay check`; repeatable.")  # fmt: skip
@click.option("--state", "states", metavar="FILE", multiple=True,
              help="The same for a state, as printed by terraform show -json; repeatable.")  # fmt: skip
@click.option("--store", metavar="DIR", envvar="ASSAY_STORE",
              help="Take candidates from a night stored there (default: ./inventory if it has a night and no place is named; otherwise AWS is asked).")  # fmt: skip
@night_option
@click.option("--live", "ask_aws", is_flag=True, help="Ask AWS, even if ASSAY_STORE is set.")
@click.option(
    "--region", type=REGION, envvar="ASSAY_REGION", help="The Region of the image or instance."
)
@click.option(
    "--account",
    type=ACCOUNT,
    envvar="ASSAY_ACCOUNT",
    help="The account of the image or instance (default: the caller's).",
)
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True,
              help="The format to print to standard output.")  # fmt: skip
@policy_option
@catalog_option
@as_of_option
@timeout_option
@no_cache_option
def suggest_command(
    format_: str, policy_path: str | None, as_of: "datetime | None", **how: Any
) -> int:
    """Suggest a golden image to use instead of one that does not pass, and show what to write.

    Suggests the newest image of the same line by watermark, name or root, or else of the same
    architecture, platform, virtualisation and boot mode. It must be available to that account in that
    Region and pass the policy. Without a target, suggests one for every reference in --plan that does not
    pass.

    Exit codes: 0 there is an answer for each, 2 there is none, 3 something could not be read, or some
    have no answer.
    """
    from assay.cli.host import this_process
    from assay.run.policies import open_policy
    from assay.run.suggesting import Wanted, suggest

    host = this_process()
    policy = open_policy(host, policy_path)
    when = as_of or host.now()
    found = suggest(host, policy, when, Wanted(as_of=as_of, **how))
    if format_ == "json":
        from assay.report.suggestion import json

        show(json.render(found, (policy.path, policy.sha256), host.now()).decode())
    else:
        from assay.report.suggestion import text

        show(text.render(found))
    return _exit_code(found)


def _exit_code(found: "Suggestions") -> int:
    answered = [each for each in found.answers if each.candidates]
    if found.gaps or any(each.gaps for each in found.answers):
        return EXIT_UNDETERMINED
    if found.unasked and not found.answers:
        note("nothing can be suggested for what does not pass")
        return EXIT_NO_VERDICT
    if found.unasked:
        return EXIT_UNDETERMINED
    if len(answered) == len(found.answers):
        return EXIT_PASS
    if answered:
        return EXIT_UNDETERMINED
    note("no golden image there could replace it and pass, so there is nothing to suggest")
    return EXIT_NO_VERDICT
