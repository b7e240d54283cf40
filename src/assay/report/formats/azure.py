"""Issues of an Azure Pipelines job: logging commands, which the agent reads in a step's log.

Format and escapes: "Logging commands" (learn.microsoft.com) and the agent's own parser,
azure-pipelines-agent, Command.cs: `%` is `%AZP25` (its docs/design/percentEncoding.md).
"""

from collections.abc import Iterator

from assay.model import Report
from assay.report.formats.annotations import Annotations, annotations, said
from assay.report.issues import WARNING, Issue
from assay.report.safe import safe
from assay.report.setting import PLAIN, Setting
from assay.report.summary import gate_closes

_DATA = {"%": "%AZP25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = str.maketrans({**_DATA, ";": "%3B", "]": "%5D"})
_MESSAGE = str.maketrans(_DATA)


def render(report: Report, setting: Setting = PLAIN) -> str:
    """One issue per line, then the result of the step; ends in a newline."""
    chosen = annotations(report, setting)
    return "\n".join((*_issues(chosen), _end(report, setting, chosen))) + "\n"


def _issues(chosen: Annotations) -> Iterator[str]:
    if chosen.judged:
        yield _issue(WARNING, chosen.judged)
    for issue in chosen.shown:
        yield _issue(issue.level, said(issue), **_place(issue), code=issue.result.rule)
    if chosen.unasked:
        yield _issue(chosen.level, chosen.unasked)
    if chosen.endpoint:
        yield _issue(WARNING, chosen.endpoint)
    if chosen.left:
        yield _issue("warning", f"and {chosen.left}")


def _end(report: Report, setting: Setting, chosen: Annotations) -> str:
    """The step's result: to the agent, exit code 0 is a success unless a command says otherwise."""
    if gate_closes(report) and not setting.exit_zero:
        return _command("task.complete", chosen.verdict, result="Failed")
    # Orange instead of green, so that warnings are visible in the overview of the pipeline.
    if chosen.shown or chosen.unasked or report.outcome != "pass":
        return _command("task.complete", chosen.verdict, result="SucceededWithIssues")
    return chosen.verdict


def _place(issue: Issue) -> dict[str, str]:
    if not issue.in_code:
        return {}
    return {"sourcepath": safe(issue.path), "linenumber": str(issue.line), "columnnumber": "1"}


def _issue(kind: str, message: str, **properties: str) -> str:
    return _command("task.logissue", message, type=kind, **properties)


def _command(name: str, message: str, **properties: str) -> str:
    told = "".join(f"{key}={value.translate(_PROPERTY)};" for key, value in properties.items())
    return f"##vso[{name} {told}]{message.translate(_MESSAGE)}"
