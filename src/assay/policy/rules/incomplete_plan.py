"""# incomplete-plan

**What it does.** Adds one undetermined verdict, `(whole plan)`, if the plan itself says that it
leaves out changes: it was made with `-target` or `-exclude`, or some changes are deferred to a
later plan. The same goes for a plan that lists a planned resource without its change. Adds one more
verdict for each template that the plan does not contain: a stack with `template_url`, a nested
stack, a macro, a product. For code, it adds one verdict per root for all modules whose code is
missing, and one for each file that cannot be read. A root that uses other clouds and no AWS is left
alone; its modules are counted as `not-aws`.

**Why it matters.** All references in the plan may pass while something outside of it launches
another image. That part has not been checked.

**Example.** `"complete": false` in the plan's JSON; a registry module before `terraform init`.

**How to fix.** Plan without `-target`. Run `terraform init` before checking code. Give a stack its
template in `template_body`. If the omission is intended, set the rule to `warning` or `off`, in a
scope if it concerns single stacks.

**Reads.** The plan (`complete`, `deferred_changes`; written by Terraform 1.8 and later, but not by
OpenTofu), or the code and its installed modules.

**Offline.** Yes: the plan or the code shows it.
"""

from assay.model import Cause, Finding, Incomplete, Outcome, Unresolved, Value
from assay.policy.rules.rule import Rule


def check(unresolved: Unresolved, value: Value) -> Finding | None:
    """Report that the plan leaves something out, or that code is missing."""
    if unresolved.cause is not Cause.INCOMPLETE_PLAN:
        return None
    cure = value.cure if isinstance(value, Incomplete) else None
    return Finding(Outcome.UNDETERMINED, unresolved.reason, cure)


RULE = Rule("incomplete-plan", "the plan or the code leaves something out", check, exceptable=False)
