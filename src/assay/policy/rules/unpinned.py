"""# unpinned

**What it does.** Reports a reference that can mean another image after the check: a launch template
at `$Latest` or `$Default`, a `resolve:ssm:` alias without a version number, or, if code is checked
instead of a plan, an image lookup (`data "aws_ami"`) by anything but an id. The image that the
reference means now is judged as well. A warning unless the policy says otherwise.

**Why it matters.** The plan fixes the name, not the image. Anybody who may write the parameter, add
a template version or publish an image can change what is launched, without a plan or a review.

**Example.** `image_id = "resolve:ssm:/golden/al2023"`; `launch_template { version = "$Latest" }`;
`data "aws_ami"` with `most_recent`, which Terraform asks again each time it plans.

**How to fix.** Name the AMI id, a numbered template version, or `resolve:ssm:NAME:VERSION`. For a
lookup, check the plan, which contains the image that was found.

**Reads.** The plan or the configuration, and the launch template it names.

**Offline.** In part: it reports an alias or a template that the reference itself names, and a
lookup that it leads to. It does not report what is only found on the way (an alias inside a launch
template, a template that the plan makes).
"""

from assay.model import (
    Alias,
    Changeable,
    Finding,
    Outcome,
    Resolution,
    Resolved,
    Severity,
    TemplateRef,
    Value,
    image_search,
)
from assay.policy.rules.rule import Rule


def check(
    resolution: Resolution,
    value: Value,
    sensitive: bool,
) -> Finding | None:
    """Report every step to the image that can change its meaning."""
    if isinstance(resolution, Resolved):
        moving = resolution.moving
        if not moving:
            return Finding(Outcome.PASS, "always means the same image")
    else:
        moving = _moving(value)
        if not moving:
            return None
    shown = "a sensitive value" if sensitive else " and ".join(moving)
    fix = ", or ".join(("name the AMI id", *dict.fromkeys(map(_fix, moving))))
    return Finding(Outcome.FAIL, f"can mean another image after this check: {shown}", fix)


def _fix(moving: str) -> str:
    """How to pin the step, besides naming the AMI id itself."""
    if "image lookup" in moving:
        return "check the plan, which contains the image that was found"
    if moving.startswith(("parameter ", "resolve:ssm:")):
        return "a numbered version of the parameter"
    return "a numbered version of the template"


def _moving(value: Value) -> tuple[str, ...]:
    """What can change its meaning, as far as the value itself shows."""
    search = image_search(value)
    if search is not None:
        return () if search.pinned else ("an image lookup",)
    value = value.value if isinstance(value, Changeable) else value
    return (str(value),) if isinstance(value, Alias | TemplateRef) and not value.pinned else ()


RULE = Rule("unpinned", "the reference can change after the check", check, Severity.WARNING)
