"""Many readers with one client per service and Region: each request has its own signer.

Creating a client takes 16 ms and a megabyte and a half. With one client per session, 200 accounts
in six Regions took longer for that than for their answers. botocore signs with the credentials in
the request's context (`signing.request_credentials`). The signature is checked before sending,
because a botocore that ignored them would ask as the caller and take the caller's images for those
of another account.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any

from assay.catalog.aws.leases import Session
from assay.errors import SdkError

Signer = Session | None
"""Who signs a call: a reader's session, or None for the caller."""
_SIGNER: ContextVar[Signer] = ContextVar("signer")
"""The signer of this thread's call. There is no default, so nothing is signed without one."""


@contextmanager
def signed_by(signer: Signer) -> Iterator[None]:
    """A context in which `signer` signs this thread's calls to clients set up by `sign_each`."""
    before = _SIGNER.set(signer)
    try:
        yield
    finally:
        _SIGNER.reset(before)


def sign_each(client: Any, attempts: int) -> None:
    """Make a client of the caller sign with the credentials set by `signed_by`."""
    service = client.meta.service_model.service_id.hyphenize()
    client.meta.events.register(f"before-call.{service}", _give_credentials)
    client.meta.events.register(f"before-send.{service}", _hold_to_signer)
    _retry_each(client, service, attempts)


def _give_credentials(context: dict[str, Any], **_: Any) -> None:
    """A handler for botocore's event, once per call: retries use the same context."""
    from botocore.credentials import Credentials

    signer = _SIGNER.get()
    if signer is not None:
        given = {"request_credentials": Credentials(**signer.credentials)}
        context["signing"] = {**context.get("signing", {}), **given}


def _hold_to_signer(request: Any, **_: Any) -> None:
    """Raise `SdkError` before sending a request that is signed with other credentials."""
    signer = _SIGNER.get()
    if signer is None:
        return
    headers = {name: request.headers.get(name) or "" for name in (_SIGNED, _TOKEN)}
    signed, token = (
        value.decode() if isinstance(value, bytes) else value for value in headers.values()
    )
    if f"Credential={signer.credentials['access_key']}/" not in signed or (
        token != signer.credentials["token"]
    ):
        raise SdkError(
            "botocore does not sign a request with the credentials that are given for it",
            hint="install a version of boto3 that assay was tested with",
        )


_SIGNED, _TOKEN = "Authorization", "X-Amz-Security-Token"


class _Quotas:
    """Replaces a client's `RetryQuota` in botocore with one per principal.

    The failures of one account then use up only its own retries, as if it had its own client.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._quotas: dict[tuple[str, str] | None, Any] = {}

    def acquire(self, amount: int) -> bool:
        return bool(self._of_signer().acquire(amount))

    def release(self, amount: int) -> None:
        self._of_signer().release(amount)

    def _of_signer(self) -> Any:
        from botocore.retries.quota import RetryQuota

        signer = _SIGNER.get()
        principal = signer.principal if signer else None
        with self._lock:
            if principal not in self._quotas:
                self._quotas[principal] = RetryQuota()
            return self._quotas[principal]


def _retry_each(client: Any, service: str, attempts: int) -> None:
    from botocore.retries.standard import register_retry_handler

    events = client.meta.events
    events.unregister(f"needs-retry.{service}", unique_id=f"retry-config-{service}")
    handler = register_retry_handler(client, attempts)
    handler._retry_quota._quota = _Quotas()  # noqa: SLF001  botocore offers no other way
