"""Two nights side by side, and SQL over what is stored."""

import json
from pathlib import Path

import pytest
from lxml import html as parser

from tests import command
from tests.fleet.test_inventory import DUBLIN, POLICY, TEAM, Faulty, Take, assert_valid
from tests.fleet.test_inventory import _faults as _faults  # noqa: PLC0414
from tests.fleet.test_inventory import _take as _take  # noqa: PLC0414
from tests.fleet.test_inventory import _world as _world  # noqa: PLC0414
from tests.worlds import PIPELINE, REGION, WORKLOAD, GoldenWorld

MARK = f"{PIPELINE}:golden-web"


def diff(folder: Path, *options: str) -> command.Run:
    return command.assay("inventory", "diff", "2026-11-28", "2026-11-29", *options, cwd=folder)


def test_what_happened_between_two_nights_is_told_by_image(
    world: GoldenWorld, take: Take, tmp_path: Path
) -> None:
    unmarked, gone, kept = world.copy(), world.home_made(), world.copy()
    closed = world.home_made()
    world.world.share(closed, REGION, TEAM)
    assert take("--as-of", "2026-11-28").code == 0
    world.world.detach_watermark(WORKLOAD, REGION, unmarked, MARK)
    world.world.deregister(gone, REGION)
    new = world.home_made(TEAM)
    instance = world.world.run_instance(TEAM, REGION, new)
    world.world.run_instance(WORKLOAD, REGION, kept)  # golden's own: nobody has to look at it
    shared = world.home_made()
    world.world.share(shared, REGION, TEAM)
    world.world.image(REGION, closed).shared_with.discard(TEAM)
    assert take("--as-of", "2026-11-29").code == 0
    run = diff(tmp_path, "--format", "json")
    assert run.code == 0, run.stderr
    assert_valid(run, "diff.schema.json")
    found = {
        (each["account"], each["image_id"], each["event"]): each["detail"]
        for each in run.report["differences"]
    }
    assert found == {
        (WORKLOAD, unmarked, "unmarked"): MARK,
        (WORKLOAD, gone, "gone"): "was unknown",
        (TEAM, new, "new"): "unknown",
        (TEAM, new, "used"): f"unknown, first by {instance}",
        (WORKLOAD, shared, "new"): "unknown",
        (TEAM, shared, "shared"): f"by {WORKLOAD}, unknown",
        (TEAM, closed, "unshared"): f"by {WORKLOAD}, was unknown",
    }
    assert kept not in json.dumps(run.report)
    text = diff(tmp_path).stdout
    assert "2026-11-28 to 2026-11-29: 7 differences" in text
    assert f"unmarked  {unmarked}" in text
    assert f"unshared  {closed}" in text
    markdown = diff(tmp_path, "--format", "markdown").stdout
    assert f"| gone | `{gone}` | `{WORKLOAD}` | `{REGION}` | was unknown |" in markdown


def test_a_night_beside_itself_has_no_difference(
    world: GoldenWorld, take: Take, tmp_path: Path
) -> None:
    world.home_made()
    assert take("--as-of", "2026-11-28").code == 0
    same = ("inventory", "diff", "2026-11-28", "2026-11-28")
    run = command.assay(*same, cwd=tmp_path)
    assert (run.code, run.stdout) == (0, "2026-11-28 to 2026-11-28: no difference\n")


def test_a_night_that_is_no_date_is_told_what_a_night_is_called(tmp_path: Path) -> None:
    run = command.assay("preview", "--night", "yesterday", cwd=tmp_path)
    assert (run.code, run.stdout) == (2, "")
    assert "'yesterday' is not a date such as 2026-11-21" in run.stderr


def test_a_place_that_neither_night_saw_is_one_place(
    faults: Faulty, take: Take, tmp_path: Path
) -> None:
    faults.denied.add((TEAM, REGION))
    for night in ("2026-11-28", "2026-11-29"):
        assert take("--as-of", night).code == 3
    assert diff(tmp_path).stdout.endswith("; 1 place was not seen in both nights\n")
    found = diff(tmp_path, "--format", "json").report
    assert (found["summary"]["not_seen_places"], len(found["places"])) == (1, 2)


def test_of_a_place_that_was_not_seen_nothing_is_told_but_that(
    world: GoldenWorld, faults: Faulty, take: Take, tmp_path: Path
) -> None:
    """Else each image of a denied account would be gone, and come back the night after."""
    world.home_made(TEAM)
    assert take("--as-of", "2026-11-28").code == 0
    faults.denied.add((TEAM, REGION))
    assert take("--as-of", "2026-11-29").code == 3
    run = diff(tmp_path)
    assert run.code == 3
    assert f"not seen on 2026-11-29: {TEAM}/{REGION}: denied: " in run.stdout
    assert "no difference; 1 place was not seen in both nights" in run.stdout


def test_a_place_that_nobody_wanted_in_one_night_is_told(take: Take, tmp_path: Path) -> None:
    assert take("--as-of", "2026-11-28").code == 0
    (tmp_path / "accounts").write_text(f"{PIPELINE}\n{WORKLOAD}\n")
    assert take("--as-of", "2026-11-29").code == 0
    run = diff(tmp_path)
    assert run.code == 3
    assert f"not seen on 2026-11-29: {TEAM}/{DUBLIN}: not wanted" in run.stdout


