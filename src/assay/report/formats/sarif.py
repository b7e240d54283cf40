"""SARIF 2.1.0, as accepted by GitHub code scanning.

Sources: the OASIS standard, and GitHub's "SARIF support for code scanning". GitHub's own rules:

- `primaryLocationLineHash` is left out, because `upload-sarif` computes it from the file. The
  fingerprint that stays the same from run to run is `assay/v1`.
- Suppressed results would be shown as open alerts, so what an exception lets through is left out
  unless the setting asks for it.
- More than 25,000 results are rejected: errors come first, and a notification counts the rest.
- A file without results closes alerts, so it is always written.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from assay import __version__
from assay.model import Report, Standing
from assay.model.times import iso
from assay.report import page
from assay.report.encoded import indented
from assay.report.issues import ERROR, WARNING, Issue, exception_of, issues
from assay.report.locations import uri
from assay.report.safe import safe
from assay.report.setting import PLAIN, RulePage, Setting
from assay.report.summary import not_now
from assay.report.view import ExceptionView

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
MOST_RESULTS = 25_000
"""The maximum number of results in a run that GitHub accepts; it shows the first 5,000."""
LONGEST = 1000
"""The maximum length of a rule's descriptions in characters; GitHub accepts 1024."""
SECURITY_SEVERITY = {ERROR: "8.0", WARNING: "5.0"}
"""High and medium: GitHub's merge protection can require that no alert is high."""


def render(report: Report, setting: Setting = PLAIN) -> str:
    """The log as one JSON document that ends in a newline."""
    found = list(issues(report, setting))
    return indented({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report, found, setting)]})


def _run(report: Report, found: list[Issue], setting: Setting) -> dict[str, Any]:
    shown = _most_serious(found)
    rules = _rules(found, setting)
    numbers = {rule["id"]: number for number, rule in enumerate(rules)}
    return {
        "tool": {
            "driver": {
                "name": "assay",
                "semanticVersion": __version__,
                "version": __version__,
                "rules": rules,
            }
        },
        "automationDetails": {"id": f"{safe(setting.category).rstrip('/')}/"},
        "invocations": [
            {
                "executionSuccessful": True,
                "toolExecutionNotifications": list(_notifications(found, shown, numbers)),
            }
        ],
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, numbers) for each in shown],
        "properties": {
            "outcome": report.outcome.value,
            "references": len(report.verdicts),
            "asOf": iso(report.as_of),
            "generatedAt": iso(report.generated_at or report.as_of),
            **({"judged": said} if (said := not_now(report)) else {}),
            "policySha256": report.policy.sha256,
            "catalogSha256": report.catalog.sha256,
            "callers": [safe(arn) for arn in report.catalog.callers],
            "inputs": [
                {"path": safe(each.path), "sha256": each.sha256, "variablesSha256": each.variables}
                for each in report.inputs
            ],
            "endpoint": safe(report.catalog.endpoint) if report.catalog.endpoint else None,
        },
    }


def _most_serious(found: list[Issue]) -> list[Issue]:
    if len(found) <= MOST_RESULTS:
        return found
    return sorted(found, key=lambda each: each.level != ERROR)[:MOST_RESULTS]


def _rules(found: Iterable[Issue], setting: Setting) -> list[dict[str, Any]]:
    """All known rules, and those that only results name.

    A rule is as severe as its worst result here, which depends on the policy; without results, it
    has its default severity.
    """
    # GitHub shows each alert with the severity of its rule, and a run lists each rule once.
    worst: dict[str, str] = {}
    for each in found:
        if each.level == ERROR or each.result.rule not in worst:
            worst[each.result.rule] = each.level
    known = {rule.id for rule in setting.rules}
    named = (RulePage(id, id, ERROR, "") for id in worst if id not in known)
    return [_rule(rule, worst.get(rule.id)) for rule in (*setting.rules, *named)]


