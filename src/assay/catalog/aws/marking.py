"""The only call in this package that changes an image: AttachImageWatermark.

Facts: EC2 API Reference, AttachImageWatermark: only for the owner, never for a public image; the
key consists of the caller's account and the name. The reference does not list the error codes, nor
does it say what happens if the same name is attached again; the caller of this function checks that
beforehand.
"""

from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Unavailable
from assay.model import Place


class Marker:
    """Attaches watermarks with the credentials for a place; `assay stamp` names no account but the caller's."""

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
        """Wait, or return False at once if the time limit of the run would be reached."""
        return self._sdk.flights.rest(seconds)
