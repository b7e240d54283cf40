"""What an audit judges, in AWS's words: a resource that exists has a type and an ARN, one of a plan has its address.

Facts: Security Hub API Reference, Resource (`Type`: AwsEc2Instance, AwsEc2LaunchTemplate, AwsAutoScalingAutoScalingGroup
and AwsAutoScalingLaunchConfiguration are among its values; whatever has none is `Other`).
"""

import msgspec

from assay.report.view import VerdictView

OTHER = "Other"


class ResourceType(msgspec.Struct, frozen=True):
    """One type of resource."""

    name: str
    """For people, and for OCSF, which leaves the words to who writes them."""
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
    """What a verdict is about, in an input of a kind."""
    if input_kind != "audit":
        return _TERRAFORMS
    return _TYPES.get(verdict.resource_type, _PLACE)
