"""Findings for Security Hub, by botocore's own validation of BatchImportFindings' parameters."""

import json
from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from msgspec.structs import replace

from assay.model import Cause, Place
from assay.report.judged import judged_references
from assay.report.safe import safe
from assay.run.formats import render
from tests.policy.builders import document as by
from tests.policy.builders import image, subject, unresolved
from tests.report import samples
from tests.report.shared import EACH, document

LONGEST = {"Title": 256, "Description": 1024, "Id": 512, "GeneratorId": 512}
"""As the API Reference has them; botocore's model has no lengths for these."""


@cache
def model() -> Any:
    return botocore.session.get_session().get_service_model("securityhub")


def errors(findings: list[Any]) -> str:
    shape = model().operation_model("BatchImportFindings").input_shape
    report: str = ParamValidator().validate({"Findings": findings}, shape).generate_report()
    return report


def patterns(value: Any, shape: Any) -> list[str]:
    """Strings that break the enumerations and patterns that botocore leaves to the service."""
    match shape.type_name:
        case "structure":
            return [
                broken
                for name, each in value.items()
                for broken in patterns(each, shape.members[name])
            ]
        case "list":
            return [broken for each in value for broken in patterns(each, shape.member)]
        case "map":
            return [broken for each in value.values() for broken in patterns(each, shape.value)]
        case "string":
            if shape.enum and value not in shape.enum:
                return [f"{shape.name}: {value}"]
            return [] if value.strip() else [f"{shape.name} is blank"]
    return []


@EACH
def test_botocore_takes_it_in_calls_of_a_hundred(name: str) -> None:
    findings = document("asff", name)
    for start in range(0, len(findings), 100):
        assert errors(findings[start : start + 100]) == ""
    shape = model().shape_for("AwsSecurityFinding")
    assert [broken for each in findings for broken in patterns(each, shape)] == []


def test_botocore_refuses_what_is_wrong() -> None:
    [finding, *_] = document("asff", "demo")
    del finding["AwsAccountId"]
    assert "AwsAccountId" in errors([finding])
    finding["Compliance"]["Status"] = "PASS"
    assert patterns(finding, model().shape_for("AwsSecurityFinding")) == ["ComplianceStatus: PASS"]


@EACH
def test_nothing_is_longer_than_security_hub_takes(name: str) -> None:
    for each in document("asff", name):
        for field, most in LONGEST.items():
            assert 0 < len(each[field]) <= most
        assert len(json.dumps(each)) < 240_000
        assert len(each["ProductFields"]) <= 50
        assert all(len(value) <= 2048 for value in each["ProductFields"].values())
        assert len(each.get("Remediation", {}).get("Recommendation", {}).get("Text", "")) <= 512
        assert len(each["AwsAccountId"]) == 12


@EACH
def test_a_finding_stands_as_its_reference_does(name: str) -> None:
    status = {"fail": {"FAILED"}, "undetermined": {"WARNING"}, "pass": {"PASSED"}}
    found = document("asff", name)
    for finding, each in zip(
        found, judged_references(samples.ALL[name](), samples.PLAIN), strict=True
    ):
        assert finding["Compliance"]["Status"] in status[each.verdict.outcome]
        assert finding["ProductFields"]["assay/outcome"] == each.verdict.outcome
    assert len({finding["Id"] for finding in found}) == len(found)


def test_an_exchanged_image_passes_under_the_same_id() -> None:
    def finding(of: Any) -> Any:
        [found] = json.loads(render(samples.reported(by(), of), "asff", samples.PLAIN))
        return found

    bad, good = finding(subject(image(id="ami-0000000e"))), finding(subject())
    assert (bad["Id"], bad["GeneratorId"]) == (good["Id"], good["GeneratorId"])
    assert (bad["Compliance"], good["Compliance"]) == ({"Status": "FAILED"}, {"Status": "PASSED"})
    assert bad["Resources"][0]["Id"] == "arn:aws:ec2:us-east-1::image/ami-0000000e"
    assert bad["FindingProviderFields"]["Severity"]["Label"] == "HIGH"
    assert bad["Remediation"]["Recommendation"]["Text"]


@pytest.mark.parametrize(
    ("region", "partition", "named"),
    [
        ("us-gov-west-1", "aws-us-gov", "aws-us-gov"),
        ("cn-north-1", "aws-cn", "aws-cn"),
        ("us-iso-east-1", "aws-iso", None),
    ],
)
def test_arns_are_of_the_regions_partition(region: str, partition: str, named: str | None) -> None:
    place = Place.of(region, "222222222222")
    report = samples.reported(by(), subject(place=place))
    [found] = json.loads(render(report, "asff", samples.PLAIN))
    assert found["ProductArn"] == (
        f"arn:{partition}:securityhub:{region}:222222222222:product/222222222222/default"
    )
    [resource] = found["Resources"]
    assert resource["Id"].startswith(f"arn:{partition}:ec2:{region}::image/ami-")
    assert resource.get("Partition") == named


@pytest.mark.parametrize("account", [None, "12", "222222222222:root"])
def test_an_account_that_nobody_could_tell_is_nobodys(account: str | None) -> None:
    of = unresolved(Cause.UNRESOLVED)
    report = samples.reported(by(), replace(of, place=Place.of("us-east-1", account)))
    findings = json.loads(render(report, "asff", samples.PLAIN))
    assert errors(findings) == ""
    assert findings[0]["AwsAccountId"] == "000000000000"
    assert findings[0]["Compliance"] == {"Status": "WARNING"}


def test_a_region_that_is_none_makes_no_arn() -> None:
    report = samples.reported(by(), subject(place=Place("aws", "222222222222", "x:y/z")))
    [found] = json.loads(render(report, "asff", samples.PLAIN))
    assert found["ProductArn"].count(":") == 5
    assert found["Resources"][0]["Id"] == "aws_instance.web ami"


def test_a_secret_image_is_named_by_what_uses_it() -> None:
    findings = document("asff", "everything")
    [secret] = [each for each in findings if "aws_instance.secret" in each["Title"]]
    assert secret["Resources"][0]["Id"] == "aws_instance.secret ami"
    assert "ami-0000000d" not in json.dumps(secret)


def test_hostile_text_is_data() -> None:
    findings = document("asff", "hostile")
    assert json.dumps(findings, ensure_ascii=False).isprintable()
    addresses = {each["ProductFields"]["assay/address"] for each in findings}
    for name, text in samples.HOSTILE.items():
        assert safe(f'aws_instance.{name}["{text}"]') in addresses
