"""The rows for resources in documents: those of hashicorp/awscc, and some for types that it lacks."""

from functools import cache

from assay.inputs.surface import Row, rows_by_type
from assay.inputs.surface.row import LAUNCH

_ONLY_IN_CLOUDFORMATION = (
    Row("awscc_emr_cluster", "custom_ami_id", LAUNCH),
    Row("awscc_cloud9_environment_ec2", "image_id", LAUNCH),
    Row("awscc_opsworks_instance", "ami_id", LAUNCH, instead_of=("os",)),
    Row("awscc_ec2_spot_instances", "launch_specification.image_id", LAUNCH),
)


@cache
def _rows() -> dict[str, tuple[Row, ...]]:
    table = rows_by_type()
    for row in _ONLY_IN_CLOUDFORMATION:
        table[row.resource_type] = (*table.get(row.resource_type, ()), row)
    return table


def rows_of(kind: str) -> tuple[Row, ...]:
    """Return the rows of a type, as named by hashicorp/awscc."""
    return _rows().get(kind, ())


def launches(kind: str) -> bool:
    """Whether a resource of this type can lead to an image."""
    return kind in _rows()
