"""Annotations of GitHub Actions: workflow commands, which the runner reads in a step's log.

Format and escapes: "Workflow commands for GitHub Actions" (docs.github.com) and the runner's own
parser, actions/runner, src/Runner.Common/ActionCommand.cs.
"""

from collections.abc import Iterator

from assay.model import Report
from assay.report.formats.annotations import Annotations, annotations, said
from assay.report.issues import WARNING, Issue
from assay.report.safe import safe
from assay.report.setting import PLAIN, Setting

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = str.maketrans({**_DATA, ":": "%3A", ",": "%2C"})
_MESSAGE = str.maketrans(_DATA)


def render(report: Report, setting: Setting = PLAIN) -> str:
    """One command per line, then the verdict; ends in a newline."""
    chosen = annotations(report, setting)
    return "\n".join((*_commands(chosen), chosen.verdict)) + "\n"


def _commands(chosen: Annotations) -> Iterator[str]:
    if chosen.judged:
        yield _command("notice", chosen.judged, title="assay")
    for issue in chosen.shown:
        yield _command(
            issue.level, said(issue), **_place(issue), title=f"assay: {issue.result.rule}"
        )
    if chosen.unasked:
        yield _command(chosen.level, chosen.unasked, title="assay")
    if chosen.endpoint:
        yield _command(WARNING, chosen.endpoint, title="assay")
    if chosen.left:  # a notice does not count towards GitHub's ten warnings
        yield _command("notice", f"and {chosen.left}", title="assay")


def _place(issue: Issue) -> dict[str, str]:
    """The position in the code; empty for a plan, which is in no commit and has no lines."""
    if not issue.in_code:
        return {}
    return {"file": safe(issue.path), "line": str(issue.line), "endLine": str(issue.line)}


def _command(name: str, message: str, **properties: str) -> str:
    told = ",".join(f"{key}={value.translate(_PROPERTY)}" for key, value in properties.items())
    return f"::{name} {told}::{message.translate(_MESSAGE)}"
