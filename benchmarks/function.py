"""The functions inside AWS: the bundle's size, its cold start, and what a warm process asks.

`python benchmarks/function.py [RUNS]`. A cold start is a process that has only the bundle and the
standard library, imports the handler, reads the policy and judges one instance; the emulator
answers immediately. Prints minimum and median, wall and CPU time, of interleaved runs: with the
bundle's reduced models, without them, and without byte code, as in a bundle made by another Python.
"""

import resource
import shutil
import statistics
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.command import talking_to  # noqa: E402
from tests.emulator import serve  # noqa: E402
from tests.integrations.bundle import function, made, unpacked  # noqa: E402
from tests.integrations.conftest import PARAMETER, POLICY  # noqa: E402
from tests.integrations.test_events import call, state  # noqa: E402
from tests.worlds import REGION, WORKLOAD, GoldenWorld  # noqa: E402

EVENTS = "assay.integrations.events"
SLOW = 1.0
"""Seconds that an answer takes when waits are counted."""


def spent(tree: Path, around: dict[str, str], event: object) -> tuple[float, float]:
    """Wall and CPU time of one cold start."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    (told,) = function(tree, EVENTS, around, [event]).answers
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    if told.get("outcome") != "pass":
        sys.exit(f"the instance did not pass: {told}")
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def variants(directory: Path, archive: Path) -> dict[str, Path]:
    whole = unpacked(archive, directory / "task")
    ignore = shutil.ignore_patterns
    return {
        "cut models, byte code": whole,
        "byte code alone": shutil.copytree(whole, directory / "bare", ignore=ignore("models")),
        "cut models alone": shutil.copytree(whole, directory / "slow", ignore=ignore("*.pyc")),
    }


def trips(
    golden: GoldenWorld, tree: Path, around: dict[str, str], first: object, event: object
) -> int:
    """How often a process that has judged one event waits to judge another, with a slow AWS. Calls
    made before any answer arrives count as one wait.
    """
    asked: list[float] = []
    with serve(golden.world, lambda _: asked.append(time.monotonic()), delay_seconds=SLOW) as slow:
        there = around | talking_to(slow.url, WORKLOAD)
        function(tree, EVENTS, there, [first])
        cold = len(asked)
        function(tree, EVENTS, there, [first, event])
    waits, answered = 0, 0.0
    for each in sorted(asked[2 * cold :]):
        if each >= answered:
            waits, answered = waits + 1, each + SLOW
    return waits


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    golden = GoldenWorld()
    golden.world.put_parameter(WORKLOAD, REGION, PARAMETER, POLICY, "text")
    copied = state(golden.world.run_instance(WORKLOAD, REGION, golden.copy()))
    marked = state(golden.world.run_instance(WORKLOAD, REGION, golden.golden))
    image = golden.derived(golden.derived(golden.copy()))
    derived = golden.world.run_instance(WORKLOAD, REGION, image)
    with tempfile.TemporaryDirectory() as name, serve(golden.world) as server:
        archive = made(Path(name) / "assay-lambda.zip")
        trees = variants(Path(name), archive)
        whole = trees["cut models, byte code"]
        size = sum(each.stat().st_size for each in whole.rglob("*") if each.is_file())
        print(f"bundle: {archive.stat().st_size / 1e6:.1f} MB, unpacked {size / 1e6:.1f} MB")
        around = {
            **talking_to(server.url, WORKLOAD),
            "AWS_REGION": REGION,
            "ASSAY_POLICY": f"ssm:{PARAMETER}:1",
            "ASSAY_POLICY_SHA256": sha256(POLICY.encode()).hexdigest(),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        times: dict[str, list[tuple[float, float]]] = {each: [] for each in trees}
        for round_ in range(runs + 1):
            for each, tree in trees.items():
                one = spent(tree, around, copied)
                if round_:  # the first round warms the caches
                    times[each].append(one)
        print(
            f"{'cold start':<24}{'wall min':>10}{'median':>10}{'CPU min':>10}{'median':>10}   ({runs} runs)"
        )
        for each, measured in times.items():
            walls, cpus = zip(*measured, strict=True)
            row = (min(walls), statistics.median(walls), min(cpus), statistics.median(cpus))
            print(f"{each:<24}" + "".join(f"{value * 1000:>7.0f} ms" for value in row))
        named, both = state(derived), call(derived, image=image)
        print("round trips, warm, of an image that was not met before:"
              f" {trips(golden, whole, around, marked, named)} where the event names the instance,"
              f" {trips(golden, whole, around, marked, both)} where it names the image, too")  # fmt: skip


if __name__ == "__main__":
    main()
