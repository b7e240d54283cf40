"""What assay asks AWS, as IAM actions. A new operation needs one row here and nothing elsewhere.

`doctor` tries them, `iam-policy` grants them, and the reduced service models contain them.

Facts: the Service Authorization Reference names an action after its operation. S3 is an exception:
GetObject with a version requires `s3:GetObjectVersion`, and `s3:GetObject` is not needed (S3 API
Reference, GetObject, "Permissions"). GetCallerIdentity needs no permission (STS API Reference), so
it is not here.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

_IMAGE, _INSTANCE = "ami-00000000000000000", "i-00000000000000000"
_TEMPLATE = "lt-00000000000000000"
PROBED_PARAMETER = "/assay/doctor"


class Permission(msgspec.Struct, frozen=True, eq=False):
    """One action that a command uses; each action has one row here."""

    service: str
    operation: str
    required: bool
    """Whether only `undetermined` verdicts are possible without it."""
    loss: str
    """What happens without it."""
    member: str
    """A member of every complete answer; an endpoint that returns anything for everything lacks
    it."""
    probe: Mapping[str, Any]
    """The parameters for trying it, which name things that need not exist and return few of
    them."""
    granted: str | None = None
    """The name of the action in IAM, if it differs from the operation's name."""

    @property
    def action(self) -> str:
        """The action as IAM policies write it."""
        return f"{self.service}:{self.granted or self.operation}"


# The filters keep the answers short if an endpoint ignores DryRun.
READS = (
    Permission(
        "ec2", "DescribeImages", True, "every image is undetermined",
        "Images", {"Filters": [{"Name": "image-id", "Values": [_IMAGE]}]},
    ),
    Permission(
        "ec2", "GetImageAncestry", False, "images with an ancestor that is not visible are undetermined",
        "ImageAncestryEntries", {"ImageId": _IMAGE},
    ),
    Permission(
        "ec2", "DescribeLaunchTemplateVersions", False, "launch templates are undetermined",
        "LaunchTemplateVersions", {"LaunchTemplateId": _TEMPLATE, "Versions": ["1"]},
    ),
    Permission(
        "ec2", "DescribeInstances", False, "images made of instances are undetermined",
        "Reservations", {"Filters": [{"Name": "instance-id", "Values": [_INSTANCE]}]},
    ),
    Permission(
        "ec2", "GetAllowedImagesSettings", False, "reports do not say why an image is not visible",
        "State", {},
    ),
    Permission(
        "ec2", "ListImagesInRecycleBin", False, "images in the Recycle Bin look as if they did not exist",
        "Images", {"ImageIds": [_IMAGE]},
    ),
    Permission(
        "ssm", "GetParameters", False, "images behind SSM parameters are undetermined",
        "InvalidParameters", {"Names": [PROBED_PARAMETER]},
    ),
)  # fmt: skip
"""Needed in every account that is read, in the order in which `doctor` tries them."""

