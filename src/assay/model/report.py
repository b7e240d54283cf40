"""The data that report formats receive."""

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
"""How many days before its end an exception is announced."""


class Finding(msgspec.Struct, frozen=True, gc=False):
    """The result of one rule for one subject."""

    outcome: Outcome
    message: str
    fix: str | None = None
    evidence: tuple[str, ...] = ()
    golden: tuple[Watermark, ...] = ()
    """The golden marks, if the rule looks for them."""


class RuleResult(msgspec.Struct, frozen=True, gc=False):
    """A finding, with its rule and the severity that the policy gives this rule."""

    rule: str
    severity: Severity
    finding: Finding
    exception: AnyException | None = None
    """The exception that lets this failure through."""

    @property
    def decides(self) -> bool:
        """Whether it keeps its verdict from being a pass."""
        return decides(self.finding.outcome, self.severity, excepted=self.exception is not None)

    def standing(self, undetermined: Severity) -> Standing:
        """Its standing; `undetermined` is the policy's severity for what could not be read."""
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
        """The index of its input among the report's inputs."""
        return self.subject.input

    @property
    def exception(self) -> AnyException | None:
        """The first exception that lets a failure through."""
        for result in self.results:
            if result.exception:
                return result.exception
        return None

    @property
    def open(self) -> list[RuleResult]:
        """The results that are not a pass."""
        return [each for each in self.results if each.finding.outcome is not _PASS]

    def standing(self, undetermined: Severity) -> Standing:
        """Its standing; `undetermined` is the policy's severity for what could not be read."""
        # Only a passing verdict depends on its results, and of these only those that do not pass.
        open = self.open if self.outcome is _PASS else ()
        standings = [each.standing(undetermined) for each in open]
        return verdict_standing(self.outcome, standings, undetermined)


class ExceptionUse(msgspec.Struct, frozen=True, gc=False):
    """How an exception of the policy or in the code was used."""

    exception: AnyException
    used: int
    """How many references it lets through."""
    missed: int
    """How many it would let through if it had not expired."""
    days_left: int | None
    """How many days it is still valid, including today; 0 or less: expired; None: no end."""

    @property
    def state(self) -> str:
        """`expired`, `unused`, `expiring` (soon needs attention) or `active`."""
        left = self.days_left
        if left is not None and left <= 0:
            return "expired"
        if not self.used:
            return "unused"
        return "active" if left is None or left > ANNOUNCED_DAYS + 1 else "expiring"  # today counts


class InputFacts(msgspec.Struct, frozen=True, gc=False):
    """One input, as reports show it."""

    path: str
    kind: str
    sha256: str
    references: int
    """The number of its references; in a report, the number of verdicts about it."""
    variables: str | None = None
    """For code, a SHA-256 of the variable values from files and the environment (`TF_VAR_…`); None
    if there are none."""


class CatalogFacts(msgspec.Struct, frozen=True, gc=False):
    """The catalogue that answered (`live`, `recorded`, `stored` or `offline`), and its calls."""

    kind: str
    endpoint: str | None
    recorded_at: datetime | None
    api_calls: Mapping[str, int]
    turned_away: str | None = None
    """AWS's message about the caller's credentials, if it accepted them for no call at all."""
    sha256: str | None = None
    """The SHA-256 of the recording's file, whether it was read or is written with the report."""
    callers: tuple[str, ...] = ()
    """The ARNs of the callers, as returned by STS."""


class Report(msgspec.Struct, frozen=True, gc=False):
    """Everything that a format needs; formats add no judgement."""

    outcome: Outcome
    as_of: datetime
    policy: Policy
    catalog: CatalogFacts
    inputs: tuple[InputFacts, ...]
    verdicts: tuple[Verdict, ...]
    not_judged: Mapping[str, int]
    exceptions: tuple[ExceptionUse, ...] = ()
    left_aside: int = 0
    """How many exceptions in the code were ignored, because the user asked for that."""
    builds: tuple[str, ...] = ()
    """Addresses that launch an image during apply only to bake another one. They are not judged."""
    generated_at: datetime | None = None
    """When the report was made, if known: `as_of` may be another time."""
    kind: str = "check"
    """`check` (of what is planned) or `audit` (of what exists)."""
    places: tuple[PlaceSeen, ...] = ()
    """For an audit, each requested place, in exactly one state."""
    unread: tuple[PlaceSeen, ...] = ()
    """The places in which something that is judged may have been missed."""
