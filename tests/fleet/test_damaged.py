"""A stored night that is not what a run wrote is refused by name, and never read as if less had been seen."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from msgspec.structs import replace

from assay.errors import StoreError
from assay.fleet.night import stored_night
from assay.fleet.store import Store
from assay.model.places_seen import PlaceState
from tests import command
from tests.fleet.test_night import BARE, NIGHT, PLACE, RICH, USES, whole, written

IMAGES = f"account={PLACE.account}/region={PLACE.region}/images.parquet"
OF_USES = f"account={PLACE.account}/region={PLACE.region}/uses.parquet"
PLACES = "places.parquet"
ROWS = "SELECT * FROM ours"


def rewrite(path: Path, query: str) -> None:
    """Put the answer to a query over the rows of a file in its place; what it says of itself stays."""
    ours = f"WITH ours AS (FROM read_parquet('{path}', hive_partitioning=false)) {query}"
    marks = dict(
        duckdb.execute(
            f"SELECT decode(key), decode(value) FROM parquet_kv_metadata('{path}')"
        ).fetchall()
    )
    made = path.with_name("made")
    duckdb.execute(f"COPY ({ours}) TO '{made}' (FORMAT parquet, KV_METADATA {marks})")
    made.replace(path)


def read(folder: Path) -> None:
    """Everything that a night tells."""
    night = stored_night(Store(folder), None)
    assert list(night.images()) == [RICH, BARE]
    assert [use for _, use in night.uses()] == list(USES)


@pytest.mark.parametrize(
    ("below", "query", "said"),
    [
        (PLACES, f"{ROWS} WHERE false", "names no place"),
        (PLACES, "SELECT 1 AS one", "has no column account, images, reason, region"),
        (PLACES, "SELECT * EXCLUDE (state) FROM ours", "has no column state"),
        (PLACES, "SELECT * REPLACE ('weird' AS state) FROM ours", "the state 'weird', which"),
        (PLACES, "SELECT * REPLACE (NULL::VARCHAR AS state) FROM ours", "no state"),
        (PLACES, "SELECT * REPLACE (NULL::VARCHAR AS account) FROM ours", "without an account"),
        (PLACES, "SELECT * REPLACE ('now' AS seen_at) FROM ours", "another type in the column seen_at"),
        (PLACES, "SELECT * REPLACE ('{' AS allowed_images) FROM ours", "a row that cannot be read"),
        (PLACES, f"{ROWS} UNION ALL {ROWS}", f"has 2 rows for {PLACE.account}/{PLACE.region}"),
        (PLACES, f"{ROWS} UNION ALL SELECT * REPLACE ('denied' AS state) FROM ours", "has 2 rows for"),
        (PLACES, f"{ROWS} WHERE state <> 'seen'", "places.parquet does not name its place"),
        (IMAGES, f"{ROWS} WHERE false", "has 0 rows of that night, but places.parquet says 2"),
        (IMAGES, f"{ROWS} LIMIT 1", "has 1 row of that night, but places.parquet says 2"),
        (IMAGES, f"{ROWS} UNION ALL {ROWS}", "has 4 rows of that night, but places.parquet says 2"),
        (IMAGES, "SELECT 1 AS one FROM ours", "has no column class, creation_date, image_id"),
        (IMAGES, "SELECT * EXCLUDE (watermarks) FROM ours", "has no column watermarks"),
        (IMAGES, "SELECT * EXCLUDE (source_image_id) FROM ours", "has no column source_image_id"),
        (IMAGES, "SELECT * REPLACE (1 AS image_id) FROM ours", "2 rows without an AMI id and a class"),
        (IMAGES, "SELECT * REPLACE ('shiny' AS class) FROM ours", "2 rows without an AMI id and a class"),
        (IMAGES, "SELECT * REPLACE (NULL::VARCHAR AS class) FROM ours", "2 rows without an AMI id and a class"),
        (IMAGES, "SELECT * REPLACE ('then' AS creation_date) FROM ours", "another type in the column creation_date"),
        (OF_USES, f"{ROWS} WHERE false", "has 0 rows of that night, but places.parquet says 2"),
        (OF_USES, "SELECT * EXCLUDE (image_id) FROM ours", "has no column image_id"),
        (OF_USES, "SELECT * EXCLUDE (state) FROM ours", "has no column state"),
        (OF_USES, "SELECT * REPLACE ('rocket' AS type) FROM ours", "2 rows without an id and a type"),
    ],
)  # fmt: skip
def test_what_no_run_has_written_so_is_named(
    tmp_path: Path, below: str, query: str, said: str
) -> None:
    written(tmp_path)
    read(tmp_path)
    rewrite(tmp_path / f"night={NIGHT}" / below, query)
    with pytest.raises(StoreError) as raised:
        read(tmp_path)
    assert said in str(raised.value)
    file = below.rpartition("/")[2] if "another type" in said else below
    assert f"night={NIGHT}/" in str(raised.value)
    assert file in str(raised.value)
    assert raised.value.hint is not None
    assert "restore it from a copy of the store" in raised.value.hint


def test_a_gathered_file_has_to_agree_with_the_places_as_well(tmp_path: Path) -> None:
    """It says of itself that it was made of the files that are there, and has fewer rows."""
    written(tmp_path)
    path = whole(tmp_path, "images")
    told = path.stat()
    rewrite(path, f"{ROWS} LIMIT 1")
    os.utime(path, ns=(told.st_mtime_ns, told.st_mtime_ns))
    with pytest.raises(StoreError, match="has 1 row of that night"):
        read(tmp_path)


def test_what_was_read_of_a_place_that_failed_is_not_stored_and_not_missed(tmp_path: Path) -> None:
    """Of its images those of others were read, and its own were not: it has rows of earlier nights, or none."""
    store = Store(tmp_path)
    store.write(NIGHT, PLACE, [RICH, BARE], USES)
    failed = replace(PLACE, region="eu-west-1", state=PlaceState.FAILED, reason="no answer")
    store.finish(NIGHT, [PLACE, failed])
    assert failed.images == 2
    read(tmp_path)


@pytest.mark.parametrize(
    "words",
    [
        ("descendants", "ami-0123456789abcdef0"),
        ("trace", "ami-0123456789abcdef0", "--night", str(NIGHT)),
        ("audit",),
        ("preview",),
        ("remediate",),
        ("suggest", "ami-0123456789abcdef0", "--store", "inventory", "--region", PLACE.region),
        ("push", "securityhub"),
        ("inventory", "sql", "SELECT count(*) FROM images"),
        ("inventory", "diff", str(NIGHT), str(NIGHT)),
    ],
    ids=lambda words: "-".join(words[:2]),
)
@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (lambda path: rewrite(path, f"{ROWS} WHERE false"), "has 0 rows of that night"),
        (lambda path: rewrite(path, "SELECT 1 AS one FROM ours"), "has no column class"),
        (lambda path: path.write_bytes(b""), "cannot be read or written"),
        (lambda path: path.unlink(), "does not exist"),
    ],
    ids=["without-rows", "foreign", "empty", "gone"],
)
def test_every_command_names_the_file_in_one_line(
    tmp_path: Path, words: tuple[str, ...], damage: Callable[[Path], None], said: str
) -> None:
    (tmp_path / "assay.yaml").write_text(command.POLICY)
    written(tmp_path / "inventory")
    damage(tmp_path / "inventory" / f"night={NIGHT}" / IMAGES)
    run = command.assay(
        *words, cwd=tmp_path, env=command.talking_to("http://127.0.0.1:9", "1" * 12)
    )
    assert (run.code, run.stdout) == (2, "")
    line = run.stderr.splitlines()[-1]
    assert IMAGES in line
    assert said in line


@pytest.mark.parametrize("table", ["images", "places"])
def test_a_query_over_all_nights_reads_no_night_that_is_damaged(tmp_path: Path, table: str) -> None:
    """An older one as well: nobody can tell which of them it is about."""
    written(tmp_path / "inventory")
    older = tmp_path / "inventory" / "night=2026-11-28"
    shutil.copytree(tmp_path / "inventory" / f"night={NIGHT}", older)
    query = ("inventory", "sql", "SELECT count(*) FROM images")
    assert command.assay(*query, cwd=tmp_path).stdout == "count_star()\n4\n"
    below = IMAGES if table == "images" else PLACES
    rewrite(older / below, f"{ROWS} WHERE false")
    run = command.assay(*query, cwd=tmp_path)
    assert (run.code, run.stdout) == (2, "")
    assert f"inventory/night=2026-11-28/{below}: " in run.stderr


def test_a_night_whose_directory_is_no_date_is_told(tmp_path: Path) -> None:
    written(tmp_path / "inventory")
    (tmp_path / "inventory" / f"night={NIGHT}").rename(tmp_path / "inventory" / "night=29-11-2026")
    written(tmp_path / "other")
    (tmp_path / "other" / f"night={NIGHT}").rename(tmp_path / "inventory" / "night=2026-11-28")
    run = command.assay("inventory", "sql", "SELECT count(*) FROM images", cwd=tmp_path)
    assert run.code == 0
    assert "night=29-11-2026 is not named after a date" in run.stderr


def test_a_store_that_is_a_file_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "inventory").write_text("")
    run = command.assay("inventory", "sql", "SELECT 1", cwd=tmp_path)
    assert (run.code, run.stdout) == (2, "")
    assert "inventory: is a file, and a store is a directory" in run.stderr


def corrupted(path: Path) -> None:
    """Change bytes of the rows; the end of the file, where its columns are listed, stays whole."""
    told, bytes_ = path.stat(), bytearray(path.read_bytes())
    bytes_[10:200] = bytes(each ^ 0x55 for each in bytes_[10:200])
    path.write_bytes(bytes_)
    os.utime(path, ns=(told.st_mtime_ns, told.st_mtime_ns))


@pytest.mark.parametrize(
    ("below", "cure"),
    [
        (IMAGES, "restore it from a copy of the store, or use another night"),
        ("_images.parquet", "remove it: the files of the places have the same rows"),
        (PLACES, "restore it from a copy of the store, or use another night"),
    ],
)
def test_a_file_with_damaged_rows_is_named_with_its_cure(
    tmp_path: Path, below: str, cure: str
) -> None:
    written(tmp_path)
    path = tmp_path / f"night={NIGHT}" / below
    if below == IMAGES:
        whole(tmp_path, "images").unlink()
    corrupted(path)
    with pytest.raises(StoreError) as raised:
        read(tmp_path)
    assert (raised.value.where, raised.value.hint) == (str(path), cure)
    if below.startswith("_"):
        path.unlink()
        read(tmp_path)


@pytest.mark.parametrize("damage", [b"", b"no Parquet file"])
def test_a_file_that_is_none_is_named_with_its_cure(tmp_path: Path, damage: bytes) -> None:
    written(tmp_path)
    path = tmp_path / f"night={NIGHT}" / IMAGES
    path.write_bytes(damage)
    with pytest.raises(StoreError) as raised:
        read(tmp_path)
    assert raised.value.where == str(path)
    assert raised.value.hint == "restore it from a copy of the store, or use another night"


def test_a_query_that_is_wrong_blames_no_file(tmp_path: Path) -> None:
    written(tmp_path)
    with pytest.raises(StoreError) as raised:
        Store(tmp_path).select("SELECT nothing FROM images")
    assert (raised.value.where, raised.value.hint) == (str(tmp_path), None)
