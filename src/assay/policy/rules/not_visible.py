"""# not-visible

**What it does.** Leaves a reference undetermined when EC2 answered, and showed no such image,
launch template or parameter to the reading account in that Region.

**Why it matters.** "Not found" is what EC2 says of an image that does not exist, is in another
Region, is not shared with this account, was deregistered, or is hidden by Allowed AMIs. None of
these proves the image bad, and none proves it golden. What can be read besides (the other Regions
and accounts of the plan, the Recycle Bin, the Allowed AMIs settings) is told first; the rest is
told as a possibility.

**Example.** An id of us-east-1 used by a provider in eu-west-1.

**How to fix.** Check the Region first, then whether the image is shared with the account that
reads, then Allowed AMIs in that account.

**Reads.** EC2 DescribeImages, DescribeLaunchTemplateVersions, DescribeInstances, SSM GetParameters;
for the explanation ListImagesInRecycleBin and GetAllowedImagesSettings, where allowed.

**Offline.** No: nobody is asked, so nothing is found to be missing.
"""

from assay.model import Cause, Finding, Outcome, Unresolved
from assay.policy.rules.rule import Rule


def check(unresolved: Unresolved) -> Finding | None:
    """Speak up where the answer was: no such thing."""
    if unresolved.cause is not Cause.NOT_VISIBLE:
        return None
    reason, asked = unresolved.reason, unresolved.asked
    if not unresolved.clues:
        fix = "check the name, its Region, and the account that looks"
        return Finding(Outcome.UNDETERMINED, reason, fix, asked)
    likeliest, *others = unresolved.clues
    evidence = (*asked, *(clue.text for clue in others))
    return Finding(Outcome.UNDETERMINED, f"{reason}: {likeliest.text}", likeliest.fix, evidence)


RULE = Rule(
    "not-visible",
    "EC2 shows no such image from here",
    check,
    configurable=False,
    exceptable=False,
)
