"""JSON of names that no UTF-8 can hold."""

import json

from assay.report.encoded import encoded, indented
from assay.report.json import render
from assay.report.safe import safe
from tests.report import samples


def test_a_lone_surrogate_is_spelled_out() -> None:
    document = {"a\udc80": ["\udc81", {"b": 1, "c": None, "d": "ä"}]}
    assert json.loads(encoded(document)) == {"a\\udc80": ["\\udc81", {"b": 1, "c": None, "d": "ä"}]}


def test_indented_is_the_same_document() -> None:
    assert json.loads(indented({"a": [1, "ä"]})) == {"a": [1, "ä"]}
    assert indented({}).endswith("\n")


def test_the_report_on_hostile_names_is_json() -> None:
    addresses = [each["address"] for each in json.loads(render(samples.hostile()))["verdicts"]]
    assert any("\\ud800" in address for address in addresses)
    assert any(samples.HOSTILE["html"] in address for address in addresses)


def test_safe_text_holds_what_xml_and_utf_8_can() -> None:
    assert safe("a\ud800\ufffe\uffffb") == r"a\ud800\ufffe\uffffb"
    safe("".join(samples.HOSTILE.values())).encode()
