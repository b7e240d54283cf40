"""`assay trace`, and what it shares with `assay explain`: looking up one image without a plan."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

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

    from assay.catalog.interface import ImageCatalog
    from assay.model import Place, Policy, Subject
    from assay.report.lineage.shown import Lineage

FORMATS = ("text", "json", "mermaid", "dot")
F = TypeVar("F", bound=Callable[..., Any])


def lookup_options(command: F) -> F:
    """Where an image is looked up, and with whose eyes."""
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


class Where(NamedTuple):
    """What `lookup_options` say."""

    region: str | None
    account: str | None
    catalog: str | None
    max_age: "timedelta | None"
    policy_path: str | None
    as_of: "datetime | None"
    timeout: float
    no_cache: bool


class Found(NamedTuple):
    """What became of looking up an image."""

    subject: "Subject"
    lineage: "Lineage"

    @property
    def readable(self) -> bool:
        """Whether there is an image to be seen."""
        return bool(self.lineage.nodes)


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
    found = look_up(image_id(ami), Where(**where))
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


def image_id(text: str) -> str:
    """An AMI id as EC2 writes it. Raises `InputError`."""
    from assay.errors import InputError
    from assay.model import AmiId, parse_image

    if not isinstance(parse_image(text), AmiId):
        raise InputError(
            f"{text!r} is not an AMI id", hint="it looks like ami-, then 8 or 17 of 0-9 and a-f"
        )
    return text


def look_up(image: str, where: Where) -> Found:
    """Ask everything that can be told of one image."""
    from assay.cli import opening
    from assay.cli.progress import progress
    from assay.report.lineage.shown import lineage_of
    from assay.run import check

    policy = opening.policy_if_any(where.policy_path)
    place = _place(where, policy)
    asked = opening.open_catalog(
        where.catalog, policy.readers if policy else {}, where.timeout,
        offline=False, no_cache=where.no_cache,
    )  # fmt: skip
    opening.require_age(where.catalog, asked, where.max_age, where.as_of)
    place = _recorded_place(place, image, asked)
    as_of = where.as_of or opening.now()
    with progress(asked):
        (subject,) = check.look_up([image], place, asked, policy)
    golden = check.golden_marks_of(subject, policy, as_of) if policy else None
    return Found(subject, lineage_of(subject, asked.facts(), as_of, policy, golden))


def _place(where: Where, policy: "Policy | None") -> "Place":
    from assay.errors import InputError
    from assay.model import Place

    region = where.region or (policy.region if policy else None)
    if region is None:
        raise InputError(
            "no Region to look in",
            hint="name one with --region, ASSAY_REGION or the policy's aws.region; your own "
            "AWS_REGION is not used: an AMI id means nothing outside its Region",
        )
    return Place.of(region, where.account)


def _recorded_place(place: "Place", image: str, asked: "ImageCatalog") -> "Place":
    """With the account of a recording, where only one was asked about the image."""
    from msgspec.structs import replace

    from assay.catalog.recorded import RecordedCatalog
    from assay.errors import InputError
    from assay.model import Identity

    if place.account is not None or not isinstance(asked, RecordedCatalog):
        return place
    accounts = sorted(account or "" for account in asked.accounts(place, image))
    if len(accounts) == 1:
        return replace(place, account=accounts[0] or None)
    if accounts and not isinstance(asked.identities([place])[place], Identity):
        raise InputError(
            f"{image} was recorded for {', '.join(filter(None, accounts))}",
            hint="name one with --account",
        )
    return place
