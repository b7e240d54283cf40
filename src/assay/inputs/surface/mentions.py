"""Where an AMI id may occur without launching anything.

Text, names, policies, filters, things that are watched, shared or kept, and the ids of images
themselves. Anywhere else, an image that no row explains is reported.
"""

_WORDS = frozenset(
    {
        *("tag", "tags_all", "tag_specifications", "triggers"),
        *("description", "comment", "name", "name_prefix"),
        *("policy", "policy_document", "inline_policy", "assume_role_policy", "policy_text"),
        *("user_data", "user_data_base64"),
        *("alarm_name", "alarm_description", "display_name", "event_pattern", "filter_pattern"),
    }
)
"""Attributes with the same meaning on all types of the AWS providers."""

_LEADING = ("ami", "image", "launch", "parameter", "template")
"""Names with these words are names of what is launched."""

_TYPES = (
    *("aws_iam_", "awscc_iam_", "aws_cloudtrail", "aws_guardduty_", "aws_accessanalyzer_"),
    *("aws_securityhub_", "aws_inspector", "aws_resourcegroups_", "aws_ram_", "aws_rbin_"),
    *("aws_config_config_rule", "aws_config_organization_", "aws_config_conformance_pack"),
    *("aws_cloudwatch_metric_alarm", "aws_cloudwatch_composite_alarm", "aws_cloudwatch_dashboard"),
    *("aws_cloudwatch_log_", "aws_cloudwatch_query_definition", "aws_dlm_"),
    *("aws_backup_selection", "aws_backup_plan", "awscc_backup_backup_selection"),
    *("aws_organizations_policy", "aws_sns_topic", "aws_sqs_queue_policy"),
    *("aws_budgets_", "aws_ce_", "aws_resourceexplorer2_", "aws_servicecatalogappregistry_"),
    *("awscc_cloudwatch_", "awscc_config_", "awscc_dlm_", "awscc_ram_", "awscc_rbin_"),
    *("random_", "time_"),
)
"""Prefixes of types that launch nothing, whatever they contain."""

MENTIONS = {
    "aws_ami": ("*",),
    "aws_ami_copy": ("*",),
    "aws_ami_from_instance": ("*",),
    "aws_ami_launch_permission": ("id",),
    "aws_imagebuilder_image": ("output_resources",),
    "aws_imagebuilder_lifecycle_policy": ("*",),
    "aws_imagebuilder_distribution_configuration": ("distribution",),
    "awscc_imagebuilder_distribution_configuration": ("distributions",),
    "awscc_imagebuilder_image": ("image_id", "id"),
    "aws_rds_custom_db_engine_version": ("image_id",),
    "aws_eks_node_group": ("release_version",),
    "aws_config_remediation_configuration": ("*",),
    "aws_ec2_allowed_images_settings": ("*",),
    "aws_ec2_tag": ("*",),
    "aws_cloudwatch_event_rule": ("*",),
    "aws_autoscaling_group_tag": ("*",),
    "null_resource": ("triggers",),
    "terraform_data": ("*",),
}
"""Top-level attributes of individual types."""


AWS_TYPES = ("aws_", "awscc_")
"""Prefixes of the AWS providers' types."""


def of_aws(resource_type: str) -> bool:
    """Whether a type belongs to an AWS provider, judging by its name."""
    return resource_type.startswith(AWS_TYPES)


def only_mentions(resource_type: str, attribute: str) -> bool:
    """Whether an AMI id below this top-level attribute launches nothing, as in any kind of tag."""
    if resource_type.startswith(_TYPES):
        return True
    known = MENTIONS.get(resource_type, ())
    if attribute in known or "*" in known:
        return True
    if not of_aws(resource_type):
        return False
    named = attribute.endswith("_name") and not any(each in attribute for each in _LEADING)
    return named or attribute in _WORDS or attribute.endswith("tags")
