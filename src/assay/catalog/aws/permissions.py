"""What assay asks of AWS, as IAM actions: one table for `doctor`, `iam-policy` and the README.

Facts: the Service Authorization Reference names an action after its operation. GetCallerIdentity
needs no permission (STS API Reference), so it is not here.
"""

import msgspec


class Permission(msgspec.Struct, frozen=True):
    """One action that a check uses."""

    service: str
    operation: str
    required: bool
    """Whether no verdict but `undetermined` is possible without it."""
    loss: str
    """What a check does without it."""

    @property
    def action(self) -> str:
        """As IAM policies write it."""
        return f"{self.service}:{self.operation}"


READS = (
    Permission("ec2", "DescribeImages", True, "every image is undetermined"),
    Permission(
        "ec2", "GetImageAncestry", False, "an image with an ancestor out of sight is undetermined"
    ),
    Permission("ec2", "DescribeLaunchTemplateVersions", False, "launch templates are undetermined"),
    Permission("ec2", "DescribeInstances", False, "images made of instances are undetermined"),
    Permission("ec2", "GetAllowedImagesSettings", False, "what hides an image is not told"),
    Permission("ec2", "ListImagesInRecycleBin", False, "a recycled image is not told from none"),
    Permission("ssm", "GetParameters", False, "images behind SSM parameters are undetermined"),
)
"""Of every account that is looked at, in the order in which `doctor` tries them."""

ASSUME_ROLE = "sts:AssumeRole"
"""Of the caller alone, and only for the roles that the policy names as readers."""
