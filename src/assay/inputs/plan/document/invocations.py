"""Actions that an apply invokes (Terraform 1.14 and later), in the form of changes.

Facts: HashiCorp, terraform `internal/command/jsonplan/action_invocations.go`: `config_values`,
`config_unknown` and `config_sensitive` are for an action what `after` and its masks are for a
resource. An action creates nothing itself: the images its arguments name are judged, and arguments
that are not given do not matter.
"""

from collections.abc import Iterator

import msgspec

from assay.inputs.plan.document.document import (
    ActionInvocation,
    Change,
    PlanDocument,
    ResourceChange,
)
from assay.model.addresses import module_of

INVOKED = "invoke"
_EMPTY = msgspec.Raw(b"{}")


def invoked(plan: PlanDocument) -> Iterator[ResourceChange]:
    """Yield each action of a plan, including deferred ones, as a change."""
    deferred = (each.action_invocation for each in plan.deferred_action_invocations or ())
    for each in (*(plan.action_invocations or ()), *(later for later in deferred if later)):
        yield _as_change(each)


def _as_change(invocation: ActionInvocation) -> ResourceChange:
    return ResourceChange(
        invocation.address,
        invocation.type,
        invocation.name,
        Change(
            (INVOKED,),
            after=invocation.config_values,
            after_unknown=_or_empty(invocation.config_unknown),
            after_sensitive=_or_empty(invocation.config_sensitive),
        ),
        module_address=module_of(invocation.address) or None,
    )


def _or_empty(raw: msgspec.Raw) -> msgspec.Raw:
    return _EMPTY if bytes(raw) in (b"", b"null") else raw
