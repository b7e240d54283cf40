"""What the report formats are given."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from assay.model.outcomes import Outcome, Severity
from assay.model.policy import Policy
from assay.model.subjects import Subject


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of one subject."""

    outcome: Outcome
    message: str
    fix: str | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleResult:
    """A finding with the rule that made it and the severity the policy gives that rule."""

    rule: str
    severity: Severity
    finding: Finding


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome for one reference, with every rule's result."""

    subject: Subject
    outcome: Outcome
    results: tuple[RuleResult, ...]


@dataclass(frozen=True, slots=True)
class InputFacts:
    """One input as the report names it."""

    path: str
    kind: str
    sha256: str
    references: int


@dataclass(frozen=True, slots=True)
class CatalogFacts:
    """What answered: `live` or `recorded`, at which endpoint, as of when, in how many calls."""

    kind: str
    endpoint: str | None
    recorded_at: datetime | None
    api_calls: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Report:
    """Everything a format needs; formats add no judgement of their own."""

    outcome: Outcome
    as_of: datetime
    policy: Policy
    catalog: CatalogFacts
    inputs: tuple[InputFacts, ...]
    verdicts: tuple[Verdict, ...]
    not_judged: Mapping[str, int]
