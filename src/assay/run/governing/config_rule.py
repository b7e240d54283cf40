"""A custom rule of AWS Config: an event in, evaluations out.

Only what passes is COMPLIANT. What is undetermined is NON_COMPLIANT, with an annotation that says
so: AWS Config does not accept INSUFFICIENT_DATA from a rule, and NOT_APPLICABLE, which would hide
it, is for resources that no longer exist.

Facts: AWS Config Developer Guide, "Example Events for AWS Config Rules"; AWS Config API Reference,
PutEvaluations.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from assay.catalog.interface import ImageCatalog, Unavailable
from assay.errors import InputError
from assay.fleet.collecting import collect
from assay.fleet.places import At
from assay.fleet.uses import lists_of
from assay.model import Outcome, Place, Policy
from assay.model.ids import is_account
from assay.model.times import moment
from assay.run.governing.judging import TYPES, Judgement, judge, judge_uses, undetermined
from assay.run.governing.resources import INSTANCE, KINDS, Resource

LONGEST = 256
"""The maximum length of an annotation, in characters."""
ACCOUNT = "AWS::::Account"
PERIODIC = ("ScheduledNotification", "ConfigurationSnapshotDeliveryCompleted")
"""Messages that ask a rule to evaluate everything (AWS Config API Reference, SourceDetail)."""
_GONE = ("ResourceDeleted", "ResourceDeletedNotRecorded", "ResourceNotRecorded")


class Change(msgspec.Struct, frozen=True):
    """A resource that has changed or no longer exists."""

    resource: Resource
    gone: bool
    at: datetime
    whole: bool = True
    """Whether the event contains its configuration."""


class Period(msgspec.Struct, frozen=True):
    """A request to evaluate all resources."""

    at: datetime


class Event(msgspec.Struct, frozen=True):
    """What AWS Config asks about, in which account, and the token for the answer."""

    account: str
    token: str
    about: Change | Period


def read_event(raw: Any, region: str) -> Event:
    """Read an event sent by AWS Config. Raises `InputError` for any other."""
    document = raw if isinstance(raw, Mapping) else {}
    account, token = document.get("accountId"), document.get("resultToken")
    if not is_account(account) or not isinstance(token, str) or not token:
        raise InputError("not an event of an AWS Config rule: accountId or resultToken is missing")
    told = _document(document.get("invokingEvent"))
    kind = told.get("messageType")
    if kind in PERIODIC:
        return Event(account, token, Period(_time(told.get("notificationCreationTime"))))
    whole = kind == "ConfigurationItemChangeNotification"
    if not whole and kind != "OversizedConfigurationItemChangeNotification":
        raise InputError(f"not an event that a rule handles: {_shown(kind)}")
    item = told.get("configurationItem" if whole else "configurationItemSummary")
    if not isinstance(item, Mapping):
        raise InputError("the event has no configuration item")
    return Event(account, token, _change(item, account, region, document, whole=whole))


def _change(
    item: Mapping[str, Any],
    account: str,
    region: str,
    document: Mapping[str, Any],
    *,
    whole: bool,
) -> Change:
    type, id = item.get("resourceType"), item.get("resourceId")
    if not isinstance(type, str) or not isinstance(id, str) or not type or not id:
        raise InputError("the event names no resource")
    if item.get("awsAccountId") != account or item.get("awsRegion") != region:
        raise InputError(f"the event is about another account or Region than {account}/{region}")
    configuration = item.get("configuration")
    gone = item.get("configurationItemStatus") in _GONE or document.get("eventLeftScope") is True
    return Change(
        Resource(
            type[:256],
            id[:768],
            Place.of(region, account),
            configuration if isinstance(configuration, Mapping) else {},
        ),
        gone,
        _time(item.get("configurationItemCaptureTime")),
        whole,
    )


def of_change(
    catalog: ImageCatalog, policy: Policy | str, change: Change, now: datetime, read_back: Any
) -> list[dict[str, Any]]:
    """Return the evaluations for a resource.

    `read_back` returns the configuration of a resource that was too large for the event. An event
    can be much older than now: AWS Config sends the last recorded configuration when a rule is
    created, or is asked to evaluate again.
    """
    resource, at = change.resource, change.at
    if change.gone:
        return [
            _evaluation(resource.type, resource.id, "NOT_APPLICABLE", "it no longer exists", at)
        ]
    if not change.whole and resource.type != INSTANCE:
        item = read_back(resource)
        if isinstance(item, Unavailable):
            return [_of(undetermined(resource, item.reason), at)]
        resource = msgspec.structs.replace(resource, configuration=_recorded(item))
    return [_of(each, at) for each in judge(catalog, policy, [resource], now)]


def _recorded(item: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the recorded configuration, which GetResourceConfigHistory returns as text."""
    return _document(item.get("configuration"))


def of_period(
    catalog: ImageCatalog, policy: Policy | str, here: At, period: Period, now: datetime
) -> list[dict[str, Any]]:
    """Return the evaluations for all instances, templates, groups and launch configurations.

    The last evaluation is for the account: whether these are all.
    """
    account, region = here
    seen = collect(catalog, account, region, lambda: now)
    judged = judge_uses(catalog, policy, here, seen.uses, now)
    if seen.place.lacks(lists_of(TYPES)):
        why = " ".join(f"{seen.place.state}: {seen.place.reason}".split())
        told = "NON_COMPLIANT", f"undetermined: {why}"
    else:
        told = "COMPLIANT", f"everything was seen; resources judged: {len(judged)}"
    return [
        *(_of(each, period.at) for each in judged),
        _evaluation(ACCOUNT, account, *told, period.at),
    ]


def _of(judged: Judgement, at: datetime) -> dict[str, Any]:
    resource = judged.resource
    if judged.gone:
        return _evaluation(resource.type, resource.id, "NOT_APPLICABLE", "it no longer exists", at)
    fine = judged.outcome is Outcome.PASS and resource.type in KINDS
    state = "COMPLIANT" if fine else "NON_COMPLIANT"
    return _evaluation(resource.type, resource.id, state, judged.reason, at)


def _evaluation(type: str, id: str, state: str, annotation: str, at: datetime) -> dict[str, Any]:
    return {
        "ComplianceResourceType": type,
        "ComplianceResourceId": id,
        "ComplianceType": state,
        "Annotation": _cut(annotation),
        "OrderingTimestamp": at,
    }


def _cut(text: str) -> str:
    """Shorten a text to what AWS Config accepts; the outcome and the rule are at its start."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _document(text: Any) -> Mapping[str, Any]:
    """Decode JSON in a string, as AWS Config nests it. Raises `InputError`."""
    if isinstance(text, Mapping):
        return text
    try:
        found = msgspec.json.decode(text)
    except (msgspec.DecodeError, TypeError, UnicodeError, RecursionError):
        found = None
    if not isinstance(found, Mapping):
        raise InputError("the event contains no JSON document where one is expected")
    return found


def _time(text: Any) -> datetime:
    try:
        return moment(text)
    except (TypeError, ValueError):
        raise InputError("the event contains no time") from None


def _shown(kind: Any) -> str:
    return kind[:60] if isinstance(kind, str) and kind.isalnum() else "its message type is unknown"
