"""What does not pass, one finding a result: what formats that list findings start from.

Such formats (SARIF, GitLab's, annotations, …) know errors and warnings, files and lines. Text in a
finding may come from a plan or from AWS: each format escapes it in its own way.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from assay.model import InputFacts, Report, Standing
from assay.report.setting import Setting
from assay.report.view import ExceptionView, ResultView, VerdictView, views

ERROR, WARNING = "error", "warning"


class Finding(msgspec.Struct, frozen=True, gc=False):
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
        return f"{self.verdict.address}: {self.word}{self.result.message}"

    @property
    def word(self) -> str:
        """What the level does not tell: that it was not read, or that an exception lets it be."""
        if self.result.outcome == "undetermined":
            return "undetermined: "
        return "excepted: " if self.result.standing is Standing.EXCEPTED else ""


def findings(report: Report, setting: Setting) -> Iterator[Finding]:
    """Every failure, warning and undetermined result, in the order of the verdicts.

    What an exception lets through is left out unless the setting asks for it; then it is there
    as a warning.
    """
    every = list(by_input(report))
    shared = in_several_inputs(every)
    seen: Counter[str] = Counter()
    listed = setting.listed
    for facts, verdict in every:
        for result in verdict.results:
            if result.standing not in listed:
                continue
            mark = digest(setting.category, *identity(verdict), result.rule)
            yield Finding(
                verdict,
                result,
                verdict.file or facts.path,
                verdict.line or 1,
                distinct(mark, facts.path if identity(verdict) in shared else None, seen),
            )


def identity(verdict: VerdictView) -> tuple[str, str, str]:
    """What stays the same when lines move and other images are used."""
    return verdict.root or "", verdict.address, verdict.attribute


def in_several_inputs(
    every: Iterable[tuple[InputFacts, VerdictView]],
) -> set[tuple[str, str, str]]:
    """The identities that more than one input has, whatever came of them there."""
    first: dict[tuple[str, str, str], str] = {}
    return {
        identity(verdict)
        for facts, verdict in every
        if first.setdefault(identity(verdict), facts.path) != facts.path
    }


def distinct(mark: str, path: str | None, seen: Counter[str]) -> str:
    """The mark, told apart by the input that it needs, and by number within that."""
    own = digest(mark, path) if path else mark
    seen[own] += 1
    return own if seen[own] == 1 else digest(own, str(seen[own]))


def exception_of(verdict: VerdictView, result: ResultView) -> ExceptionView | None:
    """The exception that lets a result through; None where it is not the one that is shown."""
    exception = verdict.exception
    if result.excepted and exception and result.rule in exception.rules:
        return exception
    return None


def by_input(report: Report) -> Iterator[tuple[InputFacts, VerdictView]]:
    """Every verdict as it may be shown, with the input that it is about."""
    shown = iter(views(report))
    for facts in report.inputs:
        for _ in range(facts.references):
            yield facts, next(shown)


def digest(*parts: str) -> str:
    """64 hexadecimal digits that stand for the parts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
