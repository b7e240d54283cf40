"""Reads and writes times, always with the time zone UTC.

Facts: ISO 8601 as `datetime.fromisoformat` accepts it; a time without a zone is taken as UTC.
"""

import re
from datetime import UTC, date, datetime

DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"


def moment(text: str) -> datetime:
    """Parse a date or a time. Raises `ValueError`."""
    return in_utc(datetime.fromisoformat(text))


def day(text: str) -> date:
    """Parse a date, in the form `2027-01-31` only. Raises `ValueError`."""
    if not re.fullmatch(DAY, text):
        raise ValueError(text)
    return date.fromisoformat(text)


def in_utc(time: datetime) -> datetime:
    """The same moment in UTC. Raises `ValueError` if `datetime` cannot represent it."""
    if time.tzinfo is UTC:
        return time
    try:
        return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
    except OverflowError as error:  # 0001-01-01T00:00+01:00
        raise ValueError(str(time)) from error


def day_of(time: datetime) -> date:
    """The date in UTC."""
    return in_utc(time).date()


def at_microsecond(number: int | None) -> datetime | None:
    """The moment `number` microseconds after the start of 1970 (UTC); None for None."""
    return None if number is None else datetime.fromtimestamp(number / 1e6, UTC)


def iso(time: datetime) -> str:
    """For programs, exact: `2026-11-21T08:30:00Z`."""
    return in_utc(time).isoformat().replace("+00:00", "Z")


def to_second(time: datetime) -> str:
    """For programs that name the zone separately: `2026-11-21T08:30:00`."""
    return in_utc(time).replace(tzinfo=None).isoformat(timespec="seconds")


def readable(time: datetime, *, seconds: bool = False) -> str:
    """For people: `2026-11-21 08:30 UTC`."""
    exact = "seconds" if seconds else "minutes"
    return f"{in_utc(time).replace(tzinfo=None).isoformat(' ', exact)} UTC"
