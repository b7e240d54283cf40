"""A night's files of one table gathered into one, which is what questions read.

    STORE/night=2026-11-29/_images.parquet

DuckDB opens one file in a thousandth of the time of 1,200. The places' own files stay the truth: where
one of them is newer, is another or is gone, they are read instead. Hive, Athena, Trino and Spark pass over
names that begin with an underscore, and the patterns of design's dataset do not match them: nobody
reads a row twice.
"""

import hashlib
import os
from collections.abc import Collection
from pathlib import Path

import msgspec

MARKED = "assay_of"
"""In a gathered file's own metadata: of which files it and those beside it were made."""
OPTIONS = ", ROW_GROUP_SIZE 61440, PARQUET_VERSION V2, COMPRESSION_LEVEL 1"
"""How DuckDB writes them. Half of its own size of groups: half of the memory to write, and questions take as
long. Nobody else reads these files, so they may have Parquet's newer encodings, smaller and sooner read.
"""


class Sources(msgspec.Struct, frozen=True):
    """The files of all places of a night, as they were when somebody looked."""

    found: tuple[tuple[str, int, int, int], ...]
    """Of each its path below the night, its size, its inode and when it was written, in nanoseconds."""

    @property
    def newest(self) -> int:
        """When the last of them was written."""
        return max((each[3] for each in self.found), default=0)

    @property
    def digest(self) -> str:
        """Which files they are, and how large: the same wherever the store is copied."""
        told = "".join(f"{path} {size}\n" for path, size, _, _ in self.found)
        return hashlib.sha256(told.encode()).hexdigest()

    def has(self, table: str) -> bool:
        """Whether any place has a file of a table."""
        return any(path.endswith(f"/{table}.parquet") for path, *_ in self.found)


def path_of(night: Path, table: str) -> Path:
    """Where the gathered file of a night's directory is."""
    return night / f"_{table}.parquet"


def last_of(night: Path, names: Collection[str], found: Sources) -> Path | None:
    """The file that was gathered last, if all are there and no place was written since: it tells of what it was
    made. Raises `OSError`.
    """
    paths = [path_of(night, each) for each in names]
    if not paths or not all(each.exists() for each in paths):
        return None
    written = min(each.stat().st_mtime_ns for each in paths)
    return None if found.newest > written else paths[0]


def keep(made: Path, path: Path, found: Sources) -> None:
    """Give a file its place, and the age of what it was made of."""
    os.utime(made, ns=(found.newest, found.newest))
    made.replace(path)


def sources(night: Path, tables: Collection[str]) -> Sources:
    """The files that the gathered ones have to hold."""
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
