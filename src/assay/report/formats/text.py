"""The report for people: failures first, each with the reason, evidence, lineage and fix."""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from assay.model import Outcome, Report, Standing, Verdict
from assay.model.times import readable
from assay.report.formats.headline import headline, result_line
from assay.report.groups import alike, shared_by
from assay.report.paint import COLOUR, Paint
from assay.report.safe import safe
from assay.report.setting import PLAIN, Setting
from assay.report.steps import LineageStep, chain, marked
from assay.report.summary import (
    UNCHECKED,
    counted,
    endpoint,
    exceptions_in_use,
    not_now,
    notes,
    offline,
    unchecked,
)
from assay.report.view import ExceptionView, ResultView, VerdictView, views
from assay.report.wrap import folded, indented

MOST_PASSES = 50
"""The maximum number of plain passes shown; what does not pass is always shown in full."""
MOST_NEWS = 100
"""The maximum number of passes shown that have a warning or an exception."""


def render(report: Report, setting: Setting = PLAIN) -> str:
    """The report as text that ends in a newline."""
    paint = Paint(setting.colour)
    if setting.quiet:
        return "\n".join(_quiet(report, setting, paint)) + "\n"
    blocks = ["\n".join(folded(said, 0, setting.width))] if (said := not_now(report)) else []
    for found, telling in _worst_first(report):
        if telling is None or setting.verbose:
            shown, news = found, 0
        else:
            shown, news = _with_news(found, telling)
        groups = alike(views(report, shown))
        if offline(report) and not setting.verbose:
            groups = [left for group in groups if (left := _without_unchecked(group))]
        blocks += ["\n".join(_group(group, setting, paint)) for group in groups]
        if len(shown) < len(found):
            some = f", {news} of them with a warning or an exception" if news else ""
            blocks.append(f"and {len(found) - len(shown)} more that pass{some}: -v lists them")
    blocks.append("\n".join(_summary(report, setting, paint)))
    return "\n\n".join(blocks) + "\n"


def _worst_first(report: Report) -> Iterator[tuple[list[Verdict], set[int] | None]]:
    """The verdicts by standing, worst first, with all good ones together at the end.

    The good ones come with the identities of the results that contain more than plain passes; the
    others come with None.
    """
    good: list[Verdict] = []
    others: dict[Standing, list[Verdict]] = {each: [] for each in Standing if not each.is_good}
    telling: set[int] = set()
    known: dict[tuple[Outcome, int], list[Verdict]] = {}  # similar verdicts share their results
    for verdict in report.verdicts:
        key = (verdict.outcome, id(verdict.results))
        among = known.get(key)
        if among is None:
            standing = verdict.standing(report.policy.undetermined)
            among = known[key] = others.get(standing, good)
            if standing is not Standing.PASS:
                telling.add(id(verdict.results))
        among.append(verdict)
    yield from ((verdicts, None) for verdicts in others.values())
    yield good, telling


def _with_news(passes: list[Verdict], telling: set[int]) -> tuple[list[Verdict], int]:
    """The first plain passes and the first passes with a warning or an exception; and how many of
    the latter are left out.
    """
    plain = news = 0
    shown: list[Verdict] = []
    for verdict in passes:
        if id(verdict.results) in telling:
            news += 1
            wanted = news <= MOST_NEWS
        else:
            plain += 1
            wanted = plain <= MOST_PASSES
        if wanted:
            shown.append(verdict)
    return shown, max(0, news - MOST_NEWS)


def _without_unchecked(group: list[VerdictView]) -> list[VerdictView]:
    """The verdicts without the results that only AWS could decide; empty if nothing else is open."""
    results = tuple(each for each in group[0].results if each.rule != UNCHECKED)
    told = [each for each in results if each.outcome != "pass"]
    return [replace(verdict, results=results) for verdict in group] if told else []


def _quiet(report: Report, setting: Setting, paint: Paint) -> Iterator[str]:
    """One line for each result that is not a pass, and the verdict."""
    lines: dict[Standing, list[str]] = {standing: [] for standing in setting.listed}
    silent = UNCHECKED if offline(report) else None
    for verdict in views(report):
        for result in verdict.results:
            if result.standing in lines and result.rule != silent:
                lines[result.standing] += result_line(verdict, result, paint, setting.width)
    if told := not_now(report):
        yield told
    yield from (line for found in lines.values() for line in found)
    yield _outcome(report, paint)
    yield from indented((*unchecked(report), *endpoint(report.catalog)), 2)


