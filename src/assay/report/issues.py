"""What does not pass, one issue per result: the starting point of formats that list issues.

Such formats (SARIF, GitLab's, annotations, …) know errors and warnings, files and lines. Text in an
issue may come from a plan or from AWS: each format escapes it in its own way.
"""

from collections.abc import Iterator

import msgspec

from assay.model import Report, Standing
from assay.report.fingerprints import Fingerprints
from assay.report.setting import Setting
from assay.report.view import ExceptionView, ResultView, VerdictView, views

ERROR, WARNING = "error", "warning"


class Issue(msgspec.Struct, frozen=True, gc=False):
    """One result of one reference that is not a pass."""

    verdict: VerdictView
    result: ResultView
    path: str
    """The file to show it at: the code file, or the plan if the code file is not known."""
    line: int
    """Counted from 1; always 1 in a plan."""
    fingerprint: str
    """The same from run to run, and unique in this report; 64 hexadecimal digits."""

    @property
    def level(self) -> str:
        """`error` if it closes the gate, `warning` if it is only reported."""
        return ERROR if self.result.standing.closes_the_gate else WARNING

    @property
    def in_code(self) -> bool:
        """Whether path and line refer to the code."""
        return self.verdict.file is not None

    @property
    def message(self) -> str:
        """The address and what is wrong with it."""
        of = f" ({self.verdict.input_kind} {self.verdict.plan})" if self.verdict.plan else ""
        return f"{self.verdict.address}{of}: {self.word}{self.result.message}"

    @property
    def word(self) -> str:
        """What the level does not say: that something was not read, or that an exception applies."""
        if self.result.outcome == "undetermined":
            return "undetermined: "
        return "excepted: " if self.result.standing is Standing.EXCEPTED else ""


def issues(report: Report, setting: Setting) -> Iterator[Issue]:
    """Every failure, warning and undetermined result, in the order of the verdicts.

    What an exception lets through is left out unless the setting asks for it; then it is listed
    as a warning.
    """
    every, listed = views(report), setting.listed
    fingerprints = Fingerprints(report, setting, every)
    for verdict in every:
        for result in verdict.results:
            if result.standing in listed:
                yield Issue(
                    verdict,
                    result,
                    verdict.file or report.inputs[verdict.input].path,
                    verdict.line or 1,
                    fingerprints.of(verdict, result.rule),
                )


def exception_of(verdict: VerdictView, result: ResultView) -> ExceptionView | None:
    """The exception that lets a result through; None if it is not the one shown with the verdict."""
    exception = verdict.exception
    if result.excepted and exception and result.rule in exception.rules:
        return exception
    return None
