"""`assay inventory` against emulated accounts: what is seen, what is not, and what is kept."""

import csv
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from importlib import resources
from io import StringIO
from pathlib import Path
from typing import Any

import duckdb
import pytest
from jsonschema import Draft7Validator, FormatChecker

from tests import command
from tests.command import Run, talking_to
from tests.emulator import Server, serve
from tests.emulator.faults import Fault, Request
from tests.worlds import PIPELINE, REGION, STRANGER, WORKLOAD, GoldenWorld

DUBLIN = "eu-west-1"
TEAM = "333333333333"
CI = "444444444444"
POLICY = f"""\
version: 1
golden:
  watermarks:
    - key: "{PIPELINE}:golden-*"
aws:
  readers:
""" + "".join(
    f'    "{account}":\n      role_arn: "arn:aws:iam::{account}:role/assay-reader"\n'
    for account in (PIPELINE, WORKLOAD, TEAM)
)
BOTH = ("--region", REGION, "--region", DUBLIN)
Take = Callable[..., Run]


class Faulty:
    """What a test has happen to calls."""

    def __init__(self) -> None:
        self.asked: list[tuple[str | None, str, str]] = []
        self.denied: set[tuple[str, str]] = set()

    def __call__(self, request: Request) -> Fault | None:
        if request.service == "ec2":
            self.asked.append((request.account, request.region, request.operation))
        here = (request.account or "", request.region)
        if request.service == "ec2" and here in self.denied:
            return Fault(403, "UnauthorizedOperation")
        return None


@pytest.fixture(name="faults")
def _faults() -> Faulty:
    return Faulty()


@pytest.fixture(name="world")
def _world() -> GoldenWorld:
    return GoldenWorld()


@pytest.fixture(name="take")
def _take(world: GoldenWorld, faults: Faulty, tmp_path: Path) -> Iterator[Take]:
    (tmp_path / "assay.yaml").write_text(POLICY)
    (tmp_path / "accounts").write_text(f"{PIPELINE}\n{WORKLOAD}  # the workload\n\n{TEAM}\n")

    def serving(server: Server) -> Take:
        def take(*options: str) -> Run:
            environment = {**talking_to(server.url, CI), "ASSAY_CACHE_DIR": str(tmp_path / "cache")}
            arguments = ("inventory", *BOTH, "--accounts", "accounts", *options)
            return command.assay(*arguments, cwd=tmp_path, env=environment)

        return take

    with serve(world.world, faults) as server:
        yield serving(server)


def classes(run: Run) -> dict[tuple[str, str, str], str]:
    """By account, Region and image."""
    return {
        (each["account"], each["region"], each["image_id"]): each["class"]
        for each in run.report["images"]
    }


def assert_valid(run: Run, name: str) -> None:
    """The document is what its schema, which ships with it, says."""
    schema = json.loads(resources.files("assay.report.inventory").joinpath(name).read_text("utf-8"))
    Draft7Validator(schema, format_checker=FormatChecker()).validate(run.report)


def states(run: Run) -> dict[tuple[str, str], str]:
    return {(each["account"], each["region"]): each["state"] for each in run.report["places"]}


