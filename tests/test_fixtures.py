"""Every directory of fixtures/ comes to what its expected.json says."""

import json
from pathlib import Path

import pytest

from tests import command

FIXTURES = Path(__file__).resolve().parent.parent / "fixtures"
CASES = sorted(path.parent for path in FIXTURES.glob("*/expected.json"))
EXIT_CODES = {"pass": 0, "fail": 1, "undetermined": 3}


def test_there_are_cases() -> None:
    assert CASES
    assert {path for path in FIXTURES.iterdir() if path.is_dir() and path.name[0] != "_"} == set(
        CASES
    )


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_case(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text())
    run = command.assay(
        "check", "plan.json", "--catalog", "catalog.json", "--policy", "policy.yaml",
        "--as-of", "2026-11-21", "--format", "json", cwd=case,
    )  # fmt: skip
    report = run.report
    found = [
        {
            "address": verdict["address"],
            "outcome": verdict["outcome"],
            "rules": [
                result["rule"]
                for result in verdict["results"]
                if result["outcome"] != "pass" and result["severity"] == "error"
            ],
        }
        for verdict in report["verdicts"]
    ]
    assert found == expected["verdicts"]
    assert report["outcome"] == expected["outcome"]
    assert run.code == EXIT_CODES[expected["outcome"]]
