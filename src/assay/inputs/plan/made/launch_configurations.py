"""The launch configurations of one plan, by their names."""

from collections.abc import Iterator

from assay.inputs.plan.document.planned import PlannedResource, PlannedResources

_CONFIGURATIONS = (
    ("aws_launch_configuration", "name"),
    ("awscc_autoscaling_launch_configuration", "launch_configuration_name"),
)
"""The types of launch configurations, and the attribute that holds their name."""


def named_configurations(planned: PlannedResources, name: object) -> Iterator[PlannedResource]:
    """Those of one name, wherever they are."""
    for kind, attribute in _CONFIGURATIONS:
        yield from planned.named(kind, name, attribute)
