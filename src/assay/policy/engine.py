"""Is that good enough? Pure: facts, a policy and a time in, a verdict out."""

from collections.abc import Iterable
from datetime import datetime

from assay.model import (
    Cause,
    Outcome,
    Policy,
    Resolved,
    RuleResult,
    Severity,
    Subject,
    Unresolved,
    Verdict,
)
from assay.policy.rules import RULES


def judge_all(subjects: Iterable[Subject], policy: Policy, as_of: datetime) -> tuple[Verdict, ...]:
    """A verdict for each subject; what no rule can tell apart is judged once."""
    judged: dict[tuple[object, ...], Verdict] = {}
    verdicts: list[Verdict] = []
    for subject in subjects:
        reference = subject.reference
        if _is_off(subject, policy):
            continue
        alike = (
            *(id(subject.resolution), id(subject.provenance), id(subject.replaced)),
            *(reference.value, reference.sensitive, reference.place),
        )
        found = judged.get(alike)
        if found is None:
            found = judged[alike] = judge(subject, policy, as_of)
        verdicts.append(
            found if found.subject is subject else Verdict(subject, found.outcome, found.results)
        )
    return tuple(verdicts)


def _is_off(subject: Subject, policy: Policy) -> bool:
    """The verdict on a plan as a whole is one rule's alone, and gone with it."""
    match subject.resolution:
        case Unresolved(Cause.INCOMPLETE_PLAN):
            return policy.severities.get("incomplete-plan") is Severity.OFF
    return False


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
    match subject.resolution:
        case Unresolved(Cause.INCOMPLETE_PLAN):
            return outcome  # as severe as the policy makes that rule
        case Resolved() if results and subject.provenance is not None:
            return outcome
    return Outcome.UNDETERMINED


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome that outranks the others; `pass` for none."""
    found = set(outcomes)
    for outcome in (Outcome.FAIL, Outcome.UNDETERMINED):
        if outcome in found:
            return outcome
    return Outcome.PASS
