"""`assay descendants`."""

from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from assay.cli.nights import night_option, store_option
from assay.cli.options import (
    ACCOUNT,
    REGION,
    Moment,
    no_cache_option,
    policy_option,
    timeout_option,
)
from assay.cli.streams import EXIT_PASS, EXIT_UNDETERMINED, note, show
from assay.cli.usage import Command

if TYPE_CHECKING:
    from datetime import datetime

    from assay.catalog.interface import ImageCatalog
    from assay.model.descent import Descent
    from assay.run.descendants import Finding
    from assay.run.host import Host
    from assay.run.launching import Inputs

SEVERITIES = ("informational", "low", "medium", "high", "critical")
FORMATS = ("text", "json", "csv", "mermaid", "dot", "html")


class How(TypedDict):
    """What is combined with the night: a finding of Amazon Inspector, CloudTrail, plans and states."""

    finding: str | None
    min_severity: str | None
    cloudtrail: bool
    plans: tuple[str, ...]
    states: tuple[str, ...]
    account: str | None
    region: str | None
    policy_path: str | None
    timeout: float
    no_cache: bool


@click.command("descendants", cls=Command)
@click.argument("images", nargs=-1, metavar="AMI...")
@click.option("--watermark", metavar="KEY",
              help="List what descends from the images that this watermark was first attached to; its name may contain * and ?.")  # fmt: skip
@click.option("--with-finding", "finding", metavar="CVE",
              help="List what descends from the images in which Amazon Inspector found this; asks EC2.")  # fmt: skip
@click.option(
    "--min-severity",
    type=click.Choice(SEVERITIES),
    help="With --with-finding: only findings of at least this severity.",
)
@click.option("--cloudtrail", is_flag=True,
              help="Also ask the CloudTrail event history of each place which image was made from which.")  # fmt: skip
@click.option("--built-before", type=Moment(), metavar="DATE",
              help="List only images of which any golden source is older than this, or of unknown date.")  # fmt: skip
@click.option("--plan", "plans", metavar="FILE", multiple=True,
              help="Name the addresses in this plan that would launch one of the images; repeatable.")  # fmt: skip
@click.option("--state", "states", metavar="FILE", multiple=True,
              help="The same for a Terraform state, as printed by terraform show -json; repeatable.")  # fmt: skip
@click.option(
    "--account", type=ACCOUNT, help="The account of plans and states that do not name theirs."
)
@click.option(
    "--region", type=REGION, help="The Region of plans and states that do not name theirs."
)
@store_option
@night_option
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True,
              help="The format to print to standard output.")  # fmt: skip
@policy_option
@timeout_option
@no_cache_option
def descendants_command(
    images: tuple[str, ...],
    watermark: str | None,
    built_before: "datetime | None",
    store: str,
    night: "datetime | None",
    format_: str,
    **how: Unpack[How],
) -> int:
    """List the images in a stored night that descend from others, with the evidence and what uses them.

    The evidence is one of: recorded (EC2's own record), mark (a watermark), cloudtrail (an event) or
    likely (it shares a snapshot with an older image).

    Exit codes: 0 everything you asked for was seen, 2 no answer, 3 there are gaps.
    """
    import gc
    from pathlib import Path

    from assay.cli.host import this_process
    from assay.run.descendants import Question, answer

    if (bool(images) + bool(watermark) + bool(how["finding"])) != 1:
        raise click.UsageError(
            "name images, a watermark with --watermark, or a finding with --with-finding"
        )
    if how["min_severity"] and not how["finding"]:
        raise click.UsageError("--min-severity works only with --with-finding")
    host = this_process()
    gc.disable()  # nothing that is made here is freed before the process ends
    asked = _catalog(host, how) if how["cloudtrail"] or how["finding"] else None
    question = Question(
        *(Path(store), night, images, watermark, built_before),
        inputs=_inputs(host, how),
        finding=_finding(how, asked),
        history=asked if how["cloudtrail"] else None,
    )
    found = answer(question, host)
    show(_render(found, format_, host))
    if found.whole:
        return EXIT_PASS
    note(_missing(len(found.unseen), len(found.places), len(found.gaps)))
    return EXIT_UNDETERMINED


def _missing(lost: int, places: int, gaps: int) -> str:
    """How much could not be seen, in words."""
    said = (
        [f"{lost} of {places} places {'was' if lost == 1 else 'were'} not seen completely"]
        if lost
        else []
    )
    if gaps:
        said.append(f"{'other ' if lost else ''}gaps: {gaps}")
    return "; ".join(said)


def _finding(how: How, catalog: "ImageCatalog | None") -> "Finding | None":
    from assay.run.descendants import Finding

    if how["finding"] is None or catalog is None:
        return None
    return Finding(how["finding"], how["min_severity"], catalog)


def _catalog(host: "Host", how: How) -> "ImageCatalog":
    from assay.run.cache import Cache
    from assay.run.catalogs import Asking, open_catalog
    from assay.run.policies import policy_if_any

    policy = policy_if_any(host, how["policy_path"])
    asking = Asking(None, how["timeout"], Cache(host, wanted=not how["no_cache"]))
    return open_catalog(host, asking, policy.readers if policy else None)


def _inputs(host: "Host", how: How) -> "Inputs | None":
    if not how["plans"] and not how["states"]:
        return None
    from assay.run.cache import Cache
    from assay.run.inputs import Reading
    from assay.run.launching import Inputs

    cache = Cache(host, wanted=not how["no_cache"])
    reading = Reading(cache, how["region"], include_unchanged=True)
    return Inputs(how["plans"], how["states"], reading, how["account"])


def _render(found: "Descent", name: str, host: "Host") -> str | bytes:
    from assay.report.descendants import csv, dot, html, json, mermaid, text

    match name:
        case "json":
            return json.render(found, host.now())
        case "csv":
            return csv.render(found)
        case "mermaid":
            return mermaid.render(found)
        case "dot":
            return dot.render(found)
        case "html":
            return html.render(found)
    return text.render(found)
