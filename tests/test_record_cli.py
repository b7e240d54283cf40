"""`assay record` as a user runs it: what it writes, and for whose eyes."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import command
from tests.command import POLICY, Run, talking_to
from tests.emulator import Server, serve
from tests.plans import dump, instance, plan
from tests.worlds import REGION, WORKLOAD, GoldenWorld

SECRET = "hunter2"


@pytest.fixture
def golden() -> GoldenWorld:
    return GoldenWorld()


@pytest.fixture
def server(golden: GoldenWorld) -> Iterator[Server]:
    with serve(golden.world) as running:
        yield running


@pytest.fixture
def here(tmp_path: Path, golden: GoldenWorld) -> Path:
    (tmp_path / "assay.yaml").write_text(POLICY)
    put(tmp_path, golden.golden)
    return tmp_path


@pytest.fixture
def open_handed() -> Iterator[None]:
    """What is made is anybody's to read and to write, unless its maker says otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


def put(here: Path, *images: str) -> None:
    """A plan that launches these images."""
    resources = [instance(f"aws_instance.i{n}", image) for n, image in enumerate(images)]
    (here / "plan.json").write_bytes(dump(plan(*resources)))


def assay(here: Path, server: Server, *arguments: str, **variables: str) -> Run:
    environment = talking_to(server.url, WORKLOAD) | {"AWS_MAX_ATTEMPTS": "1"} | variables
    return command.assay(*arguments, cwd=here, env=environment)


def record(here: Path, server: Server, *arguments: str, **variables: str) -> Run:
    return assay(here, server, "record", "plan.json", "-o", "c.json", *arguments, **variables)


def mode(path: Path) -> str:
    return oct(stat.S_IMODE(path.stat().st_mode))


# --------------------------------------------------------------------------------- private


def test_a_parameter_that_is_no_image_is_not_written_down(
    golden: GoldenWorld, server: Server, here: Path
) -> None:
    golden.world.put_parameter(WORKLOAD, REGION, "/prod/db/password", SECRET)
    put(here, "resolve:ssm:/prod/db/password", golden.golden)
    assert record(here, server).code == 0
    assert server.calls("GetParameters")
    assert SECRET not in (here / "c.json").read_text()
    live = assay(here, server, "check", "plan.json", "--format", "json")
    again = assay(here, server, "check", "plan.json", "--format", "json", "--catalog", "c.json")
    assert again.report["verdicts"] == live.report["verdicts"]
    assert again.outcomes() == {"aws_instance.i0": "undetermined", "aws_instance.i1": "pass"}
    assert "/prod/db/password does not hold an AMI id" in again.stdout
    assert SECRET not in live.stdout + live.stderr + again.stdout + again.stderr


@pytest.mark.usefixtures("open_handed")
def test_a_recording_is_its_owners_alone_and_a_report_is_the_next_steps(
    here: Path, server: Server
) -> None:
    (here / "c.json").write_text("an earlier one, for all to read")
    assert mode(here / "c.json") == "0o666"
    assert record(here, server, ASSAY_CACHE_DIR=str(here / "cache")).code == 0
    assert mode(here / "c.json") == "0o600"
    kept = [path for path in (here / "cache").rglob("*") if path.is_file()]
    assert kept
    assert {mode(path) for path in kept} == {"0o600"}
    assert {mode(path.parent) for path in kept} == {"0o700"}
    assert assay(here, server, "check", "plan.json", "-o", "json=report.json").code == 0
    assert mode(here / "report.json") == "0o666"
    assert sorted(path.name for path in here.iterdir()) == [
        "assay.yaml", "c.json", "cache", "plan.json", "report.json",
    ]  # fmt: skip


def test_what_cannot_be_written_leaves_no_part_of_it(here: Path, server: Server) -> None:
    (here / "c.json" / "in the way").mkdir(parents=True)
    run = record(here, server)
    assert run.code == 2
    assert "c.json: cannot be written" in run.stderr
    assert sorted(path.name for path in here.iterdir()) == ["assay.yaml", "c.json", "plan.json"]
