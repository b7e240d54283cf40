"""Makes a report: the verdicts, what was not judged, and the counts for each input."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from assay.catalog.interface import ImageCatalog
from assay.inputs.plan.plan import Source
from assay.model import InputFacts, Kind, Outcome, Policy, Report, Subject, Verdict, worst
from assay.policy.engine import judge_all
from assay.policy.golden import JudgedMarks


def report_of(
    subjects: Sequence[Subject],
    sources: Sequence[Source],
    catalog: ImageCatalog,
    policy: Policy,
    as_of: datetime,
    known: JudgedMarks,
    left_aside: int = 0,
) -> Report:
    """Return the report on what was gathered."""
    verdicts, exceptions = judge_all(_wanted(subjects, policy), policy, as_of, known)
    not_judged: Counter[str] = Counter()
    for source in sources:
        not_judged.update(source.not_judged)
    if len(verdicts) < len(subjects):
        judged = (verdict.subject for verdict in verdicts)
        not_judged[Kind.SERVICE.value] += _chosen(subjects) - _chosen(judged)
    return Report(
        outcome=worst({each.outcome for each in verdicts}) if sources else Outcome.UNDETERMINED,
        as_of=as_of,
        policy=policy,
        catalog=catalog.facts(),
        inputs=_inputs(sources, verdicts),
        verdicts=verdicts,
        not_judged=+not_judged,
        exceptions=exceptions,
        left_aside=left_aside,
        builds=tuple(address for source in sources for address in source.builds),
    )


def _wanted(subjects: Sequence[Subject], policy: Policy) -> Sequence[Subject]:
    """All subjects except those for which a service chooses, unless the policy judges these."""
    if Kind.SERVICE in policy.judge:
        return subjects
    return [each for each in subjects if each.reference.kind is not Kind.SERVICE]


def _chosen(subjects: Iterable[Subject]) -> int:
    """Count the subjects for which a service chooses the image."""
    return sum(each.reference.kind is Kind.SERVICE for each in subjects)


def _inputs(sources: Sequence[Source], verdicts: Sequence[Verdict]) -> tuple[InputFacts, ...]:
    """Each input with its number of verdicts; a rule that is off may leave a reference out."""
    judged = Counter([verdict.subject.input for verdict in verdicts])
    return tuple(
        replace(source.facts, references=judged[number]) for number, source in enumerate(sources)
    )
