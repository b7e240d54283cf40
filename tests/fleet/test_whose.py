"""Whose accounts and which Regions: an organisation, what is on for each account, and what uses images."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests import command
from tests.command import Run, talking_to
from tests.emulator import serve
from tests.fleet.test_inventory import DUBLIN, POLICY, TEAM, states, stored
from tests.worlds import PIPELINE, REGION, WORKLOAD, GoldenWorld

MANAGEMENT = "555555555555"
GONE = "666666666666"
Take = Callable[..., Run]


@pytest.fixture(name="world")
def _world() -> GoldenWorld:
    world = GoldenWorld()
    organization = world.world.organize(MANAGEMENT)
    organization.units = {"ou-prod": "r-root", "ou-deep": "ou-prod", "ou-sandbox": "r-root"}
    world.world.join(PIPELINE, parent="ou-prod")
    world.world.join(WORKLOAD, parent="ou-deep")
    world.world.join(TEAM, parent="ou-sandbox")
    world.world.join(GONE, parent="ou-prod", state="SUSPENDED")
    return world


@pytest.fixture(name="take")
def _take(world: GoldenWorld, tmp_path: Path) -> Take:
    (tmp_path / "assay.yaml").write_text(POLICY)

    def take(*options: str) -> Run:
        with serve(world.world) as server:
            environment = talking_to(server.url, MANAGEMENT)
            environment["ASSAY_CACHE_DIR"] = str(tmp_path / "cache")
            arguments = ("inventory", "--format", "json", *options)
            return command.assay(*arguments, cwd=tmp_path, env=environment)

    return take


def seen(run: Run) -> dict[str, str]:
    """By account."""
    return {account: state for (account, _), state in states(run).items()}


def test_all_accounts_of_an_organisation_are_wanted(take: Take) -> None:
    """One that is suspended is no gap in what was allowed, and is named as such."""
    run = take("--organization", "--region", REGION)
    assert run.code == 3, run.stderr
    assert seen(run) == {
        MANAGEMENT: "seen",
        PIPELINE: "seen",
        WORKLOAD: "seen",
        TEAM: "seen",
        GONE: "suspended",
    }
    [reason] = [each["reason"] for each in run.report["places"] if each["account"] == GONE]
    assert reason == "the account is SUSPENDED"


def test_a_unit_means_all_units_below_it_and_what_is_left_out_is_left_out(take: Take) -> None:
    run = take("--ou", "ou-prod", "--exclude", GONE, "--region", REGION)
    assert (run.code, set(seen(run))) == (0, {PIPELINE, WORKLOAD})
    run = take("--ou", "ou-prod", "--exclude", GONE, "--exclude", "ou-deep", "--region", REGION)
    assert set(seen(run)) == {PIPELINE}
    run = take("--organization", "--exclude", "ou-prod", "--region", REGION)
    assert set(seen(run)) == {MANAGEMENT, TEAM}


def test_without_a_region_all_that_are_on_are_wanted(world: GoldenWorld, take: Take) -> None:
    world.world.region_states = {(WORKLOAD, DUBLIN): "ENABLING"}
    run = take("--ou", "ou-none", "--region", REGION)
    assert (run.code, run.stdout) == (2, "")
    assert "the accounts of ou-none could not be listed: " in run.stderr
    assert run.stderr.endswith("; check the id of the organizational unit\n")
    run = take("--ou", "ou-deep")
    assert run.code == 3
    found = {region: state for (_, region), state in states(run).items()}
    assert found[DUBLIN] == "opted-out"
    assert found[REGION] == "seen"
    assert list(found.values()).count("opted-out") == 1


def test_whoever_may_not_ask_for_the_accounts_has_no_inventory(
    world: GoldenWorld, take: Take
) -> None:
    world.world.organize(PIPELINE)
    run = take("--organization", "--region", REGION)
    assert run.code == 2
    assert (
        "the accounts of the organisation could not be listed: organizations:ListAccounts"
        in run.stderr
    )


def test_accounts_are_named_in_one_way(take: Take, tmp_path: Path) -> None:
    (tmp_path / "accounts").write_text(WORKLOAD)
    run = take("--organization", "--accounts", "accounts", "--region", REGION)
    assert run.code == 2
    assert "use either --accounts or --organization" in run.stderr


def test_what_uses_images_is_stored_with_the_way_to_them(
    world: GoldenWorld, take: Take, tmp_path: Path
) -> None:
    image = world.copy()
    instance = world.world.run_instance(WORKLOAD, REGION, image)
    world.world.add_launch_configuration(WORKLOAD, REGION, "old", image)
    world.world.add_group(WORKLOAD, REGION, "web", LaunchConfigurationName="old")
    run = take("--ou", "ou-deep", "--region", REGION)
    assert run.code == 0, run.stderr
    uses = {(row["type"], row["image_id"], row["via"]): row for row in stored(tmp_path, "uses")}
    assert set(uses) == {
        ("instance", image, None),
        ("launch-configuration", image, None),
        ("group", None, "launch configuration old"),
    }
    assert uses["instance", image, None]["id"] == instance
    assert [place["uses"] for place in run.report["places"]] == [3]
