"""# unresolved

**What it does.** Leaves a reference undetermined when no image id can be told from the plan: the
value is known only after apply, is not an AMI id or alias, its Region cannot be told, the launch
template it names holds no image, or an image lookup finds none, or several of which it names none.
Also where the value may be one of several images and not all of them would pass: a plan names what
an expression reads, not what it does with it, so everything that is read is judged.

**Why it matters.** Something will be launched, and nobody can say from what. Skipping it would be
a pass without proof.

**Example.** `ami = data.external.pick.result.ami` while that data source waits for apply.

**How to fix.** Give the value at plan time: an AMI id, a variable, or a data source that is read
while planning. The message names the reference that ended the trail, and the fix what to write.

**Reads.** The plan.

**Offline.** Yes: the plan tells it; what a launch template holds, and what a lookup finds, is EC2's
to tell.
"""

from assay.model import Action, Cause, Finding, Outcome, Place, Unplaced, Unresolved, Value
from assay.policy.cures import way_out
from assay.policy.rules.rule import Rule


def check(
    unresolved: Unresolved, value: Value, place: Place | Unplaced, attribute: str, action: Action
) -> Finding | None:
    """Speak up where resolution stopped before it reached an image id."""
    if unresolved.cause is not Cause.UNRESOLVED:
        return None
    fix = unresolved.cure or way_out(value, place, attribute, action)
    return Finding(Outcome.UNDETERMINED, unresolved.reason, fix, unresolved.asked)


RULE = Rule(
    "unresolved",
    "no image can be named before apply",
    check,
    configurable=False,
    exceptable=False,
)
