"""A preview as GitHub-flavoured Markdown, for an issue or a pull request."""

from assay.model.preview import Preview
from assay.report.inert import cell, code, prose
from assay.report.preview.tables import notes, summary, tables, title

_WORDS = ("what", "class", "now", "why", "through", "instances", "used by")
"""The columns that contain words; the others contain names, which are shown as code."""


def render(found: Preview, source: str) -> str:
    """The whole report; `source` says whose criteria they are."""
    lines = [f"### {prose(title(found, source))}", "", prose(summary(found)), ""]
    for table in tables(found):
        lines += [f"#### {table.heading}", "", f"| {' | '.join(table.columns)} |"]
        lines.append("|---" * len(table.columns) + "|")
        for row in table.rows:
            cells = (_cell(name, text) for name, text in zip(table.columns, row, strict=True))
            lines.append(f"| {' | '.join(cells)} |")
        lines.append("")
        if table.more:
            lines += [f"and {table.more} more: `--format json` lists all of them", ""]
    lines += [f"- {prose(each)}" for each in notes(found)]
    return "\n".join(lines).rstrip() + "\n"


def _cell(column: str, text: str) -> str:
    if not text or (text.isdecimal() and len(text) < 12):
        return text
    return cell(prose(text) if column in _WORDS else code(text))
