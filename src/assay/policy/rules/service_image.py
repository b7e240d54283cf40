"""# service-image

**What it does.** Fails a resource through which an AWS service launches instances from an image
that the service chooses: EKS node groups by `ami_type` and EKS Auto Mode, ECS managed instances,
EMR, Batch, Elastic Beanstalk, Cloud9, WorkSpaces, AppStream, Lightsail, GameLift, SageMaker and
others. EKS and Batch also choose the image if a launch template contains none.

**Why it matters.** The image is Amazon's. You cannot attach a watermark to it, so it descends from
no golden image, and it changes whenever Amazon publishes another one. The plan contains no AMI id.

**Example.** `aws_eks_node_group` with `ami_type = "AL2023_x86_64_STANDARD"` and no launch template.

**How to fix.** If the service accepts an image, use one of the golden pipeline: the message says
how. If it accepts none, or if you want Amazon's image, make an exception for `service-image` with a
reason and an end, or set the rule to `warning` in a scope. If `judge` leaves out `service`, such
references are counted and not judged.

**Reads.** The plan or the code, and EC2 for the contents of launch templates.

**Offline.** Yes: the plan shows it, except for launch templates that it does not make.
"""

from assay.model import Cause, Finding, Outcome, ServiceImage, Unresolved, Value
from assay.policy.rules.rule import Rule

_EXCEPT = "make an exception for service-image"


def check(unresolved: Unresolved, value: Value, fallback: ServiceImage | None) -> Finding | None:
    """Fail if a service chooses the image."""
    if unresolved.cause is not Cause.SERVICE_IMAGE:
        return None
    by = value if isinstance(value, ServiceImage) else fallback
    fix = f"{by.cure}, or {_EXCEPT}" if by else _EXCEPT
    return Finding(Outcome.FAIL, unresolved.reason, fix, unresolved.asked)


RULE = Rule("service-image", "an AWS service chooses the image, so it cannot be golden", check)
