"""Compliance Findings, by OCSF's own schema of them, as JSON Schema from ocsf-json-schema."""

import json
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator
from msgspec.structs import replace
from ocsf_json_schema import OcsfJsonSchemaEmbedded, get_ocsf_schema

from assay.report.judged import judged_references
from assay.report.safe import safe
from assay.run.formats import render
from tests.policy.builders import document as by
from tests.policy.builders import image, subject
from tests.report import samples
from tests.report.shared import EACH

STATUS = {"fail": "Fail", "undetermined": "Warning", "tolerated": "Warning"}


@cache
def catalogue() -> Any:
    return get_ocsf_schema(version="1.6.0")


@cache
def validator() -> Any:
    schema = OcsfJsonSchemaEmbedded(catalogue())
    return Draft202012Validator(schema.get_class_schema("compliance_finding", profiles=["cloud"]))


def events(name: str) -> list[Any]:
    text = render(samples.ALL[name](), "ocsf", samples.PLAIN)
    assert text.endswith("\n") or not text
    return [json.loads(line) for line in text.split("\n")[:-1]]


@EACH
def test_every_line_is_valid_by_the_schema(name: str) -> None:
    judge = validator()
    found = events(name)
    sample = found if name != "many" else found[::7]  # its kinds alternate by tens
    assert {each["compliance"]["status"] for each in sample} == {
        each["compliance"]["status"] for each in found
    }
    assert [error.message for each in sample for error in judge.iter_errors(each)] == []


def test_the_schema_finds_what_is_wrong() -> None:
    [event, *_] = events("demo")
    event["compliance"]["status_id"] = 9
    del event["cloud"]
    assert len(list(validator().iter_errors(event))) == 2


def test_numbers_and_words_say_the_same() -> None:
    """OCSF: a sibling string is the caption of the number's value."""
    attributes = catalogue()["classes"]["compliance_finding"]["attributes"]
    objects = catalogue()["objects"]

    def caption(of: Any, attribute: str, value: int) -> str:
        return str(of[attribute]["enum"][str(value)]["caption"])

    for name in ("everything", "lenient"):
        for event in events(name):
            assert event["severity"] == caption(attributes, "severity_id", event["severity_id"])
            assert event["activity_name"] == caption(
                attributes, "activity_id", event["activity_id"]
            )
            if "status_id" in event:
                assert event["status"] == caption(attributes, "status_id", event["status_id"])
            compliance, told = objects["compliance"]["attributes"], event["compliance"]
            assert told["status"] == caption(compliance, "status_id", told["status_id"])
            account = event["cloud"]["account"]
            assert account["type"] == caption(
                objects["account"]["attributes"], "type_id", account["type_id"]
            )
            assert event["type_uid"] == event["class_uid"] * 100 + event["activity_id"]
            assert event["class_uid"] == catalogue()["classes"]["compliance_finding"]["uid"]


@EACH
def test_an_event_stands_as_its_reference_does(name: str) -> None:
    found = events(name)
    for event, each in zip(
        found, judged_references(samples.ALL[name](), samples.PLAIN), strict=True
    ):
        assert event["compliance"]["status"] == STATUS.get(each.standing, "Pass")
        assert event["unmapped"]["outcome"] == each.verdict.outcome
        assert event["resources"][0]["uid"] == safe(each.verdict.address)
        assert event["message"].isprintable()
    assert len({event["finding_info"]["uid"] for event in found}) == len(found)


def test_a_report_on_nothing_is_no_line() -> None:
    assert render(samples.empty(), "ocsf", samples.PLAIN) == ""


def test_an_exception_is_told_and_suppresses() -> None:
    [event] = [each for each in events("everything") if each["unmapped"]["exception"]]
    assert (event["status"], event["compliance"]["status"]) == ("Suppressed", "Pass")
    assert "excepted: vendor appliance" in event["message"]


def test_an_exchanged_image_passes_under_the_same_uid() -> None:
    def event(of: Any) -> Any:
        return json.loads(render(samples.reported(by(), of), "ocsf", samples.PLAIN))

    bad, good = event(subject(image(id="ami-0000000e"))), event(subject())
    assert bad["finding_info"]["uid"] == good["finding_info"]["uid"]
    assert (bad["compliance"]["status"], good["compliance"]["status"]) == ("Fail", "Pass")
    assert bad["remediation"]["desc"]
    assert "remediation" not in good


def test_where_nobody_knows_the_place_none_is_told() -> None:
    of = subject(image())
    report = samples.reported(by(), of)
    [verdict] = report.verdicts
    lost = replace(verdict, subject=replace(of, place=replace(of.place, account=None)))
    event = json.loads(render(replace(report, verdicts=(lost,)), "ocsf", samples.PLAIN))
    assert "account" not in event["cloud"]
    assert list(validator().iter_errors(event)) == []


def test_hostile_text_is_data_on_one_line() -> None:
    text = render(samples.hostile(), "ocsf", samples.PLAIN)
    assert len(text.splitlines()) == len(samples.hostile().verdicts)
    assert text.replace("\n", "").isprintable()
    addresses = {event["resources"][0]["uid"] for event in events("hostile")}
    for name, hostile in samples.HOSTILE.items():
        assert safe(f'aws_instance.{name}["{hostile}"]') in addresses
