"""A process that stays: what was refused once is asked again for the next event."""

from hashlib import sha256

import pytest

from assay.integrations.events import handler
from assay.integrations.surroundings import this_function
from tests.emulator import Server
from tests.emulator.faults import Fault, Happening
from tests.integrations.conftest import PARAMETER, POLICY
from tests.integrations.test_events import state
from tests.worlds import PIPELINE, REGION, WORKLOAD, GoldenWorld

READERS = f"{POLICY}aws:\n  readers: {{'*': {{role_name: assay-reader}}}}\n"


@pytest.mark.parametrize("code", ["Throttling", "AccessDenied", "InternalFailure"])
def test_whose_it_is_that_could_not_be_told(
    world: GoldenWorld,
    server: Server,
    faults: Happening,
    code: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")  # each waits longer than the one before
    instance = world.world.run_instance(WORKLOAD, REGION, world.copy())
    faults.of["GetCallerIdentity"] = lambda: Fault(400, code)
    assert handler(state(instance))["outcome"] == "undetermined"
    faults.of.clear()
    assert handler(state(instance))["outcome"] == "pass"


def test_a_role_that_was_refused(
    world: GoldenWorld, server: Server, faults: Happening, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.world.put_parameter(WORKLOAD, REGION, PARAMETER, READERS, "text")
    monkeypatch.setenv("ASSAY_POLICY", f"ssm:{PARAMETER}:2")
    monkeypatch.setenv("ASSAY_POLICY_SHA256", sha256(READERS.encode()).hexdigest())
    this_function.cache_clear()
    theirs = world.world.run_instance(PIPELINE, REGION, world.golden)
    faults.of["AssumeRole"] = lambda: Fault(403, "AccessDenied")
    told = handler(state(theirs, account=PIPELINE))
    assert told["outcome"] == "undetermined"
    assert "sts:AssumeRole" in told["instances"][0]["reason"]
    faults.of.clear()
    assert handler(state(theirs, account=PIPELINE))["outcome"] == "pass"
    asked = len(server.calls("AssumeRole"))
    assert handler(state(theirs, account=PIPELINE))["outcome"] == "pass"
    assert len(server.calls("AssumeRole")) == asked  # what was opened stays open
