"""`assay trace`, and what it shares with `assay explain`: looking up one image without a plan."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from assay.cli.nights import night_option, store_option
from assay.cli.options import (
    ACCOUNT,
    REGION,
    as_of_option,
    catalog_option,
    color_option,
    max_age_option,
    no_cache_option,
    policy_option,
    timeout_option,
)
from assay.cli.streams import EXIT_PASS, EXIT_UNDETERMINED, show, wants_colour
from assay.cli.usage import Command

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from assay.report.lineage.view import Lineage
    from assay.run.host import Host
    from assay.run.one_image import Found
    from assay.run.tracing import Remembering

FORMATS = ("text", "json", "mermaid", "dot")
F = TypeVar("F", bound=Callable[..., Any])


def lookup_options(command: F) -> F:
    """Options for where to look up an image, and as which account."""
    for option in (
        click.option("--region", type=REGION, envvar="ASSAY_REGION",
                     help="The Region of the image (default: the policy's aws.region)."),
        click.option("--account", type=ACCOUNT, envvar="ASSAY_ACCOUNT",
                     help="The account to look from, through the policy's reader for it (default: your own credentials)."),
        catalog_option,
        max_age_option,
        policy_option,
        as_of_option,
        timeout_option,
        no_cache_option,
        color_option,
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
    """Look up an image according to `lookup_options`."""
    from assay.cli.host import this_process
    from assay.run.cache import Cache
    from assay.run.catalogs import Asking
    from assay.run.one_image import Where, image_id, look_up

    named, host = image_id(image), this_process()
    asking = Asking(catalog, timeout, Cache(host, wanted=not no_cache), max_age, as_of)
    return look_up(host, named, Where(region, account, asking, policy_path))


@click.command("trace", cls=Command)
@click.argument("what", metavar="AMI|INSTANCE")
@click.option("--format", "stdout_format", type=click.Choice(FORMATS), default="text",
              help="The format to print.")  # fmt: skip
@store_option
@night_option
@lookup_options
@click.pass_context
def trace_command(
    context: click.Context,
    /,
    what: str,
    stdout_format: str,
    store: str,
    night: "datetime | None",
    color: str,
    **where: Any,
) -> int:
    """Show where an image, or the image of an instance, comes from, with the evidence.

    Shows every image of the lineage with its owner, Region and watermarks, how it was made, and why the
    record ends. If EC2 does not show a step, it is taken from the newest stored night, if there is one,
    or from CloudTrail, if it may be read. Each step names its evidence. With --night, only that night is
    read. For an instance, AWS is called at most five times. With a policy, golden watermarks are
    highlighted and its readers are used.

    Exit codes: 0 the whole lineage was seen, 2 no answer, 3 something could not be seen.
    """
    from assay.cli.host import this_process
    from assay.run.cache import Cache
    from assay.run.catalogs import Asking
    from assay.run.one_image import Where, traced_id
    from assay.run.tracing import trace

    named, host = traced_id(what), this_process()
    asking = Asking(
        where["catalog"], where["timeout"], Cache(host, wanted=not where["no_cache"]),
        where["max_age"], where["as_of"],
    )  # fmt: skip
    told_by = context.get_parameter_source("store")
    found = trace(
        host,
        named,
        Where(where["region"], where["account"], asking, where["policy_path"]),
        _remembering(
            host, store, night, named_it=told_by is click.core.ParameterSource.COMMANDLINE
        ),
    )
    show(_render(found, stdout_format, colour=wants_colour(color)))
    return EXIT_PASS if found.whole else EXIT_UNDETERMINED


def _remembering(
    host: "Host", store: str, night: "datetime | None", *, named_it: bool
) -> "Remembering":
    """The night to ask. A night that was not named may be missing or unreadable; then a gap says so."""
    from assay.errors import StoreError
    from assay.model.lines import Gap
    from assay.run.tracing import Remembering

    if not (named_it or night or Path(store).is_dir()):
        return Remembering()
    from assay.fleet.memory import Memory
    from assay.fleet.store import Store
    from assay.run.nights import night_of

    try:
        opened = Store(Path(store))
        if not (named_it or night or opened.nights() or opened.unfinished()):
            return Remembering()
        found = night_of(host, store, night)
        return Remembering(Memory(found), alone=night is not None)
    except StoreError as error:
        if named_it or night:
            raise
        return Remembering(gap=Gap(str(error)))


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
