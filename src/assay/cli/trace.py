"""`assay trace`, and what it shares with `assay explain`: looking up one image without a plan."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from assay.cli.options import (
    ACCOUNT,
    REGION,
    as_of_option,
    catalog_option,
    color_option,
    debug_option,
    max_age_option,
    no_cache_option,
    policy_option,
    timeout_option,
)
from assay.cli.streams import EXIT_PASS, EXIT_UNDETERMINED, show, wants_colour

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from assay.report.lineage.view import Lineage
    from assay.run.one_image import Found

FORMATS = ("text", "json", "mermaid", "dot")
F = TypeVar("F", bound=Callable[..., Any])


def lookup_options(command: F) -> F:
    """Where an image is looked up, and as which account."""
    for option in (
        click.option("--region", type=REGION, envvar="ASSAY_REGION",
                     help="Where the image is (default: the policy's aws.region)."),
        click.option("--account", type=ACCOUNT, envvar="ASSAY_ACCOUNT",
                     help="Whose eyes look, by the policy's reader for that account "
                     "(default: your own credentials)."),
        catalog_option,
        max_age_option,
        policy_option,
        as_of_option,
        timeout_option,
        no_cache_option,
        color_option,
        debug_option,
    ):  # fmt: skip
        command = option(command)
    return command


def find(
    image: str,
    *,
    region: str | None,
    account: str | None,
    catalog: str | None,
    max_age: "timedelta | None",
    policy_path: str | None,
    as_of: "datetime | None",
    timeout: float,
    no_cache: bool,
) -> "Found":
    """Look an image up as `lookup_options` say."""
    from assay.cli.host import this_process
    from assay.run.cache import Cache
    from assay.run.catalogs import Asking
    from assay.run.one_image import Where, image_id, look_up

    named, host = image_id(image), this_process()
    asking = Asking(catalog, timeout, Cache(host, wanted=not no_cache), max_age, as_of)
    return look_up(host, named, Where(region, account, asking, policy_path))


@click.command("trace")
@click.argument("ami", metavar="AMI")
@click.option("--format", "stdout_format", type=click.Choice(FORMATS), default="text",
              help="What to print.")  # fmt: skip
@lookup_options
def trace_command(ami: str, stdout_format: str, color: str, **where: Any) -> int:
    """Show where an image comes from, as far as EC2 tells.

    Every image of its lineage with its owner, Region and marks, how it was made, and why the record
    ends. With a policy, golden marks are told from others, and its readers are used.

    Exit codes: 0, 2 nothing could be asked, 3 the image could not be read.
    """
    found = find(ami, **where)
    show(_render(found.lineage, stdout_format, colour=wants_colour(color)))
    return EXIT_PASS if found.readable else EXIT_UNDETERMINED


def _render(lineage: "Lineage", name: str, *, colour: bool) -> str:
    from assay.report.lineage import dot, mermaid, tree
    from assay.report.lineage import json as lineage_json

    match name:
        case "json":
            return lineage_json.render(lineage)
        case "mermaid":
            return mermaid.render(lineage)
        case "dot":
            return dot.render(lineage)
    return tree.render(lineage, colour=colour)
