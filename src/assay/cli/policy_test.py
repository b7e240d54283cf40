"""`assay policy test`."""

from typing import TYPE_CHECKING

import click

from assay.cli.options import Moment
from assay.cli.streams import EXIT_FAIL, EXIT_NO_VERDICT, EXIT_PASS, printable, show
from assay.cli.usage import Command

if TYPE_CHECKING:
    from datetime import datetime

    from assay.run.cases import Case

_HELP = """\
Test a policy on recorded cases with expected verdicts.

Needs no AWS, and reads neither the environment nor assay.yaml, so a case gives the same result on
every machine.

A case is a directory, anywhere below DIR, with these files:

\b
  expected.json  the expected result of the check
  plan.json      terraform show -json tfplan > plan.json
  catalog.json   assay record plan.json -o catalog.json
  policy.yaml    here, or in the nearest parent directory up to DIR;
                 if there is none, the one given by --policy

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
verdicts    all verdicts, in any order; a verdict that is not listed here
            counts as a difference
  rules     the rules of error severity that do not pass and that no
            exception lets through, in any order
  attribute the attribute of the address, if there are several
  warnings  the rules that only warn
  value     the value of the attribute, as the report shows it
  exception the ticket of the exception that lets it through, or its
            reason if it has no ticket; null for none
about       a comment, here or in a verdict
as_of       judge as of this day or time (UTC); by default --as-of, or else
            the recorded_at of catalog.json, so results do not change with
            time
include_unchanged
            true: also judge resources that the plan does not change
not_judged  how many references get no verdict, by reason: {"bake": 1}

outcome, verdicts, address and rules are required; other keys are compared only if they are
there. Unknown keys are errors. Directories whose names begin with a dot are skipped.

Exit codes: 0 everything is as expected, 1 something is not, 2 a case cannot be read or a DIR
contains none.
"""


@click.command("test", cls=Command, help=_HELP)
@click.argument("directories", nargs=-1, required=True, metavar="DIR...")
@click.option("--policy", "policy_path", metavar="FILE",
              help="The policy for cases that have none of their own.")  # fmt: skip
@click.option("--as-of", type=Moment(), metavar="TIME",
              help="The time for cases that name none.")  # fmt: skip
def test_command(
    directories: tuple[str, ...], policy_path: str | None, as_of: "datetime | None"
) -> int:
    """Run cases; the help text is `_HELP`."""
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
