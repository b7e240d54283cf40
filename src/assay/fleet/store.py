"""The store: nights of images and places, as Parquet files that any tool can read.

    STORE/night=2026-11-29/account=222222222222/region=us-east-1/images.parquet
    STORE/night=2026-11-29/places.parquet        one row for each wanted place
    STORE/night=2026-11-29/_images.parquet       all places in one file, for queries (`gathered.py`)

A file is written under a temporary name and then renamed, so that readers see all of it or nothing.
DuckDB (the extra `assay-ami[fleet]`) writes and reads the files.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from assay.errors import StoreError
from assay.fleet import columns, derived, folders, gathered, gathering
from assay.fleet.database import Rows, connection, metadata, told, written
from assay.fleet.sources import OF_A_NIGHT, OF_A_PLACE, of_places, quoted, read, rows, typed
from assay.model.inventory import Classified, Use
from assay.model.places_seen import PlaceSeen

TABLES = {"images": columns.IMAGES, "uses": columns.USES}
"""The tables that have a file in each place, with their columns."""
VERSION = 1
"""The version of the store format; a newer format is refused."""
_MARKED = "assay_store"
_MARKS = {_MARKED: str(VERSION)}
_ROWS = 2_000


class Store:
    """One directory of nights. Its methods raise `StoreError` on failure."""

    def __init__(self, root: Path) -> None:
        self._named, self._root = root, root.absolute()
        self._known: set[Path] = set()
        self._looked: dict[Path, gathered.Sources] = {}
        self.only: date | None = None
        """The only night that queries need; set it before the first of them."""
        with told(root):
            self._duckdb = connection()
            # For writing: a second thread takes twice the memory, and is no faster with small files
            self._duckdb.execute("SET threads = 1")

    @property
    def path(self) -> str:
        """The path as the user gave it."""
        return str(self._named)

    def files(self, night: date) -> frozenset[str]:
        """The files of a night's places, by their path below the night."""
        directory = folders.folder_of(self._root, night)
        with told(directory):
            return frozenset(path for path, *_ in self._sources(directory).found)

    def read_from(self, night: date, table: str) -> list[Path]:
        """The files that queries on a table of a night read."""
        directory = folders.folder_of(self._root, night)
        found = self._sources(directory)
        if self._is_gathered(directory):
            return [gathered.path_of(directory, table)]
        return [directory / path for path, *_ in found.found if path.endswith(f"/{table}.parquet")]

    def _sources(self, night: Path) -> gathered.Sources:
        """The thousands of files of a night's places, listed once until something is written."""
        if night not in self._looked:
            self._looked[night] = gathered.sources(night, TABLES)
        return self._looked[night]

    def nights(self) -> list[date]:
        """The complete nights, oldest first."""
        return list(self._nights())

    def _nights(self) -> dict[date, Path]:
        """Each complete night with its directory. It is not known what is missing in the others."""
        with told(self._root):
            nights = folders.finished(self._root)
        for path in nights.keys() - self._known:
            self._refuse_newer(path)
        dated = ((night, path.parent) for path, night in nights.items() if night)
        return dict(sorted(dated))

    def unfinished(self) -> list[date]:
        """The nights that a run began but did not finish, oldest first. They are never read."""
        with told(self._root):
            return folders.unfinished(self._root)

    def _refuse_newer(self, path: Path) -> None:
        with told(path):
            found = metadata(self._duckdb, path, _MARKED)
        if found not in (None, str(VERSION)):
            raise StoreError(
                f"was written in version {found} of the store format; this assay reads version {VERSION}",
                where=str(path),
                hint="use the version of assay that wrote it, or a newer one",
            )
        self._known.add(path)

    def write(
        self, night: date, place: PlaceSeen, images: Iterable[Classified], uses: Iterable[Use]
    ) -> None:
        """Write the images of one place, and what uses images there."""
        rows = map(columns.image_row, images)
        self._write(self._file(night, place, "images"), columns.IMAGES, rows)
        self._write(self._file(night, place, "uses"), columns.USES, map(columns.use_row, uses))

    def keep_older(self, night: date, place: PlaceSeen) -> datetime | None:
        """Copy what an earlier night has of a place that could not be read, marked as stale.

        Returns when that was read, or None if no earlier night has it.
        """
        found = self._last_seen(night, place)
        if found is None:
            return None
        before, read = found
        for each in self._kept(before, place):
            rows = self._older(before, place, each, read)
            self._copy(f"SELECT * FROM {rows}", self._file(night, place, each))  # noqa: S608 - no outside text
        return read

    def keep_rest(
        self, night: date, place: PlaceSeen, shared: Collection[bool], uses: Collection[str]
    ) -> None:
        """Add to what was written of a place the rest from an earlier night, marked as stale.

        `shared` says which images to add (True for others', False for the place's own), and `uses`
        which types of uses.
        """
        found = self._last_seen(night, place)
        if found is None:
            return
        before, read = found
        kinds = ", ".join(f"'{each}'" for each in uses) or "NULL"
        owners = ", ".join(str(each) for each in shared) or "NULL"
        missed = {
            "images": f"(shared_from IS NOT NULL) IN ({owners}) AND image_id NOT IN (SELECT image_id FROM new)",  # noqa: S608 - no outside text
            "uses": f"type IN ({kinds}) AND (type, id) NOT IN (SELECT (type, id) FROM new)",  # noqa: S608
        }
        for each in self._kept(before, place):
            path = self._file(night, place, each)
            new = f"read_parquet({quoted(path)}, hive_partitioning=false)"
            older = f"SELECT * FROM {self._older(before, place, each, read)} WHERE {missed[each]}"  # noqa: S608
            self._copy(f"WITH new AS (FROM {new}) FROM new UNION ALL BY NAME ({older})", path)

    def _last_seen(self, night: date, place: PlaceSeen) -> tuple[date, datetime] | None:
        """The last earlier night that has something of a place, and when that was read."""
        for before in reversed([each for each in self.nights() if each < night]):
            read = self._read_at(before, place) if self._kept(before, place) else None
            if read is not None:
                return before, read
        return None

    def _kept(self, night: date, place: PlaceSeen) -> list[str]:
        return [each for each in TABLES if self._file(night, place, each).exists()]

    def _older(self, night: date, place: PlaceSeen, table: str, read: datetime) -> str:
        """The rows of a place in an earlier night, marked with when they were read."""
        since = f"coalesce(stale_since, TIMESTAMPTZ '{read.isoformat()}')"
        path = quoted(self._file(night, place, table))
        source = f"read_parquet({path}, hive_partitioning=false)"
        return f"(SELECT * REPLACE ({since} AS stale_since) FROM {source})"  # noqa: S608

    def finish(self, night: date, places: Sequence[PlaceSeen]) -> None:
        """Write the state of each place, which makes the night complete."""
        ordered = sorted(places, key=lambda each: (each.account, each.region))
        directory = folders.folder_of(self._root, night)
        self._write(directory / folders.PLACES, columns.PLACES, map(columns.place_row, ordered))
        with told(directory):
            gathering.gather(self._duckdb, directory, TABLES, _MARKS)

    def select(self, query: str, *parameters: object, asked: bool = False) -> "Rows":
        """The answer to one SELECT over the views `images`, `uses` and `places`; `asked` if a user wrote it.

        No other statement is run, and no file outside the store is opened.
        """
        with told(self._root, asked=asked):
            statements = self._duckdb.extract_statements(query)
            if len(statements) != 1 or statements[0].type.name != "SELECT":
                raise StoreError("one SELECT is meant", hint="put it in quotes")
            found = self._reader.execute(statements[0], list(parameters))
            names = tuple(each[0] for each in found.description or ())
            return Rows(names, tuple(found.fetchall()))

    def derived(self, name: str, night: date) -> str:
        """What follows from a night's images, to SELECT from; `name` is one of `derived.DERIVED`.

        It reads the file if that is as new as the images, and otherwise runs the query.
        """
        directory = folders.folder_of(self._root, night)
        if self._is_gathered(directory, name):
            return read([gathered.path_of(directory, name)], OF_A_NIGHT)
        images = f"(SELECT * FROM images WHERE night = DATE '{night}')"  # noqa: S608 - no outside text
        return f"({derived.query(name, images)})"

    def _is_gathered(self, night: Path, *also: str) -> bool:
        found = self._sources(night)
        return gathering.is_gathered(self._duckdb, night, TABLES, found, also)

    def keep(self, name: str, query: str, *parameters: object) -> int:
        """Keep the answer to a SELECT in memory under a name, so that what later queries need
        repeatedly is read from the files only once. Returns the number of rows.
        """
        with told(self._root):
            made = f"CREATE OR REPLACE TABLE {name} AS {query}"
            return int(self._reader.execute(made, list(parameters)).fetchone()[0])

    def records(self, query: str, *parameters: object) -> Iterator[dict[str, Any]]:
        """The rows of a SELECT, by column, in batches, since they may not fit into memory."""
        with told(self._root):
            found = self._reader.cursor().execute(query, list(parameters))
            names = [each[0] for each in found.description or ()]
            while rows := found.fetchmany(_ROWS):
                for row in rows:
                    yield dict(zip(names, row, strict=True))

    @cached_property
    def _reader(self) -> Any:
        """A separate connection, which can read the existing nights and write nothing."""
        nights = [path for each, path in self._nights().items() if self.only in (None, each)]
        if not nights:
            raise StoreError("holds no night", where=self.path, hint="run assay inventory first")
        reader = connection()
        with told(self._root):
            found = {each: self._sources(each) for each in nights}
        whole = {each for each in nights if self._is_gathered(each)}
        if len(whole) == len(nights):  # with thousands of small files the cache would be too large
            reader.execute("SET parquet_metadata_cache = true")
        for table, kinds in TABLES.items():
            there = [each for each in nights if found[each].has(table)]
            files = [gathered.path_of(each, table) for each in there if each in whole]
            others = [each for each in there if each not in whole]
            sources = [read(files, OF_A_NIGHT)] if files else []
            sources += [of_places(others, table)] if others else []
            reader.execute(f"CREATE VIEW {table} AS {rows({**kinds, **OF_A_PLACE}, sources)}")
        places = read([each / folders.PLACES for each in nights], OF_A_NIGHT)
        everywhere = rows({**columns.PLACES, **OF_A_NIGHT}, [places])
        reader.execute(f"CREATE VIEW places AS {everywhere}")
        reader.execute(f"SET allowed_directories = [{quoted(self._root)}]")
        reader.execute("SET enable_external_access = false")
        reader.execute("SET lock_configuration = true")
        return reader

    def _read_at(self, night: date, place: PlaceSeen) -> datetime | None:
        path = folders.folder_of(self._root, night) / folders.PLACES
        query = (
            "SELECT coalesce(stale_since, seen_at) FROM read_parquet(?, hive_partitioning=false)"
            " WHERE account = ? AND region = ?"
        )
        with told(path):
            found = self._duckdb.execute(query, [str(path), place.account, place.region]).fetchone()
        return found[0] if found else None

    def _file(self, night: date, place: PlaceSeen, what: str) -> Path:
        below = f"account={place.account}/region={place.region}/{what}.parquet"
        return folders.folder_of(self._root, night) / below

    def _write(self, path: Path, kinds: dict[str, str], rows: Iterable[dict[str, Any]]) -> None:
        """Write rows by way of a file of JSON lines, which DuckDB alone reads fastest."""
        lines = path.with_name(f".{path.stem}.jsonl")
        with told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                lines.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
                source = f"read_json({quoted(lines)}, format='newline_delimited', columns={typed(kinds)})"
                self._copy(f"SELECT * FROM {source}", path)  # noqa: S608 - names and types of this module
            finally:
                lines.unlink(missing_ok=True)

    def _copy(self, query: str, path: Path) -> None:
        self._looked.clear()
        with told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            made = written(self._duckdb, query, path, _MARKS)
            try:
                made.replace(path)
            finally:
                made.unlink(missing_ok=True)
