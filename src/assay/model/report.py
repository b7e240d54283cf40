"""What the report formats are given."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from assay.model.outcomes import Outcome, Severity
from assay.model.policy import Policy, Waiver
from assay.model.subjects import Subject

ANNOUNCED_DAYS = 14
"""So long before its end an exception is announced."""


class Finding(msgspec.Struct, frozen=True, gc=False):
    """What one rule says of one subject."""

    outcome: Outcome
    message: str
    fix: str | None = None
    evidence: tuple[str, ...] = ()


class RuleResult(msgspec.Struct, frozen=True, gc=False):
    """A finding with the rule that made it and the severity the policy gives that rule."""

    rule: str
    severity: Severity
    finding: Finding
    waiver: Waiver | None = None
    """The exception that lets this failure through."""


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """The outcome for one reference, with every rule's result."""

    subject: Subject
    outcome: Outcome
    results: tuple[RuleResult, ...]

    @property
    def waiver(self) -> Waiver | None:
        """The first exception that is used."""
        return next((result.waiver for result in self.results if result.waiver), None)


class WaiverUse(msgspec.Struct, frozen=True, gc=False):
    """What became of one of the policy's exceptions."""

    waiver: Waiver
    used: int
    """How many references it lets through."""
    missed: int
    """How many it would let through, had it not expired."""
    days_left: int
    """Days on which it still holds, today included; 0 or less: it has expired."""

    @property
    def state(self) -> str:
        """`expired`, `unused`, `expiring` (time to see to it) or `active`."""
        if self.days_left <= 0:
            return "expired"
        if not self.used:
            return "unused"
        return "expiring" if self.days_left <= ANNOUNCED_DAYS + 1 else "active"  # today counts


class InputFacts(msgspec.Struct, frozen=True, gc=False):
    """One input as the report names it."""

    path: str
    kind: str
    sha256: str
    references: int


class CatalogFacts(msgspec.Struct, frozen=True, gc=False):
    """What answered: `live` or `recorded`, at which endpoint, as of when, in how many calls."""

    kind: str
    endpoint: str | None
    recorded_at: datetime | None
    api_calls: Mapping[str, int]


class Report(msgspec.Struct, frozen=True, gc=False):
    """Everything a format needs; formats add no judgement of their own."""

    outcome: Outcome
    as_of: datetime
    policy: Policy
    catalog: CatalogFacts
    inputs: tuple[InputFacts, ...]
    verdicts: tuple[Verdict, ...]
    not_judged: Mapping[str, int]
    exceptions: tuple[WaiverUse, ...] = ()
