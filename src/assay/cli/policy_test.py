"""`assay policy test`."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import click

from assay.cli.options import Moment, debug_option
from assay.cli.streams import EXIT_FAIL, EXIT_NO_VERDICT, EXIT_PASS, printable, read, show

if TYPE_CHECKING:
    from datetime import datetime

    from assay.errors import AssayError
    from assay.model import Policy, Report
    from assay.run.expectation import Expectation

EXPECTED, PLAN, CATALOG, POLICY = "expected.json", "plan.json", "catalog.json", "policy.yaml"
_MADE_BY = {
    PLAN: "write it with: terraform show -json tfplan > plan.json",
    CATALOG: "write it with: assay record plan.json -o catalog.json",
}

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


@click.command("test", help=_HELP)
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
    cases = list(_cases(directories))
    run = _Run(policy_path, as_of)
    failed = 0
    for case in cases:
        found = run.differences(case)
        if found is not None:
            failed += bool(found)
            show(_lines(case, found))
    unread = f", {run.unread} cannot be read" if run.unread else ""
    show(f"{len(cases)} case{'s' if len(cases) > 1 else ''}, {failed} failed{unread}\n")
    return EXIT_NO_VERDICT if run.unread else EXIT_FAIL if failed else EXIT_PASS


class _Case(NamedTuple):
    """A directory that holds expected.json, and the policy that is nearest to it."""

    path: str
    policy: str | None

    def file(self, name: str) -> str:
        return os.path.join(self.path, name)


def _cases(directories: tuple[str, ...]) -> Iterator[_Case]:
    """Every case once. Raises `InputError` for a directory that holds none."""
    from assay.errors import InputError

    known: set[str] = set()  # directories overlap
    for directory in directories:
        top, there = os.path.normpath(directory), False
        for folder, files in _walk(top):
            name = os.path.normpath(folder)
            if EXPECTED in files:
                there = True
                if os.path.realpath(folder) not in known:
                    known.add(os.path.realpath(folder))
                    yield _Case(name, _nearest_policy(folder, top))
            elif PLAN in files and CATALOG in files:
                click.echo(f"assay: {printable(name)}: no case, it has no {EXPECTED}", err=True)
        if not there:
            raise InputError(
                "no case at all: no directory holds expected.json",
                where=top,
                hint="assay policy test --help describes one",
            )


def _walk(top: str) -> Iterator[tuple[str, list[str]]]:
    """Every directory and its files, in order; links may lead in circles."""
    visited: set[str] = set()
    for folder, below, files in os.walk(top, onerror=_raise, followlinks=True):
        if os.path.realpath(folder) in visited:
            below.clear()
            continue
        visited.add(os.path.realpath(folder))
        below[:] = sorted(name for name in below if not name.startswith("."))
        yield folder, files


def _raise(error: OSError) -> None:
    from assay.errors import InputError

    hint = "name directories that hold cases"
    raise InputError(f"cannot be read: {error.strerror}", where=error.filename, hint=hint)


def _nearest_policy(folder: str, top: str) -> str | None:
    while True:
        policy = os.path.join(folder, POLICY)
        if os.path.lexists(policy):
            return os.path.normpath(policy)
        if folder == top:
            return None
        folder = os.path.dirname(folder)


class _Run:
    """Checks cases one after the other; a policy that several share is read once."""

    def __init__(self, policy_path: str | None, as_of: "datetime | None") -> None:
        self._policy_path = policy_path
        self._as_of = as_of
        self._policies: dict[str, Policy | AssayError] = {}
        self._told: set[str] = set()
        self.unread = 0

    def differences(self, case: _Case) -> list[str] | None:
        """What is not as expected, with the command that shows more; None if it cannot be read."""
        from assay.errors import AssayError
        from assay.run import expectation

        try:
            expected = expectation.read(case.file(EXPECTED), read(case.file(EXPECTED)))
            report = self._check(case, expected)
        except AssayError as error:
            self.unread += 1
            if str(error) not in self._told:
                self._told.add(str(error))
                click.echo(f"assay: {printable(str(error))}", err=True)
            return None
        found = expectation.differences(expected, report)
        return [*found, f"see: {_command(case, expected, report)}"] if found else []

    def _check(self, case: _Case, expected: "Expectation") -> "Report":
        from assay.catalog.recorded import RecordedCatalog
        from assay.inputs.plan.plan import read_plans
        from assay.run.check import check

        policy = self._policy(case)
        sources = read_plans(
            case.file(PLAN),
            _content(case, PLAN),
            kinds=policy.judge,
            region=policy.region,
            include_unchanged=expected.include_unchanged,
            tags=policy.matches_tags,
        )
        catalog = RecordedCatalog.load(case.file(CATALOG), _content(case, CATALOG))
        as_of = expected.moment or self._as_of or catalog.file.recorded_at
        return check(sources, catalog, policy, as_of)

    def _policy(self, case: _Case) -> "Policy":
        from assay.errors import AssayError, InputError
        from assay.policy.load import load

        path = case.policy or self._policy_path
        if path is None:
            raise InputError(
                f"no {POLICY}, neither here nor in a directory above up to the one that was named",
                where=case.path,
                hint="put one there, or name one with --policy FILE",
            )
        if path not in self._policies:
            try:
                self._policies[path] = load(path, read(path))
            except AssayError as error:
                self._policies[path] = error
        found = self._policies[path]
        if isinstance(found, AssayError):
            raise found
        return found


def _content(case: _Case, name: str) -> bytes:
    from assay.errors import InputError

    if not os.path.exists(case.file(name)):
        raise InputError(f"not there: a case needs a {name}", where=case.path, hint=_MADE_BY[name])
    return read(case.file(name))


def _lines(case: _Case, found: list[str]) -> str:
    lines = [f"FAIL {case.path}" if found else f"ok  {case.path}"]
    lines += [f"     {line}" for line in found]
    return "".join(f"{printable(line)}\n" for line in lines)


def _command(case: _Case, expected: "Expectation", report: "Report") -> str:
    """The check that a case makes, for whoever wants to see why."""
    import shlex

    words = ["assay", "check", case.file(PLAN), "--catalog", case.file(CATALOG)]
    words += ["--policy", report.policy.path, "--as-of", report.as_of.isoformat()]
    words += ["--include-unchanged"] if expected.include_unchanged else []
    return shlex.join(words)
