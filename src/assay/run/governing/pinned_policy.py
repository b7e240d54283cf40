"""The policy of a function: a document in S3 or Systems Manager, by version, pinned by its digest.

    s3://BUCKET/KEY?versionId=VERSION      or      ssm:/NAME:VERSION

A document with another digest is refused: those who may write there may not change what counts as
golden.
"""

import re
from typing import NamedTuple

from assay.catalog.aws.documents import parameter_text, s3_object
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Unavailable
from assay.digests import sha256
from assay.errors import AssayError
from assay.model import Place, Policy
from assay.policy.load import load

_S3 = re.compile(
    r"s3://(?P<bucket>[a-z0-9.-]{3,63})/(?P<key>[^?]{1,1024})\?versionId=(?P<version>.{1,1024})"
)
_SSM = re.compile(r"ssm:(?P<name>[A-Za-z0-9_./-]{1,2048}):(?P<version>[0-9]{1,10})")
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Pinned(NamedTuple):
    """The location of the policy, and its digest."""

    source: str
    sha256: str


def pinned_policy(sdk: Sdk, place: Place, wanted: Pinned) -> Policy | str:
    """Return the policy, or why there is none."""
    if not _DIGEST.fullmatch(wanted.sha256):
        return "ASSAY_POLICY_SHA256 is not set to 64 hexadecimal digits"
    try:
        content = _content(sdk, place, wanted.source)
        if isinstance(content, str):
            return content
        found = sha256(content)
        if found != wanted.sha256:
            return f"its SHA-256 is {found[:12]}…, and {wanted.sha256[:12]}… is wanted"
        return load(wanted.source, content)
    except AssayError as error:  # no credentials, an unusable configuration, or no policy
        return str(error)


def _content(sdk: Sdk, place: Place, source: str) -> bytes | str:
    if found := _S3.fullmatch(source):
        answer = s3_object(sdk, place, *found.group("bucket", "key", "version"))
    elif found := _SSM.fullmatch(source):
        answer = parameter_text(sdk, place, *found.group("name", "version"))
    else:
        return "ASSAY_POLICY must be s3://BUCKET/KEY?versionId=VERSION or ssm:/NAME:VERSION"
    return answer.reason if isinstance(answer, Unavailable) else answer
