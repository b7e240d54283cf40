"""hashicorp/aws: services that launch instances for us, and parameters that name images."""

from assay.inputs.surface.choices import BATCH
from assay.inputs.surface.row import ALIAS, BEANSTALK, LAUNCH, LONG, TEMPLATE, Form, Row, template

_OVERRIDE = "compute_resources[*].ec2_configuration[*].image_id_override"

SERVICES = (
    Row("aws_batch_compute_environment", "compute_resources[*].image_id", LAUNCH,
        behind=(_OVERRIDE,)),
    Row("aws_batch_compute_environment", _OVERRIDE, LAUNCH, instead_of=("compute_resources",)),
    template("aws_batch_compute_environment", "compute_resources[*].launch_template[*]", LONG,
             behind=("compute_resources[*].image_id", _OVERRIDE), choice=BATCH),
    Row("aws_emr_cluster", "custom_ami_id", LAUNCH),
    Row("aws_codebuild_fleet", "image_id", LAUNCH),
    Row("aws_rds_custom_db_engine_version", "source_image_id", LAUNCH),
    Row("aws_elastic_beanstalk_environment", "setting[*].value", LAUNCH,
        when=(BEANSTALK, ("name", "ImageId"))),
    Row("aws_elastic_beanstalk_configuration_template", "setting[*].value", TEMPLATE,
        when=(BEANSTALK, ("name", "ImageId"))),
    Row("aws_opsworks_instance", "ami_id", LAUNCH, instead_of=("os",)),
    Row("aws_ssm_parameter", "value", ALIAS, Form.PARAMETER,
        instead_of=("insecure_value", "value_wo_version")),
    Row("aws_ssm_parameter", "insecure_value", ALIAS, Form.PARAMETER,
        instead_of=("value", "value_wo_version")),
    Row("aws_ssm_parameter", "value_wo", ALIAS, Form.PARAMETER, written_with="value_wo_version"),
)  # fmt: skip
