"""Plans out of which sensitive values were taken before they were handed over.

HCP Terraform's redacted JSON output, and tools that do alike, leave null or nothing where a value
was; the mask of what is sensitive stays. Such a value is not what the resource will hold.
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
    """Whether a sensitive value is written, and stands in the plan as nothing."""
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
    """Where an image or a template would be named, and nothing stands."""
    if row.template is None or not isinstance(leaf.value, dict):
        return [leaf.steps] if leaf.value in _NOTHING else []
    fields = ((row.template.id, NO_ID), (row.template.name, NO_NAME))
    if any(
        leaf.value.get(name) not in nothing or at_path(leaf.mask, (name,))
        for name, nothing in fields
    ):
        return []
    return [(*leaf.steps, name) for name, _ in fields]
