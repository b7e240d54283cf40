"""# no-provenance

**What it does.** Fails a reference to an image that the same plan registers from snapshots
(`aws_ami`, EC2's RegisterImage).

**Why it matters.** RegisterImage records no source image and copies no watermarks, whatever the
snapshots contain (EC2 User Guide, "View the ancestry of an AMI"). So nobody can ever prove where
such an image comes from.

**Example.** `ami = aws_ami.restored.id`, where `aws_ami.restored` names a `snapshot_id`.

**How to fix.** Make the image with CopyImage (`aws_ami_copy`) or CreateImage
(`aws_ami_from_instance`) from one that descends from the golden image.

**Reads.** The plan.

**Offline.** Yes: the plan shows it.
"""

from assay.model import Cause, Finding, Outcome, Unresolved
from assay.policy.rules.rule import Rule


def check(unresolved: Unresolved) -> Finding | None:
    """Fail if the plan registers the image from snapshots."""
    if unresolved.cause is not Cause.NO_PROVENANCE:
        return None
    fix = "make it with aws_ami_copy or aws_ami_from_instance"
    return Finding(Outcome.FAIL, unresolved.reason, fix)


RULE = Rule("no-provenance", "the plan registers the image from snapshots", check)
