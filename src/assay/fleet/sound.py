"""Whether a stored night is what a run wrote: a damaged night is refused.

Otherwise it would be read as if less had been seen. What `places.parquet` says about each place has
to agree with the rows of its files. A file is refused if it lacks a column that answers depend on,
or has values that no run writes.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from assay.errors import StoreError
from assay.fleet import columns
from assay.fleet.database import RESTORE
from assay.fleet.folders import PLACES
from assay.fleet.sources import OF_A_NIGHT, OF_A_PLACE
from assay.fleet.store import TABLES, Store
from assay.model.inventory import ImageClass, UseType
from assay.model.places_seen import PlaceState

_WAIT = "if a run of assay inventory is writing this night, wait for it to end; if not, "
_SAYS = "but places.parquet says"
_NEEDED = {
    "images": frozenset((
        "image_id", "owner_id", "class", "why", "state", "public", "creation_date", "source_image_id",
        "source_image_region", "watermarks", "snapshots", "shared_from", "scan_severity", "scan_date", "stale_since",
    )),
    "uses": frozenset(("type", "id", "name", "image_id", "via", "state", "image", "stale_since")),
    "places": frozenset(
        ("account", "region", "state", "reason", "images", "uses", "seen_at", "stale_since")
    ),
}  # fmt: skip
"""The columns that every night has had from the beginning, and that answers depend on."""
_SCHEMA = """
SELECT names, members, min(file_name) FROM (
    SELECT file_name, list(name ORDER BY number) AS names, list(num_children ORDER BY number) AS members
    FROM (SELECT file_name, name, num_children, row_number() OVER () AS number FROM parquet_schema($1::VARCHAR[]))
    GROUP BY file_name
) GROUP BY names, members ORDER BY ALL
"""
_KINDS = "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM {table})"


WRITTEN = "state IN ('seen', 'filtered', 'cut-short')"
"""A condition for places of which the rows that were read are stored; of the others only older ones are."""


def _among(values: Sequence[str]) -> str:
    return ", ".join(f"'{each}'" for each in values)


_PLACES = f"""
SELECT night, account, region, state, count(*) FROM places WHERE night IN ({{nights}})
GROUP BY ALL HAVING account IS NULL OR region IS NULL OR count(*) > 1
    OR state IS NULL OR state NOT IN ({_among(list(PlaceState))})
UNION ALL
SELECT night, account, region, NULL, count(*) FROM places WHERE night IN ({{nights}})
GROUP BY night, account, region HAVING count(DISTINCT state) > 1
ORDER BY ALL
"""  # noqa: S608 - no outside text, here and below
# By ranges and lists, which DuckDB compares with the statistics of a file before it reads the rows.
_ODD = {
    "images": f"image_id IS NULL OR image_id < 'ami-' OR image_id >= 'ami.'"
    f" OR class IS NULL OR class NOT IN ({_among(list(ImageClass))})",
    "uses": f"id IS NULL OR type IS NULL OR type NOT IN ({_among(list(UseType))})",
}
_ROWS = """
SELECT night, account, region,
    told.{table} IS NOT NULL, coalesce(told.{table}, 0), coalesce(here.number, 0), coalesce(strange.odd, 0)
