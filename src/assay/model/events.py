"""CloudTrail's events about images: which image was made from what and by whom, and launches."""

from datetime import datetime
from enum import StrEnum

import msgspec


class Attribute(StrEnum):
    """The attributes by which CloudTrail looks up events; a lookup can use one."""

    NAME = "EventName"
    RESOURCE = "ResourceName"
    """The id of an image or of an instance."""


class EventName(StrEnum):
    """The calls that are read: three make an image, one launches instances from it."""

    CREATE_IMAGE = "CreateImage"
    COPY_IMAGE = "CopyImage"
    REGISTER_IMAGE = "RegisterImage"
    RUN_INSTANCES = "RunInstances"


MAKING = (EventName.CREATE_IMAGE, EventName.COPY_IMAGE, EventName.REGISTER_IMAGE)


class EventSearch(msgspec.Struct, frozen=True, gc=False):
    """A search for events with one name or about one resource, within a period."""

    attribute: Attribute
    value: str
    since: datetime | None = None
    until: datetime | None = None


class ImageEvent(msgspec.Struct, frozen=True, gc=False):
    """A successful call to EC2. None: the event lacks the value, or has it in an unknown form."""

    event_id: str
    name: EventName
    image_id: str
    """The image that was made, or that instances were launched from."""
    account: str
    """The account whose event history contains it."""
    region: str
    time: datetime | None = None
    by: str | None = None
    """The ARN of the caller, or the name of the AWS service that called."""
    source_image_id: str | None = None
    """For CopyImage."""
    source_image_region: str | None = None
    instances: tuple[str, ...] = ()
    """For CreateImage, the instance it was made from; for RunInstances, the launched instances."""
    snapshots: tuple[str, ...] | None = None
    """For RegisterImage. Their form in its events is undocumented; inferred: the same as in events
    of RunInstances."""
