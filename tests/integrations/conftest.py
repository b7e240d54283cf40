"""A function inside an emulated AWS: its policy, its environment, and what it wrote."""

from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

import pytest

from assay.integrations.surroundings import this_function
from tests.command import talking_to
from tests.emulator import Server, serve
from tests.emulator.faults import Happening
from tests.worlds import PIPELINE, REGION, WORKLOAD, GoldenWorld

POLICY = f"""\
version: 1
golden:
  watermarks:
    - key: "{PIPELINE}:golden-*"
"""
PARAMETER = "/assay/policy"
TOPIC = f"arn:aws:sns:{REGION}:{WORKLOAD}:launches"


Latest = Callable[[], dict[str, tuple[str, str]]]
"""What AWS Config was told last, by resource."""


@pytest.fixture(name="faults")
def _faults() -> Happening:
    return Happening()


@pytest.fixture(name="world")
def _world() -> GoldenWorld:
    return GoldenWorld()


@pytest.fixture(name="server")
def _server(
    world: GoldenWorld, faults: Happening, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    """AWS, and this process as a function in it whose policy is a parameter."""
    world.world.put_parameter(WORKLOAD, REGION, PARAMETER, POLICY, "text")
    with serve(world.world, faults) as server:
        around = {
            **talking_to(server.url, WORKLOAD),
            "AWS_REGION": REGION,
            "ASSAY_POLICY": f"ssm:{PARAMETER}:1",
            "ASSAY_POLICY_SHA256": sha256(POLICY.encode()).hexdigest(),
            "ASSAY_TOPIC_ARN": TOPIC,
        }
        for name, value in around.items():
            monkeypatch.setenv(name, value)
        this_function.cache_clear()
        yield server
        this_function.cache_clear()


@pytest.fixture(name="latest")
def _latest(world: GoldenWorld) -> Latest:
    return world.world.governance.latest


def operations(server: Server) -> list[Any]:
    """What was asked, in order."""
    return [request.operation for request in server.requests]
