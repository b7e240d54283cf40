"""A night of a fleet: whole `assay inventory` processes against emulated accounts, 50 ms an answer.

`python benchmarks/fleet.py [--accounts N] [--regions N] [--images N] [--in-flight N]`. Each of 200
accounts has a hundred images in each of six Regions. Prints what the run took, including all
processes that it started, and the agreed bound: `1.5 * max(calls * 0.05 / in flight, images * 60 us
/ cores) + 2 s`, and 500 MB. Then comes a second night in the same store, which asks for no ancestry
that is already known. Finally, without delays, a fleet of `--tenfold N` accounts with a hundred and
then a thousand images per place must take at most eleven times as long. The emulator is a separate
process and answers from memory. Every stored class is compared with how the images were made.
`--report FORMAT` also writes a report.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.command import talking_to  # noqa: E402
from tests.emulator import World  # noqa: E402
from tests.emulator.process import call_counts, serve_apart  # noqa: E402
from tests.worlds import AMAZON, PIPELINE, REGION, WORKLOAD  # noqa: E402

DELAY, AN_IMAGE = 0.05, 60e-6
REGIONS = ("us-east-1", "us-east-2", "us-west-1", "us-west-2", "eu-west-1", "eu-central-1")
CALLER = "100000000000"
POLICY = f"""\
version: 1
golden:
  watermarks:
    - key: "{PIPELINE}:golden-*"
aws:
  readers:
    "*": {{role_name: assay-reader}}
"""
IMAGES = "ASSAY_BENCHMARK_IMAGES"
GOLDEN, BASE, BARE = "ami-10000000000000001", "ami-10000000000000002", 2
MOST_MEGABYTES = 500
PAGE, TICKS = os.sysconf("SC_PAGE_SIZE"), os.sysconf("SC_CLK_TCK")


def place() -> World:
    """The contents of every account in every Region: a golden image that is shared with it, its own
    copies of that image, images made from those, some without a source, and two made from Amazon's
    image, which is in no listing.
    """
    world, count = World(), int(os.environ[IMAGES])
    golden = world.register_image(PIPELINE, REGION, name="golden", image_id=GOLDEN)
    world.attach_watermark(PIPELINE, REGION, golden, "golden-web")
    world.share(golden, REGION, WORKLOAD)
    base = world.register_image(
        AMAZON, REGION, name="al2023", owner_alias="amazon", public=True, image_id=BASE
    )
    copies = [
        world.copy_image(WORKLOAD, REGION, base, REGION, name=f"bare-{n}") for n in range(BARE)
    ]
    for number in range(count - 1 - BARE):
        if number % 5 == 4:
            made = world.register_image(WORKLOAD, REGION, name=f"home-made-2026-{number:04}")
        else:
            source = golden if number % 5 == 0 else copies[-1 if number % 5 < 3 else -2]
            name = f"application-{number % 7}-2026-{number:04}"
            made = world.copy_image(WORKLOAD, REGION, source, REGION, name=name)
        copies.append(made)
    for number, id in enumerate(copies):
        world.image(REGION, id).overlay = overlay(number)
    for number in range(5):
        world.run_instance(WORKLOAD, REGION, copies[number])
    world.create_launch_template(WORKLOAD, REGION, "web", copies[-1])
    world.add_launch_configuration(WORKLOAD, REGION, "old", copies[0])
    return world


def overlay(number: int) -> dict[str, Any]:
    """Details that make an answer about an image as long as AWS's: 1.7 kB."""
    snapshot = {"SnapshotId": f"snap-{number:017x}", "VolumeSize": 8, "VolumeType": "gp3"}
    disk = {**snapshot, "DeleteOnTermination": True, "Encrypted": False, "Iops": 3000}
    return {
        "BlockDeviceMappings": [
            {"DeviceName": "/dev/xvda", "Ebs": disk},
            {"DeviceName": "/dev/sdb", "VirtualName": "ephemeral0"},
        ],
        "Tags": [{"Key": f"cost-centre-{n}", "Value": f"value of {n}"} for n in range(3)],
        "PlatformDetails": "Linux/UNIX",
        "EnaSupport": True,
        "BootMode": "uefi-preferred",
    }


