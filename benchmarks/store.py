"""What do queries to a stored fleet cost? 2.4 million images in 1,200 places, two nights of them.

    python benchmarks/store.py [FOLDER] [RUNS]

The nights are made once, by DuckDB in the store's own layout and columns, and kept in FOLDER (a
temporary one by default). Each question runs in a separate process, so that its memory can be
measured, and opens the store anew for each run. A command is a process for each run. Prints the
median wall and CPU time (all threads), the bound, and whether it holds.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path

import duckdb

from assay.fleet import columns
from assay.fleet.comparison import compare
from assay.fleet.store import Store
from assay.model.places_seen import PlaceSeen, PlaceState

NIGHTS = (date(2026, 11, 28), date(2026, 11, 29))
ACCOUNTS = 200
REGIONS = ("ap-southeast-2", "eu-central-1", "eu-west-1", "sa-east-1", "us-east-1", "us-west-2")
IMAGES = 2_400_000
EACH = IMAGES // ACCOUNTS // len(REGIONS)
USE_EVERY = 20
LINES = 40
"""The number of lines of images, each a tree of 60,000 images that descend from its image 0."""
_A_BASE = f"ami-{7 * 7919:017x}"
_WHEN = "TIMESTAMPTZ '2026-01-01 00:00:00+00' + INTERVAL (n) SECOND"
_PLACE = (
    f"printf('%012d', 100000000000 + {{0}} // {EACH * len(REGIONS)}) AS account,"
    f" {list(REGIONS)}[1 + ({{0}} // {EACH}) % {len(REGIONS)}] AS region"
)
_CHILD = f"n >= {LINES}"
_PARENT = f"(n % {LINES} + ((n // {LINES}) - 1) // 3 * {LINES})"
_GOLDEN = f"n % {LINES} < {LINES // 2}"
"""In half of the lines, image 0 is golden."""


def _id(number: str) -> str:
    return f"printf('ami-%017x', {number} * 7919)"


_MARK = f"""{{'key': '111111111111:golden-' || n % {LINES}, 'source_image_id': {_id(f"n % {LINES}")},
    'source_image_region': '{REGIONS[0]}', 'source_image_creation_time': {_WHEN}, 'watermark_creation_time': {_WHEN}}}"""
_IMAGE = {
    "image_id": _id("n"),
    "name": f"'line-' || n % {LINES} || '-2026-' || n",
    "owner_id": "account",
    "class": f"CASE WHEN NOT {_GOLDEN} THEN 'unknown' WHEN {_CHILD} THEN 'derived' ELSE 'golden' END",
    "why": f"CASE WHEN NOT {_GOLDEN} THEN 'no golden watermark, and no recorded source that has one'"
    f" WHEN {_CHILD} THEN 'inherited 111111111111:golden-' || n % {LINES} ELSE 'a golden watermark was attached to it' END",
    "state": "CASE WHEN n % 9 = 0 THEN 'disabled' ELSE 'available' END",
    "public": "false",
    "architecture": "CASE WHEN n % 5 = 0 THEN 'arm64' ELSE 'x86_64' END",
    "platform": "'Linux/UNIX'",
    "virtualization": "'hvm'",
    "boot_mode": "'uefi-preferred'",
    "creation_date": _WHEN,
    "deprecation_time": f"{_WHEN} + INTERVAL 2 YEAR",
    "last_launched": f"CASE WHEN n % {USE_EVERY} = 0 THEN {_WHEN} + INTERVAL 3 DAY END",
    "deregistration_protection": "'disabled'",
    "source_image_id": f"CASE WHEN {_CHILD} THEN {_id(_PARENT)} END",
    "source_image_region": f"CASE WHEN {_CHILD} THEN {list(REGIONS)}[1 + ({_PARENT} // {EACH}) % {len(REGIONS)}] END",
    "root_image_id": _id(f"n % {LINES}"),
    "depth": f"ceil(log(greatest(2 * (n // {LINES}) + 1, 1)) / log(3))::INTEGER",
    "family": f"'line-' || n % {LINES} || '-*'",
    "watermarks": f"CASE WHEN {_GOLDEN} THEN [{_MARK}] ELSE [] END",
    "product_codes": "[]",
    "snapshots": "[printf('snap-%017x', n * 104729)]",
    "snapshot_gb": "8 + n % 92",
    "image_allowed": "true",
}
_USE = {
    "type": "'instance'",
    "id": "printf('i-%017x', n * 7907)",
    "image_id": _id("n"),
    "state": "'running'",
    "since": _WHEN,
}
_CHANGED = {
    "class": f"CASE WHEN n % 100 = 1 THEN 'unknown' ELSE {_IMAGE['class']} END",
    "watermarks": f"CASE WHEN {_GOLDEN} AND n % 100 <> 1 THEN [{_MARK}] ELSE [] END",
    "image_id": f"CASE WHEN n % 100 = 2 THEN printf('ami-%017x', n * 7919 + 1) ELSE {_id('n')} END",
}
"""In the second night, of every hundred images one is unmarked, and one is gone and another new."""


def make(folder: Path) -> float:
    """Write both nights, and return how long it took to finish one."""
    duckdb.execute("SET TimeZone = 'UTC'")
    for night, changed in zip(NIGHTS, ({}, _CHANGED), strict=True):
        _rows(folder, night, "images", columns.IMAGES, _IMAGE | changed, 1)
        _rows(folder, night, "uses", columns.USES, _USE, USE_EVERY)
    start = time.perf_counter()
    for night in NIGHTS:
        Store(folder).finish(night, list(_places()))
    return (time.perf_counter() - start) / len(NIGHTS)


def _rows(
    folder: Path, night: date, table: str, kinds: dict[str, str], made: dict[str, str], every: int
) -> None:
    told = ", ".join(
        f'({made.get(name, "NULL")})::{kind} AS "{name}"' for name, kind in kinds.items()
    )
    numbers = f"SELECT n, {_PLACE.format('n')} FROM generate_series(0, {IMAGES - 1}, {every}) AS all_images(n)"
    duckdb.execute(
        f"COPY (SELECT {told}, DATE '{night}' AS night, account, region FROM ({numbers})) TO '{folder}'"
        f" (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (night, account, region),"
        f" FILENAME_PATTERN '{table}_', OVERWRITE_OR_IGNORE)"
    )
    for path in folder.glob(f"night={night}/account=*/region=*/{table}_*.parquet"):
        path.rename(path.with_name(f"{table}.parquet"))


def _places() -> Iterator[PlaceSeen]:
    when = datetime(2026, 11, 29, 3, tzinfo=UTC)
    for number in range(ACCOUNTS):
        for region in REGIONS:
            yield PlaceSeen(
                f"{100000000000 + number:012}",
                region,
                PlaceState.SEEN,
                None,
                EACH,
                EACH // USE_EVERY,
                9,
                when,
            )


def counts(store: Store) -> int:
    asked = "SELECT account, class, count(*) FROM images WHERE night = $1 GROUP BY ALL"
    return len(store.select(asked, NIGHTS[-1]).rows)


def one_id(store: Store) -> int:
    asked = "SELECT * FROM images WHERE night = $1 AND image_id = $2"
    return len(store.select(asked, NIGHTS[-1], f"ami-{1_234_567 * 7919:017x}").rows)


def diff(store: Store) -> int:
    return len(compare(store, *NIGHTS).differences)


def descendants(store: Store) -> int:
    """By recorded sources alone: the edges are read once and then walked."""
    asked = """
    WITH RECURSIVE edges AS MATERIALIZED (
        SELECT DISTINCT region, image_id, source_image_region, source_image_id FROM images
        WHERE night = $1 AND source_image_id IS NOT NULL
    ),
    found AS (
        SELECT $2 AS region, $3 AS image_id
        UNION SELECT edges.region, edges.image_id FROM edges JOIN found
            ON edges.source_image_id = found.image_id AND edges.source_image_region = found.region
    )
    SELECT * FROM found
    """
    return len(store.select(asked, NIGHTS[-1], REGIONS[0], _A_BASE).rows) - 1


QUESTIONS: dict[str, tuple[Callable[[Store], int], float]] = {
    "counts by class and account": (counts, 0.1),
    "one image by its id": (one_id, 0.5),
    "diff of two nights": (diff, 2.0),
    "descendants of one image": (descendants, 2.0),
}
"""By name: the question, and the maximum number of seconds for it."""
FORMATS = ("text", "json")
WHOLE = 2.0
"""The maximum number of seconds for an `assay descendants` process, with any of these formats."""


def ask(folder: Path, name: str, runs: int) -> None:
    """Print the medians and peak memory of one question. Must run in a separate process."""
    question, bound = QUESTIONS[name]
    walls, spent, found = [], [], 0
    for run in range(runs + 1):
        wall, cpu = time.perf_counter(), time.process_time()
        found = question(Store(folder))
        if run:  # the first run reads the disk
            walls.append(time.perf_counter() - wall)
            spent.append(time.process_time() - cpu)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    tell(name, walls, spent, bound, memory, found)


def whole(folder: Path, form: str, runs: int) -> None:
    """The whole of `assay descendants` including start-up, as a user has to wait for it."""
    words = ("-m", "assay", "descendants", _A_BASE, "--store", str(folder), "--format", form)
    walls, spent, found = [], [_spent()], 0
    for _ in range(runs + 1):
        start = time.perf_counter()
        run = subprocess.run([sys.executable, *words], capture_output=True, check=False)
        walls.append(time.perf_counter() - start)
        spent.append(_spent())
        first = run.stdout.partition(b" ")[0].replace(b",", b"")
        found = run.stdout.count(b'"parent":') - 1 if form == "json" else int(first)
    each = [after - before for before, after in pairwise(spent)]
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    tell(f"assay descendants --format {form}", walls[1:], each[1:], WHOLE, memory, found)


def _spent() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def tell(
    name: str, walls: list[float], spent: list[float], bound: float, memory: int, found: int
) -> None:
    """Print a line with the medians, the bound, and whether it holds; `memory` is in KiB."""
    wall, cpu = statistics.median(walls), statistics.median(spent)
    holds = "holds" if wall <= bound else "MISSED"
    print(
        f"{name:40} {wall:8.2f} {cpu:8.2f} {bound:8.2f} {holds:>8} {memory // 1024:8} {found:10,}",
        flush=True,
    )


def main(folder: Path, runs: int) -> None:
    if not list(folder.glob("night=*/places.parquet")):
        subprocess.run([sys.executable, __file__, str(folder), "make"], check=True)
    print(
        f"{'':40} {'wall s':>8} {'CPU s':>8} {'bound s':>8} {'':>8} {'MB':>8} {'rows':>10}",
        flush=True,
    )
    for name in (*QUESTIONS, *FORMATS):
        subprocess.run([sys.executable, __file__, str(folder), str(runs), name], check=True)


if __name__ == "__main__":
    match sys.argv[1:]:
        case [folder, "make"]:
            print(f"{make(Path(folder)):.1f} s to finish a night of {IMAGES:,} images", flush=True)
        case [folder, runs, form] if form in FORMATS:
            whole(Path(folder), form, int(runs))
        case [folder, runs, name]:
            ask(Path(folder), name, int(runs))
        case [folder, *runs]:
            main(Path(folder), int(runs[0]) if runs else 5)
        case _:
            with tempfile.TemporaryDirectory() as folder:
                main(Path(folder), 5)
