"""`assay report verify`."""

import os
from typing import Unpack

import click

from assay.cli.options import REGION, SourceOptions, input_options, no_cache_option, reading
from assay.cli.streams import EXIT_FAIL, EXIT_PASS, note, show
from assay.cli.usage import Group

MOST = 50
"""The maximum number of differences that are shown."""


@click.group("report", cls=Group)
def report_group() -> None:
    """Work with JSON reports of `assay check`."""


@report_group.command("verify")
@click.argument("report", metavar="REPORT")
@click.option("--plan", "paths", multiple=True, required=True, metavar="PATH",
              help="The plan or directory of code that was judged; repeatable, in the same order.")  # fmt: skip
@click.option("--catalog", required=True, metavar="FILE",
              help="The recorded answers, written by --record or `assay record`.")  # fmt: skip
@input_options
@click.option("--region", type=REGION, metavar="REGION", help="The Region, if one was given.")
@click.option("--no-inline", is_flag=True, envvar="ASSAY_NO_INLINE",
              help="If the report was made with this option.")  # fmt: skip
@click.option("--undetermined", type=click.Choice(("error", "warning")),
              envvar="ASSAY_UNDETERMINED", help="If the report was made with this option.")  # fmt: skip
@click.option("--policy", "policy_path", metavar="FILE", envvar="ASSAY_POLICY",
              help="The policy file (default: the one that the report names).")  # fmt: skip
@no_cache_option
def verify_command(
    report: str,
    paths: tuple[str, ...],
    catalog: str,
    no_inline: bool,
    undetermined: str | None,
    policy_path: str | None,
    **how: Unpack[SourceOptions],
) -> int:
    """Judge the same inputs again, as of the report's own time, and compare the result with the report.

    The plan, the policy, the answers and the values of variables are compared by their digests.

    Exit codes: 0 equal, 1 something differs, 2 nothing could be compared.
    """
    from assay.cli.check import policy_by
    from assay.cli.host import this_process
    from assay.report.safe import safe
    from assay.run.again import as_of, differences, notes, policy_of, report_at
    from assay.run.cache import Cache
    from assay.run.catalogs import Asking
    from assay.run.gate import Order, judge
    from assay.run.policies import DEFAULT_POLICY

    host = this_process()
    told = report_at(report, host.read(report))
    cache = Cache(host, wanted=not how["no_cache"])
    named = policy_of(told)
    if policy_path is None and named is not None:
        # If neither file is here, the error has to name the one that the report was judged by.
        here = os.path.isfile(named) or not os.path.isfile(DEFAULT_POLICY)
        policy_path = named if here else None
    policy = policy_by(host, policy_path, undetermined)
    asking = Asking(catalog, 60.0, cache, as_of=as_of(report, told))
    order = Order(paths, reading(how, cache), policy, asking, honour_comments=not no_inline)
    judged = judge(host, order)
    for line in notes(told, judged.report):
        note(line)
    found = differences(told, judged.report)
    for line in found[:MOST]:
        show(f"{safe(line)}\n")
    if len(found) > MOST:
        rest = len(found) - MOST
        show(f"and {rest} more {'difference' if rest == 1 else 'differences'}\n")
    if not found:
        show(f"equal: {safe(report)} matches these inputs, this policy and these answers\n")
    return EXIT_FAIL if found else EXIT_PASS
