"""Who reads the places of a run: threads, processes of some threads each, or a cluster of machines.

All three are executors; what they are given and what they answer is the same (`places.py`).
"""

from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor, ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial

import msgspec

from assay.catalog.interface import ImageCatalog
from assay.errors import CatalogError
from assay.fleet.places import At
from assay.run.host import Host
from assay.run.places import Elsewhere, Reply, Setting, read_elsewhere, read_here

MANY = 100
"""Places from which on processes are worth their start. Measured: a process takes 0.3 s of a core until it reads, a
place of 100 images some 26 ms, which threads of one process take one after another."""
_PATIENCE = 30
"""Seconds in which somebody has to be at work in a cluster."""


class How(msgspec.Struct, frozen=True):
    """By how many, and by whom, places are read."""

    workers: int
    """So many places at a time; a cluster has its own number."""
    cores: int
    cluster: str | None
    """The address of a Dask scheduler, whose workers read instead."""
    setting: Setting
    elsewhere: Elsewhere


class Workers(msgspec.Struct, frozen=True):
    """An executor, what to give it, and what it raises for a place whose worker was lost."""

    executor: Executor
    read: Callable[[At], Reply]
    lost: tuple[type[Exception], ...] = (BrokenExecutor,)


@contextmanager
def workers(host: Host, catalog: ImageCatalog, how: How, places: int) -> Iterator[Workers]:
    """Whoever reads so many places. Who leaves need not wait for what is on its way.

    Raises `CatalogError` where there is no such cluster.
    """
    if how.cluster is not None:
        with _cluster(how.cluster, how) as found:
            yield found
        return
    processes = min(how.cores, how.workers) if places >= MANY else 1
    if processes > 1:
        from assay.run.processes import Processes

        executor: Executor = Processes(processes, -(-how.workers // processes))
        read = _there(how)
    else:
        executor = ThreadPoolExecutor(how.workers, "place")
        read = partial(read_here, catalog, host.now)
    try:
        yield Workers(executor, read)
    finally:
        executor.shutdown(wait=False, cancel_futures=True)


def _there(how: How) -> Callable[[At], Reply]:
    return partial(read_elsewhere, how.elsewhere, msgspec.msgpack.encode(how.setting))


@contextmanager
def _cluster(address: str, how: How) -> Iterator[Workers]:
    try:
        import dask

        # Its log goes to standard error, tracebacks and all; what is wrong is told in one line
        dask.config.set({"logging": {"distributed": "critical"}})
        from distributed import Client
        from distributed.scheduler import KilledWorker
    except ImportError:
        raise CatalogError(
            "--dask needs distributed, which is not installed",
            hint="install 'assay-ami[dask]'",
        ) from None
    try:
        client = Client(address, set_as_default=False)
    except (OSError, ValueError) as error:
        said = str(error).partition("\n")[0]
        raise CatalogError(f"no Dask scheduler answers: {said}", where=address) from None
    try:
        client.wait_for_workers(1, _PATIENCE)
    except TimeoutError:
        client.close()
        raise CatalogError(
            "this cluster has no workers", where=address, hint="start one with: dask worker"
        ) from None
    try:
        # Of one place there are two answers, an hour apart: `pure` would take the first for both
        executor = client.get_executor(pure=False, retries=0)
        yield Workers(executor, _there(how), (KilledWorker,))
    finally:
        client.close()
