"""Images that an AWS service chooses.

The line: a row stands here where a service launches instances into the account, or runs our own
workload on instances, and takes an image of its own unless we bring one. Those are instances that
an attacker of that image would be on, and that a golden image would have to be proven for. Hosts
of a managed product, on which nothing of ours runs but data and requests (RDS, ElastiCache, MSK,
MWAA, DMS, Redshift, OpenSearch), and containers without instances (Fargate, Lambda, App Runner, EMR
Serverless, SageMaker's apps and domains) are left out. So are instance groups and fleets of EMR,
which run the image of their cluster, and resources that need an image and have none (an Auto
Scaling group by a template without one, AWS PCS, GameLift's game server groups): EC2 refuses those.

What a service goes by is shown, and only in the words that the service itself gives: each is held
to a pattern of them, since nothing else of a plan's values may be shown.
"""

from msgspec.structs import replace

from assay.sources.surface.row import Choice, Told, service

EKS_NODES = Choice(
    "Amazon EKS",
    "give the node group a launch_template with the image_id of a golden image",
    (Told("ami_type", r"(AL[0-9]+|BOTTLEROCKET|WINDOWS)_[A-Za-z0-9_]{2,40}"),
     Told("release_version", r"[0-9]+(\.[0-9]+){1,3}(-[0-9a-z.]{1,20})?")),
    unless=("launch_template[*]",),
    never=(("ami_type", ("CUSTOM",)),),
)  # fmt: skip
CC_EKS_NODES = replace(EKS_NODES, unless=("launch_template",))


def _auto_mode(block: str) -> Choice:
    return Choice(
        "EKS Auto Mode",
        "run the nodes in node groups with a launch template of a golden image: Auto Mode takes none",
        (Told(f"{block}.enabled", "true"),
         Told(f"{block}.node_pools[*]", "general-purpose|system")),
        only=((f"{block}.enabled", (True,)),),
    )  # fmt: skip


_EC2 = ("EC2", "SPOT")
_BATCH_FIX = (
    "set image_id_override in ec2_configuration to a golden image, or name it in the template"
)


def _batch(block: str, configuration: str, template: str) -> tuple[Choice, Choice]:
    """What Batch chooses for one image type, and where none is named."""
    each = f"{configuration}[*]"
    brought = (f"{block}.image_id", f"{each}.image_id_override", template)
    told = (Told(f"{each}.image_type", r"(ECS|EKS)_[A-Z0-9_]{2,30}"),)
    only = ((f"{block}.type", _EC2),)
    return (
        Choice("AWS Batch", _BATCH_FIX, told, brought, only),
        Choice("AWS Batch", _BATCH_FIX, (Told(f"{block}.type", "(?i:EC2|SPOT)"),), brought, only,
               never=((each, ()),)),
    )  # fmt: skip


BATCH, _BATCH_DEFAULT = _batch(
    "compute_resources[*]",
    "compute_resources[*].ec2_configuration",
    "compute_resources[*].launch_template[*]",
)
CC_BATCH, _CC_BATCH_DEFAULT = _batch(
    "compute_resources",
    "compute_resources.ec_2_configuration",
    "compute_resources.launch_template",
)

_PLATFORM = r"[A-Za-z0-9 ._()/+-]{1,100}"
_STACK = Told("solution_stack_name", rf"(32|64)bit {_PLATFORM}")
_PLATFORM_ARN = Told(
    "platform_arn", rf"arn:aws[a-z-]*:elasticbeanstalk:[a-z0-9-]*::platform/{_PLATFORM}"
)


def _beanstalk(setting: str, elsewhere: tuple[str, ...], *told: Told) -> Choice:
    return Choice(
        "Elastic Beanstalk",
        "set ImageId in the namespace aws:autoscaling:launchconfiguration to a golden image",
        (_STACK, *told),
        unless=(setting,),
        elsewhere=elsewhere,
    )


