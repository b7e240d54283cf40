"""Which attributes of which resources can contain an image, a launch template, or any text at all.

Facts: the provider schema of hashicorp/aws 5.100.0 (the computed attributes of each resource), the
awscc documentation for 1.97.
"""

from collections.abc import Collection, Mapping
from enum import Enum

from assay.inputs.surface.mentions import of_aws
from assay.model.addresses import Step

IMAGE_ATTRIBUTES: Mapping[str, tuple[str, ...]] = {
    "aws_ami": ("id",),
    "aws_ami_copy": ("id",),
    "aws_ami_from_instance": ("id",),
    "aws_instance": ("ami",),
    "aws_spot_instance_request": ("ami",),
    "aws_launch_template": ("image_id",),
    "aws_launch_configuration": ("image_id",),
    "aws_imagebuilder_image": ("output_resources",),
    "awscc_imagebuilder_image": ("image_id",),
    "aws_ssm_parameter": ("value", "insecure_value"),
}
"""The attributes that contain an AMI id which the provider fills in or passes on. No other
attributes of hashicorp/aws can, except those that contain any text.
"""


_SAID_OF_IMAGES = frozenset({"account_id", "description", "image", "name", "region"})
"""Attributes of an image in the `output_resources` of aws_imagebuilder_image."""
PARAMETER_NAMES = ("arn", "id", "name", "version")
"""The attributes of an SSM parameter from which an alias can be made."""

IMAGE_DATA = frozenset(
    {
        "aws_ami",
        "aws_ami_ids",
        "aws_imagebuilder_image",
        "aws_instance",
        "aws_launch_configuration",
        "aws_launch_template",
        "aws_ssm_parameter",
        "aws_ssm_parameters_by_path",
    }
)
"""The data sources that can contain an AMI id."""

_ANY_TEXT = frozenset(
    {
        *("attributes", "body", "configuration", "content", "contents", "data", "definition"),
        *("description", "document", "environment", "insecure_value", "item", "items", "metadata"),
        *("common_prefixes", "configuration_values", "container_definitions", "image_tags", "keys"),
        *("dockerfile_template_data", "most_recent_image_tags", "names", "parameter_object"),
        *("parent_image", "pipeline_object", "properties_file_content", "querystring"),
        *("resource_record_sets", "resource_tag_mapping_list"),
        *("output", "outputs", "parameters", "payload", "plaintext", "policy", "properties"),
        *("resource_tags", "response", "response_body", "result", "rows", "schema"),
        *("secret_binary", "secret_string", "secret_value", "tags", "tags_all", "template_body"),
        *("text", "user_data", "user_data_base64", "value", "values"),
    }
)
"""Attributes of hashicorp/aws and awscc that contain arbitrary text from users."""

_NAMES_OF_AWS = ("aws_availability_zones", "aws_regions")
"""Data sources whose names are AWS's own."""

_NO_NAMES = ("tls_", "time_", "cloudinit_")
"""Providers that compute certificates, times and MIME messages, none of which can be the id or name
of an image or a template.
"""


class Sought(Enum):
    """The kind of thing that an unknown value should lead to."""

    IMAGE = "an image"
    TEMPLATE = "a launch template"
    VERSION = "a version of a launch template"
    INSTANCE = "an instance"
    CONFIGURATION = "a launch configuration"
    RECIPE = "an Image Builder recipe"
    GROUP = "an Auto Scaling group"
    DISTRIBUTION = "an Image Builder distribution configuration"


_NAMES: Mapping[Sought, tuple[str, Collection[str]]] = {
    Sought.TEMPLATE: (
        "_launch_template",
        ("arn", "id", "name", "launch_template_id", "launch_template_name"),
    ),
    Sought.VERSION: (
        "_launch_template",
        ("latest_version", "default_version", "latest_version_number", "default_version_number"),
    ),
    Sought.INSTANCE: ("_instance", ("id", "instance_id")),
    Sought.CONFIGURATION: ("_launch_configuration", ("id", "name", "launch_configuration_name")),
    Sought.RECIPE: ("_imagebuilder_image_recipe", ("arn", "id")),
    Sought.DISTRIBUTION: ("_imagebuilder_distribution_configuration", ("arn", "id")),
    Sought.GROUP: (
        "_auto_scaling_group",
        ("arn", "id", "name", "auto_scaling_group_arn", "auto_scaling_group_name"),
    ),
}
"""The suffix of the resource type, and the attributes by which others refer to such a resource."""
_ALSO = {
    (Sought.INSTANCE, "aws_spot_instance_request"): ("id", "spot_instance_id"),
    (Sought.GROUP, "aws_autoscaling_group"): ("arn", "id", "name"),
}


GROUPS = (
    ("aws_autoscaling_group", "arn"),
    ("awscc_autoscaling_auto_scaling_group", "auto_scaling_group_arn"),
)
"""The types of Auto Scaling groups, and the attributes with their ARN."""


def leads_to(sought: Sought, resource_type: str, path: tuple[Step, ...], *, data: bool) -> bool:
    """Whether a trail to what is sought may end at this attribute.

    An empty path is the whole resource, of which any attribute may be read.
    """
    if sought is Sought.IMAGE:
        if data:
            return resource_type in IMAGE_DATA
        if resource_type == "aws_ssm_parameter" and path and path[0] in PARAMETER_NAMES:
            return True  # as part of `resolve:ssm:` and a name
        if resource_type == "aws_imagebuilder_image" and not _is_image_of_build(path):
            return False
        return resource_type in IMAGE_ATTRIBUTES and (
            not path or path[0] in IMAGE_ATTRIBUTES[resource_type]
        )
    ending, names = _NAMES[sought]
    if resource_type.endswith(ending) and of_aws(resource_type):
        return not path or path[0] in names
    return (sought, resource_type) in _ALSO and (
        not path or path[0] in _ALSO[sought, resource_type]
    )


def _is_image_of_build(path: tuple[Step, ...]) -> bool:
    """Whether it is an image that a build returns, and not a description of it.

    The path may also contain keys of maps that an expression makes of the outputs, such as Regions.
    """
    _, *below = [step for step in path if isinstance(step, str)] or ("",)
    if not below or below == ["amis"]:
        return True
    return below[:2] == ["amis", "image"] and _SAID_OF_IMAGES.isdisjoint(below[2:])


def may_be_any_text(resource_type: str, attributes: Collection[Step]) -> bool:
    """Whether one of these computed attributes can contain any text that a user wants.

    For providers whose attributes are not known here, every attribute can.
    """
    if resource_type.startswith(_NO_NAMES):
        return False
    if resource_type in _NAMES_OF_AWS:
        return False
    if not of_aws(resource_type):
        return True
    return not _ANY_TEXT.isdisjoint(attributes)
