"""What earlier runs have learnt, kept in files of the user's cache.

What is read there is believed, so nothing is read that anybody else could have written. Losing a
file costs time, never an answer: every failure to read or write is silence.
"""

from pathlib import Path
from tempfile import NamedTemporaryFile

_WRITABLE_BY_OTHERS = 0o022


class Kept:
    """The files of one directory; None as directory keeps nothing."""

    def __init__(self, directory: Path | None) -> None:
        self._directory = directory

    def read(self, name: str) -> bytes | None:
        """What was kept under a name, if it is there and nobody else can write it."""
        if self._directory is None:
            return None
        path = self._directory / name
        try:
            if any(each.stat().st_mode & _WRITABLE_BY_OTHERS for each in (path.parent, path)):
                return None
            return path.read_bytes()
        except OSError:
            return None

    def write(self, name: str, content: bytes) -> None:
        """Keep a file whole: readers see the old or the new."""
        if self._directory is None:
            return
        path = self._directory / name
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with NamedTemporaryFile(dir=path.parent, delete=False) as partial:
                try:
                    partial.write(content)
                    partial.flush()
                    Path(partial.name).replace(path)
                except OSError:
                    Path(partial.name).unlink()
                    raise
        except OSError:
            return