FLEET_READS = (
    Permission(
        "ec2", "DescribeInstanceImageMetadata", True, "running instances are not seen",
        "InstanceImageMetadata",
        {"Filters": [{"Name": "instance-id", "Values": [_INSTANCE]}]},
    ),
    Permission(
        "ec2", "DescribeLaunchTemplates", True, "launch templates are not seen",
        "LaunchTemplates", {"MaxResults": 1},
    ),
    Permission(
        "ec2", "DescribeRegions", False, "Regions are known only from ListRegions",
        "Regions", {},
    ),
    Permission(
        "autoscaling", "DescribeAutoScalingGroups", True, "Auto Scaling groups are not seen",
        "AutoScalingGroups", {"MaxRecords": 1},
    ),
    Permission(
        "autoscaling", "DescribeLaunchConfigurations", True, "launch configurations are not seen",
        "LaunchConfigurations", {"MaxRecords": 1},
    ),
    Permission(
        "ssm", "DescribeParameters", True, "parameters that hold images are not seen",
        "Parameters", {"MaxResults": 1},
    ),
    Permission(
        "imagebuilder", "ListImageRecipes", True, "image recipes are not seen",
        "imageRecipeSummaryList", {"maxResults": 1},
    ),
    Permission(
        "imagebuilder", "ListContainerRecipes", True, "container recipes are not seen",
        "containerRecipeSummaryList", {"maxResults": 1},
    ),
    Permission(
        "ec2", "DescribeImageUsageReports", True, "uses in other accounts are not seen",
        "ImageUsageReports", {"MaxResults": 1},
    ),
    Permission(
        "ec2", "DescribeImageUsageReportEntries", True,
        "uses in other accounts are not seen",
        "ImageUsageReportEntries", {"MaxResults": 1},
    ),
    Permission(
        "ec2", "DescribeImageAttribute", False, "it is not known whom an image is shared with",
        "LaunchPermissions", {"ImageId": _IMAGE, "Attribute": "launchPermission"},
    ),
    Permission(
        "ec2", "DescribeImageReferences", False, "EC2's own list of uses of an image is not read",
        "ImageReferences", {"ImageIds": [_IMAGE], "IncludeAllResourceTypes": True},
    ),
    Permission(
        "ec2", "DescribeFleets", True, "EC2 Fleets are not seen",
        "Fleets", {"MaxResults": 1},
    ),
    Permission(
        "ec2", "DescribeSpotFleetRequests", True, "Spot Fleets are not seen",
        "SpotFleetRequestConfigs", {"MaxResults": 1},
    ),
    Permission(
        "ec2", "GetImageFindings", False, "findings of Amazon Inspector are not known",
        "ImageFindings", {"ImageId": _IMAGE},
    ),
    Permission(
        "account", "ListRegions", False, "Regions are known only from DescribeRegions",
        "Regions", {"MaxResults": 1},
    ),
    Permission(
        "cloudtrail", "LookupEvents", False, "CloudTrail's events about images are not read",
        "Events", {"MaxResults": 1},
    ),
)  # fmt: skip
"""Also needed in every account of a fleet; no check of a plan uses them."""

_NO_UNIT = "r-0000"
ORGANIZATION_READS = (
    Permission(
        "organizations", "ListAccounts", False, "you have to name the accounts",
        "Accounts", {"MaxResults": 1},
    ),
    Permission(
        "organizations", "ListAccountsForParent", False, "organisational units cannot be used",
        "Accounts", {"ParentId": _NO_UNIT},
    ),
    Permission(
        "organizations", "ListOrganizationalUnitsForParent", False,
        "organisational units cannot be used",
        "OrganizationalUnits", {"ParentId": _NO_UNIT},
    ),
)  # fmt: skip
"""Needed only by the caller: the management account and its delegated administrators get an
answer."""

MARKING = (
    Permission(
        "ec2", "AttachImageWatermark", True, "no image can be stamped",
        "WatermarkKey", {"ImageId": _IMAGE, "WatermarkName": "assay-doctor"},
    ),
)  # fmt: skip
"""The write permission of `stamp`. Nothing else writes to images, and readers do not need it."""

FINDINGS = (
    Permission(
        "securityhub", "GetFindings", True, "nothing can be pushed to Security Hub",
        "Findings", {"MaxResults": 1},
    ),
    Permission(
        "securityhub", "BatchImportFindings", True, "nothing can be pushed to Security Hub",
        "FailedFindings", {"Findings": []},
    ),
)  # fmt: skip
"""Also needed by `push` in each account, with its reader's role. The model of this service is not
reduced: every check would have to make a part that it does not use."""

FUNCTIONS = (
    Permission(
        "s3", "GetObject", False, "the policy cannot be read from S3",
        "Body", {"Bucket": "assay", "Key": "assay", "VersionId": "assay"},
        granted="GetObjectVersion",
    ),
    Permission(
        "config", "PutEvaluations", False, "results are not sent to AWS Config",
        "FailedEvaluations", {"Evaluations": [], "ResultToken": "assay"},
    ),
    Permission(
        "config", "GetResourceConfigHistory", False, "oversized resources are undetermined",
        "configurationItems", {"resourceType": "AWS::EC2::Instance", "resourceId": _INSTANCE},
    ),
    Permission(
        "sns", "Publish", False, "nobody is notified of launches",
        "MessageId", {"TopicArn": "arn:aws:sns:us-east-1:000000000000:assay", "Message": "assay"},
    ),
)  # fmt: skip
"""Also needed by the Lambda functions; no command uses them."""

SERVICES = ("account", "autoscaling", "cloudtrail", "ec2", "imagebuilder", "organizations", "ssm")
EVERY_READ = (*READS, *FLEET_READS, *ORGANIZATION_READS)

ASSUME_ROLE = "sts:AssumeRole"
"""Needed only by the caller, and only for the roles that the policy names as readers."""
