"""Who looks at a place: the caller, or the policy's reader for its account.

A role that a plan names is never assumed: whoever writes the plan would choose who judges it. An
account without a reader is not looked at as anybody else either: another account sees other images.

Facts: STS API Reference, AssumeRole and GetCallerIdentity (which needs no permission).
"""

from collections.abc import Callable, Collection, Hashable, Mapping
from concurrent.futures import Future, wait
from threading import Lock
from typing import Any, Generic, TypeVar

from assay.catalog.aws.refusals import RefusedError
from assay.model import Identity, Place, Reader, Readers
from assay.model.ids import is_account
from assay.model.partitions import home_of

T = TypeVar("T")
SESSION_NAME = "assay"
PATIENCE = 3.0
"""Seconds, after which a Region's own answer is asked for although another's is awaited."""

Principal = tuple[str, str] | None
"""Who signs a call, in IAM's word: the reader of an account in a partition; None for the caller."""
AskSts = Callable[[Principal, str, str, dict[str, Any]], dict[str, Any]]
"""One STS call: as whom, in which Region, which operation, which parameters."""


class Once(Generic[T]):
    """Remembers what was found out; what several threads want is found out once.

    What one Region answered holds for all. What one Region refused for reasons of its own (it is off,
    or silent) holds for that one: the others ask for themselves, and after `patience` seconds they no
    longer wait for a Region that was asked before them.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._lock = Lock()
        self._asked: dict[tuple[Hashable, str], Future[T | RefusedError]] = {}

    def get(self, key: Hashable, region: str, find_out: Callable[[], T]) -> T:
        """What is known of `key`, found out in `region` if need be. Raises `RefusedError`."""
        with self._lock:
            others = [future for (each, _), future in self._asked.items() if each == key]
            asked_here = (key, region) in self._asked
            mine = not others  # whoever comes first finds out, and for all Regions if it can
            future = self._asked.setdefault((key, region), Future()) if mine else None
        if others and not asked_here:
            known = self._of_another(others)
            if known is not None:
                return _or_raise(known)
        if future is None:
            # Looked at again, since the lock was let go: another thread may have come to this Region.
            with self._lock:
                mine = (key, region) not in self._asked
                future = self._asked.setdefault((key, region), Future())
        return self._settle(future, find_out) if mine else _or_raise(future.result())

    def _of_another(self, others: Collection[Future[T | RefusedError]]) -> T | RefusedError | None:
        """What another Region found out, if it is for all and comes in time."""
        done, _ = wait(others, self._patience)
        refused = None
        for found in (future.result() for future in done):
            if not isinstance(found, RefusedError):
                return found
            refused = refused or (None if found.regional else found)
        return refused

    def _settle(self, future: Future[T | RefusedError], find_out: Callable[[], T]) -> T:
        try:
            found = find_out()
        except RefusedError as refused:
            known = _without_code(refused)
            future.set_result(known)
            raise known from refused
        except BaseException as error:
            # Else all who wait for it would wait for ever: no credentials, an interrupt, a bug.
            future.set_exception(error)
            raise
        future.set_result(found)
        return found


def _or_raise(found: T | RefusedError) -> T:
    if isinstance(found, RefusedError):
        raise _without_code(found)
    return found


def _without_code(refused: RefusedError, told: str = "") -> RefusedError:
    """A refusal of something that had to be found out first: its code is about nothing else."""
    reason = f"{told}{refused.reason}"
    return RefusedError(reason, regional=refused.regional, obstacle=refused.obstacle)


class ReaderSessions:
    """Opens, and keeps, one verified session for each account that must be looked at."""

    def __init__(
        self,
        readers: Readers,
        ask: AskSts,
        adopt: Callable[[Principal, Mapping[str, Any]], None],
    ) -> None:
        """`adopt` takes the credentials of a reader's session, before anything is asked with it."""
        self._readers = readers
        self._ask = ask
        self._adopt = adopt
        self._own: Once[Identity] = Once()
        self._sessions: Once[Identity] = Once()

    def principal(self, place: Place) -> Principal:
        """With whose credentials to look at `place`. Raises `RefusedError`."""
        account = place.account
        if account is None:
            return None
        reader = self._readers.of(place.partition, account)
        try:
            if self.own(place).account == account:
                return None  # even where there is a reader: it could see no more
        except RefusedError:
            if reader is None:
                raise
        if reader is None:
            raise RefusedError(
                f"no reader for account {account}: add it to the policy's aws.readers"
            )
        principal = (place.partition, account)
        self._sessions.get(principal, place.region, lambda: self._open(principal, reader, place))
        return principal

    def identity(self, place: Place) -> Identity:
        """Whose credentials look at `place`. Raises `RefusedError`."""
        principal = self.principal(place)
        if principal is None:
            return self.own(place)
        return self._sessions.get(principal, place.region, _not_open)

    def own(self, place: Place) -> Identity:
        """The caller's own identity, asked once a partition. Raises `RefusedError`."""
        return self._own.get(
            place.partition,
            place.region,
            lambda: _where_it_can_be_answered(place, lambda region: self._identify(None, region)),
        )

    def _open(self, principal: tuple[str, str], reader: Reader, place: Place) -> Identity:
        """Assume a reader's role and hold it to its account before anything else is asked."""
        account = principal[1]
        external = {"ExternalId": reader.external_id} if reader.external_id is not None else {}
        asked = {"RoleArn": reader.role_arn, "RoleSessionName": SESSION_NAME, **external}

        def open_in(region: str) -> Identity:
            answer = self._ask(None, region, "AssumeRole", asked)
            self._adopt(principal, answer.get("Credentials") or {})
            return self._identify(principal, region)

        try:
            identity = _where_it_can_be_answered(place, open_in)
        except RefusedError as refused:
            raise _without_code(refused, f"the reader of account {account}: ") from refused
        if identity.account != account:
            raise RefusedError(f"the reader role answers as another account than {account}")
        return identity

    def _identify(self, principal: Principal, region: str) -> Identity:
        raw = self._ask(principal, region, "GetCallerIdentity", {})
        account, arn = raw.get("Account"), raw.get("Arn")
        if not is_account(account):
            raise RefusedError("sts:GetCallerIdentity named no account")
        return Identity(account, arn if isinstance(arn, str) else "")


def _where_it_can_be_answered(place: Place, ask: Callable[[str], Identity]) -> Identity:
    """In the Region of the place, else in one that is always on: who somebody is, all Regions know.

    Raises `RefusedError` with what the first said.
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


def _not_open() -> Identity:
    raise RefusedError("the reader's session is not open")
