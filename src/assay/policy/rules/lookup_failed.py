"""# lookup-failed

**What it does.** Leaves a reference undetermined when something the policy needs could not be
asked: denied, throttled, timed out, unreadable, or not in the recorded catalogue.

**Why it matters.** Not being able to ask is not an answer. A gate that turns a denial into a pass
can be opened by denying it; one that turns it into a failure blames the wrong thing.

**Example.** `ec2:GetImageAncestry in us-east-1: denied (UnauthorizedOperation)`.

**How to fix.** Give the reader the permission that the message names, or try again later. An
account without a reader gets one in the policy's `aws.readers`, or all of them do, by `"*"`. With a
recorded catalogue, record it again with `assay record`.

**Reads.** Every answer that a verdict depends on.

**Offline.** Yes: it is what every reference that needs AWS comes to, `not checked (offline)`.
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

_FIX = "grant what was denied, repeat what failed, record again what was never asked"
_CURES = {
    ": denied (": "grant the reader the permission that is named: assay iam-policy prints them all",
    ": throttled (": "run it again later, or ask less at a time: others use up the account's rate of calls",
    "have expired (": "renew the credentials, such as by aws sso login, and run it again",
    "are not known there (": "look at whether the Region is on for the account, and at the credentials",
    "EndpointConnectionError": "the connection was refused or has no way there: look at the Region's name, endpoint and proxy",
    "ConnectTimeoutError": "there is no way to the endpoint: look at network, HTTPS_PROXY and NO_PROXY",
    "ReadTimeoutError": "run it again: AWS was reached, and was silent for too long",
    "time limit of": "give it longer with --timeout, or run it again",
    "not asked when the catalogue was recorded": "record again, with assay record or check --record, by this policy and these inputs",
    "(offline)": "run it without --offline, or with a recorded catalogue",
}
"""By words of a reason, the cure of its cause."""


def check(
    resolution: Resolution,
    allowed: AllowedImages | Unread | None,
    provenance: Provenance | None,
    policy: Policy,
    marks: MarksOf,
) -> Finding | None:
    """Speak up where a needed question got no answer."""
    if not isinstance(resolution, Resolved) and resolution.cause is Cause.LOOKUP_FAILED:
        own = _cure(resolution.reason)
        fix = f"{own}, or {resolution.cure}" if resolution.cure else own
        return Finding(Outcome.UNDETERMINED, resolution.reason, fix, resolution.asked)
    if isinstance(allowed, Unread) and policy.require.allowed_by_ec2:
        return Finding(Outcome.UNDETERMINED, allowed.reason, allowed.cure or _cure(allowed.reason))
    if provenance is None or provenance.end is not AncestryEnd.REFUSED:
        return None
    if not still_matters(marks(provenance.image), policy, provenance):
        return None
    reason = provenance.detail or "the ancestry could not be read"
    return Finding(Outcome.UNDETERMINED, reason, _cure(reason), provenance.asked)


def _cure(reason: str) -> str:
    """What helps against what a reason names: causes are told apart by the words that
    `catalog.aws.refusals` and `catalog.answers` write, in recordings as well.
    """
    return next((cure for words, cure in _CURES.items() if words in reason), _FIX)


RULE = Rule(
    "lookup-failed",
    "something the policy needs could not be asked",
    check,
    configurable=False,
    exceptable=False,
)
