"""Parquet files as DuckDB reads them: the text of sources and views."""

from collections.abc import Mapping, Sequence
from pathlib import Path

OF_A_NIGHT = {"night": "DATE"}
OF_A_PLACE = {**OF_A_NIGHT, "account": "VARCHAR", "region": "VARCHAR"}
"""What stands in the paths of files."""


def of_places(nights: Sequence[Path], table: str) -> str:
    """The places' own files."""
    below = f"account=*/region=*/{table}.parquet"
    return read([each / below for each in nights], OF_A_PLACE)


def read(paths: Sequence[Path], in_path: Mapping[str, str]) -> str:
    """The rows of files, as a source of a SELECT."""
    files = ", ".join(map(quoted, paths))
    return f"read_parquet([{files}], hive_types={typed(in_path)}, union_by_name=true)"


def rows(kinds: Mapping[str, str], sources: Sequence[str]) -> str:
    """A SELECT of the rows of all sources. A night that was stored before there was a column has nothing to tell
    there.
    """
    nulls = ", ".join(f'NULL::{kind} AS "{each}"' for each, kind in kinds.items())
    selects = [f"SELECT {nulls} WHERE false", *(f"SELECT * FROM {each}" for each in sources)]  # noqa: S608 - ours alone
    return " UNION ALL BY NAME ".join(selects)


def typed(kinds: Mapping[str, str]) -> str:
    """As the argument of a function that reads files: `{'night': 'DATE'}`."""
    return f"{{{', '.join(f'{name!r}: {kind!r}' for name, kind in kinds.items())}}}"


def quoted(path: Path) -> str:
    """As text in a statement."""
    text = str(path).replace("'", "''")
    return f"'{text}'"
