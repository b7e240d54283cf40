"""# ignored-changes

**What it does.** Reports an image attribute that `lifecycle { ignore_changes = [...] }` names (or
`all`). A warning unless the policy says otherwise.

**Why it matters.** Terraform will leave the resource at the image it was once made from, whatever
the code says. A new golden image, or the end of a revoked one, never reaches it, and no plan shows
the difference.

**Example.** `lifecycle { ignore_changes = [ami] }` in an `aws_instance`.

**How to fix.** Take the attribute out of `ignore_changes` and pin the image, or roll instances by a
launch template and an instance refresh.

**Reads.** Terraform code, or a plan whose code is named by `--source-root`.

**Offline.** Yes: the code tells it.
"""

from assay.model import Finding, Outcome, Severity
from assay.policy.rules.rule import Case, Rule


def check(case: Case) -> Finding | None:
    """Speak up where the code tells Terraform to look away."""
    reference = case.subject.reference
    if not reference.changes_ignored:
        return None
    return Finding(
        Outcome.FAIL,
        "ignore_changes keeps the image as it once was, whatever the code says",
        "take it out of ignore_changes and pin the image",
    )


RULE = Rule("ignored-changes", "Terraform ignores changes of the image", check, Severity.WARNING)
