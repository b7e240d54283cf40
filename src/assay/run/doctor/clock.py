"""How far the local clock is from AWS's, which refuses requests signed at a different time."""

from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime

from assay.model.times import in_utc
from assay.run.doctor.observation import Level, Observation

WARN_SECONDS, FAIL_SECONDS = 60, 300
"""Limits for clock skew. In most cases, a request must reach AWS within five minutes of its time
stamp (IAM User Guide, "AWS Signature Version 4 for API requests"); the warning comes well before
that.
"""


class Clock:
    """Measures how far the local clock is from the `Date` of AWS's answers."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """`clock` returns the local time, with its time zone."""
        self._clock = clock
        self._ahead: list[float] = []

    def hear(self, date: str) -> None:
        """Compare a `Date` header, which has whole seconds, when it arrives."""
        try:
            told = in_utc(parsedate_to_datetime(date))
        except ValueError:
            return  # from a proxy, so it does not count
        self._ahead.append((self._clock() - told).total_seconds())

    def observation(self) -> Observation:
        """Report the smallest difference: the other answers took longer to arrive."""
        if not self._ahead:
            return Observation(Level.SKIP, "the clock: no answer from AWS contained the time")
        ahead = min(self._ahead, key=abs)
        if abs(ahead) <= WARN_SECONDS:
            return Observation(Level.OK, f"the clock is within {WARN_SECONDS} s of AWS's")
        off = f"the clock is {abs(ahead):.0f} s {'ahead of' if ahead > 0 else 'behind'} AWS's"
        level = Level.FAIL if abs(ahead) > FAIL_SECONDS else Level.WARN
        return Observation(
            level, f"{off}; AWS refuses requests that are {FAIL_SECONDS} s off: set the clock"
        )