@dataclass(frozen=True)
class Fleet:
    accounts: int
    regions: int
    images: int
    """In each place, including the one that is shared with all."""

    @property
    def places(self) -> int:
        return self.accounts * self.regions

    def __str__(self) -> str:
        return f"{self.accounts} accounts x {self.regions} Regions x {self.images} images"


class Tree:
    """A process and those that it started, sampled twenty times a second from /proc."""

    def __init__(self, pid: int) -> None:
        self._pids = {pid}
        self._megabytes = self._alone = 0.0
        self._cpu: dict[int, float] = {}
        self._over = Event()
        self._thread = Thread(target=self._look, args=(pid,))
        self._thread.start()

    def most(self) -> tuple[float, float, float]:
        """Peak resident memory of all together and of the first alone, and the CPU seconds of all."""
        self._over.set()
        self._thread.join()
        return self._megabytes, self._alone, sum(self._cpu.values())

    def _look(self, first: int) -> None:
        while not self._over.wait(0.05):
            now: dict[int, float] = {}
            for pid, words in self._all():
                if pid in self._pids or int(words[1]) in self._pids:
                    self._pids.add(pid)
                    now[pid] = int(words[21]) * PAGE
                    ticks = (int(words[11]) + int(words[12])) / TICKS
                    self._cpu[pid] = max(self._cpu.get(pid, 0.0), ticks)
            self._megabytes = max(self._megabytes, sum(now.values()) / 2**20)
            self._alone = max(self._alone, now.get(first, 0.0) / 2**20)

    def _all(self) -> Iterator[tuple[int, list[str]]]:
        """The fields after the name in /proc/PID/stat, oldest process first."""
        for pid in sorted(
            int(each.name) for each in Path("/proc").iterdir() if each.name.isdigit()
        ):
            with suppress(OSError):
                yield pid, Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


@dataclass(frozen=True)
class Taken:
    wall: float
    cpu: float
    megabytes: float
    """Of all processes together; shared pages count for each."""
    alone: float
    """Of the first process alone."""
    calls: Mapping[str, int]

    @property
    def of_assay(self) -> int:
        return sum(self.calls.values())


@contextmanager
def emulated(fleet: Fleet, delay: float) -> Iterator[str]:
    os.environ[IMAGES] = str(fleet.images)
    with serve_apart(
        f"{Path(__file__)}:place", delay_seconds=delay, replicas_of=(WORKLOAD, REGION)
    ) as url:
        yield url


def night(folder: Path, url: str, fleet: Fleet, in_flight: int, as_of: str, *more: str) -> Taken:
    """Run one process and return its costs; all places must be seen and all classes right."""
    folder.mkdir(exist_ok=True)
    (folder / "assay.yaml").write_text(POLICY)
    accounts = [str(int(CALLER) + 1 + number) for number in range(fleet.accounts)]
    (folder / "accounts").write_text("\n".join(accounts) + "\n")
    regions = [word for region in REGIONS[: fleet.regions] for word in ("--region", region)]
    command = [sys.executable, "-m", "assay", "inventory", "--accounts", "accounts", *regions]
    command += ["--workers", str(in_flight), "--as-of", as_of, *more]
    own = {
        name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "ASSAY_"))
    }
    cache = {"ASSAY_CACHE_DIR": str(folder / "cache"), "PYTHONPATH": str(ROOT / "src")}
    environment = {**own, **cache, **talking_to(url, CALLER)}
    before, start = call_counts(url), time.perf_counter()
    with (folder / "stdout").open("wb") as out, (folder / "stderr").open("wb") as err:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=out, stderr=err)
        tree = Tree(process.pid)
        _, status, _ = os.wait4(process.pid, 0)
    wall, (megabytes, alone, cpu) = time.perf_counter() - start, tree.most()
    if status:
        said = (folder / "stderr").read_text()[-2000:]
        sys.exit(f"{command} exited with {os.waitstatus_to_exitcode(status)}: {said}")
    calls = {name: n - before.get(name, 0) for name, n in call_counts(url).items()}
    check(folder, fleet, as_of)
    return Taken(wall, cpu, megabytes, alone, calls)


