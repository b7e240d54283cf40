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
from assay.policy.golden import Marks
from assay.policy.rules import RULES
from assay.policy.rules.rule import Case


def judge_all(subjects: Iterable[Subject], policy: Policy, as_of: datetime) -> tuple[Verdict, ...]:
    """A verdict for each subject; what no rule can tell apart is judged once."""
    marks: dict[int, Marks] = {}
    judged: dict[tuple[object, ...], Verdict] = {}
    verdicts: list[Verdict] = []
    for subject in subjects:
        if _is_off(subject, policy):
            continue
        reference = subject.reference
        alike = (id(subject.resolution), id(subject.replaced), reference.sensitive)
        found = judged.get(alike)
        if found is None:
            found = judged[alike] = judge(subject, policy, as_of, marks)
            verdicts.append(found)
        else:
            verdicts.append(Verdict(subject, found.outcome, found.results))
    return tuple(verdicts)


def _is_off(subject: Subject, policy: Policy) -> bool:
    """The verdict on a plan as a whole is one rule's alone, and gone with it."""
    found = subject.resolution
    whole_plan = isinstance(found, Unresolved) and found.cause is Cause.INCOMPLETE_PLAN
    return whole_plan and policy.severities.get("incomplete-plan") is Severity.OFF


def judge(
    subject: Subject,
    policy: Policy,
    as_of: datetime,
    marks: dict[int, Marks] | None = None,
) -> Verdict:
    """Apply every rule that is not switched off, and weigh the results.

    `marks` keeps what was found out about images between calls with the same policy and time.
    """
    case = Case(subject, policy, as_of, {} if marks is None else marks)
    results: list[RuleResult] = []
    for rule in RULES:
        chosen = policy.severities.get(rule.id) if rule.configurable else None
        severity = chosen or rule.severity
        if severity is Severity.OFF:
            continue
        finding = rule.check(case)
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
