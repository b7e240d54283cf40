"""# untrusted-owner

**What it does.** Fails an image whose owner is not one of `require.owners`. `self` stands for the
account that will use the image. Without `require.owners` every owner is accepted.

**Why it matters.** A watermark proves descent, and anybody with whom a golden image is shared can
make a derivative that carries the mark. The owner is who made *this* image.

**Example.** `require: {owners: [self, "111122223333"]}` and an image of account 999999999999.

**How to fix.** Use an image of a trusted account, or add the account once you trust it.

**Reads.** EC2 DescribeImages (`OwnerId`); STS GetCallerIdentity for `self`.

**Offline.** No: who owns an image is EC2's to tell.
"""

from assay.model import Finding, Outcome, Resolved
from assay.policy.rules.rule import Case, Rule

_SELF = "self"


def check(case: Case) -> Finding | None:
    """Compare the image's owner with the trusted accounts."""
    trusted, resolution = case.policy.require.owners, case.subject.resolution
    if trusted is None or not isinstance(resolution, Resolved):
        return None
    evidence = tuple(str(item) for item in resolution.evidence[-1:])
    owner, account = resolution.image.owner_id, resolution.account
    if owner is None:
        return Finding(Outcome.UNDETERMINED, "EC2 did not say who owns the image", None, evidence)
    if owner in trusted or (_SELF in trusted and owner == account):
        return Finding(Outcome.PASS, f"owned by {owner}", None, evidence)
    if _SELF in trusted and account is None:
        open_place = resolution.unplaced
        return Finding(
            Outcome.UNDETERMINED,
            f"owned by {owner}; which account `self` is could not be "
            + (f"told: {open_place.reason}" if open_place else "read"),
            (open_place and open_place.cure) or "give the reader sts:GetCallerIdentity",
            evidence,
        )
    return Finding(
        Outcome.FAIL,
        f"owned by {owner}, who is not among the trusted owners",
        "use an image of a trusted account, or add this one to require.owners",
        evidence,
    )


RULE = Rule(
    "untrusted-owner",
    "the image belongs to an account the policy does not trust",
    check,
    of_image=True,
)
