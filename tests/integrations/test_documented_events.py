"""The example events of AWS's documentation, as they stand there: each ends in the right evaluation."""

import json
from collections.abc import Callable
from datetime import datetime
from hashlib import sha256
from typing import Any

import pytest

from assay.integrations import config_rule, events
from assay.integrations.surroundings import this_function
from tests.command import talking_to
from tests.emulator import Server
from tests.integrations.conftest import PARAMETER, POLICY, Latest
from tests.worlds import REGION, GoldenWorld

DOCUMENTED = "123456789012"
TOKEN = "myResultToken"
Judge = Callable[[bool], dict[str, Any]]

ITEM = {
    "configurationItemCaptureTime": "2016-02-17T01:36:34.043Z",
    "awsAccountId": DOCUMENTED,
    "configurationItemStatus": "OK",
    "resourceId": "i-00000000",
    "ARN": f"arn:aws:ec2:us-east-2:{DOCUMENTED}:instance/i-00000000",
    "awsRegion": "us-east-2",
    "availabilityZone": "us-east-2a",
    "resourceType": "AWS::EC2::Instance",
    "tags": {"Foo": "Bar"},
    "relationships": [
        {
            "resourceId": "eipalloc-00000000",
            "resourceType": "AWS::EC2::EIP",
            "name": "Is attached to ElasticIp",
        }
    ],
    "configuration": {"foo": "bar"},
}
SUMMARY = {
    "changeType": "UPDATE",
    "configurationItemVersion": "1.2",
    "configurationItemCaptureTime": "2016-10-06T16:46:16.261Z",
    "configurationStateId": 0,
    "awsAccountId": DOCUMENTED,
    "configurationItemStatus": "OK",
    "resourceType": "AWS::EC2::Instance",
    "resourceId": "i-00000000",
    "resourceName": None,
    "ARN": f"arn:aws:ec2:us-west-2:{DOCUMENTED}:instance/i-00000000",
    "awsRegion": "us-west-2",
    "availabilityZone": "us-west-2a",
    "configurationStateMd5Hash": "8f1ee69b287895a0f8bc5753eca68e96",
    "resourceCreationTime": "2016-10-06T16:46:10.489Z",
}
SCHEDULED = {
    "awsAccountId": DOCUMENTED,
    "notificationCreationTime": "2016-07-13T21:50:00.373Z",
    "messageType": "ScheduledNotification",
    "recordVersion": "1.0",
}
DELIVERED = {
    "configSnapshotId": "00000000-0000-0000-0000-000000000000",
    "s3ObjectKey": "AWSLogs/000000000000/Config/us-east-1/2016/2/24/ConfigSnapshot/snapshot.json.gz",
    "s3Bucket": "config-bucket",
    "notificationCreationTime": "2016-02-24T18:23:20.328Z",
    "messageType": "ConfigurationSnapshotDeliveryCompleted",
    "recordVersion": "1.1",
}
STATE = {
    "id": "7bf73129-1428-4cd3-a780-95db273d1602",
    "detail-type": "EC2 Instance State-change Notification",
    "source": "aws.ec2",
    "account": DOCUMENTED,
    "time": "2021-11-11T21:29:54Z",
    "region": "us-east-1",
    "resources": [f"arn:aws:ec2:us-east-1:{DOCUMENTED}:instance/i-1234567890abcdef0"],
    "detail": {"instance-id": "i-1234567890abcdef0", "state": "pending"},
}
"""EC2 User Guide, "State change events for Amazon EC2 instances"."""


def of_config(message: Any, region: str) -> dict[str, Any]:
    """AWS Config Developer Guide, "Example Events for AWS Config Rules"."""
    return {
        "invokingEvent": json.dumps(message),
        "ruleParameters": '{"myParameterKey":"myParameterValue"}',
        "resultToken": TOKEN,
        "eventLeftScope": False,
        "executionRoleArn": f"arn:aws:iam::{DOCUMENTED}:role/config-role",
        "configRuleArn": f"arn:aws:config:{region}:{DOCUMENTED}:config-rule/config-rule-0123456",
        "configRuleName": "change-triggered-config-rule",
        "configRuleId": "config-rule-0123456",
        "accountId": DOCUMENTED,
        "version": "1.0",
    }


