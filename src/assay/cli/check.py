"""`assay check`."""

from typing import TYPE_CHECKING, Unpack

import click

from assay.cli.delivery import deliver, require_places
from assay.cli.fixing import FixOptions, fix, fix_options, require_code, with_suggestions
from assay.cli.options import (
    CheckOptions,
    ReportOptions,
    as_of_option,
    max_age_option,
    reading,
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
from assay.cli.usage import Command
from assay.run.formats import setting
from assay.run.policies import DEFAULT_POLICY

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from assay.model import Policy
    from assay.report.setting import Setting
    from assay.run.host import Host


class FixingOptions(CheckOptions, FixOptions):
    """Options for reading inputs, for reports, for recording answers and for fixing failures."""

    record: str | None


@click.command("check", cls=Command)
@source_options
@report_options
@click.option("--record", metavar="FILE",
              help="Save the answers used by this check as a recorded catalogue.")  # fmt: skip
@as_of_option
@max_age_option
@fix_options
@click.option("--offline", is_flag=True, envvar="ASSAY_OFFLINE",
              help="Do not ask AWS: everything that needs it stays undetermined.")  # fmt: skip
@click.option("--no-inline", is_flag=True, envvar="ASSAY_NO_INLINE",
              help="Ignore exceptions in comments, which the author of the code can write.")  # fmt: skip
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
    **how: Unpack[FixingOptions],
) -> int:
    """Judge every AMI in Terraform plans or Terraform code.

    PATH is a plan written by `terraform plan -out=PATH` or `terraform show -json`, - for JSON on
    standard input, or a directory of Terraform code or any file in it.

    Exit codes: 0 everything passed, 1 something failed, 2 no verdict, 3 something is undetermined.
    """
    from assay.cli.host import this_process
    from assay.run.cache import Cache
    from assay.run.catalogs import Asking
    from assay.run.gate import Order, judge
    from assay.run.inputs import tell

    _require_places(paths, outputs, (policy_path or DEFAULT_POLICY, catalog), how)
    _require_answers(offline, catalog, how["record"])
    host = this_process()
    cache = Cache(host, wanted=not how["no_cache"])
    order = Order(
        paths,
        reading(how, cache),
        policy_by(host, policy_path, undetermined),
        Asking(catalog, timeout, cache, max_age, as_of, offline),
        honour_comments=not no_inline,
        record=how["record"] is not None,
    )
    require_code(host, paths, how)
    judged, found = with_suggestions(host, judge(host, order), how)
    kept, shown = (judged.recording, how["record"]), look(how, exit_zero=exit_zero)
    delivered = deliver(judged.report, outputs, stdout_format, shown, kept)
    if tell(host, judged.sources) or not delivered:
        return EXIT_NO_VERDICT
    fix(host, order, judged, found, how)
    return EXIT_PASS if exit_zero else exit_code(judged.report.outcome, judged.report.policy)


def _require_answers(offline: bool, catalog: str | None, record: str | None) -> None:
    """A recording without answers could replace one that has some."""
    if offline and catalog is None and record is not None:
        told = "--record has no answers to save with --offline: leave out one of them"
        raise click.UsageError(told)


def _require_places(
    paths: tuple[str, ...],
    outputs: tuple[tuple[str, str], ...],
    others: tuple[str | None, ...],
    how: "FixingOptions",
) -> None:
    written = [("-o", path) for _, path in outputs]
    written += [("--record", how["record"])] if how["record"] is not None else []
    require_places(written, (*paths, *others, how["source_root"], *how["var_files"]))


def look(how: "ReportOptions", *, exit_zero: bool) -> "Setting":
    """The setting for formats; --quiet wins over --verbose."""
    return setting(
        colour=wants_colour(how["color"]),
        width=columns(),
        quiet=how["quiet"],
        verbose=how["verbose"],
        category=how["category"],
        excepted=how["excepted"],
        exit_zero=exit_zero,
    )


def policy_by(host: "Host", path: str | None, undetermined: str | None) -> "Policy":
    """The policy, with the setting that the command line overrides."""
    from msgspec.structs import replace

    from assay.model import Severity
    from assay.run.policies import open_policy

    policy = open_policy(host, path)
    return replace(policy, undetermined=Severity(undetermined)) if undetermined else policy
