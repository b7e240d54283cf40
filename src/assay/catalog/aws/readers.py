"""Whose credentials read a place: the caller's, or those of the policy's reader for its account.

A role that a plan names is never assumed, because the author of the plan could then choose who
judges it. An account without a reader is not read with another account's credentials either,
because another account sees other images.

Facts: STS API Reference, AssumeRole and GetCallerIdentity (which needs no permission).
"""

from collections.abc import Callable
from typing import Any, TypeVar

from assay.catalog.aws.leases import Lease, Now, Opened, Session
from assay.catalog.aws.once import Once, without_code
from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.signing import Signer
from assay.model import Identity, Place, Reader, Readers
from assay.model.ids import is_account
from assay.model.partitions import home_of

T = TypeVar("T")
SESSION_NAME = "assay"
_FIRST = "the reader of account {}: "
_AGAIN = "the session of the reader for account {} ends and was not renewed: "

AskSts = Callable[[Signer, str, str, dict[str, Any]], dict[str, Any]]
"""One STS call. Parameters: signer, Region, operation, parameters of the operation."""


class ReaderSessions:
    """Opens and keeps one verified session for each account that has to be read."""

    def __init__(self, readers: Readers, ask: AskSts, now: Now | None) -> None:
        """Without the time of day (`now`), no session is renewed before it ends."""
        self._readers = readers
        self._ask = ask
        self._now = now
        self._own: Once[Identity] = Once()
        self._leases: Once[Lease] = Once()

    def signer(self, place: Place) -> Signer:
        """The credentials for reading `place`. Raises `RefusedError`."""
        opened = self._opened(place)
        return opened.session if opened else None

    def identity(self, place: Place) -> Identity:
        """The identity of the credentials that read `place`. Raises `RefusedError`."""
        opened = self._opened(place)
        return opened.identity if opened else self.own(place)

    def ask_again(self) -> None:
        """Ask again for what was refused; a long-running process would otherwise never recover."""
        self._own.forget_refusals()
        self._leases.forget_refusals(lambda lease: lease.refused)

    def callers(self) -> tuple[str, ...]:
        """The ARNs of the identities known so far."""
        readers = (lease.identity.arn for lease in self._leases.known())
        own = (each.arn for each in self._own.known())
        return tuple(sorted({arn for arn in (*own, *readers) if arn}))

    def _opened(self, place: Place) -> Opened | None:
        """The session of the reader of `place`; None for the caller's own. Raises `RefusedError`."""
        account = place.account
        if account is None:
            return None
        reader = self._readers.of(place.partition, account)
        try:
            if self.own(place).account == account:
                return None  # even if there is a reader: it could see no more
        except RefusedError:
            if reader is None:
                raise
        if reader is None:
            raise RefusedError(
                f"no reader for account {account}: add one to the policy's aws.readers"
            )
        principal, known = (place.partition, account), reader
        lease = self._leases.get(
            principal,
            place.region,
            lambda: Lease(self._open(principal, known, place, _FIRST), self._now),
        )
        return lease.current(lambda: self._open(principal, known, place, _AGAIN))

    def own(self, place: Place) -> Identity:
        """The caller's own identity, asked for once per partition. Raises `RefusedError`."""
        return self._own.get(
            place.partition,
            place.region,
            lambda: _where_it_can_be_answered(place, lambda region: self._identify(None, region)),
        )

    def _open(self, principal: tuple[str, str], reader: Reader, place: Place, told: str) -> Opened:
        """Assume a reader's role and verify its account before anything else is asked."""
        account = principal[1]
        external = {"ExternalId": reader.external_id} if reader.external_id is not None else {}
        asked = {"RoleArn": reader.role_arn, "RoleSessionName": SESSION_NAME, **external}

        def open_in(region: str) -> Opened:
            session = Session.of(principal, self._ask(None, region, "AssumeRole", asked))
            return Opened(session, self._identify(session, region))

        try:
            opened = _where_it_can_be_answered(place, open_in)
        except RefusedError as refused:
            raise without_code(refused, told.format(account)) from refused
        if opened.identity.account != account:
            raise RefusedError(f"the reader role belongs to another account than {account}")
        return opened

    def _identify(self, signer: Signer, region: str) -> Identity:
        raw = self._ask(signer, region, "GetCallerIdentity", {})
        account, arn = raw.get("Account"), raw.get("Arn")
        if not is_account(account):
            raise RefusedError("sts:GetCallerIdentity named no account")
        return Identity(account, arn if isinstance(arn, str) else "")


def _where_it_can_be_answered(place: Place, ask: Callable[[str], T]) -> T:
    """Ask in the place's Region or else in one that is always on: all Regions know all identities.

    Raises the `RefusedError` of the first attempt.
    """
    try:
        return ask(place.region)
    except RefusedError as refused:
        home = home_of(place.partition) or place.region
        if not refused.regional or home == place.region:
            raise
        try:
            return ask(home)
        except RefusedError:
            raise refused from None