_EMR = Choice(
    "Amazon EMR",
    "set custom_ami_id to a golden image",
    (Told("release_label", r"emr-[0-9]+(\.[0-9]+){1,3}(-latest)?"),),
    unless=("custom_ami_id",),
)
_CLOUD9 = Choice(
    "AWS Cloud9",
    "work on an instance of a golden image instead: Cloud9 takes only images of its own list",
    (Told("image_id",
          r"(resolve:ssm:/aws/service/cloud9/amis/)?(amazonlinux|ubuntu)-[a-z0-9._-]{1,40}"),),
)  # fmt: skip
_MANAGED_INSTANCES = Choice(
    "Amazon ECS Managed Instances",
    "use a capacity provider by an Auto Scaling group of a golden image: managed instances take none",
)
_LAMBDA = Choice(
    "AWS Lambda Managed Instances",
    "let the functions run without a capacity provider, since it takes no image",
)
_CODEBUILD = Choice(
    "AWS CodeBuild",
    "set image_id to a golden image",
    (Told("environment_type", "(ARM|LINUX|MAC|WINDOWS)_[A-Z0-9_]{2,40}"),),
    unless=("image_id",),
)
_RDS_CUSTOM = Choice(
    "Amazon RDS Custom",
    "set source_image_id to a golden image",
    (Told("engine", "custom-[a-z-]{2,30}"),),
    unless=("source_image_id",),
)
_CC_RDS_CUSTOM = replace(_RDS_CUSTOM, fix="set image_id to a golden image", unless=("image_id",))
_OS = "(Amazon Linux|CentOS Linux|Microsoft Windows Server|Red Hat|Ubuntu)[A-Za-z0-9 .]{0,40}"
_OPSWORKS = Choice(
    "AWS OpsWorks",
    'set ami_id to a golden image, with os = "Custom"',
    (Told("os", _OS),),
    unless=("ami_id",),
    never=(("os", ("Custom",)),),
)
_OPSWORKS_STACK = Choice(
    "AWS OpsWorks",
    'set default_os = "Custom", and ami_id on the instances',
    (Told("default_os", _OS),),
    never=(("default_os", ("Custom",)),),
)

_NOT_AN_AMI = "it is none of the account's AMIs"
_WORKSPACES = Choice(
    "Amazon WorkSpaces",
    "run the desktop on an instance of a golden image: a bundle takes no AMI",
    (Told("bundle_id", "wsb-[a-z0-9]{6,20}"),),
    whose=_NOT_AN_AMI,
)
_APPSTREAM = Choice(
    "Amazon AppStream",
    "run the applications on instances of a golden image: AppStream takes no AMI",
    (Told("image_name", "(Amazon-)?AppStream[A-Za-z0-9._-]{1,80}"),
     Told("image_arn",
          r"arn:aws[a-z-]*:appstream:[a-z0-9-]*::image/(Amazon-)?AppStream[A-Za-z0-9._-]{1,80}")),
    whose=_NOT_AN_AMI,
)  # fmt: skip
_LIGHTSAIL = Choice(
    "Amazon Lightsail",
    "launch an EC2 instance of a golden image instead: Lightsail takes no AMI",
    (Told("blueprint_id",
          "(almalinux|amazon|centos|cpanel|debian|django|drupal|freebsd|ghost|gitlab|joomla|lamp|"
          "magento|mean|nginx|nodejs|opensuse|plesk|prestashop|redmine|ubuntu|windows|wordpress)"
          "[a-z0-9_]{0,40}"),),
)  # fmt: skip
_GAMELIFT_HOSTS = Choice(
    "Amazon GameLift",
    "use a game server group with a launch template of a golden image: fleets take no AMI",
)
_GAMELIFT = replace(
    _GAMELIFT_HOSTS,
    told=(Told("build_id", "build-[0-9a-f-]{8,40}"), Told("script_id", "script-[0-9a-f-]{8,40}")),
)
_GAMELIFT_ANYWHERE = replace(_GAMELIFT, never=(("compute_type", ("ANYWHERE",)),))
_NOTEBOOK = Choice(
    "Amazon SageMaker",
    "work on an instance of a golden image instead: notebook instances take no AMI",
    (Told("platform_identifier", "notebook-[a-z0-9-]{2,30}"),),
)


def _endpoint(variants: str, serverless: str) -> Choice:
    return Choice(
        "Amazon SageMaker",
        "serve the model from instances of a golden image instead: endpoints take no AMI",
        (Told(f"{variants}.inference_ami_version", "al[0-9]+-ami-sagemaker-[a-z0-9.-]{2,60}"),
         Told(f"{variants}.instance_type", r"ml\.[a-z0-9-]+\.[0-9a-z-]+")),
        never=((f"{variants}.{serverless}", ()),),
    )  # fmt: skip


_ML = r"ml\.[a-z0-9-]+\.[0-9a-z-]+"
_HYPERPOD = Choice(
    "SageMaker HyperPod",
    "set image_id of the instance group to a golden image",
    (Told("instance_groups[*].instance_type", _ML),),
    unless=("instance_groups[*].image_id",),
)


def _hyperpod(groups: str) -> Choice:
    return Choice(
        "SageMaker HyperPod",
        "use an instance group that takes an image_id, which awscc_sagemaker_cluster has",
        (Told(f"{groups}.instance_type", _ML),),
    )


_DEADLINE = Choice(
    "AWS Deadline Cloud",
    "use a customer-managed fleet of instances of a golden image",
    (Told("configuration.service_managed_ec_2.instance_capabilities.os_family", "LINUX|WINDOWS"),),
)

