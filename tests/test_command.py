"""The forks in which most commands of the tests run, against processes that start anew."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from assay.cli import COMMANDS
from tests.command import POLICY, Run, assay, talking_to
from tests.emulator import Server, serve
from tests.plans import dump, instance, plan
from tests.worlds import REGION, WORKLOAD, GoldenWorld

MADE_BY_NOBODY = "ami-0fffffffffffffff1"
LINES: Mapping[str, tuple[str, ...]] = {
    "--version": (),
    "--nonsense": (),
    "audit": ("--store", "none"),
    "check": ("plan.json", "-", "--as-of", "2026-11-22", "-o", "github=made"),
    "checkov-dir": (),
    "descendants": ("golden",),
    "doctor": (),
    "explain": ("unmarked",),
    "export": ("allowed-amis",),
    "iam-policy": ("--account", WORKLOAD),
    "init": ("--account", WORKLOAD, "--policy", "made"),
    "inventory": ("--region", REGION, "--as-of", "2026-11-22", "-o", "text=made"),
    "policy": ("test", "."),
    "preview": ("--criteria", "none.json"),
    "push": ("securityhub", "--store", "none"),
    "record": ("plan.json", "-o", "recorded"),
    "remediate": ("--policy", "none.yaml"),
    "report": ("verify", "plan.json", "--plan", "plan.json", "--catalog", "plan.json"),
    "rules": (),
    "stamp": (MADE_BY_NOBODY, "--watermark", "golden-web", "--region", REGION, "--dry-run"),
    "suggest": ("--region", REGION),
    "trace": (MADE_BY_NOBODY, "--region", REGION, "--as-of", "2026-11-22"),
}


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serve(GoldenWorld().world) as running:
        yield running


def run_in(folder: Path, *line: str, env: Mapping[str, str], apart: bool) -> tuple[Run, list[Path]]:
    folder.mkdir()
    (folder / "assay.yaml").write_text(POLICY)
    document = dump(plan(instance("aws_instance.a", MADE_BY_NOBODY)))
    (folder / "plan.json").write_bytes(document)
    run = assay(*line, cwd=folder, env=env, stdin=document, apart=apart)
    return run, sorted(path.relative_to(folder) for path in folder.rglob("*"))


@pytest.mark.parametrize("command", LINES)
def test_a_fork_says_and_writes_what_a_process_of_its_own_does(
    command: str, server: Server, tmp_path: Path
) -> None:
    line, env = (command, *LINES[command]), talking_to(server.url, WORKLOAD)
    forked = run_in(tmp_path / "forked", *line, env=env, apart=False)
    assert forked == run_in(tmp_path / "apart", *line, env=env, apart=True)
    assert forked[0].stdout or forked[0].stderr
    if (tmp_path / "apart" / "made").exists():
        assert len({(tmp_path / way / "made").read_bytes() for way in ("forked", "apart")}) == 1


def test_every_command_is_held_against_one() -> None:
    assert COMMANDS.keys() == {each for each in LINES if not each.startswith("-")}


def test_a_fork_leaves_nothing_to_the_next(tmp_path: Path) -> None:
    first = assay("check", "--debug", "none.json", cwd=tmp_path, env={"ASSAY_DEBUG": "1"})
    again = assay("check", "none.json", cwd=tmp_path)
    assert "Traceback" in first.stderr
    assert (again.code, again.stdout, again.stderr.count("\n")) == (2, "", 1)
