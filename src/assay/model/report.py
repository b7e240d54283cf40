"""What the report formats are given."""

from collections.abc import Mapping
from datetime import datetime

import msgspec

from assay.model.images import Watermark
from assay.model.outcomes import Outcome, Severity
from assay.model.places_seen import PlaceSeen
from assay.model.policy import AnyException, Policy
from assay.model.subjects import Subject
from assay.model.verdicts import Standing, decides, result_standing, verdict_standing

_PASS = Outcome.PASS
ANNOUNCED_DAYS = 14
"""So long before its end an exception is announced."""


class Finding(msgspec.Struct, frozen=True, gc=False):
    """What one rule says of one subject."""

    outcome: Outcome
    message: str
    fix: str | None = None
    evidence: tuple[str, ...] = ()
    golden: tuple[Watermark, ...] = ()
    """The marks that are golden, from the rule that looks for them."""


class RuleResult(msgspec.Struct, frozen=True, gc=False):
    """A finding with the rule that made it and the severity the policy gives that rule."""

    rule: str
    severity: Severity
    finding: Finding
    exception: AnyException | None = None
    """The exception that lets this failure through."""

    @property
    def decides(self) -> bool:
        """Whether it makes its verdict no pass."""
        return decides(self.finding.outcome, self.severity, excepted=self.exception is not None)

    def standing(self, undetermined: Severity) -> Standing:
        """How it stands, where the policy says so of what could not be read."""
        return result_standing(
            self.finding.outcome, self.severity, undetermined, excepted=self.exception is not None
        )


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """The outcome for one reference, with every rule's result."""

    subject: Subject
    outcome: Outcome
    results: tuple[RuleResult, ...]

    @property
    def input(self) -> int:
        """Which of the report's inputs it is about, by its number."""
        return self.subject.input

    @property
    def exception(self) -> AnyException | None:
        """The first exception that is used."""
        for result in self.results:
            if result.exception:
                return result.exception
        return None

    @property
    def open(self) -> list[RuleResult]:
        """The results that are no pass."""
        return [each for each in self.results if each.finding.outcome is not _PASS]

    def standing(self, undetermined: Severity) -> Standing:
        """How it stands, where the policy says so of what could not be read."""
        # A verdict that is no pass stands by its outcome; of one that is, only what is no pass counts.
        open = self.open if self.outcome is _PASS else ()
        standings = [each.standing(undetermined) for each in open]
        return verdict_standing(self.outcome, standings, undetermined)


class ExceptionUse(msgspec.Struct, frozen=True, gc=False):
    """What became of an exception, of the policy or in the code."""

    exception: AnyException
    used: int
    """How many references it lets through."""
    missed: int
    """How many it would let through, had it not expired."""
    days_left: int | None
    """Days on which it still holds, today included; 0 or less: it has expired; None: no end."""

    @property
    def state(self) -> str:
        """`expired`, `unused`, `expiring` (time to see to it) or `active`."""
        left = self.days_left
        if left is not None and left <= 0:
            return "expired"
        if not self.used:
            return "unused"
        return "active" if left is None or left > ANNOUNCED_DAYS + 1 else "expiring"  # today counts


class InputFacts(msgspec.Struct, frozen=True, gc=False):
    """One input as the report names it."""

    path: str
    kind: str
    sha256: str
    references: int
    """How many references it has; in a report, how many verdicts are about it."""
    variables: str | None = None
    """Of code: a SHA-256 over what files and the environment (`TF_VAR_…`) gave to its variables; None where
    nothing did."""


class CatalogFacts(msgspec.Struct, frozen=True, gc=False):
    """What answered: `live`, `recorded`, `stored` or `offline`, at which endpoint, as of when, in how many calls."""

    kind: str
    endpoint: str | None
    recorded_at: datetime | None
    api_calls: Mapping[str, int]
    turned_away: str | None = None
    """What AWS said of the caller's credentials, where it took them for nothing at all."""
    sha256: str | None = None
    """Of a recording: its file's."""
    callers: tuple[str, ...] = ()
    """The ARNs of those who asked, as STS told them."""


class Report(msgspec.Struct, frozen=True, gc=False):
    """Everything a format needs; formats add no judgement of their own."""

    outcome: Outcome
    as_of: datetime
    policy: Policy
    catalog: CatalogFacts
    inputs: tuple[InputFacts, ...]
    verdicts: tuple[Verdict, ...]
    not_judged: Mapping[str, int]
    exceptions: tuple[ExceptionUse, ...] = ()
    left_aside: int = 0
    """How many exceptions in the code were not honoured, because somebody said so."""
    builds: tuple[str, ...] = ()
    """The addresses of what launches an image during apply to bake another one, not judged."""
    generated_at: datetime | None = None
    """When it was made, where that was told: `as_of` may be another time."""
    kind: str = "check"
    """`check` of what is planned, or `audit` of what is there."""
    places: tuple[PlaceSeen, ...] = ()
    """Of an audit: each place that was wanted, in exactly one state."""
    unread: tuple[PlaceSeen, ...] = ()
    """Those of them in which something that is judged may stand unseen."""
