"""Security Hub's limits and answers: what is sent in one call, and what counts as taken."""

import json
from typing import Any

import pytest

from assay.catalog.aws.pace import Deadline
from assay.catalog.aws.sdk import Sdk
from assay.catalog.aws.security_hub import SecurityHub
from assay.catalog.interface import Unavailable
from assay.report.formats.asff import GENERATOR, product_arn
from tests.emulator import Fault, RawFault, Request, World
from tests.judging import HERE, Emulated
from tests.worlds import REGION, WORKLOAD

IMPORT = "BatchImportFindings"
PRODUCT = product_arn(WORKLOAD, REGION)


def finding(name: str, size: int = 0) -> dict[str, Any]:
    return {
        "SchemaVersion": "2018-10-08",
        "Id": name,
        "ProductArn": PRODUCT,
        "GeneratorId": GENERATOR,
        "AwsAccountId": WORKLOAD,
        "CreatedAt": "2026-11-28T00:00:00Z",
        "UpdatedAt": "2026-11-28T00:00:00Z",
        "Title": "-",
        "Description": "x" * size or "-",
        "RecordState": "ACTIVE",
        "Resources": [{"Type": "Other", "Id": "-"}],
    }


@pytest.fixture(name="once")
def _once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


def test_a_call_has_no_more_than_six_megabytes(emulated: Emulated, world: World) -> None:
    emulated.show(world)
    hub = SecurityHub(Sdk())
    assert hub.take(HERE, [finding(f"{n:03}", 200_000) for n in range(40)]) == {}
    calls = [json.dumps(dict(each.params)) for each in emulated.server.calls(IMPORT)]
    assert len(calls) == 2
    assert all(len(each) < 6_000_100 for each in calls)
    assert len(world.governance.findings) == 40
    found = hub.active(HERE, PRODUCT, GENERATOR)
    assert not isinstance(found, Unavailable)
    assert len(found) == 40


def test_a_finding_that_is_too_large_is_named_and_not_sent(
    emulated: Emulated, world: World
) -> None:
    emulated.show(world)
    lost = SecurityHub(Sdk()).take(HERE, [finding("large", 241_000), finding("small")])
    assert lost == {"large": "larger than the limit of 240,000 bytes for a finding"}
    assert [each for *_, each in world.governance.findings] == ["small"]


@pytest.mark.parametrize(
    "answer",
    [
        {"FailedCount": 0, "SuccessCount": 1, "FailedFindings": []},
        {"FailedCount": 2, "SuccessCount": 0},
        {"FailedCount": 0, "FailedFindings": []},
        {},
        {"FailedCount": 1, "SuccessCount": 1, "FailedFindings": [None]},
        {
            "FailedCount": 1,
            "SuccessCount": 1,
            "FailedFindings": [{"Id": "another", "ErrorCode": "X", "ErrorMessage": "y"}],
        },
    ],
)
def test_what_an_answer_does_not_tell_of_was_not_taken(
    emulated: Emulated, world: World, answer: dict[str, Any]
) -> None:
    body = json.dumps(answer).encode()
    told = RawFault(200, body, "application/json")
    emulated.show(world, lambda request: told if request.operation == IMPORT else None)
    lost = SecurityHub(Sdk()).take(HERE, [finding("a"), finding("b")])
    assert lost == dict.fromkeys("ab", "Security Hub did not confirm that it was accepted")
    assert len(emulated.server.calls(IMPORT)) == 3


@pytest.mark.usefixtures("once")
def test_what_is_throttled_is_tried_again_and_then_named(emulated: Emulated, world: World) -> None:
    struck: list[Request] = []

    def faults(request: Request) -> Fault | None:
        throttled = "b" in [each["Id"] for each in request.params.get("Findings", ())]
        if request.operation != IMPORT or not throttled:
            return None
        struck.append(request)
        return Fault(429, "TooManyRequestsException")

    many = [finding("a", 230_000 - n) | {"Id": f"a{n}"} for n in range(26)]
    emulated.show(world, faults)
    lost = SecurityHub(Sdk()).take(HERE, [*many, finding("b")])
    assert set(lost) == {each["Id"] for each in struck[-1].params["Findings"]}
    assert all("throttled (TooManyRequestsException)" in why for why in lost.values())
    assert len(struck) == 3
    assert len(lost) + len(world.governance.findings) == 27


@pytest.mark.usefixtures("once")
def test_what_is_denied_is_asked_once(emulated: Emulated, world: World) -> None:
    world.deny(WORKLOAD, IMPORT)
    emulated.show(world)
    lost = SecurityHub(Sdk()).take(HERE, [finding(f"{n}") for n in range(250)])
    assert len(lost) == 250
    assert len(emulated.server.calls(IMPORT)) == 1


def test_what_there_is_no_time_for_is_named(emulated: Emulated, world: World) -> None:
    """Thirty calls at once, then ten a second."""
    emulated.show(world)
    clock = iter([0.0])
    hub = SecurityHub(Sdk(deadline=Deadline(lambda: next(clock, 0.0), 0.05)))
    lost = hub.take(HERE, [finding(f"{n}") for n in range(3_100)])
    assert len(emulated.server.calls(IMPORT)) == 30
    assert len(lost) == 100
    assert set(lost.values()) == {"AWS did not answer within the time limit of 0.05 s"}
    assert len(lost) + len(world.governance.findings) == 3_100


@pytest.mark.usefixtures("once")
@pytest.mark.parametrize("page", [1, 2])
def test_what_is_active_is_known_whole_or_not_at_all(
    emulated: Emulated, world: World, page: int
) -> None:
    emulated.show(world)
    hub = SecurityHub(Sdk())
    assert hub.take(HERE, [finding(f"{n}") for n in range(150)]) == {}
    asked = 0

    def faults(request: Request) -> Fault | None:
        nonlocal asked
        asked += request.operation == "GetFindings"
        return Fault(500, "InternalException") if asked == page else None

    emulated.show(world, faults)
    found = hub.active(HERE, PRODUCT, GENERATOR)
    assert isinstance(found, Unavailable)
    assert found.reason == f"securityhub:GetFindings in {REGION}: refused (InternalException)"


@pytest.mark.parametrize("listed", [[None], [{}], [{"Title": "-"}]])
def test_a_finding_without_an_id_could_be_any(
    emulated: Emulated, world: World, listed: list[Any]
) -> None:
    told = RawFault(200, json.dumps({"Findings": listed}).encode(), "application/json")
    emulated.show(world, lambda request: told if request.operation == "GetFindings" else None)
    found = SecurityHub(Sdk()).active(HERE, PRODUCT, GENERATOR)
    said = f"securityhub:GetFindings in {REGION} answered with a finding without an id"
    assert found == Unavailable(said)
