"""For each AWS service that chooses an image: what decides, what prevents it, how to bring one.

Each pattern matches only terms defined by the service: no other value of a plan is shown.
"""

from msgspec.structs import replace

from assay.inputs.surface.row import Choice, Elsewhere, Told

EKS_NODES = Choice(
    "Amazon EKS",
    "give the node group a launch_template with the image_id of a golden image",
    (Told("ami_type", r"(AL[0-9]+|BOTTLEROCKET|WINDOWS)_[A-Za-z0-9_]{2,40}"),
     Told("release_version", r"[0-9]+(\.[0-9]+){1,3}(-[0-9a-z.]{1,20})?")),
    unless=("launch_template[*]",),
    never=(("ami_type", ("CUSTOM",)),),
)  # fmt: skip
CC_EKS_NODES = replace(EKS_NODES, unless=("launch_template",))


def auto_mode(block: str) -> Choice:
    """Nodes of EKS Auto Mode, by the path of `compute_config`."""
    return Choice(
        "EKS Auto Mode",
        "Auto Mode accepts no image: run the nodes in node groups with a launch template that has a golden "
        "image, or with Karpenter and an EC2NodeClass that selects one",
        (Told(f"{block}.enabled", "true"),
         Told(f"{block}.node_pools[*]", "general-purpose|system")),
        only=((f"{block}.enabled", (True,)),),
    )  # fmt: skip


_EC2 = ("EC2", "SPOT")
_BATCH_FIX = "set image_id_override in ec2_configuration to a golden image, or set one in the launch template"


def _batch(block: str, configuration: str, template: str) -> tuple[Choice, Choice]:
    """What Batch chooses for a named image type, and what it chooses if none is named."""
    each = f"{configuration}[*]"
    brought = (f"{block}.image_id", f"{each}.image_id_override", template)
    told = (Told(f"{each}.image_type", r"(ECS|EKS)_[A-Z0-9_]{2,30}"),)
    only = ((f"{block}.type", _EC2),)
    return (
        Choice("AWS Batch", _BATCH_FIX, told, brought, only),
        Choice("AWS Batch", _BATCH_FIX, (Told(f"{block}.type", "(?i:EC2|SPOT)"),), brought, only,
               never=((each, ()),)),
    )  # fmt: skip


BATCH, BATCH_DEFAULT = _batch(
    "compute_resources[*]",
    "compute_resources[*].ec2_configuration",
    "compute_resources[*].launch_template[*]",
)
CC_BATCH, CC_BATCH_DEFAULT = _batch(
    "compute_resources",
    "compute_resources.ec_2_configuration",
    "compute_resources.launch_template",
)

AWS, AWSCC = "aws_elastic_beanstalk", "awscc_elasticbeanstalk"
_PLATFORM = r"[A-Za-z0-9 ._()/+-]{1,100}"
_STACK = Told("solution_stack_name", rf"(32|64)bit {_PLATFORM}")
PLATFORM_ARN = Told(
    "platform_arn", rf"arn:aws[a-z-]*:elasticbeanstalk:[a-z0-9-]*::platform/{_PLATFORM}"
)


def saved(path: str, prefix: str, within: str) -> Elsewhere:
    """The configuration template from which an environment is made."""
    types = (f"{prefix}_configuration_template",)
    cure = "plan it together with its configuration template, or set ImageId on it"
    return Elsewhere(path, "a configuration template", cure, types, within)


def running(path: str, prefix: str) -> Elsewhere:
    """The environment whose configuration is saved."""
    cure = "plan it together with its environment, or set ImageId on it"
    return Elsewhere(path, "an environment", cure, (f"{prefix}_environment",))


def beanstalk(setting: str, elsewhere: tuple[Elsewhere, ...], *told: Told) -> Choice:
    """The choice by platform; an image may come from a `setting`, given by path, or `elsewhere`."""
    return Choice(
        "Elastic Beanstalk",
        "set ImageId in the namespace aws:autoscaling:launchconfiguration to a golden image",
        (_STACK, *told),
        unless=(setting,),
        elsewhere=elsewhere,
    )


