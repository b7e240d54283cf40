"""The emulator as a server: many connections, its clock, answers from memory, its own process."""

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.emulator import Fault, Request, Server, access_key, sdk, serve
from tests.emulator.process import call_counts, made_by, serve_apart
from tests.emulator.sdk import error_of, ids
from tests.worlds import PIPELINE, REGION, WORKLOAD, GoldenWorld

SCOPE = f"{access_key(PIPELINE)}/20261101/{REGION}/ec2/aws4_request"
HEADERS = {"Authorization": f"AWS4-HMAC-SHA256 Credential={SCOPE}, Signature=0"}
CONNECTIONS = 64


def client(server: Server, service: str = "ec2", account: str = PIPELINE, **options: Any) -> Any:
    return sdk.client(server.url, service, account, REGION, **options)


@contextlib.contextmanager
def connected(url: str, count: int) -> Iterator[list[HTTPConnection]]:
    parts = urlsplit(url)
    assert parts.hostname
    with ExitStack() as stack:
        connections = []
        for _ in range(count):
            connection = HTTPConnection(parts.hostname, parts.port, timeout=30)
            connections.append(stack.enter_context(closing(connection)))
        yield connections


def ask(connection: HTTPConnection) -> int:
    connection.request("POST", "/", "Action=DescribeRegions", HEADERS)
    answer = connection.getresponse()
    answer.read()
    return answer.status


# -- connections --------------------------------------------------------------------------------


def test_sixty_four_connections_are_served_at_once(golden: GoldenWorld) -> None:
    together = threading.Barrier(CONNECTIONS, timeout=30)

    def faults(request: Request) -> None:
        together.wait()  # nobody gets an answer before all have asked

    with serve(golden.world, faults) as server, connected(server.url, CONNECTIONS) as connections:
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            assert set(pool.map(ask, connections)) == {200}
        assert len(server.calls("DescribeRegions")) == CONNECTIONS


def test_a_delay_holds_up_its_own_connection_only(golden: GoldenWorld) -> None:
    delay = 0.2
    with (
        serve(golden.world, delay_seconds=delay) as server,
        connected(server.url, 32) as connections,
        ThreadPoolExecutor(32) as pool,
    ):
        began = time.monotonic()
        assert set(pool.map(ask, connections)) == {200}
        taken = time.monotonic() - began
    assert delay <= taken < 32 * delay / 4


def test_a_delay_does_not_outlive_the_server(golden: GoldenWorld) -> None:
    arrived = threading.Event()
    began = time.monotonic()
    delayed = serve(golden.world, lambda request: arrived.set(), delay_seconds=30)
    with delayed as server, connected(server.url, 1) as (connection,):
        connection.request("POST", "/", "Action=DescribeRegions", HEADERS)
        assert arrived.wait(20)
    assert time.monotonic() - began < 20


def test_faults_can_change_while_the_server_runs(golden: GoldenWorld) -> None:
    with serve(golden.world) as server, connected(server.url, 1) as (connection,):
        assert ask(connection) == 200
        server.faults = lambda request: Fault(503, "RequestLimitExceeded")
        assert ask(connection) == 503


# -- the clock ----------------------------------------------------------------------------------


@pytest.mark.parametrize("shift", [timedelta(0), timedelta(hours=-2), timedelta(days=3)])
def test_answers_carry_the_servers_date(golden: GoldenWorld, shift: timedelta) -> None:
    with serve(golden.world, fault, date_shift=shift) as server:
        answer = client(server).describe_images()
        headers = answer["ResponseMetadata"]["HTTPHeaders"]
        told = parsedate_to_datetime(headers["date"])
        assert abs(told - (datetime.now(UTC) + shift)) < timedelta(minutes=5)
        with connected(server.url, 1) as (connection,):
            ask(connection)
            connection.request("POST", "/", "Action=DescribeVpcs", HEADERS)
            refused = connection.getresponse()
            assert (refused.status, refused.headers["Date"][:3]) == (503, headers["date"][:3])


def fault(request: Request) -> Fault | None:
    return Fault(503, "RequestLimitExceeded") if request.operation == "DescribeVpcs" else None


# -- answers from memory ------------------------------------------------------------------------


def test_an_answer_is_made_once_and_replayed(golden: GoldenWorld) -> None:
    with serve(golden.world, replay=True) as server:
        ec2 = client(server)
        first = ids(ec2.describe_images(Owners=["self"]))
        added = golden.home_made(PIPELINE)
        assert ids(ec2.describe_images(Owners=["self"])) == first
        assert ids(ec2.describe_images(ImageIds=[added])) == [added]
        assert ids(client(server, account=WORKLOAD).describe_images(Owners=["self"])) == []
        west = sdk.client(server.url, "ec2", PIPELINE, "us-west-2")
        assert ids(west.describe_images(Owners=["self"])) == []
        owners = [(r.account, r.region, r.params) for r in server.calls("DescribeImages")]
        assert owners[:2] == [(PIPELINE, REGION, {"Owners": ["self"]})] * 2
        assert len(owners) == 5


