"""Many readers, one client for each service and Region: who signs is told for each request.

A client takes 16 ms and a megabyte and a half to make; with one for each session, 200 accounts in six
Regions took longer for that than for their answers. What botocore signs with is what the request's own
context says (`signing.request_credentials`), and that is held against what is sent: a botocore
that passed it over would ask as the caller, and take the caller's images for those of somebody else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Lock
from typing import Any

from assay.catalog.aws.leases import Session
from assay.errors import SdkError

Signer = Session | None
"""Who signs a call: the session of a reader; None for the caller."""
_SIGNER: ContextVar[Signer] = ContextVar("signer")
"""Of the call that this thread makes; nothing is signed for nobody."""


@contextmanager
def signed_by(signer: Signer) -> Iterator[None]:
    """Within it, this thread's calls of clients of `sign_each` are signed by `signer`."""
    before = _SIGNER.set(signer)
    try:
        yield
    finally:
        _SIGNER.reset(before)


def sign_each(client: Any, attempts: int) -> None:
    """Make a client of the caller's one of whoever is told by `signed_by`."""
    service = client.meta.service_model.service_id.hyphenize()
    client.meta.events.register(f"before-call.{service}", _give_credentials)
    client.meta.events.register(f"before-send.{service}", _hold_to_signer)
    _retry_each(client, service, attempts)


def _give_credentials(context: dict[str, Any], **_: Any) -> None:
    """For botocore's event, once for a call: its later attempts have the same context."""
    from botocore.credentials import Credentials

    signer = _SIGNER.get()
    if signer is not None:
        given = {"request_credentials": Credentials(**signer.credentials)}
        context["signing"] = {**context.get("signing", {}), **given}


def _hold_to_signer(request: Any, **_: Any) -> None:
    """Raise `SdkError` before a request is sent that somebody else signed."""
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
    """What one account's failures take from botocore's retries is its own loss, as if its client were.

    Stands for botocore's `RetryQuota`, of which a client has one.
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
    handler._retry_quota._quota = _Quotas()  # noqa: SLF001  botocore has no other way to it
