"""The proxy that breaks connections, asked with plain HTTP and by the real SDK."""

import contextlib
import http.client
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing
from http.client import HTTPConnection, HTTPResponse, IncompleteRead, RemoteDisconnected
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.config import Config
from botocore.exceptions import ConnectionClosedError, EndpointConnectionError, ReadTimeoutError

from tests.emulator import CloseFault, Server, World, access_key, sdk, serve
from tests.emulator.proxy import TcpFault, TcpFaults, proxy, refused_url
from tests.emulator.sdk import ids

ACCOUNT, REGION = "111122223333", "us-east-1"
SCOPE = f"{access_key(ACCOUNT)}/20261101/{REGION}/ec2/aws4_request"
HEADERS = {"Authorization": f"AWS4-HMAC-SHA256 Credential={SCOPE}, Signature=0"}
BRIEF = 0.1
"""Seconds that a client waits where nothing will come."""
SOON = 0.2
"""Seconds in which a proxy must have ended."""


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    with serve(world) as running:
        yield running


@pytest.fixture
def clients() -> Iterator[ExitStack]:
    """Connections that outlive what they are connected to."""
    with ExitStack() as stack:
        yield stack


def never(operation: str, nth: int) -> None:
    """No call is struck."""


def always(fault: TcpFault) -> TcpFaults:
    return lambda operation, nth: fault


@contextlib.contextmanager
def ending_soon(running: AbstractContextManager[str]) -> Iterator[str]:
    with ExitStack() as stack:
        yield stack.enter_context(running)
        began = time.monotonic()
        stack.close()
        assert time.monotonic() - began < SOON


def connect(clients: ExitStack, url: str, patience: float = 30) -> HTTPConnection:
    parts = urlsplit(url)
    assert parts.hostname
    return clients.enter_context(closing(HTTPConnection(parts.hostname, parts.port, patience)))


def send(connection: HTTPConnection) -> HTTPConnection:
    connection.request("POST", "/", "Action=DescribeRegions", HEADERS)
    return connection


def ask(connection: HTTPConnection) -> HTTPResponse:
    return send(connection).getresponse()


def ec2(url: str, service: str = "ec2", patience: float = 30) -> Any:
    return sdk.client(url, service, ACCOUNT, REGION, Config(read_timeout=patience))


def test_what_has_no_fault_passes_unchanged(
    world: World, server: Server, clients: ExitStack
) -> None:
    image = world.register_image(ACCOUNT, REGION, name="golden")
    with proxy(server.url, never) as url:
        assert ids(ec2(url).describe_images()) == [image]
        through, directly = connect(clients, url), connect(clients, server.url)
        bodies = []
        for connection in (through, through, directly):
            answer = ask(connection)
            assert (answer.status, answer.version) == (200, 11)
            assert answer.headers["Content-Type"] == "text/xml;charset=UTF-8"
            bodies.append(answer.read().partition(b"<requestId>")[0])
    assert len(set(bodies)) == 1


def test_a_fault_is_told_the_operation_and_how_often_it_was_asked(server: Server) -> None:
    told: list[tuple[str, int]] = []
    with proxy(server.url, lambda operation, nth: told.append((operation, nth))) as url:
        ec2(url).describe_images()
        ec2(url, "sts").get_caller_identity()
        ec2(url, "ssm").get_parameters(Names=["/golden"])
        ec2(url).describe_images()
    assert told == [
        ("DescribeImages", 1),
        ("GetCallerIdentity", 1),
        ("GetParameters", 1),
        ("DescribeImages", 2),
    ]


def test_a_fault_can_strike_once(server: Server) -> None:
    def second(operation: str, nth: int) -> TcpFault | None:
        return TcpFault.RESET if (operation, nth) == ("DescribeRegions", 2) else None

    with proxy(server.url, second) as url:
        client = ec2(url)
        assert client.describe_regions()["Regions"]
        with pytest.raises(ConnectionClosedError):
            client.describe_regions()
        assert client.describe_regions()["Regions"]
    assert len(server.calls("DescribeRegions")) == 2


