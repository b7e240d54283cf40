"""Places that are read by processes, and by the workers of a cluster: the result is that of threads."""

import itertools
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from assay.cli.host import another_process
from assay.errors import CatalogError
from assay.run.places import Setting, read_elsewhere
from assay.run.workers import MANY
from tests import command
from tests.command import Run, talking_to
from tests.emulator import Server, serve
from tests.emulator.faults import Request
from tests.fleet.organizations import POLICY, Fleet
from tests.fleet.test_interrupted import files
from tests.fleet.test_inventory import classes, states

CI = "444444444444"


def inventory(
    folder: Path, server: Server, fleet: Fleet, *options: str, python_path: str | None = None
) -> Run:
    (folder / "assay.yaml").write_text(POLICY)
    (folder / "accounts").write_text("\n".join(fleet.ids))
    environment = {**talking_to(server.url, CI), "ASSAY_CACHE_DIR": str(folder / "cache")}
    if python_path:
        before = os.environ.get("PYTHONPATH", "")
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, (python_path, before)))
    regions = (word for each in fleet.named for word in ("--region", each))
    arguments = ("inventory", *regions, "--accounts", "accounts", "--format", "json", *options)
    return command.assay(*arguments, "--as-of", "2026-11-28", cwd=folder, env=environment)


def told(run: Run) -> Any:
    """The report without times and calls, which no two runs share."""
    places = [{**each, "seen_at": None} for each in run.report["places"]]
    return {**run.report, "generated_at": None, "catalog": None, "places": places}


def assert_whole(run: Run, fleet: Fleet) -> None:
    assert run.code == 0, run.stderr
    assert len(run.report["places"]) == len(states(run)) == fleet.places
    assert set(states(run).values()) == {"seen"}
    assert classes(run) == fleet.truth


