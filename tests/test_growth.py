"""What it takes to judge a plan grows with the plan, and no faster: counted, since counts do not waver.

What is counted are the lines of assay that run, a line of a loop each time. What one line leaves to C
(a copy, a search in a list) counts once, however long it takes: `benchmarks/plan.py growth` has the time.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import pytest

import assay
from tests.inputs import growing
from tests.policy.builders import document

ROOT = str(Path(assay.__file__).parent)
SMALL, LARGE = 60, 240
"""Both larger than `IMAGES`, and than the number of images up to which lineages are told in full."""
MOST = 4.2
"""Of four times the size. More would let pass a line for each pair: there are so few of these yet."""


def lines(run: Callable[[], object]) -> int:
    """How many lines of assay run."""
    found = 0
    ours: dict[CodeType, bool] = {}

    def line(_: FrameType, event: str, __: Any) -> Any:
        nonlocal found
        found += event == "line"
        return line

    def call(frame: FrameType, _: str, __: Any) -> Any:
        code = frame.f_code
        if code not in ours:
            ours[code] = code.co_filename.startswith(ROOT)
        return line if ours[code] else None

    before = sys.gettrace()
    sys.settrace(call)
    try:
        run()
    finally:
        sys.settrace(before)
    return found


@pytest.mark.parametrize("shape", growing.SHAPES)
def test_four_times_the_plan_takes_four_times_the_work(shape: str) -> None:
    small, large = (growing.SHAPES[shape](size).check() for size in (SMALL, LARGE))
    small()  # imports what is needed, and fills what is kept for the whole process
    taken, more = lines(small), lines(large)
    assert taken > SMALL
    assert more <= MOST * taken, f"{taken} lines, then {more}"


@pytest.mark.parametrize(
    ("shape", "passing"),
    [
        ("exceptions", 0.5),
        ("scopes", 0.5),
        ("scopes_of_open_places", 1),
        ("revoked_images", 1),
        ("registered_builds", 1),
    ],
)
def test_such_policies_are_about_these_references(shape: str, passing: float) -> None:
    """Else they would not be looked at, and nothing counted."""
    report = json.loads(growing.SHAPES[shape](SMALL).check()())
    outcomes = [each["outcome"] for each in report["verdicts"]]
    assert len(outcomes) == SMALL
    assert outcomes.count("pass") == passing * SMALL
    assert [each["used"] for each in report["exceptions"]] in ([], [1] * (SMALL // 2))


def test_loops_that_stand_in_one_line_are_counted() -> None:
    """Without that, the tests above would pass whatever happens in one."""

    def looping(number: int) -> int:
        scopes = [
            {"name": f"{n}", "match": {"address": f"*.{n}"}, "rules": {"too-old": "off"}}
            for n in range(number)
        ]
        by = document(scopes=scopes)
        return lines(lambda: by.matches_tags)  # a list and a generator, each in one line

    assert looping(110) - looping(10) >= 200
