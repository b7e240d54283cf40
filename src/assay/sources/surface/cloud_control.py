"""hashicorp/awscc, whose nested objects are plain ones."""

from assay.sources.surface.choices import CC_BATCH, CC_EKS_NODES
from assay.sources.surface.row import (
    ALIAS,
    BAKE,
    BEANSTALK,
    LAUNCH,
    LONG,
    PCS,
    TEMPLATE,
    Form,
    Row,
    template,
)

_GROUP = (
    *("launch_configuration_name", "launch_template", "mixed_instances_policy"),
    "instance_id",
)
_MIXED = "mixed_instances_policy.launch_template"
_OVERRIDE = "compute_resources.ec_2_configuration[*].image_id_override"
_FLEET = "spot_fleet_request_config_data"

CLOUD_CONTROL = (
    Row("awscc_ec2_instance", "image_id", LAUNCH, instead_of=("launch_template",)),
    template("awscc_ec2_instance", "launch_template", LONG, overridden_by="image_id"),
    Row("awscc_ec2_launch_template", "launch_template_data.image_id", TEMPLATE),
    Row("awscc_autoscaling_launch_configuration", "image_id", TEMPLATE),
    Row("awscc_autoscaling_auto_scaling_group", "launch_configuration_name", LAUNCH,
        Form.LAUNCH_CONFIGURATION, instead_of=_GROUP),
    template("awscc_autoscaling_auto_scaling_group", "launch_template", LONG,
             instead_of=_GROUP),
    template("awscc_autoscaling_auto_scaling_group",
             f"{_MIXED}.launch_template_specification", LONG, instead_of=_GROUP),
    Row("awscc_autoscaling_auto_scaling_group", f"{_MIXED}.overrides[*].image_id", LAUNCH,
        instead_of=_GROUP),
    template("awscc_autoscaling_auto_scaling_group",
             f"{_MIXED}.overrides[*].launch_template_specification", LONG,
             instead_of=_GROUP),
    Row("awscc_ec2_spot_fleet", f"{_FLEET}.launch_specifications[*].image_id", LAUNCH),
    template("awscc_ec2_spot_fleet",
             f"{_FLEET}.launch_template_configs[*].launch_template_specification", LONG),
    template("awscc_eks_nodegroup", "launch_template", choice=CC_EKS_NODES),
    template("awscc_ec2_ec2_fleet", "launch_template_configs[*].launch_template_specification",
             LONG),
    Row("awscc_batch_compute_environment", "compute_resources.image_id", LAUNCH,
        instead_of=("compute_resources",), behind=(_OVERRIDE,)),
    Row("awscc_batch_compute_environment", _OVERRIDE, LAUNCH, instead_of=("compute_resources",)),
    template("awscc_batch_compute_environment", "compute_resources.launch_template", LONG,
             instead_of=("compute_resources",), behind=("compute_resources.image_id", _OVERRIDE),
             choice=CC_BATCH),
    template("awscc_batch_compute_environment", "compute_resources.launch_template.overrides[*]",
             LONG, instead_of=("compute_resources",),
             behind=("compute_resources.image_id", _OVERRIDE), choice=CC_BATCH),
    Row("awscc_codebuild_fleet", "image_id", LAUNCH),
    Row("awscc_pcs_compute_node_group", "ami_id", LAUNCH,
        instead_of=("custom_launch_template",)),
    template("awscc_pcs_compute_node_group", "custom_launch_template", PCS,
             overridden_by="ami_id"),
    Row("awscc_sagemaker_cluster", "instance_groups[*].image_id", LAUNCH),
    Row("awscc_workspacesinstances_workspace_instance", "managed_instance.image_id", LAUNCH),
    template("awscc_gamelift_game_server_group", "launch_template", LONG),
    Row("awscc_imagebuilder_image_recipe", "parent_image", BAKE, Form.BUILD_PARENT),
    Row("awscc_imagebuilder_container_recipe", "instance_configuration.image", LAUNCH),
    Row("awscc_imagebuilder_image", "image_recipe_arn", BAKE, Form.RECIPE),
    Row("awscc_imagebuilder_image_pipeline", "image_recipe_arn", BAKE, Form.RECIPE),
    Row("awscc_rds_custom_db_engine_version", "image_id", LAUNCH),
    Row("awscc_elasticbeanstalk_environment", "option_settings[*].value", LAUNCH,
        when=(BEANSTALK, ("option_name", "ImageId"))),
    Row("awscc_elasticbeanstalk_configuration_template", "option_settings[*].value", TEMPLATE,
        when=(BEANSTALK, ("option_name", "ImageId"))),
    Row("awscc_ssm_parameter", "value", ALIAS, Form.PARAMETER),
)  # fmt: skip
