"""CloudTrail's event history: what was called to make images and to launch from them."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from .records import Caller, partition

EC2, APPSTREAM = "ec2.amazonaws.com", "appstream.amazonaws.com"
KEPT = timedelta(days=90)
"""CloudTrail User Guide, "Working with CloudTrail event history"."""


@dataclass(slots=True)
class Event:
    """A call that CloudTrail recorded, open to change on purpose."""

    number: int
    account: str
    region: str
    name: str
    time: datetime
    asked: dict[str, Any] | None
    answer: dict[str, Any] | None
    resources: tuple[tuple[str, str], ...] = ()
    """Type and name of each."""
    by: str | None = None
    more: dict[str, Any] = field(default_factory=dict)
    """Other members of its record, such as `errorCode`, or what stands in place of its own."""

    @property
    def id(self) -> str:
        return f"00000000-0000-4000-8000-{self.number:012x}"

    @property
    def record(self) -> dict[str, Any]:
        """What its JSON holds."""
        arn = self.by or f"arn:{partition(self.region)}:iam::{self.account}:user/tester"
        return {
            "eventVersion": "1.11",
            "userIdentity": {"type": "IAMUser", "arn": arn, "accountId": self.account},
            "eventTime": self.time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "eventSource": EC2,
            "eventName": self.name,
            "awsRegion": self.region,
            "sourceIPAddress": "192.0.2.1",
            "userAgent": "aws-cli/2.0",
            "requestParameters": self.asked,
            "responseElements": self.answer,
            "eventID": self.id,
            "eventType": "AwsApiCall",
            "recipientAccountId": self.account,
            **self.more,
        }

    @property
    def shown(self) -> dict[str, Any]:
        """As LookupEvents answers it."""
        record = self.record
        return {
            "EventId": self.id,
            "EventName": record["eventName"],
            "EventSource": record["eventSource"],
            "EventTime": self.time,
            "ReadOnly": "false",
            "Resources": [
                {"ResourceType": type, "ResourceName": name} for type, name in self.resources
            ],
            "CloudTrailEvent": json.dumps(record),
        }


class History:
    """What every account called.

    UNVERIFIED: which resources an event names, and all of RegisterImage's parameters; those of the
    others are as public samples have them.
    """

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Event] = []

    def record(
        self,
        account: str,
        region: str,
        name: str,
        *,
        asked: dict[str, Any] | None,
        answer: dict[str, Any] | None,
        resources: tuple[tuple[str, str], ...] = (),
        by: str | None = None,
        at: datetime | None = None,
        **more: Any,
    ) -> Event:
        """Write a call down."""
        time, number = at or self.now(), len(self.events)
        event = Event(number, account, region, name, time, asked, answer, resources, by, more)
        self.events.append(event)
        return event

    def record_failure(self, caller: Caller, name: str, code: str) -> None:
        """A call that made nothing."""
        failed = f"Client.{code}"
        self.record(
            caller.account, caller.region, name, asked={}, answer=None, by=caller.arn,
            errorCode=failed,
        )  # fmt: skip

    def record_appstream(self, account: str, region: str) -> None:
        """AppStream's own CreateImage, which makes none of EC2's images."""
        self.record(
            account, region, "CreateImage", asked={}, answer=None,
            eventSource=APPSTREAM, eventType="AwsServiceEvent",
        )  # fmt: skip

    def history(self, caller: Caller) -> list[Event]:
        """What LookupEvents can still tell somebody, the newest first."""
        first = self.now() - KEPT
        told = [
            event
            for event in reversed(self.events)
            if (event.account, event.region) == (caller.account, caller.region)
            and event.time >= first
        ]
        return sorted(told, key=lambda event: event.time, reverse=True)

    def now(self) -> datetime:
        raise NotImplementedError


def of_image(image_id: str) -> tuple[str, str]:
    return ("AWS::EC2::Ami", image_id)


def of_instance(instance_id: str) -> tuple[str, str]:
    return ("AWS::EC2::Instance", instance_id)
