"""hashicorp/aws: instances, launch templates, and groups and fleets."""

from assay.inputs.surface.choices import EKS_NODES
from assay.inputs.surface.row import LAUNCH, LONG, TEMPLATE, Form, Row, template

_GROUP = ("launch_configuration", "launch_template", "mixed_instances_policy")
_MIXED = "mixed_instances_policy[*].launch_template[*]"

INSTANCES = (
    Row("aws_instance", "ami", LAUNCH, instead_of=("launch_template",)),
    template("aws_instance", "launch_template[*]", overridden_by="ami"),
    Row("aws_spot_instance_request", "ami", LAUNCH, instead_of=("launch_template",)),
    template("aws_spot_instance_request", "launch_template[*]", overridden_by="ami"),
    Row("aws_launch_template", "image_id", TEMPLATE),
    Row("aws_launch_configuration", "image_id", TEMPLATE),
)

GROUPS = (
    Row("aws_autoscaling_group", "launch_configuration", LAUNCH, Form.LAUNCH_CONFIGURATION,
        instead_of=_GROUP),
    template("aws_autoscaling_group", "launch_template[*]", instead_of=_GROUP),
    template("aws_autoscaling_group", f"{_MIXED}.launch_template_specification[*]", LONG,
             instead_of=_GROUP),
    template("aws_autoscaling_group", f"{_MIXED}.override[*].launch_template_specification[*]",
             LONG, instead_of=_GROUP),
    Row("aws_spot_fleet_request", "launch_specification[*].ami", LAUNCH),
    template("aws_spot_fleet_request",
             "launch_template_config[*].launch_template_specification[*]"),
    template("aws_ec2_fleet", "launch_template_config[*].launch_template_specification[*]", LONG),
    template("aws_eks_node_group", "launch_template[*]", choice=EKS_NODES),
    template("aws_gamelift_game_server_group", "launch_template[*]"),
    Row("aws_ecs_capacity_provider",
        "auto_scaling_group_provider[*].auto_scaling_group_arn", LAUNCH, Form.GROUP),
)  # fmt: skip
