"""# ignored-changes

**What it does.** Fails an image attribute that `lifecycle { ignore_changes = [...] }` names (or
`all`), where code is checked, and one whose image comes through such an attribute of something
else: a template, a parameter, `terraform_data`. A plan tells which image there will be, so there it
is silent.

**Why it matters.** Terraform will leave the resource at the image it was once made from, whatever
the code says: the image in the code proves nothing. A new golden image, or the end of a revoked
one, never reaches it, and no plan shows the difference.

**Example.** `lifecycle { ignore_changes = [ami] }` in an `aws_instance`.

**How to fix.** Take the attribute out of `ignore_changes` and pin the image, or roll instances by a
launch template and an instance refresh.

**Reads.** Terraform code.

**Offline.** Yes: the code tells it.
"""

from assay.model import Action, Finding, Outcome
from assay.policy.rules.rule import Rule


def check(changes_ignored: bool, action: Action) -> Finding | None:
    """Speak up where the code tells Terraform to look away."""
    if not changes_ignored or action is not Action.DECLARED:
        return None
    return Finding(
        Outcome.FAIL,
        "ignore_changes keeps the image as it once was, whatever the code says",
        "take it out of ignore_changes and pin the image",
    )


RULE = Rule("ignored-changes", "Terraform ignores changes of the image", check)
