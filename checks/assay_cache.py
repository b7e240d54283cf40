"""Keeps assay's output for a few minutes, where nobody else can write.

checkov loads checks once per framework, each in a separate process, and pipelines run it several
times on one plan. Kept output is read only from a private directory, and is checked like any
report. If the platform cannot tell who owns a directory, nothing is kept.
"""

from __future__ import annotations

import contextlib
import logging
import os
import stat
import sys
import time
from collections.abc import Iterator

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

LIFETIME = 300.0
"""Seconds. Watermarks, states and settings of images change; a few minutes cover one pipeline
run."""
_OFTEN = 0.05
_REPORT = ".report"

_log = logging.getLogger(__name__)


class Cache:
    """A directory of reports, by key."""

    def __init__(self, descriptor: int) -> None:
        """`descriptor` is an open directory, because what its path leads to may change meanwhile."""
        self._directory = descriptor

    def get(self, key: str) -> bytes | None:
        """The output kept under a key, if it is recent."""
        with contextlib.suppress(OSError):
            flags = os.O_RDONLY | os.O_NOFOLLOW
            descriptor = os.open(key + _REPORT, flags, dir_fd=self._directory)
            with os.fdopen(descriptor, "rb") as file:
                facts = os.fstat(descriptor)
                if stat.S_ISREG(facts.st_mode) and facts.st_uid == os.geteuid() and _fresh(facts):
                    return file.read()
        return None

    def put(self, key: str, data: bytes) -> None:
        """Keep the output completely or not at all, and delete old output."""
        partial = f"{key}.{os.getpid()}.partial"
        with contextlib.suppress(OSError):
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
            descriptor = os.open(partial, flags, 0o600, dir_fd=self._directory)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
            os.rename(
                partial, key + _REPORT, src_dir_fd=self._directory, dst_dir_fd=self._directory
            )
        self._sweep()

    def _sweep(self) -> None:
        with contextlib.suppress(OSError):
            for name in os.listdir(self._directory):
                if name.endswith((_REPORT, ".partial")) and not _fresh(
                    os.stat(name, dir_fd=self._directory, follow_symlinks=False)
                ):
                    os.unlink(name, dir_fd=self._directory)

    @contextlib.contextmanager
    def alone(self, key: str, seconds: float) -> Iterator[None]:
        """Lock a key against other processes; wait for the lock no longer than `seconds`."""
        with contextlib.ExitStack() as opened:
            if fcntl is not None:
                with contextlib.suppress(OSError):
                    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW
                    lock = os.open(f"{key[:2]}.lock", flags, 0o600, dir_fd=self._directory)
                    opened.callback(os.close, lock)
                    _wait(lock, seconds)
            yield


@contextlib.contextmanager
def opened() -> Iterator[Cache | None]:
    """The user's cache; None if there is none, or if it is not private."""
    descriptor = _private_directory()
    if descriptor is None:
        yield None
        return
    try:
        yield Cache(descriptor)
    finally:
        os.close(descriptor)


def _private_directory() -> int | None:
    if os.environ.get("ASSAY_NO_CACHE") or os.mkdir not in os.supports_dir_fd:
        return None
    path = os.path.join(_home(), "checkov")
    try:
        os.makedirs(os.path.dirname(path), 0o700, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            os.mkdir(path, 0o700)
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError as error:
        _log.info("no cache: %s", error)
        return None
    facts = os.fstat(descriptor)
    if facts.st_uid != os.geteuid() or stat.S_IMODE(facts.st_mode) & 0o077:
        os.close(descriptor)
        _log.warning("%s is not used: it is somebody else's, or open to others (chmod 700)", path)
        return None
    return descriptor


def _home() -> str:
    """The directory where assay itself keeps its cache, by the platform's convention."""
    chosen = os.environ.get("ASSAY_CACHE_DIR")
    if chosen:
        return os.path.abspath(chosen)
    if sys.platform == "darwin":
        return os.path.expanduser("~/Library/Caches/assay")
    caches = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(caches, "assay")


def _fresh(facts: os.stat_result) -> bool:
    return 0 <= time.time() - facts.st_mtime < LIFETIME


def _wait(lock: int, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        with contextlib.suppress(BlockingIOError):
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return
        time.sleep(_OFTEN)
