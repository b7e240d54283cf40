"""The table: which attribute of which resource type holds an AMI, or leads to one.

A row an attribute path. Paths are written below `resource_changes[].change.after`; `[*]` stands for
every element of a list. A nested block of hashicorp/aws is a list even where the schema allows one;
hashicorp/awscc nests plain objects. Source of the paths: `terraform providers schema -json` of
hashicorp/aws 5.100.0 (types that version 6 removed or added are the same otherwise), the awscc
documentation for 1.97.
"""

from enum import Enum

import msgspec

from assay.model import Kind


class Form(Enum):
    """How a value at a path names its image."""

    IMAGE = "an AMI id or a resolve:ssm: alias"
    TEMPLATE = "a block that names a launch template"
    LAUNCH_CONFIGURATION = "the name of a launch configuration"
    REGISTERED = "an image that the resource registers from snapshots"
    INSTANCE = "an instance id, whose image is meant"
    BUILD_PARENT = "an AMI id, an Image Builder ARN or ssm:NAME"
    RECIPE = "the ARN of an Image Builder recipe"
    GROUP = "the ARN of an Auto Scaling group"
    PARAMETER = "the value of an SSM parameter"


class TemplateFields(msgspec.Struct, frozen=True, gc=False):
    """How one block type spells a launch template's id, name and version."""

    id: str
    name: str
    version: str


class Row(msgspec.Struct, frozen=True, gc=False):
    """One place where an image is named.

    `instead_of` names sibling attributes that make this one unnecessary: where one of them is set,
    an unknown value here that the configuration does not write only means "computed by AWS".
    `overridden_by` names a sibling that, when set, wins over this row at launch. `when` are fields
    of the same block that must have these values. `region` is a sibling that tells the image's
    Region where that is not the resource's own.
    """

    resource_type: str
    path: str
    kind: Kind
    form: Form = Form.IMAGE
    template: TemplateFields | None = None
    instead_of: tuple[str, ...] = ()
    overridden_by: str | None = None
    when: tuple[tuple[str, str], ...] = ()
    region: str | None = None
    top: str = ""
    """The top-level attribute that the path starts with."""

    def __post_init__(self) -> None:
        top = self.path.partition(".")[0].removesuffix("[*]")
        msgspec.structs.force_setattr(self, "top", top)


_LAUNCH, _TEMPLATE, _DERIVE = Kind.LAUNCH, Kind.TEMPLATE, Kind.DERIVE
_BAKE, _SHARE, _ALIAS = Kind.BAKE, Kind.SHARE, Kind.ALIAS

_SHORT = TemplateFields("id", "name", "version")
_LONG = TemplateFields("launch_template_id", "launch_template_name", "version")
_PCS = TemplateFields("template_id", "template_name", "version")

_GROUP = ("launch_configuration", "launch_template", "mixed_instances_policy")
_CC_GROUP = ("launch_configuration_name", *_GROUP[1:], "instance_id")
_MIXED = "mixed_instances_policy[*].launch_template[*]"
_CC_MIXED = "mixed_instances_policy.launch_template"
_CC_FLEET = "spot_fleet_request_config_data"
_BEANSTALK = ("namespace", "aws:autoscaling:launchconfiguration")


def _template(
    resource_type: str,
    path: str,
    fields: TemplateFields = _SHORT,
    *,
    instead_of: tuple[str, ...] = (),
    overridden_by: str | None = None,
) -> Row:
    """A block through which instances are launched from a template."""
    return Row(
        resource_type, path, _LAUNCH, Form.TEMPLATE, fields, instead_of, overridden_by=overridden_by
    )


_INSTANCES = (
    Row("aws_instance", "ami", _LAUNCH, instead_of=("launch_template",)),
    _template("aws_instance", "launch_template[*]", overridden_by="ami"),
    Row("aws_spot_instance_request", "ami", _LAUNCH, instead_of=("launch_template",)),
    _template("aws_spot_instance_request", "launch_template[*]", overridden_by="ami"),
    Row("aws_launch_template", "image_id", _TEMPLATE),
    Row("aws_launch_configuration", "image_id", _TEMPLATE),
)

