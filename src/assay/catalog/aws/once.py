"""Finds out once what several threads need, in one Region for all or in each Region for itself."""

from collections import defaultdict
from collections.abc import Callable, Collection, Hashable
from concurrent.futures import Future, wait
from threading import Lock
from typing import Generic, TypeVar

from assay.catalog.aws.refusals import RefusedError

T = TypeVar("T")
PATIENCE = 3.0
"""Seconds after which a Region is asked itself although another Region's answer is still
pending."""


class Once(Generic[T]):
    """Remembers what was found out; if several threads need it, it is found out only once.

    An answer from one Region is valid for all. A refusal that concerns only one Region (it is off,
    or silent) is valid for that Region: the others ask for themselves, and after `patience` seconds
    they no longer wait for a Region that was asked before them.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._lock = Lock()
        self._asked: defaultdict[Hashable, dict[str, Future[T | RefusedError]]] = defaultdict(dict)

    def get(self, key: Hashable, region: str, find_out: Callable[[], T]) -> T:
        """What is known for `key`, found out in `region` if necessary. Raises `RefusedError`."""
        with self._lock:
            asked = self._asked[key]
            here = asked.get(region)
            others = list(asked.values()) if here is None else []
            if here is None and not others:
                mine = asked[region] = Future()  # the first thread finds out, for all if possible
        if here is not None:
            return or_raise(here.result())
        if not others:
            return self._settle(mine, find_out)
        known = self._of_another(others)
        if known is not None:
            return or_raise(known)
        with self._lock:
            # Look again, because the lock was released: another thread may have asked this Region.
            here = asked.get(region)
            if here is None:
                mine = asked[region] = Future()
        return or_raise(here.result()) if here is not None else self._settle(mine, find_out)

    def forget_refusals(self, is_refused: Callable[[T], bool] = lambda _: False) -> None:
        """Forget refusals, and answers for which `is_refused` is true, so they are asked again."""
        with self._lock:
            for asked in self._asked.values():
                for region, future in list(asked.items()):
                    if future.done() and (
                        future.exception() is not None
                        or isinstance(found := future.result(), RefusedError)
                        or is_refused(found)
                    ):
                        del asked[region]

    def known(self) -> list[T]:
        """Everything found out so far, for all keys."""
        with self._lock:
            futures = [each for asked in self._asked.values() for each in asked.values()]
        done = [each for each in futures if each.done() and each.exception() is None]
        found = [each.result() for each in done]
        return [each for each in found if not isinstance(each, RefusedError)]

    def _of_another(self, others: Collection[Future[T | RefusedError]]) -> T | RefusedError | None:
        """What another Region found out, if it is valid for all Regions and arrives in time."""
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
            known = without_code(refused)
            future.set_result(known)
            raise known from refused
        except BaseException as error:
            # No credentials, an interrupt, a bug: otherwise the threads waiting for it would hang.
            future.set_exception(error)
            raise
        future.set_result(found)
        return found


def or_raise(found: T | RefusedError) -> T:
    """Return what another thread found out, or raise its `RefusedError`."""
    if isinstance(found, RefusedError):
        raise without_code(found)
    return found


def without_code(refused: RefusedError, told: str = "") -> RefusedError:
    """A refusal without its code, which belongs to a call that had to be made first."""
    reason = f"{told}{refused.reason}"
    return RefusedError(reason, regional=refused.regional, obstacle=refused.obstacle)
