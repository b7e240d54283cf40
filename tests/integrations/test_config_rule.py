"""The AWS Config rule as a function: documented events in, evaluations out, and never COMPLIANT for nothing."""

import copy
import json
from collections.abc import Callable
from hashlib import sha256
from typing import Any

import pytest

from assay.errors import AssayError
from assay.integrations.config_rule import handler
from assay.integrations.surroundings import this_function
from tests.emulator import Server
from tests.emulator.faults import Fault, Happening
from tests.integrations.conftest import POLICY, Latest
from tests.worlds import REGION, STRANGER, WORKLOAD, GoldenWorld

AT = "2026-11-29T12:00:00.000Z"


def event(message: dict[str, Any], **other: Any) -> dict[str, Any]:
    """As AWS Config sends it: AWS Config Developer Guide, "Example Events for AWS Config Rules"."""
    return {
        "invokingEvent": json.dumps(message),
        "ruleParameters": '{"myParameterKey":"myParameterValue"}',
        "resultToken": "result-token",
        "eventLeftScope": False,
        "executionRoleArn": f"arn:aws:iam::{WORKLOAD}:role/config-role",
        "configRuleArn": f"arn:aws:config:{REGION}:{WORKLOAD}:config-rule/config-rule-0123456",
        "configRuleName": "golden-images",
        "configRuleId": "config-rule-0123456",
        "accountId": WORKLOAD,
        "version": "1.0",
        **other,
    }


def changed(id: str, type: str = "AWS::EC2::Instance", **item: Any) -> dict[str, Any]:
    """The documented message of a change."""
    return {
        "configurationItem": {
            "configurationItemCaptureTime": AT,
            "awsAccountId": WORKLOAD,
            "configurationItemStatus": "ResourceDiscovered",
            "resourceId": id,
            "ARN": f"arn:aws:ec2:{REGION}:{WORKLOAD}:instance/{id}",
            "awsRegion": REGION,
            "availabilityZone": f"{REGION}b",
            "resourceType": type,
            "tags": {"Foo": "Bar"},
            "relationships": [],
            "configuration": {},
            **item,
        },
        "messageType": "ConfigurationItemChangeNotification",
    }


def test_an_instance_of_a_golden_image_complies_and_one_of_none_does_not(
    world: GoldenWorld, server: Server, latest: Latest
) -> None:
    good = world.world.run_instance(WORKLOAD, REGION, world.copy())
    bad = world.world.run_instance(WORKLOAD, REGION, world.home_made())
    assert handler(event(changed(good))) == {"COMPLIANT": 1}
    assert handler(event(changed(bad))) == {"NON_COMPLIANT": 1}
    assert latest()[good] == ("COMPLIANT", "pass: its image descends from a golden one")
    state, told = latest()[bad]
    assert state == "NON_COMPLIANT"
    assert told.startswith("fail: unmarked: ")
    written = world.world.governance.evaluations[0]
    assert written["ComplianceResourceType"] == "AWS::EC2::Instance"
    assert written["OrderingTimestamp"]