_GROUPS = (
    Row("aws_autoscaling_group", "launch_configuration", _LAUNCH, Form.LAUNCH_CONFIGURATION,
        instead_of=_GROUP),
    _template("aws_autoscaling_group", "launch_template[*]", instead_of=_GROUP),
    _template("aws_autoscaling_group", f"{_MIXED}.launch_template_specification[*]", _LONG,
              instead_of=_GROUP),
    _template("aws_autoscaling_group", f"{_MIXED}.override[*].launch_template_specification[*]",
              _LONG, instead_of=_GROUP),
    Row("aws_spot_fleet_request", "launch_specification[*].ami", _LAUNCH),
    _template("aws_spot_fleet_request",
              "launch_template_config[*].launch_template_specification[*]"),
    _template("aws_ec2_fleet", "launch_template_config[*].launch_template_specification[*]", _LONG),
    _template("aws_eks_node_group", "launch_template[*]"),
    _template("aws_gamelift_game_server_group", "launch_template[*]"),
    Row("aws_ecs_capacity_provider",
        "auto_scaling_group_provider[*].auto_scaling_group_arn", _LAUNCH, Form.GROUP),
)  # fmt: skip

_SERVICES = (
    Row("aws_batch_compute_environment", "compute_resources[*].image_id", _LAUNCH),
    Row("aws_batch_compute_environment",
        "compute_resources[*].ec2_configuration[*].image_id_override", _LAUNCH,
        instead_of=("compute_resources",)),
    _template("aws_batch_compute_environment", "compute_resources[*].launch_template[*]", _LONG),
    Row("aws_emr_cluster", "custom_ami_id", _LAUNCH),
    Row("aws_cloud9_environment_ec2", "image_id", _LAUNCH),
    Row("aws_codebuild_fleet", "image_id", _LAUNCH),
    Row("aws_rds_custom_db_engine_version", "source_image_id", _LAUNCH),
    Row("aws_elastic_beanstalk_environment", "setting[*].value", _LAUNCH,
        when=(_BEANSTALK, ("name", "ImageId"))),
    Row("aws_elastic_beanstalk_configuration_template", "setting[*].value", _TEMPLATE,
        when=(_BEANSTALK, ("name", "ImageId"))),
    Row("aws_opsworks_instance", "ami_id", _LAUNCH, instead_of=("os",)),
    Row("aws_ssm_parameter", "value", _ALIAS, Form.PARAMETER, instead_of=("insecure_value",)),
    Row("aws_ssm_parameter", "insecure_value", _ALIAS, Form.PARAMETER, instead_of=("value",)),
)  # fmt: skip

_IMAGES = (
    Row("aws_ami", "id", _DERIVE, Form.REGISTERED),
    Row("aws_ami_copy", "source_ami_id", _DERIVE, region="source_ami_region"),
    Row("aws_ami_from_instance", "source_instance_id", _DERIVE, Form.INSTANCE),
    Row("aws_ami_launch_permission", "image_id", _SHARE),
    Row("aws_imagebuilder_image_recipe", "parent_image", _BAKE, Form.BUILD_PARENT),
    Row("aws_imagebuilder_container_recipe", "instance_configuration[*].image", _LAUNCH),
    Row("aws_imagebuilder_image", "image_recipe_arn", _BAKE, Form.RECIPE),
    Row("aws_imagebuilder_image_pipeline", "image_recipe_arn", _BAKE, Form.RECIPE),
)

