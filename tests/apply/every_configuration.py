"""What assay says before apply is what apply does: every configuration that can be applied here.

`make apply-oracle` runs this; it takes many minutes, most of which is waiting.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from fixtures.cases import CASES
from fixtures.states import written
from fixtures.worlds import GoldenWorld
from tests.apply.compare import Kind, table
from tests.apply.conftest import CONFIGURATIONS, Prepare
from tests.apply.generated import generated
from tests.apply.ground import Applied, ground
from tests.apply.left_out import FIXTURES, KNOWN, SHARED
from tests.apply.test_apply import addresses
from tests.apply.world import ApplyWorld
from tests.cases.world import CasesWorld
from tests.emulator import World

pytestmark = pytest.mark.terraform

Record = Callable[[str, object], None]
SEEDS, AT_ONCE = 60, 10
"""How many configurations are grown, and how many of them share an apply."""
ROOT = Path(__file__).resolve().parents[2]
CASES_BESIDE = ROOT.parent / "shared" / "cases"
NO_ACCOUNT = re.compile(r"\n *skip_requesting_account_id *= true")
"""What keeps the provider from telling in which account a thing is."""


def agrees(name: str, applied: Applied, record: Record, *, whole: bool = True) -> None:
    """Nothing differs, and with the code nothing is unresolved that is known."""
    for mode, rows in applied.rows.items():
        record("applied", f"{name}, {mode}: {table(rows)}")
    if whole:
        assert applied.failed is None
    for rows in applied.rows.values():
        assert [str(row) for row in rows if row.kind is Kind.DIFFERS] == []
        assert rows or applied.failed
    untold = addresses(applied.rows["saved"], Kind.UNRESOLVED, Kind.FUNCTION, Kind.ANOTHER)
    assert {each for each in untold if ".undetermined_" not in each} == KNOWN.get(name, set())


def test_a_second_apply(prepare: Prepare, record_property: Record) -> None:
    """Templates get versions, parameters values, and groups what they follow."""
    world = ApplyWorld()
    with ground(prepare(CONFIGURATIONS), world) as here:
        assert here.apply("configurations", world.names).failed is None
        here.follow()
        applied = here.apply("configurations", {**world.names, "stage": 2})
    agrees("second apply", applied, record_property)


@pytest.mark.parametrize("first", range(0, SEEDS, AT_ONCE))
def test_generated(prepare: Prepare, record_property: Record, first: int) -> None:
    seeds = range(first, first + AT_ONCE)
    files = {f"generated_{seed}.tf": generated(seed) for seed in seeds}
    here_only = [
        path.name
        for path in CONFIGURATIONS.glob("*.tf")
        if path.name not in ("main.tf", "providers.tf")
    ]
    world = ApplyWorld()
    with ground(prepare(CONFIGURATIONS, files, without=here_only), world) as here:
        applied = here.apply("configurations", world.names)
    agrees(f"seeds {first} to {first + AT_ONCE - 1}", applied, record_property)


@pytest.mark.parametrize("name", sorted(set(CASES) - set(FIXTURES)))
def test_fixtures(prepare: Prepare, record_property: Record, name: str) -> None:
    world = GoldenWorld()
    setting = CASES[name](world)
    files = {"terraform.tfstate": written(setting.state)} if setting.state else {}
    applied = _applied(
        prepare, ROOT / "fixtures" / name, world, files, setting.variables, setting.arguments
    )
    agrees(name, applied, record_property, whole=False)


@pytest.mark.skipif(
    not CASES_BESIDE.is_dir(), reason="NOT TESTED: the shared cases are not here (../shared/cases)"
)
@pytest.mark.parametrize("name", SHARED)
def test_shared_cases(prepare: Prepare, record_property: Record, name: str) -> None:
    applied = _applied(prepare, CASES_BESIDE / name, CasesWorld(), {}, {}, "")
    agrees(name, applied, record_property, whole=False)


def _applied(
    prepare: Prepare,
    source: Path,
    world: World,
    files: Mapping[str, str],
    variables: Mapping[str, Any],
    arguments: str,
) -> Applied:
    """One configuration in a world of its own; moto may not have all that it makes."""
    texts = {path.name: NO_ACCOUNT.sub("", path.read_text()) for path in source.glob("*.tf")}
    terraform = prepare(source, {**texts, **files})
    environment = {**terraform.environment, "TF_CLI_ARGS_plan": arguments}
    with ground(replace(terraform, environment=environment), world) as here:
        return here.apply(source.name, variables)
