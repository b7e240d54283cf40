"""`assay descendants`."""

from typing import TYPE_CHECKING

import click

from assay.cli.nights import night_option, store_option
from assay.cli.options import ACCOUNT, REGION, Moment, debug_option
from assay.cli.streams import EXIT_PASS, EXIT_UNDETERMINED, note, show

if TYPE_CHECKING:
    from datetime import datetime

    from assay.model.descent import Descent
    from assay.run.host import Host
    from assay.run.launching import Inputs

FORMATS = ("text", "json", "csv", "mermaid", "dot", "html")


@click.command("descendants")
@click.argument("images", nargs=-1, metavar="AMI...")
@click.option("--watermark", metavar="KEY",
              help="What descends from the images that this mark was first attached to; its name may have * and ?.")  # fmt: skip
@click.option("--built-before", type=Moment(), metavar="DATE",
              help="Only what comes from a golden source that is older, or whose date nobody tells.")  # fmt: skip
@click.option("--plan", "plans", metavar="FILE", multiple=True,
              help="Name the addresses of this plan that would launch one of them; repeatable.")  # fmt: skip
@click.option("--state", "states", metavar="FILE", multiple=True,
              help="The same of a Terraform state, as terraform show -json prints it; repeatable.")  # fmt: skip
@click.option(
    "--account", type=ACCOUNT, help="Whose plans and states they are, where they do not tell it."
)
@click.option("--region", type=REGION, help="Of what plans and states leave open.")
@store_option
@night_option
@click.option("--format", "format_", type=click.Choice(FORMATS), default="text", show_default=True,
              help="What goes to standard output.")  # fmt: skip
@debug_option
def descendants_command(
    images: tuple[str, ...],
    watermark: str | None,
    built_before: "datetime | None",
    plans: tuple[str, ...],
    states: tuple[str, ...],
    account: str | None,
    region: str | None,
    store: str,
    night: "datetime | None",
    format_: str,
) -> int:
    """Say which images of a stored night descend from others, by which evidence, and what uses them.

    recorded: EC2's own record. mark: a mark says so. cloudtrail: an event does. likely: it shares a
    snapshot with an older one.

    Exit codes: 0 everything that was wanted was seen, 2 no answer, 3 there are gaps.
    """
    from pathlib import Path

    from assay.cli.host import this_process
    from assay.run.descendants import Question, answer

    if (bool(images) + bool(watermark)) != 1:
        raise click.UsageError("name images, or a mark with --watermark")
    host = this_process()
    inputs = _inputs(host, plans, states, account, region) if plans or states else None
    question = Question(Path(store), night, images, watermark, built_before, inputs)
    found = answer(question, host)
    show(_render(found, format_, host))
    if found.whole:
        return EXIT_PASS
    lost, gaps = len(found.unseen), len(found.gaps)
    note(
        f"{lost} of {len(found.places)} places were not seen, or not all of them; other gaps: {gaps}"
    )
    return EXIT_UNDETERMINED


def _inputs(
    host: "Host",
    plans: tuple[str, ...],
    states: tuple[str, ...],
    account: str | None,
    region: str | None,
) -> "Inputs":
    from assay.run.cache import Cache
    from assay.run.inputs import Reading
    from assay.run.launching import Inputs

    reading = Reading(Cache(host, wanted=True), region, include_unchanged=True)
    return Inputs(plans, states, reading, account)


def _render(found: "Descent", name: str, host: "Host") -> str:
    from assay.report.descendants import csv, dot, html, json, mermaid, text

    match name:
        case "json":
            return json.render(found, host.now()).decode()
        case "csv":
            return csv.render(found)
        case "mermaid":
            return mermaid.render(found)
        case "dot":
            return dot.render(found)
        case "html":
            return html.render(found)
    return text.render(found)
