"""An executor with a few processes of several threads each.

Reading a place is mostly waiting for AWS, but its answers need a core. `ProcessPoolExecutor` gives
a process one task at a time, so reading sixteen places at once would take sixteen processes. The
processes here end with the process that started them, however that ends.
"""

import signal
from collections import deque
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import suppress
from multiprocessing import get_context, resource_tracker
from multiprocessing.connection import Connection
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any, ParamSpec, TypeVar

from assay.errors import AssayError

P = ParamSpec("P")
T = TypeVar("T")

LOST = "the process that was reading it has ended"
_INTERRUPTS = {signal.SIGINT}
_Task = tuple[Future[Any], Callable[..., Any], tuple[Any, ...], dict[str, Any]]


class _Started:
    """A process, its connection, and its current tasks."""

    def __init__(self, threads: int) -> None:
        context = get_context("spawn")  # a fork could wait forever for locks of other threads
        self.connection, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, threads), daemon=True)
        self._process.start()
        theirs.close()
        self.free = threads
        self.at: dict[int, Future[Any]] = {}

    def end(self) -> None:
        self._process.terminate()


class Processes(Executor):
    """Each process gets a task for each of its threads; other tasks wait here."""

    def __init__(self, processes: int, threads: int) -> None:
        self._lock = Lock()
        self._waiting: deque[_Task] = deque()
        self._ended = False
        self._count = 0
        resource_tracker.ensure_running()  # which unblocks signals
        # Only this process handles interrupts, but they reach all processes of its terminal
        before = signal.pthread_sigmask(signal.SIG_BLOCK, _INTERRUPTS)
        try:
            self._started = [_Started(threads) for _ in range(processes)]
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        for each in self._started:
            Thread(target=self._hear, args=(each,), daemon=True).start()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """Submit a task. Its future raises `BrokenExecutor` if the process ends without an answer."""
        future: Future[T] = Future()
        with self._lock:
            if self._ended:
                raise RuntimeError("the processes were stopped")
            self._waiting.append((future, fn, args, kwargs))
        self._give()
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002
        """End everything, whatever the arguments: no results are needed any more."""
        with self._lock:
            self._ended = True
            waiting, self._waiting = list(self._waiting), deque()
            started = list(self._started)
        for future, *_ in waiting:
            future.cancel()
        for each in started:
            each.end()

    def _give(self) -> None:
        """Give waiting tasks to the process with the most free threads; if none is left, fail them."""
        with self._lock:
            lost = [] if self._started else list(self._waiting)
            while self._waiting and self._started:
                freest = max(self._started, key=lambda each: each.free)
                if not freest.free:
                    return
                future, *task = self._waiting.popleft()
                if not future.set_running_or_notify_cancel():
                    continue
                self._count += 1
                freest.free -= 1
                freest.at[self._count] = future
                try:
                    freest.connection.send((self._count, *task))
                except OSError:  # it has ended, as its `_hear` thread will notice
                    freest.free = 0
            if lost:
                self._waiting.clear()
        for future, *_ in lost:
            if future.set_running_or_notify_cancel():
                future.set_exception(BrokenExecutor(LOST))

    def _hear(self, started: _Started) -> None:
        """Pass on the answers of a process until it ends."""
        while True:
            try:
                number, result, error = started.connection.recv()
            except (EOFError, OSError):
                break
            with self._lock:
                future = started.at.pop(number)
                started.free += 1
            self._give()
            if error is None:
                future.set_result(result)
            else:
                future.set_exception(error)
        with self._lock:
            self._started.remove(started)
        for future in started.at.values():
            future.set_exception(BrokenExecutor(LOST))
        self._give()


def _work(connection: Connection, threads: int) -> None:
    """Run the process: its threads take tasks in turn until the parent is gone."""
    given: SimpleQueue[Any] = SimpleQueue()
    telling = Lock()

    def at_work() -> None:
        while True:
            number, run, args, kwargs = given.get()
            result: object = None
            error: Exception | None = None
            try:
                result = run(*args, **kwargs)
            except AssayError as raised:
                error = raised
            except Exception as raised:  # noqa: BLE001  not all of them travel
                error = RuntimeError(type(raised).__name__)
            with telling, suppress(OSError):  # the parent may be gone
                connection.send((number, result, error))

    for _ in range(threads):
        Thread(target=at_work, daemon=True).start()
    try:
        while True:
            given.put(connection.recv())
    except (EOFError, OSError):
        # At once: a normal exit would wait for threads that wait for AWS
        signal.raise_signal(signal.SIGTERM)
