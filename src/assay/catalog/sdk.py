"""The one door to botocore, opened when the first question is really asked.

One call brings a whole answer or raises `RefusedError` with one line that says why; nothing of a
response body or of a credential is ever part of that line.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock
from typing import Any

from assay import __version__
from assay.catalog.credentials import MEAN_NO_CREDENTIALS, Credentials, unusable
from assay.catalog.interface import Unavailable
from assay.catalog.pace import IN_FLIGHT, Deadline, Flights, Pace
from assay.catalog.readers import Eyes, Readers
from assay.catalog.refusals import RefusedError, no_answer, refusal
from assay.errors import CredentialsError, SdkError
from assay.kept import Kept
from assay.model import Identity, Place, Reader

ATTEMPTS = 8
"""botocore's own default of 3 gives up on a throttled call after about a second."""

_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)
"""What botocore's parsers let through, besides their own `ResponseParserError`, where a body is not
of the form that its service writes."""
AWS_HOST = re.compile(
    # PrivateLink: https://vpce-0123456789abcdef0-abcdefgh.ec2.us-east-1.vpce.amazonaws.com
    r"https://(vpce-[a-z0-9-]+\.)?(ec2|ssm|sts)(-fips)?(\.[a-z0-9-]+)*\."
    r"(amazonaws\.(com(\.cn)?|eu)|api\.amazonwebservices\.(com\.cn|eu)|api\.aws"
    r"|(api\.aws|c2s)\.ic\.gov|sc2s\.sgov\.gov|api\.aws\.scloud"
    r"|cloud\.adc-e\.uk|api\.cloud-aws\.adc-e\.uk|(csp|api\.aws)\.hci\.ic\.gov)"
)
"""The DNS suffixes of botocore's partitions.json, and AWS PrivateLink's names below them (AWS
PrivateLink Guide, "Access an AWS service using an interface VPC endpoint")."""


