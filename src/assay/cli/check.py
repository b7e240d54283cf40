"""`assay check`."""

from typing import TYPE_CHECKING

import click

from assay.cli.options import FORMATS, Output, as_of_option, color_option, source_options
from assay.cli.streams import EXIT_PASS, exit_code, show, wants_colour, write

if TYPE_CHECKING:
    from datetime import datetime

    from assay.model import Report


@click.command("check")
@source_options
@click.option("--format", "stdout_format", type=click.Choice(FORMATS), default="text",
              envvar="ASSAY_FORMAT", help="What to print to standard output.")  # fmt: skip
@click.option("-o", "--output", "outputs", type=Output(), multiple=True,
              help="Write FORMAT to FILE as well; may be repeated.")  # fmt: skip
@as_of_option
@click.option("--offline", is_flag=True, envvar="ASSAY_OFFLINE",
              help="Ask nobody: what needs AWS stays undetermined.")  # fmt: skip
@click.option("--exit-zero", is_flag=True, envvar="ASSAY_EXIT_ZERO",
              help="Exit with 0 for fail and undetermined; never for an error.")  # fmt: skip
@color_option
def check_command(
    paths: tuple[str, ...],
    catalog: str | None,
    region: str | None,
    include_unchanged: bool,
    policy_path: str | None,
    stdout_format: str,
    outputs: tuple[tuple[str, str], ...],
    as_of: "datetime | None",
    offline: bool,
    exit_zero: bool,
    color: str,
    timeout: float,
    no_cache: bool,
) -> int:
    """Judge every AMI of one or more plans.

    PLAN is a file that `terraform show -json` wrote, or - for standard input.

    Exit codes: 0 all passed, 1 something failed, 2 no verdict was possible, 3 something could not
    be determined.
    """
    from assay.check import check
    from assay.cli import opening
    from assay.cli.progress import progress

    policy = opening.open_policy(policy_path)
    sources = opening.open_sources(
        paths,
        policy.judge,
        region or policy.region,
        include_unchanged=include_unchanged,
        tags=policy.matches_tags,
    )
    asked = opening.open_catalog(
        catalog, policy.readers, timeout, offline=offline, no_cache=no_cache
    )
    with progress(asked):
        report = check(sources, asked, policy, as_of or opening.now())
    for name, path in outputs:
        write(path, _render(report, name, colour=False).encode())
    show(_render(report, stdout_format, colour=wants_colour(color)))
    return EXIT_PASS if exit_zero else exit_code(report.outcome, report.policy)


def _render(report: "Report", name: str, *, colour: bool) -> str:
    if name == "json":
        from assay.report import json

        return json.render(report)
    from assay.report import text

    return text.render(report, colour=colour)
