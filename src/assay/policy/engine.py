"""Is that good enough? Pure: facts, a policy and a time in, a verdict out."""

from collections.abc import Iterable
from datetime import datetime

from assay.model import (
    Outcome,
    Policy,
    Resolved,
    RuleResult,
    Severity,
    Subject,
    Verdict,
)
from assay.policy.rules import RULES


def judge(subject: Subject, policy: Policy, as_of: datetime) -> Verdict:
    """Apply every rule that is not switched off, and weigh the results."""
    results: list[RuleResult] = []
    for rule in RULES:
        chosen = policy.severities.get(rule.id) if rule.configurable else None
        severity = chosen or rule.severity
        if severity is Severity.OFF:
            continue
        finding = rule.check(subject, policy, as_of)
        if finding is not None:
            results.append(RuleResult(rule.id, severity, finding))
    return Verdict(subject, _weigh(subject, results), tuple(results))


def _weigh(subject: Subject, results: Iterable[RuleResult]) -> Outcome:
    """`fail` outranks `undetermined` outranks `pass`; no image, or no results, is no pass."""
    results = tuple(results)
    outcome = worst(
        result.finding.outcome for result in results if result.severity is Severity.ERROR
    )
    if outcome is Outcome.FAIL:
        return outcome
    read = isinstance(subject.resolution, Resolved) and subject.provenance is not None
    if not results or not read:
        return Outcome.UNDETERMINED
    return outcome


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome that outranks the others; `pass` for none."""
    found = set(outcomes)
    for outcome in (Outcome.FAIL, Outcome.UNDETERMINED):
        if outcome in found:
            return outcome
    return Outcome.PASS