FROM (
    SELECT night, account, region, count(*) FILTER (stale_since IS NULL) AS number
    FROM {table} WHERE night IN ({nights}) GROUP BY night, account, region
) AS here
LEFT JOIN (
    SELECT night, account, region, count(*) AS odd FROM {table} WHERE night IN ({nights}) AND ({odd})
    GROUP BY night, account, region
) AS strange USING (night, account, region)
FULL JOIN (
    SELECT night, account, region, CASE WHEN {written} THEN coalesce({table}, 0) ELSE 0 END AS {table}
    FROM places WHERE night IN ({nights})
) AS told USING (night, account, region)
WHERE told.{table} IS NULL OR coalesce(strange.odd, 0) > 0 OR told.{table} <> coalesce(here.number, 0)
ORDER BY ALL
"""


def refuse_unsound(store: Store, nights: Sequence[date]) -> None:
    """Raise `StoreError` for the first thing in some nights that no run could have written.

    Of several nights, the rows are only counted: to look at each of them takes too long.
    """
    for where, what in _unsound(store, nights) if nights else ():
        cure = f"{_WAIT if _SAYS in what else ''}{RESTORE}"
        raise StoreError(what, where=f"{store.path}/night={where}", hint=cure)


def _unsound(store: Store, nights: Sequence[date]) -> Iterator[tuple[str, str]]:
    """Each faulty file, by its path from the date of its night, and what is wrong with it."""
    for table in ("places", *TABLES):
        yield from _columns(store, nights, table)
    asked = ", ".join(f"DATE '{each}'" for each in nights)
    there = {row[0] for row in store.select("SELECT DISTINCT night FROM places").rows}
    for night in nights:
        if night not in there:
            yield f"{night}/{PLACES}", "names no place: it is empty"
    for night, account, region, state, number in store.select(_PLACES.format(nights=asked)).rows:
        yield f"{night}/{PLACES}", _of_a_place(account, region, state, number)
    for table in TABLES:
        odd = _ODD[table] if len(nights) == 1 else "false"
        query = _ROWS.format(table=table, odd=odd, written=WRITTEN, nights=asked)
        for night, account, region, told, said, number, strange in store.select(query).rows:
            where = f"{night}/account={account}/region={region}/{table}.parquet"
            yield where, _of_rows(table, known=told, said=said, number=number, odd=strange)


def _of_a_place(account: str | None, region: str | None, state: str | None, number: int) -> str:
    if account is None or region is None:
        return "has a row without an account or a Region"
    if number > 1:
        return f"has {number} rows for {account}/{region} instead of one"
    told = "no state" if state is None else f"the state {state!r}, which this assay does not know"
    return f"gives {account}/{region} {told}"


def _of_rows(table: str, *, known: bool, said: int, number: int, odd: int) -> str:
    if odd:
        what = "an AMI id and a class" if table == "images" else "an id and a type"
        return f"has {_many(odd)} without {what} that this assay knows"
    if not known:
        return "exists, but places.parquet does not name its place"
    return f"has {_many(number)} of that night, {_SAYS} {said:,}"


def _many(number: int) -> str:
    return f"{number:,} row{'' if number == 1 else 's'}"


def _columns(store: Store, nights: Sequence[date], table: str) -> Iterator[tuple[str, str]]:
    """Files that lack a column, and columns of the wrong type."""
    files: list[Path] = []
    for night in nights:
        kept = Path(f"{store.path}/night={night}/{PLACES}").absolute()
        files += [kept] if table == "places" else store.read_from(night, table)
    for names, members, path in store.select(_SCHEMA, list(map(str, files))).rows if files else ():
        missing = sorted(_NEEDED[table] - set(_top(names, members)))
        if missing:
            yield str(path).rpartition("/night=")[2], f"has no column {', '.join(missing)}"
    kinds = {**_kinds(table), **(OF_A_NIGHT if table == "places" else OF_A_PLACE)}
    found = dict(store.select(_KINDS.format(table=table)).rows)
    wrong = [name for name, kind in kinds.items() if _plain(found[name]) != _plain(kind)]
    if wrong:
        which = str(nights[0]) if len(nights) == 1 else "*"
        yield f"{which}/*/{table}.parquet", f"has another type in the column {', '.join(wrong)}"


def _kinds(table: str) -> Mapping[str, str]:
    return columns.PLACES if table == "places" else TABLES[table]


def _plain(kind: str) -> str:
    """A type in the form used for comparison, without DuckDB's long name for TIMESTAMPTZ."""
    told = kind.upper().replace("TIMESTAMP WITH TIME ZONE", "TIMESTAMPTZ").replace('"', "")
    return told.replace(" ", "")


def _top(names: Sequence[str], members: Sequence[Any]) -> Iterator[str]:
    """The top-level columns of a list in which each column is followed by its members."""
    at = 1  # the first is the file itself

    def after(here: int) -> int:
        following = here + 1
        for _ in range(members[here] or 0):
            following = after(following)
        return following

    while at < len(names):
        yield names[at]
        at = after(at)
