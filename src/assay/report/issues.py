"""What does not pass, one issue a result: what formats that list issues start from.

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
    """One result that is no pass, of one reference."""

    verdict: VerdictView
    result: ResultView
    path: str
    """The file to show it at: the code's, or the plan's where nobody knows the code."""
    line: int
    """From 1; 1 in a plan."""
    fingerprint: str
    """The same from run to run, and no other's in this report; 64 hexadecimal digits."""

    @property
    def level(self) -> str:
        """`error` where it closes the gate, `warning` where it is only reported."""
        return ERROR if self.result.standing.closes_the_gate else WARNING

    @property
    def in_code(self) -> bool:
        """Whether path and line are those of the code."""
        return self.verdict.file is not None

    @property
    def message(self) -> str:
        """What is wrong with what; starts with the address."""
        of = f" ({self.verdict.input_kind} {self.verdict.plan})" if self.verdict.plan else ""
        return f"{self.verdict.address}{of}: {self.word}{self.result.message}"

    @property
    def word(self) -> str:
        """What the level does not tell: that it was not read, or that an exception lets it be."""
        if self.result.outcome == "undetermined":
            return "undetermined: "
        return "excepted: " if self.result.standing is Standing.EXCEPTED else ""


def issues(report: Report, setting: Setting) -> Iterator[Issue]:
    """Every failure, warning and undetermined result, in the order of the verdicts.

    What an exception lets through is left out unless the setting asks for it; then it is there
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
    """The exception that lets a result through; None where it is not the one that is shown."""
    exception = verdict.exception
    if result.excepted and exception and result.rule in exception.rules:
        return exception
    return None
