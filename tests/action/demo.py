"""The demo as inputs of the action, and plans of one image."""

import json
import os
from pathlib import Path
from typing import Any

from tests.action.runner import PROGRAMS, ROOT, Job, Runner
from tests.plans import dump, instance, plan
from tests.saved import archive, members

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


def with_saved_plan(runner: Runner, terraform: str) -> dict[str, str]:
    """The demo's plan as Terraform saves it; the variables with which that script is Terraform."""
    code = (ROOT / "fixtures" / "demo" / "main.tf").read_bytes()
    saved = archive(members(**{"tfconfig/m-/main.tf": code}))
    (runner.workspace / "tfplan").write_bytes(saved)
    folder = runner.workspace / "bin"
    folder.mkdir()
    (folder / "terraform").write_text(terraform)
    (folder / "terraform").chmod(0o755)
    return {"PATH": os.pathsep.join((str(folder), str(PROGRAMS), os.environ["PATH"]))}


def report(job: Job) -> dict[str, Any]:
    """The JSON report that the action points to."""
    loaded: dict[str, Any] = json.loads(Path(job.outputs["json-file"]).read_text())
    return loaded
