"""The store as Amazon Athena tables: the SQL statements that create them, made from the columns.

Facts: Athena User Guide, "Use partition projection" and "Supported types for partition projection"
(a column of type injected has to be given in each query; rows whose value an enum lacks are left
out); "Table location" (all files below it are read, except those whose names begin with an
underscore or a dot); "Create tables" (column types in Hive's words); `"$path"` is the file of a
row.

So only the night is projected: accounts come and go, and an outdated list of them would silently
leave out the missing ones. Account and Region are taken from the path of each file.
"""

from collections.abc import Iterator, Mapping

from assay.fleet import columns

_FIRST_NIGHT = "2020-01-01"
"""Before watermarks existed. Earlier nights would not be read."""
_SIMPLE = {
    "VARCHAR": "string",
    "BOOLEAN": "boolean",
    "INTEGER": "int",
    "BIGINT": "bigint",
    "TIMESTAMPTZ": "timestamp",
}
_IN_PATH = "/account=([0-9]{12})/region=([^/]+)/"


def statements(location: str, database: str) -> Iterator[str]:
    """The statements to run, in order; `location` is the store's location without a trailing slash."""
    yield f"CREATE DATABASE IF NOT EXISTS `{database}`"
    of_tables = {"images": columns.IMAGES, "uses": columns.USES, "places": columns.PLACES}
    for table, kinds in of_tables.items():
        yield _table(f"{database}.{table}_files", kinds, location)
        yield _view(f"{database}.{table}", kinds, table, f"{database}.{table}_files")


def hive_type(kind: str) -> str:
    """A type of the store in Hive's words. Raises `ValueError` for an unknown type."""
    if kind.endswith("[]"):
        return f"array<{hive_type(kind[:-2])}>"
    name, _, inside = kind.removesuffix(")").partition("(")
    match name:
        case "STRUCT":
            members = (each.split(" ", 1) for each in _parts(inside))
            return f"struct<{','.join(f'{each}:{hive_type(of)}' for each, of in members)}>"
        case "MAP":
            return f"map<{','.join(map(hive_type, _parts(inside)))}>"
    if kind not in _SIMPLE:
        raise ValueError(kind)
    return _SIMPLE[kind]


def _parts(text: str) -> Iterator[str]:
    """Split at commas that are not in parentheses."""
    depth, start = 0, 0
    for at, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if sign == "," and not depth:
            yield text[start:at].strip()
            start = at + 1
    yield text[start:].strip()


def _table(name: str, kinds: Mapping[str, str], location: str) -> str:
    told = ",\n".join(f"  `{each}` {hive_type(kind)}" for each, kind in kinds.items())
    properties = {
        "projection.enabled": "true",
        "projection.night.type": "date",
        "projection.night.format": "yyyy-MM-dd",
        "projection.night.range": f"{_FIRST_NIGHT},NOW+1DAYS",
        "projection.night.interval": "1",
        "projection.night.interval.unit": "DAYS",
        "storage.location.template": f"{location}/night=${{night}}/",
    }
    said = ",\n".join(f"  '{each}' = '{value}'" for each, value in properties.items())
    database, _, table = name.partition(".")
    return (
        f"CREATE EXTERNAL TABLE IF NOT EXISTS `{database}`.`{table}` (\n{told}\n)\n"
        f"PARTITIONED BY (`night` date)\nSTORED AS PARQUET\nLOCATION '{location}/'\nTBLPROPERTIES (\n{said}\n)"
    )


def _view(name: str, kinds: Mapping[str, str], table: str, source: str) -> str:
    """A view of the files of one table, because the files of other tables are below the same night."""
    told = [f'"{each}"' for each in kinds]
    below = ""
    if "account" not in kinds:
        below = _IN_PATH.strip("/") + "/"
        told += [
            f"""regexp_extract("$path", '{_IN_PATH}', {at}) AS "{each}\""""
            for at, each in enumerate(("account", "region"), 1)
        ]
    listed = ",\n".join(f"  {each}" for each in ('"night"', *told))
    only = f"""regexp_like("$path", '/night=[0-9-]+/{below}{table}[.]parquet$')"""
    return f"CREATE OR REPLACE VIEW {name} AS\nSELECT\n{listed}\nFROM {source}\nWHERE {only}"
