"""What earlier runs have learnt, kept in files of the user's cache.

What is read there is believed, so nothing is read that anybody else could have written or put in its
place. Losing a file costs time, never an answer: what cannot be read or written is done without, and
what is refused is told.
"""

import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

from assay.files import PRIVATE, replace

_WRITABLE_BY_OTHERS = 0o022
_ROOT = 0
_LINKS = 40
"""As many as Linux follows on the way to a file."""

Tell = Callable[[str], None]
"""Told in a few words why something that is kept is not used."""


def _to_nobody(_: str) -> None:
    """For whoever need not know."""


class Kept:
    """The files of one directory; None as directory keeps nothing."""

    def __init__(self, directory: Path | None, tell: Tell = _to_nobody) -> None:
        self._directory = directory
        self._tell = tell
        self._checked: bool | None = None

    def read(self, name: str) -> bytes | None:
        """What was kept under a name, if it is there and is the reader's own."""
        if self._directory is None or not self._is_safe():
            return None
        try:
            # Looked at once it is open: what stands under the name can be another by then.
            descriptor = os.open(
                self._directory / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            )
            with os.fdopen(descriptor, "rb") as file:
                wrong = _wrong_with_file(os.fstat(descriptor))
                if wrong is None:
                    return file.read()
        except OSError as error:
            if not (self._directory / name).is_symlink():
                return None  # not kept yet, or nothing that can be read
            wrong = f"is a link ({error.strerror})"
        self._tell(f"{self._directory / name} {wrong}")
        return None

    def write(self, name: str, content: bytes) -> None:
        """Keep a file whole: readers see the old or the new."""
        path = self._place(name)
        if path is None:
            return
        try:
            replace(path, content, PRIVATE)
        except OSError:
            return

    def forget(self, pattern: str, but: str) -> None:
        """Take away the files whose names fit, but for those that begin in another way."""
        if self._directory is None or not self._is_safe():
            return
        try:
            for path in self._directory.glob(pattern):
                if not path.name.startswith(but):
                    path.unlink(missing_ok=True)
        except OSError:
            return

    def _place(self, name: str) -> Path | None:
        """Where to write a file, its directory made; None where nothing can be kept."""
        if self._directory is None:
            return None
        try:
            _make(self._directory)
        except OSError:
            return None
        return self._directory / name if self._is_safe() else None

    def _is_safe(self) -> bool:
        """Looked at once a run, and again while there is no directory yet."""
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
    """The files that came with the code, in a directory beside it: read, and never written.

    Whose they are is not asked. In Lambda all of it is another user's; whoever can write there can
    write the code.
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
    """Who else could write what stands in a directory, or put another in its place; None: nobody.

    Looks from the root downwards, so that what was found to be safe stays so: each directory and
    link on the way is the reader's or root's, and nobody else can write there. In a directory such
    as /tmp everybody can, but nobody can rename or remove what is another's.
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
        return None  # the rest is not there yet
    except OSError as error:
        return f"{directory} cannot be examined ({error.strerror})"
    return None


def _way(directory: Path) -> Iterator[Path]:
    """All directories and links from the root to a directory, as the system follows them."""
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
    """A directory with all above it, each its maker's alone."""
    for path in [*reversed(directory.parents), directory]:
        if not path.is_dir():
            path.mkdir(mode=0o700, exist_ok=True)
