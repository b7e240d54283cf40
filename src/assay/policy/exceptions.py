"""What the policy's exceptions let through, until when, and which of them nobody needs."""

from collections import Counter
from datetime import UTC, datetime
from typing import NamedTuple

from msgspec.structs import replace

from assay.model import (
    Finding,
    Outcome,
    Policy,
    RuleResult,
    Severity,
    Subject,
    Waiver,
    WaiverUse,
)
from assay.policy.matching import holds

_Results = tuple[RuleResult, ...]


class _Applied(NamedTuple):
    """What some exceptions, by their numbers, make of some results."""

    to: _Results
    results: _Results
    used: frozenset[int]
    missed: frozenset[int]


class Waivers:
    """Applies the exceptions of one policy as of one time, and counts what each was good for."""

    def __init__(self, policy: Policy, as_of: datetime) -> None:
        self._waivers = policy.exceptions
        self._today = as_of.astimezone(UTC).date()
        self._used: Counter[int] = Counter()
        self._missed: Counter[int] = Counter()
        self._applied: dict[tuple[int, tuple[int, ...]], _Applied] = {}

    def __bool__(self) -> bool:
        return bool(self._waivers)

    def apply(self, subject: Subject, results: _Results) -> _Results:
        """The results, with the waiver that lets a failure through, or word of one that did.

        What references share before, they share after: reports show it once.
        """
        if not any(_fails(result) for result in results):
            return results
        matching = tuple(
            number for number, waiver in enumerate(self._waivers) if holds(waiver.match, subject)
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

    def _waive_all(self, results: _Results, matching: tuple[int, ...]) -> _Applied:
        used: set[int] = set()
        missed: set[int] = set()
        waived = tuple(self._waive(result, matching, used, missed) for result in results)
        return _Applied(results, waived, frozenset(used), frozenset(missed))

    def _waive(
        self, result: RuleResult, matching: tuple[int, ...], used: set[int], missed: set[int]
    ) -> RuleResult:
        """The first that still holds lets it through; one that is over is missed only without."""
        if not _fails(result):
            return result
        over: list[int] = []
        for number in matching:
            waiver = self._waivers[number]
            if result.rule not in waiver.rules:
                continue
            if self._today <= waiver.expires:
                used.add(number)
                return replace(result, waiver=waiver)
            over.append(number)
        if not over:
            return result
        missed.update(over)
        return replace(result, finding=_told(result, self._waivers[over[0]]))

    def uses(self) -> tuple[WaiverUse, ...]:
        """What became of each exception, in the order of the document."""
        return tuple(
            WaiverUse(
                waiver,
                self._used[number],
                self._missed[number],
                (waiver.expires - self._today).days + 1,
            )
            for number, waiver in enumerate(self._waivers)
        )


def _fails(result: RuleResult) -> bool:
    return result.finding.outcome is Outcome.FAIL and result.severity is Severity.ERROR


def _told(result: RuleResult, over: Waiver) -> Finding:
    """The finding, and since when nothing lets it through any more."""
    said = f"{result.finding.message}; the exception {over.name} expired on {over.expires}"
    return replace(result.finding, message=said)
