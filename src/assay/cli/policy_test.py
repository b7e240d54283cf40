"""`assay policy test`."""

from typing import TYPE_CHECKING

import click

from assay.cli.options import Moment, debug_option
from assay.cli.streams import EXIT_FAIL, EXIT_NO_VERDICT, EXIT_PASS, printable, show
from assay.cli.usage import Command

if TYPE_CHECKING:
    from datetime import datetime

    from assay.run.cases import Case

_HELP = """\
Check recorded cases against the verdicts that are expected of a policy.

Needs no AWS, and reads neither the environment nor assay.yaml: a case means the same on every
machine.

A case is a directory, anywhere below DIR, that holds

\b
  expected.json  what the check has to come to
  plan.json      terraform show -json tfplan > plan.json
  catalog.json   assay record plan.json -o catalog.json
  policy.yaml    here, or in the nearest parent directory up to DIR;
                 where there is none, --policy

expected.json:

\b
  {
    "about": "Worker nodes may use Amazon's own images until March.",
    "as_of": "2027-01-15",
    "outcome": "fail",
    "verdicts": [
      {"address": "aws_instance.web", "outcome": "pass", "rules": []},
      {"address": "aws_instance.old", "outcome": "fail",
       "rules": ["unmarked", "untrusted-owner"]}
    ]
  }

\b
outcome     of the whole check: pass, fail or undetermined
verdicts    all of them, in any order; a verdict that is not named is a
            difference, too
  rules     the rules of error severity that do not pass and that no
            exception lets through, in any order
  attribute which attribute of the address is meant, where there are several
  warnings  the rules that are reported only
  value     what the report shows of the attribute
  exception the ticket of the exception that lets it through, or its
            reason where it has no ticket; null for none
about       a remark, here or in a verdict
as_of       judge as of this day or time (UTC). Without it --as-of counts,
            else the recorded_at of catalog.json: tests do not rot
include_unchanged
            true: judge resources that the plan leaves as they are, too
not_judged  how many references get no verdict, by why: {"bake": 1}

What is left out is not compared, but for outcome, verdicts, address and rules, which have to
be there. Unknown keys are errors. Directories whose names begin with a dot are passed over.

Exit codes: 0 all is as expected, 1 something is not, 2 a case cannot be read or a DIR holds
none.
"""


@click.command("test", cls=Command, help=_HELP)
@click.argument("directories", nargs=-1, required=True, metavar="DIR...")
@click.option("--policy", "policy_path", metavar="FILE",
              help="The policy of cases that have none of their own.")  # fmt: skip
@click.option("--as-of", type=Moment(), metavar="TIME",
              help="The time of cases that name none.")  # fmt: skip
@debug_option
def test_command(
    directories: tuple[str, ...], policy_path: str | None, as_of: "datetime | None"
) -> int:
    """Run cases; `_HELP` is what people read."""
    from assay.cli.host import this_process
    from assay.run.cases import Cases, cases

    host = this_process()
    found_cases = list(cases(host, directories))
    checked = Cases(host, policy_path, as_of)
    failed = 0
    for case in found_cases:
        found = checked.differences(case)
        if found is not None:
            failed += bool(found)
            show(_lines(case, found))
    unread = f", {checked.unread} cannot be read" if checked.unread else ""
    many = "s" if len(found_cases) > 1 else ""
    show(f"{len(found_cases)} case{many}, {failed} failed{unread}\n")
    return EXIT_NO_VERDICT if checked.unread else EXIT_FAIL if failed else EXIT_PASS


def _lines(case: "Case", found: list[str]) -> str:
    lines = [f"FAIL {case.path}" if found else f"ok  {case.path}"]
    lines += [f"     {line}" for line in found]
    return "".join(f"{printable(line)}\n" for line in lines)
