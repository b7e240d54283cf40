"""How far the local clock is from AWS's, which refuses what is signed at another time."""

from collections.abc import Callable
from datetime import datetime
from email.utils import parsedate_to_datetime

from assay.model.times import in_utc
from assay.run.doctor.observation import Level, Observation

WARN_SECONDS, FAIL_SECONDS = 60, 300
"""Of clock skew. A request must reach AWS within five minutes of its time stamp in most cases (IAM
User Guide, "AWS Signature Version 4 for API requests"); the warning comes well before."""


class Clock:
    """How far the local clock is from the `Date` of AWS's answers."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """`clock` tells the local time, with its time zone."""
        self._clock = clock
        self._ahead: list[float] = []

    def hear(self, date: str) -> None:
        """Compare a `Date` header, which counts whole seconds, as it arrives."""
        try:
            told = in_utc(parsedate_to_datetime(date))
        except ValueError:
            return  # a proxy's invention: no answer to go by
        self._ahead.append((self._clock() - told).total_seconds())

    def observation(self) -> Observation:
        """By the closest of all answers: the others took longer to arrive."""
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
