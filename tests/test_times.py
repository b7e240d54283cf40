"""Times are read in one way, kept in UTC, and written in one way for each kind of reader."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from assay.model import times

EAST = timezone(timedelta(hours=5, minutes=30))
MORNING = datetime(2026, 11, 21, 3, 0, 30, 250_000, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-21T03:00:30.250Z",
        "2026-11-21T03:00:30.25+00:00",
        "2026-11-21T08:30:30.250000+05:30",
        "2026-11-20 22:00:30.250-05:00",
        "2026-11-21T03:00:30.250",
        "20261121T030030.250Z",
    ],
)
def test_one_moment_is_one_value_however_it_is_written(text: str) -> None:
    assert times.moment(text) == MORNING
    assert times.moment(text).tzinfo is UTC


def test_a_day_alone_begins_in_utc() -> None:
    assert times.moment("2026-11-21") == datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "now",
        "2026-13-01",
        "2026-02-30T00:00Z",
        "0001-01-01T00:00+01:00",
        "9999-12-31T23:00-02:00",
    ],
)
def test_what_is_no_time_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        times.moment(text)


@pytest.mark.parametrize(
    "text",
    ["2027-02-30", "20270131", "2027-W01-1", "2027-1-1", "2027-01-31\n", "2027-01-31T00:00", ""],
)
def test_a_day_has_one_form(text: str) -> None:
    assert times.day("2027-01-31") == date(2027, 1, 31)
    with pytest.raises(ValueError, match=r".*"):
        times.day(text)


@pytest.mark.parametrize("time", [MORNING, MORNING.astimezone(EAST), MORNING.replace(tzinfo=None)])
def test_all_that_is_written_of_a_time_is_in_utc(time: datetime) -> None:
    assert times.iso(time) == "2026-11-21T03:00:30.250000Z"
    assert times.to_second(time) == "2026-11-21T03:00:30"
    assert times.readable(time) == "2026-11-21 03:00 UTC"
    assert times.readable(time, seconds=True) == "2026-11-21 03:00:30 UTC"


def test_the_day_of_a_time_is_the_day_in_utc() -> None:
    assert times.day_of(datetime(2026, 11, 21, 3, tzinfo=EAST)) == date(2026, 11, 20)


def test_what_was_written_for_programs_is_read_back() -> None:
    assert times.moment(times.iso(MORNING)) == MORNING
    assert times.iso(datetime(2026, 1, 2, tzinfo=UTC)) == "2026-01-02T00:00:00Z"
    assert str(times.day_of(datetime(26, 1, 2, tzinfo=UTC))) == "0026-01-02"
