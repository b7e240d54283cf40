"""What the policy's exceptions let through, until when, and which of them nobody needs."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec.structs import replace

from assay.model import (
    Outcome,
    Policy,
    RuleResult,
    Severity,
    Subject,
    Waiver,
    WaiverUse,
)
from assay.policy.matching import holds


class Waivers:
    """Applies the exceptions of one policy as of one time, and counts what each was good for."""

    def __init__(self, policy: Policy, as_of: datetime) -> None:
        self._waivers = policy.exceptions
        self._today = as_of.astimezone(UTC).date()
        self._used: Counter[int] = Counter()
        self._missed: Counter[int] = Counter()

    def __bool__(self) -> bool:
        return bool(self._waivers)

    def apply(self, subject: Subject, results: tuple[RuleResult, ...]) -> tuple[RuleResult, ...]:
        """The results, with the waiver that lets a failure through, or word of one that did."""
        if not any(_fails(result) for result in results):
            return results
        matching = [
            (number, waiver)
            for number, waiver in enumerate(self._waivers)
            if holds(waiver.match, subject)
        ]
        used: set[int] = set()
        missed: set[int] = set()
        waived = tuple(self._waive(result, matching, used, missed) for result in results)
        self._used.update(used)
        self._missed.update(missed)
        return waived

    def _waive(
        self,
        result: RuleResult,
        matching: Iterable[tuple[int, Waiver]],
        used: set[int],
        missed: set[int],
    ) -> RuleResult:
        if not _fails(result):
            return result
        over: Waiver | None = None
        for number, waiver in matching:
            if result.rule not in waiver.rules:
                continue
            if self._today <= waiver.expires:
                used.add(number)
                return replace(result, waiver=waiver)
            missed.add(number)
            over = over or waiver
        if over is None:
            return result
        said = f"{result.finding.message}; the exception {over.name} expired on {over.expires}"
        return replace(result, finding=replace(result.finding, message=said))

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
