"""The table: which attribute of which resource type contains an AMI, or leads to one.

One row per attribute path, one module per topic. Paths are relative to
`resource_changes[].change.after`; `[*]` stands for every element of a list. A nested block of
hashicorp/aws is a list even if the schema allows only one; hashicorp/awscc nests plain objects.
Source of the paths: `terraform providers schema -json` of hashicorp/aws 5.100.0 (types that version
6 removed or added are otherwise the same), and the awscc documentation for 1.97.
"""

from assay.inputs.surface.chosen import CC_CHOSEN, CHOSEN
from assay.inputs.surface.cloud_control import CLOUD_CONTROL
from assay.inputs.surface.images import IMAGES
from assay.inputs.surface.instances import GROUPS, INSTANCES
from assay.inputs.surface.mentions import MENTIONS, only_mentions
from assay.inputs.surface.row import Choice, Elsewhere, Form, Row, TemplateFields
from assay.inputs.surface.services import SERVICES

__all__ = [
    "MENTIONS",
    "ROWS",
    "SENSITIVE",
    "Choice",
    "Elsewhere",
    "Form",
    "Row",
    "TemplateFields",
    "decisive",
    "only_mentions",
    "rows_by_type",
]

ROWS = (*INSTANCES, *GROUPS, *SERVICES, *IMAGES, *CHOSEN, *CLOUD_CONTROL, *CC_CHOSEN)

SENSITIVE = {"aws_ssm_parameter": frozenset({"value", "value_wo"})}
"""Attributes that the provider's schema marks as sensitive: Terraform code does not show that."""


def rows_by_type() -> dict[str, tuple[Row, ...]]:
    """The table, keyed by resource type."""
    table: dict[str, tuple[Row, ...]] = {}
    for row in ROWS:
        table[row.resource_type] = (*table.get(row.resource_type, ()), row)
    return table


def decisive(rows: tuple[Row, ...]) -> Row | None:
    """The row that decides alone if it has an AMI id: all others give way to it."""
    if not rows or rows[0].form is not Form.IMAGE or rows[0].region or "." in rows[0].path:
        return None
    others = all(row.overridden_by == rows[0].path for row in rows[1:])
    return rows[0] if others and "[" not in rows[0].path else None
