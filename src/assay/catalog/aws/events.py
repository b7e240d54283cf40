"""What CloudTrail's event history says about images: LookupEvents.

Facts: CloudTrail API Reference, LookupEvents (one attribute a call, 50 events a page, newest first,
90 days, two calls a second for each account and Region); CloudTrail User Guide, "CloudTrail record
contents" (`errorCode`, `eventSource`, `userIdentity`). Events of CreateImage, CopyImage and
RunInstances are read in the form that public samples show. AppStream records its own CreateImage,
so the source must be EC2. A call that failed has an `errorCode` and made nothing. No sample of
RegisterImage is known: that it names snapshots in the way RunInstances does is inferred, and
anything in another form is left out. That the events of an image have its id as a resource is also
inferred.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from assay.catalog.aws import ec2
from assay.catalog.aws.listed import listed, text
from assay.catalog.aws.sdk import Sdk
from assay.catalog.fleet_questions import EventsKey
from assay.catalog.interface import Pages
from assay.model import ids
from assay.model.events import EventName, ImageEvent

EVENTS_A_PAGE = 50
_EC2 = "ec2.amazonaws.com"
_CALLER = r"arn:aws[a-z-]*:(?:iam|sts)::[0-9]{12}:[!-~]{1,1000}|[a-z0-9.-]+\.amazonaws\.com"


def image_events(sdk: Sdk, key: EventsKey) -> Pages[ImageEvent]:
    """The successful calls that made images or launched from them."""
    place, wanted = key
    attribute = {"AttributeKey": wanted.attribute.value, "AttributeValue": wanted.value}
    span = {"StartTime": wanted.since, "EndTime": wanted.until}
    pages = sdk.pages(
        place,
        "cloudtrail",
        "LookupEvents",
        "Events",
        LookupAttributes=[attribute],
        MaxResults=EVENTS_A_PAGE,
        **{name: time for name, time in span.items() if time is not None},
    )

    def here(record: Mapping[str, Any]) -> ImageEvent | None:
        """An event of another place is not one of this place's history."""
        found = _event(record)
        if found is None or found.region != place.region:
            return None
        return found if place.account in (None, found.account) else None

    return listed("cloudtrail:LookupEvents", map(_of_ec2, pages), here)


def _of_ec2(page: Iterable[Any]) -> list[Mapping[str, Any]]:
    """The records of the relevant calls, without failed calls and calls to other services."""
    return [each for raw in page if (each := _record(raw)) is not None]


def _record(raw: Any) -> Mapping[str, Any] | None:
    """CloudTrail's own record of a call, empty (so that the list is incomplete) if unreadable."""
    if text(raw, "EventName") not in (*EventName, None):
        return None
    if text(raw, "EventSource") not in (_EC2, None):
        return None
    try:
        record = msgspec.json.decode(text(raw, "CloudTrailEvent") or "")
    except msgspec.DecodeError:
        return {}
    if not isinstance(record, dict):
        return {}
    if record.get("eventSource") != _EC2 or record.get("errorCode") is not None:
        return None
    return record if record.get("eventName") in list(EventName) else None


def _event(record: Mapping[str, Any]) -> ImageEvent | None:
    """None if image, account or Region is missing, because the event could be about any image, or
    if what the image was made from cannot be read.
    """
    answer, asked = record.get("responseElements"), record.get("requestParameters")
    name = EventName(record["eventName"]) if record else None
    launched = list(_items(answer, "instancesSet")) if name is EventName.RUN_INSTANCES else []
    image_id = text(launched[0] if launched else answer, "imageId")
    account, region = text(record, "recipientAccountId"), text(record, "awsRegion")
    event_id = text(record, "eventID")
    if not (ids.is_ami_id(image_id) and ids.is_account(account) and ids.is_region(region)):
        return None
    if event_id is None or name is None:
        return None
    made_of = [asked] if name is EventName.CREATE_IMAGE else launched
    source = _formed(asked, "sourceImageId", ids.AMI_ID)
    source_region = _formed(asked, "sourceRegion", ids.REGION)
    instances = tuple(
        id for each in made_of if (id := _formed(each, "instanceId", ids.INSTANCE_ID))
    )
    if name is EventName.COPY_IMAGE and None in (source, source_region):
        return None  # a copy of something is no copy of nothing
    if name is EventName.CREATE_IMAGE and not instances:
        return None
    return ImageEvent(
        event_id=event_id,
        name=name,
        image_id=image_id,
        account=account,
        region=region,
        time=ec2.instant(record.get("eventTime")),
        by=_caller(record.get("userIdentity")),
        source_image_id=source,
        source_image_region=source_region,
        instances=instances,
        snapshots=_snapshots(asked) if name is EventName.REGISTER_IMAGE else None,
    )


def _snapshots(asked: Any) -> tuple[str, ...] | None:
    volumes = [each.get("ebs") for each in _items(asked, "blockDeviceMapping")]
    found = [_formed(each, "snapshotId", ids.SNAPSHOT_ID) for each in volumes]
    return tuple(each for each in found if each) or None


def _items(raw: Any, member: str) -> Iterator[Mapping[str, Any]]:
    """A list in the form that CloudTrail uses for EC2's lists: `{"items": […]}`."""
    held = raw.get(member) if isinstance(raw, Mapping) else None
    items = held.get("items") if isinstance(held, Mapping) else None
    yield from (each for each in items or () if isinstance(each, Mapping))


def _formed(raw: Any, member: str, form: str) -> str | None:
    """A member if it has the expected form, otherwise None."""
    value = text(raw, member)
    return value if ids.has_form(value, form) else None


def _caller(identity: Any) -> str | None:
    """The caller of the API call: only the ARN or the service, nothing else from the record."""
    told = text(identity, "arn") or text(identity, "invokedBy")
    return told if ids.has_form(told, _CALLER) else None
