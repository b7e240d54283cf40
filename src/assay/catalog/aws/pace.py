"""How fast, and for how long, AWS is asked.

EC2 throttles with a token bucket for each account, Region and API: for calls that change nothing,
100 tokens that refill at 20 a second (EC2 Developer Guide, "Request throttling for the Amazon EC2
API"). A client that keeps to that pace is not refused, unless others empty the same bucket.
CloudTrail allows two LookupEvents calls a second (CloudTrail API Reference), also for each account
and Region; Security Hub ten BatchImportFindings with bursts of 30, and three GetFindings with
bursts of six (Security Hub User Guide, "BatchImportFindings"; Security Hub API Reference,
"Welcome").
"""

from collections.abc import Callable, Collection, Hashable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Condition, Event, Lock
from typing import TypeVar

from assay.catalog.aws.troubles import Watch, watched

K = TypeVar("K")
T = TypeVar("T")

IN_FLIGHT = 16
BUCKET, REFILL_A_SECOND = 100, 20
SLOWER = {
    "cloudtrail:LookupEvents": (2, 2),
    "securityhub:BatchImportFindings": (30, 10),
    "securityhub:GetFindings": (6, 3),
}
"""The size of a bucket and its refill per second, for operations that differ from EC2's."""
Clock = Callable[[], float]
"""Seconds that never go backwards, from an arbitrary start."""


class Deadline:
    """The time at which a run stops waiting for answers."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.clock = clock
        self.seconds = seconds
        self.restart()

    def restart(self) -> None:
        """Start again: a long-running process has a time limit for each request that it serves."""
        self._until = self.clock() + self.seconds

    def left(self) -> float:
        """The seconds left, 0 when the time is up."""
        return max(0.0, self._until - self.clock())


class Pace:
    """One token bucket for each key. Its level is counted here, not asked from AWS."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._due: dict[Hashable, float] = {}

    def take(self, bucket: Hashable, operation: str = "") -> float:
        """Take one token, and return the seconds until it is available."""
        holds, refill = SLOWER.get(operation, (BUCKET, REFILL_A_SECOND))
        with self._lock:
            now = self._clock()
            # The time when the bucket would be full again: idle time adds nothing beyond that.
            due = max(self._due.get(bucket, now), now)
            self._due[bucket] = due + 1 / refill
            return max(0.0, due - now - (holds - 1) / refill)


class Flights:
    """Asks for many keys at once, with at most `IN_FLIGHT` requests under way."""

    def __init__(self, deadline: Deadline | None) -> None:
        self._deadline = deadline
        self._never = Event()

    def rest(self, seconds: float) -> bool:
        """Wait, or return False at once if the time limit would be reached."""
        # An answer after the deadline is useless, so do not make a call that could only come later.
        if self._deadline is not None and seconds >= self._deadline.left():
            return False
        self._never.wait(seconds)
        return True

    def each(
        self, keys: Iterable[K], ask: Callable[[K], T], late: Callable[[K, Watch], T]
    ) -> dict[K, T]:
        """Return each key with its answer. Raises what `ask` raises for any key.

        If half of the remaining time passes without any answer, stop waiting, so that an endpoint
        that never answers does not use up the time of later questions. `late` then answers for the
        keys still in progress; it gets the `Watch` with what each has met so far.
        """
        unique = dict.fromkeys(keys)
        if not unique:
            return {}
        pool = ThreadPoolExecutor(min(IN_FLIGHT, len(unique)))
        watches = {key: Watch() for key in unique}
        asked = {key: pool.submit(watched, watches[key], ask, key) for key in unique}
        self._await(asked.values())
        # Do not wait: a thread stuck in a socket ends when the SDK gives up or the process ends.
        pool.shutdown(wait=False, cancel_futures=True)
        return {key: _answer(future, key, watches[key], late) for key, future in asked.items()}

    def _await(self, under_way: Collection[Future[T]]) -> None:
        """Wait until all have answered, one has raised, or half the time left brought no answer."""
        came = Condition()
        answered = raised = 0

        def note(future: Future[T]) -> None:
            nonlocal answered, raised
            with came:
                answered += 1
                raised += not future.cancelled() and future.exception() is not None
                came.notify()

        for future in under_way:
            future.add_done_callback(note)
        with came:
            while answered < len(under_way) and not raised:
                if not came.wait(self._deadline.left() / 2 if self._deadline else None):
                    return


def _answer(future: Future[T], key: K, watch: Watch, late: Callable[[K, Watch], T]) -> T:
    return future.result() if future.done() and not future.cancelled() else late(key, watch)
