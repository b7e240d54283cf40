"""`assay check`."""

from typing import TYPE_CHECKING, Unpack

import click

from assay.cli.delivery import deliver, require_places
from assay.cli.formats import FORMATS, setting
from assay.cli.options import (
    DEFAULT_POLICY,
    CheckOptions,
    Output,
    as_of_option,
    max_age_option,
    report_options,
    source_options,
)
from assay.cli.streams import (
    EXIT_NO_VERDICT,
    EXIT_PASS,
    columns,
    exit_code,
    wants_colour,
)

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from assay.inputs.plan.plan import Source
    from assay.model import Policy
    from assay.report.setting import Setting


@click.command("check")
@source_options
@click.option("--format", "stdout_format", type=click.Choice(tuple(FORMATS)), default="text",
              envvar="ASSAY_FORMAT", help="What to print to standard output.")  # fmt: skip
@click.option("-o", "--output", "outputs", type=Output(), multiple=True,
              help="Write FORMAT to FILE as well; may be repeated.")  # fmt: skip
@report_options
@as_of_option
@max_age_option
@click.option("--offline", is_flag=True, envvar="ASSAY_OFFLINE",
              help="Ask nobody: what needs AWS stays undetermined.")  # fmt: skip
@click.option("--no-inline", is_flag=True, envvar="ASSAY_NO_INLINE",
              help="Do not honour exceptions in comments: whoever writes the code writes them.")  # fmt: skip
@click.option("--undetermined", type=click.Choice(("error", "warning")),
              envvar="ASSAY_UNDETERMINED",
              help="Whether what stays undetermined ends the run with 3, or only is reported.")  # fmt: skip
@click.option("--exit-zero", is_flag=True, envvar="ASSAY_EXIT_ZERO",
              help="Exit with 0 for fail and undetermined; never for an error.")  # fmt: skip
def check_command(
    paths: tuple[str, ...],
    catalog: str | None,
    policy_path: str | None,
    stdout_format: str,
    outputs: tuple[tuple[str, str], ...],
    as_of: "datetime | None",
    max_age: "timedelta | None",
    offline: bool,
    no_inline: bool,
    undetermined: str | None,
    exit_zero: bool,
    timeout: float,
    **how: Unpack[CheckOptions],
) -> int:
    """Judge every AMI of plans or of Terraform code.

    PATH is a file that `terraform show -json` wrote, - for standard input, or a directory of
    Terraform code; a file of code stands for its directory.

    Exit codes: 0 all passed, 1 something failed, 2 no verdict was possible, 3 something could not
    be determined.
    """
    from assay.cli import inputs, opening
    from assay.cli.progress import progress
    from assay.run.check import check

    require_places(
        (path for _, path in outputs),
        (*paths, policy_path or DEFAULT_POLICY, catalog, how["source_root"], *how["var_files"]),
    )
    policy = _policy(policy_path, undetermined)
    sources = inputs.open_sources(
        paths, inputs.reading(how, policy.judge, policy.region, tags=policy.matches_tags)
    )
    sources, left_aside = _with_exceptions(sources, honoured=not no_inline)
    asked = opening.open_catalog(
        catalog, policy.readers, timeout, offline=offline, no_cache=how["no_cache"]
    )
    opening.require_age(catalog, asked, max_age, as_of)
    with progress(asked):
        report = check(sources, asked, policy, as_of or opening.now(), left_aside)
    delivered = deliver(report, outputs, stdout_format, _setting(how, exit_zero=exit_zero))
    if inputs.tell(sources) or not delivered:
        return EXIT_NO_VERDICT
    return EXIT_PASS if exit_zero else exit_code(report.outcome, report.policy)


def _setting(how: "CheckOptions", *, exit_zero: bool) -> "Setting":
    """What formats are told; where somebody asks for less and for more, it is less."""
    return setting(
        colour=wants_colour(how["color"]),
        width=columns(),
        quiet=how["quiet"],
        verbose=how["verbose"],
        category=how["category"],
        excepted=how["excepted"],
        exit_zero=exit_zero,
    )


def _policy(path: str | None, undetermined: str | None) -> "Policy":
    """The policy, with what the command line says instead of it."""
    from msgspec.structs import replace

    from assay.cli.opening import open_policy
    from assay.model import Severity

    policy = open_policy(path)
    return replace(policy, undetermined=Severity(undetermined)) if undetermined else policy


def _with_exceptions(sources: "list[Source]", *, honoured: bool) -> "tuple[list[Source], int]":
    """The sources with the exceptions of the code, or without them, and how many are left aside.

    Raises `InputError` for one that excepts what cannot be excepted.
    """
    from msgspec.structs import replace

    from assay.policy.exceptions import check_exceptions

    references = [each for source in sources for each in source.references if each.exceptions]
    if honoured or not references:
        check_exceptions(references)
        return sources, 0
    bare = [
        replace(
            source, references=tuple(replace(each, exceptions=()) for each in source.references)
        )
        for source in sources
    ]
    return bare, len({exception for each in references for exception in each.exceptions})
