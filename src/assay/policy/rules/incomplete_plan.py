"""# incomplete-plan

**What it does.** Adds one undetermined verdict, `(whole plan)`, to a plan that says it leaves
changes out: made with `-target` or `-exclude`, or with changes deferred to a later plan; and to
one that plans a resource and has no change of it. One more for each template that the plan does
not hold: of a stack by `template_url`, a nested stack, a macro, a product. Of code, one a root for
all modules whose code is not there, and one for each file that cannot be read. A root that names
other clouds and no AWS is left alone; its modules are counted as `not-aws`.

**Why it matters.** Every reference that is seen may pass, and what is not seen may launch something
else. Nobody has looked at that yet.

**Example.** `"complete": false` in the plan's JSON; a registry module before `terraform init`.

**How to fix.** Plan without `-target`; run `terraform init` before code is checked; give a stack
its template in `template_body`. Where that is the point, give the rule `warning` or `off`, in a
scope for single stacks.

**Reads.** The plan (`complete`, `deferred_changes`; Terraform 1.8 and later say so, OpenTofu does
not), or the code and its installed modules.

**Offline.** Yes: the plan, or the code, tells it.
"""

from assay.model import Cause, Finding, Incomplete, Outcome, Unresolved, Value
from assay.policy.rules.rule import Rule


def check(unresolved: Unresolved, value: Value) -> Finding | None:
    """Speak up for the plan as a whole, or for the code that is not there."""
    if unresolved.cause is not Cause.INCOMPLETE_PLAN:
        return None
    cure = value.cure if isinstance(value, Incomplete) else None
    return Finding(Outcome.UNDETERMINED, unresolved.reason, cure)


RULE = Rule(
    "incomplete-plan", "the plan, or the code, leaves something out", check, exceptable=False
)
