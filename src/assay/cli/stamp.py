"""`assay stamp`."""

from typing import TYPE_CHECKING

import click

from assay.cli.options import REGION, Seconds, no_cache_option, policy_option
from assay.cli.streams import (
    EXIT_FAIL,
    EXIT_PASS,
    EXIT_UNDETERMINED,
    note,
    show,
)
from assay.cli.usage import Command

if TYPE_CHECKING:
    from assay.model import Policy
    from assay.model.stamping import Stamped, Stamping
    from assay.run.cache import Cache
    from assay.run.host import Host
    from assay.run.stamp import Wish

TIMEOUT = 3_600.0
"""Seconds: copying a large image to a distant Region can take that long."""


@click.command("stamp", cls=Command)
@click.argument("ami", metavar="AMI")
@click.option("--watermark", required=True, metavar="NAME",
              help="The watermark's name; EC2 puts the caller's account id in front of it.")  # fmt: skip
@click.option("--region", type=REGION, envvar="ASSAY_REGION",
              help="The Region of the image (default: the policy's aws.region).")  # fmt: skip
@click.option("--copies", type=REGION, multiple=True, metavar="REGION",
              help="A Region with copies of the image, which should have the watermark too; repeatable.")  # fmt: skip
@click.option("--wait", is_flag=True,
              help="Wait until the image, and each copy, is available.")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text",
              show_default=True, help="The format to print to standard output.")  # fmt: skip
@click.option("--timeout", type=Seconds(), metavar="SECONDS", default=TIMEOUT, show_default=True,
              envvar="ASSAY_TIMEOUT", help="How many seconds the whole command may take.")  # fmt: skip
@policy_option
@no_cache_option
def stamp_command(
    ami: str,
    watermark: str,
    region: str | None,
    copies: tuple[str, ...],
    wait: bool,
    dry_run: bool,
    format_: str,
    timeout: float,
    policy_path: str | None,
    no_cache: bool,
) -> int:
    """Attach a watermark to an image that may become golden.

    Refuses images that are public, belong to another account, have failed, already have the maximum number
    of watermarks, descend from something revoked, or are not built from the policy's golden.roots. Reads the
    image again to confirm the watermark. Running it again writes nothing. This is the only command that
    changes anything in EC2.

    Exit codes: 0 every image has the watermark (with --dry-run: would have it), 1 an image cannot become
    golden, 2 AWS could not be asked, 3 the result could not be read, or could not be confirmed in time.
    """
    from assay.cli.host import this_process
    from assay.run.cache import Cache
    from assay.run.one_image import image_id, named_place
    from assay.run.policies import policy_if_any
    from assay.run.stamp import Wish
    from assay.run.stampable import is_name

    if not is_name(watermark):
        raise click.UsageError(
            "--watermark: a name has 3 to 128 letters, digits and ( ) [ ] . / - ' @ _, and spaces only inside; leave out the account"
        )
    host = this_process()
    policy = policy_if_any(host, policy_path)
    place = named_place(region, None, policy)
    others = tuple(each for each in dict.fromkeys(copies) if each != place.region)
    wish = Wish(image_id(ami), watermark, place, others, wait, dry_run)
    if policy is None or policy.golden.roots is None:
        note("the policy has no golden.roots, so it is not checked what the image was built from"
             if policy else "there is no policy, so it is not checked what the image was built from")  # fmt: skip
    found = _stamp(host, wish, policy, timeout, format_, Cache(host, wanted=not no_cache))
    if found.whole:
        return EXIT_PASS
    return EXIT_FAIL if found.refused else EXIT_UNDETERMINED


def _stamp(
    host: "Host",
    wish: "Wish",
    policy: "Policy | None",
    timeout: float,
    format_: str,
    cache: "Cache",
) -> "Stamping":
    """Stamp the images and report what was written: at once as text, or in one JSON document.

    The document is printed even if the run is interrupted.
    """
    from assay.model.stamping import Stamping
    from assay.report.stamping import json, text
    from assay.run.stamp import open_door, stamp

    images: list[Stamped] = []
    told = (policy.path, policy.sha256) if policy else None

    def tell(each: "Stamped") -> None:
        images.append(each)
        if format_ == "text":
            show(text.line(each))

    door = open_door(host, timeout, cache)
    try:
        with host.watching(door.catalog):
            found = stamp(door.catalog, door.marker, policy, wish, tell)
    except BaseException:
        if images and format_ == "json":
            part = Stamping(wish.name, tuple(images), wish.dry_run)
            show(json.render(part, told, host.now(), ended=False))
        raise
    show(text.summary(found) if format_ == "text" else json.render(found, told, host.now()))
    return found