CHOSEN = (
    service("aws_eks_node_group", "ami_type", EKS_NODES),
    service("aws_eks_cluster", "compute_config[*].enabled", _auto_mode("compute_config[*]")),
    service("aws_ecs_capacity_provider",
            "managed_instances_provider[*].infrastructure_role_arn", _MANAGED_INSTANCES),
    service("aws_lambda_capacity_provider", "name", _LAMBDA),
    service("aws_batch_compute_environment",
            "compute_resources[*].ec2_configuration[*].image_type", BATCH),
    service("aws_batch_compute_environment", "compute_resources[*].type", _BATCH_DEFAULT),
    service("aws_emr_cluster", "release_label", _EMR),
    service("aws_elastic_beanstalk_environment", "solution_stack_name",
            _beanstalk("setting[*].value", ("template_name",), _PLATFORM_ARN)),
    service("aws_elastic_beanstalk_configuration_template", "solution_stack_name",
            _beanstalk("setting[*].value", ("environment_id",))),
    service("aws_cloud9_environment_ec2", "image_id", _CLOUD9),
    service("aws_codebuild_fleet", "environment_type", _CODEBUILD),
    service("aws_rds_custom_db_engine_version", "engine", _RDS_CUSTOM),
    service("aws_opsworks_instance", "os", _OPSWORKS),
    service("aws_opsworks_stack", "default_os", _OPSWORKS_STACK),
    service("aws_workspaces_workspace", "bundle_id", _WORKSPACES),
    service("aws_workspaces_pool", "bundle_id", _WORKSPACES),
    service("aws_appstream_fleet", "image_name", _APPSTREAM),
    service("aws_appstream_image_builder", "image_name", _APPSTREAM),
    service("aws_lightsail_instance", "blueprint_id", _LIGHTSAIL),
    service("aws_gamelift_fleet", "build_id", _GAMELIFT),
    service("aws_gamelift_container_fleet", "instance_type", _GAMELIFT_HOSTS),
    service("aws_sagemaker_notebook_instance", "platform_identifier", _NOTEBOOK),
    service("aws_sagemaker_endpoint_configuration", "production_variants[*].instance_type",
            _endpoint("production_variants[*]", "serverless_config[*]")),
    service("aws_sagemaker_endpoint_configuration", "shadow_production_variants[*].instance_type",
            _endpoint("shadow_production_variants[*]", "serverless_config[*]")),
    service("aws_sagemaker_cluster", "instance_group[*].instance_type",
            _hyperpod("instance_group[*]")),
)  # fmt: skip

CC_CHOSEN = (
    service("awscc_eks_nodegroup", "ami_type", CC_EKS_NODES),
    service("awscc_eks_cluster", "compute_config.enabled", _auto_mode("compute_config")),
    service("awscc_ecs_capacity_provider", "managed_instances_provider.infrastructure_role_arn",
            _MANAGED_INSTANCES),
    service("awscc_lambda_capacity_provider", "capacity_provider_name", _LAMBDA),
    service("awscc_batch_compute_environment",
            "compute_resources.ec_2_configuration[*].image_type", CC_BATCH),
    service("awscc_batch_compute_environment", "compute_resources.type", _CC_BATCH_DEFAULT),
    service("awscc_elasticbeanstalk_environment", "solution_stack_name",
            _beanstalk("option_settings[*].value", ("template_name",), _PLATFORM_ARN)),
    service("awscc_elasticbeanstalk_configuration_template", "solution_stack_name",
            _beanstalk("option_settings[*].value", ("environment_id", "source_configuration"),
                       _PLATFORM_ARN)),
    service("awscc_cloud9_environment_ec2", "image_id", _CLOUD9),
    service("awscc_codebuild_fleet", "environment_type", _CODEBUILD),
    service("awscc_rds_custom_db_engine_version", "engine", _CC_RDS_CUSTOM),
    service("awscc_workspaces_workspaces_pool", "bundle_id", _WORKSPACES),
    service("awscc_appstream_fleet", "image_name", _APPSTREAM),
    service("awscc_appstream_image_builder", "image_name", _APPSTREAM),
    service("awscc_lightsail_instance", "blueprint_id", _LIGHTSAIL),
    service("awscc_gamelift_fleet", "build_id", _GAMELIFT_ANYWHERE),
    service("awscc_gamelift_container_fleet", "instance_type", _GAMELIFT_HOSTS),
    service("awscc_sagemaker_notebook_instance", "platform_identifier", _NOTEBOOK),
    service("awscc_sagemaker_endpoint_config", "production_variants[*].instance_type",
            _endpoint("production_variants[*]", "serverless_config")),
    service("awscc_sagemaker_endpoint_config", "shadow_production_variants[*].instance_type",
            _endpoint("shadow_production_variants[*]", "serverless_config")),
    service("awscc_sagemaker_cluster", "instance_groups[*].instance_type",
            _HYPERPOD),
    service("awscc_sagemaker_cluster", "restricted_instance_groups[*].instance_type",
            _hyperpod("restricted_instance_groups[*]")),
    service("awscc_deadline_fleet", "configuration.service_managed_ec_2.instance_capabilities",
            _DEADLINE),
)  # fmt: skip
