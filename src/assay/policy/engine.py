"""Is that good enough? Pure: facts, a policy and a time in, a verdict out."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from assay.model import (
    Action,
    AmiReference,
    Cause,
    ExceptionUse,
    Finding,
    Outcome,
    Policy,
    Resolved,
    RuleResult,
    Scope,
    Severity,
    Subject,
    Unplaced,
    Unresolved,
    Verdict,
    worst,
)
from assay.policy.alternatives import Alternatives
from assay.policy.exceptions import Exceptions
from assay.policy.golden import JudgedMarks
from assay.policy.lineage import deciding, excepting
from assay.policy.matching import policy_for, rivals
from assay.policy.rules import RULES
from assay.policy.rules.rule import Case, Rule

_Results = tuple[RuleResult, ...]


class _Rules(NamedTuple):
    """The active rules: those that judge an image, the same for all that use it, and the others."""

    of_images: tuple[tuple[Rule, Severity], ...]
    of_references: tuple[tuple[Rule, Severity], ...]


class Judgement(NamedTuple):
    """Every verdict, and what became of the exceptions."""

    verdicts: tuple[Verdict, ...]
    exceptions: tuple[ExceptionUse, ...]


def judge_all(
    subjects: Iterable[Subject],
    policy: Policy,
    as_of: datetime,
    known: JudgedMarks | None = None,
) -> Judgement:
    """A verdict for each subject; what no rule can tell apart is judged once."""
    known = {} if known is None else known
    exceptions = Exceptions(policy, as_of)
    rules = {id(each): _active(each) for each in policy.everywhere}
    shared: _Shared = {}
    judged: dict[tuple[object, ...], Verdict] = {}
    commented: _Commented = {}
    among = Alternatives()

    def verdict_on(subject: Subject, by: Policy) -> Verdict:
        active = rules[id(by)]
        if subject.reference.exceptions:
            by = _with_comments(by, subject.reference, commented)
        alike = (id(by), id(subject.resolution), id(subject.replaced), *_told(subject.reference))
        found = judged.get(alike)
        if found is None:
            case = Case(subject, by, as_of, known)
            found = judged[alike] = _apply(active, case, shared)
        verdict = _verdict(subject, found, exceptions)
        if policy.scopes and verdict.outcome is Outcome.PASS:
            return _in_every_scope(verdict, policy, as_of, known)
        return verdict

    verdicts: list[Verdict] = []
    for subject in subjects:
        by = policy_for(policy, subject) if policy.scopes else policy
        if isinstance(subject.resolution, Unresolved) and _is_off(subject, by):
            continue
        if not subject.others:
            verdicts.append(verdict_on(subject, by))
            continue
        with exceptions.counting_once():
            parts = [
                verdict_on(each, by) for each in (replace(subject, others=()), *subject.others)
            ]
        verdicts.append(among.weigh(subject, parts))
    return Judgement(tuple(verdicts), exceptions.uses())


def _in_every_scope(
    verdict: Verdict, policy: Policy, as_of: datetime, known: JudgedMarks
) -> Verdict:
    """A verdict that passes, unless it does not in a scope that may hold: nobody knows the place."""
    subject = verdict.subject
    for scope in rivals(policy, subject):
        by = _with_comments(scope.policy, subject.reference, {})
        found = _apply(_active(scope.policy), Case(subject, by, as_of, known), {})
        if _verdict(subject, found, Exceptions(policy, as_of)).outcome is not Outcome.PASS:
            result = RuleResult("unresolved", Severity.ERROR, _which_scope(scope, subject))
            return Verdict(subject, Outcome.UNDETERMINED, (*verdict.results, result))
    return verdict


def _which_scope(scope: Scope, subject: Subject) -> Finding:
    place, found = subject.place, subject.resolution
    why = found.unplaced if isinstance(found, Resolved) else None
    why = place if isinstance(place, Unplaced) else why
    message = f"it may stand in the policy's scope {scope.name}, where it does not pass"
    if why is None:
        return Finding(Outcome.UNDETERMINED, message)
    return Finding(Outcome.UNDETERMINED, f"{message}: {why.reason}", why.cure)


def _told(reference: AmiReference) -> tuple[object, ...]:
    """What rules read of a reference besides its value and its place."""
    return reference.sensitive, reference.changes_ignored, reference.action is Action.DECLARED


_Commented = dict[tuple[int, frozenset[str]], Policy]
"""Policies as they are where comments except some rules, by their identity and those rules."""


def _with_comments(policy: Policy, reference: AmiReference, made: _Commented) -> Policy:
    """What the rules are given for a reference that comments make exceptions for."""
    excepted = deciding(reference.exceptions)
    key = (id(policy), excepted)
    found = made.get(key)
    if found is None:
        found = made[key] = excepting(policy, excepted)
    return found


def judge(subject: Subject, policy: Policy, as_of: datetime) -> Verdict:
    """Apply every rule that is not switched off, let exceptions through, and weigh the results."""
    return judge_all([subject], policy, as_of).verdicts[0]


def _verdict(subject: Subject, found: Verdict, exceptions: Exceptions) -> Verdict:
    """What was judged of one reference, for another that no rule can tell from it."""
    if not exceptions.concern(subject.reference):
        if found.subject is subject:
            return found
        return Verdict(subject, found.outcome, found.results)
    results = exceptions.apply(subject, found.results)
    return Verdict(subject, _weigh(subject, results), results)


def _active(policy: Policy) -> _Rules:
    """The rules that are not switched off, with the severity that the policy gives them."""
    chosen = (
        (rule, (policy.severities.get(rule.id) if rule.configurable else None) or rule.severity)
        for rule in RULES
    )
    active = [(rule, severity) for rule, severity in chosen if severity is not Severity.OFF]
    return _Rules(
        tuple(each for each in active if each[0].of_image),
        tuple(each for each in active if not each[0].of_image),
    )


_ALONE = (Cause.INCOMPLETE_PLAN, Cause.SERVICE_IMAGE)
"""What one rule alone judges: the plan as a whole, and an image that nobody can name."""


def _is_off(subject: Subject, policy: Policy) -> bool:
    """The verdict that is one rule's alone is gone with it."""
    return all(
        isinstance(each.resolution, Unresolved)
        and each.resolution.cause in _ALONE
        and policy.severities.get(each.resolution.cause.value) is Severity.OFF
        for each in (subject, *subject.others)
    )


