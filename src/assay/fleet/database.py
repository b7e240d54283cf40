"""DuckDB, which reads and writes the store, and what goes wrong with it."""

import secrets
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec

from assay.errors import StoreError
from assay.fleet.sources import quoted


class Rows(msgspec.Struct, frozen=True):
    """The answer to a query."""

    names: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]


def connection() -> Any:
    """A database in memory, which reads and writes files. Raises `StoreError`."""
    try:
        import duckdb
    except ImportError:
        raise StoreError(
            "an inventory needs DuckDB, which is not installed",
            hint="install 'assay-ami[fleet]'",
        ) from None
    # DuckDB makes it when it needs it, and would make `.tmp` where the command was called; nobody can
    # guess the name and wait there with a link.
    spilled = Path(tempfile.gettempdir()) / f"assay-{secrets.token_hex(8)}"
    made = duckdb.connect(config={"temp_directory": str(spilled)})
    made.execute("SET TimeZone = 'UTC'")
    return made


def metadata(duckdb: Any, path: Path, key: str) -> str | None:
    """What a Parquet file says of itself. Raises DuckDB's errors."""
    query = "SELECT value::VARCHAR FROM parquet_kv_metadata(?) WHERE key = ?"
    found = duckdb.execute(query, [str(path), key]).fetchone()
    return str(found[0]) if found else None


def written(
    duckdb: Any, query: str, path: Path, marks: Mapping[str, str], options: str = ""
) -> Path:
    """A Parquet file of the rows, which has its name still to get: it lies beside it. Raises DuckDB's errors."""
    made = path.with_name(f".{path.name}.part")
    said = ", ".join(f"{name}: '{value}'" for name, value in marks.items())
    try:
        duckdb.execute(
            f"COPY ({query}) TO {quoted(made)} (FORMAT parquet, COMPRESSION zstd, KV_METADATA {{{said}}}{options})"
        )
    except BaseException:
        made.unlink(missing_ok=True)
        raise
    return made


@contextmanager
def told(path: Path) -> Iterator[None]:
    """Whatever goes wrong with a file is a `StoreError` that names it."""
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
