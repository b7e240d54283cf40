"""Every verdict with where it stands: what formats that list references start from.

Such formats (JUnit, ASFF, OCSF) tell what passes, too: what failed yesterday and passes today must
be closed there.
"""

from collections import Counter
from collections.abc import Iterator
from enum import StrEnum

import msgspec

from assay.model import InputFacts, Report, Severity
from assay.report.findings import (
    by_input,
    digest,
    distinct,
    exception_of,
    identity,
    in_several_inputs,
)
from assay.report.setting import Setting
from assay.report.view import ResultView, VerdictView


class Standing(StrEnum):
    """A verdict's outcome with what is to be said of it; the first two close the gate."""

    FAIL = "fail"
    UNDETERMINED = "undetermined"
    TOLERATED = "tolerated"
    """Something is undetermined, and the policy only has it reported."""
    EXCEPTED = "excepted"
    """Something fails, and an exception lets it through."""
    WARNED = "warned"
    """Something fails that the policy only has reported."""
    PASS = "pass"  # noqa: S105 - an outcome, not a password


class Judged(msgspec.Struct, frozen=True, gc=False):
    """One reference, how it stands, and by which name it is known from run to run."""

    input: InputFacts
    verdict: VerdictView
    standing: Standing
    uid: str
    """The same from run to run, and no other's in this report; 64 hexadecimal digits."""
    open: tuple[ResultView, ...]
    """The results that are no pass, those that close the gate first."""

    @property
    def label(self) -> str:
        """The reference in one line."""
        return f"{self.verdict.address} {self.verdict.attribute}"

    @property
    def reasons(self) -> str:
        """What the open results say, and who lets it through."""
        return "; ".join(self.said(result) for result in self.open)

    def said(self, result: ResultView) -> str:
        """One result in one line."""
        text = f"{result.rule}: {result.message}"
        if not result.excepted:
            return text
        exception = exception_of(self.verdict, result)
        return f"{text} (excepted: {exception.reason})" if exception else f"{text} (excepted)"


def judged(report: Report, setting: Setting) -> Iterator[Judged]:
    """Every verdict, in order."""
    every = list(by_input(report))
    shared = in_several_inputs(every)
    seen: Counter[str] = Counter()
    for facts, verdict in every:
        mark = digest(setting.category, *identity(verdict))
        uid = distinct(mark, facts.path if identity(verdict) in shared else None, seen)
        results = tuple(each for each in verdict.results if each.outcome != "pass")
        if len(results) > 1:
            results = tuple(sorted(results, key=_rank))
        yield Judged(
            facts,
            verdict,
            standing(verdict, results, report.policy.undetermined),
            uid,
            results,
        )


def standing(
    verdict: VerdictView, results: tuple[ResultView, ...], undetermined: Severity
) -> Standing:
    """Where a verdict with these open results stands."""
    if verdict.outcome == "fail":
        return Standing.FAIL
    if verdict.outcome == "undetermined":
        tolerated = undetermined is Severity.WARNING
        return Standing.TOLERATED if tolerated else Standing.UNDETERMINED
    if any(each.outcome == "undetermined" and not each.excepted for each in results):
        return Standing.TOLERATED
    if verdict.exception:
        return Standing.EXCEPTED
    return Standing.WARNED if results else Standing.PASS


def _rank(result: ResultView) -> tuple[bool, bool, bool]:
    return result.excepted, result.severity == "warning", result.outcome == "undetermined"