def test_without_replay_an_answer_is_of_its_moment(golden: GoldenWorld) -> None:
    with serve(golden.world) as server:
        ec2 = client(server)
        before = ids(ec2.describe_images(Owners=["self"]))
        added = golden.home_made(PIPELINE)
        assert ids(ec2.describe_images(Owners=["self"])) == [*before, added]


def test_errors_and_identities_are_replayed_and_faults_still_strike(golden: GoldenWorld) -> None:
    gone = "ami-0123456789abcdef0"
    strikes: list[Fault | None] = [None, None, Fault(503, "RequestLimitExceeded")]

    def faults(request: Request) -> Fault | None:
        return strikes.pop(0) if request.operation == "DescribeImages" else None

    with serve(golden.world, faults, replay=True) as server:
        ec2, sts = client(server), client(server, "sts")
        codes = [error_of(ec2.describe_images, ImageIds=[gone])[0] for _ in range(3)]
        assert codes == ["InvalidAMIID.NotFound"] * 2 + ["RequestLimitExceeded"]
        role = {"RoleArn": f"arn:aws:iam::{WORKLOAD}:role/reader", "RoleSessionName": "check"}
        minted = [sts.assume_role(**role)["Credentials"]["AccessKeyId"] for _ in range(2)]
        assert minted[0] == minted[1]
        assert {sts.get_caller_identity()["Account"] for _ in range(2)} == {PIPELINE}


def test_a_change_is_made_each_time_and_forgets_what_was_remembered(golden: GoldenWorld) -> None:
    with serve(golden.world, replay=True) as server:
        ec2 = client(server)
        seen = len(ids(ec2.describe_images(Owners=["self"])))
        made = {ec2.register_image(Name="again")["ImageId"] for _ in range(2)}
        assert len(made) == 2
        assert len(ids(ec2.describe_images(Owners=["self"]))) == seen + 2


def test_the_contract_is_checked_when_an_answer_is_made(golden: GoldenWorld) -> None:
    golden.world.image(REGION, golden.golden).overlay = {"State": "splendid"}

    def served() -> None:
        with serve(golden.world, replay=True) as server:
            for _ in range(2):
                assert error_of(client(server).describe_images)[2] == 500

    with pytest.raises(AssertionError, match="breaks its contract"):
        served()


# -- counts, and a process of its own -----------------------------------------------------------


def test_calls_are_counted_over_http(golden: GoldenWorld) -> None:
    with serve(golden.world) as server:
        assert call_counts(server.url) == {}
        client(server).describe_images()
        client(server, "sts").get_caller_identity()
        client(server).describe_images()
        assert call_counts(server.url) == {"ec2:DescribeImages": 2, "sts:GetCallerIdentity": 1}
        with connected(server.url, 1) as (connection,):
            connection.request("GET", "/other")
            assert connection.getresponse().status == 404


def test_a_world_is_served_from_a_process_of_its_own() -> None:
    with serve_apart("tests.worlds:GoldenWorld", replay=True) as url:
        ec2 = sdk.client(url, "ec2", WORKLOAD, REGION)
        assert GoldenWorld().golden in ids(ec2.describe_images())
        assert call_counts(url) == {"ec2:DescribeImages": 1}


def test_the_process_prints_its_url_first_and_its_counts_last(tmp_path: Path) -> None:
    module = tmp_path / "empty.py"
    module.write_text("from tests.emulator import World\n\ndef world():\n    return World()\n")
    command = [sys.executable, "-m", "tests.emulator.process", f"{module}:world"]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        with connected(url, 1) as (connection,):
            assert ask(connection) == 200
        rest, _ = process.communicate(timeout=30)
    assert json.loads(rest) == {"ec2:DescribeRegions": 1}
    assert process.returncode == 0


def test_a_broken_contract_fails_the_process(tmp_path: Path) -> None:
    module = tmp_path / "broken.py"
    module.write_text(
        "from tests.worlds import GoldenWorld, REGION\n\n"
        "def world():\n"
        "    golden = GoldenWorld()\n"
        "    golden.world.image(REGION, golden.golden).overlay = {'State': 'splendid'}\n"
        "    return golden\n"
    )

    def served() -> None:
        with serve_apart(f"{module}:world") as url:
            error_of(sdk.client(url, "ec2", WORKLOAD, REGION).describe_images)

    with pytest.raises(subprocess.CalledProcessError):
        served()


@pytest.mark.parametrize("factory", ["tests.worlds", "tests.worlds:NoSuch", "tests.worlds:REGION"])
def test_a_factory_that_makes_no_world_is_refused(factory: str) -> None:
    with pytest.raises(SystemExit, match=factory):
        made_by(factory)
