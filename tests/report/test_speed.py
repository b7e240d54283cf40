"""No format takes long over five thousand verdicts; `benchmarks/reports.py` tells how long."""

import time

import pytest

from assay.run.formats import FORMATS, render
from tests.report import samples

MOST = 3
"""Times the JSON report of the same verdicts, measured beside it: seconds are another machine's."""


def cpu(name: str) -> float:
    start = time.process_time()
    render(samples.many(), name, samples.PLAIN)
    return time.process_time() - start


@pytest.mark.parametrize("name", sorted(set(FORMATS) - {"json"}))
def test_it_takes_no_longer_than_some_json(name: str) -> None:
    cpu(name)
    taken, json = [], []
    for _ in range(3):  # what something else on the machine disturbs is measured again
        taken.append(cpu(name))
        json.append(cpu("json"))
        if min(taken) < MOST * min(json):
            return
    pytest.fail(f"{name}: {taken} beside {json}")
