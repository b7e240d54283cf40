"""The oracle of an inventory: 200 accounts in six Regions, whose every image's descent is known.

Not collected by default: `make fleet-oracle`, some minutes.
"""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command import Run, talking_to
from tests.emulator import Fault, Server, serve
from tests.emulator.faults import Request
from tests.fleet.organizations import POLICY, Fleet
from tests.fleet.test_interrupted import CI, Counting, files
from tests.fleet.test_inventory import classes, states

ACCOUNTS, REGIONS = 200, 6
SECONDS = 1_800


class Nights:
    """Runs over the whole organisation, with the options of everyday."""

    def __init__(self, folder: Path, server: Server, fleet: Fleet, counting: Counting) -> None:
        self.folder, self.server, self.fleet, self.counting = folder, server, fleet, counting
        (folder / "assay.yaml").write_text(POLICY)
        self._environment = {
            **os.environ, **talking_to(server.url, CI), "ASSAY_CACHE_DIR": str(folder / "cache"),
        }  # fmt: skip

    def start(self, store: str, day: int, *options: str) -> "subprocess.Popen[str]":
        self.counting.start(self.counting.hold_at)
        regions = (word for each in self.fleet.named for word in ("--region", each))
        when = ("--as-of", f"2026-11-{day}", "--store", store)
        return subprocess.Popen(
            [sys.executable, "-m", "assay", "inventory", "--organization", *regions, *when, *options],
            cwd=self.folder, env=self._environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def run(self, store: str, day: int, *options: str) -> Run:
        self.counting.hold_at = 0
        running = self.start(store, day, *options)
        printed, said = running.communicate(timeout=SECONDS)
        return Run(running.returncode, printed, said)

    def ended_at(self, call: int, store: str, day: int) -> None:
        """Killed when it makes a call."""
        self.counting.hold_at = call
        running = self.start(store, day)
        assert self.counting.reached.wait(SECONDS)
        running.send_signal(signal.SIGKILL)
        running.communicate(timeout=60)
        self.counting.gone.set()


@pytest.fixture(scope="module", name="nights")
def _nights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nights]:
    fleet, counting = Fleet(ACCOUNTS, REGIONS), Counting()
    fleet.world.organize(CI)
    for account in fleet.ids:
        fleet.world.join(account)
    with serve(fleet.world, counting) as server:
        yield Nights(tmp_path_factory.mktemp("organization"), server, fleet, counting)


@pytest.fixture(scope="module", name="undisturbed")
def _undisturbed(nights: Nights) -> tuple[Run, int]:
    """A whole night, and how many calls it took."""
    run = nights.run("undisturbed", 28, "--exclude", CI, "--format", "json")
    return run, nights.counting.calls


def test_every_place_has_one_state_and_every_image_the_class_of_its_descent(
    nights: Nights, undisturbed: tuple[Run, int]
) -> None:
    run, calls = undisturbed
    assert run.code == 0, run.stderr
    assert len(run.report["places"]) == len(states(run)) == nights.fleet.places == 1_200
    assert Counter(states(run).values()) == {"seen": 1_200}
    assert classes(run) == nights.fleet.truth
    assert len(run.report["images"]) == len(nights.fleet.truth)
    assert sum(run.report["catalog"]["api_calls"].values()) == calls


def test_a_run_killed_at_half_is_gone_on_with_for_half_of_the_calls(
    nights: Nights, undisturbed: tuple[Run, int]
) -> None:
    run, whole = undisturbed
    nights.ended_at(whole // 2, "killed", 28)
    again = nights.run("killed", 28, "--exclude", CI, "--format", "json")
    assert again.code == 0, again.stderr
    asked = nights.counting.calls
    sys.stdout.write(f"\n{asked:,} of {whole:,} calls again: {asked / whole:.1%}\n")
    assert asked <= 0.55 * whole
    assert again.report["images"] == run.report["images"]
    assert files(nights.folder / "killed") == files(nights.folder / "undisturbed")


def test_what_was_not_seen_is_named(nights: Nights, undisturbed: tuple[Run, int]) -> None:
    lost = {(nights.fleet.ids[at], nights.fleet.named[at % REGIONS]) for at in (3, 77, 150)}

    def denied(request: Request) -> Fault | None:
        nights.counting(request)
        here = (request.account, request.region)
        refused = request.service == "ec2" and here in lost
        return Fault(403, "UnauthorizedOperation") if refused else None

    nights.server.faults = denied
    run = nights.run("undisturbed", 29, "--exclude", CI)
    nights.server.faults = nights.counting
    assert run.code == 3
    lines = run.stdout.splitlines()
    named = [each.removeprefix("not seen: ") for each in lines if each.startswith("not seen: ")]
    assert {each.split(": ")[0] for each in named} == {"/".join(at) for at in lost}
    assert all(": denied: " in each and "; kept from " in each for each in named)
    assert len(named) == len(lost)
    assert any(each.endswith("; 1,197 of 1,200 places seen") for each in lines)
