"""# public-image

**What it does.** Reports an image that everybody may launch. A warning unless the policy says
otherwise.

**Why it matters.** A public image cannot carry a watermark (EC2 User Guide, "AMI watermarks"), so
nothing proves where it comes from but its owner's word, and its name can be anybody's.

**Example.** `data.aws_ami` with `most_recent` and a name filter, which finds a stranger's image.

**How to fix.** Copy it into an account of yours, have the golden pipeline mark the copy, use that.

**Reads.** EC2 DescribeImages (`Public`).

**Offline.** No: who may launch an image is EC2's to tell.
"""

from assay.model import Finding, Image, Outcome, Severity
from assay.policy.rules.rule import Rule


def check(image: Image, seen: tuple[str, ...]) -> Finding | None:
    """Speak up where EC2 says that the image is public."""
    if image.public is False:
        return None
    if image.public is None:
        why = "EC2 did not say whether the image is public"
        return Finding(Outcome.UNDETERMINED, why, None, seen)
    owner = image.owner_alias or image.owner_id or "nobody that EC2 names"
    return Finding(
        Outcome.FAIL,
        f"a public image of {owner}: everybody may launch it, and it cannot carry a watermark",
        "copy it into an account of yours and mark the copy",
        seen,
    )


RULE = Rule("public-image", "everybody may launch the image", check, Severity.WARNING)
