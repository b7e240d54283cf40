"""`assay report verify`."""

import click

from assay.cli.options import REGION, no_cache_option, policy_option
from assay.cli.streams import EXIT_FAIL, EXIT_PASS, note, show
from assay.cli.usage import Group

MOST = 50
"""So many differences are told."""


@click.group("report", cls=Group)
def report_group() -> None:
    """Work with JSON reports of `assay check`."""


@report_group.command("verify")
@click.argument("report", metavar="REPORT")
@click.option("--plan", "paths", multiple=True, required=True, metavar="PATH",
              help="The plan or directory of code that was judged; repeatable, in the same order.")  # fmt: skip
@click.option("--catalog", required=True, metavar="FILE",
              help="The recorded answers, written by --record or `assay record`.")  # fmt: skip
@click.option("--source-root", metavar="DIR", help="The code of the plan, if it was given.")
@click.option("--var-file", "var_files", metavar="FILE", multiple=True,
              help="A file of values for the variables of code; repeatable.")  # fmt: skip
@click.option("--region", type=REGION, metavar="REGION", help="The Region, if one was given.")
@click.option("--include-unchanged", is_flag=True, help="If the report was made with this option.")
@policy_option
@no_cache_option
def verify_command(
    report: str,
    paths: tuple[str, ...],
    catalog: str,
    source_root: str | None,
    var_files: tuple[str, ...],
    region: str | None,
    include_unchanged: bool,
    policy_path: str | None,
    no_cache: bool,
) -> int:
    """Judge the same inputs again, as of the report's own time, and compare the result with the report.

    The plan, the policy, the answers and the values of variables are compared by their digests.

    Exit codes: 0 equal, 1 something differs, 2 nothing could be compared.
    """
    from assay.cli.host import this_process
    from assay.model.times import moment
    from assay.report.safe import safe
    from assay.run.again import differences, notes, report_at
    from assay.run.cache import Cache
    from assay.run.catalogs import Asking
    from assay.run.gate import Order, judge
    from assay.run.inputs import Reading
    from assay.run.policies import open_policy

    host = this_process()
    told = report_at(report, host.read(report))
    cache = Cache(host, wanted=not no_cache)
    how = Reading(cache, region, include_unchanged, source_root, var_files)
    asking = Asking(catalog, 60.0, cache, as_of=moment(told["as_of"]))
    judged = judge(host, Order(paths, how, open_policy(host, policy_path), asking))
    for line in notes(told, judged.report):
        note(line)
    found = differences(told, judged.report)
    for line in found[:MOST]:
        show(f"{safe(line)}\n")
    if len(found) > MOST:
        show(f"and {len(found) - MOST} more differences\n")
    if not found:
        show(f"equal: {safe(report)} matches these inputs, this policy and these answers\n")
    return EXIT_FAIL if found else EXIT_PASS
