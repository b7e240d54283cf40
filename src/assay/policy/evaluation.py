"""Runs the rules of one policy; each rule runs once for the same inputs.

Plans repeat themselves: 5,000 references may lead to 1,000 images. Two references share a result if
they agree in everything that the rule reads, and a rule declares what it reads as its parameters. If
a rule starts to read `resource_type`, it runs once for each type without any other change.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any, TypeAlias, cast

from msgspec import Struct

from assay.model import (
    Cause,
    Image,
    Outcome,
    Policy,
    Resolved,
    RuleResult,
    Severity,
    Subject,
    Unresolved,
    Verdict,
    worst,
)
from assay.policy.golden import JudgedMarks, Marks
from assay.policy.inputs import BY_IDENTITY, INPUTS, OF_A_POLICY, OF_AN_IMAGE
from assay.policy.rules.rule import Rule

_Results: TypeAlias = tuple[RuleResult, ...]
_Pick: TypeAlias = Callable[[Any], tuple[Any, ...]]
_Likeness: TypeAlias = tuple[Any, ...]

_PASS, _FAIL = Outcome.PASS, Outcome.FAIL
_WEIGHED = ("resolution", "provenance")
"""What `weigh` reads from a subject, besides its results."""


class _Active(Struct, frozen=True):
    """A rule, with its severity in the policy."""

    rule: Rule
    severity: Severity


class Evaluation:
    """The rules that a policy does not turn off, ready to judge many subjects."""

    def __init__(
        self, policy: Policy, as_of: datetime, known: JudgedMarks, rules: Iterable[Rule]
    ) -> None:
        def marks(image: Image) -> Marks:
            return known.of(image, policy.golden, as_of)

        given = dict(zip(OF_A_POLICY, (policy, as_of, marks), strict=True))
        active = [
            _Active(rule, severity)
            for rule in rules
            if (severity := rule.severity_by(policy)) is not Severity.OFF
        ]
        self._resolved, self._unresolved = (
            _Panel([each for each in active if _is_asked(each.rule, of)], given)
            for of in (Resolved, Unresolved)
        )

    def verdict(self, subject: Subject) -> Verdict:
        """The verdict of the rules on a subject, before exceptions."""
        resolved = isinstance(subject.resolution, Resolved)
        panel = self._resolved if resolved else self._unresolved
        alike = panel.alike(subject)
        found = panel.verdicts.get(alike)
        if found is None:
            found = panel.verdicts[alike] = panel.judge(subject)
        if found.subject is subject:
            return found
        return Verdict(subject, found.outcome, found.results)


def alike_to(rules: Collection[Rule]) -> Callable[[Subject], _Likeness]:
    """Return a function that gives each subject a key.

    Subjects with equal keys get the same verdict from every policy, before exceptions.
    """
    of_type = {
        of: _likeness_to(rule for rule in rules if _is_asked(rule, of))
        for of in (Resolved, Unresolved)
    }
    return lambda subject: of_type[type(subject.resolution)](subject)


def weigh(subject: Subject, results: _Results) -> Outcome:
    """Return the worst outcome of the deciding results; without image or results never a pass."""
    return _outcome(subject, results, _deciding(results))


def _deciding(results: _Results) -> _Results:
    """The results that prevent a pass. Nearly all results pass, so `decides` rarely runs."""
    return tuple([each for each in results if each.finding.outcome is not _PASS and each.decides])


def _outcome(subject: Subject, results: _Results, deciding: _Results) -> Outcome:
    decided = worst(each.finding.outcome for each in deciding) if deciding else _PASS
    if decided is _FAIL:
        return decided
    match subject.resolution:
        case Resolved() if results and subject.provenance is not None:
            return decided
        case Unresolved(Cause.INCOMPLETE_PLAN | Cause.SERVICE_IMAGE):
            return decided  # the policy may have set these rules to warning
    return Outcome.UNDETERMINED


def _is_asked(rule: Rule, of: type[Resolved | Unresolved]) -> bool:
    """Whether a rule can judge subjects whose resolution is of this type."""
    inputs = (INPUTS[name] for name in rule.reads if name not in OF_A_POLICY)
    return all(each.of in (None, of) for each in inputs)


class _Panel:
    """Rules that judge the same subjects, with their results so far.

    References that agree in everything that the rules read share one verdict. References that lead to
    the same image in different ways, for example by id and by template, share the results about the
    image.
    """

    def __init__(self, active: Sequence[_Active], given: Mapping[str, Any]) -> None:
        readable = OF_AN_IMAGE | given.keys()
        of_image = [each for each in active if readable.issuperset(each.rule.reads)]
        others = [each for each in active if not readable.issuperset(each.rule.reads)]
        self._of_image, self._others = _Asked(of_image, given), _Asked(others, given)
        self.alike = _likeness_to(each.rule for each in active)
        told_by = {each.told_by or each.path for each in self._of_image.inputs}
        self._alike_in_image = _likeness(told_by)
        # Keys contain `id()`s of large objects, which stay unique only while the objects live, so
        # each entry keeps its subject alive.
        self.verdicts: dict[_Likeness, Verdict] = {}
        self._said_of_images: dict[_Likeness, tuple[_Results, _Results, Subject]] = {}
        self._said: dict[tuple[int, _Results], _Results] = {}

    def judge(self, subject: Subject) -> Verdict:
        """Run the rules, those about the image first. Equal results are one shared object."""
        alike = self._alike_in_image(subject)
        known = self._said_of_images.get(alike)
        if known is None:
            found = self._of_image.results(subject)
            known = self._said_of_images[alike] = found, _deciding(found), subject
        of_image, deciding, _ = known
        others = self._others.results(subject)
        results = self._said.setdefault((id(of_image), others), (*of_image, *others))
        outcome = _outcome(subject, results, (*deciding, *_deciding(others)))
        return Verdict(subject, outcome, results)


class _Asked:
    """Rules that run together; each gets the inputs that it reads, and nothing else."""

    def __init__(self, active: Iterable[_Active], given: Mapping[str, Any]) -> None:
        names = dict.fromkeys(name for each in active for name in each.rule.reads)
        read = [name for name in names if name not in given]
        self.inputs = [INPUTS[name] for name in read]
        self._given = tuple(given.values())
        self._read = _pick(attrgetter, [each.path for each in self.inputs])
        at = {name: number for number, name in enumerate((*given, *read))}
        self._questions = [
            (
                each.rule.id,
                each.severity,
                each.rule.check,
                _pick(itemgetter, [at[name] for name in each.rule.reads]),
            )
            for each in active
        ]

    def results(self, subject: Subject) -> _Results:
        told = (*self._given, *self._read(subject))
        found: list[RuleResult] = []
        for rule, severity, check, arguments in self._questions:
            finding = check(*arguments(told))
            if finding is not None:
                found.append(RuleResult(rule, severity, finding))
        return tuple(found)


def _likeness_to(rules: Iterable[Rule]) -> Callable[[Subject], _Likeness]:
    """Return a key function: these rules and `weigh` cannot tell subjects with equal keys apart."""
    read = {name for rule in rules for name in rule.reads if name not in OF_A_POLICY}
    return _likeness({*_WEIGHED, *(INPUTS[name].root for name in read)})


def _likeness(paths: Collection[str]) -> Callable[[Subject], _Likeness]:
    """Return a key function: subjects with equal keys agree in their values at all `paths`."""
    equal = _pick(attrgetter, [path for path in paths if path not in BY_IDENTITY])
    same = _pick(attrgetter, [path for path in paths if path in BY_IDENTITY])
    return lambda subject: (*equal(subject), *map(id, same(subject)))


def _pick(get: Callable[..., Any], items: Sequence[Any]) -> _Pick:
    """`attrgetter` or `itemgetter`, but always returning a tuple, even for one item or none."""
    if len(items) > 1:
        return cast("_Pick", get(*items))
    if not items:
        return lambda _: ()
    only = get(*items)
    return lambda of: (only(of),)
