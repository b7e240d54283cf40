"""A policy document stored in AWS: a version of an S3 object or of a Systems Manager parameter.

Facts: S3 API Reference, GetObject (`VersionId`; "Permissions": without permission to list the
bucket, a missing object is also answered with 403); Systems Manager API Reference, GetParameters
(`name:version`).
"""

from typing import Any

from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Obstacle, Unavailable
from assay.model import Place

MOST = 1024 * 1024
"""Bytes. No policy is larger."""


def s3_object(sdk: Sdk, place: Place, bucket: str, key: str, version: str) -> bytes | Unavailable:
    """The content of one version of an object."""
    name = "s3:GetObject"
    try:
        answer = sdk.call(place, "s3", "GetObject", Bucket=bucket, Key=key, VersionId=version)
        content = _read(answer.get("Body"))
    except RefusedError as refused:
        denied = refused.obstacle is Obstacle.DENIED
        return Unavailable(_no_object(name, place, refused) if denied else refused.reason)
    if content is None:
        return Unavailable(f"{name}: the answer could not be read")
    if len(content) > MOST:
        return Unavailable(f"{name}: the document is larger than {MOST} bytes")
    return content


def _no_object(name: str, place: Place, refused: RefusedError) -> str:
    needed = "the function needs s3:GetObjectVersion, or there is no such object or version"
    return f"{name} in {place.region}: denied ({refused.code}); {needed}"


def _read(body: Any) -> bytes | None:
    from botocore.exceptions import BotoCoreError
    from urllib3.exceptions import HTTPError

    try:
        content = body.read(MOST + 1)
    except (BotoCoreError, HTTPError, OSError, AttributeError):
        return None
    return content if isinstance(content, bytes) else None


def parameter_text(sdk: Sdk, place: Place, name: str, version: str) -> bytes | Unavailable:
    """The text of one version of a parameter."""
    try:
        answer = sdk.call(
            place, "ssm", "GetParameters", Names=[f"{name}:{version}"], WithDecryption=True
        )
    except RefusedError as refused:
        return Unavailable(refused.reason)
    for each in answer.get("Parameters") or ():
        if isinstance(each.get("Value"), str):
            return str(each["Value"]).encode()
    return Unavailable("ssm:GetParameters: there is no such version of the parameter")
