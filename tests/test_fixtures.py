"""Every directory of fixtures/ comes to what its expected.json says.

`arguments` there are more of `assay check`, `hidden` is what no report may show. A verdict's
`rules` are those of error severity that do not pass; `attribute`, `warnings`, `value` and the kinds
of `not_judged` are compared where they are given.
"""

import json
from pathlib import Path
from typing import Any

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
    run = check(case, *expected.get("arguments", ()), "--format", "json")
    assert not run.stderr
    found = sorted(map(summary, run.report["verdicts"]), key=place)
    assert len(found) == len(set(map(place, found))), "one attribute of one address, two verdicts"
    wanted = sorted(expected["verdicts"], key=place)
    assert [verdict["address"] for verdict in found] == [verdict["address"] for verdict in wanted]
    assert [
        {key: verdict[key] for key in compared}
        for verdict, compared in zip(found, wanted, strict=True)
    ] == wanted
    not_judged = run.report["summary"]["not_judged"]
    counted = expected.get("not_judged", {})
    assert {kind: not_judged.get(kind, 0) for kind in counted} == counted
    assert run.report["outcome"] == expected["outcome"]
    assert run.code == EXIT_CODES[expected["outcome"]]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_nothing_hidden_is_shown(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text())
    for form in ("json", "text") if "hidden" in expected else ():
        run = check(case, *expected.get("arguments", ()), "--format", form)
        assert run.stdout
        assert not [text for text in expected["hidden"] if text in run.stdout + run.stderr]


def check(case: Path, *arguments: str) -> command.Run:
    return command.assay(
        "check", "plan.json", "--catalog", "catalog.json", "--policy", "policy.yaml",
        "--as-of", "2026-11-21", *arguments, cwd=case,
    )  # fmt: skip


def summary(verdict: dict[str, Any]) -> dict[str, Any]:
    """A verdict as expected.json puts it."""
    failing = [result for result in verdict["results"] if result["outcome"] != "pass"]
    return {
        "address": verdict["address"],
        "attribute": verdict["attribute"],
        "outcome": verdict["outcome"],
        "value": verdict["value"],
        "rules": [result["rule"] for result in failing if result["severity"] == "error"],
        "warnings": [result["rule"] for result in failing if result["severity"] == "warning"],
    }


def place(verdict: dict[str, Any]) -> tuple[str, str]:
    return verdict["address"], verdict.get("attribute", "")
