"""What exceptions let through, until when, and which of them nobody needs.

Those of the policy come first, then those that comments in the code make for a reference.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import NamedTuple, TypeAlias, get_args

from msgspec.structs import replace

from assay.errors import InputError, did_you_mean
from assay.model import (
    AmiReference,
    Exemption,
    Finding,
    Ignore,
    Outcome,
    Policy,
    RuleResult,
    Severity,
    Subject,
    WaiverUse,
)
from assay.policy.document import Waivable
from assay.policy.matching import holds
from assay.policy.rules import RULES

_Results = tuple[RuleResult, ...]
_Key: TypeAlias = int | Ignore
"""An exception of the policy by its number; one in the code is its own name."""


class _Applied(NamedTuple):
    """What some exceptions make of some results."""

    to: _Results
    results: _Results
    used: frozenset[_Key]
    missed: frozenset[_Key]


class Waivers:
    """Applies the exceptions of one policy, and of the code, and counts what each was good for."""

    def __init__(self, policy: Policy, as_of: datetime) -> None:
        self._waivers = policy.exceptions
        self._today = as_of.astimezone(UTC).date()
        self._used: Counter[_Key] = Counter()
        self._missed: Counter[_Key] = Counter()
        self._applied: dict[tuple[int, tuple[_Key, ...]], _Applied] = {}

    def concern(self, reference: AmiReference) -> bool:
        """Whether there is any exception that could reach a reference."""
        return bool(self._waivers or reference.ignores)

    def apply(self, subject: Subject, results: _Results) -> _Results:
        """The results, with the waiver that lets a failure through, or word of one that did.

        What references share before, they share after: reports show it once.
        """
        failing = {result.rule for result in results if _fails(result)}
        if not failing:
            return results
        matching: tuple[_Key, ...] = (
            *(
                number
                for number, waiver in enumerate(self._waivers)
                if not failing.isdisjoint(waiver.rules) and holds(waiver.match, subject)
            ),
            *(each for each in subject.reference.ignores if not failing.isdisjoint(each.rules)),
        )
        if not matching:
            return results
        key = (id(results), matching)
        found = self._applied.get(key)
        if found is None:
            found = self._applied[key] = self._waive_all(results, matching)
        self._used.update(found.used)
        self._missed.update(found.missed)
        return found.results

    @contextmanager
    def counting_once(self) -> Iterator[None]:
        """Within, an exception is counted once however often it is applied: for one reference."""
        used, missed = self._used, self._missed
        self._used, self._missed = Counter(), Counter()
        try:
            yield
        finally:
            used.update(set(self._used))
            missed.update(set(self._missed))
            self._used, self._missed = used, missed

    def _waive_all(self, results: _Results, matching: tuple[_Key, ...]) -> _Applied:
        used: set[_Key] = set()
        missed: set[_Key] = set()
        waived = tuple(self._waive(result, matching, used, missed) for result in results)
        return _Applied(results, waived, frozenset(used), frozenset(missed))

    def _waive(
        self, result: RuleResult, matching: tuple[_Key, ...], used: set[_Key], missed: set[_Key]
    ) -> RuleResult:
        """The first that still holds lets it through; one that is over is missed only without."""
        if not _fails(result):
            return result
        over: list[_Key] = []
        for key in matching:
            exemption = self._exemption(key)
            if result.rule not in exemption.rules:
                continue
            if exemption.expires is None or self._today <= exemption.expires:
                used.add(key)
                return replace(result, waiver=exemption)
            over.append(key)
        if not over:
            return result
        missed.update(over)
        return replace(result, finding=_told(result, self._exemption(over[0])))

    def _exemption(self, key: _Key) -> Exemption:
        return self._waivers[key] if isinstance(key, int) else key

    def uses(self) -> tuple[WaiverUse, ...]:
        """What became of each exception of the policy, in its order, and of those in the code.

        A comment that lets nothing through is left out: nobody has to see to it.
        """
        noticed = {key for key in (*self._used, *self._missed) if isinstance(key, Ignore)}
        in_code = sorted(noticed, key=lambda ignore: (ignore.file, ignore.line, ignore.rules))
        return tuple(self._use(key) for key in (*range(len(self._waivers)), *in_code))

    def _use(self, key: _Key) -> WaiverUse:
        exemption = self._exemption(key)
        end = exemption.expires
        left = None if end is None else (end - self._today).days + 1
        return WaiverUse(exemption, self._used[key], self._missed[key], left)


def _fails(result: RuleResult) -> bool:
    return result.finding.outcome is Outcome.FAIL and result.severity is Severity.ERROR


def _told(result: RuleResult, over: Exemption) -> Finding:
    """The finding, and since when nothing lets it through any more."""
    said = f"{result.finding.message}; the exception {over.name} expired on {over.expires}"
    return replace(result.finding, message=said)


def check_ignores(references: Iterable[AmiReference]) -> None:
    """Raise `InputError` for the first comment that excepts what cannot be excepted."""
    waivable = get_args(Waivable)
    for ignore in {each: None for reference in references for each in reference.ignores}:
        for rule in ignore.rules:
            if rule not in waivable:
                raise _refused(rule, ignore)


def _refused(rule: str, ignore: Ignore) -> InputError:
    if any(rule == known.id for known in RULES):
        return InputError(
            f"{rule} cannot be excepted",
            where=ignore.where,
            hint="what could not be read is never let through",
        )
    hint = did_you_mean(rule, get_args(Waivable)) or "`assay rules` lists the rules"
    return InputError(f"{rule!r} is no rule", where=ignore.where, hint=hint)
