"""# not-launchable

**What it does.** Fails an image that EC2 would refuse to launch: disabled, deregistered, failed or
invalid. An image that is still pending is undetermined, because it may or may not become available.
In an audit, a disabled or deregistered image does not fail an existing instance, because the
instance no longer needs it.

**Why it matters.** Terraform notices only in the middle of an apply, and an Auto Scaling group only
when it has to replace an instance. A launch template can name a disabled image without any error.

**Example.** `State: disabled` (EC2 User Guide, "Disable an AMI").

**How to fix.** Enable the image again, or use the image that replaces it.

**Reads.** EC2 DescribeImages (`State`).

**Offline.** No: only EC2 knows the state of an image.
"""

from assay.model import Finding, Image, Outcome
from assay.policy.rules.rule import Rule

_BROKEN = ("disabled", "deregistered", "failed", "error", "invalid")
_GONE = ("disabled", "deregistered")
"""Neither state affects existing instances (EC2 User Guide, "Deregister an Amazon EC2 AMI")."""


def check(image: Image, seen: tuple[str, ...], launched: bool) -> Finding:
    """Judge EC2's `State`; only `available` can be launched."""
    state = image.state
    if launched and state in _GONE:
        return Finding(
            Outcome.PASS, f"the image is {state}, but the instance no longer needs it", None, seen
        )
    if state == "available":
        return Finding(Outcome.PASS, "available", None, seen)
    if state in _BROKEN:
        return Finding(
            Outcome.FAIL,
            f"the image is {state}: EC2 will not launch it",
            "enable it again, or use the image that replaces it",
            seen,
        )
    return Finding(
        Outcome.UNDETERMINED,
        f"the image is {state}, not yet available"
        if state
        else "EC2 did not return the image's state",
        "check again once it is available",
        seen,
    )


RULE = Rule("not-launchable", "EC2 would not launch the image", check)
