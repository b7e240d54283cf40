"""The launch configurations of one plan, by their names."""

from collections.abc import Iterator

from assay.inputs.plan.document.planned import PlannedResource, PlannedResources

_CONFIGURATIONS = (
    ("aws_launch_configuration", "name"),
    ("awscc_autoscaling_launch_configuration", "launch_configuration_name"),
)
"""The types of launch configurations, and the attributes with their names."""


def named_configurations(planned: PlannedResources, name: object) -> Iterator[PlannedResource]:
    """Yield the launch configurations with this name, in any place."""
    for kind, attribute in _CONFIGURATIONS:
        yield from planned.named(kind, name, attribute)
