"""# not-launchable

**What it does.** Fails an image that EC2 would refuse to launch: disabled, deregistered, failed or
invalid. An image that is still pending is undetermined: it may or may not become available. An
instance that an audit finds was launched already, and needs a disabled or deregistered one no more.

**Why it matters.** Terraform notices only in the middle of an apply, and an Auto Scaling group
notices at night. A launch template keeps naming a disabled image without complaint.

**Example.** `State: disabled` (EC2 User Guide, "Disable an AMI").

**How to fix.** Enable the image again, or use its successor.

**Reads.** EC2 DescribeImages (`State`).

**Offline.** No: an image's state is EC2's to tell.
"""

from assay.model import Finding, Image, Outcome
from assay.policy.rules.rule import Rule

_BROKEN = ("disabled", "deregistered", "failed", "error", "invalid")
_GONE = ("disabled", "deregistered")
"""Neither affects instances that are there (EC2 User Guide, "Deregister an Amazon EC2 AMI")."""


def check(image: Image, seen: tuple[str, ...], launched: bool) -> Finding:
    """Judge EC2's `State`; only `available` can be launched."""
    state = image.state
    if launched and state in _GONE:
        return Finding(
            Outcome.PASS, f"the image is {state}: the instance needs it no more", None, seen
        )
    if state == "available":
        return Finding(Outcome.PASS, "available", None, seen)
    if state in _BROKEN:
        return Finding(
            Outcome.FAIL,
            f"the image is {state}: EC2 will not launch it",
            "enable it again, or use its successor",
            seen,
        )
    return Finding(
        Outcome.UNDETERMINED,
        f"the image is {state}, not yet available"
        if state
        else "EC2 did not tell the image's state",
        "check again once it is available",
        seen,
    )


RULE = Rule("not-launchable", "EC2 would not launch the image", check)
