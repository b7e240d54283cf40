"""Finishes a night: gathers its files by table, and computes what follows from its images.

The content of a night is in the files of its places. What is written here only makes reading it
faster.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from assay.fleet import columns, derived, gathered
from assay.fleet.database import metadata, told, written
from assay.fleet.sources import OF_A_PLACE, of_places, quoted, rows

_IMAGES = "images"


def gather(duckdb: Any, night: Path, tables: Collection[str], marks: Mapping[str, str]) -> None:
    """Write the files of a night's directory that begin with an underscore, or none if a place is
    written meanwhile. Raises `OSError` and DuckDB's errors.
    """
    before = gathered.sources(night, tables)
    marks = {**marks, gathered.MARKED: before.digest}
    made: dict[str, Path] = {}

    def make(name: str, query: str) -> None:
        path = gathered.path_of(night, name)
        made[name] = written(duckdb, query, path, marks, gathered.OPTIONS)

    try:
        for each in filter(before.has, tables):
            make(each, f"SELECT * EXCLUDE (night) FROM {of_places([night], each)}")  # noqa: S608 - no outside text
        if _IMAGES in made:
            file = f"read_parquet({quoted(made[_IMAGES])}, hive_partitioning=false)"
            images = f"({rows({**columns.IMAGES, **OF_A_PLACE}, [file])})"
            for each in derived.DERIVED:
                make(each, derived.query(each, images))
        if gathered.sources(night, tables) == before:
            # The first table comes last, because its file says what all of them were made from
            for name in reversed(made):
                gathered.keep(made[name], gathered.path_of(night, name), before)
    finally:
        for path in made.values():
            path.unlink(missing_ok=True)


def is_gathered(
    duckdb: Any,
    night: Path,
    tables: Collection[str],
    found: gathered.Sources,
    also: Collection[str] = (),
) -> bool:
    """Whether the gathered files of some tables exist, and those of `derived.DERIVED` named in
    `also`, and match the places' current files. Raises `StoreError`.
    """
    with told(night):
        last = gathered.last_of(night, [*filter(found.has, tables), *also], found)
    if last is None:
        return False
    with told(last):
        return metadata(duckdb, last, gathered.MARKED) == found.digest
