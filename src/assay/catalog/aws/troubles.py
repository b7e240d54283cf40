"""What the calls of a run meet while botocore repeats them, for whoever stops waiting.

A call that is throttled, or has no way to its endpoint, is tried again for as long as there is time, and the
error is raised only after the last attempt. Where the time is up before, it would be lost, and a person
would read of silence where AWS, or the network, had said what is wrong.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from assay.catalog.aws.refusals import RefusedError, no_answer, refusal

K = TypeVar("K")
T = TypeVar("T")


class Call:
    """One call, and the error of its last attempt, if it was one; written by the thread that makes it."""

    def __init__(self) -> None:
        self.attempts = 0
        self.error: RefusedError | None = None

    @property
    def times(self) -> str:
        """What is to be added to the error that the call ends in."""
        return f" after {self.attempts} attempts" if self.attempts > 1 else ""


class Watch:
    """What one key waits for: its newest call; None before there is one."""

    call: Call | None = None


_CALL: ContextVar[Call | None] = ContextVar("call", default=None)
_WATCH: ContextVar[Watch | None] = ContextVar("watch", default=None)
"""Both of this thread."""


def watched(watch: Watch, ask: Callable[[K], T], key: K) -> T:
    """Ask, and let `watch` know of every call that this thread makes for it."""
    before = _WATCH.set(watch)
    try:
        return ask(key)
    finally:
        _WATCH.reset(before)


class Troubles:
    """The errors of the attempts of a run."""

    def __init__(self) -> None:
        self._last: Call | None = None

    @contextmanager
    def calling(self) -> Iterator[Call]:
        """Within it, this thread makes one call."""
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
        """For botocore's event `needs-retry`, which comes after each attempt of whichever client."""
        call = _CALL.get() or Call()  # botocore's own calls, for credentials, are nobody's
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
        """The last error that whoever waits has met, or the run where that is not known."""
        own = watch.call if watch is not None else None
        call = own or self._last
        if call is None or call.error is None:
            return ""
        return f"; last error: {call.error.reason}"


def kind_of(error: BaseException) -> str:
    """What happened to a connection, by the name of the error that tells most of it."""
    kind = type(error).__name__
    inner: BaseException | None = error
    while inner is not None:
        if isinstance(inner, ConnectionRefusedError):
            return "ConnectionRefusedError"
        held = getattr(inner, "kwargs", {}).get("error")
        inner = held if isinstance(held, BaseException) else inner.__cause__ or inner.__context__
    return kind
