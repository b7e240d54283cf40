"""A run that is killed in the middle, or interrupted, and the one after it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import pytest

from assay.fleet.derived import DERIVED
from assay.fleet.store import TABLES
from tests.command import INTERRUPTIBLE, talking_to
from tests.emulator import serve
from tests.emulator.faults import Request
from tests.fleet.organizations import POLICY, Fleet

CI = "444444444444"
NIGHT = ("--as-of", "2026-11-28")


class Counting:
    """Counts the calls, and holds one until the process that made it is gone."""

    def __init__(self) -> None:
        self.calls = 0
        self.hold_at = 0
        self.reached, self.gone = Event(), Event()

    def __call__(self, request: Request) -> None:
        self.calls += 1
        if self.calls == self.hold_at:
            self.reached.set()
            self.gone.wait(60)

    def start(self, hold_at: int = 0) -> None:
        self.calls, self.hold_at = 0, hold_at
        self.reached.clear()
        self.gone.clear()


def files(store: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(store)): path.read_bytes()
        for path in store.rglob("*.parquet")
        if path.name != "places.parquet"  # which tells when each place was seen
    }


class Scene:
    """An organisation, and runs over it that are processes of their own."""

    def __init__(self, folder: Path, url: str, fleet: Fleet, counting: Counting) -> None:
        self.folder, self.fleet, self.counting = folder, fleet, counting
        (folder / "assay.yaml").write_text(POLICY)
        (folder / "accounts").write_text("\n".join(fleet.ids))
        self._environment = {
            **os.environ, **talking_to(url, CI), "ASSAY_CACHE_DIR": str(folder / "cache"),
        }  # fmt: skip

    def start(self, store: str, *options: str) -> "subprocess.Popen[str]":
        regions = (word for each in self.fleet.named for word in ("--region", each))
        arguments = ["--accounts", "accounts", "--workers", "1", *NIGHT, "--store", store, *options]
        return subprocess.Popen(
            [sys.executable, "-c", INTERRUPTIBLE, "inventory", *regions, *arguments],
            cwd=self.folder, env=self._environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def undisturbed(self, store: str) -> int:
        """How many calls a whole run takes."""
        self.counting.start()
        run = self.start(store)
        _, said = run.communicate(timeout=120)
        assert run.returncode == 0, said
        return self.counting.calls


@pytest.fixture(name="scene")
def _scene(tmp_path: Path) -> Iterator[Scene]:
    fleet, counting = Fleet(accounts=20, regions=2), Counting()
    with serve(fleet.world, counting) as server:
        yield Scene(tmp_path, server.url, fleet, counting)


@pytest.mark.parametrize("by", [signal.SIGKILL, signal.SIGINT])
def test_a_run_that_was_ended_is_gone_on_with_and_leaves_what_an_undisturbed_one_does(
    scene: Scene, by: signal.Signals
) -> None:
    whole = scene.undisturbed("undisturbed")
    scene.counting.start(hold_at=whole // 2 + 1)
    ended = scene.start("ended")
    assert scene.counting.reached.wait(60)
    ended.send_signal(by)
    printed, said = ended.communicate(timeout=60)
    scene.counting.gone.set()
    assert printed == ""
    assert not files(scene.folder / "ended")
    if by is signal.SIGINT:
        assert ended.returncode == 2
        first, last = filter(None, said.splitlines())
        assert first.endswith(
            " of 40 places were read and are kept; the next run continues from there"
        )
        assert last == "assay: interrupted"
    assert scene.undisturbed("ended") <= 0.55 * whole
    assert files(scene.folder / "ended") == files(scene.folder / "undisturbed")
    of_places, of_all = len(TABLES) * scene.fleet.places, len(TABLES) + len(DERIVED)
    assert len(files(scene.folder / "ended")) == of_places + of_all
