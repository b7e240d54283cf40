"""# lookup-failed

**What it does.** Leaves a reference undetermined when something the policy needs could not be
asked: denied, throttled, timed out, unreadable, or not in the recorded catalogue.

**Why it matters.** Not being able to ask is not an answer. A gate that turns a denial into a pass
can be opened by denying it; one that turns it into a failure blames the wrong thing.

**Example.** `ec2:GetImageAncestry in us-east-1: denied (UnauthorizedOperation)`.

**How to fix.** Give the reader the permission that the message names, or try again later. With a
recorded catalogue, record it again with `assay record`.

**Reads.** Every answer that a verdict depends on.
"""

from datetime import datetime

from assay.model import AncestryEnd, Cause, Finding, Outcome, Policy, Subject, Unresolved
from assay.policy.golden import golden_marks
from assay.policy.lineage import ancestry_evidence
from assay.policy.rules.rule import Rule

_FIX = "give the reader the permission, or try again; a recorded catalogue: record it again"


def check(subject: Subject, policy: Policy, as_of: datetime) -> Finding | None:
    """Speak up where a needed question got no answer."""
    match subject.resolution:
        case Unresolved(Cause.LOOKUP_FAILED, reason, _, evidence):
            return Finding(
                Outcome.UNDETERMINED, reason, _FIX, tuple(str(item) for item in evidence)
            )
    provenance = subject.provenance
    if provenance is None or provenance.ancestry.end is not AncestryEnd.REFUSED:
        return None
    if not _needs_ancestry(subject, policy, as_of):
        return None
    reason = provenance.ancestry.detail or "the ancestry could not be read"
    return Finding(Outcome.UNDETERMINED, reason, _FIX, ancestry_evidence(provenance))


def _needs_ancestry(subject: Subject, policy: Policy, as_of: datetime) -> bool:
    if policy.revoked.images:
        return True
    if subject.provenance is None:
        return False
    marked = bool(golden_marks(subject.provenance.image, policy.golden, as_of).golden)
    return marked and (policy.require.ancestry_agrees or policy.require.max_depth is not None)


RULE = Rule(
    "lookup-failed", "something the policy needs could not be asked", check, configurable=False
)
