"""Start-up and a small check, as whole processes: CPU medians and ratios, measured in one run.

`python benchmarks/start.py [RUNS]`. The runs of all commands are interleaved, so that a drift in
the machine's speed affects all of them; read the ratios, not the milliseconds.
"""

import resource
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "fixtures" / "demo"
CHECK = [
    *("-m", "assay", "check", str(DEMO / "plan.json")),
    *("--catalog", str(DEMO / "catalog.json"), "--policy", str(DEMO / "policy.yaml")),
]
COMMANDS = {  # name: (arguments, expected exit code)
    "import click": (["-c", "import click"], 0),
    "assay --version": (["-m", "assay", "--version"], 0),
    "assay check (recorded)": (CHECK, 1),
    "import boto3": (["-c", "import boto3"], 0),
}


def cpu_seconds(arguments: list[str], expected: int) -> float:
    """User and system time of one finished process and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, *arguments]
    done = subprocess.run(command, check=False, stdout=subprocess.DEVNULL, cwd=ROOT)
    if done.returncode != expected:
        sys.exit(f"{command} exited with {done.returncode}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 15
    times: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for round_ in range(runs + 1):
        for name, (arguments, expected) in COMMANDS.items():
            spent = cpu_seconds(arguments, expected)
            if round_:  # the first round warms the caches
                times[name].append(spent)
    medians = {name: statistics.median(spent) for name, spent in times.items()}
    base = medians["import click"]
    print(f"{'command':<26}{'CPU median':>12}{'of import click':>18}   ({runs} runs)")
    for name, median in medians.items():
        print(f"{name:<26}{median * 1000:>9.0f} ms{median / base:>17.2f}x")


if __name__ == "__main__":
    main()
