"""The one call of this room that changes anything: AttachImageWatermark.

Facts: EC2 API Reference, AttachImageWatermark: the owner's alone, never of a public image; the key is the
caller's account and the name. Which codes refuse it, the reference does not tell. What the reference does
not tell either is what attaching the same name again does: whoever calls this has looked before.
"""

from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Unavailable
from assay.model import Place


class Marker:
    """Attaches watermarks, as the caller or the policy's reader of a place's account."""

    def __init__(self, sdk: Sdk) -> None:
        self._sdk = sdk

    def attach(self, place: Place, image_id: str, name: str) -> str | Unavailable:
        """The key of the watermark, or why it is not known whether it was attached."""
        try:
            answer = self._sdk.call(
                place, "ec2", "AttachImageWatermark", ImageId=image_id, WatermarkName=name
            )
        except RefusedError as refused:
            return Unavailable(refused.reason)
        key = answer.get("WatermarkKey")
        return (
            key
            if isinstance(key, str)
            else Unavailable("EC2 did not return the key of the watermark")
        )

    def rest(self, seconds: float) -> bool:
        """Wait; False where the time of the run would be up before, without waiting for it."""
        return self._sdk.flights.rest(seconds)
