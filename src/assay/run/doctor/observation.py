"""An observation of `doctor`: one line, and what it means for a check."""

import enum

import msgspec


class Level(enum.Enum):
    """What an observation means for a check."""

    OK = "ok"
    WARN = "warn"
    FAIL = "FAIL"
    """No check can succeed."""
    SKIP = "skip"
    """Not examined."""


class Observation(msgspec.Struct, frozen=True):
    """One line of `doctor`."""

    level: Level
    text: str