EMR = Choice(
    "Amazon EMR",
    "set custom_ami_id to a golden image",
    (Told("release_label", r"emr-[0-9]+(\.[0-9]+){1,3}(-latest)?"),),
    unless=("custom_ami_id",),
)
_CLUSTER = Elsewhere(
    "cluster_id", "an EMR cluster", "plan it together with its cluster", ("aws_emr_cluster",)
)
EMR_GROUP = Choice("Amazon EMR", EMR.fix, elsewhere=(_CLUSTER,))
CC_EMR_GROUP = replace(EMR_GROUP, elsewhere=(replace(_CLUSTER, path="job_flow_id"),))
CLOUD9 = Choice(
    "AWS Cloud9",
    "Cloud9 accepts only images from its own list: work on an instance launched from a golden image",
    (Told("image_id",
          r"(resolve:ssm:/aws/service/cloud9/amis/)?(amazonlinux|ubuntu)-[a-z0-9._-]{1,40}"),),
)  # fmt: skip
MANAGED_INSTANCES = Choice(
    "Amazon ECS Managed Instances",
    "managed instances accept no image: use an Auto Scaling group with a golden image as capacity provider",
)
LAMBDA = Choice(
    "AWS Lambda Managed Instances",
    "a capacity provider accepts no image: run the functions without one",
)
CODEBUILD = Choice(
    "AWS CodeBuild",
    "set image_id to a golden image",
    (Told("environment_type", "(ARM|LINUX|MAC|WINDOWS)_[A-Z0-9_]{2,40}"),),
    unless=("image_id",),
)
RDS_CUSTOM = Choice(
    "Amazon RDS Custom",
    "set source_image_id to a golden image",
    (Told("engine", "custom-[a-z-]{2,30}"),),
    unless=("source_image_id",),
)
CC_RDS_CUSTOM = replace(RDS_CUSTOM, fix="set image_id to a golden image", unless=("image_id",))
_OS = "(Amazon Linux|CentOS Linux|Microsoft Windows Server|Red Hat|Ubuntu)[A-Za-z0-9 .]{0,40}"
OPSWORKS = Choice(
    "AWS OpsWorks",
    'set ami_id to a golden image, with os = "Custom"',
    (Told("os", _OS),),
    unless=("ami_id",),
    never=(("os", ("Custom",)),),
)
OPSWORKS_STACK = Choice(
    "AWS OpsWorks",
    'set default_os = "Custom", and set ami_id on the instances',
    (Told("default_os", _OS),),
    never=(("default_os", ("Custom",)),),
)

_NOT_AN_AMI = "it is not one of the account's AMIs"
WORKSPACES = Choice(
    "Amazon WorkSpaces",
    "a bundle accepts no AMI: run the desktop on an instance launched from a golden image",
    (Told("bundle_id", "wsb-[a-z0-9]{6,20}"),),
    whose=_NOT_AN_AMI,
)
APPSTREAM = Choice(
    "Amazon AppStream",
    "AppStream accepts no AMI: run the applications on instances launched from a golden image",
    (Told("image_name", "(Amazon-)?AppStream[A-Za-z0-9._-]{1,80}"),
     Told("image_arn",
          r"arn:aws[a-z-]*:appstream:[a-z0-9-]*::image/(Amazon-)?AppStream[A-Za-z0-9._-]{1,80}")),
    whose=_NOT_AN_AMI,
)  # fmt: skip
LIGHTSAIL = Choice(
    "Amazon Lightsail",
    "Lightsail accepts no AMI: launch an EC2 instance from a golden image",
    (Told("blueprint_id",
          "(almalinux|amazon|centos|cpanel|debian|django|drupal|freebsd|ghost|gitlab|joomla|lamp|"
          "magento|mean|nginx|nodejs|opensuse|plesk|prestashop|redmine|ubuntu|windows|wordpress)"
          "[a-z0-9_]{0,40}"),),
)  # fmt: skip
GAMELIFT_HOSTS = Choice(
    "Amazon GameLift",
    "fleets accept no AMI: use a game server group whose launch template has a golden image",
)
GAMELIFT = replace(
    GAMELIFT_HOSTS,
    told=(Told("build_id", "build-[0-9a-f-]{8,40}"), Told("script_id", "script-[0-9a-f-]{8,40}")),
)
GAMELIFT_ANYWHERE = replace(GAMELIFT, never=(("compute_type", ("ANYWHERE",)),))
NOTEBOOK = Choice(
    "Amazon SageMaker",
    "notebook instances accept no AMI: work on an instance launched from a golden image",
    (Told("platform_identifier", "notebook-[a-z0-9-]{2,30}"),),
)


def endpoint(variants: str, serverless: str) -> Choice:
    """An endpoint that serves a model; serverless variants have no instances."""
    return Choice(
        "Amazon SageMaker",
        "endpoints accept no AMI: serve the model from instances launched from a golden image",
        (Told(f"{variants}.inference_ami_version", "al[0-9]+-ami-sagemaker-[a-z0-9.-]{2,60}"),
         Told(f"{variants}.instance_type", r"ml\.[a-z0-9-]+\.[0-9a-z-]+")),
        never=((f"{variants}.{serverless}", ()),),
    )  # fmt: skip


_ML = r"ml\.[a-z0-9-]+\.[0-9a-z-]+"
HYPERPOD = Choice(
    "SageMaker HyperPod",
    "set image_id of the instance group to a golden image",
    (Told("instance_groups[*].instance_type", _ML),),
    unless=("instance_groups[*].image_id",),
)


def hyperpod(groups: str) -> Choice:
    """Instance groups that accept no image."""
    return Choice(
        "SageMaker HyperPod",
        "use awscc_sagemaker_cluster, and set image_id in its instance_groups to a golden image",
        (Told(f"{groups}.instance_type", _ML),),
    )


DEADLINE = Choice(
    "AWS Deadline Cloud",
    "use a customer-managed fleet of instances launched from a golden image",
    (Told("configuration.service_managed_ec_2.instance_capabilities.os_family", "LINUX|WINDOWS"),),
)
