"""Every verdict with its standing: the starting point of formats that list references.

Such formats (JUnit, ASFF, OCSF) also report passes: a reference that failed yesterday and passes
today must be closed there.
"""

from collections.abc import Iterator

import msgspec

from assay.model import Report, Standing
from assay.report.fingerprints import Fingerprints
from assay.report.issues import exception_of
from assay.report.setting import Setting
from assay.report.view import ResultView, VerdictView, views


class JudgedReference(msgspec.Struct, frozen=True, gc=False):
    """One reference, its standing, and the name that identifies it from run to run."""

    verdict: VerdictView
    uid: str
    """The same from run to run, and unique in this report; 64 hexadecimal digits."""
    open: tuple[ResultView, ...]
    """The results that are not passes, worst first."""

    @property
    def standing(self) -> Standing:
        """The standing of the reference."""
        return self.verdict.standing

    @property
    def label(self) -> str:
        """The reference in one line."""
        return f"{self.verdict.address} {self.verdict.attribute}"

    @property
    def reasons(self) -> str:
        """What the open results say, and what lets them through."""
        return "; ".join(self.said(result) for result in self.open)

    def said(self, result: ResultView) -> str:
        """One result in one line."""
        text = f"{result.rule}: {result.message}"
        if result.standing is Standing.TOLERATED:
            return f"{text} (tolerated)"
        if result.standing is not Standing.EXCEPTED:
            return text
        exception = exception_of(self.verdict, result)
        return f"{text} (excepted: {exception.reason})" if exception else f"{text} (excepted)"


def judged_references(report: Report, setting: Setting) -> Iterator[JudgedReference]:
    """Every verdict, in order."""
    every = views(report)
    fingerprints = Fingerprints(report, setting, every)
    for verdict in every:
        results = (each for each in verdict.results if each.standing is not Standing.PASS)
        uid = fingerprints.of(verdict)  # for a pass, too: it closes yesterday's failure
        yield JudgedReference(verdict, uid, tuple(sorted(results, key=_rank)))


def _rank(result: ResultView) -> int:
    return result.standing.rank
