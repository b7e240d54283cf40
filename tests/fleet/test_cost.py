"""What a night costs in calls: the fleet of `benchmarks/fleet.py`, small. Seconds are the benchmark's."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from threading import Barrier
from typing import Any, cast

import pytest

from assay.catalog.interface import Complete, ImageCatalog, Page
from assay.fleet.places import in_regions, spread
from assay.model import Place
from assay.model.uses import Region, RegionState
from tests.command import Run, assay, talking_to
from tests.emulator import Server, serve
from tests.emulator.process import made_by
from tests.fleet.test_inventory import POLICY as ONE_BY_ONE
from tests.fleet.test_inventory import classes
from tests.worlds import REGION, WORKLOAD

CI = "444444444444"
NOW = datetime(2026, 11, 28, tzinfo=UTC)
ACCOUNTS = tuple(f"{number:012}" for number in range(100_000_000_001, 100_000_000_005))
REGIONS = (REGION, "eu-west-1")
PLACES = len(ACCOUNTS) * len(REGIONS)
IMAGES = 12
POLICY = ONE_BY_ONE.partition("aws:")[0] + 'aws:\n  readers:\n    "*": {role_name: assay-reader}\n'
BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "fleet.py"


@pytest.fixture(name="server")
def _server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("ASSAY_BENCHMARK_IMAGES", str(IMAGES))
    with serve(made_by(f"{BENCHMARK}:place"), replicas_of=(WORKLOAD, REGION)) as server:
        yield server


def take(folder: Path, server: Server, night: str) -> tuple[Run, Counter[str]]:
    (folder / "assay.yaml").write_text(POLICY)
    (folder / "accounts").write_text("\n".join(ACCOUNTS) + "\n")
    before = server.counts()
    regions = [word for each in REGIONS for word in ("--region", each)]
    environment = {**talking_to(server.url, CI), "ASSAY_CACHE_DIR": str(folder / "cache")}
    options = ("--accounts", "accounts", *regions, "--as-of", night, "--format", "json")
    run = assay("inventory", *options, cwd=folder, env=environment)
    assert run.code == 0, run.stderr
    return run, Counter(server.counts()) - Counter(before)


def test_a_night_asks_each_list_of_a_place_once_and_knows_what_the_last_one_learnt(
    server: Server, tmp_path: Path
) -> None:
    run, calls = take(tmp_path, server, "2026-11-28")
    assert calls.pop("sts:AssumeRole") == len(ACCOUNTS)
    assert calls.pop("sts:GetCallerIdentity") == len(ACCOUNTS) + 1
    assert calls.pop("ec2:GetImageAncestry") == len(REGIONS), "one parent that no listing has"
    assert calls.pop("ec2:DescribeImages") == 2 * PLACES, "its own, and those that are shared"
    assert set(calls.values()) == {PLACES}
    assert run.report["summary"] == {
        "golden": PLACES, "derived": 8 * PLACES, "unknown": 3 * PLACES,
        "places": PLACES, "not_seen_places": 0,
    }  # fmt: skip
    assert len(classes(run)) == len(run.report["images"]) == IMAGES * PLACES

    again, calls = take(tmp_path, server, "2026-11-29")
    assert calls.pop("ec2:GetImageAncestry", 0) == 0
    assert classes(again) == classes(run)


def test_accounts_are_begun_with_side_by_side() -> None:
    """Else all Regions of one would wait for its role at once."""
    places = [(account, region) for account in "abcd" for region in "123"]
    assert spread(places, 1) == places
    assert spread(places, 2) == [
        *(("a", "1"), ("b", "1"), ("a", "2"), ("b", "2"), ("a", "3"), ("b", "3")),
        *(("c", "1"), ("d", "1"), ("c", "2"), ("d", "2"), ("c", "3"), ("d", "3")),
    ]
    assert sorted(spread(places, 16)) == places


def test_accounts_tell_their_regions_side_by_side() -> None:
    """Each waits for its role: in turn, that would be most of a short run."""
    together = Barrier(len(ACCOUNTS), timeout=20)

    class Waiting:
        def list_all(self, listing: Any, key: Place) -> Iterator[Any]:
            together.wait()
            yield Page((Region(REGION, RegionState.ENABLED),))
            yield Complete()

    found = in_regions(cast("ImageCatalog", Waiting()), ACCOUNTS, (), REGION, lambda: NOW)
    assert found.places == [(account, REGION) for account in ACCOUNTS]
