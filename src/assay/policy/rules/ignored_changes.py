"""# ignored-changes

**What it does.** When code is checked, fails an image attribute that is listed in `lifecycle {
ignore_changes = [...] }` (or covered by `all`). It also fails an attribute whose image comes
through such an attribute of something else: a template, a parameter, `terraform_data`. It reports
nothing for a plan, because a plan shows which image will be used.

**Why it matters.** Terraform keeps the image that the resource was first created with, whatever the
code says now. So the image in the code proves nothing. The resource never gets a new golden image,
keeps a revoked one, and no plan shows the difference.

**Example.** `lifecycle { ignore_changes = [ami] }` in an `aws_instance`.

**How to fix.** Remove the attribute from `ignore_changes` and pin the image, or replace instances
with a launch template and an instance refresh.

**Reads.** Terraform code.

**Offline.** Yes: the code shows it.
"""

from assay.model import Action, Finding, Outcome
from assay.policy.rules.rule import Rule


def check(changes_ignored: bool, action: Action) -> Finding | None:
    """Fail if the code tells Terraform to ignore changes of the image."""
    if not changes_ignored or action is not Action.DECLARED:
        return None
    return Finding(
        Outcome.FAIL,
        "because of ignore_changes, Terraform keeps the image that the resource already has, whatever the code says",
        "remove the attribute from ignore_changes and pin the image",
    )


RULE = Rule("ignored-changes", "Terraform ignores changes to the image", check)
