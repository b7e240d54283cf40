"""What reports say about a run as a whole: its outcome, the policy, and where the answers came from."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import TypeAlias

from assay.model import CatalogFacts, ExceptionUse, Outcome, Report, Severity, Standing, Verdict
from assay.model.places_seen import PlaceSeen, PlaceState
from assay.model.times import readable
from assay.model.verdicts import WORST_FIRST, closes_the_gate
from assay.report.safe import safe

UNCHECKED = "lookup-failed"
"""The rule that reports what is not known because nobody was asked."""
_NAMED = 10


def counts(report: Report) -> dict[str, int]:
    """The number of verdicts with each outcome."""
    found = Counter([verdict.outcome for verdict in report.verdicts])
    return {outcome.value: found[outcome] for outcome in Outcome}


def excepted(report: Report) -> int:
    """How many references pass only because of an exception."""
    return _excepted(_news(report))


def _excepted(news: "_News") -> int:
    return sum(many for each, many in news if each.exception)


def unproven(report: Report) -> int:
    """How many references pass although something could not be read: the policy tolerates that."""
    return _unproven(_news(report), report.policy.undetermined)


def _unproven(news: "_News", undetermined: Severity) -> int:
    return sum(many for each, many in news if each.standing(undetermined) is Standing.TOLERATED)


_News: TypeAlias = list[tuple[Verdict, int]]


def _news(report: Report) -> _News:
    """The verdicts that pass although a result is not a pass: one for all with the same results, and
    their number.

    Similar verdicts share their results, so of 5,000 verdicts maybe 1,000 are examined.
    """
    good = Outcome.PASS
    passing = [each for each in report.verdicts if each.outcome is good]
    of_results = {id(each.results): each for each in passing}
    many = Counter([id(each.results) for each in passing])
    return [(each, many[key]) for key, each in of_results.items() if each.open]


def counted(report: Report) -> str:
    """The number of references with each outcome, in one sentence without a full stop."""
    if not report.verdicts:
        return "no AMI reference to judge"
    numbers = counts(report)
    parts = [f"{numbers[outcome]} {outcome}" for outcome in WORST_FIRST if numbers[outcome]]
    text = f"{_many(len(report.verdicts), 'AMI reference')}: {', '.join(parts)}"
    news = _news(report)
    if by_exception := _excepted(news):
        text = f"{text}, {by_exception} of them by exception"
    if tolerated := _unproven(news, report.policy.undetermined):
        text = f"{text}, {tolerated} of them not proven"
    return text


def gate_closes(report: Report) -> bool:
    """Whether the outcome ends a run with an exit code other than 0."""
    return closes_the_gate(report.outcome, report.policy.undetermined)


def offline(report: Report) -> bool:
    """Whether the run was offline, so that results of `UNCHECKED` are expected."""
    return report.catalog.kind == "offline"


def notes(report: Report) -> Iterator[str]:
    """What else readers should know, one note per line."""
    yield from unchecked(report)
    if report.not_judged:
        aside = ", ".join(f"{count} {why}" for why, count in sorted(report.not_judged.items()))
        yield f"not judged: {aside}"
    yield from unseen(report)
    if report.builds:
        yield f"launched during apply, and not judged: {_parents(report.builds)}"
    yield f"policy: {safe(report.policy.path)} (SHA-256 {report.policy.sha256[:12]})"
    yield from (safe(line) for use in report.exceptions for line in announced(use))
    if report.left_aside:
        many = _many(report.left_aside, "exception")
        yield f"ignored because of --no-inline: {many} in the code"
    yield from asked(report.catalog, report.as_of)


def grounds(report: Report) -> Iterator[str]:
    """What the report is based on, with digests, so that it can be reproduced."""
    for facts in report.inputs[:_NAMED]:
        given = f", variables {facts.variables[:12]}" if facts.variables else ""
        yield f"read: {safe(facts.path)} (SHA-256 {facts.sha256[:12]}{given})"
    if len(report.inputs) > _NAMED:
        yield f"and {len(report.inputs) - _NAMED} other inputs"
    for arn in report.catalog.callers[:_NAMED]:
        yield f"asked as {safe(arn)}"


def unseen(report: Report) -> Iterator[str]:
    """For an audit: how many of its places were seen, and which were not."""
    if not report.places:
        return
    missing = report.unread
    seen = f"places seen: {len(report.places) - len(missing)} of {len(report.places)}"
    yield f"{seen}; not seen: {_states(missing)}" if missing else seen
    partly = [
        each for each in report.places if each.state is not PlaceState.SEEN and each not in missing
    ]
    if partly:
        yield f"seen as far as the verdicts need them: {_states(partly)}"


def _states(places: Sequence[PlaceSeen]) -> str:
    named = (f"{each.account}/{each.region} ({each.state})" for each in places[:_NAMED])
    more = f", and {len(places) - _NAMED} more" if len(places) > _NAMED else ""
    return f"{safe(', '.join(named))}{more}"


def _parents(builds: tuple[str, ...]) -> str:
    """The images that are launched to bake others, named by what bakes them."""
    first = ", ".join(safe(address) for address in builds[:_NAMED])
    more = f" and {len(builds) - _NAMED} more" if len(builds) > _NAMED else ""
    parents = "the parent image" if len(builds) == 1 else "the parent images"
    return f"{parents} of {first}{more} (kind bake; a policy's `judge` can name it)"


def unchecked(report: Report) -> Iterator[str]:
    """How many references only AWS could decide, if the run was offline."""
    if offline(report) and (number := _waiting(report.verdicts)):
        noun = "reference needs" if number == 1 else "references need"
        yield f"not checked (offline): {number} {noun} AWS"


def _waiting(verdicts: Iterable[Verdict]) -> int:
    return sum(any(result.rule == UNCHECKED for result in each.results) for each in verdicts)


def announced(use: ExceptionUse) -> Iterator[str]:
    """Exceptions that need attention: they end soon, have expired, or are not needed."""
    exception = use.exception
    match use.state:
        case "expired":
            missed = f"; still needed by {use.missed}" if use.missed else ", and nothing needs it"
            yield f"exception {exception.name}: expired on {exception.expires}{missed}"
        case "unused":
            yield f"exception {exception.name}: nothing needs it"
        case "expiring":
            assert use.days_left is not None
            # On the last day, which is inclusive, 1 day is left.
            days = {1: "today", 2: "tomorrow"}.get(use.days_left, f"in {use.days_left - 1} days")
            yield f"exception {exception.name}: ends {days} ({exception.expires}); needed by {use.used}"


def exceptions_in_use(report: Report) -> Iterator[str]:
    """The active exceptions, which `notes` does not announce."""
    for use in report.exceptions:
        if use.state == "active":
            end = f"until {use.exception.expires}" if use.exception.expires else "no end date"
            yield safe(f"exception {use.exception.name}: {end}; needed by {use.used}")


NOW = timedelta(minutes=1)
"""A time this close to that of the report still counts as now."""


def not_now(report: Report) -> str | None:
    """A note if the verdicts are as of another time than that of the report; otherwise None."""
    made = report.generated_at
    if made is None or abs(made - report.as_of) <= NOW:
        return None
    return f"judged as of {readable(report.as_of)}, not now"


def asked(catalog: CatalogFacts, as_of: datetime) -> Iterator[str]:
    """Who gave the answers, and how old they were at the time of judgement."""
    if catalog.kind == "offline":
        yield "answers from: nobody (offline)"
    elif catalog.recorded_at:
        when = readable(catalog.recorded_at)
        digest = f" (SHA-256 {catalog.sha256[:12]})" if catalog.sha256 else ""
        what = "a night stored" if catalog.kind == "stored" else "a catalogue recorded"
        yield f"answers from: {what} {when}, {age(as_of - catalog.recorded_at)}{digest}"
    else:
        calls = ", ".join(f"{name} x{count}" for name, count in catalog.api_calls.items())
        kept = f", recorded with SHA-256 {catalog.sha256[:12]}" if catalog.sha256 else ""
        yield f"answers from: AWS ({calls or 'no call was needed'}){kept}"
    yield from endpoint(catalog)


def age(passed: timedelta) -> str:
    """How old something is, in the largest unit that fits."""
    seconds = passed.total_seconds()
    for unit, name in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if abs(seconds) >= unit:
            span = _many(int(abs(seconds) // unit), name)
            return f"{span} old" if seconds > 0 else f"{span} later than the time of judgement"
    return "less than a minute old"


def endpoint(catalog: CatalogFacts) -> Iterator[str]:
    """A note if the answers did not come from AWS's own endpoint."""
    if catalog.endpoint:
        yield f"the answers came from {safe(catalog.endpoint)}, which is not AWS's own endpoint"


def _many(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
