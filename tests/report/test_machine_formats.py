"""What all formats for machines have in common."""

import pytest
from msgspec.structs import replace

from assay.cli.formats import FORMATS, render
from assay.report.setting import Setting
from tests.report import samples
from tests.report.shared import EACH, MACHINE

FORMAT = pytest.mark.parametrize("format", MACHINE)


@FORMAT
@EACH
def test_it_ends_in_a_newline_and_says_the_same_twice(format: str, name: str) -> None:
    report = samples.ALL[name]()
    text = render(report, format, samples.PLAIN)
    assert text.endswith("\n") or (format, name, text) == ("ocsf", "empty", "")
    assert text == render(report, format, replace(samples.PLAIN, colour=True))
    text.encode()


@FORMAT
@EACH
def test_it_needs_no_pages_of_rules(format: str, name: str) -> None:
    if name != "many":
        render(samples.ALL[name](), format, Setting())


@FORMAT
def test_what_is_secret_is_in_none(format: str) -> None:
    text = render(samples.of_everything(), format, replace(samples.PLAIN, excepted=True))
    assert "(sensitive)" in text
    lines = [line for line in text.splitlines() if "aws_instance.secret" in line]
    assert lines
    assert not any("ami-0000000d" in line for line in lines)


@FORMAT
def test_whatever_closes_the_gate_is_named(format: str) -> None:
    report = samples.of_everything()
    text = render(report, format, samples.PLAIN)
    for verdict in report.verdicts:
        if verdict.outcome != "pass":
            assert verdict.subject.reference.address in text


def test_they_are_formats() -> None:
    assert set(MACHINE) <= set(FORMATS)
