"""A night's files of one table gathered into one file, which is what queries read.

    STORE/night=2026-11-29/_images.parquet

DuckDB opens one file in a thousandth of the time of 1,200. The files of the places remain
authoritative: if one of them is newer, different or gone, they are read instead. Hive, Athena,
Trino and Spark ignore names that begin with an underscore, and the patterns of design's dataset do
not match them, so nothing reads a row twice.
"""

import hashlib
import os
from collections.abc import Collection
from pathlib import Path

import msgspec

MARKED = "assay_of"
"""The member of a gathered file's metadata that says from which files it and those next to it were
made."""
OPTIONS = ", ROW_GROUP_SIZE 61440, PARQUET_VERSION V2, COMPRESSION_LEVEL 1"
"""How DuckDB writes them. Row groups of half the default size need half the memory to write, and
queries take as long. Only assay reads these files, so they can use Parquet's newer encodings, which
are smaller and faster to read.
"""


class Sources(msgspec.Struct, frozen=True):
    """The files of all places of a night, as found at one moment."""

    found: tuple[tuple[str, int, int, int], ...]
    """For each file: its path below the night, size, inode, and modification time in
    nanoseconds."""

    @property
    def newest(self) -> int:
        """The latest modification time."""
        return max((each[3] for each in self.found), default=0)

    @property
    def digest(self) -> str:
        """A digest of the paths and sizes, which is the same wherever the store is copied."""
        told = "".join(f"{path} {size}\n" for path, size, _, _ in self.found)
        return hashlib.sha256(told.encode()).hexdigest()

    def has(self, table: str) -> bool:
        """Whether any place has a file of a table."""
        return any(path.endswith(f"/{table}.parquet") for path, *_ in self.found)


def path_of(night: Path, table: str) -> Path:
    """The path of a gathered file in a night's directory."""
    return night / f"_{table}.parquet"


def last_of(night: Path, names: Collection[str], found: Sources) -> Path | None:
    """The file gathered last, if all exist and no place was written since. Its metadata says what
    it was made from. Raises `OSError`.
    """
    paths = [path_of(night, each) for each in names]
    if not paths or not all(each.exists() for each in paths):
        return None
    written = min(each.stat().st_mtime_ns for each in paths)
    return None if found.newest > written else paths[0]


def keep(made: Path, path: Path, found: Sources) -> None:
    """Move a file to its final name, with the modification time of its newest source."""
    os.utime(made, ns=(found.newest, found.newest))
    made.replace(path)


def sources(night: Path, tables: Collection[str]) -> Sources:
    """The files that the gathered files have to contain."""
    found = []
    for account in _below(str(night), "account="):
        for region in _below(account.path, "region="):
            for table in tables:
                below = f"{table}.parquet"
                try:
                    told = os.stat(f"{region.path}/{below}")  # noqa: PTH116 - a Path takes twice as long
                except FileNotFoundError:
                    continue
                path = f"{account.name}/{region.name}/{below}"
                found.append((path, told.st_size, told.st_ino, told.st_mtime_ns))
    return Sources(tuple(sorted(found)))


def _below(directory: str, prefix: str) -> list["os.DirEntry[str]"]:
    with os.scandir(directory) as entries:
        return [each for each in entries if each.name.startswith(prefix)]
