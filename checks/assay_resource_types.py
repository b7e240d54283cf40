"""The resource types that name images: the top-level attributes that do, and what of.

Generated from assay's own table, src/assay/sources/surface, by
`python -m tests.checkov.resource_types`; a test holds the two equal.
"""

from __future__ import annotations

RESOURCE_TYPES: dict[str, tuple[tuple[str, str], ...]] = {
    "aws_ami": (("id", "derive"),),
    "aws_ami_copy": (("source_ami_id", "derive"),),
    "aws_ami_from_instance": (("source_instance_id", "derive"),),
    "aws_ami_launch_permission": (("image_id", "share"),),
    "aws_autoscaling_group": (
        ("launch_configuration", "launch"),
        ("launch_template", "launch"),
        ("mixed_instances_policy", "launch"),
    ),
    "aws_batch_compute_environment": (("compute_resources", "launch"),),
    "aws_cloud9_environment_ec2": (("image_id", "launch"),),
    "aws_codebuild_fleet": (("image_id", "launch"),),
    "aws_ec2_fleet": (("launch_template_config", "launch"),),
    "aws_ecs_capacity_provider": (("auto_scaling_group_provider", "launch"),),
    "aws_eks_node_group": (("launch_template", "launch"),),
    "aws_elastic_beanstalk_configuration_template": (("setting", "template"),),
    "aws_elastic_beanstalk_environment": (("setting", "launch"),),
    "aws_emr_cluster": (("custom_ami_id", "launch"),),
    "aws_gamelift_game_server_group": (("launch_template", "launch"),),
    "aws_imagebuilder_container_recipe": (("instance_configuration", "launch"),),
    "aws_imagebuilder_image": (("image_recipe_arn", "bake"),),
    "aws_imagebuilder_image_pipeline": (("image_recipe_arn", "bake"),),
    "aws_imagebuilder_image_recipe": (("parent_image", "bake"),),
    "aws_instance": (("ami", "launch"), ("launch_template", "launch")),
    "aws_launch_configuration": (("image_id", "template"),),
    "aws_launch_template": (("image_id", "template"),),
    "aws_opsworks_instance": (("ami_id", "launch"),),
    "aws_rds_custom_db_engine_version": (("source_image_id", "launch"),),
    "aws_spot_fleet_request": (
        ("launch_specification", "launch"),
        ("launch_template_config", "launch"),
    ),
    "aws_spot_instance_request": (("ami", "launch"), ("launch_template", "launch")),
    "aws_ssm_parameter": (("value", "alias"), ("insecure_value", "alias")),
    "awscc_autoscaling_auto_scaling_group": (
        ("launch_configuration_name", "launch"),
        ("launch_template", "launch"),
        ("mixed_instances_policy", "launch"),
    ),
    "awscc_autoscaling_launch_configuration": (("image_id", "template"),),
    "awscc_batch_compute_environment": (("compute_resources", "launch"),),
    "awscc_codebuild_fleet": (("image_id", "launch"),),
    "awscc_ec2_ec2_fleet": (("launch_template_configs", "launch"),),
    "awscc_ec2_instance": (("image_id", "launch"), ("launch_template", "launch")),
    "awscc_ec2_launch_template": (("launch_template_data", "template"),),
    "awscc_ec2_spot_fleet": (("spot_fleet_request_config_data", "launch"),),
    "awscc_elasticbeanstalk_configuration_template": (("option_settings", "template"),),
    "awscc_elasticbeanstalk_environment": (("option_settings", "launch"),),
    "awscc_gamelift_game_server_group": (("launch_template", "launch"),),
    "awscc_imagebuilder_container_recipe": (("instance_configuration", "launch"),),
    "awscc_imagebuilder_image": (("image_recipe_arn", "bake"),),
    "awscc_imagebuilder_image_pipeline": (("image_recipe_arn", "bake"),),
    "awscc_imagebuilder_image_recipe": (("parent_image", "bake"),),
    "awscc_pcs_compute_node_group": (("ami_id", "launch"), ("custom_launch_template", "launch")),
    "awscc_rds_custom_db_engine_version": (("image_id", "launch"),),
    "awscc_sagemaker_cluster": (("instance_groups", "launch"),),
    "awscc_ssm_parameter": (("value", "alias"),),
    "awscc_workspacesinstances_workspace_instance": (("managed_instance", "launch"),),
}