_CLOUD_CONTROL = (
    Row("awscc_ec2_instance", "image_id", _LAUNCH, instead_of=("launch_template",)),
    _template("awscc_ec2_instance", "launch_template", _LONG, overridden_by="image_id"),
    Row("awscc_ec2_launch_template", "launch_template_data.image_id", _TEMPLATE),
    Row("awscc_autoscaling_launch_configuration", "image_id", _TEMPLATE),
    Row("awscc_autoscaling_auto_scaling_group", "launch_configuration_name", _LAUNCH,
        Form.LAUNCH_CONFIGURATION, instead_of=_CC_GROUP),
    _template("awscc_autoscaling_auto_scaling_group", "launch_template", _LONG,
              instead_of=_CC_GROUP),
    _template("awscc_autoscaling_auto_scaling_group",
              f"{_CC_MIXED}.launch_template_specification", _LONG, instead_of=_CC_GROUP),
    Row("awscc_autoscaling_auto_scaling_group", f"{_CC_MIXED}.overrides[*].image_id", _LAUNCH,
        instead_of=_CC_GROUP),
    _template("awscc_autoscaling_auto_scaling_group",
              f"{_CC_MIXED}.overrides[*].launch_template_specification", _LONG,
              instead_of=_CC_GROUP),
    Row("awscc_ec2_spot_fleet", f"{_CC_FLEET}.launch_specifications[*].image_id", _LAUNCH),
    _template("awscc_ec2_spot_fleet",
              f"{_CC_FLEET}.launch_template_configs[*].launch_template_specification", _LONG),
    _template("awscc_ec2_ec2_fleet", "launch_template_configs[*].launch_template_specification",
              _LONG),
    Row("awscc_batch_compute_environment", "compute_resources.image_id", _LAUNCH,
        instead_of=("compute_resources",)),
    Row("awscc_batch_compute_environment",
        "compute_resources.ec_2_configuration[*].image_id_override", _LAUNCH,
        instead_of=("compute_resources",)),
    _template("awscc_batch_compute_environment", "compute_resources.launch_template", _LONG,
              instead_of=("compute_resources",)),
    _template("awscc_batch_compute_environment", "compute_resources.launch_template.overrides[*]",
              _LONG, instead_of=("compute_resources",)),
    Row("awscc_codebuild_fleet", "image_id", _LAUNCH),
    Row("awscc_pcs_compute_node_group", "ami_id", _LAUNCH,
        instead_of=("custom_launch_template",)),
    _template("awscc_pcs_compute_node_group", "custom_launch_template", _PCS,
              overridden_by="ami_id"),
    Row("awscc_sagemaker_cluster", "instance_groups[*].image_id", _LAUNCH),
    Row("awscc_workspacesinstances_workspace_instance", "managed_instance.image_id", _LAUNCH),
    _template("awscc_gamelift_game_server_group", "launch_template", _LONG),
    Row("awscc_imagebuilder_image_recipe", "parent_image", _BAKE, Form.BUILD_PARENT),
    Row("awscc_imagebuilder_container_recipe", "instance_configuration.image", _LAUNCH),
    Row("awscc_imagebuilder_image", "image_recipe_arn", _BAKE, Form.RECIPE),
    Row("awscc_imagebuilder_image_pipeline", "image_recipe_arn", _BAKE, Form.RECIPE),
    Row("awscc_rds_custom_db_engine_version", "image_id", _LAUNCH),
    Row("awscc_elasticbeanstalk_environment", "option_settings[*].value", _LAUNCH,
        when=(_BEANSTALK, ("option_name", "ImageId"))),
    Row("awscc_elasticbeanstalk_configuration_template", "option_settings[*].value", _TEMPLATE,
        when=(_BEANSTALK, ("option_name", "ImageId"))),
    Row("awscc_ssm_parameter", "value", _ALIAS, Form.PARAMETER),
)  # fmt: skip

ROWS = (*_INSTANCES, *_GROUPS, *_SERVICES, *_IMAGES, *_CLOUD_CONTROL)

SENSITIVE = {"aws_ssm_parameter": frozenset({"value"})}
"""Attributes that the provider's schema marks as sensitive, which code does not show."""

MENTIONS = {
    "*": (
        *("tags_all", "tag", "tag_specifications", "description", "policy"),
        *("triggers", "triggers_replace", "keepers"),
    ),
    "aws_ami": ("*",),
    "aws_ami_copy": ("*",),
    "aws_ami_from_instance": ("*",),
    "aws_ami_launch_permission": ("id",),
    "aws_imagebuilder_image": ("output_resources",),
    "awscc_imagebuilder_image": ("image_id", "id"),
    "aws_rds_custom_db_engine_version": ("image_id",),
    "aws_eks_node_group": ("release_version",),
    "aws_iam_role": ("inline_policy", "assume_role_policy"),
    "aws_organizations_policy": ("content",),
    "aws_config_config_rule": ("input_parameters", "source"),
    "aws_ec2_allowed_images_settings": ("*",),
    "aws_inspector2_filter": ("*",),
    "aws_securityhub_insight": ("*",),
    "terraform_data": ("*",),
}
"""Top-level attributes that may hold an AMI id and launch nothing: text, policies, and the ids of
images themselves. Everywhere else an AMI id that no row explains is reported."""


def rows_by_type() -> dict[str, tuple[Row, ...]]:
    """The table, keyed by resource type."""
    table: dict[str, tuple[Row, ...]] = {}
    for row in ROWS:
        table[row.resource_type] = (*table.get(row.resource_type, ()), row)
    return table


def decisive(rows: tuple[Row, ...]) -> Row | None:
    """The row that alone decides where it holds an AMI id: all others give way to it."""
    if not rows or rows[0].form is not Form.IMAGE or rows[0].region or "." in rows[0].path:
        return None
    others = all(row.overridden_by == rows[0].path for row in rows[1:])
    return rows[0] if others and "[" not in rows[0].path else None


def only_mentions(resource_type: str, attribute: str) -> bool:
    """Whether an AMI id below this top-level attribute launches nothing; all sorts of tags do not."""
    known = (*MENTIONS["*"], *MENTIONS.get(resource_type, ()))
    return attribute.endswith("tags") or attribute in known or "*" in known
