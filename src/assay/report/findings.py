"""What does not pass, one finding a result: what formats that list findings start from.

Such formats (SARIF, GitLab's, annotations, …) know errors and warnings, files and lines. Text in a
finding may come from a plan or from AWS: each format escapes it in its own way.
"""

import hashlib
from collections import Counter
from collections.abc import Iterator

import msgspec
from msgspec.structs import replace

from assay.model import InputFacts, Report, Severity
from assay.report.setting import Setting
from assay.report.view import ExceptionView, ResultView, VerdictView, views

ERROR, WARNING = "error", "warning"
_UNTOLD = ResultView(
    rule="unresolved",
    outcome="undetermined",
    severity="error",
    message="no rule that may fail it could judge it",
    fix=None,
    evidence=(),
    excepted=False,
)
"""Where rules are switched off, a verdict may be undetermined and no result say so."""


class Finding(msgspec.Struct, frozen=True, gc=False):
    """One result that is no pass, of one reference."""

    verdict: VerdictView
    result: ResultView
    level: str
    """`error` where it closes the gate, `warning` where it is only reported."""
    path: str
    """The file to show it at: the code's, or the plan's where nobody knows the code."""
    line: int
    """From 1; 1 in a plan."""
    fingerprint: str
    """The same from run to run, and no other's in this report; 64 hexadecimal digits."""

    @property
    def in_code(self) -> bool:
        """Whether path and line are those of the code."""
        return self.verdict.file is not None

    @property
    def message(self) -> str:
        """What is wrong with what; starts with the address."""
        return f"{self.verdict.address}: {self.result.message}"


def findings(report: Report, setting: Setting) -> Iterator[Finding]:
    """Every failure, warning and undetermined result, in the order of the verdicts.

    What an exception lets through is left out unless the setting asks for it; then it is there
    as a warning whose `result.excepted` is true.
    """
    seen: Counter[str] = Counter()
    for facts, verdict in by_input(report):
        for result in told(verdict):
            if result.outcome == "pass" or (result.excepted and not setting.excepted):
                continue
            mark = _fingerprint(verdict, result, setting.category)
            seen[mark] += 1
            yield Finding(
                verdict,
                result,
                level(result, report.policy.undetermined),
                verdict.file or facts.path,
                verdict.line or 1,
                mark if seen[mark] == 1 else digest(mark, str(seen[mark])),
            )


def told(verdict: VerdictView) -> tuple[ResultView, ...]:
    """Its results; where none tells why the verdict is no pass, one that says so."""
    if verdict.outcome == "pass" or any(
        each.outcome != "pass" and each.severity == "error" and not each.excepted
        for each in verdict.results
    ):
        return verdict.results
    return (*verdict.results, replace(_UNTOLD, outcome=verdict.outcome))


def let_through(verdict: VerdictView, result: ResultView) -> ExceptionView | None:
    """The exception that lets a result through; None where it is not the one that is shown."""
    exception = verdict.exception
    if result.excepted and exception and result.rule in exception.rules:
        return exception
    return None


def by_input(report: Report) -> Iterator[tuple[InputFacts, VerdictView]]:
    """Every verdict as it may be shown, with the input that it is about."""
    shown = iter(views(report.verdicts))
    for facts in report.inputs:
        for _ in range(facts.references):
            yield facts, next(shown)


def level(result: ResultView, undetermined: Severity) -> str:
    """What a result that is no pass does to the gate."""
    if result.excepted or result.severity == "warning":
        return WARNING
    if result.outcome == "undetermined" and undetermined is Severity.WARNING:
        return WARNING
    return ERROR


def _fingerprint(verdict: VerdictView, result: ResultView, category: str) -> str:
    """By what stays the same when lines move and other images are used."""
    return digest(category, verdict.root or "", verdict.address, verdict.attribute, result.rule)


def digest(*parts: str) -> str:
    """64 hexadecimal digits that stand for the parts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
