"""`assay remediate`."""

from typing import TYPE_CHECKING

import click

from assay.cli.nights import night_option, store_option
from assay.cli.options import (
    as_of_option,
    no_cache_option,
    policy_option,
    timeout_option,
)
from assay.cli.streams import EXIT_PASS, EXIT_UNDETERMINED, show
from assay.cli.usage import Command

if TYPE_CHECKING:
    from datetime import datetime


@click.command("remediate", cls=Command)
@click.argument("images", nargs=-1, metavar="[AMI]...")
@store_option
@night_option
@click.option("--live", is_flag=True,
              help="Also ask AWS about images that look unused in the night: whom they are shared with, and what EC2 itself finds. Without it, only images are called safe of which the night has this (inventory --launch-permissions).")  # fmt: skip
@click.option("--format", "format_", type=click.Choice(("text", "json", "markdown")), default="text",
              show_default=True, help="The format to print to standard output.")  # fmt: skip
@policy_option
@as_of_option
@timeout_option
@no_cache_option
def remediate_command(
    images: tuple[str, ...],
    store: str,
    night: "datetime | None",
    live: bool,
    format_: str,
    policy_path: str | None,
    as_of: "datetime | None",
    timeout: float,
    no_cache: bool,
) -> int:
    """Plan what to do about images of class unknown: what uses them, what replaces them, which can go.

    An image is called safe to deregister only if every kind of thing that could use it was read in every
    account, completely and within a day. Nothing is changed.

    Exit codes: 0 everything you asked for was seen, 2 no answer, 3 an answer with gaps; each is named.
    """
    from assay.cli.host import this_process
    from assay.report.remediation import json, markdown, text
    from assay.run.cache import Cache
    from assay.run.catalogs import Asking, open_catalog
    from assay.run.nights import night_of
    from assay.run.one_image import image_id
    from assay.run.policies import open_policy
    from assay.run.remediation import Wanted, remediate

    host, ids = this_process(), [image_id(each) for each in images]
    policy = open_policy(host, policy_path)
    when = as_of or host.now()
    asked = night_of(host, store, night)
    wanted = Wanted(when, tuple(dict.fromkeys(ids)))
    if live:
        asking = Asking(None, timeout, Cache(host, wanted=not no_cache), as_of=as_of)
        catalog = open_catalog(host, asking, policy.readers)
        with host.watching(catalog):
            found = remediate(asked, policy, wanted, catalog)
    else:
        found = remediate(asked, policy, wanted, None)
    if format_ == "json":
        show(json.render(found, (policy.path, policy.sha256), host.now()).decode())
    else:
        show((markdown if format_ == "markdown" else text).render(found))
    return EXIT_UNDETERMINED if found.gaps or found.unasked or found.unknown else EXIT_PASS
