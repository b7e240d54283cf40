"""# unresolved

**What it does.** Leaves a reference undetermined if the plan does not show which image will be
used: the value is known only after apply, it is not an AMI id or alias, its Region cannot be worked
out, its launch template contains no image, or an image lookup finds no image or more than one. It
does the same if the value may be one of several images and not all of them would pass: a plan shows
what an expression reads but not what it does with it, so everything that it reads is judged.

**Why it matters.** Something will be launched, and it is not known from which image. Skipping it
would be a pass without proof.

**Example.** `ami = data.external.pick.result.ami`, where the data source is read only during apply.

**How to fix.** Make the value known at plan time: use an AMI id, a variable, or a data source that
is read while planning. The message names the reference whose value is not known, and the fix says
what to write.

**Reads.** The plan.

**Offline.** Yes: the plan shows it. Only EC2 knows what a launch template contains and what a
lookup finds.
"""

from assay.model import Action, Cause, Finding, Outcome, Place, Unplaced, Unresolved, Value
from assay.policy.cures import way_out
from assay.policy.rules.rule import Rule


def check(
    unresolved: Unresolved, value: Value, place: Place | Unplaced, attribute: str, action: Action
) -> Finding | None:
    """Report a reference whose resolution stopped before it reached an image."""
    if unresolved.cause is not Cause.UNRESOLVED:
        return None
    fix = unresolved.cure or way_out(value, place, attribute, action)
    return Finding(Outcome.UNDETERMINED, unresolved.reason, fix, unresolved.asked)


RULE = Rule(
    "unresolved",
    "it is not known before apply which image will be used",
    check,
    configurable=False,
    exceptable=False,
)
