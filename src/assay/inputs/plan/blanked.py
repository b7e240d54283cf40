"""Plans from which sensitive values were removed before assay got them.

HCP Terraform's redacted JSON output, and similar tools, leave null or nothing in place of a value,
but keep the mask of what is sensitive. Such a null is not the value that the resource will have.
"""

from typing import Any

from assay.inputs.plan.document.configuration import Configured
from assay.inputs.plan.document.narrow import Narrowed
from assay.inputs.plan.document.values import NO_ID, NO_NAME
from assay.inputs.plan.document.walk import Leaf, at_path
from assay.inputs.surface import Form, Row
from assay.model import Unusable
from assay.model.addresses import Step

BLANKED = Unusable(
    "is sensitive and was removed from the plan",
    "check the output of terraform show -json, not a plan from which values were removed",
)
_NOTHING: tuple[Any, ...] = (None, "", [], {})


def is_blanked(row: Row, leaf: Leaf, view: Narrowed, configured: Configured | None) -> bool:
    """Whether the configuration sets a sensitive value that is empty in the plan."""
    if configured is None:
        return False
    if row.form is Form.PARAMETER and view.after.get("data_type") not in (
        "aws:ec2:image",
        *_NOTHING[:2],
    ):
        return False
    siblings = (name for name in row.instead_of if name != row.top)
    if any(view.after.get(name) not in _NOTHING for name in siblings):
        return False
    return any(configured.writes(path, view.count) for path in _blanks(row, leaf))


def _blanks(row: Row, leaf: Leaf) -> list[tuple[Step, ...]]:
    """The paths where an image or a template should be named, but the plan has no value."""
    if row.template is None or not isinstance(leaf.value, dict):
        return [leaf.steps] if leaf.value in _NOTHING else []
    fields = ((row.template.id, NO_ID), (row.template.name, NO_NAME))
    if any(
        leaf.value.get(name) not in nothing or at_path(leaf.mask, (name,))
        for name, nothing in fields
    ):
        return []
    return [(*leaf.steps, name) for name, _ in fields]
