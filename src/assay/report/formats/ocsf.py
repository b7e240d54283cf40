"""OCSF 1.6 Compliance Findings (class 2003): one JSON object per line, one line per reference.

Event collectors accept lines (Firehose, Splunk, Elastic; for Amazon Security Lake they are converted
to Parquet). A report without references has no lines. A pass is an event, too, so that readers see a
finding end. `WARNING` is OCSF's word for a check without a result.
"""

from typing import Any

from assay import __version__
from assay.model import Report, Standing, partition_of
from assay.model.times import iso
from assay.report.encoded import encoded
from assay.report.judged import JudgedReference, judged_references
from assay.report.resources import type_of
from assay.report.safe import safe
from assay.report.setting import PLAIN, Setting
from assay.report.view import ResultView

VERSION = "1.6.0"
CLASS, CREATE = 2003, 1
_CLASS = {
    "activity_id": CREATE,
    "activity_name": "Create",
    "category_uid": 2,
    "category_name": "Findings",
    "class_uid": CLASS,
    "class_name": "Compliance Finding",
    "type_uid": CLASS * 100 + CREATE,
    "type_name": "Compliance Finding: Create",
}
_METADATA = {
    "version": VERSION,
    "profiles": ["cloud"],
    "product": {"name": "assay", "vendor_name": "assay", "version": __version__},
}
PASS, WARNING, FAIL = (1, "Pass"), (2, "Warning"), (3, "Fail")
STATUS = {
    Standing.FAIL: FAIL,
    Standing.UNDETERMINED: WARNING,
    Standing.TOLERATED: WARNING,
    Standing.EXCEPTED: PASS,
    Standing.WARNED: PASS,
    Standing.PASS: PASS,
}
INFORMATIONAL, LOW, MEDIUM, HIGH = (1, "Informational"), (2, "Low"), (3, "Medium"), (4, "High")
SEVERITY = {
    Standing.FAIL: HIGH,
    Standing.UNDETERMINED: HIGH,
    Standing.TOLERATED: MEDIUM,
    Standing.WARNED: MEDIUM,
    Standing.EXCEPTED: LOW,
    Standing.PASS: INFORMATIONAL,
}


def render(report: Report, setting: Setting = PLAIN) -> str:
    """The events, each on a line that ends in a newline."""
    events = (_event(each, report) for each in judged_references(report, setting))
    return "".join(f"{encoded(event).decode()}\n" for event in events)


def _event(each: JudgedReference, report: Report) -> dict[str, Any]:
    verdict, time = each.verdict, int(report.as_of.timestamp() * 1000)
    severity_id, severity = SEVERITY[each.standing]
    text = safe(each.reasons) or "every rule passes"
    written: dict[str, Any] = {
        **_CLASS,
        "time": time,
        "severity_id": severity_id,
        "severity": severity,
        "message": f"{safe(each.label)}: {text}",
        "metadata": _METADATA,
        "finding_info": {
            "uid": each.uid,
            "title": f"AMI of {safe(verdict.address)}",
            "desc": text,
            "created_time": time,
        },
        "compliance": _compliance(each, report),
        "cloud": _cloud(each),
        "resources": [_resource(each, report)],
        "unmapped": _unmapped(each, report),
    }
    # OCSF's status describes the work on a finding. A pass needs no work, so it has no status.
    if each.standing is Standing.EXCEPTED:
        written |= {"status_id": 3, "status": "Suppressed"}
    elif each.standing is not Standing.PASS:
        written |= {"status_id": 1, "status": "New"}
    fixes = dict.fromkeys(result.fix for result in each.open if result.fix)
    if fixes:
        written["remediation"] = {"desc": safe("; ".join(fixes))}
    return written


def _compliance(each: JudgedReference, report: Report) -> dict[str, Any]:
    status_id, status = STATUS[each.standing]
    return {
        "control": "AMI provenance",
        "standards": [f"assay policy {report.policy.sha256[:12]}"],
        "status_id": status_id,
        "status": status,
        "status_details": [safe(result.message) for result in each.open],
        "checks": [_check(result) for result in each.verdict.results],
    }


def _check(result: ResultView) -> dict[str, Any]:
    status_id, status = {"pass": PASS, "fail": FAIL}.get(result.outcome, WARNING)
    severity_id, severity = SEVERITY[result.standing]
    return {
        "uid": result.rule,
        "name": result.rule,
        "desc": safe(result.message),
        "status_id": status_id,
        "status": status,
        "severity_id": severity_id,
        "severity": severity,
    }


def _cloud(each: JudgedReference) -> dict[str, Any]:
    verdict = each.verdict
    written: dict[str, Any] = {"provider": "AWS"}
    if verdict.region:
        partition = partition_of(verdict.region)
        written |= {"region": safe(verdict.region), "cloud_partition": partition}
    if verdict.account:
        account = {"uid": safe(verdict.account), "type_id": 10, "type": "AWS Account"}
        written["account"] = account
    return written


def _resource(each: JudgedReference, report: Report) -> dict[str, Any]:
    verdict = each.verdict
    data = {
        "attribute": safe(verdict.attribute),
        "action": verdict.action,
        "image_id": verdict.image_id and safe(verdict.image_id),
        "lineage": [safe(step.image_id) for step in verdict.lineage],
    }
    if verdict.arn is not None:
        data["arn"] = safe(verdict.arn)
    uid = safe(verdict.address)
    what = type_of(verdict, report.inputs[verdict.input].kind)
    written: dict[str, Any] = {"uid": uid, "name": uid, "type": what.name, "data": data}
    if verdict.region:
        written["region"] = safe(verdict.region)
    return written


def _unmapped(each: JudgedReference, report: Report) -> dict[str, Any]:
    """What has no place in OCSF."""
    verdict = each.verdict
    facts = report.inputs[verdict.input]
    return {
        "outcome": verdict.outcome,
        "judged_as_of": iso(report.as_of),
        "generated_at": iso(report.generated_at or report.as_of),
        "input": {
            "path": safe(facts.path),
            "sha256": facts.sha256,
            "variables_sha256": facts.variables,
        },
        "policy_sha256": report.policy.sha256,
        "catalog_sha256": report.catalog.sha256,
        "callers": [safe(arn) for arn in report.catalog.callers],
        "evidence": [safe(line) for result in each.open for line in result.evidence],
        "file": verdict.file and f"{safe(verdict.file)}:{verdict.line}",
        "endpoint": report.catalog.endpoint and safe(report.catalog.endpoint),
        "exception": verdict.exception and safe(verdict.exception.reason),
    }
