"""# untrusted-owner

**What it does.** Fails an image whose owner is not listed in `require.owners`. `self` means the
account that will use the image. Without `require.owners`, every owner is accepted.

**Why it matters.** A watermark proves only descent. Any account that a golden image is shared with
can make another image from it, which inherits the watermark. The owner is the account that made
*this* image.

**Example.** `require: {owners: [self, "111122223333"]}` and an image of account 999999999999.

**How to fix.** Use an image of a trusted account, or add the account to `require.owners` if you
trust it.

**Reads.** EC2 DescribeImages (`OwnerId`); STS GetCallerIdentity for `self`.

**Offline.** No: only EC2 knows who owns an image.
"""

from assay.model import Finding, Image, Outcome, Policy, Unplaced
from assay.policy.rules.rule import Rule

_SELF = "self"


def check(
    image: Image,
    seen: tuple[str, ...],
    account: str | None,
    unplaced: Unplaced | None,
    policy: Policy,
) -> Finding | None:
    """Compare the image's owner with the trusted accounts."""
    trusted, owner = policy.require.owners, image.owner_id
    if trusted is None:
        return None
    if owner is None:
        return Finding(Outcome.UNDETERMINED, "EC2 did not say who owns the image", None, seen)
    if owner in trusted or (_SELF in trusted and owner == account):
        return Finding(Outcome.PASS, f"owned by {owner}", None, seen)
    if _SELF in trusted and account is None:
        return Finding(
            Outcome.UNDETERMINED,
            f"owned by {owner}; it is not known which account `self` is"
            + (f": {unplaced.reason}" if unplaced else ""),
            (unplaced and unplaced.cure) or "give the reader sts:GetCallerIdentity",
            seen,
        )
    return Finding(
        Outcome.FAIL,
        f"owned by {owner}, which is not a trusted owner",
        "use an image of a trusted account, or add this one to require.owners",
        seen,
    )


RULE = Rule("untrusted-owner", "the image belongs to an account the policy does not trust", check)
