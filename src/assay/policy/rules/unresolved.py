"""# unresolved

**What it does.** Leaves a reference undetermined when no image id can be told from the plan: the
value is known only after apply, is not an AMI id or alias, its Region cannot be told, the launch
template it names holds no image, or an image lookup finds none, or several of which it names none.

**Why it matters.** Something will be launched, and nobody can say from what. Skipping it would be
a pass without proof.

**Example.** `ami = data.external.pick.result.ami` while that data source waits for apply.

**How to fix.** Give the value at plan time: an AMI id, a variable, or a data source that is read
while planning. The message names the reference that ended the trail.

**Reads.** The plan.

**Offline.** Yes: the plan tells it; what a launch template holds, and what a lookup finds, is EC2's
to tell.
"""

from assay.model import Action, Cause, Finding, Outcome, Subject, Unknown, Unplaced, Unresolved
from assay.policy.rules.rule import Case, Rule

_NO_IMAGE = "give the image at plan time, so that it can be checked before apply"
_NO_PLACE = "tell where the image is launched: in the provider block, --region or aws.region"


def check(case: Case) -> Finding | None:
    """Speak up where resolution stopped before it reached an image id."""
    match case.subject.resolution:
        case Unresolved(Cause.UNRESOLVED, reason, _, evidence, cure=cure):
            return Finding(
                Outcome.UNDETERMINED,
                reason,
                cure or _fix(case.subject),
                tuple(str(item) for item in evidence),
            )
    return None


def _fix(subject: Subject) -> str:
    reference = subject.reference
    match reference.value:
        case Unknown((name,)) if reference.action is Action.DECLARED and name.startswith("var."):
            name = name.removeprefix("var.")
            return f"give var.{name} a value: a default, a tfvars file, --var-file or TF_VAR_{name}"
        case Unknown():
            return _NO_IMAGE
    return _NO_PLACE if isinstance(subject.place, Unplaced) else _NO_IMAGE


RULE = Rule("unresolved", "no image can be named before apply", check, configurable=False)
