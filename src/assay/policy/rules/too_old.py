"""# too-old

**What it does.** Fails an image that was made more than `require.max_age_days` days ago. Without
`require.max_age_days`, every age is accepted. A day is 24 hours, counted up to the time of the
check.

**Why it matters.** An image contains the packages of the day it was built. If nobody rebuilds a
golden image, more and more known vulnerabilities apply to it.

**Example.** `require: {max_age_days: 90}` and `CreationDate: 2026-01-15T00:00:00Z` in November.

**How to fix.** Use a newer build. The age of a copy counts from its own creation. To limit the age
of the image that was copied, use `golden.watermarks[].max_days_since_source_image_created`.

**Reads.** EC2 DescribeImages (`CreationDate`).

**Offline.** No: only EC2 knows when an image was created.
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
            f"made {day_of(made)}, {age.days} days ago, and at most {limit} days are allowed",
            "use a newer build",
            seen,
        )
    return Finding(Outcome.PASS, f"{max(age.days, 0)} days old", None, seen)


RULE = Rule("too-old", "the image was made too long ago", check)
