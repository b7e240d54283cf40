"""The emulated endpoint: one HTTP server for all services, accounts and Regions.

Service and Region come from the credential scope of the signature, the account from the access key.
Signatures themselves are not checked.
"""

import contextlib
import re
import socket
import struct
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from . import images, instances, parameters, templates
from .contract import check_shape
from .dispatch import Handler
from .errors import ApiError
from .records import Caller
from .wire import answer, content_type, error_answer, parse_request
from .world import World

HANDLERS: Mapping[str, Mapping[str, Handler]] = {
    "ec2": images.HANDLERS | instances.HANDLERS | templates.HANDLERS,
    "ssm": parameters.SSM,
    "sts": parameters.STS,
}
SCOPE = re.compile(r"Credential=(?P<key>[^/]+)/\d+/(?P<region>[^/]+)/(?P<service>[^/]+)/")
UNKNOWN_KEY = {
    # EC2 error code table; STS and Systems Manager: common error types of their API references
    "ec2": ("AuthFailure", "AWS was not able to validate the provided access credentials", 401),
    "ssm": (
        "UnrecognizedClientException",
        "The security token included in the request is invalid.",
        400,
    ),
    "sts": ("InvalidClientTokenId", "The security token included in the request is invalid.", 403),
}


@dataclass(frozen=True, slots=True)
class Request:
    """One call as it arrived. The account is None for an access key that no account has."""

    service: str
    operation: str
    account: str | None
    region: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Fault:
    """An error answer, well-formed in the service's protocol."""

    status: int
    code: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class RawFault:
    """Any answer whatsoever: a proxy's HTML, nothing, half a document."""

    status: int
    body: bytes
    content_type: str = "text/html"


@dataclass(frozen=True, slots=True)
class CloseFault:
    """The connection is reset instead of an answer."""


Faults = Callable[[Request], Fault | RawFault | CloseFault | None]


class Server(ThreadingHTTPServer):
    """Serves a world at `url`, and keeps what it was asked in `requests`."""

    daemon_threads = False  # server_close then waits for them
    request_queue_size = 128

    def __init__(self, world: World, faults: Faults | None, delay_seconds: float) -> None:
        super().__init__(("127.0.0.1", 0), _Connection)
        self.world = world
        self.faults = faults
        self.delay_seconds = delay_seconds
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.requests: list[Request] = []
        self.failures: list[Exception] = []
        self.lock = threading.Lock()
        self.open_sockets: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self.lock:
            self.open_sockets.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self.lock:
            self.open_sockets.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is no failure; anything else is."""
        error = sys.exception()
        if isinstance(error, Exception) and not isinstance(error, ConnectionError):
            self.failures.append(error)

    def calls(self, operation: str) -> list[Request]:
        """The requests of one operation, in order of arrival."""
        return [request for request in self.requests if request.operation == operation]


@contextlib.contextmanager
def serve(
    world: World, faults: Faults | None = None, *, delay_seconds: float = 0.0
) -> Iterator[Server]:
    """Serve a world for the length of a `with` block.

    An answer that breaks its contract, and any error in a handler, is raised at the end of the
    block; meanwhile the client gets a 500. `faults` is asked about each request before it is
    answered. `delay_seconds` slows each answer, for benchmarks.
    """
    server = Server(world, faults, delay_seconds)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        with server.lock:
            for kept_alive in server.open_sockets:
                with contextlib.suppress(OSError):
                    kept_alive.shutdown(socket.SHUT_RDWR)
        server.server_close()
        if server.failures:
            raise server.failures[0]


class _Connection(BaseHTTPRequestHandler):
    """One client connection."""

    server: Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # together with the buffer: else each answer stalls for 40 ms
    wbufsize = -1

    def log_message(self, format: str, *args: Any) -> None:
        """Tests look at `Server.requests` instead."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        scope = SCOPE.search(self.headers.get("Authorization", ""))
        if scope is None or scope["service"] not in HANDLERS:
            self._send(400, b"This request names no service that is emulated", "text/plain")
            return
        service = scope["service"]
        request_id = f"request-{len(self.server.requests):08}"
        try:
            fault_or_body = self._outcome(scope, body, request_id)
        except ApiError as error:
            self._send_error(service, error, request_id)
        except Exception as failure:  # noqa: BLE001  a bug here: the test must hear of it
            self.server.failures.append(failure)
            self._send_error(service, ApiError("InternalError", str(failure), 500), request_id)
        else:
            match fault_or_body:
                case CloseFault():
                    self._reset()
                case RawFault(status, raw, kind):
                    self._send(status, raw, kind)
                case bytes():
                    self._send(200, fault_or_body, content_type(service))

    def _outcome(
        self, scope: re.Match[str], body: bytes, request_id: str
    ) -> bytes | RawFault | CloseFault:
        service, region = scope["service"], scope["region"]
        token = self.headers.get("X-Amz-Security-Token")
        caller = self.server.world.caller(scope["key"], region, token)
        account = caller.account if caller else None
        operation, params = parse_request(service, self.headers.get("X-Amz-Target", ""), body)
        request = Request(service, operation, account, region, params)
        self.server.requests.append(request)
        fault = self.server.faults(request) if self.server.faults else None
        if isinstance(fault, Fault):
            raise ApiError(fault.code, fault.message, fault.status)
        if fault is not None:
            return fault
        time.sleep(self.server.delay_seconds)
        return self._answer(request, caller, request_id)

    def _answer(self, request: Request, caller: Caller | None, request_id: str) -> bytes:
        if caller is None:
            raise ApiError(*UNKNOWN_KEY[request.service])
        handler = HANDLERS[request.service].get(request.operation)
        if handler is None:
            message = f"{request.service}:{request.operation} is not emulated"
            raise ApiError("NotImplementedByEmulator", message, 501)
        if request.params.get("DryRun"):
            message = "Request would have succeeded, but DryRun flag is set."
            raise ApiError("DryRunOperation", message, 412)
        with self.server.lock:
            result = handler(self.server.world, caller, request.params)
        body = answer(request.service, request.operation, result, request_id)
        check_shape(request.service, request.operation, body)
        return body

    def _send_error(self, service: str, error: ApiError, request_id: str) -> None:
        body = error_answer(service, error.code, error.message, request_id)
        self._send(error.status, body, content_type(service))

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _reset(self) -> None:
        """Close with a TCP reset: lingering for no time drops what is unsent."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        socket.close(self.connection.detach())
        self.close_connection = True
