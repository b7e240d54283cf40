"""Parquet files as sources for DuckDB: the SQL for reading them and for views."""

from collections.abc import Mapping, Sequence
from pathlib import Path

OF_A_NIGHT = {"night": "DATE"}
OF_A_PLACE = {**OF_A_NIGHT, "account": "VARCHAR", "region": "VARCHAR"}
"""The columns that are part of file paths."""


def of_places(nights: Sequence[Path], table: str) -> str:
    """A source of the places' own files."""
    below = f"account=*/region=*/{table}.parquet"
    return read([each / below for each in nights], OF_A_PLACE)


def read(paths: Sequence[Path], in_path: Mapping[str, str]) -> str:
    """A source of a SELECT with the rows of some files."""
    files = ", ".join(map(quoted, paths))
    return f"read_parquet([{files}], hive_types={typed(in_path)}, union_by_name=true)"


def rows(kinds: Mapping[str, str], sources: Sequence[str]) -> str:
    """A SELECT of the rows of all sources. A column that a night does not have is null."""
    nulls = ", ".join(f'NULL::{kind} AS "{each}"' for each, kind in kinds.items())
    selects = [f"SELECT {nulls} WHERE false", *(f"SELECT * FROM {each}" for each in sources)]  # noqa: S608 - no outside text
    return " UNION ALL BY NAME ".join(selects)


def typed(kinds: Mapping[str, str]) -> str:
    """Names with their types, or other words, as an argument in SQL: `{'night': 'DATE'}`."""
    return f"{{{', '.join(f'{name!r}: {kind!r}' for name, kind in kinds.items())}}}"


def quoted(path: Path) -> str:
    """A path as a string literal of a statement."""
    text = str(path).replace("'", "''")
    return f"'{text}'"
