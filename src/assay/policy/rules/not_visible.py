"""# not-visible

**What it does.** Leaves a reference undetermined if EC2 answered that the account sees no such
image, launch template or parameter in that Region.

**Why it matters.** EC2 says "not found" if an image does not exist, is in another Region, is not
shared with this account, was deregistered, or is hidden by Allowed AMIs. None of these proves that
the image is bad, and none proves that it is golden. assay looks for the cause in the other Regions
and accounts of the plan, the Recycle Bin and the Allowed AMIs settings. If it finds the cause, it
says so; otherwise it lists the possibilities.

**Example.** An id of us-east-1 used by a provider in eu-west-1.

**How to fix.** Check the Region first, then whether the image is shared with the account whose
credentials you use, then the Allowed AMIs settings of that account.

**Reads.** EC2 DescribeImages, DescribeLaunchTemplateVersions, DescribeInstances, SSM GetParameters;
for the explanation also ListImagesInRecycleBin and GetAllowedImagesSettings, if permitted.

**Offline.** No: without AWS, assay cannot know that something is missing.
"""

from assay.model import Cause, Finding, Outcome, Unresolved
from assay.policy.rules.rule import Rule


def check(unresolved: Unresolved) -> Finding | None:
    """Report what AWS does not show, with the likeliest explanation."""
    if unresolved.cause is not Cause.NOT_VISIBLE:
        return None
    reason, asked = unresolved.reason, unresolved.asked
    if not unresolved.clues:
        fix = "check the name, its Region, and the account whose credentials are used"
        return Finding(Outcome.UNDETERMINED, reason, fix, asked)
    likeliest, *others = unresolved.clues
    evidence = (*asked, *(clue.text for clue in others))
    return Finding(Outcome.UNDETERMINED, f"{reason}: {likeliest.text}", likeliest.fix, evidence)


RULE = Rule(
    "not-visible",
    "EC2 does not show the image to this account",
    check,
    configurable=False,
    exceptable=False,
)
