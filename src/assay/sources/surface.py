"""The table: which attribute of which resource type holds an AMI.

A row an attribute path. Paths are written below `resource_changes[].change.after`; `[*]` stands for
every element of a nested block, which is a JSON array even where the schema allows one block.
Source of the paths: `terraform providers schema -json` of hashicorp/aws 5.100.0.
"""

from dataclasses import dataclass

from assay.model import Kind


@dataclass(frozen=True, slots=True)
class TemplateFields:
    """How one block type spells a launch template's id, name and version."""

    id: str
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Row:
    """One place where an image is named: directly, or (with `template`) through a launch template.

    `instead_of` names sibling attributes that make this one unnecessary: where one of them is set,
    an unknown value here that the configuration does not write only means "computed by AWS".
    `overridden_by` names a sibling that, when set, wins over this row at launch.
    """

    resource_type: str
    path: str
    kind: Kind
    template: TemplateFields | None = None
    instead_of: tuple[str, ...] = ()
    overridden_by: str | None = None


_SHORT = TemplateFields("id", "name", "version")
_LONG = TemplateFields("launch_template_id", "launch_template_name", "version")

_GROUP_MIXED = "mixed_instances_policy[*].launch_template[*]"
_GROUP_SIBLINGS = ("launch_configuration", "launch_template", "mixed_instances_policy")

ROWS = (
    Row("aws_instance", "ami", Kind.LAUNCH, instead_of=("launch_template",)),
    Row("aws_instance", "launch_template[*]", Kind.LAUNCH, _SHORT, overridden_by="ami"),
    Row("aws_spot_instance_request", "ami", Kind.LAUNCH, instead_of=("launch_template",)),
    Row(
        "aws_spot_instance_request",
        "launch_template[*]",
        Kind.LAUNCH,
        _SHORT,
        overridden_by="ami",
    ),
    Row("aws_launch_template", "image_id", Kind.TEMPLATE),
    Row("aws_launch_configuration", "image_id", Kind.TEMPLATE),
    Row(
        "aws_autoscaling_group",
        "launch_template[*]",
        Kind.LAUNCH,
        _SHORT,
        instead_of=_GROUP_SIBLINGS,
    ),
    Row(
        "aws_autoscaling_group",
        f"{_GROUP_MIXED}.launch_template_specification[*]",
        Kind.LAUNCH,
        _LONG,
        instead_of=_GROUP_SIBLINGS,
    ),
    Row(
        "aws_autoscaling_group",
        f"{_GROUP_MIXED}.override[*].launch_template_specification[*]",
        Kind.LAUNCH,
        _LONG,
        instead_of=_GROUP_SIBLINGS,
    ),
)


def rows_by_type() -> dict[str, tuple[Row, ...]]:
    """The table, keyed by resource type."""
    table: dict[str, tuple[Row, ...]] = {}
    for row in ROWS:
        table[row.resource_type] = (*table.get(row.resource_type, ()), row)
    return table
