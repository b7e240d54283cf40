"""# lookup-failed

**What it does.** Leaves a reference undetermined when something the policy needs could not be
asked: denied, throttled, timed out, unreadable, or not in the recorded catalogue.

**Why it matters.** Not being able to ask is not an answer. A gate that turns a denial into a pass
can be opened by denying it; one that turns it into a failure blames the wrong thing.

**Example.** `ec2:GetImageAncestry in us-east-1: denied (UnauthorizedOperation)`.

**How to fix.** Give the reader the permission that the message names, or try again later. With a
recorded catalogue, record it again with `assay record`.

**Reads.** Every answer that a verdict depends on.

**Offline.** Yes: it is what every reference that needs AWS comes to, `not checked (offline)`.
"""

from assay.model import AncestryEnd, Cause, Finding, Outcome, Unread, Unresolved
from assay.policy.lineage import ancestry_evidence, still_matters
from assay.policy.rules.rule import Case, Rule

_FIX = "grant what was denied, repeat what failed, record again what was never asked"


def check(case: Case) -> Finding | None:
    """Speak up where a needed question got no answer."""
    match case.subject.resolution:
        case Unresolved(Cause.LOOKUP_FAILED, reason, _, evidence, cure=cure):
            fix = f"{_FIX}, or {cure}" if cure else _FIX
            return Finding(Outcome.UNDETERMINED, reason, fix, tuple(str(item) for item in evidence))
    allowed = case.subject.allowed
    if isinstance(allowed, Unread) and case.policy.require.allowed_by_ec2:
        return Finding(Outcome.UNDETERMINED, allowed.reason, allowed.cure or _FIX)
    provenance = case.subject.provenance
    if provenance is None or provenance.ancestry.end is not AncestryEnd.REFUSED:
        return None
    if not still_matters(case.marks(provenance.image), case.policy, provenance):
        return None
    reason = provenance.ancestry.detail or "the ancestry could not be read"
    return Finding(Outcome.UNDETERMINED, reason, _FIX, ancestry_evidence(provenance))


RULE = Rule(
    "lookup-failed", "something the policy needs could not be asked", check, configurable=False
)
