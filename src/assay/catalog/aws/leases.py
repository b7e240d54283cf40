"""A reader's session, which is renewed some minutes before AWS ends it.

Facts: STS API Reference, AssumeRole (`Expiration`; role chaining limits a session to one hour).
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, TypeAlias

import msgspec

from assay.catalog.aws.once import or_raise
from assay.catalog.aws.refusals import RefusedError
from assay.catalog.interface import Obstacle
from assay.model import Identity

Now: TypeAlias = Callable[[], datetime]
EARLY = timedelta(minutes=10)
"""How long before its end a session is renewed. Calls in progress can still finish, and clocks may
differ by the five minutes that AWS tolerates in a request."""
LAST = timedelta(seconds=30)
"""How long before its end a session that could not be renewed is abandoned."""


class Session(msgspec.Struct, frozen=True, eq=False):
    """Credentials that AWS issued for a reader's role."""

    principal: tuple[str, str]
    """Partition and account."""
    credentials: Mapping[str, str]
    """In the form of the parameters of botocore's `Credentials`."""
    until: datetime | None
    """When AWS ends the session, if it said so."""

    @classmethod
    def of(cls, principal: tuple[str, str], answer: Mapping[str, Any]) -> "Session":
        """A session from an answer of AssumeRole.

        Raises `RefusedError` if part of the credentials is missing: botocore would use the caller's
        instead.
        """
        found = answer.get("Credentials") or {}
        credentials = {
            "access_key": found.get("AccessKeyId"),
            "secret_key": found.get("SecretAccessKey"),
            "token": found.get("SessionToken"),
        }
        whole = {name: text for name, text in credentials.items() if isinstance(text, str) and text}
        if len(whole) != len(credentials):
            raise RefusedError("sts:AssumeRole answered without credentials")
        until = found.get("Expiration")
        told = isinstance(until, datetime) and until.tzinfo is not None
        return cls(principal, whole, until if told else None)


class Opened(msgspec.Struct, frozen=True, eq=False):
    """A session, and the identity that AWS reports for it."""

    session: Session
    identity: Identity


class Lease:
    """The session of one reader: always a valid one, or the reason why there is none any more.

    The first thread that needs the session when it is due renews it, while the others continue with
    the current one. If AWS refuses the renewal, it is refused to every thread from then on. If the
    renewal fails for a temporary reason, it is tried again while there is time.
    """

    def __init__(self, opened: Opened, now: Now | None) -> None:
        """Without a clock (`now`), nothing is renewed."""
        self._now = now
        self._lock = Lock()
        self._opened = opened
        self._due = self._early(opened)
        self._renewal: Future[Opened | RefusedError] | None = None
        self._refused: RefusedError | None = None

    @property
    def identity(self) -> Identity:
        """Whose session it is. Renewals do not change this."""
        return self._opened.identity

    @property
    def refused(self) -> bool:
        """Whether the renewal failed for good."""
        return self._refused is not None

    def current(self, open_again: Callable[[], Opened]) -> Opened:
        """The session to use now, renewed with `open_again` if necessary. Raises `RefusedError`."""
        with self._lock:
            if self._refused is not None:
                return or_raise(self._refused)
            opened, renewal = self._opened, self._renewal
            if self._now is None or self._due is None or self._now() < self._due:
                return opened
            if renewal is None:
                mine = self._renewal = Future()
        if renewal is None:
            return self._renew(mine, opened, self._now, open_again)
        if opened.session.until is None or self._now() < opened.session.until:
            return opened
        return or_raise(renewal.result())

    def _renew(
        self,
        renewal: Future[Opened | RefusedError],
        before: Opened,
        now: Now,
        open_again: Callable[[], Opened],
    ) -> Opened:
        try:
            found: Opened | RefusedError = open_again()
        except RefusedError as refused:
            found = self._without(refused, before, now())
        except BaseException as error:
            with self._lock:
                self._renewal = None
            renewal.set_exception(error)  # otherwise the threads waiting for it would hang
            raise
        with self._lock:
            self._renewal = None
            if isinstance(found, RefusedError):
                self._refused = found
            elif found is not before:
                self._opened, self._due = found, self._early(found)
        renewal.set_result(found)
        return or_raise(found)

    def _without(
        self, refused: RefusedError, before: Opened, now: datetime
    ) -> Opened | RefusedError:
        """What to use if a session could not be renewed: the old one for now, or the refusal."""
        until = before.session.until
        passing = refused.regional or refused.obstacle in (Obstacle.THROTTLED, Obstacle.LATE)
        if passing and until is not None and until - now > LAST:
            with self._lock:
                self._due = now + (until - now) / 2
            return before
        return RefusedError(refused.reason, obstacle=Obstacle.EXPIRED)

    def _early(self, opened: Opened) -> datetime | None:
        """When to renew the session; None if that cannot be determined."""
        until = opened.session.until
        if self._now is None or until is None:
            return None
        left = until - self._now()
        # An end in the past means that the clocks differ: every call would open another session.
        return until - min(EARLY, left / 2) if left > timedelta() else None
