"""# too-old

**What it does.** Fails an image that was made more than `require.max_age_days` days ago. Without
`require.max_age_days` every age is accepted. A day is 24 hours, counted until the check.

**Why it matters.** An image holds the packages of the day it was built. A golden image that nobody
rebuilds collects known vulnerabilities, and its copies look new only by their name.

**Example.** `require: {max_age_days: 90}` and `CreationDate: 2026-01-15T00:00:00Z` in November.

**How to fix.** Use a newer build. A copy counts from its own creation: to limit the age of what was
copied, use `golden.watermarks[].max_days_since_source_image_created`.

**Reads.** EC2 DescribeImages (`CreationDate`).

**Offline.** No: an image's creation date is EC2's to tell.
"""

from datetime import datetime

from assay.model import Finding, Image, Outcome, Policy
from assay.model.times import day_of
from assay.policy.rules.rule import Rule


def check(image: Image, seen: tuple[str, ...], policy: Policy, as_of: datetime) -> Finding | None:
    """Compare the image's age with the limit."""
    limit, made = policy.require.max_age_days, image.creation_date
    if limit is None:
        return None
    if made is None:
        return Finding(Outcome.UNDETERMINED, "EC2 did not say when the image was made", None, seen)
    age = as_of - made
    if age.total_seconds() > limit * 86_400:
        return Finding(
            Outcome.FAIL,
            f"made {day_of(made)}, {age.days} days ago; {limit} days are allowed",
            "use a newer build",
            seen,
        )
    return Finding(Outcome.PASS, f"{max(age.days, 0)} days old", None, seen)


RULE = Rule("too-old", "the image was made too long ago", check)