_Shared = dict[tuple[int, int, object], _Results]
"""The results of the rules of images, by the identity of the policy and of the provenance, and by
why the account is not told that will use it."""


def _apply(rules: _Rules, case: Case, shared: _Shared) -> Verdict:
    """All results in the order of `RULES`, where the rules of images come first."""
    found, provenance = case.subject.resolution, case.subject.provenance
    if provenance is None or found.derivations:
        results = _results((*rules.of_images, *rules.of_references), case)
        return Verdict(case.subject, _weigh(case.subject, results), results)
    unplaced = found.unplaced if isinstance(found, Resolved) else None
    key = (id(case.policy), id(provenance), unplaced)
    of_image = shared.get(key)
    if of_image is None:
        of_image = shared[key] = _results(rules.of_images, case)
    results = (*of_image, *_results(rules.of_references, case))
    return Verdict(case.subject, _weigh(case.subject, results), results)


def _results(rules: Iterable[tuple[Rule, Severity]], case: Case) -> _Results:
    return tuple(
        RuleResult(rule.id, severity, finding)
        for rule, severity in rules
        if (finding := rule.check(case)) is not None
    )


def _weigh(subject: Subject, results: tuple[RuleResult, ...]) -> Outcome:
    """The worst of what decides; no image, or no results, is no pass."""
    outcome = worst(result.finding.outcome for result in results if result.decides)
    if outcome is Outcome.FAIL:
        return outcome
    match subject.resolution:
        case Unresolved(Cause.INCOMPLETE_PLAN | Cause.SERVICE_IMAGE):
            return outcome  # as severe as the policy makes that rule
        case Resolved() if results and subject.provenance is not None:
            return outcome
    return Outcome.UNDETERMINED
