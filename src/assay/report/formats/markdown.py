"""The report in GitHub-flavoured Markdown, for a job's summary and for one comment that is updated.

A comment may have 65,536 characters (GitHub's API), a step's summary 1 MiB. The report keeps to
`LIMIT`: it is cut between blocks, and says how much was left out and where to find it. The first
line is an invisible mark by which the comment of an earlier run is found again.
"""

import re
from collections.abc import Iterable, Iterator

from assay.model import Report, Standing
from assay.report.fingerprints import digest
from assay.report.formats.markdown_details import details
from assay.report.formats.text import exception_line
from assay.report.groups import alike
from assay.report.inert import cell, code, prose
from assay.report.labels import label, note
from assay.report.setting import PLAIN, Setting
from assay.report.summary import UNCHECKED, counted, grounds, not_now, notes, offline
from assay.report.view import ResultView, VerdictView, views

LIMIT = 60_000
_TABLE, _DETAILS = 26_000, 54_000
"""The positions in the whole report up to which the table and the details may reach."""
_POINTER = 200
"""Characters reserved for the line that says how much was left out."""
_MISSES = 20
"""After this many blocks that are too long for the remaining room, no further block is tried."""
_PASSES = 50
_SAID = 160
"""The maximum number of characters of a finding in the table."""
_NOTES, _LAST_NOTES = 20, 3
MARKS = {"fail": "❌", "undetermined": "❓", "excepted": "☑️", "warning": "⚠️", "pass": "✅"}
_HEADER = """\
| Outcome | Finding | Address | File |
|---|---|---|---|"""
"""As many columns as GitHub shows without a scroll bar. The details have the attribute, account and
Region if the finding does not mention them."""
_ELSEWHERE = "`--format json` lists them all"


def render(report: Report, setting: Setting = PLAIN) -> str:
    """The report as Markdown that ends in a newline; at most `LIMIT` characters."""
    shown = views(report)
    parts = [_head(report, setting)]
    silent = UNCHECKED if offline(report) else None
    rows = _rows(shown, setting.listed, silent)
    # The most important parts come first and get room first: the table, then details, then passes.
    if rows:
        taken, left = _fitting((_row(*row) for row in rows), len(rows), _TABLE - _size(parts))
        parts.append("\n".join((_HEADER, *taken)))
        parts += _more(left, "finding")
    groups = alike({id(verdict): verdict for verdict, _ in rows}.values())
    taken, left = _fitting(details(groups, silent), len(groups), _DETAILS - _size(parts))
    parts += [*taken, *_more(left, "image")]
    parts += _passes(shown, LIMIT - _size(parts))
    return "\n\n".join(parts) + "\n"


def _head(report: Report, setting: Setting) -> str:
    """The mark, the verdict, the counts and the notes."""
    name = re.sub(r"[^A-Za-z0-9._/]+", "-", setting.category)[:100].strip("-") or "assay"
    # GitHub accepts fewer characters in an HTML comment than a category may contain; the digest
    # still gives `plan: prod` and `plan, prod` separate comments.
    if name != setting.category:
        name = f"{name}-{digest(setting.category)[:8]}"
    outcome = report.outcome.value
    of = "" if name == "assay" else f" {code(setting.category)}"
    lines = [f"- {prose(note)}" for note in (*notes(report), *grounds(report))]
    if len(lines) > _NOTES + _LAST_NOTES + 1:
        left = len(lines) - _NOTES - _LAST_NOTES
        lines[_NOTES:-_LAST_NOTES] = [f"- and {left} more notes: `--format text` lists all of them"]
    heading = f"## {MARKS[outcome]} assay{of}: {outcome.upper()}"
    told = f"\n\n**{said[0].upper()}{said[1:]}.**" if (said := not_now(report)) else ""
    return f"<!-- assay:{name} -->\n{heading}{told}\n\n{counted(report)}\n\n" + "\n".join(lines)


def _rows(
    shown: Iterable[VerdictView], listed: Iterable[Standing], silent: str | None
) -> list[tuple[VerdictView, ResultView]]:
    """The results to list: worst standing first, then in the order of the verdicts."""
    found: dict[Standing, list[tuple[VerdictView, ResultView]]] = {each: [] for each in listed}
    for verdict in shown:
        for result in verdict.results:
            if result.standing in found and result.rule != silent:
                found[result.standing].append((verdict, result))
    return [row for rows in found.values() for row in rows]


def _row(verdict: VerdictView, result: ResultView) -> str:
    word = label(result.standing)
    cells = (
        f"{MARKS[word]} {word}{note(result.standing)}",
        _finding(verdict, result),
        code(verdict.address),
        code(f"{verdict.file}:{verdict.line}") if verdict.file else "",
    )
    return f"| {' | '.join(map(cell, cells))} |"


def _finding(verdict: VerdictView, result: ResultView) -> str:
    """The rule and its message; the image if the message does not name it, and the plan's path."""
    image = verdict.image_id or verdict.value
    more = []
    if image and image not in result.message[: _SAID - 1]:
        more.append(f"image {code(image)}")
    if verdict.plan:
        more.append(f"of {code(verdict.plan)}")
    end = f" ({', '.join(more)})" if more else ""
    return f"**{result.rule}**: {prose(result.message, _SAID)}{end}"


def _passes(shown: Iterable[VerdictView], room: int) -> Iterator[str]:
    """The passes, folded away."""
    found = [verdict for verdict in shown if verdict.standing.is_good]
    if not found:
        return
    head = f"<details><summary>{MARKS['pass']} {len(found)} pass</summary>\n\n"
    tail = "\n\n</details>"
    room -= len(head) + len(tail) + _POINTER
    taken, left = _fitting(map(_passed, found[:_PASSES]), len(found), room)
    yield head + "\n".join((*taken, *(f"- {line}" for line in _more(left, "pass")))) + tail


def _passed(verdict: VerdictView) -> str:
    image = f" {code(verdict.image_id)}" if verdict.image_id else ""
    end = f", by exception: {prose(exception_line(verdict.exception))}" if verdict.exception else ""
    of = f" of {code(verdict.plan)}" if verdict.plan else ""
    return f"- {code(verdict.address)}{of}{image}{end}"


def _fitting(blocks: Iterable[str], number: int, room: int) -> tuple[list[str], int]:
    """The blocks that there is room for, and how many of `number` are left out."""
    taken: list[str] = []
    misses = 0
    room -= _POINTER
    for block in blocks:
        # A long block is skipped, since shorter ones after it may fit; but not without end, because
        # a skipped block costs as much to make as one that is shown.
        if len(block) + 2 > room:
            misses += 1
            if misses == _MISSES:
                break
            continue
        taken.append(block)
        room -= len(block) + 2
    return taken, number - len(taken)


def _more(left: int, noun: str) -> list[str]:
    if not left:
        return []
    plural = "es" if noun.endswith("s") else "s"
    return [f"and {left} more {noun}{'' if left == 1 else plural}: {_ELSEWHERE}"]


def _size(parts: Iterable[str]) -> int:
    return sum(len(part) + 2 for part in parts)
