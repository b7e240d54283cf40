"""The errors that calls meet while botocore retries them, for callers that stop waiting.

A call that is throttled or cannot reach its endpoint is retried as long as there is time, and the
error is raised only after the last attempt. If the time is up before that, the error would be lost,
and the user would read that AWS was silent although AWS or the network had said what is wrong.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from assay.catalog.aws.refusals import RefusedError, no_answer, refusal

K = TypeVar("K")
T = TypeVar("T")


class Call:
    """One call and the error of its last attempt, if any. Written by the calling thread."""

    def __init__(self) -> None:
        self.attempts = 0
        self.error: RefusedError | None = None

    @property
    def times(self) -> str:
        """A suffix with the number of attempts, for the error that the call ends in."""
        return f" after {self.attempts} attempts" if self.attempts > 1 else ""


class Watch:
    """What one key is waiting for: its newest call, or None before the first."""

    call: Call | None = None


_CALL: ContextVar[Call | None] = ContextVar("call", default=None)
_WATCH: ContextVar[Watch | None] = ContextVar("watch", default=None)
"""The current call and watch of this thread."""


def watched(watch: Watch, ask: Callable[[K], T], key: K) -> T:
    """Ask, and record in `watch` every call that this thread makes for it."""
    before = _WATCH.set(watch)
    try:
        return ask(key)
    finally:
        _WATCH.reset(before)


class Troubles:
    """The errors of all attempts in a run."""

    def __init__(self) -> None:
        self._last: Call | None = None

    @contextmanager
    def calling(self) -> Iterator[Call]:
        """A context in which this thread makes one call."""
        call = Call()
        watch = _WATCH.get()
        if watch is not None:
            watch.call = call
        before = _CALL.set(call)
        try:
            yield call
        finally:
            _CALL.reset(before)

    def hear(
        self,
        response: tuple[Any, Mapping[str, Any]] | None = None,
        operation: Any = None,
        caught_exception: Exception | None = None,
        request_dict: Mapping[str, Any] | None = None,
        **_: Any,
    ) -> None:
        """A handler for botocore's event `needs-retry`, which follows each attempt of any client."""
        call = _CALL.get() or Call()  # botocore's own calls, for credentials, belong to no key
        call.attempts += 1
        name = f"{operation.service_model.service_name}:{operation.name}"
        region = str((request_dict or {}).get("context", {}).get("client_region"))
        code = response[1].get("Error", {}).get("Code") if response else None
        if caught_exception is not None:
            call.error = no_answer(name, region, kind_of(caught_exception), call.times)
        elif code is not None:
            call.error = refusal(name, region, code, call.times)
        else:
            call.error = None
            return
        self._last = call

    def told(self, watch: Watch | None = None) -> str:
        """The last error that the watched key has met, or the run if that is not known."""
        own = watch.call if watch is not None else None
        call = own or self._last
        if call is None or call.error is None:
            return ""
        return f"; last error: {call.error.reason}"


def kind_of(error: BaseException) -> str:
    """The name of the most informative error in a chain, for a connection that failed."""
    kind = type(error).__name__
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, ConnectionRefusedError):
            return "ConnectionRefusedError"
        held = getattr(inner, "kwargs", {}).get("error")
        inner = held if isinstance(held, BaseException) else inner.__cause__ or inner.__context__
    return kind
