"""How long does a report take? CPU time of `render` alone, each format on 5,000 verdicts.

    python benchmarks/reports.py [runs]

Prints milliseconds, minimum and median of several runs, and the minimum's ratio to the JSON report.
"""

import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from assay.run.formats import FORMATS, render
from tests.report import samples


def cpu(name: str) -> float:
    """CPU milliseconds of one report."""
    report = samples.many()
    start = time.process_time()
    render(report, name, samples.PLAIN)
    return (time.process_time() - start) * 1000


def main(runs: int) -> None:
    for name in FORMATS:
        render(samples.empty(), name, samples.PLAIN)  # so that imports are not measured
    times = {name: [cpu(name) for _ in range(runs)] for name in FORMATS}
    base = min(times["json"])
    print(f"{len(samples.many().verdicts)} verdicts; CPU ms, minimum and median of {runs}; x json")
    for name, taken in times.items():
        shortest = min(taken)
        print(f"{name:20} {shortest:5.0f} {statistics.median(taken):5.0f}  {shortest / base:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