def stored(folder: Path, table: str, night: str = "*") -> list[dict[str, Any]]:
    deep = "" if table == "places" else "/account=*/region=*"
    path = folder / f"inventory/night={night}{deep}/{table}.parquet"
    found = duckdb.execute(f"SELECT * FROM read_parquet('{path}') ORDER BY ALL")
    names = [each[0] for each in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def test_every_image_of_every_place_has_the_class_that_its_descent_gives_it(
    world: GoldenWorld, take: Take, tmp_path: Path
) -> None:
    copy = world.copy()
    derived = world.derived(copy)
    home_made = world.home_made()
    afar = world.copy(region=DUBLIN)
    of_the_team = world.home_made(TEAM)
    run = take("--format", "json")
    assert run.code == 0, run.stderr
    assert classes(run) == {
        (PIPELINE, REGION, world.golden): "golden",
        (WORKLOAD, REGION, world.golden): "golden",  # shared with it
        (WORKLOAD, REGION, copy): "derived",
        (WORKLOAD, REGION, derived): "derived",
        (WORKLOAD, REGION, home_made): "unknown",
        (WORKLOAD, DUBLIN, afar): "derived",
        (TEAM, REGION, of_the_team): "unknown",
    }
    assert set(states(run).values()) == {"seen"}
    assert len(states(run)) == 6
    assert_valid(run, "inventory.schema.json")
    assert run.report["kind"] == "inventory"
    assert run.report["summary"] == {
        "golden": 2, "derived": 3, "unknown": 2, "places": 6, "not_seen_places": 0,
    }  # fmt: skip
    rows = {
        (str(row["account"]), row["region"], row["image_id"]): row
        for row in stored(tmp_path, "images")
    }
    assert {at: row["class"] for at, row in rows.items()} == classes(run)
    assert rows[WORKLOAD, REGION, derived]["root_image_id"] == world.base
    assert rows[WORKLOAD, REGION, derived]["architecture"] == "x86_64"
    assert rows[WORKLOAD, REGION, world.golden]["shared_from"] == PIPELINE
    assert len(stored(tmp_path, "places")) == 6
    assert not (tmp_path / "inventory" / "journal.sqlite").exists()


def test_an_ancestor_that_no_listing_has_is_asked_about(
    world: GoldenWorld, take: Take, tmp_path: Path
) -> None:
    """The mark was taken off the derivative: its line leads to an account that is not looked into."""
    copy = world.copy()
    world.world.detach_watermark(WORKLOAD, REGION, copy, f"{PIPELINE}:golden-web")
    (tmp_path / "accounts").write_text(WORKLOAD)
    world.world.image(REGION, world.golden).shared_with.discard(WORKLOAD)
    run = take("--format", "json")
    (image,) = run.report["images"]
    assert image["class"] == "unknown"
    assert "no golden watermark" in image["why"]
    assert run.report["catalog"]["api_calls"]["ec2:GetImageAncestry"] == 1


def test_a_place_that_was_denied_is_named_and_counts_as_nothing_else(
    faults: Faulty, take: Take
) -> None:
    faults.denied.add((TEAM, DUBLIN))
    run = take()
    assert run.code == 3
    (line,) = [each for each in run.stdout.splitlines() if each.startswith("not seen: ")]
    assert line.startswith(f"not seen: {TEAM}/{DUBLIN}: denied: ec2:DescribeImages, ec2:")
    assert " and ec2:DescribeImageUsageReports in eu-west-1: denied " in line
    assert line.count("denied (UnauthorizedOperation); the reader needs all of them (assay ") == 1
    assert line.count("UnauthorizedOperation") == 1
    assert "5 of 6 places seen" in run.stdout


def test_what_only_one_call_met_is_told_of_that_call(
    take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Faulty, request: Request) -> Fault | None:
        if request.operation == "DescribeFleets":
            return Fault(403, "UnauthorizedOperation")
        if request.operation == "DescribeSpotFleetRequests":
            return Fault(400, "InvalidParameterValue")
        return None

    monkeypatch.setattr(Faulty, "__call__", refuse)
    run = take()
    assert run.code == 3
    one = "ec2:DescribeFleets in eu-west-1: denied (UnauthorizedOperation); the reader needs ec2:DescribeFleets"
    other = "ec2:DescribeSpotFleetRequests in eu-west-1: refused (InvalidParameterValue)"
    assert f"{WORKLOAD}/{DUBLIN}: cut-short: {one}; {other} (assay iam-policy" in run.stdout


def test_what_an_earlier_night_saw_of_a_place_is_kept_and_marked(
    world: GoldenWorld, faults: Faulty, take: Take, tmp_path: Path
) -> None:
    image = world.home_made(TEAM)
    assert take("--as-of", "2026-11-28").code == 0
    faults.denied.add((TEAM, REGION))
    assert take("--as-of", "2026-11-29").code == 3
    (row,) = [
        each for each in stored(tmp_path, "images", "2026-11-29") if each["image_id"] == image
    ]
    assert row["stale_since"] is not None
    assert str(row["account"]) == TEAM
    (place,) = [
        each for each in stored(tmp_path, "places", "2026-11-29")
        if (str(each["account"]), each["region"]) == (TEAM, REGION)
    ]  # fmt: skip
    assert (place["state"], place["stale_since"]) == ("denied", row["stale_since"])
    before = [
        each for each in stored(tmp_path, "images", "2026-11-28") if each["image_id"] == image
    ]
    assert [each["stale_since"] for each in before] == [None]


def test_a_run_goes_on_where_the_last_one_ended(
    world: GoldenWorld, faults: Faulty, take: Take, tmp_path: Path
) -> None:
    """What the journal has is not asked again, and the files are those of an undisturbed run."""
    world.copy()
    assert take("--as-of", "2026-11-28").code == 0
    whole = {
        path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("images.parquet")
    }
    # A run that reads all places and cannot write the night down ends with its journal in place
    shutil.rmtree(tmp_path / "inventory")
    in_the_way = tmp_path / "inventory" / "night=2026-11-28"
    in_the_way.parent.mkdir()
    in_the_way.write_text("")
    assert take("--as-of", "2026-11-28").code == 2
    in_the_way.unlink()
    faults.asked.clear()
    again = take("--as-of", "2026-11-28")
    assert again.code == 0
    assert "6 of 6 places were already read" in again.stderr
    assert [each for each in faults.asked if each[2] == "DescribeImages"] == []
    assert {
        path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("images.parquet")
    } == whole


def test_nothing_at_all_is_no_inventory(faults: Faulty, take: Take, tmp_path: Path) -> None:
    faults.denied.update(
        (each, region) for each in (PIPELINE, WORKLOAD, TEAM) for region in (REGION, DUBLIN)
    )
    run = take()
    assert run.code == 2
    assert "none of the 6 places could be seen" in run.stderr
    assert list(tmp_path.rglob("*.parquet")) == []


def test_an_account_without_a_reader_costs_itself_alone(take: Take, tmp_path: Path) -> None:
    (tmp_path / "accounts").write_text(
        f'accounts:\n  - account_id: "{WORKLOAD}"\n  - {{account_id: "{STRANGER}"}}\n'
    )
    run = take("--format", "json")
    assert run.code == 3
    assert states(run)[STRANGER, REGION] == "failed"
    assert states(run)[WORKLOAD, REGION] == "seen"


def test_two_runs_at_once_are_one_too_many(take: Take, tmp_path: Path) -> None:
    (tmp_path / "inventory").mkdir()
    held = sqlite3.connect(tmp_path / "inventory" / "journal.sqlite")
    held.execute("PRAGMA locking_mode = EXCLUSIVE")
    held.execute("CREATE TABLE run (name TEXT)")
    run = take()
    held.close()
    assert run.code == 2
    assert "another run is using this store; wait until it has ended" in run.stderr


def test_csv_has_a_line_for_a_place_without_images(world: GoldenWorld, take: Take) -> None:
    world.world.register_image(WORKLOAD, REGION, name="=HYPERLINK(1)")
    run = take("--format", "csv")
    rows = list(csv.DictReader(StringIO(run.stdout)))
    assert [row["place_state"] for row in rows if row["account"] == TEAM] == ["seen", "seen"]
    assert [row["name"] for row in rows if "HYPERLINK" in row["name"]] == ["'=HYPERLINK(1)"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("12345\n", "accounts: entry 1 is not an account id of 12 digits"),
        ("accounts: 5\n", "accounts: contains no list of accounts"),
        ("# none\n", "accounts: names no account"),
        ("accounts: [\n", "accounts: is neither YAML nor JSON"),
    ],
)
def test_an_accounts_file_that_is_wrong_is_told(
    take: Take, tmp_path: Path, content: str, said: str
) -> None:
    (tmp_path / "accounts").write_text(content)
    run = take()
    assert run.code == 2
    assert said in run.stderr
