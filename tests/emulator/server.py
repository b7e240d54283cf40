"""The emulated endpoint over HTTP: one server for all services, accounts and Regions.

Service and Region come from the credential scope of the signature, the account from the access key.
Signatures themselves are not checked.
"""

import contextlib
import json
import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from .endpoint import HANDLERS, Call, Endpoint
from .faults import Answer, Faults, Request
from .replicas import Replicas
from .world import World

SCOPE = re.compile(r"Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/")
CALLS = "/calls"
"""The path at which the counts of calls can be read."""


class Server(ThreadingHTTPServer):
    """Serves a world at `url`, and keeps what it was asked in `requests`."""

    daemon_threads = False  # server_close then waits for them
    request_queue_size = 128

    def __init__(self, endpoint: Endpoint, delay_seconds: float, date_shift: timedelta) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.endpoint = endpoint
        self.requests = endpoint.requests
        self.delay_seconds = delay_seconds
        self.date_shift = date_shift
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.ended = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            self._open.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no failure; anything else is."""
        error = sys.exception()
        if isinstance(error, Exception) and not isinstance(error, ConnectionError):
            self.endpoint.failures.append(error)

    @property
    def faults(self) -> Faults | None:
        """What is asked about each request; may be set while the server runs."""
        return self.endpoint.faults

    @faults.setter
    def faults(self, faults: Faults | None) -> None:
        self.endpoint.faults = faults

    def calls(self, operation: str) -> list[Request]:
        """The requests of one operation, in order of arrival."""
        return [request for request in self.requests if request.operation == operation]

    def counts(self) -> dict[str, int]:
        """How often each operation was asked for, such as `ec2:DescribeImages`."""
        return self.endpoint.counts()

    def end(self) -> None:
        """Wake what is delayed, hang up on whoever is connected, and wait for all of it."""
        self.ended.set()
        self.shutdown()
        with self._lock:
            for kept_alive in self._open:
                with contextlib.suppress(OSError):
                    kept_alive.shutdown(socket.SHUT_RDWR)
        self.server_close()


@contextlib.contextmanager
def serve(
    world: World,
    faults: Faults | None = None,
    *,
    delay_seconds: float = 0.0,
    date_shift: timedelta = timedelta(0),
    replay: bool = False,
    replicas_of: tuple[str, str] | None = None,
) -> Iterator[Server]:
    """Serve a world for the length of a `with` block.

    An answer that breaks its contract, and any error in a handler, is raised at the end of the
    block; meanwhile the client gets a 500. `faults` is asked about each request before it is
    answered. `delay_seconds` is the least that each answer takes, and `replay` gives the answer to
    a read that was asked before from memory: both are for benchmarks, and so is `replicas_of`, an
    account and a Region that all others are like (see `replicas`). `date_shift` is how far the
    `Date` of the answers is off.
    """
    if replicas_of:
        account, region = replicas_of
        endpoint: Endpoint = Replicas(world, faults, account=account, region=region)
    else:
        endpoint = Endpoint(world, faults, replay=replay)
    server = Server(endpoint, delay_seconds, date_shift)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.end()
        thread.join()
        if endpoint.failures:
            raise endpoint.failures[0]


class _Connection(BaseHTTPRequestHandler):
    """One client connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # together with the buffer: else each answer stalls for 40 ms
    wbufsize = -1

    def log_message(self, format: str, *args: Any) -> None:
        """Tests look at `Server.requests` instead."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        shift = self.server.date_shift.total_seconds()
        return super().date_time_string((timestamp or time.time()) + shift)

    def do_GET(self) -> None:
        scope = SCOPE.search(self.headers.get("Authorization", ""))
        if scope is not None and scope["service"] == "s3":
            self.do_POST()
        elif self.path == CALLS:
            counts = json.dumps(self.server.counts()).encode()
            self._send(Answer(200, counts, "application/json"))
        else:
            self._send(Answer(404, b"", "text/plain"))

    def do_POST(self) -> None:
        due = time.monotonic() + self.server.delay_seconds
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        call = self._call(SCOPE.search(self.headers.get("Authorization", "")), body)
        if call is None:
            refusal = b"This request names no service that is emulated"
            self._send(Answer(400, refusal, "text/plain"))
            return
        answer = self.server.endpoint.respond(call)
        if self.server.ended.wait(due - time.monotonic()):
            self.close_connection = True
        elif isinstance(answer, Answer):
            self._send(answer)
        else:
            self._reset()

    def _call(self, scope: re.Match[str] | None, body: bytes) -> Call | None:
        """STS takes a web identity's token unsigned; whose it is, nobody here knows."""
        if scope is None and b"Action=AssumeRoleWithWebIdentity" in body:
            return Call(None, "", "sts", "", body)
        if scope is None or scope["service"] not in HANDLERS:
            return None
        token = self.headers.get("X-Amz-Security-Token")
        region = scope["region"]
        caller = self.server.endpoint.world.caller(scope["key"], region, token)
        target = self.headers.get("X-Amz-Target", self.path)
        return Call(caller, region, scope["service"], target, body)

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(answer.body)

    def _reset(self) -> None:
        """Close with a TCP reset: lingering for no time drops what is unsent."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        socket.close(self.connection.detach())
        self.close_connection = True
