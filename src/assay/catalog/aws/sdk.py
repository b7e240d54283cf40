"""The one door to botocore, opened when the first question is actually asked.

A call returns a complete answer or raises `RefusedError` with one line that says why. That line
never contains any part of a response body or of a credential.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from threading import Lock
from typing import Any

from assay.catalog.aws.clients import AWS_HOST, new_client, new_session
from assay.catalog.aws.credentials import MEAN_NO_CREDENTIALS, Credentials, unusable
from assay.catalog.aws.leases import Now
from assay.catalog.aws.pace import Deadline, Flights, Pace
from assay.catalog.aws.readers import ReaderSessions
from assay.catalog.aws.refusals import CREDENTIALS, RefusedError, no_answer, refusal
from assay.catalog.aws.signing import Signer, signed_by
from assay.catalog.aws.troubles import Troubles, Watch, kind_of
from assay.catalog.interface import Obstacle, Unavailable
from assay.kept import Kept
from assay.model import Identity, Place, Readers

_UNREADABLE = (ValueError, LookupError, TypeError, AttributeError)
"""What botocore's parsers raise, besides their own `ResponseParserError`, for a body in a form that
the service does not write."""


class Sdk:
    """botocore clients, one for each service and Region, and the number of calls made.

    `readers` are the policy's roles: accounts other than the caller's are read with these roles or
    not at all. After the `deadline` nothing more is asked, and with a deadline calls keep to EC2's
    throttling limits. `models` is where reduced service models are cached, if anywhere. `now` is
    the time of day, used to renew the readers' sessions; without it they are not renewed.
    """

    def __init__(
        self,
        readers: Readers | None = None,
        *,
        deadline: Deadline | None = None,
        models: Kept | None = None,
        now: Now | None = None,
    ) -> None:
        self.flights = Flights(deadline)
        self._deadline = deadline
        self._pace = Pace(deadline.clock) if deadline else None
        self._models = models or Kept(None)
        self._troubles = Troubles()
        self._lock = Lock()
        self._own = Credentials(deadline, self._troubles.told)
        self._clients: dict[tuple[str, str], Any] = {}
        self._readers = ReaderSessions(readers or Readers(), self._ask_sts, now)
        self._calls: Counter[str] = Counter()
        self._endpoints: set[str] = set()
        self._answered = self._failed_otherwise = False
        self._turned_away: str | None = None
        self.hear_date: Callable[[str], None] | None = None
        """If set, called with the `Date` of every answer and every error."""

    def open(self) -> None:
        """Fetch the caller's credentials before anything is asked. Raises `CredentialsError`.

        Code that waits for many answers calls this first: it can be interrupted, and threads
        cannot.
        """
        if self._deadline is None or self._deadline.left():
            self._own_session()

    def close(self) -> None:
        """End the external programs and prompts that are still running to get credentials."""
        self._own.close()

    def begin_again(self) -> None:
        """For a long-running process: restart the time limit, and ask again for refused identities."""
        if self._deadline:
            self._deadline.restart()
        self._readers.ask_again()

    def calls(self) -> dict[str, int]:
        """How often each operation was called, for example `{"ec2:DescribeImages": 2}`."""
        with self._lock:
            return dict(sorted(self._calls.items()))

    def endpoints(self) -> str | None:
        """The endpoints in use that are not AWS's own (`AWS_ENDPOINT_URL`), if any."""
        with self._lock:
            return ", ".join(sorted(self._endpoints)) or None

    def callers(self) -> tuple[str, ...]:
        """The ARNs of the callers, as far as STS was asked for them."""
        return self._readers.callers()

    def turned_away(self) -> str | None:
        """What AWS said about the caller's credentials, if it accepted them for nothing at all.

        If one Region or service refuses them and another one answers, only the refused calls are
        lost.
        """
        with self._lock:
            nothing = not self._answered and not self._failed_otherwise
            return self._turned_away if nothing else None

    def late(self, watch: Watch | None = None) -> Unavailable:
        """The answer for a question that timed out, with the last error that `watch` has met."""
        seconds = self._deadline.seconds if self._deadline else 0
        what = f"AWS did not answer within the time limit of {seconds:g} s"
        return Unavailable(f"{what}{self._troubles.told(watch)}")

    def identity(self, place: Place) -> Identity:
        """The identity of the credentials that read `place`. Raises like `call`."""
        return self._readers.identity(place)

    def pages(
        self, place: Place, service: str, operation: str, member: str, **parameters: Any
    ) -> Iterator[list[dict[str, Any]]]:
        """Yield the pages of a list as they arrive. Raises if one fails, after yielding those
        before it.
        """
        name = f"{service}:{operation} in {place.region}"
        seen: set[str] = set()
        while True:
            raw = self.call(place, service, operation, **parameters)
            if not isinstance(raw.get(member), list):
                raise RefusedError(f"{name}: the answer contains no {member}")
            yield raw[member]
            spelled = "NextToken" if "NextToken" in raw else "nextToken"  # Image Builder
            token = raw.get(spelled)
            if not token:
                return
            if token in seen:
                raise RefusedError(f"{name}: a page was repeated")
            seen.add(token)
            parameters[spelled] = token

    def takes(self, service: str, operation: str, member: str) -> bool:
        """Whether this SDK knows a request member; an older SDK refuses members it does not know."""
        model = self._own_session().get_service_model(service)
        return member in model.operation_model(operation).input_shape.members

    def call(self, place: Place, service: str, operation: str, **parameters: Any) -> dict[str, Any]:
        """Return one complete answer. Raises `RefusedError`, `CredentialsError` or `SdkError`."""
        signer = self._readers.signer(place)
        return self._call(signer, service, place.region, operation, parameters)

    def _ask_sts(
        self, signer: Signer, region: str, operation: str, parameters: Mapping[str, Any]
    ) -> dict[str, Any]:
        return self._call(signer, "sts", region, operation, parameters)

    def _call(
        self,
        signer: Signer,
        service: str,
        region: str,
        operation: str,
        parameters: Mapping[str, Any],
    ) -> dict[str, Any]:
        from botocore import xform_name
        from botocore.exceptions import BotoCoreError, ClientError
        from botocore.parsers import ResponseParserError

        name = f"{service}:{operation}"
        # EC2 has a bucket for each account, Region and API. The caller's account is not known
        # before it is asked, so the principal stands in for it.
        principal = signer.principal if signer else None
        wait = self._pace.take((principal, region, name), name) if self._pace else 0.0
        if self._deadline and (not self._deadline.left() or not self.flights.rest(wait)):
            raise RefusedError(self.late().reason, obstacle=Obstacle.LATE)
        client = self._client(self._own_session(), service, region)
        with self._lock:
            self._calls[name] += 1
        try:
            with signed_by(signer), self._troubles.calling() as made:
                answer: dict[str, Any] = getattr(client, xform_name(operation))(**parameters)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code")
            # botocore can renew an expired role or login in the middle of any call. A refusal of
            # that renewal is not a refusal of the call itself.
            if error.operation_name != operation:
                renewal = refusal(f"sts:{error.operation_name}", region, code)
                raise self._lost(
                    f"the credentials could not be renewed: {renewal.reason}"
                ) from error
            raise self._noted(signer, refusal(name, region, code, made.times)) from error
        except BotoCoreError as error:
            kind = kind_of(error)
            if kind in MEAN_NO_CREDENTIALS:
                raise self._lost(f"the credentials could not be renewed ({kind})") from error
            raise self._noted(signer, no_answer(name, region, kind, made.times)) from error
        except (ResponseParserError, *_UNREADABLE) as error:
            unread = RefusedError(
                f"{name} in {region}: the answer could not be read", regional=True
            )
            raise self._noted(signer, unread) from error
        self._answered = True
        return answer

    def _noted(self, signer: Signer, refused: RefusedError) -> RefusedError:
        with self._lock:
            # A reader's credentials were issued by AWS in this run; only the caller's can be
            # invalid.
            if signer is None and refused.code in CREDENTIALS:
                self._turned_away = self._turned_away or refused.reason
            else:
                self._failed_otherwise = True
        return refused

    def _lost(self, reason: str) -> Exception:
        """The error for credentials that could not be renewed; earlier answers remain valid."""
        return RefusedError(reason) if self._answered else unusable(reason)

    def _own_session(self) -> Any:
        """A botocore session with the caller's credentials. Raises `CredentialsError`."""

        def watched() -> Any:
            session = new_session(self._models)
            session.register("needs-retry", self._troubles.hear)
            return session

        return self._own.session(watched)

    def _client(self, session: Any, service: str, region: str) -> Any:
        """A client for the service and Region. Creating clients is not thread-safe; using them is."""
        with self._lock:
            client = self._clients.get((service, region))
            if client is None:
                client = new_client(session, service, region)
                client.meta.events.register("response-received", self._pass_date_on)
                # Shown in the report, so without the password: https://user:secret@localhost:4566
                if not AWS_HOST.fullmatch(client.meta.endpoint_url):
                    self._endpoints.add(re.sub(r"//[^/]*@", "//", client.meta.endpoint_url))
                self._clients[service, region] = client
        return client

    def _pass_date_on(self, response_dict: Mapping[str, Any] | None = None, **_: Any) -> None:
        """A handler for botocore's event, which has no response if the call got none."""
        date = response_dict["headers"].get("date") if response_dict else None
        if self.hear_date is not None and isinstance(date, str):
            self.hear_date(date)
