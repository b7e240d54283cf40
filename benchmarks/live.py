"""Asking AWS: whole `assay check` processes against the emulator, with and without a fixed delay.

`python benchmarks/live.py [RUNS]`. Every answer is delayed by 100 ms, and in a second series not at
all: the difference is the time spent waiting, in round trips; the rest is work. The emulator runs
in a separate process and answers from memory. Runs are interleaved; read the ratios.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.command import POLICY, talking_to  # noqa: E402
from tests.emulator.process import call_counts, serve_apart  # noqa: E402
from tests.plans import configured, dump, instance, plan  # noqa: E402
from tests.worlds import REGION, WORKLOAD, GoldenWorld  # noqa: E402

DELAY = 0.1
REGIONS = ("us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-central-1")
COPIES = 1000
SHARED_OUT = 200


class Copies(GoldenWorld):
    """A thousand copies of one golden image, with the same ids in every process that makes them."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.ids = {region: [] for region in REGIONS}
        self.ids[REGION] = self.many_copies(COPIES)
        for region in REGIONS[1:]:
            self.ids[region] = [self.copy(region=region) for _ in range(SHARED_OUT)]


@dataclass(frozen=True, eq=False)
class Case:
    """A plan, and what its check should cost."""

    name: str
    images: Mapping[str, list[str]]
    calls: int
    """The expected number of DescribeImages calls."""


def cases() -> list[Case]:
    ids = Copies().ids
    few = {region: found[:SHARED_OUT] for region, found in ids.items()}
    return [
        Case("1 AMI, one Region", {REGION: ids[REGION][:1]}, 3),
        Case(f"{COPIES} AMIs, one Region", {REGION: ids[REGION]}, 5),
        Case(f"{SHARED_OUT} AMIs, one Region", {REGION: few[REGION]}, 1),
        Case(f"{SHARED_OUT} AMIs in each of six Regions", few, 6),
    ]


def written(folder: Path, case: Case) -> Path:
    changes: list[dict[str, Any]] = []
    blocks: list[dict[str, Any]] = []
    providers: dict[str, Any] = {}
    for region, ids in case.images.items():
        key = f"aws.{region}"
        expressions = {"region": {"constant_value": region}}
        providers[key] = {"name": "aws", "alias": region, "expressions": expressions}
        for number, id in enumerate(ids):
            name = f"{region}-{number}"
            changes.append(instance(f"aws_instance.{name}", id))
            blocks.append(configured("aws_instance", name, key=key))
    document = plan(*changes, configuration=blocks)
    document["configuration"]["provider_config"] |= providers
    folder.mkdir()
    (folder / "assay.yaml").write_text(POLICY)
    (folder / "plan.json").write_bytes(dump(document))
    return folder


def check(folder: Path, environment: Mapping[str, str]) -> tuple[float, float]:
    """Wall and CPU seconds of one process, in which everything must pass."""
    command = [sys.executable, "-m", "assay", "check", "plan.json", "-o", "json=report.json"]
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, check=False, text=True
    )
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{command} exited with {done.returncode}: {done.stdout}{done.stderr}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


@contextmanager
def servers(cache: Path) -> Iterator[dict[float, dict[str, str]]]:
    """By delay: the environment of a process that talks to an emulator with that delay."""
    own = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ASSAY_"))
    }
    own |= {"ASSAY_CACHE_DIR": str(cache), "PYTHONPATH": str(ROOT / "src")}
    with ExitStack() as stack:
        urls = {
            delay: stack.enter_context(
                serve_apart(f"{Path(__file__)}:Copies", delay_seconds=delay, replay=True)
            )
            for delay in (0.0, DELAY)
        }
        yield {delay: own | talking_to(url, WORKLOAD) for delay, url in urls.items()}


def described(folder: Path) -> int:
    report = json.loads((folder / "report.json").read_text())
    calls: dict[str, int] = report["catalog"]["api_calls"]
    return calls["ec2:DescribeImages"]


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as temporary, servers(Path(temporary) / "cache") as talk:
        found = {case: written(Path(temporary) / str(n), case) for n, case in enumerate(cases())}
        taken: dict[tuple[Case, float], list[tuple[float, float]]] = {}
        for round_ in range(runs + 1):
            for case, folder in found.items():
                for delay, environment in talk.items():
                    figures = check(folder, environment)
                    if round_:  # the first round fills the emulators' memory and our cache
                        taken.setdefault((case, delay), []).append(figures)
        print(
            f"{'':<34}{'DescribeImages':>15}{'wall':>9}{'without':>9}{'CPU':>8}{'round trips':>13}"
        )
        walls: dict[str, float] = {}
        for case, folder in found.items():
            wall = statistics.median(w for w, _ in taken[case, DELAY])
            work = statistics.median(w for w, _ in taken[case, 0.0])
            cpu = statistics.median(c for _, c in taken[case, 0.0])
            walls[case.name] = wall
            calls = described(folder)
            if calls != case.calls:
                sys.exit(f"{case.name}: {calls} calls of DescribeImages, not {case.calls}")
            print(
                f"{case.name:<34}{calls:>15}{wall:>7.2f} s{work:>7.2f} s{cpu:>6.2f} s"
                f"{(wall - work) / DELAY:>13.2f}"
            )
        one, six = list(walls.values())[-2:]
        print(f"six Regions take {six / one:.2f} times one")
        print("calls in all:", json.dumps(call_counts(talk[DELAY]["AWS_ENDPOINT_URL"])))


if __name__ == "__main__":
    main()