def check(folder: Path, fleet: Fleet, as_of: str) -> None:
    import duckdb

    files = folder / f"inventory/night={as_of}/account=*/region=*/images.parquet"
    query = f"SELECT class, count(*) FROM read_parquet('{files}') GROUP BY 1"
    found = dict(duckdb.execute(query).fetchall())
    unknown = BARE + sum(class_of(number) == "unknown" for number in range(fleet.images - 1 - BARE))
    expected = {"golden": 1, "derived": fleet.images - 1 - unknown, "unknown": unknown}
    if found != {name: count * fleet.places for name, count in expected.items() if count}:
        sys.exit(f"{fleet}: {found} are not {expected} in each of {fleet.places} places")


def class_of(number: int) -> str:
    """The class of the number-th image of a place, by how it was made."""
    if number < 0:
        return "unknown"
    if number % 5 == 4:
        return "unknown"
    if number % 5 == 0:
        return "derived"
    return class_of(number - (1 if number % 5 < 3 else 2))


def bound(calls: int, images: int, in_flight: int) -> float:
    cores = os.cpu_count() or 1
    return 1.5 * max(calls * DELAY / in_flight, images * AN_IMAGE / cores) + 2


def told(name: str, fleet: Fleet, taken: Taken, in_flight: int) -> None:
    most = bound(taken.of_assay, fleet.places * fleet.images, in_flight)
    print(
        f"{name:<14}{taken.wall:>8.1f} s{most:>9.1f} s{taken.cpu:>8.1f} s"
        f"{taken.megabytes:>8.0f} MB{taken.alone:>9.0f} MB{taken.of_assay:>9,}"
        f"{taken.calls.get('ec2:GetImageAncestry', 0):>10,}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--accounts", type=int, default=200)
    parser.add_argument("--regions", type=int, default=len(REGIONS), choices=range(1, 7))
    parser.add_argument("--images", type=int, default=100, help="in each place")
    parser.add_argument("--in-flight", type=int, default=16)
    parser.add_argument(
        "--tenfold", type=int, default=20, help="accounts of the second fleet; 0 leaves it out"
    )
    parser.add_argument("--report", choices=("json", "csv", "html"), help="also write this")
    options = parser.parse_args()
    more = ("-o", f"{options.report}=report") if options.report else ()
    in_flight = options.in_flight
    fleet = Fleet(options.accounts, options.regions, options.images)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        print(f"{fleet}, {in_flight} in flight, {DELAY * 1000:.0f} ms an answer")
        print(
            f"{'':<14}{'wall':>10}{'bound':>11}{'CPU':>10}{'max RSS':>11}{'first alone':>12}{'calls':>9}{'ancestry':>10}"
        )
        with emulated(fleet, DELAY) as url:
            first = night(folder / "fleet", url, fleet, in_flight, "2026-11-29", *more)
            told("first night", fleet, first, in_flight)
            second = night(folder / "fleet", url, fleet, in_flight, "2026-11-30", *more)
            told("second night", fleet, second, in_flight)
            print("calls of the first:", json.dumps(first.calls))
        print(f"at most {MOST_MEGABYTES} MB: {first.megabytes:.0f}, {second.megabytes:.0f}")
        if options.tenfold:
            print(
                f"\n{'':<14}{'wall':>10}{'CPU':>10}{'max RSS':>11}{'first alone':>12}{'calls':>9}, nothing waited for"
            )
            walls = []
            for times in (1, 10):
                part = Fleet(options.tenfold, fleet.regions, fleet.images * times)
                with emulated(part, 0.0) as url:
                    taken = night(
                        folder / f"times-{times}", url, part, in_flight, "2026-11-29", *more
                    )
                walls.append(taken.wall)
                print(
                    f"{part.places * part.images:>12,}  {taken.wall:>8.1f} s{taken.cpu:>8.1f} s"
                    f"{taken.megabytes:>8.0f} MB{taken.alone:>9.0f} MB{taken.of_assay:>9,}"
                )
            print(
                f"ten times the images take {walls[1] / walls[0]:.1f} times the time (at most 11)"
            )


if __name__ == "__main__":
    main()
