"""Security Hub: assay's open findings there, and the import of findings.

Facts: Security Hub API Reference, BatchImportFindings (at most 100 findings a call, 240 KB each;
with the default product only for the account itself; failures are listed in the answer and raise
nothing; it does not change what users have set) and GetFindings; Security Hub User Guide,
"BatchImportFindings" (6 MB a call).
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Obstacle, Unavailable
from assay.model import Place

A_CALL, A_CALL_BYTES = 100, 6_000_000
A_FINDING_BYTES = 240_000
TRIES = 3
_PAUSE = 0.25
"""Seconds before a failed import is retried, multiplied by the number of the attempt."""
_FINAL = (Obstacle.DENIED, Obstacle.OPTED_OUT, Obstacle.EXPIRED, Obstacle.LATE)
"""Obstacles that a second attempt cannot overcome."""
_OFF = "InvalidAccessException"
_CURE = "; check that Security Hub is turned on in that account and Region"
LONGEST_MESSAGE = 200

Finding = Mapping[str, Any]
Failures = dict[str, str]
"""Why each finding was not accepted, by its id."""


class SecurityHub:
    """Reads and writes as the policy's reader for a place's account, or as the caller in its own."""

    def __init__(self, sdk: Sdk) -> None:
        self._sdk = sdk

    def active(self, place: Place, product: str, generator: str) -> list[Finding] | Unavailable:
        """Every active finding of a generator and a product, or why they are not known."""
        found: list[Any] = []
        filters = {
            "ProductArn": [_equal(product)],  # names account and Region, for readers that see more
            "GeneratorId": [_equal(generator)],
            "RecordState": [_equal("ACTIVE")],
        }
        try:
            for page in self._sdk.pages(
                place, "securityhub", "GetFindings", "Findings", Filters=filters, MaxResults=A_CALL
            ):
                found += page
        except RefusedError as refused:
            return Unavailable(_reason(refused))
        if not all(isinstance(each, Mapping) and each.get("Id") for each in found):
            told = (
                f"securityhub:GetFindings in {place.region} answered with a finding without an id"
            )
            return Unavailable(told)
        return found

    def take(self, place: Place, findings: Sequence[Finding]) -> Failures:
        """Import findings, retrying failures. Return the ids not accepted, with the reason."""
        sized = [(each, len(json.dumps(each).encode())) for each in findings]
        failures = {
            str(each["Id"]): f"larger than the limit of {A_FINDING_BYTES:,} bytes for a finding"
            for each, size in sized
            if size > A_FINDING_BYTES
        }
        left = [each for each in sized if each[1] <= A_FINDING_BYTES]
        for tried in range(TRIES):
            if tried and not self._sdk.flights.rest(_PAUSE * tried):
                break
            failed, final = self._once(place, left)
            left = [each for each in left if each[0]["Id"] in failed]
            if final or not left:
                break
        return failures | (failed if left else {})

    def _once(self, place: Place, sized: Sequence[tuple[Finding, int]]) -> tuple[Failures, bool]:
        """Import once. Return the findings not accepted, and whether a retry is pointless."""
        failed: Failures = {}
        parts = list(_parts(sized))
        for number, part in enumerate(parts):
            try:
                answer = self._sdk.call(place, "securityhub", "BatchImportFindings", Findings=part)
            except RefusedError as refused:
                reason, final = _reason(refused), refused.obstacle in _FINAL
                for lost in parts[number:] if final else [part]:
                    failed |= {str(each["Id"]): reason for each in lost}
                if final:
                    return failed, True
            else:
                failed |= _failures(part, answer)
        return failed, False

    def endpoints(self) -> str | None:
        """The endpoint in use, if it is not AWS's own."""
        return self._sdk.endpoints()


def _parts(sized: Sequence[tuple[Finding, int]]) -> Iterator[list[Finding]]:
    """Split findings into as many as one call accepts."""
    part: list[Finding] = []
    bytes_ = 0
    for each, size in sized:
        if part and (len(part) == A_CALL or bytes_ + size + 2 > A_CALL_BYTES):
            yield part
            part, bytes_ = [], 0
        part.append(each)
        bytes_ += size + 2
    if part:
        yield part


def _failures(part: Sequence[Finding], answer: Mapping[str, Any]) -> Failures:
    """The failures in the answer, or all findings if its counts do not add up."""
    asked = {str(each["Id"]) for each in part}
    named = [each for each in answer.get("FailedFindings") or () if isinstance(each, Mapping)]
    failed = {str(each["Id"]): _told(each) for each in named if each.get("Id") in asked}
    if answer.get("SuccessCount") != len(part) - len(failed):
        untold = "Security Hub did not confirm that it was accepted"
        return {id: failed.get(id, untold) for id in sorted(asked)}
    return failed


def _told(failed: Mapping[str, Any]) -> str:
    """The code and message of a failure. The message is about the finding that was sent."""
    code, message = (
        " ".join(str(failed.get(f"Error{n}", "")).split()) for n in ("Code", "Message")
    )
    return f"{code or 'failed'}: {message}"[:LONGEST_MESSAGE].rstrip(": ")


def _equal(value: str) -> dict[str, str]:
    return {"Value": value, "Comparison": "EQUALS"}


def _reason(refused: RefusedError) -> str:
    return f"{refused.reason}{_CURE}" if refused.code == _OFF else refused.reason
