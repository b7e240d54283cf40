"""What an inventory keeps of recipes, fleets and usage reports, and of a list that it could not read."""

from pathlib import Path

from tests.fleet.test_inventory import TEAM, Take, stored
from tests.fleet.test_inventory import _faults as _faults  # noqa: PLC0414
from tests.fleet.test_inventory import _take as _take  # noqa: PLC0414
from tests.fleet.test_inventory import _world as _world  # noqa: PLC0414
from tests.worlds import PIPELINE, REGION, STRANGER, WORKLOAD, GoldenWorld

KINDS = {
    *("used_images", "templates", "groups", "launch_configurations", "image_parameters"),
    *("image_recipes", "container_recipes", "fleets", "spot_fleets"),
    *("image_usages", "own_images", "shared_images"),
}


def test_recipes_fleets_and_reports_are_uses(
    world: GoldenWorld, take: Take, tmp_path: Path
) -> None:
    image = world.home_made()
    by_id = world.world.add_recipe(WORKLOAD, REGION, "web", image)
    by_name = world.world.add_recipe(WORKLOAD, REGION, "api", "ssm:/golden/web")
    box = world.world.add_recipe(WORKLOAD, REGION, "box", image, "container")
    report = world.world.add_usage_report(
        WORKLOAD, REGION, image, (STRANGER, "ec2:Instance", 2), (PIPELINE, "ec2:Instance", 0)
    )
    template = {"LaunchTemplateId": "lt-0123456789abcdef0", "Version": "3"}
    fleet = world.world.add_fleet(WORKLOAD, REGION, {"LaunchTemplateSpecification": template})
    spot = world.world.add_spot_fleet(TEAM, REGION, LaunchSpecifications=[{"ImageId": image}])
    assert take("--format", "json").code == 0
    found = {
        (row["type"], row["id"], row["name"], row["image_id"], row["via"])
        for row in stored(tmp_path, "uses")
        if row["type"] in ("recipe", "ec2-fleet", "spot-fleet", "usage-report")
    }
    assert found == {
        ("recipe", by_id.arn, "web", image, None),
        ("recipe", by_name.arn, "api", None, "ssm:/golden/web"),
        ("recipe", box.arn, "box", image, None),
        ("ec2-fleet", fleet, None, None, "template lt-0123456789abcdef0, version 3"),
        ("spot-fleet", spot, None, image, None),
        ("usage-report", report, STRANGER, image, f"2 x ec2:Instance in {STRANGER}"),
    }
    assert all(set(row["whole"]) == KINDS for row in stored(tmp_path, "places"))


def test_only_who_owns_images_is_asked_for_reports(world: GoldenWorld, take: Take) -> None:
    world.home_made()
    calls = take("--format", "json").report["catalog"]["api_calls"]
    assert calls["ec2:DescribeImageUsageReports"] == 2  # of six places: two have images
    assert calls["imagebuilder:ListImageRecipes"] == 6


def test_a_kind_that_is_denied_cuts_its_place_short_and_names_the_cure(
    world: GoldenWorld, take: Take, tmp_path: Path
) -> None:
    world.world.deny(WORKLOAD, "ListImageRecipes")
    run = take()
    assert run.code == 3
    assert f"not seen: {WORKLOAD}/{REGION}: cut-short: imagebuilder:ListImageRecipes" in run.stdout
    assert "assay iam-policy --fleet prints what a reader needs" in run.stdout
    for row in stored(tmp_path, "places"):
        lacking = {"image_recipes"} if str(row["account"]) == WORKLOAD else set()
        assert set(row["whole"]) == KINDS - lacking
    assert len(stored(tmp_path, "images")) == 2  # of golden: nothing else was lost
