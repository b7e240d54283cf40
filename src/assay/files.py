"""Writes files whole: whoever reads one sees the old content or the new, and never a part.

A name that somebody else has put there in the meantime, as a link to another file say, is not followed.
"""

import errno
import os
import stat
from pathlib import Path

PRIVATE = 0o600
"""Its owner's alone, from the first byte on."""
SHARED = 0o666
"""As the umask has it: for the steps that follow, which may be another user's."""


def create(path: str | Path, content: bytes, mode: int = SHARED) -> None:
    """Make a file that is not there yet; nothing is left of it where that fails.

    Raises `OSError`; `FileExistsError` where the name is taken, also by a link that leads nowhere.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
    except BaseException:  # a full disk; Ctrl-C
        os.unlink(path)
        raise


def replace(path: str | Path, content: bytes, mode: int = SHARED) -> None:
    """Make a file, or put another in its place. Raises `OSError`."""
    partial = f"{path}.{os.urandom(6).hex()}.partial"
    create(partial, content, mode)
    try:
        os.replace(partial, path)
    except BaseException:
        os.unlink(partial)
        raise


def rewrite(path: str | Path, before: bytes, content: bytes) -> None:
    """Put other content into a file that is there, with the permissions that it has.

    Raises `OSError`; where the file is a link, or holds anything but `before` by now, it stays as it is.
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