def test_many_places_are_read_by_processes_that_assume_and_verify_for_themselves(
    tmp_path: Path,
) -> None:
    fleet = Fleet(accounts=MANY // 4, regions=4)
    with serve(fleet.world) as server:
        run = inventory(tmp_path, server, fleet, "--workers", "6")
        assert_whole(run, fleet)
        assert run.report["catalog"]["api_calls"] == server.counts()
        assumed = {request.params["RoleArn"] for request in server.calls("AssumeRole")}
        verified = [each.account for each in server.calls("GetCallerIdentity")]
        again = inventory(tmp_path, server, fleet, "--workers", "6")
        assert_whole(again, fleet)
    assert assumed == {f"arn:aws:iam::{each}:role/assay-reader" for each in fleet.ids}
    # Once by each session that was given, and once by each catalogue's own caller
    sessions = run.report["catalog"]["api_calls"]["sts:AssumeRole"]
    assert len([each for each in verified if each != CI]) == sessions
    assert run.report["catalog"]["endpoint"] == server.url
    # One of the hidden copy, one of what the golden image was made from
    assert run.report["catalog"]["api_calls"]["ec2:GetImageAncestry"] == 2
    assert "ec2:GetImageAncestry" not in again.report["catalog"]["api_calls"]


class Killing:
    """Kills a process at a call."""

    def __init__(self) -> None:
        self.at, self.process, self.calls = 0, 0, 0

    def __call__(self, request: Request) -> None:
        if request.operation != "DescribeImages":
            return
        self.calls += 1
        if self.calls == self.at:
            os.kill(self.process, signal.SIGKILL)


@pytest.fixture(name="cluster")
def _cluster(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Two worker processes, which find credentials in their own environment."""
    distributed = pytest.importorskip("distributed")

    def start(server: Server) -> Any:
        for name, value in talking_to(server.url, CI).items():
            monkeypatch.setenv(name, value)
        made = distributed.LocalCluster(
            n_workers=2, threads_per_worker=3, processes=True, dashboard_address=":0"
        )
        started.append(made)
        return made

    started: list[Any] = []
    yield start
    for each in started:
        each.close()


def test_a_cluster_of_which_a_worker_is_killed_reads_every_place_once(
    tmp_path: Path, cluster: Any
) -> None:
    fleet = Fleet(accounts=12, regions=2)
    killing = Killing()
    with serve(fleet.world, killing) as server:
        by_threads = inventory(tmp_path, server, fleet, "--store", "threads")
        assert_whole(by_threads, fleet)
        killing.calls, killing.at = 0, fleet.places
        address = (started := cluster(server)).scheduler_address
        killing.process = started.workers[0].process.pid
        server.requests.clear()
        disturbed = inventory(tmp_path, server, fleet, "--store", "disturbed", "--dask", address)
        assert killing.calls >= 2 * fleet.places > killing.at
        assert {each.account for each in server.calls("AssumeRole")} == {CI}
    assert_whole(disturbed, fleet)
    assert told(disturbed) == told(by_threads)
    assert files(tmp_path / "disturbed") == files(tmp_path / "threads")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--dask", "tcp://127.0.0.1:1"), "no Dask scheduler answers"),
        (("--dask", "nowhere"), "no Dask scheduler answers"),
        (("--dask", "tcp://127.0.0.1:1", "--workers", "3"), "use either --workers or --dask"),
    ],
)
def test_a_cluster_that_is_none_is_told_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...], said: str
) -> None:
    pytest.importorskip("distributed")
    fleet = Fleet(accounts=1, regions=1)
    monkeypatch.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1s")
    with serve(fleet.world) as server:
        run = inventory(tmp_path, server, fleet, *options)
    assert run.code == 2
    assert run.stdout == ""
    assert said in run.stderr
    assert run.stderr.count("\n") == 1


def test_without_the_extra_one_line_says_which(tmp_path: Path) -> None:
    """As where distributed is not installed: nothing of its name can be imported."""
    (tmp_path / "dask.py").write_text("raise ImportError")
    fleet = Fleet(accounts=1, regions=1)
    with serve(fleet.world) as server:
        options = ("--dask", "tcp://127.0.0.1:1")
        run = inventory(tmp_path, server, fleet, *options, python_path=str(tmp_path))
    assert (run.code, run.stdout) == (2, "")
    assert run.stderr == (
        "assay: --dask needs distributed, which is not installed; install 'assay-ami[dask]'\n"
    )


def test_a_worker_of_another_version_reads_nothing() -> None:
    setting = Setting(None, datetime(2026, 11, 28, tzinfo=UTC), cached=False, version="0.0.1")
    with pytest.raises(CatalogError, match=r"a worker has assay .*, but this machine has 0\.0\.1"):
        read_elsewhere(another_process, msgspec.msgpack.encode(setting), (CI, "us-east-1"))


SCHEDULER = re.compile(r"Scheduler at: +(tcp://\S+)")


@contextmanager
def apart(tool: str, *arguments: str, **environment: str) -> "Iterator[subprocess.Popen[str]]":
    """A scheduler or a worker of Dask, which is killed at the end."""
    with subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.dask_{tool}", *arguments],
        env={**os.environ, **environment}, stderr=subprocess.PIPE, text=True,
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def test_a_cluster_that_is_lost_ends_the_run_and_the_next_one_goes_on(tmp_path: Path) -> None:
    """Its scheduler is killed in the middle."""
    pytest.importorskip("distributed")
    fleet = Fleet(accounts=8, regions=2)
    calls = itertools.count(1)
    schedulers: list[subprocess.Popen[str]] = []

    def kill(request: Request) -> None:
        if request.operation == "DescribeLaunchTemplates" and next(calls) == fleet.places // 2:
            schedulers[0].kill()

    with (
        serve(fleet.world, kill) as server,
        apart("scheduler", "--port", "0", "--dashboard-address", ":0") as scheduler,
    ):
        schedulers.append(scheduler)
        assert scheduler.stderr
        address = next(found[1] for each in scheduler.stderr if (found := SCHEDULER.search(each)))
        options = ("--no-nanny", "--nthreads", "2", "--dashboard-address", ":0")
        with apart("worker", address, *options, **talking_to(server.url, CI)):
            lost = inventory(tmp_path, server, fleet, "--dask", address)
        assert (lost.code, lost.stdout) == (2, "")
        assert lost.stderr.splitlines()[-1] == (
            "assay: the process or worker that was reading the places has ended; run it again; it continues where it stopped"
        )
        again = inventory(tmp_path, server, fleet)
    assert "places were already read; continuing with the others" in again.stderr
    assert_whole(again, fleet)
