"""The emulator's event history, asked by the real SDK over HTTP."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator import Server, World, sdk, serve
from tests.emulator.sdk import error_of

HOME, MEMBER = "111122223333", "222222222222"
EAST = "us-east-1"


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    with serve(world) as running:
        yield running


def client(server: Server, service: str, account: str = HOME) -> Any:
    return sdk.client(server.url, service, account, EAST)


def records(server: Server, name: str, account: str = HOME) -> list[dict[str, Any]]:
    wanted = [{"AttributeKey": "EventName", "AttributeValue": name}]
    found = client(server, "cloudtrail", account).lookup_events(LookupAttributes=wanted)
    return [json.loads(event["CloudTrailEvent"]) for event in found["Events"]]


def test_calls_are_recorded_those_that_fail_as_such(world: World, server: Server) -> None:
    base = world.register_image(HOME, EAST, name="base")
    ec2 = client(server, "ec2")
    launched = ec2.run_instances(ImageId=base, MinCount=1, MaxCount=1)["Instances"][0]
    made = ec2.create_image(InstanceId=launched["InstanceId"], Name="made")["ImageId"]
    error_of(ec2.create_image, InstanceId="i-00000000", Name="none")
    failed, (record,) = (records(server, "CreateImage")[:1], records(server, "CreateImage")[1:])
    assert record["responseElements"] == {"imageId": made}
    assert record["requestParameters"]["instanceId"] == launched["InstanceId"]
    assert failed[0]["errorCode"] == "Client.InvalidInstanceID.NotFound"
    assert failed[0]["responseElements"] is None
    assert records(server, "CreateImage", MEMBER) == []
    volume = {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": "snap-00000001"}}
    ec2.register_image(Name="registered", BlockDeviceMappings=[volume])
    told = records(server, "RegisterImage")[0]["requestParameters"]["blockDeviceMapping"]
    assert told == {"items": [{"deviceName": "/dev/xvda", "ebs": {"snapshotId": "snap-00000001"}}]}


def test_what_cloudtrail_does_not_take(world: World, server: Server) -> None:
    ask = client(server, "cloudtrail").lookup_events
    name = {"AttributeKey": "EventName", "AttributeValue": "CopyImage"}
    two = error_of(ask, LookupAttributes=[name, name])
    assert two[0] == "InvalidLookupAttributesException"
    span = error_of(ask, StartTime="2026-11-02T00:00:00Z", EndTime="2026-11-01T00:00:00Z")
    assert span[0] == "InvalidTimeRangeException"
    world.deny(HOME, "LookupEvents")
    assert error_of(ask)[0] == "AccessDeniedException"
