"""botocore sessions and clients as assay creates them, and the errors if that fails.

botocore is configured through `AWS_…` variables and the files in ~/.aws. A setting that cannot be
used is reported in one line that names the setting but not its value, which can contain a password.
"""

import re
from typing import Any

from assay import __version__
from assay.catalog.aws.signing import sign_each
from assay.errors import ConfigurationError, CredentialsError, SdkError
from assay.kept import Kept
from assay.model.partitions import aws_domain
from assay.model.times import moment

ATTEMPTS = 8
"""botocore's own default of 3 gives up on a throttled call after about a second."""
CONNECTIONS = 64
"""How many a client keeps open. If more calls run at once, it opens more and closes them again."""
_SERVICES = "(account|autoscaling|cloudtrail|config|ec2|imagebuilder|organizations|s3|securityhub|sns|ssm|sts)"
AWS_HOST = re.compile(
    # PrivateLink: https://vpce-0123456789abcdef0-abcdefgh.ec2.us-east-1.vpce.amazonaws.com
    rf"https://(vpce-[a-z0-9-]+\.)?{_SERVICES}(-fips)?(\.[a-z0-9-]+)*\.{aws_domain()}"
)
"""The host names of the services that assay calls, and those of AWS PrivateLink below them (AWS
PrivateLink Guide, "Access an AWS service using an interface VPC endpoint")."""

_WRONG = (ValueError, LookupError, TypeError, AttributeError)
"""What botocore raises, besides its own errors, for a malformed setting."""
_SETTINGS = {
    "InvalidRetryConfigurationError": "AWS_MAX_ATTEMPTS (max_attempts) is not 1 or more",
    "InvalidMaxRetryAttemptsError": "AWS_MAX_ATTEMPTS (max_attempts) is not 1 or more",
    "InvalidDefaultsMode": "AWS_DEFAULTS_MODE (defaults_mode) is not a mode that botocore knows",
    "InvalidSTSRegionalEndpointsConfigError": (
        "AWS_STS_REGIONAL_ENDPOINTS (sts_regional_endpoints) is neither regional nor legacy"
    ),
    "InvalidProxiesConfigError": "HTTPS_PROXY is not a proxy that botocore can use",
}
"""By botocore's error: the variable, its name in the configuration files, and what is wrong."""


def new_client(session: Any, service: str, region: str) -> Any:
    """Create a client that all accounts share; `signing.signed_by` selects the credentials.

    Raises `ConfigurationError` if botocore's settings cannot be used, and `SdkError` if botocore
    would not see watermarks.
    """
    import botocore
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError

    attempts = _attempts(session)
    try:
        client = session.create_client(
            service,
            region_name=region,
            # A plan with a thousand images must not hang for minutes on one connection, so use
            # shorter timeouts and more attempts than botocore's 60 s and 3 attempts.
            config=Config(
                retries={"mode": "standard", "total_max_attempts": attempts},
                connect_timeout=5,
                read_timeout=20,
                max_pool_connections=CONNECTIONS,
                user_agent_extra=f"assay/{__version__}",
            ),
        )
    except (BotoCoreError, *_WRONG) as error:
        raise _misconfigured(error) from error
    if service == "ec2":
        refuse_blind_sdk(client.meta.service_model, botocore.__version__)
    sign_each(client, attempts)
    return client


def _attempts(session: Any) -> int:
    """The configured AWS_MAX_ATTEMPTS (or the profile's max_attempts), which takes precedence."""
    try:
        own: int | None = session.get_config_variable("max_attempts")
    except ValueError as error:
        what = "AWS_MAX_ATTEMPTS (max_attempts) is not a number"
        raise ConfigurationError(what, hint="set it to 1 or more, or unset it") from error
    return own or ATTEMPTS


def _misconfigured(error: Exception) -> ConfigurationError:
    kind = type(error).__name__
    # botocore raises a bare ValueError here: 'Invalid endpoint: localhost:4566'.
    if str(error).startswith("Invalid endpoint"):
        return ConfigurationError(
            "an endpoint in AWS_ENDPOINT_URL… (endpoint_url) is not a URL",
            hint="start it with https://",
        )
    if kind in _SETTINGS:
        return ConfigurationError(_SETTINGS[kind], hint="correct it or remove it")
    return ConfigurationError(
        f"botocore's configuration cannot be used ({kind})",
        hint="check the AWS_… variables and the files in ~/.aws",
    )


def new_session(models: Kept) -> Any:
    """A botocore session that reads whole service models only if reduced ones are not available."""
    from botocore.session import Session

    from assay.catalog.aws.quick_xml import parser_factory
    from assay.catalog.aws.service_models import cut_loader

    session = Session()
    loader = cut_loader(session, models)
    if loader is not None:
        session.register_component("data_loader", loader)
    session.register_component("response_parser_factory", parser_factory(_time))
    return session


def _time(value: Any) -> Any:
    """Parse a time in an answer. botocore's own parser takes longer than the rest of an image."""
    from botocore.utils import parse_timestamp

    try:
        if "T" in value:
            return moment(value)
    except (TypeError, ValueError):
        pass  # a number or another format: botocore knows what AWS writes
    return parse_timestamp(value)


def boto3_itself() -> tuple[str, str | None]:
    """The version of boto3, and its configured Region, which checks do not use.

    Raises `SdkError`, or `CredentialsError` if the configuration cannot be read.
    """
    import botocore
    from botocore.exceptions import BotoCoreError

    try:
        session = new_session(Kept(None))
        model, region = session.get_service_model("ec2"), session.get_config_variable("region")
    except BotoCoreError as error:
        raise CredentialsError(
            f"boto3's configuration cannot be used ({type(error).__name__})",
            hint="check AWS_PROFILE and the files in ~/.aws",
        ) from error
    refuse_blind_sdk(model, botocore.__version__)
    return botocore.__version__, region


def regions_known() -> frozenset[str]:
    """The Regions of all partitions that have EC2, as far as this SDK knows."""
    from botocore.exceptions import BotoCoreError

    try:
        session = new_session(Kept(None))
        return frozenset(
            region
            for partition in session.get_available_partitions()
            for region in session.get_available_regions("ec2", partition)
        )
    except BotoCoreError:
        return frozenset()


def refuse_blind_sdk(ec2_model: Any, version: str) -> None:
    """Raise `SdkError` if botocore's EC2 model lacks watermarks or ancestry.

    Its parser ignores elements that are not in the model, so an older SDK shows every image as
    unmarked.
    """
    knows_marks = "ImageWatermarks" in ec2_model.shape_for("Image").members
    if not knows_marks or "GetImageAncestry" not in ec2_model.operation_names:
        raise SdkError(
            f"botocore {version} cannot see AMI watermarks",
            hint="install boto3 1.43.42 or newer",
        )
