"""How results and verdicts stand: what outranks what, what closes the gate, what is only reported.

The one place that knows. The engine weighs by it, exit codes follow it, every format tells it, and
`checks/`, which can import nothing of ours, holds a copy that a test compares.
"""

from collections.abc import Iterable, Sequence
from enum import StrEnum

from assay.model.outcomes import Outcome, Severity

WORST_FIRST = (Outcome.FAIL, Outcome.UNDETERMINED, Outcome.PASS)
# Before Python 3.12 it takes longer to look a member up than to do all else here, so that what is
# asked thousands of times a report has names of its own.
_FAIL, _UNDETERMINED, _PASS = WORST_FIRST
_ERROR, _WARNING = Severity.ERROR, Severity.WARNING


class Standing(StrEnum):
    """An outcome with what the policy makes of it, the worst first; the first two close the gate."""

    FAIL = "fail"
    UNDETERMINED = "undetermined"
    TOLERATED = "tolerated"
    """Something could not be read, and the policy only has that reported: it is not proven."""
    EXCEPTED = "excepted"
    """Something fails, and an exception lets it through."""
    WARNED = "warning"
    """Something fails that the policy only has reported."""
    PASS = "pass"  # noqa: S105 - an outcome, not a password

    @property
    def rank(self) -> int:
        """0 for the worst: references and results are sorted by it."""
        return _RANKS[self]

    @property
    def closes_the_gate(self) -> bool:
        """Whether it ends a run with another code than 0."""
        return self in _CLOSING

    @property
    def is_good(self) -> bool:
        """Whether everything was read, and what fails is let through or only reported.

        What is tolerated is not good: a pass needs evidence.
        """
        return self in _GOOD


_RANKS = {standing: rank for rank, standing in enumerate(Standing)}
_FAILS, _OPEN, _TOLERATED, _EXCEPTED, _WARNED, _PASSES = Standing
_CLOSING = frozenset((_FAILS, _OPEN))
_GOOD = frozenset((_EXCEPTED, _WARNED, _PASSES))


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome that outranks the others; `pass` for none."""
    return min(outcomes, key=WORST_FIRST.index, default=_PASS)


def closes_the_gate(outcome: Outcome, undetermined: Severity) -> bool:
    """Whether a run with this outcome ends with another code than 0.

    `undetermined` is the policy's word on what could not be read.
    """
    if outcome == _UNDETERMINED:
        return undetermined != _WARNING
    return outcome != _PASS


def decides(outcome: Outcome, severity: Severity, *, excepted: bool) -> bool:
    """Whether a result that is no pass makes its verdict no pass.

    An exception lets a failure through, and never what could not be read: nobody knows what that is.
    """
    if outcome == _PASS or severity != _ERROR:
        return False
    return not (excepted and outcome == _FAIL)


def result_standing(
    outcome: Outcome, severity: Severity, undetermined: Severity, *, excepted: bool
) -> Standing:
    """How one result stands."""
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
    """How a verdict stands of which the results stand so: a pass as its worst result does."""
    if outcome == _PASS:
        return min(results, key=_RANKS.__getitem__) if results else _PASSES
    return _decided(outcome, undetermined)


def _decided(outcome: Outcome, undetermined: Severity) -> Standing:
    if not closes_the_gate(outcome, undetermined):
        return _TOLERATED
    return _OPEN if outcome == _UNDETERMINED else _FAILS
