"""Where an AMI id may stand and launch nothing."""

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


def only_mentions(resource_type: str, attribute: str) -> bool:
    """Whether an AMI id below this top-level attribute launches nothing; all sorts of tags do not."""
    known = (*MENTIONS["*"], *MENTIONS.get(resource_type, ()))
    return attribute.endswith("tags") or attribute in known or "*" in known
