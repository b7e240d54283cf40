"""A run that is killed in the middle, and the one after it."""

import os
import subprocess
import sys
from pathlib import Path
from threading import Event

from tests.command import talking_to
from tests.emulator import serve
from tests.emulator.faults import Request
from tests.fleet.test_inventory import BOTH, CI, POLICY, TEAM
from tests.worlds import PIPELINE, WORKLOAD, GoldenWorld

LISTINGS_OF_A_PLACE = 2
PLACES = 6


class Counting:
    """Counts what is listed, and holds one call until the process that made it is gone."""

    def __init__(self) -> None:
        self.calls = 0
        self.hold_at = 0
        self.reached, self.gone = Event(), Event()

    def __call__(self, request: Request) -> None:
        if request.operation != "DescribeImages":
            return
        self.calls += 1
        if self.calls == self.hold_at:
            self.reached.set()
            self.gone.wait(60)


def files(store: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(store)): path.read_bytes()
        for path in store.rglob("*.parquet")
        if path.name != "places.parquet"  # which tells when each place was seen
    }


def test_a_killed_run_is_gone_on_with_and_leaves_what_an_undisturbed_one_does(
    tmp_path: Path,
) -> None:
    world = GoldenWorld()
    world.derived(world.copy())
    world.home_made(TEAM)
    (tmp_path / "assay.yaml").write_text(POLICY)
    (tmp_path / "accounts").write_text(f"{PIPELINE}\n{WORKLOAD}\n{TEAM}")
    counting = Counting()
    with serve(world.world, counting) as server:
        scrubbed = {name: value for name, value in os.environ.items() if "AWS" not in name}
        environment = {
            **scrubbed, **talking_to(server.url, CI), "ASSAY_CACHE_DIR": str(tmp_path / "cache"),
        }  # fmt: skip

        def start(store: str) -> "subprocess.Popen[bytes]":
            options = ("--accounts", "accounts", "--workers", "1", "--as-of", "2026-11-28")
            return subprocess.Popen(
                [sys.executable, "-m", "assay", "inventory", *BOTH, *options, "--store", store],
                cwd=tmp_path, env=environment, stdout=subprocess.DEVNULL,
            )  # fmt: skip

        assert start("undisturbed").wait(120) == 0
        whole = counting.calls
        assert whole == PLACES * LISTINGS_OF_A_PLACE
        counting.calls, counting.hold_at = 0, whole // 2 + 1
        killed = start("killed")
        assert counting.reached.wait(60)
        killed.kill()
        killed.wait()
        counting.gone.set()
        assert not files(tmp_path / "killed")
        counting.calls, counting.hold_at = 0, 0
        assert start("killed").wait(120) == 0
    assert counting.calls <= 0.55 * whole
    assert files(tmp_path / "killed") == files(tmp_path / "undisturbed")
    assert len(files(tmp_path / "killed")) == 2 * PLACES