class There:
    """A function in the account and the Region of an example, and the instance that it is about."""

    def __init__(self, world: GoldenWorld, server: Server, at: pytest.MonkeyPatch) -> None:
        self.world, self._server, self._at = world, server, at
        world.world.governance.tokens.add(TOKEN)

    def instance(self, id: str, region: str, *, golden: bool) -> None:
        world = self.world.world
        world.put_parameter(DOCUMENTED, region, PARAMETER, POLICY, "text")
        world.share(self.world.golden, REGION, DOCUMENTED)
        source = self.world.golden if golden else self.world.home_made(DOCUMENTED)
        image = world.copy_image(DOCUMENTED, region, source, REGION, name="web")
        made = world.instances.pop(world.run_instance(DOCUMENTED, region, image))
        made.instance_id = id
        world.instances[id] = made
        self._function(region)

    def _function(self, region: str) -> None:
        around = {
            **talking_to(self._server.url, DOCUMENTED),
            "AWS_REGION": region,
            "ASSAY_POLICY": f"ssm:{PARAMETER}:1",
            "ASSAY_POLICY_SHA256": sha256(POLICY.encode()).hexdigest(),
            "ASSAY_TOPIC_ARN": f"arn:aws:sns:{region}:{DOCUMENTED}:launches",
        }
        for name, value in around.items():
            self._at.setenv(name, value)
        this_function.cache_clear()


@pytest.fixture(name="there")
def _there(world: GoldenWorld, server: Server, monkeypatch: pytest.MonkeyPatch) -> There:
    return There(world, server, monkeypatch)


CHANGED = {"configurationItem": ITEM, "messageType": "ConfigurationItemChangeNotification"}
OVERSIZED = {
    "configurationItemSummary": SUMMARY,
    "messageType": "OversizedConfigurationItemChangeNotification",
}


@pytest.mark.parametrize("golden", [True, False])
@pytest.mark.parametrize(
    ("message", "region", "captured"),
    [
        (CHANGED, "us-east-2", "2016-02-17T01:36:34.043+00:00"),
        (OVERSIZED, "us-west-2", "2016-10-06T16:46:16.261+00:00"),
    ],
)
def test_a_change_of_an_instance(
    there: There, latest: Latest, message: Any, region: str, captured: str, golden: bool
) -> None:
    there.instance("i-00000000", region, golden=golden)
    said = "COMPLIANT" if golden else "NON_COMPLIANT"
    assert config_rule.handler(of_config(message, region)) == {said: 1}
    assert latest()["i-00000000"][0] == said
    (written,) = there.world.world.governance.evaluations
    ordered = datetime.fromtimestamp(
        written["OrderingTimestamp"], datetime.fromisoformat(captured).tzinfo
    )
    assert abs((ordered - datetime.fromisoformat(captured)).total_seconds()) < 1


@pytest.mark.parametrize("status", ["ResourceDeleted", "ResourceDeletedNotRecorded"])
def test_a_resource_that_was_deleted(there: There, latest: Latest, status: str) -> None:
    there.instance("i-11111111", "us-east-2", golden=True)
    item = {**ITEM, "configurationItemStatus": status, "configuration": None}
    message = {**CHANGED, "configurationItem": item}
    assert config_rule.handler(of_config(message, "us-east-2")) == {"NOT_APPLICABLE": 1}
    assert latest() == {"i-00000000": ("NOT_APPLICABLE", "it no longer exists")}


@pytest.mark.parametrize("message", [SCHEDULED, DELIVERED])
def test_a_period(there: There, latest: Latest, message: Any) -> None:
    there.instance("i-00000000", "us-east-1", golden=False)
    told = config_rule.handler(of_config(message, "us-east-1"))
    assert told == {"COMPLIANT": 1, "NON_COMPLIANT": 1}
    assert latest()["i-00000000"][0] == "NON_COMPLIANT"
    assert latest()[DOCUMENTED] == ("COMPLIANT", "everything was seen; resources judged: 1")


@pytest.mark.parametrize("state", ["pending", "running"])
@pytest.mark.parametrize(("golden", "outcome"), [(True, "pass"), (False, "fail")])
def test_a_start(there: There, state: str, golden: bool, outcome: str) -> None:
    there.instance("i-1234567890abcdef0", "us-east-1", golden=golden)
    told = events.handler(
        {**STATE, "detail": {"instance-id": "i-1234567890abcdef0", "state": state}}
    )
    assert (told["outcome"], told["account"], told["region"]) == (outcome, DOCUMENTED, "us-east-1")
    assert len(there.world.world.governance.messages) == (not golden)


@pytest.mark.parametrize("state", ["stopping", "stopped", "shutting-down", "terminated"])
def test_an_end(there: There, state: str) -> None:
    there.instance("i-1234567890abcdef0", "us-east-1", golden=False)
    told = events.handler(
        {**STATE, "detail": {"instance-id": "i-1234567890abcdef0", "state": state}}
    )
    assert told["outcome"] == "ignored"
