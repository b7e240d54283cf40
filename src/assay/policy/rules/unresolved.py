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

from assay.model import Cause, Finding, Outcome, Unresolved
from assay.policy.cures import way_out
from assay.policy.rules.rule import Case, Rule


def check(case: Case) -> Finding | None:
    """Speak up where resolution stopped before it reached an image id."""
    match case.subject.resolution:
        case Unresolved(Cause.UNRESOLVED, reason, _, evidence, cure=cure):
            return Finding(
                Outcome.UNDETERMINED,
                reason,
                cure or way_out(case.subject),
                tuple(str(item) for item in evidence),
            )
    return None


RULE = Rule("unresolved", "no image can be named before apply", check, configurable=False)
