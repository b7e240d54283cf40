"""The one door to boto3, opened when the first question is really asked.

One call brings a whole answer or raises `RefusedError` with one line that says why; nothing of a
response body or of a credential is ever part of that line.
"""

import re
from collections import Counter
from threading import Lock
from typing import Any

from assay import __version__
from assay.errors import CredentialsError, SdkError

REQUESTS_IN_FLIGHT = 16
ATTEMPTS = 8
"""botocore's own default of 3 gives up on a throttled call after about a second."""

_CREDENTIAL_ERRORS = frozenset(
    {
        "ConfigParseError",
        "CredentialRetrievalError",
        "NoAuthTokenError",
        "NoCredentialsError",
        "PartialCredentialsError",
        "ProfileNotFound",
        "SSOError",
        "SSOTokenLoadError",
        "TokenRetrievalError",
        "UnauthorizedSSOTokenError",
    }
)
_DENIED = frozenset({"UnauthorizedOperation", "AccessDenied", "AccessDeniedException"})
_THROTTLED = frozenset({"RequestLimitExceeded", "Throttling", "ThrottlingException"})
_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired"})
_AWS_HOST = re.compile(
    r"https://(ec2|ssm|sts)(-fips)?(\.[a-z0-9-]+)*\."
    r"(amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu|api\.aws|c2s\.ic\.gov|sc2s\.sgov\.gov"
    r"|cloud\.adc-e\.uk|csp\.hci\.ic\.gov)"
)


class RefusedError(Exception):
    """One call brought no usable answer; `code` is the service's word for it, where it gave one."""

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code


class Sdk:
    """boto3 clients, one for each service and Region, and a count of the calls made."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._session: Any = None
        self._clients: dict[tuple[str, str], Any] = {}
        self._calls: Counter[str] = Counter()
        self._endpoints: set[str] = set()

    def calls(self) -> dict[str, int]:
        """How often each operation was called, for example `{"ec2:DescribeImages": 2}`."""
        with self._lock:
            return dict(sorted(self._calls.items()))

    def endpoints(self) -> str | None:
        """The endpoints in use that are not AWS's own (`AWS_ENDPOINT_URL`), if any."""
        with self._lock:
            return ", ".join(sorted(self._endpoints)) or None

    def pages(
        self, service: str, region: str, operation: str, member: str, **parameters: Any
    ) -> list[dict[str, Any]]:
        """All items of a list. A page that fails discards the others: half a list is no answer."""
        items: list[dict[str, Any]] = []
        seen: set[str] = set()
        while True:
            raw = self.call(service, region, operation, **parameters)
            if not isinstance(raw.get(member), list):
                raise RefusedError(f"{service}:{operation} in {region}: the answer lacks {member}")
            items.extend(raw[member])
            token = raw.get("NextToken")
            if not token:
                return items
            if token in seen:
                raise RefusedError(f"{service}:{operation} in {region}: a page was repeated")
            seen.add(token)
            parameters["NextToken"] = token

    def call(self, service: str, region: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """One whole answer. Raises `RefusedError`, `CredentialsError` or `SdkError`."""
        from botocore import xform_name
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        name = f"{service}:{operation}"
        try:
            client = self._client(service, region)
            with self._lock:
                self._calls[name] += 1
            answer: dict[str, Any] = getattr(client, xform_name(operation))(**parameters)
        except ClientError as error:
            raise _refusal(name, region, error.response.get("Error", {}).get("Code")) from error
        except ResponseParserError as error:
            raise RefusedError(f"{name} in {region}: the answer could not be read") from error
        except BotoCoreError as error:
            kind = type(error).__name__
            if kind in _CREDENTIAL_ERRORS:
                raise CredentialsError(
                    f"no usable AWS credentials ({kind})",
                    hint="set a profile or role for boto3, or use --catalog FILE or --offline",
                ) from error
            raise RefusedError(f"{name} in {region}: no answer ({kind})") from error
        return answer

    def _client(self, service: str, region: str) -> Any:
        """Making clients is not thread-safe, using them is."""
        with self._lock:
            client = self._clients.get((service, region))
            if client is None:
                client = self._new_client(service, region)
                self._clients[service, region] = client
        return client

    def _new_client(self, service: str, region: str) -> Any:
        import boto3
        from botocore.config import Config

        if self._session is None:
            self._session = boto3.session.Session()
        # A person who sets AWS_MAX_ATTEMPTS (or the profile's max_attempts) knows why.
        own = self._session._session.get_config_variable("max_attempts")
        client = self._session.client(
            service,
            region_name=region,
            config=Config(
                retries={"mode": "standard", "total_max_attempts": own or ATTEMPTS},
                connect_timeout=5,
                read_timeout=20,
                max_pool_connections=REQUESTS_IN_FLIGHT,
                user_agent_extra=f"assay/{__version__}",
            ),
        )
        if service == "ec2":
            refuse_blind_sdk(client.meta.service_model, boto3.__version__)
        if not _AWS_HOST.fullmatch(client.meta.endpoint_url):
            self._endpoints.add(client.meta.endpoint_url)
        return client


def refuse_blind_sdk(ec2_model: Any, version: str) -> None:
    """Raise `SdkError` when botocore's EC2 model lacks watermarks or ancestry.

    Its parser ignores elements the model does not have, so an older SDK shows every image unmarked.
    """
    knows_marks = "ImageWatermarks" in ec2_model.shape_for("Image").members
    if not knows_marks or "GetImageAncestry" not in ec2_model.operation_names:
        raise SdkError(
            f"boto3 {version} cannot see AMI watermarks", hint="install boto3 1.43.42 or newer"
        )


def _refusal(name: str, region: str, found: object) -> RefusedError:
    """What an error code means. Messages are left out: they can quote requests and tokens."""
    code = str(found)
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,80}", code):
        return RefusedError(f"{name} in {region}: refused, and the error could not be read")
    if code in _DENIED:
        meaning = f"denied ({code}); the reader needs {name}"
    elif code in _THROTTLED:
        meaning = f"throttled ({code})"
    elif code in _EXPIRED:
        meaning = f"the credentials or the request have expired ({code})"
    else:
        meaning = f"refused ({code})"
    return RefusedError(f"{name} in {region}: {meaning}", code)
