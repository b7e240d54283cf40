"""GitLab's SAST report, version 15.0.6 of its security report schemas.

GitLab distinguishes findings of one rule only by file and line, unless they have a tracking
signature: instances of one resource share a line, and so does everything known only from a plan.
Descriptions are Markdown, so text written by others goes into code spans.
"""

import uuid
from collections import Counter
from collections.abc import Iterator
from typing import Any

from assay import __version__
from assay.model import Report, Standing
from assay.model.times import to_second
from assay.report import page
from assay.report.encoded import indented
from assay.report.inert import code
from assay.report.issues import ERROR, Issue, exception_of, issues
from assay.report.locations import repository_path
from assay.report.safe import safe
from assay.report.setting import PLAIN, RulePage, Setting
from assay.report.summary import endpoint, not_now

VERSION = "15.0.6"
NAMESPACE = uuid.UUID("9d1f2f6e-3c0b-5f55-8a3e-1c6f0b7f4a11")
"""For the ids of findings; any value would do, but it must never change."""
LONGEST_NAME, LONGEST_SOLUTION = 255, 7000
LONGEST_TEXT = 10_000
"""The maximum length of one text in a description; a description may have a million characters."""


def render(report: Report, setting: Setting = PLAIN) -> str:
    """The report as one JSON document that ends in a newline."""
    found = list(issues(report, setting))
    rules = {rule.id: rule for rule in setting.rules}
    document = {
        "version": VERSION,
        "scan": _scan(report, found),
        "vulnerabilities": [_vulnerability(each, rules) for each in found],
    }
    return indented(document)


def _scan(report: Report, found: list[Issue]) -> dict[str, Any]:
    """Always `success`: an impossible scan writes no report. Times are UTC, without a zone."""
    tool = {"id": "assay", "name": "assay", "version": __version__, "vendor": {"name": "assay"}}
    time = to_second(report.as_of)
    return {
        "type": "sast",
        "status": "success",
        "analyzer": tool,
        "scanner": tool,
        "start_time": time,
        "end_time": time,
        "messages": list(_messages(report, found)),
    }


def _messages(report: Report, found: list[Issue]) -> Iterator[dict[str, str]]:
    """What is undetermined, one line per rule; and who answered, if it was not AWS."""
    # A vulnerability in GitLab cannot be undetermined, so a message of the scan says it.
    if told := not_now(report):
        yield {"level": "warn", "value": told}
    undetermined = Counter(
        each.result.rule for each in found if each.result.outcome == "undetermined"
    )
    for rule, count in undetermined.items():
        noun = "result is" if count == 1 else "results are"
        yield {"level": "warn", "value": f"{rule}: {count} {noun} undetermined"}
    yield from ({"level": "warn", "value": line} for line in endpoint(report.catalog))


def _vulnerability(issue: Issue, rules: dict[str, RulePage]) -> dict[str, Any]:
    result = issue.result
    rule = rules.get(result.rule)
    file = safe(repository_path(issue.path))
    lines = {"start_line": issue.line, "end_line": issue.line}
    written = {
        "id": str(uuid.uuid5(NAMESPACE, issue.fingerprint)),
        "name": (rule.summary if rule else result.rule)[:LONGEST_NAME],
        "description": "\n\n".join(_description(issue, rule)),
        "severity": _severity(issue),
        "identifiers": [
            {"type": "assay_rule", "name": f"assay {result.rule}", "value": result.rule}
        ],
        "location": {"file": file, **lines},
        "tracking": {
            "type": "source",
            "items": [
                {
                    "file": file,
                    **lines,
                    "signatures": [{"algorithm": "scope_offset", "value": issue.fingerprint}],
                }
            ],
        },
    }
    if result.fix:
        written["solution"] = safe(result.fix)[:LONGEST_SOLUTION]
    return written


def _description(issue: Issue, rule: RulePage | None) -> Iterator[str]:
    verdict, result = issue.verdict, issue.result
    of = f", {verdict.input_kind} {_code(verdict.plan)}" if verdict.plan else ""
    yield f"{_code(verdict.address)}, {_code(verdict.attribute)}{of}"
    yield _code(f"{issue.word}{result.message}")
    for line in result.evidence:
        yield _code(line)
    if verdict.lineage:
        yield f"Lineage: {_code(' <- '.join(step.image_id for step in verdict.lineage))}"
    if exception := exception_of(verdict, result):
        yield f"By exception: {_code(exception.reason)}"
    if why := page.parsed(rule.page if rule else "").sections.get("Why it matters"):
        yield why


def _code(text: str) -> str:
    return code(text, LONGEST_TEXT)


def _severity(issue: Issue) -> str:
    if issue.result.standing is Standing.EXCEPTED:
        return "Info"
    return "High" if issue.level == ERROR else "Medium"
