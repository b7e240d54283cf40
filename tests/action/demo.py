"""The demo as inputs of the action, and plans of one image."""

import json
from pathlib import Path
from typing import Any

from tests.action.runner import Job, Runner
from tests.plans import dump, instance, plan

DEMO = {
    "plan": "plan.json",
    "policy": "policy.yaml",
    "catalog": "catalog.json",
    "version": "installed",
}
GOLDEN, HOME_MADE, UNHEARD_OF = (
    "ami-0ad4b625b0bbd4147",
    "ami-0abf27d91986ff14c",
    "ami-0ffffffffffffffff",
)


def with_plan(runner: Runner, ami: str, path: str = "plan.json", key: str = "") -> None:
    """A plan that launches one image."""
    target = runner.workspace / path
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(dump(plan(instance(f"aws_instance.web{key}", ami))))


def report(job: Job) -> dict[str, Any]:
    """The JSON report that the action points to."""
    loaded: dict[str, Any] = json.loads(Path(job.outputs["json-file"]).read_text())
    return loaded
