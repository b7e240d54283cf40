"""# incomplete-plan

**What it does.** Adds one undetermined verdict, `(whole plan)`, to a plan that says it leaves
changes out: made with `-target` or `-exclude`, or with changes deferred to a later plan.

**Why it matters.** Every reference in it may pass, and the apply that completes it may launch
something else. Nobody has seen that yet.

**Example.** `"complete": false` in the plan's JSON.

**How to fix.** Plan without `-target`. Where that is the point, give the rule `warning` or `off`.

**Reads.** The plan (`complete`, `deferred_changes`; Terraform 1.8 and later say so, OpenTofu does
not).

**Offline.** Yes: the plan tells it.
"""

from assay.model import Cause, Finding, Outcome, Unresolved
from assay.policy.rules.rule import Case, Rule


def check(case: Case) -> Finding | None:
    """Speak up for the plan as a whole."""
    match case.subject.resolution:
        case Unresolved(Cause.INCOMPLETE_PLAN, reason):
            return Finding(
                Outcome.UNDETERMINED, reason, "plan without -target, and apply nothing in parts"
            )
    return None


RULE = Rule("incomplete-plan", "the plan says that it leaves changes out", check)
