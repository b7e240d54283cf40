"""AWS Security Hub's finding format (ASFF), as a JSON array of findings for BatchImportFindings.

There is one finding per reference, not per rule: when the image is replaced, the next import turns
the same finding to PASSED, which would be impossible for a rule that has nothing left to report. A
call takes 100 findings, so an importer has to split the file. `assay push securityhub` imports the
findings of an audit.

An unknown account is written as 000000000000, and an unknown Region as the policy's or us-east-1.
Security Hub rejects such a finding by name, which is better than a finding that was never written.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeGuard

from assay import __version__
from assay.model import Report, Standing, partition_of
from assay.model.ids import is_account, is_ami_id, is_region
from assay.model.times import iso, to_second
from assay.report.encoded import indented
from assay.report.judged import JudgedReference, judged_references
from assay.report.resources import OTHER, type_of
from assay.report.safe import safe
from assay.report.setting import PLAIN, Setting
from assay.report.view import VerdictView

GENERATOR = "assay"
KIND, JUDGED_AS_OF = "assay/kind", "assay/judged-as-of"
"""Product fields by which earlier imports are recognised."""
NOBODY = "000000000000"
"""Well formed, but AWS never assigns this account id."""
PARTITIONS = ("aws", "aws-cn", "aws-us-gov")
"""The partitions known here that a resource's `Partition` may name."""
STATUS = {
    Standing.FAIL: "FAILED",
    Standing.UNDETERMINED: "WARNING",
    Standing.TOLERATED: "WARNING",
    Standing.EXCEPTED: "PASSED",
    Standing.WARNED: "PASSED",
    Standing.PASS: "PASSED",
}
"""WARNING: "Some information is missing" (Security Hub API Reference, Compliance)."""
SEVERITY = {
    Standing.FAIL: "HIGH",
    Standing.UNDETERMINED: "HIGH",
    Standing.TOLERATED: "MEDIUM",
    Standing.WARNED: "MEDIUM",
    Standing.EXCEPTED: "LOW",
    Standing.PASS: "INFORMATIONAL",
}
_TOLD = {
    Standing.FAIL: "fails",
    Standing.UNDETERMINED: "is undetermined",
    Standing.TOLERATED: "is undetermined (tolerated)",
    Standing.EXCEPTED: "is excepted",
    Standing.WARNED: "passes with a warning",
    Standing.PASS: "passes",
}
TYPE = "Software and Configuration Checks/AWS Security Best Practices"
LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_FIX, LONGEST_FIELD = 256, 1024, 512, 2048


def render(report: Report, setting: Setting = PLAIN) -> str:
    """The findings as one JSON document that ends in a newline; an empty array for none."""
    return indented(findings(report, setting))


def findings(report: Report, setting: Setting = PLAIN) -> list[dict[str, Any]]:
    """The findings, as BatchImportFindings takes them."""
    return [_finding(each, report) for each in judged_references(report, setting)]


def product_arn(account: str, region: str) -> str:
    """The ARN of the product under which an account imports its own findings."""
    partition = partition_of(region)
    return f"arn:{partition}:securityhub:{region}:{account}:product/{account}/default"


def _finding(each: JudgedReference, report: Report) -> dict[str, Any]:
    # Every finding belongs to one account and Region, and an import accepts only its own.
    verdict, standing = each.verdict, each.standing
    account = _first(is_account, verdict.account) or NOBODY
    region = _first(is_region, verdict.region, report.policy.region) or "us-east-1"
    partition = partition_of(region)
    time = f"{to_second(report.as_of)}Z"
    written: dict[str, Any] = {
        "SchemaVersion": "2018-10-08",
        "Id": f"assay/{each.uid}",
        "ProductArn": product_arn(account, region),
        "GeneratorId": GENERATOR,
        "AwsAccountId": account,
        "CreatedAt": time,
        "UpdatedAt": time,
        "Title": clipped(_title(each), LONGEST_TITLE),
        "Description": clipped(_description(each), LONGEST_DESCRIPTION),
        "FindingProviderFields": {
            "Severity": {"Label": SEVERITY[standing], "Original": standing.value},
            "Types": [TYPE],
        },
        "Compliance": {"Status": STATUS[standing]},
        "RecordState": "ACTIVE",
        "ProductFields": dict(_fields(each, report)),
        "Resources": list(_resources(each, report, partition, region)),
    }
    fix = next((result.fix for result in each.open if result.fix), None)
    if fix:
        written["Remediation"] = {"Recommendation": {"Text": clipped(fix, LONGEST_FIX)}}
    return written


