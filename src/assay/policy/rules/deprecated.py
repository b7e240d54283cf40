"""# deprecated

**What it does.** Reports an image whose deprecation time has passed. A warning unless the policy
says otherwise: EC2 still launches deprecated images.

**Why it matters.** Deprecation is how image owners say "move on". A deprecated image is hidden
from everybody else's listings and gets no more fixes.

**Example.** `DeprecationTime: 2026-03-01T00:00:00Z`, and it is November.

**How to fix.** Use the successor.

**Reads.** EC2 DescribeImages (`DeprecationTime`).

**Offline.** No: deprecation times are EC2's to tell.
"""

from datetime import datetime

from assay.model import Finding, Image, Outcome, Severity
from assay.model.times import day_of
from assay.policy.rules.rule import Rule


def check(image: Image, seen: tuple[str, ...], as_of: datetime) -> Finding:
    """Compare the deprecation time, if any, with the time of the check."""
    deprecated = image.deprecation_time
    if deprecated is None or deprecated > as_of:
        return Finding(Outcome.PASS, "not deprecated", None, seen)
    return Finding(
        Outcome.FAIL,
        f"deprecated since {day_of(deprecated)}",
        "use the successor of this image",
        seen,
    )


RULE = Rule("deprecated", "the image is past its deprecation time", check, Severity.WARNING)
