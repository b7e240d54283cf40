"""What a run in progress has read: after any interruption, the next run continues from there.

It is one SQLite file in the store, locked by one run at a time and deleted once the night is
written.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec

from assay.errors import StoreError
from assay.fleet.collecting import Collected
from assay.fleet.places import At

NAME = "journal.sqlite"
_FORMAT = 1
_REMOVE = "delete it; the next run reads all places again"


class Journal:
    """The places read so far, for one night and one policy."""

    def __init__(self, store: Path, run: str) -> None:
        """`run` identifies what is being read: the night and the policy. What was kept for another
        run is deleted. Raises `StoreError`.
        """
        self._path = store / NAME
        with _told(self._path):
            store.mkdir(parents=True, exist_ok=True)
            self._file = sqlite3.connect(self._path, timeout=0)
            # Locked until the process ends, for whatever reason: another run is refused
            self._file.execute("PRAGMA locking_mode = EXCLUSIVE")
            self._file.execute("CREATE TABLE IF NOT EXISTS run (name TEXT)")
            self._file.execute(
                "CREATE TABLE IF NOT EXISTS places"
                " (account TEXT, region TEXT, content BLOB, PRIMARY KEY (account, region))"
            )
            name = f"{_FORMAT} {run}"
            if self._file.execute("SELECT name FROM run").fetchall() != [(name,)]:
                self._file.execute("DELETE FROM run")
                self._file.execute("DELETE FROM places")
                self._file.execute("INSERT INTO run VALUES (?)", (name,))
            self._file.commit()

    def kept(self) -> Iterator[Collected]:
        """The places read before this run was interrupted, one at a time."""
        with _told(self._path):
            places = self._file.execute("SELECT account, region FROM places").fetchall()
        for at in places:
            try:
                yield decoded(self._content(at))
            except (msgspec.DecodeError, UnicodeDecodeError):
                continue  # read again

    def read(self, at: At) -> Collected:
        """A place that was kept. Raises `StoreError`."""
        try:
            return decoded(self._content(at))
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise StoreError("is damaged", where=str(self._path), hint=_REMOVE) from None

    def _content(self, at: At) -> bytes:
        query = "SELECT content FROM places WHERE account = ? AND region = ?"
        with _told(self._path):
            found: tuple[bytes] | None = self._file.execute(query, at).fetchone()
        return found[0] if found else b""

    def keep(self, at: At, content: bytes) -> None:
        """Keep a place at once and as a whole: a `Collected` as msgpack."""
        with _told(self._path):
            self._file.execute("INSERT OR REPLACE INTO places VALUES (?, ?, ?)", (*at, content))
            self._file.commit()

    def close(self, *, done: bool) -> None:
        """Close the file. Delete it if the run is done: its content is in the night's files."""
        with _told(self._path):
            self._file.close()
            if done:
                self._path.unlink(missing_ok=True)


def decoded(content: bytes) -> Collected:
    """A place as it was kept. Raises `msgspec.DecodeError` or `UnicodeDecodeError`."""
    return msgspec.msgpack.decode(content, type=Collected)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            raise StoreError(
                "another run is using this store", where=str(path), hint="wait until it has ended"
            ) from None
        raise StoreError(f"cannot be written: {error}", where=str(path)) from None
    except sqlite3.DatabaseError as error:
        raise StoreError(f"is damaged ({error})", where=str(path), hint=_REMOVE) from None
    except (FileExistsError, NotADirectoryError):
        hint = "name a directory for the store; it is created if it does not exist"
        raise StoreError("is not a directory", where=str(path.parent), hint=hint) from None
    except OSError as error:
        raise StoreError(f"cannot be written: {error.strerror}", where=str(path)) from None
