"""Where a configuration is planned, judged and applied, in this order, and then looked at."""

import contextlib
import json
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from tests.apply.aws import Aws
from tests.apply.compare import Row, compare
from tests.apply.followed import follow
from tests.apply.held import Held
from tests.apply.world import POLICY, golden_images, served
from tests.command import assay, talking_to
from tests.emulator import World, serve
from tests.terraform.binary import Terraform
from tests.worlds import REGION, WORKLOAD

MODES: Mapping[str, str] = {"plan": "{name}.json", "saved": "{name}.tfplan"}
"""What `assay check` is given, beside the folder of the configuration, by the name of the way."""
AS_OF = "2026-11-21T00:00:00Z"
VARIABLES = "terraform.tfvars.json"


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of one apply."""

    rows: Mapping[str, list[Row]]
    """By the way of checking, what was said against what is."""
    failed: str | None
    """What Terraform told where it could not apply all; the rows are about the rest."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Both emulators with the same world in them, and Terraform that works in one."""

    terraform: Terraform
    aws: Aws
    environment: Mapping[str, str]
    """What `assay check` asks the other with."""
    world: World
    """What the other holds."""

    def apply(self, name: str, variables: Mapping[str, Any]) -> Applied:
        """Plan the configuration of a folder, judge the plan in each way, apply it, and compare."""
        folder = self.terraform.folder
        (folder / name / VARIABLES).write_text(json.dumps(variables))
        plan = self.terraform.plan(name, {})
        (folder / f"{name}.json").write_bytes(plan)
        reports = {mode: self._checked(name, path) for mode, path in MODES.items()}
        before = {id for _, id in self.world.images}
        failed = self.terraform.apply(name)
        state = json.loads(self.terraform.state(name))
        held = Held.by(self.aws, json.loads(plan), state, before)
        golden = golden_images(self.world)
        rows = {mode: compare(report, held, golden) for mode, report in reports.items()}
        return Applied(rows, failed)

    def follow(self) -> None:
        """Have what apply did in the other emulator, too, before something is applied again."""
        follow(self.world, self.aws)

    def _checked(self, name: str, path: str) -> Mapping[str, Any]:
        folder = self.terraform.folder
        policy = folder / "policy.yaml"
        policy.write_text(POLICY)
        options = ("--policy", policy, "--format", "json", "--as-of", AS_OF)
        plan = folder / path.format(name=name)
        run = assay("check", plan, *options, cwd=folder / name, env=self.environment)
        assert run.code in (0, 1, 3), f"{path}: {run.stderr}"
        return run.report


@contextlib.contextmanager
def ground(terraform: Terraform, world: World) -> Iterator[Ground]:
    """Both emulators, for the length of a `with` block."""
    with (
        served(world) as aws,
        serve(world) as emulator,
        tempfile.TemporaryDirectory() as cache,
    ):
        there = {
            **talking_to(aws.url, WORKLOAD),
            "AWS_REGION": REGION,
            "AWS_MAX_ATTEMPTS": "1",  # what moto does not have, it will not have a minute later
        }
        applying = replace(terraform, environment={**terraform.environment, **there})
        asking = {
            **terraform.environment,
            **talking_to(emulator.url, WORKLOAD),
            "ASSAY_CACHE_DIR": cache,
        }
        yield Ground(applying, aws, asking, world)
