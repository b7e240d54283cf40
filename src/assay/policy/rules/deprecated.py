"""# deprecated

**What it does.** Reports an image whose deprecation time has passed. A warning unless the policy
says otherwise: EC2 still launches deprecated images.

**Why it matters.** An owner deprecates an image to tell its users to move to a newer one. EC2 no
longer lists a deprecated image for other accounts, and it gets no more fixes.

**Example.** `DeprecationTime: 2026-03-01T00:00:00Z`, checked in November 2026.

**How to fix.** Use the image that replaces it.

**Reads.** EC2 DescribeImages (`DeprecationTime`).

**Offline.** No: only EC2 knows deprecation times.
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
        "use the image that replaces it",
        seen,
    )


RULE = Rule("deprecated", "the image is past its deprecation time", check, Severity.WARNING)
