"""The example of a state machine, run on what the function of launches answers: who is tagged, and who is left."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session
from botocore.validate import ParamValidator

from assay.integrations.events import handler
from assay.model import Outcome
from tests.emulator import Server
from tests.emulator.faults import Fault, Happening
from tests.integrations.states import FailedError, execute
from tests.integrations.test_events import call, state
from tests.worlds import REGION, WORKLOAD, GoldenWorld

MACHINE = Path(__file__).parents[2] / ".github/examples/aws/governance/quarantine.asl.json"
Tags = Mapping[str, str]


def quarantined(event: Any, judge: Callable[[Any], Any] = handler) -> Tags:
    """The tag of each instance that the machine tags, where an event starts it."""
    machine = json.loads(MACHINE.read_text())
    model = Session().get_service_model("ec2").operation_model("CreateTags")
    tags: dict[str, str] = {}

    def invoke(asked: Any) -> Any:
        assert asked["FunctionName"] == "${Function}"
        answer = judge(json.loads(json.dumps(asked["Payload"])))
        return {"ExecutedVersion": "$LATEST", "Payload": json.loads(json.dumps(answer))}

    def tag(asked: Any) -> Any:
        report = ParamValidator().validate(asked, model.input_shape)
        assert not report.has_errors(), report.generate_report()
        (resource,), (one,) = asked["Resources"], asked["Tags"]
        assert one["Key"] == "assay:quarantine"
        assert resource not in tags
        tags[resource] = one["Value"]
        return {}

    execute(machine, event, {"lambda:invoke": invoke, "aws-sdk:ec2:createTags": tag})
    return tags


def test_what_passes_is_left_alone(world: GoldenWorld, server: Server) -> None:
    good = world.world.run_instance(WORKLOAD, REGION, world.copy())
    assert quarantined(state(good)) == {}


def test_what_does_not_pass_is_tagged_and_what_does_beside_it_is_not(
    world: GoldenWorld, server: Server
) -> None:
    good = world.world.run_instance(WORKLOAD, REGION, world.copy())
    bad = [world.world.run_instance(WORKLOAD, REGION, world.home_made()) for _ in range(2)]
    assert quarantined(call(good, *bad)) == dict.fromkeys(bad, "fail")


def test_what_could_not_be_read_is_tagged_with_that(
    world: GoldenWorld, server: Server, faults: Happening
) -> None:
    instance = world.world.run_instance(WORKLOAD, REGION, world.copy())
    faults.of["DescribeInstanceImageMetadata"] = lambda: Fault(403, "UnauthorizedOperation")
    assert quarantined(state(instance)) == {instance: "undetermined"}


def test_what_starts_nothing_tags_nothing(server: Server) -> None:
    assert quarantined(state("i-0123456789abcdef0", "stopping")) == {}


@pytest.mark.parametrize("outcome", [*Outcome, "ignored", "unheard of"])
def test_every_outcome_leads_somewhere(outcome: str) -> None:
    """One that the machine does not know is no silence."""
    answer = {"outcome": outcome, "instances": [{"instance_id": "i-0a", "outcome": outcome}]}
    if outcome == "unheard of":
        with pytest.raises(FailedError, match="UnknownOutcome"):
            quarantined({}, lambda _: answer)
    else:
        tagged = quarantined({}, lambda _: answer)
        assert bool(tagged) == (outcome in (Outcome.FAIL, Outcome.UNDETERMINED))


@pytest.mark.parametrize("field", ["outcome", "instances", "instance_id"])
def test_a_field_that_is_called_otherwise_is_noticed(
    world: GoldenWorld, server: Server, field: str
) -> None:
    bad = world.world.run_instance(WORKLOAD, REGION, world.home_made())
    told = json.loads(json.dumps(handler(state(bad))).replace(f'"{field}"', '"renamed"'))
    with pytest.raises(KeyError):
        quarantined(state(bad), lambda _: told)
