"""What the Markdown report says about each image: the reason, the evidence, the fix, the lineage."""

from collections.abc import Iterable, Iterator

from assay.report.formats.text import exception_line
from assay.report.inert import code, prose
from assay.report.labels import label, note
from assay.report.lineage.mermaid import render_steps
from assay.report.steps import chain
from assay.report.view import ResultView, VerdictView

_ADDRESSES, _EVIDENCE = 10, 10
_PICTURES = 10
"""The maximum number of pictures, which the reader's browser draws; later lineages are one line."""
_LONGEST_PICTURE = 6_000
"""The maximum length of one picture in characters of Mermaid."""


def details(groups: Iterable[list[VerdictView]], silent: str | None) -> Iterator[str]:
    """One block per group of similar verdicts, worst first; without results of the rule `silent`."""
    ordered = sorted(groups, key=lambda group: group[0].standing.rank)
    for number, group in enumerate(ordered):
        yield "\n\n".join(_block(group, silent, pictured=number < _PICTURES))


def _block(group: list[VerdictView], silent: str | None, *, pictured: bool) -> Iterator[str]:
    first = group[0]
    image = code(first.image_id or first.value or first.address)
    where = f"{first.account or 'unknown account'}/{first.region}"
    word = f"{label(first.standing).upper()}{note(first.standing)}"
    yield f"### {word} {image}{f' in {code(where)}' if first.region else ''}"
    yield "\n".join(_addresses(group))
    if first.exception:
        yield f"by exception: {prose(exception_line(first.exception))}"
    for result in first.results:
        if result.outcome != "pass" and result.rule != silent:
            yield "\n".join(_result(result))
    if first.lineage:
        yield from _lineage(first, pictured=pictured)


def _addresses(group: list[VerdictView]) -> Iterator[str]:
    for verdict in group[:_ADDRESSES]:
        place = f", {code(f'{verdict.file}:{verdict.line}')}" if verdict.file else ""
        of = f" of {code(verdict.plan)}" if verdict.plan else ""
        yield f"- {code(verdict.address)} {code(verdict.attribute)}{of}{place}"
    if len(group) > _ADDRESSES:
        yield f"- and {len(group) - _ADDRESSES} more"
    yield from (f"- via {prose(step)}" for step in group[0].via)


def _result(result: ResultView) -> Iterator[str]:
    said = "" if result.standing.closes_the_gate else f" ({result.standing})"
    yield f"**{result.rule}**{said}: {prose(result.message, 600)}"
    yield ""
    yield from (f"- {prose(line)}" for line in result.evidence[:_EVIDENCE])
    if len(result.evidence) > _EVIDENCE:
        yield f"- and {len(result.evidence) - _EVIDENCE} more"
    if result.fix:
        yield f"- **fix**: {prose(result.fix)}"


def _lineage(verdict: VerdictView, *, pictured: bool) -> Iterator[str]:
    picture = render_steps(verdict.lineage) if pictured else ""
    if not picture or len(picture) > _LONGEST_PICTURE:
        yield f"lineage: {code(chain(verdict.lineage), 600)}"
        return
    yield "<details><summary>lineage</summary>"
    yield f"```mermaid\n{picture}```"
    yield "</details>"
