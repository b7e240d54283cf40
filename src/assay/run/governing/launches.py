"""Launches reported by EventBridge: judged as they happen, with messages for subscribers.

Two events say that an instance starts. The change of its state needs no trail and covers everything
that launches (Auto Scaling, Spot, fleets), but only names the instance. RunInstances from
CloudTrail names image and caller, if there is a trail. Both are judged by what EC2 says about the
instance.

Facts: EC2 User Guide, "Amazon EC2 instance state change events"; EventBridge User Guide, "AWS
service events delivered via AWS CloudTrail".
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from assay.errors import InputError
from assay.model import Outcome, Place, worst
from assay.model.ids import is_account, is_region
from assay.run.governing.judging import Judgement
from assay.run.governing.resources import INSTANCE, Resource

STARTING = ("pending", "running")
IGNORED = "ignored"
_INSTANCE_ID = re.compile("i-[0-9A-Za-z]{8,38}")
"""The examples in AWS's guides contain letters that real ids do not have."""
MOST = 1_000
"""The maximum number of instances that one call of RunInstances may start."""


class Launch(msgspec.Struct, frozen=True):
    """What has started, and where."""

    place: Place
    instances: Mapping[str, str | None]
    """By instance id, the image that the event names. Empty if nothing has started: a stop, or a
    call that failed.
    """
    source: str
    """`state-change` or `cloudtrail`."""


def read_launch(raw: Any) -> Launch:
    """Read an event delivered by EventBridge. Raises `InputError` for any other."""
    event = raw if isinstance(raw, Mapping) else {}
    account, region, detail = event.get("account"), event.get("region"), event.get("detail")
    if event.get("source") != "aws.ec2" or not isinstance(detail, Mapping):
        raise InputError("not an event of EC2: `source` is not aws.ec2, or `detail` is missing")
    if not is_account(account) or not is_region(region):
        raise InputError("the event contains no account or no Region")
    place = Place.of(region, account)
    match event.get("detail-type"):
        case "EC2 Instance State-change Notification":
            return Launch(place, _by_state(detail), "state-change")
        case "AWS API Call via CloudTrail":
            return Launch(place, _by_call(detail, account, region), "cloudtrail")
    raise InputError("neither a change of an instance's state nor a call that CloudTrail recorded")


def _by_state(detail: Mapping[str, Any]) -> dict[str, str | None]:
    if not isinstance(detail.get("state"), str):
        raise InputError("the event contains no state")
    if detail["state"] not in STARTING:
        return {}
    return {_instance(detail.get("instance-id")): None}


def _by_call(detail: Mapping[str, Any], account: str, region: str) -> dict[str, str | None]:
    if detail.get("eventSource") != "ec2.amazonaws.com":
        raise InputError("the call is not an EC2 call")
    if detail.get("eventName") != "RunInstances":
        raise InputError("the call is not RunInstances")
    # An event forwarded from another account's bus contains that account
    if detail.get("awsRegion") != region or detail.get("recipientAccountId", account) != account:
        raise InputError("the call belongs to another account or Region than its event")
    if detail.get("errorCode") is not None:
        return {}
    answer = detail.get("responseElements")
    listed = answer.get("instancesSet") if isinstance(answer, Mapping) else None
    items = listed.get("items") if isinstance(listed, Mapping) else None
    if not isinstance(items, list) or not items or len(items) > MOST:
        raise InputError("the call names no instance that it started")
    named = [each if isinstance(each, Mapping) else {} for each in items]
    return {_instance(each.get("instanceId")): each.get("imageId") for each in named}


def _instance(id: Any) -> str:
    if not isinstance(id, str) or not _INSTANCE_ID.fullmatch(id):
        raise InputError("the event names an instance in a form that EC2 does not have")
    return id


def resources_of(launch: Launch) -> list[Resource]:
    """Return the resources to judge."""
    return [
        Resource(INSTANCE, id, launch.place, {"imageId": image})
        for id, image in launch.instances.items()
    ]


def document(launch: Launch, judged: Sequence[Judgement], policy_sha256: str) -> dict[str, Any]:
    """Return a document for state machines: `outcome` is the worst of all instances, or `ignored`."""
    outcomes = {each.outcome for each in judged}
    return {
        "schema_version": 1,
        "kind": "launch",
        "outcome": worst(outcomes).value if outcomes else IGNORED,
        "source": launch.source,
        "account": launch.place.account,
        "region": launch.place.region,
        "policy_sha256": policy_sha256,
        "instances": [
            {
                "instance_id": each.resource.id,
                "image_id": each.image_id,
                "outcome": each.outcome.value,
                "rules": list(each.rules),
                "reason": each.reason,
                "lineage": list(each.lineage),
            }
            for each in judged
        ],
    }


def messages(
    launch: Launch, judged: Sequence[Judgement], policy_sha256: str, most: int
) -> Iterator[tuple[Outcome, str]]:
    """Yield the messages for a topic, with their outcomes.

    Each is the document as text, in parts of at most `most` bytes. Parts in which everything passes
    are left out.
    """
    outcome = worst({each.outcome for each in judged}) if judged else Outcome.PASS
    if outcome is Outcome.PASS:
        return
    text = json.dumps(document(launch, judged, policy_sha256), indent=1)
    if len(text.encode()) <= most or len(judged) == 1:
        yield outcome, text
        return
    middle = len(judged) // 2
    for half in (judged[:middle], judged[middle:]):
        yield from messages(launch, half, policy_sha256, most)
