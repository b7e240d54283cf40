"""EventBridge's events about launches as a function: what started is judged, told, and can be chosen by."""

import copy
import json
from typing import Any

import pytest

from assay.errors import AssayError
from assay.integrations.events import handler
from tests.emulator import Server
from tests.emulator.faults import Fault, Happening
from tests.integrations.conftest import TOPIC, operations
from tests.worlds import REGION, STRANGER, WORKLOAD, GoldenWorld

TIME = "2026-11-29T12:00:00Z"


def event(kind: str, detail: dict[str, Any], **other: Any) -> dict[str, Any]:
    return {
        "id": "7bf73129-1428-4cd3-a780-95db273d1602",
        "detail-type": kind,
        "source": "aws.ec2",
        "account": WORKLOAD,
        "time": TIME,
        "region": REGION,
        "resources": [],
        "version": "0",
        "detail": detail,
        **other,
    }


def state(id: str, to: str = "running", **other: Any) -> dict[str, Any]:
    """EC2 User Guide, "Amazon EC2 instance state change events"."""
    kind = "EC2 Instance State-change Notification"
    return event(kind, {"instance-id": id, "state": to}, **other)


def call(*ids: str, image: Any = "ami-0123456789abcdef0", **other: Any) -> dict[str, Any]:
    """A RunInstances as CloudTrail records it (CloudTrail User Guide, "CloudTrail record contents")."""
    items = [{"instanceId": id, "imageId": image} for id in ids]
    detail = {
        "eventVersion": "1.08",
        "userIdentity": {"type": "IAMUser", "arn": f"arn:aws:iam::{WORKLOAD}:user/alice"},
        "eventTime": TIME,
        "eventSource": "ec2.amazonaws.com",
        "eventName": "RunInstances",
        "awsRegion": REGION,
        "requestParameters": {"instancesSet": {"items": [{"minCount": 1, "maxCount": 1}]}},
        "responseElements": {"reservationId": "r-0a", "instancesSet": {"items": items}},
        "eventType": "AwsApiCall",
        "recipientAccountId": WORKLOAD,
        **other,
    }
    return event("AWS API Call via CloudTrail", detail)


def test_a_launch_from_a_golden_image_passes_and_is_told_to_nobody(
    world: GoldenWorld, server: Server
) -> None:
    image = world.copy()
    instance = world.world.run_instance(WORKLOAD, REGION, image)
    told = handler(state(instance, "pending"))
    assert (told["outcome"], told["account"], told["region"]) == ("pass", WORKLOAD, REGION)
    (one,) = told["instances"]
    assert (one["image_id"], one["rules"]) == (image, [])
    assert one["lineage"][:2] == [image, world.golden]
    assert world.world.governance.messages == []
    json.dumps(told)


def test_a_launch_from_an_unmarked_image_fails_and_is_told(
    world: GoldenWorld, server: Server
) -> None:
    instance = world.world.run_instance(WORKLOAD, REGION, world.home_made())
    told = handler(state(instance))
    assert (told["outcome"], told["instances"][0]["rules"]) == ("fail", ["unmarked"])
    (message,) = world.world.governance.messages
    assert message["TopicArn"] == TOPIC
    assert message["Subject"] == f"assay: fail in {WORKLOAD}/{REGION}"
    assert json.loads(message["Message"]) == told


def test_a_call_names_several_instances_and_the_worst_counts(
    world: GoldenWorld, server: Server
) -> None:
    good = world.world.run_instance(WORKLOAD, REGION, world.copy())
    bad = world.world.run_instance(WORKLOAD, REGION, world.home_made())
    told = handler(call(good, bad))
    assert told["outcome"] == "fail"
    assert {each["instance_id"]: each["outcome"] for each in told["instances"]} == {
        good: "pass",
        bad: "fail",
    }


@pytest.mark.parametrize(
    "raw",
    [
        state("i-0123456789abcdef0", "terminated"),
        call(
            "i-0123456789abcdef0", errorCode="Client.InstanceLimitExceeded", responseElements=None
        ),
    ],
)
def test_what_starts_nothing_is_ignored_and_asks_nobody(server: Server, raw: Any) -> None:
    told = handler(raw)
    assert (told["outcome"], told["instances"], len(server.requests)) == ("ignored", [], 0)


def test_a_replayed_event_says_the_same(world: GoldenWorld, server: Server) -> None:
    instance = world.world.run_instance(WORKLOAD, REGION, world.copy())
    assert handler(state(instance)) == handler(state(instance))


def test_another_account_is_looked_at_by_its_reader_or_not_at_all(
    world: GoldenWorld, server: Server
) -> None:
    instance = world.world.run_instance(
        STRANGER, REGION, world.world.register_image(STRANGER, REGION, name="theirs")
    )
    told = handler(state(instance, account=STRANGER))
    assert told["outcome"] == "undetermined"
    assert "no reader for account" in told["instances"][0]["reason"]


def test_missing_evidence_never_passes(
    world: GoldenWorld, server: Server, faults: Happening
) -> None:
    instance = world.world.run_instance(WORKLOAD, REGION, world.copy())
    faults.of = {"GetParameters": lambda: Fault(403, "AccessDeniedException")}
    assert handler(state(instance))["outcome"] == "undetermined"
    faults.of = {"DescribeInstanceImageMetadata": lambda: Fault(403, "UnauthorizedOperation")}
    assert handler(state(instance))["outcome"] == "undetermined"
    line = ("DescribeImages", "GetImageAncestry")
    faults.of = {each: lambda: Fault(403, "UnauthorizedOperation") for each in line}
    assert handler(state(instance))["outcome"] == "undetermined"
    faults.of = {}
    assert handler(state("i-0123456789abcdef0"))["outcome"] == "undetermined"
    assert handler(state(instance))["outcome"] == "pass"


def test_a_topic_that_cannot_be_told_is_an_error(
    world: GoldenWorld, server: Server, faults: Happening
) -> None:
    instance = world.world.run_instance(WORKLOAD, REGION, world.home_made())
    faults.of["Publish"] = lambda: Fault(403, "AuthorizationError")
    with pytest.raises(AssayError, match="sns:Publish"):
        handler(state(instance))


NONE = [
    None,
    {},
    "text",
    event("EC2 Instance State-change Notification", {}),
    event("Scheduled Event", {}),
    state("sg-0123456789abcdef0"),
    state("i-'; DROP TABLE"[:8]),
    state("i-0123456789abcdef0", source="aws.s3"),
    state("i-0123456789abcdef0", account="me"),
    state("i-0123456789abcdef0", region="*"),
    call("i-0123456789abcdef0", eventSource="appstream.amazonaws.com"),
    call("i-0123456789abcdef0", eventName="CreateImage"),
    call("i-0123456789abcdef0", responseElements=None),
    call("i-0123456789abcdef0", awsRegion="eu-west-1"),
    call("i-0123456789abcdef0", recipientAccountId=STRANGER),
    call(),
]


@pytest.mark.parametrize("raw", NONE)
def test_an_event_that_is_none_is_an_error_of_one_line(server: Server, raw: Any) -> None:
    with pytest.raises(AssayError) as raised:
        handler(copy.deepcopy(raw))
    assert "\n" not in str(raised.value)
    assert operations(server) == []


def test_a_warm_function_needs_few_round_trips(world: GoldenWorld, server: Server) -> None:
    first, second = (world.world.run_instance(WORKLOAD, REGION, world.copy()) for _ in range(2))
    handler(state(first))
    before = len(server.requests)
    handler(state(second))
    asked = operations(server)[before:]
    assert asked[0] == "DescribeInstanceImageMetadata"
    assert len(asked) <= 4
