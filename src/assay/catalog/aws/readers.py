"""Whose eyes look at a place: the caller's own, or those of the policy's reader for its account.

A role that a plan names is never assumed: whoever writes the plan would choose who judges it. An
account without a reader is not looked at with anybody else's eyes either, since another account
sees other images under the same id's name, or none.

Facts: STS API Reference, AssumeRole and GetCallerIdentity (which needs no permission).
"""

from collections.abc import Callable, Collection, Hashable, Mapping
from concurrent.futures import Future, wait
from threading import Lock
from typing import Any, Generic, TypeVar

from assay.catalog.aws.refusals import RefusedError
from assay.model import Identity, Place, Reader
from assay.model.ids import is_account
from assay.model.partitions import home_of

T = TypeVar("T")
SESSION_NAME = "assay"
PATIENCE = 3.0
"""Seconds, after which a Region's own answer is asked for although another's is awaited."""

Eyes = tuple[str, str] | None
"""A partition and an account that a reader reads; None for the caller's own credentials."""
AskSts = Callable[[Eyes, str, str, dict[str, Any]], dict[str, Any]]
"""One STS call: with whose eyes, in which Region, which operation, which parameters."""


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
            mine = not others
            future = self._asked.setdefault((key, region), Future()) if mine else None
        if others and not asked_here:
            known = self._of_another(others)
            if known is not None:
                return _told(known)
        if future is None:
            with self._lock:
                mine = (key, region) not in self._asked
                future = self._asked.setdefault((key, region), Future())
        return self._settle(future, find_out) if mine else _told(future.result())

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
            future.set_exception(error)
            raise
        future.set_result(found)
        return found


def _told(found: T | RefusedError) -> T:
    if isinstance(found, RefusedError):
        raise _without_code(found)
    return found


def _without_code(refused: RefusedError, told: str = "") -> RefusedError:
    """A refusal of something that had to be found out first: its code is about nothing else."""
    reason = f"{told}{refused.reason}"
    return RefusedError(reason, regional=refused.regional, obstacle=refused.obstacle)


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
        self._opened.get(eyes, place.region, lambda: self._open(eyes, reader, place))
        return eyes

    def identity(self, place: Place) -> Identity:
        """Whose credentials look at `place`. Raises `RefusedError`."""
        eyes = self.eyes(place)
        if eyes is None:
            return self.own(place)
        return self._opened.get(eyes, place.region, _not_open)

    def own(self, place: Place) -> Identity:
        """The caller's own identity, asked once a partition. Raises `RefusedError`."""
        return self._own.get(
            place.partition,
            place.region,
            lambda: _where_it_can_be_answered(place, lambda region: self._who(None, region)),
        )

    def _open(self, eyes: tuple[str, str], reader: Reader, place: Place) -> Identity:
        """Assume a reader's role and hold it to its account before anything else is asked."""
        account = eyes[1]
        external = {"ExternalId": reader.external_id} if reader.external_id is not None else {}
        asked = {"RoleArn": reader.role_arn, "RoleSessionName": SESSION_NAME, **external}

        def open_in(region: str) -> Identity:
            answer = self._ask(None, region, "AssumeRole", asked)
            self._adopt(eyes, answer.get("Credentials") or {})
            return self._who(eyes, region)

        try:
            identity = _where_it_can_be_answered(place, open_in)
        except RefusedError as refused:
            raise _without_code(refused, f"the reader of account {account}: ") from refused
        if identity.account != account:
            raise RefusedError(f"the reader role answers as another account than {account}")
        return identity

    def _who(self, eyes: Eyes, region: str) -> Identity:
        raw = self._ask(eyes, region, "GetCallerIdentity", {})
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
