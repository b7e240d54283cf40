"""# unpinned

**What it does.** Reports a reference that can mean another image after the check: a launch
template at `$Latest` or `$Default`, or a `resolve:ssm:` alias without a version number. The image
it means now is judged all the same. A warning unless the policy says otherwise.

**Why it matters.** The plan binds the name, not the image. Whoever may write the parameter or add
a template version changes what is launched, with no plan and no review.

**Example.** `image_id = "resolve:ssm:/golden/al2023"`; `launch_template { version = "$Latest" }`.

**How to fix.** Name the AMI id, a numbered template version, or `resolve:ssm:NAME:VERSION`.

**Reads.** The plan, and the launch template it names.

**Offline.** In part: an alias or a template that the reference itself names is reported. What is
met on the way (an alias inside a launch template, a template that the plan makes) is not.
"""

from assay.model import Alias, Finding, Outcome, Resolved, Severity, TemplateRef
from assay.policy.rules.rule import Case, Rule


def check(case: Case) -> Finding | None:
    """Report every indirection on the way that can move."""
    value = case.subject.reference.value
    if isinstance(case.subject.resolution, Resolved):
        moving = case.subject.resolution.moving
    elif isinstance(value, Alias | TemplateRef) and not value.pinned:
        moving = (str(value),)
    else:
        return None
    if not moving:
        return Finding(Outcome.PASS, "names one image for good")
    shown = "a sensitive value" if case.subject.reference.sensitive else " and ".join(moving)
    return Finding(
        Outcome.FAIL,
        f"can mean another image after this check: {shown}",
        "name the AMI id, a numbered template version, or a numbered parameter version",
    )


RULE = Rule("unpinned", "the reference can change after the check", check, Severity.WARNING)
