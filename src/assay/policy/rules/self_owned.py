"""# self-owned

**What it does.** With `require.allowed_amis: predict`, reports an image that EC2 admits only
because the account owns it: no criterion of its Allowed AMIs settings admits it. A warning unless
the policy says otherwise.

**Why it matters.** Allowed AMIs never restricts an account's own images, whatever the criteria (EC2
User Guide, "How Allowed AMIs works"). Anybody who can make an image in the account can launch it.
Only a check of the plan finds this.

**Example.** An image that was made by hand, in an account whose criteria require the watermark
`111122223333:golden-*`.

**How to fix.** Use an image of the golden pipeline, or build from one.

**Reads.** EC2 GetAllowedImagesSettings, DescribeImages (`OwnerId`, and everything that the criteria
mention).

**Offline.** No: only EC2 knows the settings and the image.
"""

from datetime import datetime

from assay.model import AllowedImages, Finding, Image, Outcome, Place, Policy, Severity, Unread
from assay.policy.allowed import admission
from assay.policy.golden import Is
from assay.policy.rules.rule import Rule


def check(
    image: Image,
    image_place: Place,
    account: str | None,
    allowed: AllowedImages | Unread | None,
    policy: Policy,
    as_of: datetime,
) -> Finding | None:
    """Fail if the image is admitted only because the account owns it."""
    if not policy.require.allowed_by_ec2:
        return None
    if not isinstance(allowed, AllowedImages) or allowed.state == "disabled":
        return None
    owner = image.owner_id
    if owner is None or owner != account:
        return None
    judged = admission(image, allowed, as_of)
    evidence = (f"ec2:GetAllowedImagesSettings ({image_place})", *judged.why_not)
    if judged.admitted is Is.YES:
        return Finding(Outcome.PASS, "Allowed AMIs would admit it from any owner", None, evidence)
    if judged.admitted is Is.UNREAD:
        return Finding(
            Outcome.UNDETERMINED,
            "it is not known whether a criterion of Allowed AMIs admits it",
            None,
            evidence,
        )
    return Finding(
        Outcome.FAIL,
        f"Allowed AMIs admits it only because account {owner} owns it",
        "use an image of the golden pipeline, or build from one",
        evidence,
    )


RULE = Rule(
    "self-owned", "EC2's Allowed AMIs admits it only for its owner", check, Severity.WARNING
)
