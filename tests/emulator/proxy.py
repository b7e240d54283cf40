"""A proxy before the emulator, for what goes wrong below HTTP.

It reads whole requests and answers, so that a fault can strike the nth call of an operation.
"""

import collections
import contextlib
import enum
import re
import socket
import socketserver
import struct
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BufferedIOBase
from typing import Any
from urllib.parse import parse_qs, urlsplit

LENGTH = re.compile(rb"^content-length:\s*(\d+)", re.IGNORECASE | re.MULTILINE)
TARGET = re.compile(rb"^x-amz-target:.*\.(\w+)\s*$", re.IGNORECASE | re.MULTILINE)
LAST = re.compile(rb"^connection:\s*close", re.IGNORECASE | re.MULTILINE)


class TcpFault(enum.Enum):
    """What becomes of a call."""

    RESET = "the connection is reset once the request is read"
    CLOSE = "the connection is closed without an answer"
    SILENT = "no answer comes as long as the proxy lives"
    SLOW = "the answer drips, head and body"
    TRUNCATE = "the head promises the whole body; half of it comes, and the connection is closed"
    STALL_HALF = "the head promises the whole body; half of it comes, and then nothing"


TcpFaults = Callable[[str, int], TcpFault | None]
"""Asked with an operation and which call of that operation it is, from 1."""


@contextlib.contextmanager
def proxy(
    url: str, fault: TcpFaults, *, drip_bytes: int = 1, drip_seconds: float = 0.1
) -> Iterator[str]:
    """A URL that passes calls on to `url`, but for those that `fault` strikes.

    A SLOW answer comes by `drip_bytes`, each after `drip_seconds`. The end of the block ends
    whatever hangs. What an error in `fault` raises is raised there, too.
    """
    running = _Proxy(url, fault, drip_bytes, drip_seconds)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{running.server_address[1]}"
    finally:
        running.end()
        thread.join()
        if running.failures:
            raise running.failures[0]


def refused_url() -> str:
    """A URL at which nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


@dataclass(frozen=True, slots=True)
class _Message:
    """A request or an answer, with its first line and its headers as `head`."""

    head: bytes
    body: bytes

    @property
    def operation(self) -> str:
        """Of a request: what `json` says in a header, and the query protocols in the body."""
        target = TARGET.search(self.head)
        return target[1].decode() if target else parse_qs(self.body.decode())["Action"][0]


def _read(stream: BufferedIOBase) -> _Message | None:
    """The next message; None when there is no whole one any more."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        line = stream.readline()
        if not line:
            return None
        head += line
    length = LENGTH.search(head)
    expected = int(length[1]) if length else 0
    body = stream.read(expected)
    return _Message(head, body) if len(body) == expected else None


class _Proxy(socketserver.ThreadingTCPServer):
    daemon_threads = False  # server_close then waits for them
    request_queue_size = 128

    def __init__(self, url: str, fault: TcpFaults, drip_bytes: int, drip_seconds: float) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.upstream = (urlsplit(url).hostname, urlsplit(url).port)
        self.drip_bytes, self.drip_seconds = drip_bytes, drip_seconds
        self.ended = threading.Event()
        self.failures: list[Exception] = []
        self._fault = fault
        self._calls: collections.Counter[str] = collections.Counter()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()

    def fault(self, operation: str) -> TcpFault | None:
        with self._lock:
            self._calls[operation] += 1
            return self._fault(operation, self._calls[operation])

    @contextlib.contextmanager
    def watched(self, connection: socket.socket) -> Iterator[None]:
        """While the block lasts, the end of the proxy ends what waits on the connection."""
        with self._lock:
            self._open.add(connection)
            if self.ended.is_set():
                _hang_up(connection)
        try:
            yield
        finally:
            with self._lock:
                self._open.discard(connection)

    def end(self) -> None:
        self.ended.set()
        self.shutdown()
        with self._lock:
            for connection in self._open:
                _hang_up(connection)
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A side that hangs up is no failure; anything else is."""
        error = sys.exception()
        if isinstance(error, Exception) and not isinstance(error, ConnectionError):
            self.failures.append(error)


def _hang_up(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


class _Connection(socketserver.StreamRequestHandler):
    """One client connection, and the one it needs to the emulator."""

    server: _Proxy
    disable_nagle_algorithm = True

    def handle(self) -> None:
        with (
            self.server.watched(self.connection),
            socket.create_connection(self.server.upstream) as upstream,
            self.server.watched(upstream),
            upstream.makefile("rb") as answers,
        ):
            upstream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            while (request := _read(self.rfile)) is not None:
                fault = self.server.fault(request.operation)
                if fault in (TcpFault.RESET, TcpFault.CLOSE, TcpFault.SILENT):
                    self._leave(fault)
                    return
                upstream.sendall(request.head + request.body)
                answer = _read(answers)
                if answer is None or not self._pass_on(answer, fault):
                    return

    def _leave(self, fault: TcpFault) -> None:
        """End a connection without an answer; a reset is what no lingering makes of a close."""
        if fault is TcpFault.SILENT:
            self.server.ended.wait()
        if fault is TcpFault.RESET:
            no_lingering = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, no_lingering)
            socket.close(self.connection.detach())

    def _pass_on(self, answer: _Message, fault: TcpFault | None) -> bool:
        """Give the client an answer, or some of it; whether the connection goes on."""
        if fault in (TcpFault.TRUNCATE, TcpFault.STALL_HALF):
            self.wfile.write(answer.head + answer.body[: len(answer.body) // 2])
            if fault is TcpFault.STALL_HALF:
                self.server.ended.wait()
            return False
        if fault is TcpFault.SLOW:
            self._drip(answer.head + answer.body)
        else:
            self.wfile.write(answer.head + answer.body)
        return LAST.search(answer.head) is None

    def _drip(self, answer: bytes) -> None:
        while answer and not self.server.ended.wait(self.server.drip_seconds):
            self.wfile.write(answer[: self.server.drip_bytes])
            answer = answer[self.server.drip_bytes :]