def _rule(rule: RulePage, found: str | None) -> dict[str, Any]:
    level = found or (WARNING if rule.by_default == WARNING else ERROR)
    undetermined = rule.by_default == "undetermined"
    told = page.parsed(rule.page).sections
    full = told.get("What it does", rule.summary).replace("`", "")
    return {
        "id": rule.id,
        "shortDescription": {"text": f"{rule.summary[:1].upper()}{rule.summary[1:]}."},
        "fullDescription": {"text": _clipped(full)},
        "help": {
            "text": page.render(rule.page or rule.id, rule.by_default),
            "markdown": rule.page or rule.id,
        },
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": ["security", "supply-chain", "terraform", "aws", "ami"],
            "precision": "medium" if undetermined else "very-high",
            "problem.severity": level,
            "security-severity": SECURITY_SEVERITY[level],
        },
    }


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _notifications(
    found: list[Issue], shown: list[Issue], rules: dict[str, int]
) -> Iterator[dict[str, Any]]:
    """What is undetermined, one notification per rule; and how many results are left out."""
    undetermined: dict[tuple[str, str], list[str]] = {}
    for each in found:
        if each.result.outcome == "undetermined":
            key = (each.result.rule, each.level)
            undetermined.setdefault(key, []).append(each.verdict.address)
    for (rule, level), addresses in undetermined.items():
        count = "1 result is" if len(addresses) == 1 else f"{len(addresses)} results are"
        yield {
            "level": level,
            "message": {"text": _plain(f"{rule}: {count} undetermined, first {addresses[0]}")},
            "descriptor": {"id": "undetermined"},
            "associatedRule": {"id": rule, "index": rules[rule]},
        }
    if more := len(found) - len(shown):
        noun = "result is" if more == 1 else "results are"
        text = f"{more} more {noun} left out, the least serious: --format json has them all"
        yield {"level": ERROR, "message": {"text": text}, "descriptor": {"id": "left-out"}}


def _result(issue: Issue, rules: dict[str, int]) -> dict[str, Any]:
    verdict, result = issue.verdict, issue.result
    address = safe(verdict.address)
    written = {
        "ruleId": result.rule,
        "ruleIndex": rules[result.rule],
        "level": issue.level,
        "message": {"text": _message(issue)},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": uri(issue.path)},
                    "region": {"startLine": issue.line},
                },
                "logicalLocations": [{"fullyQualifiedName": address, "kind": "resource"}],
            }
        ],
        "partialFingerprints": {"assay/v1": issue.fingerprint},
        "properties": _properties(issue),
    }
    if result.standing is Standing.EXCEPTED:
        written["suppressions"] = [_suppression(exception_of(verdict, result))]
    return written


def _suppression(exception: ExceptionView | None) -> dict[str, Any]:
    if exception is None:
        return {"kind": "external", "status": "accepted", "justification": "another exception"}
    facts = {
        "approvedBy": exception.approved_by,
        "ticket": exception.ticket,
        "expires": exception.expires,
        "comment": f"{exception.file}:{exception.line}" if exception.file else None,
    }
    return {
        "kind": "inSource" if exception.file else "external",
        "status": "accepted",
        "justification": safe(exception.reason),
        "properties": {name: safe(text) for name, text in facts.items() if text},
    }


def _properties(issue: Issue) -> dict[str, Any]:
    verdict = issue.verdict
    return {
        "outcome": issue.result.outcome,
        "attribute": safe(verdict.attribute),
        "imageId": verdict.image_id and safe(verdict.image_id),
        "account": verdict.account and safe(verdict.account),
        "region": verdict.region and safe(verdict.region),
        "lineage": [safe(step.image_id) for step in verdict.lineage],
    }


def _message(issue: Issue) -> str:
    """The message, starting with the address: in lists GitHub shows its first sentence, no properties."""
    result = issue.result
    fix = f" To fix: {result.fix}." if result.fix else ""
    evidence = f" Evidence: {'; '.join(result.evidence)}." if result.evidence else ""
    return _plain(f"{issue.message}.{fix}{evidence}")


def _plain(text: str) -> str:
    """A plain text message, in which braces are placeholders and `[text](target)` would be a link.

    SARIF 2.1.0, 3.11.5 and 3.11.6.
    """
    text = safe(text).replace("](", "] (")
    return text.replace("{", "{{").replace("}", "}}") if "{" in text or "}" in text else text
