"""What is stored of a night is what was collected, and what cannot be read is never an empty night."""

import os
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
from msgspec.structs import replace

from assay.errors import StoreError
from assay.fleet.night import stored_night
from assay.fleet.store import Store
from assay.model import (
    AllowedImages,
    Ancestry,
    AncestryEnd,
    AncestryEntry,
    Image,
    ImageCriterion,
    ScanResults,
    Watermark,
)
from assay.model.inventory import Classified, ImageClass, ListedImage, Use, UseType
from assay.model.places_seen import PlaceSeen, PlaceState
from assay.model.uses import UsedImage

NIGHT = date(2026, 11, 29)
WHEN = datetime(2026, 11, 29, 3, 4, 5, 678000, tzinfo=UTC)
MARK = Watermark("111111111111:golden-web", "ami-0a", "us-east-1", WHEN, WHEN)
PLACE = PlaceSeen(
    "111111111111",
    "us-east-1",
    PlaceState.SEEN,
    images=2,
    uses=2,
    calls=8,
    seen_at=WHEN,
    allowed_images=AllowedImages("enabled", "account", (ImageCriterion(providers=("amazon",)),)),
)
LOST = PlaceSeen("222222222222", "us-east-1", PlaceState.DENIED, "may not", seen_at=WHEN)
RICH = Classified(
    PLACE.account,
    PLACE.region,
    ListedImage(
        Image(
            id="ami-0b",
            name="web-20261101",
            owner_id="333333333333",
            owner_alias="amazon",
            state="available",
            public=False,
            creation_date=WHEN,
            deprecation_time=WHEN,
            source_image_id="ami-0a",
            source_image_region="us-east-1",
            source_instance_id="i-0a",
            image_allowed=True,
            watermarks=(MARK,),
            product_codes=("abc",),
            scan_results=ScanResults("high", WHEN, {"high": WHEN}),
        ),
        architecture="arm64",
        platform="Linux/UNIX",
        virtualization="hvm",
        boot_mode="uefi",
        last_launched=WHEN,
        deregistration_protection="enabled",
        snapshots=("snap-0a", "snap-0b"),
        snapshot_gb=18,
    ),
    shared=True,
    kind=ImageClass.DERIVED,
    why="inherited it",
    root="ami-0z",
    depth=2,
    ancestry=Ancestry(
        (
            AncestryEntry("ami-0b", "us-east-1", None, WHEN, "ami-0a", "us-east-1"),
            AncestryEntry("ami-0a", "us-east-1", "amazon", WHEN),
        ),
        AncestryEnd.PUBLIC_PROVIDER,
    ),
)
BARE = Classified(
    PLACE.account,
    PLACE.region,
    ListedImage(Image(id="ami-0c")),
    shared=False,
    kind=ImageClass.UNKNOWN,
    why="nothing",
)
USES = (
    Use(
        UseType.INSTANCE,
        "i-0b",
        image_id="ami-0b",
        state="running",
        since=WHEN,
        image=UsedImage("ami-0b", "web", "333333333333", watermarks=(MARK,)),
    ),
    Use(UseType.TEMPLATE, "lt-0a", "web", None, "version 3, resolve:ssm:/golden/web"),
)


def written(folder: Path) -> Store:
    store = Store(folder)
    store.write(NIGHT, PLACE, [RICH, BARE], USES)
    store.finish(NIGHT, [PLACE, LOST])
    return Store(folder)


def test_a_night_reads_back_as_it_was_written(tmp_path: Path) -> None:
    night = stored_night(written(tmp_path), None)
    assert night.date == NIGHT
    assert night.places == (PLACE, LOST)
    assert night.unseen == (LOST,)
    assert list(night.images()) == [RICH, BARE]
    assert list(night.images(["ami-0c"])) == [BARE]
    at = (PLACE.account, PLACE.region)
    assert list(night.uses()) == [(at, each) for each in USES]


def test_a_night_without_a_column_has_nothing_to_tell_there(tmp_path: Path) -> None:
    written(tmp_path)
    path = next(tmp_path.glob("night=*/account=*/region=*/images.parquet"))
    older = f"SELECT * EXCLUDE (boot_mode, ancestry) FROM '{path}'"
    rows = duckdb.execute(older).fetchall()
    assert rows
    duckdb.execute(f"COPY ({older}) TO '{tmp_path}/older.parquet' (FORMAT parquet)")
    (tmp_path / "older.parquet").replace(path)
    (rich, _) = stored_night(Store(tmp_path), NIGHT).images()
    assert (rich.listed.boot_mode, rich.ancestry) == (None, None)
    assert rich.listed.architecture == "arm64"


