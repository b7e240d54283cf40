"""The store as tables of Amazon Athena: the text that makes them, from the columns themselves.

Facts: Athena User Guide, "Use partition projection" and "Supported types for partition projection" (a column
of type injected has to be given in each query; an enum that lacks a value leaves out what has it);
"Table location" (all files below it are read, but those whose names begin with an underscore or a dot);
"Create tables" (a column's type in Hive's words); `"$path"` is the file of a row.

So the night alone is projected: accounts come and go, and a list of them that is out of date would leave
out what it lacks, unsaid. Account and Region stand in the path of each file.
"""

from collections.abc import Iterator, Mapping

from assay.fleet import columns

_FIRST_NIGHT = "2020-01-01"
"""Before there was any watermark: of an earlier night nothing would be read."""
_SIMPLE = {
    "VARCHAR": "string",
    "BOOLEAN": "boolean",
    "INTEGER": "int",
    "BIGINT": "bigint",
    "TIMESTAMPTZ": "timestamp",
}
_IN_PATH = "/account=([0-9]{12})/region=([^/]+)/"


def statements(location: str, database: str) -> Iterator[str]:
    """What has to be run in that order; `location` is where the store is, without a slash at its end."""
    yield f"CREATE DATABASE IF NOT EXISTS `{database}`"
    of_tables = {"images": columns.IMAGES, "uses": columns.USES, "places": columns.PLACES}
    for table, kinds in of_tables.items():
        yield _table(f"{database}.{table}_files", kinds, location)
        yield _view(f"{database}.{table}", kinds, table, f"{database}.{table}_files")


def hive_type(kind: str) -> str:
    """A type of the store in Hive's words. Raises `ValueError` for one that this does not know."""
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
    """What commas part that stand in no parentheses."""
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
    """The rows of the files of one table: those of the others stand below the same night."""
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
