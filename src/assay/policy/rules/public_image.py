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

from assay.model import Finding, Outcome, Resolved, Severity
from assay.policy.rules.rule import Case, Rule


def check(case: Case) -> Finding | None:
    """Speak up where EC2 says that the image is public."""
    found = case.subject.resolution
    if not isinstance(found, Resolved) or found.image.public is False:
        return None
    evidence = tuple(str(item) for item in found.evidence[-1:])
    if found.image.public is None:
        return Finding(
            Outcome.UNDETERMINED, "EC2 did not say whether the image is public", None, evidence
        )
    owner = found.image.owner_alias or found.image.owner_id or "nobody that EC2 names"
    return Finding(
        Outcome.FAIL,
        f"a public image of {owner}: everybody may launch it, and it cannot carry a watermark",
        "copy it into an account of yours and mark the copy",
        evidence,
    )


RULE = Rule(
    "public-image", "everybody may launch the image", check, Severity.WARNING, of_image=True
)
