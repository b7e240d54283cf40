"""Writes files whole: whoever reads one sees the old content or the new, and never a part.

A name that somebody else has put there in the meantime, as a link to another file say, is not followed.
"""

import os
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
