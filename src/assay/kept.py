"""What earlier runs have learnt, kept in files in the user's cache.

The content of these files is trusted, so a file is read only if no other user could have written or
replaced it. Losing a file costs time, never an answer: a run continues without files that it cannot
read or write, and reports those that it refuses to use.
"""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from assay.files import PRIVATE, replace

_WRITABLE_BY_OTHERS = 0o022
_ROOT = 0
_LINKS = 40
"""The number of links that Linux follows in one path."""

Tell = Callable[[str], None]
"""Called with a short reason why a kept file is not used."""


def _to_nobody(_: str) -> None:
    """Ignore the reason."""


class Kept:
    """The files of one directory; if the directory is None, nothing is kept."""

    def __init__(self, directory: Path | None, tell: Tell = _to_nobody) -> None:
        self._directory = directory
        self._tell = tell
        self._checked: bool | None = None

    def read(self, name: str) -> bytes | None:
        """The content kept under a name; None if there is no file or it cannot be trusted."""
        if self._directory is None or not self._is_safe():
            return None
        try:
            # Check the open file, not the path: the path could lead to another file by then.
            descriptor = os.open(
                self._directory / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            )
            with os.fdopen(descriptor, "rb") as file:
                wrong = _wrong_with_file(os.fstat(descriptor))
                if wrong is None:
                    return file.read()
        except OSError as error:
            if not (self._directory / name).is_symlink():
                return None  # not kept yet, or not readable
            wrong = f"is a link ({error.strerror})"
        self._tell(f"{self._directory / name} {wrong}")
        return None

    def write(self, name: str, content: bytes) -> None:
        """Keep content under a name; readers see the old content or the new, never part of it."""
        path = self._place(name)
        if path is None:
            return
        try:
            replace(path, content, PRIVATE)
        except OSError:
            return

    def forget(self, pattern: str, but: str) -> None:
        """Delete the files that match `pattern`, except those whose names start with `but`."""
        if self._directory is None or not self._is_safe():
            return
        try:
            for path in self._directory.glob(pattern):
                if not path.name.startswith(but):
                    path.unlink(missing_ok=True)
        except OSError:
            return

    def _place(self, name: str) -> Path | None:
        """The path to write to, with its directory created; None if nothing can be kept."""
        if self._directory is None:
            return None
        try:
            _make(self._directory)
        except OSError:
            return None
        return self._directory / name if self._is_safe() else None

    def _is_safe(self) -> bool:
        """Check the directory once per run, or each time for as long as it does not exist."""
        if self._checked is None and self._directory is not None:
            wrong = wrong_with(self._directory)
            if wrong is not None:
                self._tell(wrong)
                self._checked = False
            elif self._directory.exists():
                self._checked = True
            else:
                return True
        return bool(self._checked)


class Shipped(Kept):
    """The files shipped with the code, in a directory next to it: read, but never written.

    Their owner is not checked. In Lambda they all belong to another user, and anybody who could
    write to them could also change the code.
    """

    def __init__(self, directory: Path) -> None:
        super().__init__(None)
        self._shipped = directory

    def read(self, name: str) -> bytes | None:
        try:
            return (self._shipped / name).read_bytes()
        except OSError:
            return None


def wrong_with(directory: Path) -> str | None:
    """Why a directory is not safe from other users, who could write or replace its files; None if it is.

    Checks from the root downwards, so that what was found safe stays safe: each directory and link
    on the way belongs to the current user or root, and nobody else can write to it. A parent such as
    /tmp may be writable by everybody, because nobody can rename or remove another user's files there.
    """
    if not hasattr(os, "geteuid"):
        return f"it is not known who may write to {directory}"
    last = Path(os.path.normpath(Path.cwd() / directory))
    try:
        for path in _way(last):
            found = path.lstat()
            if found.st_uid not in (os.geteuid(), _ROOT):
                return f"{path} belongs to another user"
            if stat.S_ISLNK(found.st_mode):
                continue
            if not stat.S_ISDIR(found.st_mode):
                return f"{path} is not a directory"
            shared = bool(found.st_mode & stat.S_ISVTX) and path != last
            if found.st_mode & _WRITABLE_BY_OTHERS and not shared:
                return f"others can write to {path}; fix it with chmod go-w"
    except FileNotFoundError:
        return None  # the rest does not exist yet
    except OSError as error:
        return f"{directory} cannot be examined ({error.strerror})"
    return None


def _way(directory: Path) -> Iterator[Path]:
    """All directories and links from the root to a directory, in the order the system follows them."""
    at = Path(directory.anchor)
    yield at
    left, links = list(reversed(directory.parts[1:])), 0
    while left:
        name = left.pop()
        if name == "..":
            at = at.parent
            continue
        path = at / name
        yield path
        if not path.is_symlink():
            at = path
            continue
        links += 1
        if links > _LINKS:
            raise OSError(0, "too many links")
        target = path.readlink()
        at = Path(target.anchor) if target.is_absolute() else at
        left += reversed(target.parts[1:] if target.is_absolute() else target.parts)


def _wrong_with_file(found: os.stat_result) -> str | None:
    if not stat.S_ISREG(found.st_mode):
        return "is not a file"
    if found.st_uid != os.geteuid():
        return "belongs to another user"
    if found.st_mode & _WRITABLE_BY_OTHERS:
        return "can be written by others; fix it with chmod go-w"
    return None


def _make(directory: Path) -> None:
    """Create a directory and its missing parents, each accessible only to its owner."""
    for path in [*reversed(directory.parents), directory]:
        if not path.is_dir():
            path.mkdir(mode=0o700, exist_ok=True)
