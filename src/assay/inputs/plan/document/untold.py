"""What a plan does not say: changes that are deferred, excluded or missing.

Facts: HashiCorp, "JSON Output Format": `planned_values` contains what will exist, and
`resource_changes` what happens to each resource. A refresh-only plan has no `resource_changes`; it
plans what is in the prior state. Forgotten resources are in `planned_values` by mistake (terraform
issue 38641), but they also have a change.
"""

from collections.abc import Iterator

from assay.inputs.plan.document.document import PlanDocument
from assay.inputs.plan.document.prior import Prior
from assay.model import Action, AmiReference, Incomplete, Kind, Unplaced

WHOLE_PLAN = "(whole plan)"


def untold(plan: PlanDocument, prior: Prior) -> Iterator[AmiReference]:
    """Yield one reference for each way in which a plan is incomplete."""
    deferred = len(plan.deferred_changes or ())
    invocations = len(plan.deferred_action_invocations or ())
    if deferred:
        yield _whole("complete", _deferred(deferred, "change"))
    elif invocations:
        yield _whole("complete", _deferred(invocations, "action"))
    elif plan.complete is False:
        yield _whole("complete", Incomplete("the plan leaves changes out (-target or -exclude?)"))
    missing = _missing(plan, prior)
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        them = "them" if more else "it"
        reason = f"the plan says that {missing[0]}{more} will exist, but not what happens to {them}"
        cure = "make the file again with `terraform show -json`, and remove nothing from it"
        yield _whole("resource_changes", Incomplete(reason, cure))


def _deferred(count: int, what: str) -> Incomplete:
    many = f"1 {what} is" if count == 1 else f"{count} {what}s are"
    return Incomplete(f"{many} deferred to a later plan")


def _whole(attribute: str, value: Incomplete) -> AmiReference:
    return AmiReference(
        address=WHOLE_PLAN,
        resource_type="",
        attribute=attribute,
        kind=Kind.LAUNCH,
        action=Action.READ,
        value=value,
        place=Unplaced(value.reason),
    )


def _missing(plan: PlanDocument, prior: Prior) -> list[str]:
    """The planned resources for which there is no change."""
    changes = {change.address for change in plan.resource_changes or ()}
    planned = plan.planned_values.addresses() if plan.planned_values else ()
    if changes.issuperset(planned):
        return []
    for later in plan.deferred_changes or ():
        if later.resource_change:
            changes.add(later.resource_change.address)
    if plan.resource_changes is None:
        changes.update(prior.addresses())
    return [each for each in planned if each not in changes]
