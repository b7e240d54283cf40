"""Whose eyes look at a place: the caller's own, or those of the policy's reader for its account.

A role that a plan names is never assumed: whoever writes the plan would choose who judges it. An
account without a reader is not looked at with anybody else's eyes either, since another account
sees other images under the same id's name, or none.

Facts: STS API Reference, AssumeRole and GetCallerIdentity (which needs no permission).
"""

import re
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import Future
from threading import Lock
from typing import Any, Generic, TypeVar

from assay.catalog.refusals import RefusedError
from assay.model import Identity, Place, Reader

T = TypeVar("T")
SESSION_NAME = "assay"

Eyes = tuple[str, str] | None
"""A partition and an account that a reader reads; None for the caller's own credentials."""
AskSts = Callable[[Eyes, str, str, dict[str, Any]], dict[str, Any]]
"""One STS call: with whose eyes, in which Region, which operation, which parameters."""


class Once(Generic[T]):
    """Remembers what was found out, refusals too; what several threads want is found out once."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._found: dict[Hashable, Future[T | RefusedError]] = {}

    def get(self, key: Hashable, find_out: Callable[[], T]) -> T:
        """What is known of `key`. Raises `RefusedError`."""
        with self._lock:
            known = self._found.get(key)
            future = known or self._found.setdefault(key, Future())
        if known is None:
            try:
                future.set_result(find_out())
            except RefusedError as refused:
                future.set_result(refused)
            except BaseException as error:
                future.set_exception(error)
                raise
        found = future.result()
        if isinstance(found, RefusedError):
            raise RefusedError(found.reason)  # without a code: it was not about what is asked now
        return found


class Readers:
    """Opens, and keeps, one verified session for each account that must be looked at."""

    def __init__(
        self,
        readers: Mapping[str, Reader],
        ask: AskSts,
        adopt: Callable[[Eyes, Mapping[str, Any]], None],
    ) -> None:
        """`adopt` takes the credentials of a reader's session, before anything is asked with it."""
        self._readers = readers
        self._ask = ask
        self._adopt = adopt
        self._own: Once[Identity] = Once()
        self._opened: Once[Identity] = Once()

    def eyes(self, place: Place) -> Eyes:
        """With whose credentials to look at `place`. Raises `RefusedError`."""
        account = place.account
        if account is None:
            return None
        reader = self._readers.get(account)
        try:
            if self.own(place).account == account:
                return None
        except RefusedError:
            if reader is None:
                raise
        if reader is None:
            raise RefusedError(
                f"no reader for account {account}: add it to the policy's aws.readers"
            )
        eyes = (place.partition, account)
        self._opened.get(eyes, lambda: self._open(eyes, reader, place.region))
        return eyes

    def identity(self, place: Place) -> Identity:
        """Whose credentials look at `place`. Raises `RefusedError`."""
        eyes = self.eyes(place)
        if eyes is None:
            return self.own(place)
        return self._opened.get(eyes, _not_open)

    def own(self, place: Place) -> Identity:
        """The caller's own identity, asked once a partition. Raises `RefusedError`."""
        return self._own.get(place.partition, lambda: self._who(None, place.region))

    def _open(self, eyes: tuple[str, str], reader: Reader, region: str) -> Identity:
        """Assume a reader's role and hold it to its account before anything else is asked."""
        account = eyes[1]
        external = {"ExternalId": reader.external_id} if reader.external_id is not None else {}
        asked = {"RoleArn": reader.role_arn, "RoleSessionName": SESSION_NAME, **external}
        try:
            answer = self._ask(None, region, "AssumeRole", asked)
            self._adopt(eyes, answer.get("Credentials") or {})
            identity = self._who(eyes, region)
        except RefusedError as refused:
            raise RefusedError(f"the reader of account {account}: {refused.reason}") from refused
        if identity.account != account:
            raise RefusedError(f"the reader role answers as another account than {account}")
        return identity

    def _who(self, eyes: Eyes, region: str) -> Identity:
        raw = self._ask(eyes, region, "GetCallerIdentity", {})
        account, arn = raw.get("Account"), raw.get("Arn")
        if not isinstance(account, str) or not re.fullmatch(r"[0-9]{12}", account):
            raise RefusedError("sts:GetCallerIdentity named no account")
        return Identity(account, arn if isinstance(arn, str) else "")


def _not_open() -> Identity:
    raise RefusedError("the reader's session is not open")
