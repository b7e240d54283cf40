"""Judges references by a policy. Pure: facts, a policy and a time in, verdicts out."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from msgspec.structs import replace

from assay.model import (
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
)
from assay.policy.alternatives import Alternatives
from assay.policy.evaluation import Evaluation, alike_to, weigh
from assay.policy.exceptions import Exceptions
from assay.policy.golden import JudgedMarks
from assay.policy.lineage import deciding, excepting
from assay.policy.matching import Scopes
from assay.policy.rules import RULES
from assay.policy.rules.rule import Rule


class Judgement(NamedTuple):
    """All verdicts, and how the exceptions were used."""

    verdicts: tuple[Verdict, ...]
    exceptions: tuple[ExceptionUse, ...]


def judge(subject: Subject, policy: Policy, as_of: datetime) -> Verdict:
    """Apply every active rule, apply the exceptions, and weigh the results."""
    return judge_all([subject], policy, as_of).verdicts[0]


def judge_all(
    subjects: Iterable[Subject],
    policy: Policy,
    as_of: datetime,
    known: JudgedMarks | None = None,
    rules: Sequence[Rule] = RULES,
) -> Judgement:
    """Return a verdict for each subject. Subjects that no rule can tell apart are judged once."""
    exceptions = Exceptions(policy, as_of)
    evaluations = _Evaluations(as_of, known or JudgedMarks(), rules)
    scopes = Scopes(policy)
    among = Alternatives()
    # Separate counters: a trial verdict in another scope does not count as use of an exception.
    elsewhere = _Elsewhere(policy, scopes, evaluations, Exceptions(policy, as_of), rules)

    def verdict_on(subject: Subject, by: Policy) -> Verdict:
        found = _verdict(subject, evaluations.of(by, subject.reference), exceptions)
        if policy.scopes and found.outcome is Outcome.PASS:
            return elsewhere.too(found)
        return found

    verdicts: list[Verdict] = []
    for subject in subjects:
        by = scopes.policy_for(subject) if policy.scopes else policy
        if not isinstance(subject.resolution, Resolved) and _is_off(subject, by):
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


class _Evaluations:
    """One `Evaluation` for each policy in force and each set of rules that code comments except."""

    def __init__(self, as_of: datetime, known: JudgedMarks, rules: Sequence[Rule]) -> None:
        self._as_of = as_of
        self._known = known
        self._rules = rules
        self._made: dict[object, Evaluation] = {}

    def of(self, policy: Policy, reference: AmiReference) -> Evaluation:
        """The evaluation that judges a reference by a policy."""
        excepted = deciding(reference.exceptions) if reference.exceptions else None
        key = (id(policy), excepted) if excepted else id(policy)
        found = self._made.get(key)
        if found is None:
            by = excepting(policy, excepted) if excepted else policy
            found = self._made[key] = Evaluation(by, self._as_of, self._known, self._rules)
        return found


def _verdict(subject: Subject, by: Evaluation, exceptions: Exceptions) -> Verdict:
    """Judge a subject by the rules, then apply the exceptions."""
    found = by.verdict(subject)
    if not exceptions.concern(subject.reference):
        return found
    results = exceptions.apply(subject, found.results)
    return Verdict(subject, weigh(subject, results), results)


class _Elsewhere:
    """Verdicts in every scope that may apply to a reference whose place is not known."""

    def __init__(
        self,
        policy: Policy,
        scopes: Scopes,
        evaluations: _Evaluations,
        exceptions: Exceptions,
        rules: Sequence[Rule],
    ) -> None:
        self._policy = policy
        self._scopes = scopes
        self._evaluations = evaluations
        self._exceptions = exceptions
        self._alike = alike_to(rules)
        # Keys contain `id()`s of parts of a subject, so the subject is kept alive with each entry.
        self._known: dict[object, tuple[Sequence[int], Subject]] = {}

    def too(self, verdict: Verdict) -> Verdict:
        """Turn a pass into undetermined if the subject does not pass in a scope that may apply."""
        subject = verdict.subject
        for scope in self._scopes.rivals(subject, self._not_passing):
            by = self._evaluations.of(scope.policy, subject.reference)
            if _verdict(subject, by, self._exceptions).outcome is not Outcome.PASS:
                result = RuleResult("unresolved", Severity.ERROR, _which_scope(scope, subject))
                return Verdict(subject, Outcome.UNDETERMINED, (*verdict.results, result))
        return verdict

    def _not_passing(self, group: Sequence[int], subject: Subject) -> Sequence[int]:
        """The scopes of `group` whose rules do not pass the subject, before exceptions.

        Subjects that no rule can tell apart are judged once.
        """
        reference = subject.reference
        key = (id(group), self._alike(subject), deciding(reference.exceptions))
        found = self._known.get(key)
        if found is None:
            scopes = self._policy.scopes
            judged = (
                (number, self._evaluations.of(scopes[number].policy, reference).verdict(subject))
                for number in group
            )
            bad = [number for number, each in judged if each.outcome is not Outcome.PASS]
            found = self._known[key] = bad, subject
        return found[0]


def _which_scope(scope: Scope, subject: Subject) -> Finding:
    place, found = subject.place, subject.resolution
    why = found.unplaced if isinstance(found, Resolved) else None
    why = place if isinstance(place, Unplaced) else why
    message = f"it may fall under the policy's scope {scope.name}, and does not pass there"
    if why is None:
        return Finding(Outcome.UNDETERMINED, message)
    return Finding(Outcome.UNDETERMINED, f"{message}: {why.reason}", why.cure)


_ALONE = (Cause.INCOMPLETE_PLAN, Cause.SERVICE_IMAGE)
"""Causes that only one rule judges: an incomplete plan, and an image that a service chooses."""


def _is_off(subject: Subject, policy: Policy) -> bool:
    """Whether the only rule that judges the subject is off, so that it gets no verdict."""
    return all(
        isinstance(each.resolution, Unresolved)
        and each.resolution.cause in _ALONE
        and policy.severities.get(each.resolution.cause.value) is Severity.OFF
        for each in (subject, *subject.others)
    )
