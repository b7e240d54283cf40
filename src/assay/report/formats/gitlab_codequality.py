"""GitLab's Code Quality report: a JSON array of issues, for every tier's merge request widget.

Source: GitLab's documentation, "Code Quality report format". Issues with one fingerprint are shown
as one, so every finding has its own. `gitlab-sast` tells more, to those who have Ultimate.
"""

from typing import Any

from assay.model import Report, Standing
from assay.report.encoded import indented
from assay.report.findings import ERROR, Finding, findings
from assay.report.locations import repository_path
from assay.report.safe import safe
from assay.report.setting import PLAIN, Setting


def render(report: Report, setting: Setting = PLAIN) -> str:
    """The issues as one JSON document that ends in a newline; an empty array for none."""
    return indented([_issue(finding) for finding in findings(report, setting)])


def _issue(finding: Finding) -> dict[str, Any]:
    result = finding.result
    return {
        "description": safe(finding.message),
        "check_name": result.rule,
        "fingerprint": finding.fingerprint,
        "severity": _severity(finding),
        "location": {
            "path": safe(repository_path(finding.path)),
            "lines": {"begin": finding.line},
        },
    }


def _severity(finding: Finding) -> str:
    """One of info, minor, major, critical and blocker: `critical` where it closes the gate."""
    if finding.result.standing is Standing.EXCEPTED:
        return "info"
    return "critical" if finding.level == ERROR else "minor"