def _group(group: list[VerdictView], setting: Setting, paint: Paint) -> Iterator[str]:
    first, width = group[0], setting.width
    for verdict in group:
        yield from headline(verdict, paint, width)
    for step in first.via:
        yield from folded(f"via {safe(step)}", 2, width)
    if first.standing.is_good and first.lineage and not setting.verbose:
        yield from _chain(first.lineage, width)
    if first.exception:
        yield from folded(f"by exception: {safe(exception_line(first.exception))}", 2, width)
    for result in first.results:
        if result.outcome != "pass" or setting.verbose:
            yield from _result(result, paint, width, shared_by(group))
    if (not first.standing.is_good or setting.verbose) and first.lineage:
        yield "  lineage"
        yield from indented(_tree(first.lineage), 4)


def exception_line(exception: ExceptionView) -> str:
    """Why a failure is let through, by whom, and until when."""
    ticket = f"{exception.ticket}, " if exception.ticket else ""
    comment = f"in a comment, {exception.file}:{exception.line}"
    who = f"approved by {exception.approved_by}" if exception.approved_by else comment
    end = f"until {exception.expires}" if exception.expires else "no end date"
    return f"{exception.reason} ({ticket}{who}, {end})"


def _chain(lineage: tuple[LineageStep, ...], width: int | None) -> Iterator[str]:
    """A lineage on one line, or on several that each begin with an arrow."""
    # Lines are broken only before an arrow, so that a step and its notes in brackets stay together.
    whole = safe(chain(lineage)).replace(" ", "\0").replace("\0<-\0", " <-\0")
    return (line.replace("\0", " ") for line in folded(whole, 2, width))


def _result(result: ResultView, paint: Paint, width: int | None, shared: str = "") -> Iterator[str]:
    word = result.standing
    said = "" if word.closes_the_gate else f"{word}: "
    first, *others = folded(f"{result.rule}: {said}{safe(result.message)}{shared}", 2, width)
    yield first.replace(result.rule, paint(result.rule, COLOUR[word]), 1)
    yield from others
    yield from grounds(result, paint, width)


def grounds(result: ResultView, paint: Paint, width: int | None = None) -> Iterator[str]:
    """The evidence for a result, and how to fix it."""
    for line in result.evidence:
        yield from (paint.faint(part) for part in folded(safe(line), 4, width))
    if result.fix:
        yield from folded(f"fix: {safe(result.fix)}", 4, width)


def _tree(lineage: tuple[LineageStep, ...]) -> Iterator[str]:
    """The image used on top, each parent below it, and why the record ends."""
    for depth, step in enumerate(lineage):
        lead = "   " * (depth - 1) + "└─ " if depth else ""
        facts = [
            step.region,
            step.whose,
            f"made by {step.how}" if step.how else None,
            *(marked(key, first=False) for key in step.marked),
            step.unseen,
        ]
        yield safe(f"{lead}{step.image_id}  {', '.join(fact for fact in facts if fact)}".rstrip())
        if step.end:
            yield safe("   " * depth + f"└─ ({step.end})")


def _outcome(report: Report, paint: Paint) -> str:
    return f"{paint.outcome(report.outcome.value)} {counted(report)}"


def _summary(report: Report, setting: Setting, paint: Paint) -> Iterator[str]:
    yield _outcome(report, paint)
    for note in (*notes(report), *(_details(report) if setting.verbose else ())):
        yield from folded(note, 2, setting.width)


def _details(report: Report) -> Iterable[str]:
    """Details for `--verbose`."""
    yield from exceptions_in_use(report)
    yield f"as of: {readable(report.as_of, seconds=True)}"
    if report.generated_at:
        yield f"made at: {readable(report.generated_at, seconds=True)}"
    yield f"policy's SHA-256: {report.policy.sha256}"
    if report.catalog.sha256:
        yield f"catalogue's SHA-256: {report.catalog.sha256}"
    for arn in report.catalog.callers:
        yield f"asked as: {safe(arn)}"
    for facts in report.inputs:
        yield f"read: {safe(facts.path)} ({facts.kind}, {facts.references} judged), SHA-256 {facts.sha256}"
        if facts.variables:
            yield f"values of its variables: SHA-256 {facts.variables}"
