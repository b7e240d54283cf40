"""# public-image

**What it does.** Reports an image that everybody may launch. A warning unless the policy says
otherwise.

**Why it matters.** A public image cannot have a watermark (EC2 User Guide, "AMI watermarks"), so
you have to trust its owner, and anybody can publish an image under the same name.

**Example.** `data.aws_ami` with `most_recent` and a name filter, which finds a stranger's image.

**How to fix.** Copy it into one of your own accounts, let the golden pipeline mark the copy, and
use the copy.

**Reads.** EC2 DescribeImages (`Public`).

**Offline.** No: only EC2 knows who may launch an image.
"""

from assay.model import Finding, Image, Outcome, Severity
from assay.policy.rules.rule import Rule


def check(image: Image, seen: tuple[str, ...]) -> Finding | None:
    """Fail if EC2 says that the image is public."""
    if image.public is False:
        return None
    if image.public is None:
        why = "EC2 did not say whether the image is public"
        return Finding(Outcome.UNDETERMINED, why, None, seen)
    owner = image.owner_alias or image.owner_id or "an unknown owner"
    return Finding(
        Outcome.FAIL,
        f"a public image of {owner}: everybody may launch it, and it cannot have a watermark",
        "copy it into one of your accounts and mark the copy",
        seen,
    )


RULE = Rule("public-image", "everybody may launch the image", check, Severity.WARNING)
