"""The types of the resources that an audit judges, in AWS's words.

An existing resource has a type and an ARN; a resource of a plan has an address.

Facts: Security Hub API Reference, Resource (`Type`: AwsEc2Instance, AwsEc2LaunchTemplate, AwsAutoScalingAutoScalingGroup
and AwsAutoScalingLaunchConfiguration are among its values; a resource without a listed type is `Other`).
"""

import msgspec

from assay.report.view import VerdictView

OTHER = "Other"


class ResourceType(msgspec.Struct, frozen=True):
    """One type of resource."""

    name: str
    """For people, and for OCSF, which does not prescribe type names."""
    asff: str = OTHER


_TERRAFORMS = ResourceType("Terraform resource")
_PLACE = ResourceType("AWS account and Region")
_TYPES = {
    "aws_instance": ResourceType("EC2 instance", "AwsEc2Instance"),
    "aws_launch_template": ResourceType("EC2 launch template", "AwsEc2LaunchTemplate"),
    "aws_autoscaling_group": ResourceType("Auto Scaling group", "AwsAutoScalingAutoScalingGroup"),
    "aws_launch_configuration": ResourceType(
        "launch configuration", "AwsAutoScalingLaunchConfiguration"
    ),
    "aws_ssm_parameter": ResourceType("SSM parameter"),
    "aws_imagebuilder_image_recipe": ResourceType("Image Builder recipe"),
    "aws_ec2_fleet": ResourceType("EC2 Fleet"),
    "aws_spot_fleet_request": ResourceType("Spot Fleet"),
}


def type_of(verdict: VerdictView, input_kind: str) -> ResourceType:
    """The type of the resource that a verdict is about, given the kind of its input."""
    if input_kind != "audit":
        return _TERRAFORMS
    return _TYPES.get(verdict.resource_type, _PLACE)
