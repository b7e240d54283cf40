"""What people see, held to files that were read by eye (`python -m tests.report.golden`)."""

from collections.abc import Callable

import pytest

from tests.report.golden import FOLDER, expected

EXPECTED = dict(expected())


@pytest.mark.parametrize(("name", "made"), EXPECTED.items(), ids=list(EXPECTED))
def test_the_report_is_the_one_that_was_read(name: str, made: Callable[[], str]) -> None:
    assert made() == (FOLDER / name).read_text("utf-8")


def test_no_file_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(EXPECTED)