@pytest.mark.parametrize(
    ("fault", "error"),
    [(TcpFault.RESET, ConnectionResetError), (TcpFault.CLOSE, RemoteDisconnected)],
)
def test_a_connection_ends_without_an_answer(
    server: Server, clients: ExitStack, fault: TcpFault, error: type[Exception]
) -> None:
    with proxy(server.url, always(fault)) as url, pytest.raises(error) as caught:
        ask(connect(clients, url))
    assert caught.type is error  # RemoteDisconnected is a ConnectionResetError, too
    assert not server.requests


def test_silence_lasts_until_the_proxy_ends(server: Server, clients: ExitStack) -> None:
    with ending_soon(proxy(server.url, always(TcpFault.SILENT))) as url:
        asked = [send(connect(clients, url)) for _ in range(8)]
        with pytest.raises(ReadTimeoutError):
            ec2(url, patience=BRIEF).describe_regions()
    for connection in asked:
        with pytest.raises(RemoteDisconnected):
            connection.getresponse()
    assert not server.requests


def test_a_connection_that_is_idle_does_not_hold_up_the_end(
    server: Server, clients: ExitStack
) -> None:
    with ending_soon(proxy(server.url, never)) as url:
        connect(clients, url).connect()
        ask(connect(clients, url)).read()


def test_an_answer_that_is_being_made_does_not_hold_up_the_end(
    world: World, clients: ExitStack
) -> None:
    arrived = threading.Event()
    with serve(world, lambda request: arrived.set(), delay_seconds=30) as server:
        with ending_soon(proxy(server.url, never)) as url:
            asked = send(connect(clients, url))
            assert arrived.wait(30)
        with pytest.raises((ConnectionResetError, RemoteDisconnected)):
            asked.getresponse()


def test_a_slow_answer_keeps_each_read_within_its_limit(server: Server, clients: ExitStack) -> None:
    slow = proxy(server.url, always(TcpFault.SLOW), drip_seconds=BRIEF / 10)
    with ending_soon(slow) as url:
        connection = send(connect(clients, url, patience=2))
        began = time.monotonic()
        lines = clients.enter_context(connection.sock.makefile("rb"))
        assert lines.readline() == b"HTTP/1.1 200 OK\r\n"
        assert time.monotonic() - began > BRIEF
    assert b"</DescribeRegionsResponse>" not in lines.read()


def test_a_slow_answer_is_the_real_one_in_the_end(server: Server) -> None:
    slow = proxy(server.url, always(TcpFault.SLOW), drip_bytes=7, drip_seconds=0)
    with slow as url:
        assert ec2(url).describe_regions()["Regions"]


def test_an_answer_is_cut_in_half(server: Server, clients: ExitStack) -> None:
    with proxy(server.url, always(TcpFault.TRUNCATE)) as url:
        answer = ask(connect(clients, url))
        assert answer.status == 200
        promised = int(answer.headers["Content-Length"])
        with pytest.raises(IncompleteRead) as caught:
            answer.read()
    assert len(caught.value.partial) == promised // 2


def test_an_answer_stops_half_way(server: Server, clients: ExitStack) -> None:
    with ending_soon(proxy(server.url, always(TcpFault.STALL_HALF))) as url:
        connection = connect(clients, url)
        answer = ask(connection)
        half = int(answer.headers["Content-Length"]) // 2
        assert len(answer.read(half)) == half
        connection.sock.settimeout(BRIEF)
        with pytest.raises(TimeoutError):
            answer.read(1)


def test_an_upstream_that_hangs_up_is_passed_on(world: World, clients: ExitStack) -> None:
    with serve(world, lambda request: CloseFault()) as server, proxy(server.url, never) as url:
        connection = connect(clients, url)
        with pytest.raises((ConnectionResetError, RemoteDisconnected)):
            ask(connection)


def test_nobody_listens_at_a_refused_url(clients: ExitStack) -> None:
    url = refused_url()
    with pytest.raises(ConnectionRefusedError):
        ask(connect(clients, url))
    with pytest.raises(EndpointConnectionError):
        ec2(url).describe_regions()


def test_a_mistake_in_a_fault_is_heard_of(server: Server, clients: ExitStack) -> None:
    def mistaken(operation: str, nth: int) -> TcpFault | None:
        raise LookupError(operation)

    def through_a_proxy() -> None:
        with proxy(server.url, mistaken) as url, contextlib.suppress(http.client.HTTPException):
            ask(connect(clients, url))

    with pytest.raises(LookupError, match="DescribeRegions"):
        through_a_proxy()
