"""Every directory of fixtures/ comes to what its expected.json says.

`assay policy test` compares the verdicts. Here each case is checked by `assay check`, too, for what
a user sees of it: the exit code, the streams, and nothing of what its hidden.json lists.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fixtures.cases import CASES as ARRANGED
from tests import command

ROOT = Path(__file__).resolve().parent.parent
FIXTURES = ROOT / "fixtures"
CASES = sorted(path.parent for path in FIXTURES.glob("*/expected.json"))
HIDING = [case for case in CASES if (case / "hidden.json").exists()]
EXIT_CODES = {"pass": 0, "fail": 1, "undetermined": 3}
TOLD_BY_NAME = re.compile(r"\.(pass|fail|undetermined)_[a-z0-9_]+(?:\[[^\]]*\])?$")
ATTACKS = {
    "changed-derivative",
    "detached-mark",
    "extra-marks",
    "insider-marks-a-copy",
    "moving-references",
    "refreshed-mark",
    "registered-from-golden-snapshots",
    "root-volume-swap",
    "same-name-other-account",
}


def test_there_are_cases() -> None:
    assert CASES
    assert HIDING
    folders = {path for path in FIXTURES.iterdir() if path.is_dir() and path.name[0] != "_"}
    assert folders == set(CASES) == {FIXTURES / name for name in ARRANGED}


def test_every_case_comes_to_what_is_expected_of_it() -> None:
    run = command.assay("policy", "test", "fixtures", cwd=ROOT)
    lines = [f"ok  fixtures/{case.name}" for case in CASES]
    assert run.stdout.splitlines() == [*lines, f"{len(CASES)} cases, 0 failed"]
    assert (run.code, run.stderr) == (0, "")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_check_ends_as_expected(case: Path) -> None:
    wanted = expected(case)["outcome"]
    run = check(case, "--format", "json")
    assert not run.stderr
    assert (run.code, run.report["outcome"]) == (EXIT_CODES[wanted], wanted)
    places = Counter((each["address"], each["attribute"]) for each in run.report["verdicts"])
    assert not [place for place, count in places.items() if count > 1]


def test_what_a_name_foretells_is_what_is_expected() -> None:
    told = list(foretold())
    assert len(told) > 200
    assert not [place for place, foretelling, wanted in told if foretelling != wanted]


@pytest.mark.parametrize("case", HIDING, ids=lambda case: case.name)
@pytest.mark.parametrize("form", ["json", "text"])
def test_nothing_hidden_is_shown(case: Path, form: str) -> None:
    hidden = json.loads((case / "hidden.json").read_text())
    run = check(case, "--format", form)
    assert hidden
    assert run.stdout
    assert not [text for text in hidden if text in run.stdout + run.stderr]


def test_every_attack_is_a_case_that_says_what_it_shows() -> None:
    attacks = {case.name.removeprefix("attack-"): case for case in CASES if "attack" in case.name}
    assert set(attacks) == ATTACKS
    for case in attacks.values():
        assert len(expected(case)["about"]) > 80
        assert any(verdict["outcome"] == "fail" for verdict in expected(case)["verdicts"])
        assert any(verdict["outcome"] == "pass" for verdict in expected(case)["verdicts"])


def expected(case: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((case / "expected.json").read_text())
    return loaded


def foretold() -> Iterator[tuple[str, str, str]]:
    """References whose name begins with an outcome, that outcome, and the one expected of them."""
    for case in CASES:
        for verdict in expected(case)["verdicts"]:
            found = TOLD_BY_NAME.search(verdict["address"])
            if found and "attribute" not in verdict:
                yield f"{case.name} {verdict['address']}", found[1], verdict["outcome"]


def check(case: Path, *arguments: str) -> command.Run:
    more = ["--include-unchanged"] if expected(case).get("include_unchanged") else []
    return command.assay(
        "check", "plan.json", "--catalog", "catalog.json", "--policy", "policy.yaml",
        "--as-of", "2026-11-21", *more, *arguments, cwd=case,
    )  # fmt: skip