def test_a_store_of_a_newer_form_is_not_read(tmp_path: Path) -> None:
    written(tmp_path)
    path = next(tmp_path.glob("night=*/places.parquet"))
    newer = "(FORMAT parquet, KV_METADATA {assay_store: '2'})"
    duckdb.execute(f"COPY (SELECT * FROM '{path}') TO '{tmp_path}/newer.parquet' {newer}")
    (tmp_path / "newer.parquet").replace(path)
    with pytest.raises(StoreError, match="version 2 of the store") as raised:
        stored_night(Store(tmp_path), None)
    assert str(path) in str(raised.value)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    written(tmp_path)
    path = next(tmp_path.glob("night=*/account=*/region=*/images.parquet"))
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(StoreError, match=r"images\.parquet"):
        list(stored_night(Store(tmp_path), None).images())


def test_a_night_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="has no night 2026-11-01") as raised:
        stored_night(written(tmp_path), date(2026, 11, 1))
    assert "the nearest night is 2026-11-29" in str(raised.value)


def test_a_night_that_was_not_finished_is_none(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write(NIGHT, PLACE, [BARE], ())
    with pytest.raises(StoreError, match="holds no night"):
        stored_night(store, None)


def whole(folder: Path, table: str) -> Path:
    return folder / f"night={NIGHT}" / f"_{table}.parquet"


def test_a_night_is_read_from_one_file_that_no_pattern_of_the_dataset_matches(
    tmp_path: Path,
) -> None:
    written(tmp_path)
    assert whole(tmp_path, "images").exists()
    assert whole(tmp_path, "uses").exists()
    for pattern in ("night=*/account=*/region=*/images.parquet", "**/images.parquet"):
        found = duckdb.execute(f"SELECT count(*) FROM '{tmp_path}/{pattern}'").fetchone()
        assert found == (2,)
    # What shows that it is read: an id that only it has
    other = "CASE image_id WHEN 'ami-0c' THEN 'ami-0d' ELSE image_id END AS image_id"
    changed = f"SELECT * REPLACE ({other}) FROM '{whole(tmp_path, 'images')}'"
    replaced(whole(tmp_path, "images"), changed, tmp_path)
    ids = [each.listed.image.id for each in stored_night(Store(tmp_path), NIGHT).images()]
    assert ids == ["ami-0b", "ami-0d"]


def replaced(path: Path, query: str, folder: Path) -> None:
    """Write other rows into a gathered file, which says of itself and of its age what it said before."""
    told = path.stat()
    [(kept,)] = duckdb.execute(
        f"SELECT map_from_entries(list((decode(key), decode(value))))::VARCHAR FROM parquet_kv_metadata('{path}')"
    ).fetchall()
    marks = dict(each.split("=") for each in kept.strip("{}").split(", "))
    duckdb.execute(f"COPY ({query}) TO '{folder}/other' (FORMAT parquet, KV_METADATA {marks})")
    (folder / "other").replace(path)
    os.utime(path, ns=(told.st_mtime_ns, told.st_mtime_ns))


def test_a_place_that_is_written_later_is_read_from_its_own_file(tmp_path: Path) -> None:
    store = written(tmp_path)
    other = replace(BARE, why="something else")
    store.write(NIGHT, PLACE, [RICH, other], USES)
    night = stored_night(Store(tmp_path), NIGHT)
    assert list(night.images()) == [RICH, other]


def test_a_place_whose_file_went_away_or_came_back_old_is_not_read_from_before(
    tmp_path: Path,
) -> None:
    written(tmp_path)
    path = next(tmp_path.glob("night=*/account=*/region=*/images.parquet"))
    older = path.parents[1] / "region=eu-west-1" / "images.parquet"
    older.parent.mkdir()
    shutil.copy2(path, older)  # as a backup does, with its age
    with pytest.raises(StoreError, match="does not name its place") as raised:
        stored_night(Store(tmp_path), NIGHT)
    assert str(older) in str(raised.value)
    path.unlink()
    older.unlink()
    with pytest.raises(StoreError, match=r"images\.parquet: does not exist, but night 2026-11-29"):
        stored_night(Store(tmp_path), NIGHT)


def test_a_gathered_file_is_half_of_a_pair_or_none(tmp_path: Path) -> None:
    written(tmp_path)
    whole(tmp_path, "uses").unlink()
    night = stored_night(Store(tmp_path), NIGHT)
    assert list(night.images()) == [RICH, BARE]
    assert [use for _, use in night.uses()] == list(USES)


def test_nights_with_and_without_a_gathered_file_are_asked_together(tmp_path: Path) -> None:
    store = written(tmp_path)
    before = date(2026, 11, 28)
    store.write(before, PLACE, [BARE], ())
    store.finish(before, [PLACE])
    for path in tmp_path.glob(f"night={before}/_*.parquet"):
        path.unlink()
    rows = Store(tmp_path).select("SELECT night, count(*) FROM images GROUP BY ALL ORDER BY ALL")
    assert rows.rows == ((before, 1), (NIGHT, 2))