def test_a_night_that_is_not_there_is_told_with_the_nearest(take: Take, tmp_path: Path) -> None:
    assert take("--as-of", "2026-11-20").code == 0
    run = diff(tmp_path)
    assert run.code == 2
    assert "has no night 2026-11-28; the nearest night is 2026-11-20" in run.stderr


def sql(folder: Path, query: str, *options: str) -> command.Run:
    return command.assay("inventory", "sql", query, *options, cwd=folder)


def test_sql_sees_images_and_places(world: GoldenWorld, take: Take, tmp_path: Path) -> None:
    world.copy()
    assert take("--as-of", "2026-11-28").code == 0
    query = "SELECT night, account, class, count(*) AS number FROM images GROUP BY ALL ORDER BY ALL"
    run = sql(tmp_path, query, "--format", "json")
    assert json.loads(run.stdout) == [
        {"night": "2026-11-28", "account": PIPELINE, "class": "golden", "number": 1},
        {"night": "2026-11-28", "account": WORKLOAD, "class": "derived", "number": 1},
        {"night": "2026-11-28", "account": WORKLOAD, "class": "golden", "number": 1},
    ]
    assert sql(tmp_path, "SELECT count(*) AS places FROM places").stdout == "places\n6\n"


@pytest.mark.parametrize(
    "query",
    [
        "COPY images TO 'stolen.csv'",
        "SELECT * FROM read_csv('accounts')",
        "SELECT * FROM '{outside}'",
        "CREATE TABLE x AS SELECT 1",
        "SELECT 1; SELECT 2",
        "INSTALL httpfs",
        "SET enable_external_access = true",
        "SELECT nothing FROM images",
        "nonsense",
    ],
)
def test_sql_reads_the_store_and_nothing_else(take: Take, tmp_path: Path, query: str) -> None:
    (tmp_path / "outside.csv").write_text("secret\n")
    assert take("--as-of", "2026-11-28").code == 0
    before = sorted(tmp_path.rglob("*"))
    run = sql(tmp_path, query.format(outside=tmp_path / "outside.csv"))
    assert run.code == 2, run.stdout
    assert "secret" not in run.stdout
    assert "Traceback" not in run.stderr
    assert ("the query cannot be run: " in run.stderr) == (
        query in {"SELECT nothing FROM images", "nonsense"}
    )
    assert sorted(tmp_path.rglob("*")) == before


def test_a_store_without_a_night_says_so(tmp_path: Path) -> None:
    (tmp_path / "assay.yaml").write_text(POLICY)
    run = sql(tmp_path, "SELECT 1")
    assert run.code == 2
    assert "holds no night; run assay inventory first" in run.stderr


def test_a_directory_that_is_no_day_is_no_night(take: Take, tmp_path: Path) -> None:
    assert take("--as-of", "2026-11-28").code == 0
    (tmp_path / "inventory" / "night=2026-99-99").mkdir()
    (tmp_path / "inventory" / "night=2026-99-99" / "places.parquet").write_text("")
    run = sql(tmp_path, "SELECT count(*) AS places FROM places")
    assert run.code == 2  # named, and not passed over: nobody knows what it was to be
    assert "night=2026-99-99/places.parquet: cannot be read or written: " in run.stderr


def test_an_inventory_tells_what_uses_an_image_and_whose_launches_it_may_know(
    world: GoldenWorld, take: Take
) -> None:
    image = world.home_made()
    world.world.share(image, REGION, TEAM)
    world.world.run_instance(TEAM, REGION, image)
    world.world.run_instance(WORKLOAD, REGION, image)
    run = take("--as-of", "2026-11-29", "--format", "json")
    assert_valid(run, "inventory.schema.json")
    found = {each["account"]: each for each in run.report["images"] if each["image_id"] == image}
    assert found.keys() == {WORKLOAD, TEAM}
    assert {each["shared"] for each in found.values()} == {True, False}
    assert all(each["used_by"] == {"instance": 2} for each in found.values())
    assert all(isinstance(each["age_days"], int) for each in found.values())
    lines = take("--as-of", "2026-11-29", "--format", "csv").stdout.splitlines()
    [shared] = [each for each in lines if each.startswith(TEAM) and image in each]
    assert ",only its owner can know," in shared
    assert ",2 instance," in shared


def test_the_page_tells_the_nights_before_as_well(
    world: GoldenWorld, faults: Faulty, take: Take
) -> None:
    world.home_made(TEAM)
    assert take("--as-of", "2026-11-28").code == 0
    faults.denied.add((TEAM, REGION))
    page = take("--as-of", "2026-11-29", "--format", "html").stdout
    rows = parser.fromstring(page).xpath("//table[@id='trend']/tbody/tr")
    assert [[cell.text_content() for cell in row] for row in rows] == [
        ["2026-11-28", "2", "0", "1", "0", "6"],
        ["2026-11-29", "2", "0", "0", "1", "6"],
    ]
