"""The report for people: what failed first, why, the evidence, the lineage, and what to do."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from assay.model import CatalogFacts, Report, WaiverUse
from assay.report.paint import COLOUR, Paint
from assay.report.safe import safe
from assay.report.setting import PLAIN, Setting
from assay.report.steps import LineageStep
from assay.report.view import (
    ExceptionView,
    ResultView,
    VerdictView,
    counts,
    excepted,
    views,
)

_ORDER = ("fail", "undetermined", "pass")
UNCHECKED = "lookup-failed"
"""The rule under which everything stands that nobody was asked about."""
MOST_PASSES = 50
"""Nobody reads more good news than this; what does not pass is always shown in full."""


def render(report: Report, setting: Setting = PLAIN) -> str:
    """The report as text that ends in a newline."""
    paint = Paint(setting.colour)
    blocks: list[str] = []
    for outcome in _ORDER:
        found = [verdict for verdict in report.verdicts if verdict.outcome == outcome]
        shown = found[:MOST_PASSES] if outcome == "pass" else found
        groups = _alike(views(shown))
        if report.catalog.kind == "offline":
            groups = [told for group in groups if (told := _without_unchecked(group))]
        blocks += ["\n".join(_group(group, paint)) for group in groups]
        if len(shown) < len(found):
            blocks.append(f"and {len(found) - len(shown)} more that pass: --format json lists them")
    blocks.append("\n".join(_summary(report, paint)))
    return "\n\n".join(blocks) + "\n"


def _alike(verdicts: Iterable[VerdictView]) -> list[list[VerdictView]]:
    """Verdicts on one image, for one reason, together: plans repeat themselves."""
    groups: dict[object, list[VerdictView]] = {}
    for verdict in verdicts:
        # What verdicts share is one object, so identity tells likeness.
        key = (id(verdict.results), id(verdict.lineage), id(verdict.via))
        groups.setdefault(key, []).append(verdict)
    return list(groups.values())


def _without_unchecked(group: list[VerdictView]) -> list[VerdictView]:
    """The verdicts without what only AWS can tell; none where that is all there is."""
    results = tuple(each for each in group[0].results if each.rule != UNCHECKED)
    told = [each for each in results if each.outcome != "pass"]
    return [replace(verdict, results=results) for verdict in group] if told else []


def _group(group: list[VerdictView], paint: Paint) -> Iterator[str]:
    first = group[0]
    label = paint.outcome(first.outcome)
    for verdict in group:
        yield f"{label} {paint(safe(verdict.address), bold=True)}  {safe(_subject(verdict))}"
    for step in first.via:
        yield f"  by way of {safe(step)}"
    if first.outcome == "pass" and first.lineage:
        yield f"  {_chain(first.lineage)}"
    if first.exception:
        yield f"  by exception: {safe(exception_line(first.exception))}"
    for result in first.results:
        if result.outcome != "pass":
            yield from indented(_result(result, paint), 2)
    if first.outcome != "pass" and first.lineage:
        yield "  lineage"
        yield from indented(_tree(first.lineage), 4)


def _subject(verdict: VerdictView) -> str:
    """`ami = ami-0… in 111122223333/us-east-1`, with the image a template or alias leads to."""
    text = f"{verdict.attribute} = {verdict.value or '(not known yet)'}"
    if verdict.action == "declared" and verdict.value is None and verdict.region is None:
        text = verdict.attribute
    if verdict.image_id and verdict.image_id != verdict.value:
        text = f"{text}, {'made from' if verdict.derived else 'now'} {verdict.image_id}"
    if verdict.region:
        text = f"{text} in {verdict.account or 'unknown account'}/{verdict.region}"
    if verdict.file:
        text = f"{text}  {verdict.file}:{verdict.line}"
    if verdict.root:
        text = f"{text} (root {verdict.root})"
    return text


def exception_line(exception: ExceptionView) -> str:
    """Who lets it through, why, and until when."""
    ticket = f"{exception.ticket}, " if exception.ticket else ""
    comment = f"in a comment, {exception.file}:{exception.line}"
    who = f"approved by {exception.approved_by}" if exception.approved_by else comment
    end = f"until {exception.expires}" if exception.expires else "without an end"
    return f"{exception.reason} ({ticket}{who}, {end})"


def _chain(lineage: tuple[LineageStep, ...]) -> str:
    """A lineage on one line, from the image used to its root."""
    return safe(" <- ".join(_step(step) for step in lineage))


def _step(step: LineageStep) -> str:
    notes = [*step.marked, *([step.owner] if step.end and step.owner else [])]
    if step.visible is False:
        notes.append("not visible")
    return f"{step.image_id} ({', '.join(notes)})" if notes else step.image_id


def _result(result: ResultView, paint: Paint) -> Iterator[str]:
    word = standing(result)
    said = "" if word == result.outcome else f"{word}: "
    yield f"{paint(result.rule, COLOUR[word])}: {said}{safe(result.message)}"
    yield from grounds(result, paint)


def standing(result: ResultView) -> str:
    """What a result does to the verdict: its outcome, or that it is let through."""
    if result.outcome == "pass":
        return result.outcome
    if result.excepted:
        return "excepted"
    return "warning" if result.severity == "warning" else result.outcome


def grounds(result: ResultView, paint: Paint) -> Iterator[str]:
    """Who says so, and what to do."""
    for line in result.evidence:
        yield paint.faint(f"  {safe(line)}")
    if result.fix:
        yield f"  fix: {safe(result.fix)}"


def _tree(lineage: tuple[LineageStep, ...]) -> Iterator[str]:
    """The image used on top, each parent below it, and why the record ends."""
    for depth, step in enumerate(lineage):
        lead = "   " * (depth - 1) + "└─ " if depth else ""
        facts = [
            step.region,
            f"owner {step.owner}" if step.owner else None,
            f"made by {step.how}" if step.how else None,
            *(f"marked {key}" for key in step.marked),
            "not visible" if step.visible is False else None,
        ]
        yield safe(f"{lead}{step.image_id}  {', '.join(fact for fact in facts if fact)}".rstrip())
        if step.end:
            yield safe("   " * depth + f"└─ ({step.end})")


def _summary(report: Report, paint: Paint) -> Iterator[str]:
    numbers = counts(report.verdicts)
    if report.verdicts:
        parts = [f"{numbers[outcome]} {outcome}" for outcome in _ORDER if numbers[outcome]]
        noun = "reference" if len(report.verdicts) == 1 else "references"
        text = f"{len(report.verdicts)} AMI {noun}: {', '.join(parts)}"
        if let_through := excepted(report.verdicts):
            text = f"{text}, {let_through} of them by exception"
    else:
        text = "no AMI reference to judge"
    label = paint.outcome(report.outcome.value)
    yield f"{label} {text}"
    if report.catalog.kind == "offline" and (unchecked := _unchecked(report)):
        noun = "reference needs" if unchecked == 1 else "references need"
        yield f"  not checked (offline): {unchecked} {noun} AWS"
    if report.not_judged:
        aside = ", ".join(f"{count} {why}" for why, count in sorted(report.not_judged.items()))
        yield f"  not judged: {aside}"
    yield f"  policy: {safe(report.policy.path)}"
    yield from (f"  {safe(line)}" for use in report.exceptions for line in announced(use))
    if report.left_aside:
        noun = "exception" if report.left_aside == 1 else "exceptions"
        yield f"  left aside by --no-inline: {report.left_aside} {noun} in the code"
    yield from indented(asked(report.catalog), 2)


def _unchecked(report: Report) -> int:
    """How many verdicts wait for what only AWS can tell."""
    return sum(
        any(result.rule == UNCHECKED for result in verdict.results) for verdict in report.verdicts
    )


def announced(use: WaiverUse) -> Iterator[str]:
    """What somebody should see to: exceptions that end soon, have ended, or serve nobody."""
    waiver = use.waiver
    match use.state:
        case "expired":
            missed = f"; still needed by {use.missed}" if use.missed else ", and nothing needs it"
            yield f"exception {waiver.name}: expired on {waiver.expires}{missed}"
        case "unused":
            yield f"exception {waiver.name}: nothing needs it"
        case "expiring":
            assert use.days_left is not None
            days = {1: "today", 2: "tomorrow"}.get(use.days_left, f"in {use.days_left - 1} days")
            yield f"exception {waiver.name}: ends {days} ({waiver.expires}); needed by {use.used}"


def asked(catalog: CatalogFacts) -> Iterator[str]:
    """Who gave the answers."""
    if catalog.kind == "offline":
        yield "asked: nobody (offline)"
    elif catalog.recorded_at:
        yield f"asked: a catalogue recorded {catalog.recorded_at:%Y-%m-%d %H:%M} UTC"
    else:
        calls = ", ".join(f"{name} x{count}" for name, count in catalog.api_calls.items())
        yield f"asked: AWS ({calls or 'nothing needed to be asked'})"
    if catalog.endpoint:
        yield f"the answers came from {safe(catalog.endpoint)}, which is not AWS's own endpoint"


def indented(lines: Iterable[str], width: int) -> Iterator[str]:
    """The lines, moved to the right."""
    return (" " * width + line for line in lines)
