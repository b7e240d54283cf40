"""Applies exceptions to failures, and counts which of them are used, expired or unused.

The policy's exceptions come first, then those that comments in the code make for a reference.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from assay.errors import InputError, did_you_mean
from assay.model import (
    AmiReference,
    AnyException,
    CodeException,
    ExceptionUse,
    Finding,
    Outcome,
    Policy,
    RuleResult,
    Subject,
)
from assay.model.times import day_of
from assay.policy.matching import holds
from assay.policy.rules import RULES

if TYPE_CHECKING:
    from assay.policy.candidates import Candidates

_Results = tuple[RuleResult, ...]
_Key: TypeAlias = int | CodeException
"""The number of an exception of the policy, or an exception in the code itself."""


class _Applied(Struct, frozen=True):
    """The results after some exceptions, and which of these were used or had expired."""

    to: _Results
    results: _Results
    used: frozenset[_Key]
    missed: frozenset[_Key]


class Exceptions:
    """Applies the exceptions of one policy and of the code, and counts the uses of each."""

    def __init__(self, policy: Policy, as_of: datetime) -> None:
        self._of_policy = policy.exceptions
        self._today = day_of(as_of)
        self._used: Counter[_Key] = Counter()
        self._missed: Counter[_Key] = Counter()
        self._applied: dict[tuple[int, tuple[_Key, ...]], _Applied] = {}

    @cached_property
    def _candidates(self) -> "Candidates":
        from assay.policy.candidates import Candidates  # most policies make no exceptions

        return Candidates([each.match for each in self._of_policy])

    def concern(self, reference: AmiReference) -> bool:
        """Whether any exception could apply to a reference."""
        return bool(self._of_policy or reference.exceptions)

    def apply(self, subject: Subject, results: _Results) -> _Results:
        """Attach to each failure the exception that lets it through, or mention an expired one.

        References that share their results before share them afterwards, so that reports show them
        once.
        """
        failing = {result.rule for result in results if _fails(result)}
        if not failing:
            return results
        matching: tuple[_Key, ...] = (
            *(
                number
                for number in self._candidates.of(subject)
                if not failing.isdisjoint((exception := self._of_policy[number]).rules)
                and holds(exception.match, subject)
            ),
            *(each for each in subject.reference.exceptions if not failing.isdisjoint(each.rules)),
        )
        if not matching:
            return results
        key = (id(results), matching)
        found = self._applied.get(key)
        if found is None:
            found = self._applied[key] = self._except_all(results, matching)
        self._used.update(found.used)
        self._missed.update(found.missed)
        return found.results

    @contextmanager
    def counting_once(self) -> Iterator[None]:
        """Within this context, count an exception at most once, as for a single reference."""
        used, missed = self._used, self._missed
        self._used, self._missed = Counter(), Counter()
        try:
            yield
        finally:
            used.update(set(self._used))
            missed.update(set(self._missed))
            self._used, self._missed = used, missed

    def _except_all(self, results: _Results, matching: tuple[_Key, ...]) -> _Applied:
        used: set[_Key] = set()
        missed: set[_Key] = set()
        excepted = tuple(self._except(result, matching, used, missed) for result in results)
        return _Applied(results, excepted, frozenset(used), frozenset(missed))

    def _except(
        self, result: RuleResult, matching: tuple[_Key, ...], used: set[_Key], missed: set[_Key]
    ) -> RuleResult:
        """Let a failure through by the first valid exception, or note that the others expired."""
        if not _fails(result):
            return result
        over: list[_Key] = []
        for key in matching:
            exception = self._exception(key)
            if result.rule not in exception.rules:
                continue
            if exception.expires is None or self._today <= exception.expires:
                used.add(key)
                return replace(result, exception=exception)
            over.append(key)
        if not over:
            return result
        missed.update(over)
        return replace(result, finding=_expired(result, self._exception(over[0])))

    def _exception(self, key: _Key) -> AnyException:
        return self._of_policy[key] if isinstance(key, int) else key

    def uses(self) -> tuple[ExceptionUse, ...]:
        """How each exception of the policy was used, in order, then those in the code.

        A comment that lets nothing through and has not expired on a failure is left out: it needs no
        action.
        """
        noticed = {key for key in (*self._used, *self._missed) if isinstance(key, CodeException)}
        in_code = sorted(noticed, key=lambda each: (each.file, each.line, each.rules))
        return tuple(self._use(key) for key in (*range(len(self._of_policy)), *in_code))

    def _use(self, key: _Key) -> ExceptionUse:
        exception = self._exception(key)
        end = exception.expires
        left = None if end is None else (end - self._today).days + 1
        return ExceptionUse(exception, self._used[key], self._missed[key], left)


def _fails(result: RuleResult) -> bool:
    return result.finding.outcome is Outcome.FAIL and result.decides


def _expired(result: RuleResult, over: AnyException) -> Finding:
    """The finding, with the date on which its exception expired."""
    said = f"{result.finding.message}; the exception {over.name} expired on {over.expires}"
    return replace(result.finding, message=said)


_EXCEPTABLE = tuple(rule.id for rule in RULES if rule.exceptable)


def check_exceptions(references: Iterable[AmiReference]) -> None:
    """Raise `InputError` for the first comment that names a rule that cannot be excepted."""
    for exception in {each: None for reference in references for each in reference.exceptions}:
        for rule in exception.rules:
            if rule not in _EXCEPTABLE:
                raise _refused(rule, exception)


def _refused(rule: str, exception: CodeException) -> InputError:
    if any(rule == known.id for known in RULES):
        return InputError(
            f"{rule} cannot be named in an exception",
            where=exception.where,
            hint="an exception cannot let through what could not be read",
        )
    hint = did_you_mean(rule, _EXCEPTABLE) or "`assay rules` lists the rules"
    return InputError(f"{rule!r} is not a rule", where=exception.where, hint=hint)
