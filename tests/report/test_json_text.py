"""JSON of names that no UTF-8 can hold."""

import json
import re
import sys

import pytest

from assay.report.encoded import encoded, harmless, indented
from assay.report.formats import html
from assay.report.formats.html_data import page_text
from assay.report.formats.json import render
from assay.report.safe import NEVER_SHOWN, safe
from tests.report import samples
from tests.report.shared import texts

OBEYED = re.compile(
    "##(?:vso)?\\[|[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""What the logs of CI services obey, what terminals obey, and what turns the direction of writing."""


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


def test_what_is_never_shown_is_never_printable() -> None:
    """Whether it is printable is asked first."""
    characters = map(chr, range(sys.maxunicode + 1))
    shown = [each for each in characters if re.fullmatch(NEVER_SHOWN, each) and each.isprintable()]
    assert not shown
    for each in ("\x1b", "\u202e", "\u2060", "\ud800", "\U000e0041"):
        assert safe(f"a{each}b") == f"a\\u{ord(each):04x}b"


def test_safe_text_holds_what_xml_and_utf_8_can() -> None:
    assert safe("a\ud800\ufffe\uffffb") == r"a\ud800\ufffe\uffffb"
    safe("".join(samples.HOSTILE.values())).encode()


@pytest.mark.parametrize(
    "text", [*samples.HOSTILE.values(), "##[error]x", "###[x ##vso[y", "#[ ## vso["]
)
def test_inert_json_is_the_same_json(text: str) -> None:
    """Whatever a name holds: a reader finds it again, and a log finds nothing that it obeys."""
    written = indented({text: [text]})
    assert not OBEYED.search(written)
    spelled = text.encode("utf-8", "backslashreplace").decode()
    assert json.loads(written) == {spelled: [spelled]}


def test_what_nobody_obeys_is_left_as_it_is() -> None:
    plain = '"# ## [x] #[y] ä ü 漢字 \\u202e"'
    assert harmless(plain) == plain


def test_the_json_report_gives_no_orders_and_loses_nothing() -> None:
    written = render(samples.hostile())
    assert not OBEYED.search(written)
    found = set(texts(json.loads(written)))
    for name, text in samples.HOSTILE.items():
        spelled = text.encode("utf-8", "backslashreplace").decode()
        assert f'aws_instance.{name}["{spelled}"]' in found
        assert f"{spelled}.tf" in found


def test_the_html_report_gives_no_orders_and_loses_nothing() -> None:
    page = html.render(samples.hostile(), samples.PLAIN)
    assert not OBEYED.search(page)
    [data] = re.findall(r'<script[^>]* id="verdicts">(.*?)</script>', page, re.DOTALL)
    found = set(texts(json.loads(data)))
    for name, text in samples.HOSTILE.items():
        assert page_text(f'aws_instance.{name}["{text}"]') in found