def _first(form: Callable[[object], TypeGuard[str]], *texts: str | None) -> str | None:
    """The first text that has the form: a plan may contain anything, and an ARN has colons."""
    return next(filter(form, texts), None)


def _title(each: JudgedReference) -> str:
    """The title, with the standing first because the rest may not fit."""
    return f"AMI {_TOLD[each.standing]}: {each.label}"


def _description(each: JudgedReference) -> str:
    return each.reasons or "every rule passes"


def _fields(each: JudgedReference, report: Report) -> Iterator[tuple[str, str]]:
    """The fields by which Security Hub can be searched."""
    yield "assay/version", __version__
    yield KIND, report.kind
    yield "assay/outcome", each.verdict.outcome
    yield "assay/address", clipped(each.verdict.address, LONGEST_FIELD)
    yield "assay/attribute", clipped(each.verdict.attribute, LONGEST_FIELD)
    yield "assay/policy-sha256", report.policy.sha256
    if each.open:
        rules = ",".join(dict.fromkeys(result.rule for result in each.open))
        yield "assay/rules", clipped(rules, LONGEST_FIELD)
    yield from fields_of_input(each, report)
    if report.catalog.endpoint:
        yield "assay/endpoint", clipped(report.catalog.endpoint, LONGEST_FIELD)


def fields_of_input(each: JudgedReference, report: Report) -> Iterator[tuple[str, str]]:
    """The fields that say what the finding is based on."""
    yield JUDGED_AS_OF, iso(report.as_of)
    yield "assay/generated-at", iso(report.generated_at or report.as_of)
    facts = report.inputs[each.verdict.input]
    yield "assay/input", clipped(facts.path, LONGEST_FIELD)
    yield "assay/input-sha256", facts.sha256
    if report.catalog.sha256:
        yield "assay/catalog-sha256", report.catalog.sha256


def _resources(
    each: JudgedReference, report: Report, partition: str, region: str
) -> Iterator[dict[str, Any]]:
    """The resource that uses the image, if it exists, and the image, if it is known and not secret.

    For a plan, only one of them: the image or, without it, the address and attribute of the
    reference. ASFF has no type for images.
    """
    verdict = each.verdict
    known = verdict.region == region
    image = _first(is_ami_id, verdict.image_id) if known else None
    image_arn = f"arn:{partition}:ec2:{region}::image/{image}" if image else None
    details: dict[str, Any] = {"Other": dict(_details(verdict))}
    if verdict.arn is not None:
        kind = type_of(verdict, report.inputs[verdict.input].kind).asff
        if kind == "AwsEc2Instance" and image:
            details[kind] = {"ImageId": image}
        yield _resource(
            kind, clipped(verdict.arn, LONGEST_FIX), partition, region if known else None, details
        )
        if image_arn:
            yield _resource(OTHER, image_arn, partition, region)
    else:
        id = image_arn or clipped(each.label, LONGEST_FIX)
        yield _resource(OTHER, id, partition, region if known else None, details)


def _details(verdict: VerdictView) -> Iterator[tuple[str, str]]:
    told = {
        "address": verdict.address,
        "attribute": verdict.attribute,
        "action": verdict.action,
        "file": f"{verdict.file}:{verdict.line}" if verdict.file else None,
        "lineage": " <- ".join(step.image_id for step in verdict.lineage),
    }
    return ((name, clipped(text, LONGEST_FIELD)) for name, text in told.items() if text)


def _resource(
    kind: str, id: str, partition: str, region: str | None, details: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    written: dict[str, Any] = {"Type": kind, "Id": id}
    if details:
        written["Details"] = details
    if region is not None:
        written["Region"] = region
        if partition in PARTITIONS:
            written["Partition"] = partition
    return written


def clipped(text: str, length: int) -> str:
    """The text, made harmless and no longer than Security Hub accepts; never blank."""
    text = safe(text).strip() or "-"
    return text if len(text) <= length else f"{text[: length - 1]}…"
