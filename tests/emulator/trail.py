"""CloudTrail's LookupEvents. Codes: API reference. UNVERIFIED: all texts."""

from collections.abc import Callable
from datetime import UTC, datetime

from .dispatch import Handler, Params, Result, page
from .errors import ApiError
from .history import Event
from .records import Caller
from .world import World

RECORDED = ("CopyImage", "CreateImage", "RegisterImage", "RunInstances")
MOST = 50
ATTRIBUTES: dict[str, Callable[[Event], list[str]]] = {
    "EventId": lambda event: [event.id],
    "EventName": lambda event: [event.record["eventName"]],
    "EventSource": lambda event: [event.record["eventSource"]],
    "ResourceName": lambda event: [name for _, name in event.resources],
    "ResourceType": lambda event: [type for type, _ in event.resources],
}


def lookup_events(world: World, caller: Caller, params: Params) -> Result:
    attributes = params.get("LookupAttributes", [])
    if len(attributes) > 1:
        raise ApiError("InvalidLookupAttributesException", "Only one attribute can be looked up.")
    since, until = (_time(params.get(name)) for name in ("StartTime", "EndTime"))
    if since and until and since > until:
        raise ApiError("InvalidTimeRangeException", "The start time is after the end time.")
    if not 1 <= params.get("MaxResults", MOST) <= MOST:
        raise ApiError("InvalidMaxResultsException", f"1 to {MOST} results can be asked for.")
    found = [
        event.shown
        for event in world.history(caller)
        if (since is None or event.time >= since)
        and (until is None or event.time <= until)
        and all(
            each["AttributeValue"] in ATTRIBUTES[each["AttributeKey"]](event) for each in attributes
        )
    ]
    return page(world, {"MaxResults": MOST, **params}, "Events", found)


def _time(told: float | None) -> datetime | None:
    return None if told is None else datetime.fromtimestamp(told, UTC)


HANDLERS: dict[str, Handler] = {"LookupEvents": lookup_events}
