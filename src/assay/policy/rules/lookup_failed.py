"""# lookup-failed

**What it does.** Leaves a reference undetermined if something the policy needs could not be looked
up: the call was denied, throttled or timed out, the answer could not be read, or the recorded
catalogue does not contain it.

**Why it matters.** Without an answer there is nothing to judge. If a denied call counted as a pass,
anybody who can deny the call could get any image through. If it counted as a failure, the report
would blame the image for a missing permission.

**Example.** `ec2:GetImageAncestry in us-east-1: denied (UnauthorizedOperation)`.

**How to fix.** Give the reader the permission that the message names, or try again later. If an
account has no reader, add one to the policy's `aws.readers`, or add `"*"` for all accounts. If you
use a recorded catalogue, record it again with `assay record`.

**Reads.** Every answer that a verdict depends on.

**Offline.** Yes: every reference that needs AWS is reported as `not checked (offline)`.
"""

from assay.model import (
    AllowedImages,
    AncestryEnd,
    Cause,
    Finding,
    Outcome,
    Policy,
    Provenance,
    Resolution,
    Resolved,
    Unread,
)
from assay.policy.inputs import MarksOf
from assay.policy.lineage import still_matters
from assay.policy.rules.rule import Rule

_FIX = "grant the missing permission, try again later, or record the catalogue again"
_CURES = {
    "(assay iam-policy --fleet prints": "give the reader the permissions that are named",
    ": denied (": "give the reader the permission that is named; assay iam-policy prints all of them",
    ": throttled (": "run it again later, or check less at a time: the account's limit for API calls is used up",
    "have expired (": "renew the credentials (for example with aws sso login) and run it again",
    "are not known there (": "check the credentials, and whether the Region is turned on for the account",
    **dict.fromkeys(
        ("refused (OptInRequired)", "refused (RegionDisabledException)"),
        "turn the Region on for the account, or do not use it there",
    ),
    **dict.fromkeys(
        ("refused (Internal", "refused (Unavailable)", "refused (ServiceUnavailable"),
        "run it again later: AWS reports an error of its own",
    ),
    "no reader for account": "name the role that may read the account under aws.readers; assay iam-policy --reader prints the permissions that it needs",
    "SSLError": "the connection is not trusted: check the proxy and AWS_CA_BUNDLE",
    "ProxyConnectionError": "the proxy cannot be reached: check HTTPS_PROXY and NO_PROXY",
    "ConnectionRefusedError": "the connection was refused: check AWS_ENDPOINT_URL, the firewall and HTTPS_PROXY",
    "EndpointConnectionError": "the endpoint was not found or cannot be reached: check the Region's name, the network and the proxy",
    "ConnectTimeoutError": "the endpoint cannot be reached: check the network, HTTPS_PROXY and NO_PROXY",
    "ReadTimeoutError": "run it again: AWS was reached but did not answer in time",
    "time limit of": "allow more time with --timeout, or run it again",
    "not asked when the catalogue was recorded": "record again with this policy and these inputs: assay record or assay check --record",
    "not seen, suspended": "leave the account out with --exclude, or with exclude under the policy's aws.organization",
    "(offline)": "run it without --offline, or with a recorded catalogue",
}
"""Cures, by words that occur in the reason."""


def check(
    resolution: Resolution,
    allowed: AllowedImages | Unread | None,
    provenance: Provenance | None,
    policy: Policy,
    marks: MarksOf,
) -> Finding | None:
    """Report a question that the verdict depends on and that got no answer."""
    if not isinstance(resolution, Resolved) and resolution.cause is Cause.LOOKUP_FAILED:
        fix = _joined(_cure(resolution.reason), resolution.cure)
        return Finding(Outcome.UNDETERMINED, resolution.reason, fix, resolution.asked)
    if isinstance(allowed, Unread) and policy.require.allowed_by_ec2:
        return Finding(Outcome.UNDETERMINED, allowed.reason, allowed.cure or _cure(allowed.reason))
    if provenance is None or provenance.end is not AncestryEnd.REFUSED:
        return None
    if not still_matters(marks(provenance.image), policy, provenance):
        return None
    reason = provenance.detail or "the ancestry could not be read"
    return Finding(Outcome.UNDETERMINED, reason, _cure(reason), provenance.asked)


def _joined(own: str, other: str | None) -> str:
    """Both cures: the second instead of the first, or after it."""
    if other is None:
        return own
    return f"{own}, {other}" if other.startswith("then ") else f"{own}, or {other}"


def _cure(reason: str) -> str:
    return cure_of(reason) or _FIX


def cure_of(reason: str) -> str | None:
    """The cure for a reason, found by the words that `catalog.aws.refusals` and `catalog.answers`
    put into reasons; recordings contain the same words.
    """
    return next((cure for words, cure in _CURES.items() if words in reason), None)


RULE = Rule(
    "lookup-failed",
    "something the policy needs could not be looked up",
    check,
    configurable=False,
    exceptable=False,
)