def test_an_image_that_is_gone_is_known_by_what_its_instance_tells(
    world: GoldenWorld, server: Server, latest: Latest, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = world.copy()
    instance = world.world.run_instance(WORKLOAD, REGION, image)
    world.world.deregister(image, REGION)
    handler(event(changed(instance)))
    state, told = latest()[instance]
    assert (
        state == "NON_COMPLIANT"
    )  # it has the mark; that its line agrees, nobody can tell any more
    assert told.startswith("undetermined: lineage-mismatch: ")
    lenient = f"{POLICY}require:\n  ancestry: ignore\n"
    world.world.put_parameter(WORKLOAD, REGION, "/assay/policy", lenient, "text")
    monkeypatch.setenv("ASSAY_POLICY", "ssm:/assay/policy:2")
    monkeypatch.setenv("ASSAY_POLICY_SHA256", sha256(lenient.encode()).hexdigest())
    this_function.cache_clear()
    handler(event(changed(instance)))
    assert latest()[instance][0] == "COMPLIANT"


@pytest.mark.parametrize("status", ["ResourceDeleted", "ResourceDeletedNotRecorded"])
def test_what_is_deleted_is_not_applicable(server: Server, latest: Latest, status: str) -> None:
    handler(event(changed("i-0123456789abcdef0", configurationItemStatus=status)))
    assert latest() == {"i-0123456789abcdef0": ("NOT_APPLICABLE", "it no longer exists")}


def test_what_left_the_scope_is_not_applicable(server: Server, latest: Latest) -> None:
    handler(event(changed("i-0123456789abcdef0"), eventLeftScope=True))
    assert latest()["i-0123456789abcdef0"][0] == "NOT_APPLICABLE"


def test_an_oversized_item_is_read_back(world: GoldenWorld, server: Server, latest: Latest) -> None:
    """AWS Config Developer Guide: the summary has no configuration."""
    arn = (
        f"arn:aws:autoscaling:{REGION}:{WORKLOAD}:launchConfiguration:1:launchConfigurationName/web"
    )
    type = "AWS::AutoScaling::LaunchConfiguration"
    item = changed(arn, type)["configurationItem"]
    summary = {key: value for key, value in item.items() if key != "configuration"}
    message = {
        "configurationItemSummary": summary,
        "messageType": "OversizedConfigurationItemChangeNotification",
    }
    handler(event(message))
    assert latest()[arn][0] == "NON_COMPLIANT"
    assert latest()[arn][1].startswith("undetermined: ")
    recorded = json.dumps({"imageId": world.copy(), "launchConfigurationName": "web"})
    world.world.governance.items[type, arn] = {"resourceId": arn, "configuration": recorded}
    handler(event(message))
    assert latest()[arn][0] == "COMPLIANT"


def test_templates_and_groups_are_judged_by_what_they_launch(
    world: GoldenWorld, server: Server, latest: Latest
) -> None:
    golden, unmarked = world.copy(), world.home_made()
    template = world.world.create_launch_template(WORKLOAD, REGION, "web", golden)
    handler(event(changed(template, "AWS::EC2::LaunchTemplate")))
    assert latest()[template][0] == "COMPLIANT"
    world.world.create_launch_template_version(template, unmarked)  # now the latest
    handler(event(changed(template, "AWS::EC2::LaunchTemplate")))
    assert latest()[template][0] == "NON_COMPLIANT"
    arn = f"arn:aws:autoscaling:{REGION}:{WORKLOAD}:autoScalingGroup:1:autoScalingGroupName/web"
    named = {"launchTemplateId": template, "version": "1"}
    group = {"autoScalingGroupName": "web", "launchTemplate": named}
    handler(event(changed(arn, "AWS::AutoScaling::AutoScalingGroup", configuration=group)))
    assert latest()[arn][0] == "COMPLIANT"
    mixed = {
        "launchTemplate": {
            "launchTemplateSpecification": named,
            "overrides": [{"launchTemplateSpecification": {**named, "version": "2"}}],
        }
    }
    group = {"autoScalingGroupName": "web", "mixedInstancesPolicy": mixed}
    handler(event(changed(arn, "AWS::AutoScaling::AutoScalingGroup", configuration=group)))
    assert latest()[arn][0] == "NON_COMPLIANT"


SCHEDULED = {
    "awsAccountId": WORKLOAD,
    "notificationCreationTime": AT,
    "messageType": "ScheduledNotification",
    "recordVersion": "1.0",
}


def test_a_period_looks_at_everything(world: GoldenWorld, server: Server, latest: Latest) -> None:
    good = world.world.run_instance(WORKLOAD, REGION, world.copy())
    bad = [world.world.run_instance(WORKLOAD, REGION, world.home_made()) for _ in range(120)]
    handler(event(SCHEDULED))
    found = {id: state for id, (state, _) in latest().items()}
    assert found[good] == "COMPLIANT"
    assert {found[each] for each in bad} == {"NON_COMPLIANT"}
    assert found[WORKLOAD] == "COMPLIANT"
    assert len(server.calls("PutEvaluations")) == 2


def test_a_period_in_which_something_was_not_seen_does_not_comply(
    world: GoldenWorld, server: Server, latest: Latest
) -> None:
    good = world.world.run_instance(WORKLOAD, REGION, world.copy())
    world.world.denied.add((WORKLOAD, "DescribeAutoScalingGroups"))
    handler(event(SCHEDULED))
    assert latest()[good][0] == "COMPLIANT"
    state, told = latest()[WORKLOAD]
    assert (state, told[:13]) == ("NON_COMPLIANT", "undetermined:")


def test_a_period_where_allowed_amis_hides_images_of_others_is_no_gap(
    world: GoldenWorld, server: Server, latest: Latest
) -> None:
    """The third phase must not turn the fifth red: what depends on a hidden image says so itself."""
    shared = world.world.run_instance(WORKLOAD, REGION, world.golden)
    template = world.world.create_launch_template(WORKLOAD, REGION, "web", world.golden)
    only = [{"ImageProviders": ["amazon"]}]
    world.world.allowed_images(WORKLOAD, REGION, "enabled", only)
    handler(event(SCHEDULED))
    assert latest()[WORKLOAD] == ("COMPLIANT", "everything was seen; resources judged: 2")
    assert latest()[template][0] == "NON_COMPLIANT"
    assert latest()[template][1].startswith("undetermined: not-visible: ")
    assert latest()[shared][0] == "COMPLIANT"


# ------------------------------------------------------------------------- nothing is held back


def test_evaluations_that_fail_are_put_again(
    world: GoldenWorld, server: Server, latest: Latest
) -> None:
    instance = world.world.run_instance(WORKLOAD, REGION, world.home_made())
    world.world.governance.failing[instance] = 2
    handler(event(changed(instance)))
    assert latest()[instance][0] == "NON_COMPLIANT"
    world.world.governance.failing[instance] = 9
    with pytest.raises(AssayError, match="1 of 1 evaluations were not accepted"):
        handler(event(changed(instance)))


def test_a_token_that_is_not_taken_is_an_error(world: GoldenWorld, server: Server) -> None:
    instance = world.world.run_instance(WORKLOAD, REGION, world.copy())
    with pytest.raises(AssayError, match="PutEvaluations"):
        handler(event(changed(instance), resultToken="another"))


def denied(world: GoldenWorld, faults: Happening) -> None:
    for each in ("DescribeInstanceImageMetadata", "DescribeImages", "GetImageAncestry"):
        world.world.denied.add((WORKLOAD, each))


def throttled(world: GoldenWorld, faults: Happening) -> None:
    """The instance tells the marks of its image; whether its line agrees, nobody does."""
    for each in ("DescribeImages", "GetImageAncestry"):
        faults.of[each] = lambda: Fault(503, "RequestLimitExceeded")


def no_policy(world: GoldenWorld, faults: Happening) -> None:
    del world.world.parameters[WORKLOAD, REGION, "/assay/policy"]


def other_policy(world: GoldenWorld, faults: Happening) -> None:
    lax = POLICY.replace("golden-*", "*")
    del world.world.parameters[WORKLOAD, REGION, "/assay/policy"]
    world.world.put_parameter(WORKLOAD, REGION, "/assay/policy", lax, "text")


def policy_denied(world: GoldenWorld, faults: Happening) -> None:
    faults.of["GetParameters"] = lambda: Fault(400, "AccessDeniedException")


@pytest.mark.parametrize("spoil", [denied, throttled, no_policy, other_policy, policy_denied])
def test_missing_evidence_never_complies(
    world: GoldenWorld,
    server: Server,
    faults: Happening,
    latest: Latest,
    spoil: Callable[[GoldenWorld, Happening], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "2")  # each waits longer than the one before
    good = world.world.run_instance(WORKLOAD, REGION, world.copy())
    spoil(world, faults)
    handler(event(changed(good)))
    state, told = latest()[good]
    assert (state, told[:13]) == ("NON_COMPLIANT", "undetermined:")


def test_an_unknown_type_does_not_comply(server: Server, latest: Latest) -> None:
    handler(event(changed("bucket", "AWS::S3::Bucket")))
    assert latest()["bucket"][0] == "NON_COMPLIANT"


def test_no_annotation_is_too_long_or_breaks_a_line(
    world: GoldenWorld, server: Server, latest: Latest
) -> None:
    instance = world.world.run_instance(WORKLOAD, REGION, world.home_made())
    world.world.denied.add((WORKLOAD, "DescribeInstanceImageMetadata"))
    handler(event(changed(instance)))
    assert all(len(told) <= 256 and "\n" not in told for _, told in latest().values())


CUT: list[Any] = [
    None,
    {},
    [],
    "text",
    {"accountId": WORKLOAD, "resultToken": "result-token"},
    event({}),
    event({"messageType": "ConfigurationItemChangeNotification"}),
    event({"messageType": "ConfigurationSnapshotDeliveryCompleted"}),
    {**event(changed("i-0123456789abcdef0")), "invokingEvent": '{"cut'},
    {**event(changed("i-0123456789abcdef0")), "accountId": STRANGER},
    event(changed("i-0123456789abcdef0", awsRegion="eu-west-1")),
    event(changed("i-0123456789abcdef0", awsAccountId=STRANGER)),
    event(changed("i-0123456789abcdef0", configurationItemCaptureTime="yesterday")),
    event(changed("")),
]


@pytest.mark.parametrize("raw", CUT)
def test_an_event_that_is_none_is_an_error_and_no_evaluation(
    server: Server, latest: Latest, raw: Any
) -> None:
    with pytest.raises(AssayError) as raised:
        handler(copy.deepcopy(raw))
    assert "\n" not in str(raised.value)
    assert latest() == {}


def test_a_warm_function_asks_for_its_policy_once(world: GoldenWorld, server: Server) -> None:
    instance = world.world.run_instance(WORKLOAD, REGION, world.copy())
    for _ in range(3):
        handler(event(changed(instance)))
    assert len(server.calls("GetParameters")) == 1
    assert this_function.cache_info().hits == 2


def test_a_policy_that_could_not_be_had_is_asked_for_again(
    world: GoldenWorld, server: Server, faults: Happening, latest: Latest
) -> None:
    instance = world.world.run_instance(WORKLOAD, REGION, world.copy())
    policy_denied(world, faults)
    handler(event(changed(instance)))
    assert latest()[instance][0] == "NON_COMPLIANT"
    faults.of.clear()
    handler(event(changed(instance)))
    assert latest()[instance][0] == "COMPLIANT"
