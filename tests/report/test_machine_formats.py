"""What all formats for machines have in common."""

import pytest
from msgspec.structs import replace

from assay.report.setting import Setting
from assay.run.formats import FORMATS, render
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


@pytest.mark.parametrize("format", FORMATS)
def test_what_no_rule_is_left_to_judge_is_named(format: str) -> None:
    text = render(samples.untold(), format, samples.PLAIN)
    assert "aws_instance.untold" in text
    assert "no rule of severity error could judge it" in text


def test_what_no_rule_is_left_to_judge_is_named_quietly_too() -> None:
    quiet = render(samples.untold(), "text", replace(samples.PLAIN, quiet=True))
    assert quiet.startswith("UNDETERMINED aws_instance.untold  unresolved: no rule of severity ")


@pytest.mark.parametrize("quiet", [False, True])
@pytest.mark.parametrize("format", [each for each in FORMATS if each != "gitlab-codequality"])
def test_every_format_says_who_answered_instead_of_aws(format: str, quiet: bool) -> None:
    """But GitLab's code quality, which has no place for what is about no file."""
    told = replace(samples.PLAIN, quiet=quiet)
    report = samples.of_everything()
    emulated = replace(report, catalog=replace(report.catalog, endpoint="http://emulator.test:9"))
    assert "emulator.test:9" not in render(report, format, told)
    assert "emulator.test:9" in render(emulated, format, told)


def test_they_are_formats() -> None:
    assert set(MACHINE) <= set(FORMATS)
