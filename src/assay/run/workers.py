"""What reads the places of a run: threads, processes with some threads, or a cluster.

All three are executors, with the same input and output (`places.py`).
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
"""The number of places from which it is worth starting processes. Measured: a process takes 0.3 s
of a core until it reads, a place of 100 images some 26 ms, which the threads of one process take
one after another.
"""
_PATIENCE = 30
"""Seconds to wait for the first worker of a cluster."""


class How(msgspec.Struct, frozen=True):
    """How many workers read the places, and where."""

    workers: int
    """The number of places read at once; a cluster has its own number."""
    cores: int
    cluster: str | None
    """The address of a Dask scheduler, whose workers read instead."""
    setting: Setting
    elsewhere: Elsewhere


class Workers(msgspec.Struct, frozen=True):
    """An executor, the function to submit, and the errors for a place whose worker was lost."""

    executor: Executor
    read: Callable[[At], Reply]
    lost: tuple[type[Exception], ...] = (BrokenExecutor,)


@contextmanager
def workers(host: Host, catalog: ImageCatalog, how: How, places: int) -> Iterator[Workers]:
    """Open an executor for this many places. On leaving, calls in progress are not waited for.

    Raises `CatalogError` if the cluster cannot be used.
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

        # Dask logs tracebacks to standard error; errors are reported in one line instead
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
        # The same place has two answers an hour apart; with `pure`, both would be the first one
        executor = client.get_executor(pure=False, retries=0)
        yield Workers(executor, _there(how), (KilledWorker,))
    finally:
        client.close()
