"""# uncatalogued

**What it does.** Reports an AMI id that is written in the code and that nobody who was asked could
tell anything of: no recorded catalogue holds it, or nobody was asked at all (`--offline`). A
warning unless the policy says otherwise; the verdict stays undetermined all the same.

**Why it matters.** An id pasted from a console or a blog says nothing of where the image comes
from. Before a commit, that is the moment to look.

**Example.** `ami = "ami-0abcdef1234567890"`, checked by the pre-commit hook.

**How to fix.** Check where AWS answers, or record a catalogue that knows the image
(`assay record`) and name it with `--catalog`.

**Reads.** Terraform code, and the catalogue.

**Offline.** Yes: that nobody was asked is what it tells.
"""

from assay.model import (
    Action,
    AmiId,
    Cause,
    Finding,
    Outcome,
    Place,
    Severity,
    Unplaced,
    Unresolved,
    Value,
)
from assay.policy.rules.rule import Rule

_NOT_ASKED = "check where AWS answers, or with a recorded catalogue that knows it"
_NO_PLACE = "tell its Region: nobody can look it up without"


def check(
    unresolved: Unresolved, value: Value, action: Action, place: Place | Unplaced
) -> Finding | None:
    """Speak up for an id in the code that nobody could tell anything of."""
    if action is not Action.DECLARED or not isinstance(value, AmiId):
        return None
    if unresolved.cause not in (Cause.LOOKUP_FAILED, Cause.UNRESOLVED):
        return None
    return Finding(
        Outcome.FAIL,
        "an AMI id in the code that no catalogue at hand knows",
        _NO_PLACE if isinstance(place, Unplaced) else _NOT_ASKED,
    )


RULE = Rule("uncatalogued", "no catalogue knows the AMI id in the code", check, Severity.WARNING)
