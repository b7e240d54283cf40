"""The standing of results and verdicts: their order, what closes the gate, what is only reported.

This is the single source: the engine, exit codes and report formats use it. `checks/` cannot import
this package, so it has a copy, which a test compares.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from assay.model.outcomes import Outcome, Severity

WORST_FIRST = (Outcome.FAIL, Outcome.UNDETERMINED, Outcome.PASS)
# Before Python 3.12, looking up an enum member takes longer than everything else here, so members
# that are needed thousands of times for a report have their own names.
_FAIL, _UNDETERMINED, _PASS = WORST_FIRST
_ERROR, _WARNING = Severity.ERROR, Severity.WARNING


class Standing(StrEnum):
    """An outcome as the policy treats it, the worst first; the first two close the gate."""

    FAIL = "fail"
    UNDETERMINED = "undetermined"
    TOLERATED = "tolerated"
    """Something could not be read, so nothing is proven, and the policy only reports that."""
    EXCEPTED = "excepted"
    """Something fails, and an exception lets it through."""
    WARNED = "warning"
    """Something fails, and the policy only reports it."""
    PASS = "pass"  # noqa: S105 - an outcome, not a password

    @property
    def rank(self) -> int:
        """The sort key of references and results, 0 for the worst."""
        return _RANKS[self]

    @property
    def closes_the_gate(self) -> bool:
        """Whether it makes a run end with a code other than 0."""
        return self in _CLOSING

    @property
    def is_good(self) -> bool:
        """Whether everything was read, and each failure is excepted or only reported.

        `TOLERATED` is not good: a pass needs evidence.
        """
        return self in _GOOD


_RANKS = {standing: rank for rank, standing in enumerate(Standing)}
_FAILS, _OPEN, _TOLERATED, _EXCEPTED, _WARNED, _PASSES = Standing
_CLOSING = frozenset((_FAILS, _OPEN))
_GOOD = frozenset((_EXCEPTED, _WARNED, _PASSES))


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome that outranks the others; `pass` if there are none."""
    return min(outcomes, key=WORST_FIRST.index, default=_PASS)


def closes_the_gate(outcome: Outcome, undetermined: Severity) -> bool:
    """Whether a run with this outcome ends with a code other than 0.

    `undetermined` is the policy's severity for what could not be read.
    """
    if outcome == _UNDETERMINED:
        return undetermined != _WARNING
    return outcome != _PASS


def decides(outcome: Outcome, severity: Severity, *, excepted: bool) -> bool:
    """Whether a result keeps its verdict from being a pass.

    An exception lets a failure through, but never something that could not be read.
    """
    if outcome == _PASS or severity != _ERROR:
        return False
    return not (excepted and outcome == _FAIL)


def result_standing(
    outcome: Outcome, severity: Severity, undetermined: Severity, *, excepted: bool
) -> Standing:
    """The standing of one result."""
    if outcome == _PASS:
        return _PASSES
    if decides(outcome, severity, excepted=excepted):
        return _decided(outcome, undetermined)
    if outcome == _UNDETERMINED:
        return _TOLERATED
    return _EXCEPTED if excepted else _WARNED


def verdict_standing(
    outcome: Outcome, results: Sequence[Standing], undetermined: Severity
) -> Standing:
    """The standing of a verdict: for a pass, the worst standing of its results."""
    if outcome == _PASS:
        return min(results, key=_RANKS.__getitem__) if results else _PASSES
    return _decided(outcome, undetermined)


def _decided(outcome: Outcome, undetermined: Severity) -> Standing:
    if not closes_the_gate(outcome, undetermined):
        return _TOLERATED
    return _OPEN if outcome == _UNDETERMINED else _FAILS
