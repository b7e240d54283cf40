"""Recorded cases of a policy: finds them, and compares a check with what they expect."""

import os
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from datetime import datetime

    from assay.errors import AssayError
    from assay.model import Policy, Report
    from assay.run.expectation import Expectation
    from assay.run.host import Host

EXPECTED, PLAN, CATALOG, POLICY = "expected.json", "plan.json", "catalog.json", "policy.yaml"
_MADE_BY = {
    PLAN: "write it with: terraform show -json tfplan > plan.json",
    CATALOG: "write it with: assay record plan.json -o catalog.json",
}


class Case(NamedTuple):
    """A directory with an expected.json, and the nearest policy."""

    path: str
    policy: str | None

    def file(self, name: str) -> str:
        return os.path.join(self.path, name)


def cases(host: "Host", directories: Iterable[str]) -> Iterator[Case]:
    """Yield every case once. Raises `InputError` for a directory that contains none."""
    from assay.errors import InputError

    known: set[str] = set()  # because directories can overlap
    for directory in directories:
        top, there = os.path.normpath(directory), False
        for folder, files in _walk(top):
            name = os.path.normpath(folder)
            if EXPECTED in files:
                there = True
                if os.path.realpath(folder) not in known:
                    known.add(os.path.realpath(folder))
                    yield Case(name, _nearest_policy(folder, top))
            elif PLAN in files and CATALOG in files:
                host.note(f"{name}: not a case, because it has no {EXPECTED}")
        if not there:
            raise InputError(
                "there is no case: no directory contains expected.json",
                where=top,
                hint="assay policy test --help describes cases",
            )


def _walk(top: str) -> Iterator[tuple[str, list[str]]]:
    """Yield every directory and its files, in order; links can form loops."""
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

    hint = "name directories that contain cases"
    raise InputError(f"cannot be read: {error.strerror}", where=error.filename, hint=hint)


def _nearest_policy(folder: str, top: str) -> str | None:
    while True:
        policy = os.path.join(folder, POLICY)
        if os.path.lexists(policy):
            return os.path.normpath(policy)
        if folder == top:
            return None
        folder = os.path.dirname(folder)


class Cases:
    """Checks one case after another; a policy that several cases share is read once."""

    def __init__(self, host: "Host", policy_path: str | None, as_of: "datetime | None") -> None:
        self._host = host
        self._policy_path = policy_path
        self._as_of = as_of
        self._policies: dict[str, Policy | AssayError] = {}
        self._told: set[str] = set()
        self.unread = 0

    def differences(self, case: Case) -> list[str] | None:
        """Return the differences and a command that shows more, or None if the case cannot be read."""
        from assay.errors import AssayError
        from assay.run import expectation

        try:
            expected = expectation.read(case.file(EXPECTED), self._host.read(case.file(EXPECTED)))
            report = self._check(case, expected)
        except AssayError as error:
            self.unread += 1
            if str(error) not in self._told:
                self._told.add(str(error))
                self._host.note(str(error))
            return None
        found = expectation.differences(expected, report)
        return [*found, f"see: {_command(case, expected, report)}"] if found else []

    def _check(self, case: Case, expected: "Expectation") -> "Report":
        from assay.catalog.recorded import RecordedCatalog
        from assay.inputs.plan.plan import read_plans
        from assay.run.check import check

        policy = self._policy(case)
        sources = read_plans(
            case.file(PLAN),
            self._content(case, PLAN),
            kinds=policy.judge,
            region=policy.region,
            include_unchanged=expected.include_unchanged,
            tags=policy.matches_tags,
        )
        catalog = RecordedCatalog.load(case.file(CATALOG), self._content(case, CATALOG))
        as_of = expected.moment or self._as_of or catalog.file.recorded_at
        return check(sources, catalog, policy, as_of)

    def _policy(self, case: Case) -> "Policy":
        from assay.errors import AssayError, InputError
        from assay.policy.load import load

        path = case.policy or self._policy_path
        if path is None:
            raise InputError(
                f"there is no {POLICY} here or in a parent directory up to the one that was named",
                where=case.path,
                hint="add one, or name one with --policy FILE",
            )
        if path not in self._policies:
            try:
                self._policies[path] = load(path, self._host.read(path))
            except AssayError as error:
                self._policies[path] = error
        found = self._policies[path]
        if isinstance(found, AssayError):
            raise found
        return found

    def _content(self, case: Case, name: str) -> bytes:
        from assay.errors import InputError

        if not os.path.exists(case.file(name)):
            raise InputError(
                f"has no {name}, which a case needs", where=case.path, hint=_MADE_BY[name]
            )
        return self._host.read(case.file(name))


def _command(case: Case, expected: "Expectation", report: "Report") -> str:
    """The command that makes the check of a case, to see why it differs."""
    import shlex

    from assay.model.times import iso

    words = ["assay", "check", case.file(PLAN), "--catalog", case.file(CATALOG)]
    words += ["--policy", report.policy.path, "--as-of", iso(report.as_of)]
    words += ["--include-unchanged"] if expected.include_unchanged else []
    return shlex.join(words)
