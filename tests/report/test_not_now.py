"""Whoever judges by another time than now is told so in the first lines of every format."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from assay.report.summary import not_now
from assay.run.formats import FORMATS, render
from tests.report import samples

SAID = "udged as of 2026-11-21 12:00 UTC, not now"
WITHOUT_ROOM = {"gitlab-codequality"}
"""An array of findings, and nothing else."""
BY_FIELD = {"json", "asff", "ocsf", "sarif"}
"""Programs read both times there."""


@pytest.mark.parametrize("name", sorted(set(FORMATS) - WITHOUT_ROOM - BY_FIELD))
def test_it_stands_in_the_first_lines(name: str) -> None:
    report = samples.of_demo()
    assert SAID in render(report, name, samples.PLAIN)
    now = replace(report, generated_at=report.as_of + timedelta(seconds=60))
    assert SAID not in render(now, name, samples.PLAIN)


@pytest.mark.parametrize("name", sorted(BY_FIELD))
def test_both_times_are_told_to_programs(name: str) -> None:
    text = render(samples.of_demo(), name, samples.PLAIN)
    assert "2026-11-21T12:00:00Z" in text
    assert "2026-11-28T12:00:00Z" in text


def test_a_time_to_come_is_not_now_either() -> None:
    report = samples.of_demo()
    assert not_now(replace(report, generated_at=report.as_of - timedelta(hours=1)))
    assert not not_now(replace(report, generated_at=None))