class Sdk:
    """botocore clients, one for each account, service and Region, and a count of the calls made.

    `readers` are the policy's roles by account: what is not the caller's own is looked at with
    theirs or not at all. After the `deadline` nothing is asked any more, and the throttling of EC2
    is kept to; without one, neither. `models` is where cut service models are kept, if anywhere.
    """

    def __init__(
        self,
        readers: Mapping[str, Reader] | None = None,
        *,
        deadline: Deadline | None = None,
        models: Kept | None = None,
    ) -> None:
        self.flights = Flights(deadline)
        self._deadline = deadline
        self._pace = Pace(deadline.clock) if deadline else None
        self._models = models or Kept(None)
        self._lock = Lock()
        self._own = Credentials(deadline)
        self._clients: dict[tuple[Eyes, str, str], Any] = {}
        self._credentials: dict[Eyes, dict[str, str]] = {None: {}}
        self._readers = Readers(readers or {}, self._ask_sts, self._adopt)
        self._calls: Counter[str] = Counter()
        self._endpoints: set[str] = set()
        self.hear_date: Callable[[str], None] | None = None
        """Told the `Date` of every answer and every error, once it is set."""

    def open(self) -> None:
        """Have the caller's credentials before anything is asked. Raises `CredentialsError`.

        Whoever waits for many answers calls this first: it can be interrupted, and threads cannot.
        """
        if self._deadline is None or self._deadline.left():
            self._own_session()

    def close(self) -> None:
        """End whatever still goes on outside for credentials."""
        self._own.close()

    def calls(self) -> dict[str, int]:
        """How often each operation was called, for example `{"ec2:DescribeImages": 2}`."""
        with self._lock:
            return dict(sorted(self._calls.items()))

    def endpoints(self) -> str | None:
        """The endpoints in use that are not AWS's own (`AWS_ENDPOINT_URL`), if any."""
        with self._lock:
            return ", ".join(sorted(self._endpoints)) or None

    @property
    def late(self) -> Unavailable:
        """What is said of a question that was not answered in time."""
        return Unavailable(self._too_late())

    def _too_late(self) -> str:
        seconds = self._deadline.seconds if self._deadline else 0
        return f"AWS did not answer within the time limit of {seconds:g} s"

    def identity(self, place: Place) -> Identity:
        """Whose credentials look at `place`. Raises like `call`."""
        return self._readers.identity(place)

    def pages(
        self, place: Place, service: str, operation: str, member: str, **parameters: Any
    ) -> list[dict[str, Any]]:
        """All items of a list. A page that fails discards the others: half a list is no answer."""
        name = f"{service}:{operation} in {place.region}"
        items: list[dict[str, Any]] = []
        seen: set[str] = set()
        while True:
            raw = self.call(place, service, operation, **parameters)
            if not isinstance(raw.get(member), list):
                raise RefusedError(f"{name}: the answer lacks {member}")
            items.extend(raw[member])
            token = raw.get("NextToken")
            if not token:
                return items
            if token in seen:
                raise RefusedError(f"{name}: a page was repeated")
            seen.add(token)
            parameters["NextToken"] = token

    def call(self, place: Place, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """One whole answer. Raises `RefusedError`, `CredentialsError` or `SdkError`."""
        eyes = self._readers.eyes(place)
        return self._call(eyes, service, place.region, operation, parameters)

    def _ask_sts(
        self, eyes: Eyes, region: str, operation: str, parameters: Mapping[str, Any]
    ) -> dict[str, Any]:
        return self._call(eyes, "sts", region, operation, parameters)

    def _adopt(self, eyes: Eyes, found: Mapping[str, Any]) -> None:
        """Keep a session's credentials. botocore takes the caller's for missing ones: never here."""
        credentials = {
            "aws_access_key_id": found.get("AccessKeyId"),
            "aws_secret_access_key": found.get("SecretAccessKey"),
            "aws_session_token": found.get("SessionToken"),
        }
        whole = {name: text for name, text in credentials.items() if isinstance(text, str) and text}
        if len(whole) != len(credentials):
            raise RefusedError("sts:AssumeRole answered without credentials")
        with self._lock:
            self._credentials[eyes] = whole

    def _call(
        self, eyes: Eyes, service: str, region: str, operation: str, parameters: Mapping[str, Any]
    ) -> dict[str, Any]:
        from botocore import xform_name
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        name = f"{service}:{operation}"
        wait = self._pace.take((eyes, region, name)) if self._pace else 0.0
        if self._deadline and (not self._deadline.left() or not self.flights.rest(wait)):
            raise RefusedError(self._too_late())
        session = self._own_session()
        try:
            client = self._client(session, eyes, service, region)
            with self._lock:
                self._calls[name] += 1
            answer: dict[str, Any] = getattr(client, xform_name(operation))(**parameters)
        except ClientError as error:
            raise refusal(name, region, error.response.get("Error", {}).get("Code")) from error
        except BotoCoreError as error:
            kind = type(error).__name__
            if kind in MEAN_NO_CREDENTIALS:
                raise unusable(kind) from error
            raise no_answer(name, region, kind) from error
        except (ResponseParserError, *_UNREADABLE) as error:
            raise RefusedError(f"{name} in {region}: the answer could not be read") from error
        return answer

    def _own_session(self) -> Any:
        """A botocore session that has the caller's credentials. Raises `CredentialsError`."""
        return self._own.session(lambda: new_session(self._models))

    def _client(self, session: Any, eyes: Eyes, service: str, region: str) -> Any:
        """Making clients is not thread-safe, using them is."""
        with self._lock:
            client = self._clients.get((eyes, service, region))
            if client is None:
                client = self._new_client(session, eyes, service, region)
                self._clients[eyes, service, region] = client
        return client

    def _new_client(self, session: Any, eyes: Eyes, service: str, region: str) -> Any:
        """One session serves all eyes: it has read the service models, which is what takes long."""
        import botocore
        from botocore.config import Config

        # A person who sets AWS_MAX_ATTEMPTS (or the profile's max_attempts) knows why.
        own = session.get_config_variable("max_attempts")
        client = session.create_client(
            service,
            region_name=region,
            **self._credentials[eyes],
            config=Config(
                retries={"mode": "standard", "total_max_attempts": own or ATTEMPTS},
                connect_timeout=5,
                read_timeout=20,
                max_pool_connections=IN_FLIGHT,
                user_agent_extra=f"assay/{__version__}",
            ),
        )
        if service == "ec2":
            refuse_blind_sdk(client.meta.service_model, botocore.__version__)
        client.meta.events.register("response-received", self._pass_date_on)
        if not AWS_HOST.fullmatch(client.meta.endpoint_url):
            self._endpoints.add(re.sub(r"//[^/]*@", "//", client.meta.endpoint_url))
        return client

    def _pass_date_on(self, response_dict: Mapping[str, Any] | None = None, **_: Any) -> None:
        """For botocore's event, which comes without a response where there was none."""
        date = response_dict["headers"].get("date") if response_dict else None
        if self.hear_date is not None and isinstance(date, str):
            self.hear_date(date)


def new_session(models: Kept) -> Any:
    """A botocore session, which reads whole service models only where cut ones cannot be had."""
    from botocore.session import Session

    from assay.catalog.models import cut_loader

    session = Session()
    loader = cut_loader(session, models)
    if loader is not None:
        session.register_component("data_loader", loader)
    session.get_component("response_parser_factory").set_parser_defaults(timestamp_parser=_time)
    return session


def _time(value: Any) -> Any:
    """A time in an answer. botocore's own reading takes longer than all the rest of an image."""
    from botocore.utils import parse_timestamp

    try:
        if "T" in value:
            return datetime.fromisoformat(value)
    except (TypeError, ValueError):
        pass  # a number, or a form of its own: botocore knows what AWS writes
    return parse_timestamp(value)


def boto3_itself() -> tuple[str, str | None]:
    """The version of boto3, and the Region that it is configured with, which no check takes.

    Raises `SdkError`, or `CredentialsError` where its configuration cannot be read.
    """
    import botocore
    from botocore.exceptions import BotoCoreError

    try:
        session = new_session(Kept(None))
        model, region = session.get_service_model("ec2"), session.get_config_variable("region")
    except BotoCoreError as error:
        raise CredentialsError(
            f"boto3's configuration cannot be used ({type(error).__name__})",
            hint="look at AWS_PROFILE and the files of ~/.aws",
        ) from error
    refuse_blind_sdk(model, botocore.__version__)
    return botocore.__version__, region


def refuse_blind_sdk(ec2_model: Any, version: str) -> None:
    """Raise `SdkError` when botocore's EC2 model lacks watermarks or ancestry.

    Its parser ignores elements the model does not have, so an older SDK shows every image unmarked.
    """
    knows_marks = "ImageWatermarks" in ec2_model.shape_for("Image").members
    if not knows_marks or "GetImageAncestry" not in ec2_model.operation_names:
        raise SdkError(
            f"botocore {version} cannot see AMI watermarks",
            hint="install boto3 1.43.42 or newer",
        )
