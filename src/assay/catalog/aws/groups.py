"""Auto Scaling groups and launch configurations: what will launch images again.

Facts: Amazon EC2 Auto Scaling API Reference, DescribeAutoScalingGroups and
DescribeLaunchConfigurations (at most 100 a page; a page may have fewer), LaunchTemplateOverrides
(may have its own template or image), LaunchTemplateSpecification (the default version if none is
given).
"""

from collections.abc import Mapping
from typing import Any

from assay.catalog.aws.listed import listed, text
from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Pages
from assay.model import Place, TemplateRef
from assay.model.uses import (
    GroupOverride,
    LaunchConfiguration,
    ScalingGroup,
)

A_PAGE = 100


def groups(sdk: Sdk, place: Place) -> Pages[ScalingGroup]:
    """Every group, without its instances if the SDK can ask for that."""
    operation = "DescribeAutoScalingGroups"
    wanted = {"IncludeInstances": False, "IncludeManagedResources": True}
    taken = {each: wanted[each] for each in wanted if sdk.takes("autoscaling", operation, each)}
    pages = sdk.pages(
        place,
        "autoscaling",
        "DescribeAutoScalingGroups",
        "AutoScalingGroups",
        MaxRecords=A_PAGE,
        **taken,
    )
    return listed(f"autoscaling:{operation}", pages, _group)


def launch_configurations(sdk: Sdk, place: Place) -> Pages[LaunchConfiguration]:
    """Every launch configuration, whether a group uses it or not."""
    pages = sdk.pages(
        place,
        "autoscaling",
        "DescribeLaunchConfigurations",
        "LaunchConfigurations",
        MaxRecords=A_PAGE,
    )
    return listed("autoscaling:DescribeLaunchConfigurations", pages, _configuration)


def _group(raw: Mapping[str, Any]) -> ScalingGroup | None:
    """None if the answer does not say what the group launches from: it could launch anything."""
    name = text(raw, "AutoScalingGroupName")
    mixed = (raw.get("MixedInstancesPolicy") or {}).get("LaunchTemplate") or {}
    written = raw.get("LaunchTemplate") or mixed.get("LaunchTemplateSpecification")
    template, configuration = _template(written), text(raw, "LaunchConfigurationName")
    overrides = [_override(each) for each in mixed.get("Overrides") or ()]
    told = [each for each in overrides if each is not None]
    unread = written is not None and template is None
    if name is None or unread or len(told) != len(overrides) or not (template or configuration):
        return None
    own = tuple(each for each in told if each != GroupOverride())
    return ScalingGroup(name, text(raw, "AutoScalingGroupARN"), template, configuration, own)


def _override(raw: Mapping[str, Any]) -> GroupOverride | None:
    """None if it names a template that cannot be read. Most name neither template nor image."""
    written = raw.get("LaunchTemplateSpecification")
    template = _template(written)
    if written is not None and template is None:
        return None
    return GroupOverride(template, text(raw, "ImageId"))


def _template(raw: Mapping[str, Any] | None) -> TemplateRef | None:
    id, name = text(raw, "LaunchTemplateId"), text(raw, "LaunchTemplateName")
    if id is None and name is None:
        return None
    return TemplateRef(id, name, text(raw, "Version") or "$Default")


def _configuration(raw: Mapping[str, Any]) -> LaunchConfiguration | None:
    name, image = text(raw, "LaunchConfigurationName"), text(raw, "ImageId")
    if name is None or image is None:
        return None
    return LaunchConfiguration(name, image, text(raw, "LaunchConfigurationARN"))
