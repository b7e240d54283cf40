"""Sends a message to a topic: SNS Publish.

Fact: SNS API Reference, Publish (256 KB a message; a subject of at most 100 ASCII characters).
"""

from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Unavailable
from assay.model import Place

MOST = 256 * 1024


def publish(sdk: Sdk, place: Place, topic: str, subject: str, message: str) -> str | Unavailable:
    """The id of the message, or why it is not known whether it was accepted."""
    if len(message.encode()) > MOST:
        return Unavailable(f"sns:Publish: the message is larger than {MOST} bytes")
    told = "".join(each if " " <= each <= "~" else "?" for each in subject)[:100]
    try:
        answer = sdk.call(place, "sns", "Publish", TopicArn=topic, Subject=told, Message=message)
    except RefusedError as refused:
        return Unavailable(refused.reason)
    id = answer.get("MessageId")
    return id if isinstance(id, str) else Unavailable("sns:Publish returned no message id")
