"""What CloudTrail recorded of images: who made which from what, and what was launched."""

from datetime import datetime
from enum import StrEnum

import msgspec


class Attribute(StrEnum):
    """By what CloudTrail looks events up; it takes one of them."""

    NAME = "EventName"
    RESOURCE = "ResourceName"
    """The id of an image or of an instance."""


class EventName(StrEnum):
    """The calls that are told: three make an image, one launches instances from one."""

    CREATE_IMAGE = "CreateImage"
    COPY_IMAGE = "CopyImage"
    REGISTER_IMAGE = "RegisterImage"
    RUN_INSTANCES = "RunInstances"


MAKING = (EventName.CREATE_IMAGE, EventName.COPY_IMAGE, EventName.REGISTER_IMAGE)


class EventSearch(msgspec.Struct, frozen=True, gc=False):
    """Which events are wanted: those of one name or about one resource, within a span of time."""

    attribute: Attribute
    value: str
    since: datetime | None = None
    until: datetime | None = None


class ImageEvent(msgspec.Struct, frozen=True, gc=False):
    """A call to EC2 that succeeded. None means that the event does not tell, or in no form that is known."""

    event_id: str
    name: EventName
    image_id: str
    """The image that was made, or that instances were launched from."""
    account: str
    """In whose event history it stands."""
    region: str
    time: datetime | None = None
    by: str | None = None
    """The ARN of whoever called, or the name of the AWS service that did."""
    source_image_id: str | None = None
    """Of CopyImage."""
    source_image_region: str | None = None
    instances: tuple[str, ...] = ()
    """Of CreateImage that which the image was made of, of RunInstances those that were launched."""
    snapshots: tuple[str, ...] | None = None
    """Of RegisterImage. Nobody documents how its event names them: what is read here is the form that
    RunInstances' events have, which is inferred."""
