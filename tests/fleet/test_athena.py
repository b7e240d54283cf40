"""The text for Athena: parsed as Athena's SQL, and its views run over a stored night."""

from pathlib import Path
from typing import Any

import duckdb
import pytest
import sqlglot
from sqlglot import exp

from assay.fleet import columns
from assay.fleet.athena import hive_type
from tests import command
from tests.fleet.test_night import NIGHT, written

HERE = Path(__file__).parent
KINDS = {"images": columns.IMAGES, "uses": columns.USES, "places": columns.PLACES}


def printed() -> str:
    run = command.assay("export", "athena", "--store", "s3://fleet-of-ours/assay/", cwd=HERE)
    assert run.code == 0, run.stderr
    return run.stdout


def parsed(text: str) -> list[Any]:
    return [each for each in sqlglot.parse(text, dialect="athena") if each]


def test_every_column_of_the_store_has_a_type_that_athena_knows() -> None:
    tables = [each for each in parsed(printed()) if each.args.get("kind") == "TABLE"]
    found = {}
    for each in tables:
        schema = each.this
        kinds = {column.name: column.args["kind"] for column in schema.find_all(exp.ColumnDef)
                 if column.parent is schema}  # fmt: skip
        assert all(isinstance(kind, exp.DataType) for kind in kinds.values())
        found[schema.this.name] = {
            name: kind.sql("hive").casefold().replace(" ", "").replace("`", "")
            for name, kind in kinds.items()
        }
    assert found == {
        f"{table}_files": {name: hive_type(kind).replace(" ", "") for name, kind in kinds.items()}
        for table, kinds in KINDS.items()
    }
    assert found["images_files"]["fix_available_since"] == "map<string,timestamp>"
    assert found["images_files"]["snapshots"] == "array<string>"
    assert found["images_files"]["watermarks"].startswith("array<struct<key:string,source_image")


def test_nights_are_projected_and_nothing_else_has_to_be_kept_up() -> None:
    text = printed()
    assert (
        text.count("'storage.location.template' = 's3://fleet-of-ours/assay/night=${night}/'") == 3
    )
    assert text.count("'projection.night.type' = 'date'") == 3
    assert "projection.account" not in text
    assert "projection.region" not in text


def test_the_views_tell_what_the_store_tells(tmp_path: Path) -> None:
    """Below a night Athena reads each file for each table, but for those with an underscore."""
    store = written(tmp_path)
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'; CREATE SCHEMA assay")
    database.execute("CREATE MACRO regexp_like(text, pattern) AS regexp_matches(text, pattern)")
    files = [
        str(each) for each in tmp_path.rglob("*.parquet") if not each.name.startswith(("_", "."))
    ]
    for table, kinds in KINDS.items():
        nulls = ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in kinds.items())
        rows = f'SELECT *, filename AS "$path" FROM read_parquet({files}, filename=true, union_by_name=true)'
        every = f"SELECT {nulls} WHERE false UNION ALL BY NAME {rows}"
        database.execute(f"CREATE TABLE assay.{table}_files AS {every}")
    for each in printed().split(";\n\n"):
        if "CREATE OR REPLACE VIEW" in each:
            database.execute(each)
    for table, kinds in KINDS.items():
        names = ["night", *kinds]
        names += [] if "account" in kinds else ["account", "region"]
        listed = ", ".join(f'"{name}"' for name in names)
        asked = f"SELECT {listed} FROM {{}} ORDER BY ALL"
        found = database.execute(asked.format(f"assay.{table}")).fetchall()
        assert found == list(store.select(asked.format(table)).rows)
        assert len(found) == 2
        assert found[0][0] == NIGHT


@pytest.mark.parametrize(
    "store", ["inventory", "s3://", "s3://bucket/'; DROP TABLE x; --", "s3://bucket/${night}"]
)
def test_what_athena_cannot_read_is_refused(store: str) -> None:
    run = command.assay("export", "athena", "--store", store, cwd=HERE)
    assert run.code == 2
    assert "Athena can read only s3://BUCKET/FOLDER" in run.stderr
    assert "Traceback" not in run.stderr


def test_what_is_wrong_with_a_name_is_said() -> None:
    for options, said in (
        (("--store", "s3://b/inventory"), "the name of a bucket has 3 to 63 lower-case letters"),
        (
            ("--store", "s3://fleet-of-ours/x", "--database", "x;y"),
            "--database cannot be 'x;y': use",
        ),
    ):
        run = command.assay("export", "athena", *options, cwd=HERE)
        assert (run.code, run.stdout) == (2, "")
        assert said in run.stderr


def test_a_type_that_is_not_known_is_none() -> None:
    with pytest.raises(ValueError, match="HUGEINT"):
        hive_type("STRUCT(a VARCHAR, b HUGEINT[])")
