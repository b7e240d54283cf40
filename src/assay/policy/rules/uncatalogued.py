"""# uncatalogued

**What it does.** Reports an AMI id that is written in the code and about which nothing could be
found out: it is not in the recorded catalogue, or assay was told not to ask (`--offline`). A
warning unless the policy says otherwise; the verdict is undetermined in any case.

**Why it matters.** An id pasted from a console or a blog says nothing about where the image comes
from. The best time to look is before the commit.

**Example.** `ami = "ami-0abcdef1234567890"`, checked by the pre-commit hook.

**How to fix.** Check the code with AWS credentials, or record a catalogue that contains the image
(`assay record`) and name it with `--catalog`.

**Reads.** Terraform code, and the catalogue.

**Offline.** Yes: it reports every AMI id in the code, because AWS is not asked.
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

_NOT_ASKED = "check it with AWS credentials, or with a recorded catalogue that contains it"
_NO_PLACE = "name its Region: without one it cannot be looked up"


def check(
    unresolved: Unresolved, value: Value, action: Action, place: Place | Unplaced
) -> Finding | None:
    """Fail an id in the code about which nothing could be found out."""
    if action is not Action.DECLARED or not isinstance(value, AmiId):
        return None
    if unresolved.cause not in (Cause.LOOKUP_FAILED, Cause.UNRESOLVED):
        return None
    return Finding(
        Outcome.FAIL,
        "an AMI id in the code, about which the catalogue knows nothing",
        _NO_PLACE if isinstance(place, Unplaced) else _NOT_ASKED,
    )


RULE = Rule("uncatalogued", "no catalogue knows the AMI id in the code", check, Severity.WARNING)
