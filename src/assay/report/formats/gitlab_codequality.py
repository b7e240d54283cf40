"""GitLab's Code Quality report: a JSON array of issues, for every tier's merge request widget.

Source: GitLab's documentation, "Code Quality report format". Issues with the same fingerprint are
shown as one, so every finding has its own. `gitlab-sast` says more, but needs GitLab Ultimate.
"""

from typing import Any

from assay.model import Report, Standing
from assay.report.encoded import indented
from assay.report.issues import ERROR, Issue, issues
from assay.report.locations import repository_path
from assay.report.safe import safe
from assay.report.setting import PLAIN, Setting


def render(report: Report, setting: Setting = PLAIN) -> str:
    """The issues as one JSON document that ends in a newline; an empty array for none."""
    return indented([_issue(issue) for issue in issues(report, setting)])


def _issue(issue: Issue) -> dict[str, Any]:
    result = issue.result
    return {
        "description": safe(issue.message),
        "check_name": result.rule,
        "fingerprint": issue.fingerprint,
        "severity": _severity(issue),
        "location": {
            "path": safe(repository_path(issue.path)),
            "lines": {"begin": issue.line},
        },
    }


def _severity(issue: Issue) -> str:
    """One of info, minor, major, critical and blocker: `critical` if it closes the gate."""
    if issue.result.standing is Standing.EXCEPTED:
        return "info"
    return "critical" if issue.level == ERROR else "minor"
