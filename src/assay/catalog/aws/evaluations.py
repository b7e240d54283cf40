"""AWS Config: evaluations of a custom rule, and configuration items too large for an event.

Facts: AWS Config API Reference, PutEvaluations (at most 100 a call; annotations of at most 256
characters; FailedEvaluations has no error; INSUFFICIENT_DATA is not accepted from a rule),
GetResourceConfigHistory.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Unavailable
from assay.model import Place

A_CALL = 100
TRIES = 3


def put_evaluations(
    sdk: Sdk, place: Place, evaluations: Sequence[Mapping[str, Any]], token: str
) -> str | None:
    """Write evaluations and retry those that fail. Return why some were not written, or None."""
    left, reason = list(evaluations), None
    for _ in range(TRIES):
        failed: list[Mapping[str, Any]] = []
        for start in range(0, len(left), A_CALL):
            part = left[start : start + A_CALL]
            try:
                answer = sdk.call(
                    place, "config", "PutEvaluations", Evaluations=part, ResultToken=token
                )
            except RefusedError as refused:
                reason = refused.reason
                failed += part
                continue
            failed += answer.get("FailedEvaluations") or ()
        left = failed
        if not left:
            return None
    said = f": {reason}" if reason else ""
    return f"{len(left)} of {len(evaluations)} evaluations were not accepted{said}"


def latest_item(sdk: Sdk, place: Place, resource_type: str, id: str) -> Any:
    """The newest configuration item of a resource, or `Unavailable` with the reason."""
    try:
        answer = sdk.call(
            place,
            "config",
            "GetResourceConfigHistory",
            resourceType=resource_type,
            resourceId=id,
            limit=1,
        )
    except RefusedError as refused:
        return Unavailable(refused.reason)
    items = answer.get("configurationItems") or ()
    return items[0] if items else Unavailable("config:GetResourceConfigHistory returned no item")
