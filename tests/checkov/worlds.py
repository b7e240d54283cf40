"""Cases of fixtures/ as checkov's checks are asked about them."""

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

from tests import command
from tests.checkov.running import ASSAY


def asked(case: Path) -> dict[str, str]:
    """The environment in which the checks run assay on a case, without AWS."""
    policy = case / "policy.yaml"
    return {
        **os.environ,
        "ASSAY_BIN": str(ASSAY),
        "ASSAY_CATALOG": str(case / "catalog.json"),
        "ASSAY_POLICY": str(policy if policy.exists() else case.parent / "policy.yaml"),
    }


def report(case: Path, *options: str) -> dict[str, Any]:
    """assay's report on a case."""
    environment = {k: v for k, v in asked(case).items() if k.startswith("ASSAY_")}
    plan = case / "plan.json"
    return command.assay(
        "check", plan, "--format", "json", *options, cwd=case, env=environment
    ).report


def of(case: Path, *options: str) -> list[dict[str, Any]]:
    """assay's verdicts on a case."""
    verdicts: list[dict[str, Any]] = report(case, *options)["verdicts"]
    return verdicts


def merged(cases: list[Path]) -> tuple[dict[str, Any], dict[str, dict[str, set[str]]]]:
    """One report on several cases, and the outcomes by case and address.

    As if assay had been given all plans at once; each has a catalogue of its own.
    """
    reports = [report(case) for case in cases]
    aside: Counter[str] = Counter()
    whole = {**reports[0], "inputs": [], "verdicts": [], "summary": {"not_judged": aside}}
    for each in reports:
        whole["inputs"] += each["inputs"]
        whole["verdicts"] += each["verdicts"]
        aside.update(each["summary"]["not_judged"])
    return settled(whole), {
        case.name: {
            verdict["address"]: {
                other["outcome"]
                for other in each["verdicts"]
                if other["address"] == verdict["address"]
            }
            for verdict in each["verdicts"]
        }
        for case, each in zip(cases, reports, strict=True)
    }


def settled(whole: dict[str, Any]) -> dict[str, Any]:
    """The report with the counts and the outcome that its verdicts add up to."""
    outcomes = [verdict["outcome"] for verdict in whole["verdicts"]]
    counted = {each: outcomes.count(each) for each in ("pass", "fail", "undetermined")}
    ranked = [each for each in ("fail", "undetermined") if counted[each]]
    return {
        **whole,
        "outcome": ranked[0] if ranked else "pass",
        "summary": {**whole["summary"], "references": len(outcomes), **counted},
    }


def dumped(whole: dict[str, Any]) -> bytes:
    return json.dumps(whole).encode()
