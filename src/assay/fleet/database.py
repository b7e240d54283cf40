"""DuckDB, which reads and writes the store, and its errors."""

import re
import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from assay.errors import StoreError
from assay.fleet.sources import quoted, typed

RESTORE = "restore it from a copy of the store, or use another night"
_GATHERED = "the files of the places have the same rows"
_OF_A_QUERY = (
    *("BinderException", "CatalogException", "ConversionException", "OutOfMemoryException"),
    "ParserException",
)
"""DuckDB's errors that say nothing about a file."""


class Rows(msgspec.Struct, frozen=True):
    """The answer to a query."""

    names: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def connection() -> Any:
    """A database in memory that reads and writes files. Raises `StoreError`."""
    try:
        import duckdb
    except ImportError:
        raise StoreError(
            "an inventory needs DuckDB, which is not installed",
            hint="install 'assay-ami[fleet]'",
        ) from None
    # DuckDB creates this directory when needed. By default it would be `.tmp` in the working
    # directory; a random name cannot be guessed and prepared as a link.
    spilled = Path(tempfile.gettempdir()) / f"assay-{secrets.token_hex(8)}"
    made = duckdb.connect(config={"temp_directory": str(spilled)})
    made.execute("SET TimeZone = 'UTC'")
    return made


def metadata(duckdb: Any, path: Path, key: str) -> str | None:
    """A value from a Parquet file's own metadata. Raises DuckDB's errors."""
    query = "SELECT value::VARCHAR FROM parquet_kv_metadata(?) WHERE key = ?"
    found = duckdb.execute(query, [str(path), key]).fetchone()
    return str(found[0]) if found else None


def written(
    duckdb: Any, query: str, path: Path, marks: Mapping[str, str], options: str = ""
) -> Path:
    """Write the rows to a Parquet file with a temporary name next to `path`. Raises DuckDB's errors."""
    made = path.with_name(f".{path.name}.part")
    try:
        duckdb.execute(
            f"COPY ({query}) TO {quoted(made)} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {typed(marks)}{options})"
        )
    except BaseException:
        made.unlink(missing_ok=True)
        raise
    return made


@contextmanager
def told(path: Path, *, asked: bool = False) -> Iterator[None]:
    """A context that turns every error with a file into a `StoreError` that names it.

    `asked`: a user wrote the query, so an error in it says nothing about the store.
    """
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
        of_query = type(error).__name__ in _OF_A_QUERY
        if asked and of_query:
            views = (
                "the views are images, uses and places; DESCRIBE images lists the columns of one"
            )
            raise StoreError(f"the query cannot be run: {said}", hint=views) from None
        broken = None if of_query else _damaged(path, said)
        hint = None
        if broken is not None:
            gathered = broken.name.startswith("_")
            hint = f"remove it: {_GATHERED}" if gathered else RESTORE
        what = f"cannot be read or written: {said}"
        raise StoreError(what, where=str(broken or path), hint=hint) from None


def _damaged(path: Path, said: str) -> Path | None:
    """The file that cannot be read to its end: the one that an error names, or one below a directory."""
    named = re.search(r"""['"]([^'"]+\.parquet)['"]""", said)
    if named:
        files = [Path(named[1])]
    else:  # of a column that is damaged DuckDB does not say in which file
        files = sorted(path.glob("night=*/**/*.parquet"), reverse=True) if path.is_dir() else [path]
    reader = connection()
    for each in files:
        try:
            reader.execute("SELECT bit_xor(hash(row)) FROM read_parquet(?) AS row", [str(each)])
        except Exception:  # noqa: BLE001 - whatever DuckDB raises, the file is not read
            if each.is_file():
                return each
    return None
