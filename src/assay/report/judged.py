"""Every verdict with where it stands: what formats that list references start from.

Such formats (JUnit, ASFF, OCSF) tell what passes, too: what failed yesterday and passes today must
be closed there.
"""

from collections.abc import Iterator

import msgspec

from assay.model import Report, Standing
from assay.report.fingerprints import Fingerprints
from assay.report.issues import exception_of
from assay.report.setting import Setting
from assay.report.view import ResultView, VerdictView, views


class JudgedReference(msgspec.Struct, frozen=True, gc=False):
    """One reference, how it stands, and by which name it is known from run to run."""

    verdict: VerdictView
    uid: str
    """The same from run to run, and no other's in this report; 64 hexadecimal digits."""
    open: tuple[ResultView, ...]
    """The results that are no pass, the worst first."""

    @property
    def standing(self) -> Standing:
        """How the reference stands."""
        return self.verdict.standing

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
        uid = fingerprints.of(verdict)  # also of a pass: by it yesterday's failure is closed
        yield JudgedReference(verdict, uid, tuple(sorted(results, key=_rank)))


def _rank(result: ResultView) -> int:
    return result.standing.rank
