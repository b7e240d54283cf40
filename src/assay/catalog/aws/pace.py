"""How fast, and for how long, AWS is asked.

EC2 throttles by a token bucket for each account, Region and API: for calls that change nothing, 100
tokens that refill at 20 a second (EC2 Developer Guide, "Request throttling for the Amazon EC2 API").
Whoever keeps to that pace is not refused, unless others empty the same bucket. CloudTrail takes two
calls a second of LookupEvents (CloudTrail API Reference), for each account and Region as well; Security Hub
ten of BatchImportFindings with bursts of 30, and three of GetFindings with bursts of six (Security Hub User
Guide, "BatchImportFindings"; Security Hub API Reference, "Welcome").
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
"""What a bucket holds, and how much of it comes back in a second, where that is not EC2's."""
Clock = Callable[[], float]
"""Seconds that never go back, from any start."""


class Deadline:
    """When a run stops waiting for answers."""

    def __init__(self, clock: Clock, seconds: float) -> None:
        self.clock = clock
        self.seconds = seconds
        self.restart()

    def restart(self) -> None:
        """Begin again: a process that stays has a time limit for each thing that it is asked."""
        self._until = self.clock() + self.seconds

    def left(self) -> float:
        """Seconds that are left, 0 when the time is up."""
        return max(0.0, self._until - self.clock())


class Pace:
    """One token bucket for each key; what it holds is counted here, not asked."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = Lock()
        self._due: dict[Hashable, float] = {}

    def take(self, bucket: Hashable, operation: str = "") -> float:
        """Take one token, and say in how many seconds it is there."""
        holds, refill = SLOWER.get(operation, (BUCKET, REFILL_A_SECOND))
        with self._lock:
            now = self._clock()
            # When the bucket would be full again: idle time adds nothing beyond that.
            due = max(self._due.get(bucket, now), now)
            self._due[bucket] = due + 1 / refill
            return max(0.0, due - now - (holds - 1) / refill)


class Flights:
    """Asks for many keys at once, with at most `IN_FLIGHT` requests under way."""

    def __init__(self, deadline: Deadline | None) -> None:
        self._deadline = deadline
        self._never = Event()

    def rest(self, seconds: float) -> bool:
        """Wait; False where the time would be up before, without waiting for it."""
        # An answer after the deadline is of no use, so a call that could only come then is not made.
        if self._deadline is not None and seconds >= self._deadline.left():
            return False
        self._never.wait(seconds)
        return True

    def each(
        self, keys: Iterable[K], ask: Callable[[K], T], late: Callable[[K, Watch], T]
    ) -> dict[K, T]:
        """Each key with its answer. What `ask` raises for one key is raised here.

        Where half of the time that is left brings nothing, it is given up: an endpoint that never
        answers does not take the time of the questions that come after. `late` answers then for
        what is still under way, and is given what that has met so far.
        """
        unique = dict.fromkeys(keys)
        if not unique:
            return {}
        pool = ThreadPoolExecutor(min(IN_FLIGHT, len(unique)))
        watches = {key: Watch() for key in unique}
        asked = {key: pool.submit(watched, watches[key], ask, key) for key in unique}
        self._await(asked.values())
        # Not waited for: a thread that hangs in a socket ends when the SDK gives up, or the process.
        pool.shutdown(wait=False, cancel_futures=True)
        return {key: _answer(future, key, watches[key], late) for key, future in asked.items()}

    def _await(self, under_way: Collection[Future[T]]) -> None:
        """Until all have answered, one has raised, or half of the time left has brought nothing."""
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
