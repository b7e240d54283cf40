"""The report formats by name; each is a module with `render(report, setting)`."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from assay.model import Report
    from assay.report.setting import Setting

FORMATS = {
    "text": "text",
    "json": "json",
    "sarif": "sarif",
    "junit": "junit",
    "gitlab-codequality": "gitlab_codequality",
    "gitlab-sast": "gitlab_sast",
    "asff": "asff",
    "ocsf": "ocsf",
    "markdown": "markdown",
    "github": "github",
    "azure": "azure",
    "html": "html",
}
"""The names of formats, and their modules in assay.report.formats."""


def setting(**chosen: Any) -> "Setting":
    """Return how to render reports, with the pages of all rules."""
    from assay.policy.rules import RULES
    from assay.report.setting import RulePage, Setting

    pages = tuple(RulePage(rule.id, rule.summary, rule.by_default, rule.page) for rule in RULES)
    return Setting(pages, **chosen)


def render(report: "Report", name: str, how: "Setting") -> str:
    """Return the report in one format, ending in a newline."""
    from importlib import import_module

    rendered: str = import_module(f"assay.report.formats.{FORMATS[name]}").render(report, how)
    return rendered
