"""Writes files atomically: a reader sees the old content or the new, never part of it.

If somebody puts something else at the path in the meantime, such as a link to another file, the link
is not followed.
"""

import errno
import os
import stat
from pathlib import Path

PRIVATE = 0o600
"""Accessible only to its owner, from the first byte on."""
SHARED = 0o666
"""Subject to the umask: later steps, which may run as another user, read it."""


def create(path: str | Path, content: bytes, mode: int = SHARED) -> None:
    """Create a file that does not exist yet; if that fails, nothing is left behind.

    Raises `OSError`; `FileExistsError` if the path exists already, even as a dangling link.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except BaseException:  # a full disk, say, or Ctrl-C
        os.unlink(path)
        raise


def replace(path: str | Path, content: bytes, mode: int = SHARED) -> None:
    """Create a file or replace an existing one. Raises `OSError`."""
    partial = f"{path}.{os.urandom(6).hex()}.partial"
    create(partial, content, mode)
    try:
        os.replace(partial, path)
    except BaseException:
        os.unlink(partial)
        raise


def rewrite(path: str | Path, before: bytes, content: bytes) -> None:
    """Replace the content of an existing file and keep its permissions.

    Raises `OSError`. A file that is a link, or no longer contains exactly `before`, stays unchanged.
    """
    found = os.lstat(path)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is a link, or not a file")
    if Path(path).read_bytes() != before:
        raise OSError(errno.EBUSY, "it was changed in the meantime")
    if not os.access(path, os.W_OK):
        raise OSError(errno.EACCES, os.strerror(errno.EACCES))
    partial = f"{path}.{os.urandom(6).hex()}.partial"
    create(partial, content, PRIVATE)
    try:
        os.chmod(partial, stat.S_IMODE(found.st_mode))
        os.replace(partial, path)
    except BaseException:
        os.unlink(partial)
        raise
