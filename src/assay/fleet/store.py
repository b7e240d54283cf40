"""The store: a night of images and places, as Parquet files that anybody can read.

    STORE/night=2026-11-29/account=222222222222/region=us-east-1/images.parquet
    STORE/night=2026-11-29/places.parquet        one row for each place that was wanted

A file is written under a name of its own and then renamed, so that a reader sees all of it or none.
DuckDB (the extra `assay[fleet]`) writes and reads them.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from assay.errors import StoreError
from assay.model.inventory import Classified, PlaceSeen, Use
from assay.model.times import day

_NIGHT = "night="
_MARK = (
    "STRUCT(key VARCHAR, source_image_id VARCHAR, source_image_region VARCHAR,"
    " source_image_creation_time TIMESTAMPTZ, watermark_creation_time TIMESTAMPTZ)"
)
IMAGE_COLUMNS = {
    "image_id": "VARCHAR",
    "name": "VARCHAR",
    "owner_id": "VARCHAR",
    "owner_alias": "VARCHAR",
    "class": "VARCHAR",
    "why": "VARCHAR",
    "state": "VARCHAR",
    "public": "BOOLEAN",
    "architecture": "VARCHAR",
    "platform": "VARCHAR",
    "creation_date": "TIMESTAMPTZ",
    "deprecation_time": "TIMESTAMPTZ",
    "last_launched": "TIMESTAMPTZ",
    "source_image_id": "VARCHAR",
    "source_image_region": "VARCHAR",
    "root_image_id": "VARCHAR",
    "depth": "INTEGER",
    "family": "VARCHAR",
    "watermarks": f"{_MARK}[]",
    "snapshots": "VARCHAR[]",
    "snapshot_gb": "BIGINT",
    "shared_from": "VARCHAR",
    "image_allowed": "BOOLEAN",
    "scan_severity": "VARCHAR",
    "stale_since": "TIMESTAMPTZ",
}
"""The columns of `images`; account, Region and night stand in the path."""
USE_COLUMNS = {
    "type": "VARCHAR",
    "id": "VARCHAR",
    "name": "VARCHAR",
    "image_id": "VARCHAR",
    "via": "VARCHAR",
    "state": "VARCHAR",
    "since": "TIMESTAMPTZ",
    "stale_since": "TIMESTAMPTZ",
}
"""The columns of `uses`; account, Region and night stand in the path."""
PLACE_COLUMNS = {
    "account": "VARCHAR",
    "region": "VARCHAR",
    "state": "VARCHAR",
    "reason": "VARCHAR",
    "images": "BIGINT",
    "uses": "BIGINT",
    "calls": "BIGINT",
    "seen_at": "TIMESTAMPTZ",
    "stale_since": "TIMESTAMPTZ",
}


_OF_PLACES = ("images", "uses")
_VIEWS = {
    "images": (
        "account=*/region=*/images.parquet",
        "{night: DATE, account: VARCHAR, region: VARCHAR}",
    ),
    "uses": ("account=*/region=*/uses.parquet", "{night: DATE, account: VARCHAR, region: VARCHAR}"),
    "places": ("places.parquet", "{night: DATE}"),
}
"""The files of each view, and what stands in their paths: text, but for the night."""


class Rows(msgspec.Struct, frozen=True):
    """The answer to a query."""

    names: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


class Store:
    """One directory of nights. Every method raises `StoreError` where it cannot do what it says."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        with _told(root):
            self._duckdb = _connection()

    def nights(self) -> list[date]:
        """The nights that are written whole, the oldest first."""
        with _told(self._root):
            found = self._root.glob(f"{_NIGHT}*/places.parquet") if self._root.is_dir() else ()
            nights = (_night(each.parent.name) for each in found)
            return sorted(each for each in nights if each)

    def write(
        self, night: date, place: PlaceSeen, images: Iterable[Classified], uses: Iterable[Use]
    ) -> None:
        """The images of one place, and what uses images there."""
        self._write(self._file(night, place, "images"), IMAGE_COLUMNS, map(_image_row, images))
        rows = ({**msgspec.structs.asdict(each), "stale_since": None} for each in uses)
        self._write(self._file(night, place, "uses"), USE_COLUMNS, rows)

    def keep_older(self, night: date, place: PlaceSeen) -> datetime | None:
        """Where a place could not be read: what an earlier night has of it, marked as such. Tells when
        that was read; None where no night has it.
        """
        for before in reversed([each for each in self.nights() if each < night]):
            kept = [each for each in _OF_PLACES if self._file(before, place, each).exists()]
            read = self._read_at(before, place) if kept else None
            if read is None:
                continue
            since = f"TIMESTAMPTZ '{read.isoformat()}'"
            query = f"SELECT * REPLACE (coalesce(stale_since, {since}) AS stale_since)"
            for each in kept:
                path = _quoted(self._file(before, place, each))
                source = f"read_parquet({path}, hive_partitioning=false)"
                self._copy(f"{query} FROM {source}", self._file(night, place, each))
            return read
        return None

    def finish(self, night: date, places: Sequence[PlaceSeen]) -> None:
        """Write down what became of each place: with that, the night is whole."""
        rows = (
            {name: getattr(place, name) for name in PLACE_COLUMNS}
            for place in sorted(places, key=lambda each: (each.account, each.region))
        )
        self._write(self._root / f"{_NIGHT}{night}" / "places.parquet", PLACE_COLUMNS, rows)

    def select(self, query: str, *parameters: object) -> "Rows":
        """The answer to one SELECT over the views `images`, `uses` and `places`, and nothing but that: no other
        statement is run, and no file outside of the store is opened.
        """
        with _told(self._root):
            statements = self._duckdb.extract_statements(query)
            if len(statements) != 1 or statements[0].type.name != "SELECT":
                raise StoreError("one SELECT is meant", hint="write it in quotes")
            found = self._reader.execute(statements[0], list(parameters))
            names = tuple(each[0] for each in found.description or ())
            return Rows(names, tuple(found.fetchall()))

    @cached_property
    def _reader(self) -> Any:
        """A connection of its own that can read the nights there are, and write nothing."""
        nights = self.nights()
        if not nights:
            raise StoreError("holds no night", where=str(self._root), hint="run: assay inventory")
        # Of a night that is not whole nobody can tell what is missing
        whole = f"night IN ({', '.join(f'DATE {str(each)!r}' for each in nights)})"
        reader = _connection()
        for name, (below, keys) in _VIEWS.items():
            files = _quoted(self._root / f"{_NIGHT}*" / below)
            source = f"read_parquet({files}, hive_types={keys}, union_by_name=true)"
            reader.execute(f"CREATE VIEW {name} AS SELECT * FROM {source} WHERE {whole}")  # noqa: S608
        reader.execute(f"SET allowed_directories = [{_quoted(self._root)}]")
        reader.execute("SET enable_external_access = false")
        reader.execute("SET lock_configuration = true")
        return reader

    def _read_at(self, night: date, place: PlaceSeen) -> datetime | None:
        path = self._root / f"{_NIGHT}{night}" / "places.parquet"
        query = (
            "SELECT coalesce(stale_since, seen_at) FROM read_parquet(?, hive_partitioning=false)"
            " WHERE account = ? AND region = ?"
        )
        with _told(path):
            found = self._duckdb.execute(query, [str(path), place.account, place.region]).fetchone()
        return found[0] if found else None

    def _file(self, night: date, place: PlaceSeen, what: str) -> Path:
        below = f"account={place.account}/region={place.region}/{what}.parquet"
        return self._root / f"{_NIGHT}{night}" / below

    def _write(self, path: Path, columns: dict[str, str], rows: Iterable[dict[str, Any]]) -> None:
        """Rows go through a file of JSON lines: that is what DuckDB reads fastest without help."""
        lines = path.with_name(f".{path.stem}.jsonl")
        with _told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                lines.write_bytes(b"".join(msgspec.json.encode(row) + b"\n" for row in rows))
                typed = ", ".join(f"{name}: '{kind}'" for name, kind in columns.items())
                source = (
                    f"read_json({_quoted(lines)}, format='newline_delimited', columns={{{typed}}})"
                )
                self._copy(f"SELECT * FROM {source}", path)  # noqa: S608 - ours alone  # noqa: S608 - names and types of this module
            finally:
                lines.unlink(missing_ok=True)

    def _copy(self, query: str, path: Path) -> None:
        made = path.with_name(f".{path.name}.part")
        with _told(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                self._duckdb.execute(
                    f"COPY ({query}) TO {_quoted(made)} (FORMAT parquet, COMPRESSION zstd)"
                )
                made.replace(path)
            finally:
                made.unlink(missing_ok=True)


def _night(directory: str) -> date | None:
    """The night that a directory is of; None for what is no day of the calendar."""
    try:
        return day(directory.removeprefix(_NIGHT))
    except ValueError:
        return None


def _image_row(found: Classified) -> dict[str, Any]:
    image, listed = found.listed.image, found.listed
    scan = image.scan_results
    return {
        "image_id": image.id,
        "name": image.name,
        "owner_id": image.owner_id,
        "owner_alias": image.owner_alias,
        "class": found.kind.value,
        "why": found.why,
        "state": image.state,
        "public": image.public,
        "architecture": listed.architecture,
        "platform": listed.platform,
        "creation_date": image.creation_date,
        "deprecation_time": image.deprecation_time,
        "last_launched": listed.last_launched,
        "source_image_id": image.source_image_id,
        "source_image_region": image.source_image_region,
        "root_image_id": found.root,
        "depth": found.depth,
        "family": family(image.name),
        "watermarks": image.watermarks,
        "snapshots": listed.snapshots,
        "snapshot_gb": listed.snapshot_gb,
        "shared_from": image.owner_id if found.shared else None,
        "image_allowed": image.image_allowed,
        "scan_severity": scan.highest_finding_severity if scan else None,
        "stale_since": None,
    }


def family(name: str | None) -> str | None:
    """What the names of a line of images have in common: dates and build numbers are taken out."""
    return re.sub(r"[0-9]+", "*", name) if name else None


def _connection() -> Any:
    try:
        import duckdb
    except ImportError:
        raise StoreError(
            "an inventory is stored by DuckDB, which is not installed",
            hint="install assay with its extra `fleet`",
        ) from None
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _quoted(path: Path) -> str:
    text = str(path).replace("'", "''")
    return f"'{text}'"


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StoreError(
            f"cannot be read or written: {error.strerror or error}", where=str(path)
        ) from None
    except Exception as error:
        if type(error).__module__.partition(".")[0] not in ("duckdb", "_duckdb"):
            raise
        said = str(error).partition("\n")[0]
        raise StoreError(f"cannot be read or written: {said}", where=str(path)) from None
