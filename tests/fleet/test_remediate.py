"""`assay remediate`: what stops it from saying that an image is safe to deregister, and that nothing else does."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import pytest
from jsonschema import Draft7Validator, FormatChecker

from tests import command
from tests.command import Run, talking_to
from tests.emulator import Fault, Request, Server, serve
from tests.fleet.test_inventory import BOTH, CI, DUBLIN, POLICY, TEAM
from tests.worlds import PIPELINE, REGION, STRANGER, WORKLOAD, GoldenWorld

ORGANIZATION = f"arn:aws:organizations::{STRANGER}:organization/o-1234567890"
READS = ("Describe", "Get", "List", "AssumeRole")
Image = dict[str, Any]


class Fleet:
    """Three accounts in two Regions, whose inventory can be taken, and a plan be made of it."""

    def __init__(self, world: GoldenWorld, server: Server, folder: Path) -> None:
        self.world = world
        self.server = server
        self.folder = folder
        (folder / "assay.yaml").write_text(POLICY)
        self.accounts(PIPELINE, WORKLOAD, TEAM)

    def accounts(self, *ids: str) -> None:
        (self.folder / "accounts").write_text("\n".join(ids))

    def run(self, *arguments: str) -> Run:
        cache = {"ASSAY_CACHE_DIR": str(self.folder / "cache")}
        environment = {**talking_to(self.server.url, CI), **cache}
        return command.assay(*arguments, cwd=self.folder, env=environment)

    def inventory(self, night: str | None = None) -> Run:
        as_of = ("--as-of", night) if night else ()
        return self.run("inventory", *BOTH, "--accounts", "accounts", *as_of)

    def remediate(self, *options: str) -> Run:
        return self.run("remediate", *options)

    def plan_of_night(self, *options: str) -> Run:
        """By a night that was just taken, and nothing else."""
        taken = self.run("inventory", *BOTH, "--accounts", "accounts", *options)
        assert taken.code == (3 if "not seen: whom" in taken.stdout else 0), taken.stderr
        before = len(self.server.requests)
        run = self.remediate("--format", "json")
        assert len(self.server.requests) == before
        return run

    def plan(self, *options: str, night: str | None = None) -> dict[str, Image]:
        """Taken after an inventory: each image by its id."""
        taken = self.inventory(night)
        assert taken.code in (0, 3), taken.stderr
        return by_image(self.remediate("--live", "--format", "json", *options))


def by_image(run: Run) -> dict[str, Image]:
    assert run.code in (0, 3), run.stderr
    return {each["image_id"]: each for each in run.report["images"]}


@pytest.fixture(name="fleet")
def _fleet(tmp_path: Path) -> Iterator[Fleet]:
    world = GoldenWorld()
    with serve(world.world) as server:
        yield Fleet(world, server, tmp_path)


# ------------------------------------------------------------------------------- what stops it


def stopped_instance(fleet: Fleet, image: str) -> None:
    world = fleet.world.world
    world.instances[world.run_instance(WORKLOAD, REGION, image)].state = "stopped"


def version_37_of_40_that_a_group_pins(fleet: Fleet, image: str) -> None:
    world, golden = fleet.world.world, fleet.world.golden
    template = world.create_launch_template(WORKLOAD, REGION, "web", golden)
    for number in range(2, 41):
        world.create_launch_template_version(template, image if number == 37 else golden)
    pinned = {"LaunchTemplateId": template, "Version": "37"}
    world.add_group(WORKLOAD, REGION, "web", LaunchTemplate=pinned)


def launch_configuration(fleet: Fleet, image: str) -> None:
    fleet.world.world.add_launch_configuration(WORKLOAD, REGION, "web-2019", image)


def mixed_instances_override(fleet: Fleet, image: str) -> None:
    world = fleet.world.world
    template = world.create_launch_template(WORKLOAD, REGION, "mixed", fleet.world.golden)
    mixed = {
        "LaunchTemplate": {
            "LaunchTemplateSpecification": {"LaunchTemplateId": template, "Version": "1"},
            "Overrides": [{"InstanceType": "m6g.large", "ImageId": image}],
        }
    }
    world.add_group(WORKLOAD, REGION, "mixed", MixedInstancesPolicy=mixed)


def resolve_ssm(fleet: Fleet, image: str) -> None:
    """Through a parameter of the type `text`, which no list of parameters tells."""
    fleet.world.world.put_parameter(WORKLOAD, REGION, "/web", image)
    fleet.world.world.create_launch_template(WORKLOAD, REGION, "alias", "resolve:ssm:/web")


def ssm_parameter(fleet: Fleet, image: str) -> None:
    fleet.world.world.put_parameter(WORKLOAD, REGION, "/golden/web", image, "aws:ec2:image")


def image_builder_recipe(fleet: Fleet, image: str) -> None:
    fleet.world.world.add_recipe(WORKLOAD, REGION, "web", image)


def template_of_another_account(fleet: Fleet, image: str) -> None:
    fleet.world.world.share(image, REGION, TEAM)
    fleet.world.world.create_launch_template(TEAM, REGION, "theirs", image)


def share_with_an_organization(fleet: Fleet, image: str) -> None:
    fleet.world.world.share_with_organization(image, REGION, ORGANIZATION)


def usage_report(fleet: Fleet, image: str) -> None:
    fleet.world.world.add_usage_report(WORKLOAD, REGION, image, (STRANGER, "ec2:Instance", 3))


def snapshot_of_two_images(fleet: Fleet, image: str) -> None:
    other = fleet.world.home_made()
    for each in (image, other):
        with_snapshot(fleet, each, "snap-00000000000000001")
    stopped_instance(fleet, other)


def deregistration_protection(fleet: Fleet, image: str) -> None:
    record = fleet.world.world.image(REGION, image)
    record.overlay = {"DeregistrationProtection": "enabled-without-cooldown"}


def with_snapshot(fleet: Fleet, image: str, snapshot: str) -> None:
    mapping = {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": snapshot, "VolumeSize": 8}}
    fleet.world.world.image(REGION, image).overlay = {"BlockDeviceMappings": [mapping]}


PLANTED: dict[Callable[[Fleet, str], None], tuple[str, str]] = {
    stopped_instance: ("in-use", "stopped"),
    version_37_of_40_that_a_group_pins: ("replace-first", "version 37"),
    launch_configuration: ("replace-first", "web-2019"),
    mixed_instances_override: ("replace-first", "autoScalingGroupName/mixed"),
    resolve_ssm: ("replace-first", "resolve:ssm:/web"),
    ssm_parameter: ("replace-first", "/golden/web"),
    image_builder_recipe: ("replace-first", "image-recipe/web"),
    template_of_another_account: ("replace-first", TEAM),
    share_with_an_organization: ("cannot-say", ORGANIZATION),
    usage_report: ("in-use", STRANGER),
    snapshot_of_two_images: ("cannot-say", "snap-00000000000000001"),
    deregistration_protection: ("cannot-say", "enabled-without-cooldown"),
}
"""What is planted, and what is said of the image then, and by what."""


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
def test_a_planted_use_stops_it_and_an_image_without_one_is_safe(
    fleet: Fleet, plant: Callable[[Fleet, str], None]
) -> None:
    planted, plain = fleet.world.home_made(), fleet.world.home_made()
    plant(fleet, planted)
    found = fleet.plan()
    verdict, told = PLANTED[plant]
    assert found[planted]["verdict"] == verdict
    assert told in json.dumps([found[planted]["used_by"], found[planted]["reasons"]])
    assert (found[plain]["verdict"], found[plain]["reasons"]) == ("safe", [])
    assert found[plain]["used_by"] == []


def test_all_twelve_are_planted() -> None:
    assert len(PLANTED) == 12


def spot_fleet(fleet: Fleet, image: str) -> None:
    fleet.world.world.add_spot_fleet(TEAM, REGION, LaunchSpecifications=[{"ImageId": image}])


def ec2_fleet(fleet: Fleet, image: str) -> None:
    template = fleet.world.world.create_launch_template(TEAM, REGION, "fleet", fleet.world.golden)
    named = {"LaunchTemplateId": template, "Version": "1"}
    config = {"LaunchTemplateSpecification": named, "Overrides": [{"ImageId": image}]}
    fleet.world.world.add_fleet(TEAM, REGION, config)


def what_ec2_alone_knows_of(fleet: Fleet, image: str) -> None:
    """As if a list had not told it."""
    arn = f"arn:aws:ec2:{REGION}:{WORKLOAD}:launch-template/lt-0"
    reference = (WORKLOAD, REGION, image, "ec2:LaunchTemplate", arn)
    fleet.world.world.more_references.append(reference)


def version_that_nobody_pins(fleet: Fleet, image: str) -> None:
    """Whoever launches by hand may name it."""
    template = fleet.world.world.create_launch_template(TEAM, REGION, "old", image)
    fleet.world.world.create_launch_template_version(template, fleet.world.golden)
    fleet.world.world.set_default_version(template, 2)


def container_recipe(fleet: Fleet, image: str) -> None:
    fleet.world.world.add_recipe(WORKLOAD, REGION, "box", image, "container")


def recipe_by_parameter(fleet: Fleet, image: str) -> None:
    fleet.world.world.put_parameter(WORKLOAD, REGION, "/base", image, "aws:ec2:image")
    fleet.world.world.add_recipe(WORKLOAD, REGION, "by-name", "ssm:/base")


def share_with_a_stranger(fleet: Fleet, image: str) -> None:
    fleet.world.world.share(image, REGION, STRANGER)


def open_to_everybody(fleet: Fleet, image: str) -> None:
    fleet.world.world.make_public(image, REGION)


def lately_launched(fleet: Fleet, image: str) -> None:
    record = fleet.world.world.image(REGION, image)
    record.overlay = {"LastLaunchedTime": datetime.now().astimezone().isoformat()}


MORE: dict[Callable[[Fleet, str], None], str] = {
    spot_fleet: "replace-first",
    ec2_fleet: "replace-first",
    what_ec2_alone_knows_of: "replace-first",
    version_that_nobody_pins: "replace-first",
    container_recipe: "replace-first",
    recipe_by_parameter: "replace-first",
    share_with_a_stranger: "cannot-say",
    open_to_everybody: "cannot-say",
    lately_launched: "cannot-say",
}


def test_a_night_alone_is_enough_where_it_has_whom_images_are_shared_with(fleet: Fleet) -> None:
    """All that can be planted at once, and as many images that nothing uses: without asking AWS for anything."""
    plants = [*PLANTED, *(each for each in MORE if each is not what_ec2_alone_knows_of)]
    planted = {plant: fleet.world.home_made() for plant in plants}
    plain = [fleet.world.home_made() for _ in plants]
    for plant, image in planted.items():
        plant(fleet, image)
    without = by_image(fleet.plan_of_night())
    assert {without[each]["verdict"] for each in plain} == {"cannot-say"}
    found = by_image(run := fleet.plan_of_night("--launch-permissions"))
    told = {plant: found[image]["verdict"] for plant, image in planted.items()}
    expected = {plant: verdict for plant, (verdict, _) in PLANTED.items()} | MORE
    assert told == {plant: expected[plant] for plant in plants}
    for plant, (_, said) in PLANTED.items():
        one = found[planted[plant]]
        assert said in json.dumps([one["used_by"], one["reasons"]])
    assert {(found[each]["verdict"], *found[each]["reasons"]) for each in plain} == {("safe",)}
    assert (run.code, run.report["live"]["asked"]) == (0, False)
    asked = {call.params["ImageId"] for call in fleet.server.calls("DescribeImageAttribute")}
    assert set(plain) <= asked
    in_use = {image for image in found if found[image]["used_by"]}
    assert not asked & in_use


def test_a_share_that_came_after_the_night_is_seen_live(fleet: Fleet) -> None:
    image = fleet.world.home_made()
    assert by_image(fleet.plan_of_night("--launch-permissions"))[image]["verdict"] == "safe"
    share_with_a_stranger(fleet, image)
    found = by_image(fleet.remediate("--live", "--format", "json"))
    assert found[image]["verdict"] == "cannot-say"


def test_whom_an_image_is_shared_with_may_be_denied_to_an_inventory(fleet: Fleet) -> None:
    image = fleet.world.home_made()
    fleet.world.world.deny(WORKLOAD, "DescribeImageAttribute")
    run = fleet.plan_of_night("--launch-permissions")
    assert run.code == 3
    found = by_image(run)[image]
    assert found["verdict"] == "cannot-say"
    assert "is not in this night" in found["reasons"][0]
    again = ("inventory", *BOTH, "--accounts", "accounts", "--launch-permissions")
    told = fleet.run(*again, "--as-of", "2026-11-20", "--format", "json")
    assert told.code == 3
    (gap,) = told.report["gaps"]
    assert gap.startswith(f"whom 1 image of {WORKLOAD}/{REGION} is shared with: ")
    assert "DescribeImageAttribute" in gap
    assert gap in fleet.run(*again, "--as-of", "2026-11-21").stdout


def test_an_instance_that_has_ended_keeps_nobody_from_asking_whom_its_image_is_shared_with(
    fleet: Fleet,
) -> None:
    image, world = fleet.world.home_made(), fleet.world.world
    for each in (
        *world.instances.values(),
        world.instances[world.run_instance(WORKLOAD, REGION, image)],
    ):
        each.state = "terminated"  # that of the pipeline, of Amazon's image, as well
    run = fleet.plan_of_night("--launch-permissions")
    assert by_image(run)[image]["verdict"] == "safe"
    assert run.report["summary"]["unlisted"] == 0


@pytest.mark.parametrize("plant", MORE, ids=lambda plant: plant.__name__)
def test_other_things_stop_it_as_well(fleet: Fleet, plant: Callable[[Fleet, str], None]) -> None:
    planted, plain = fleet.world.home_made(), fleet.world.home_made()
    plant(fleet, planted)
    found = fleet.plan()
    assert found[planted]["verdict"] == MORE[plant]
    assert found[plain]["verdict"] == "safe"


@pytest.mark.parametrize(
    ("parent", "verdict"),
    [
        ("ssm:/nowhere", "cannot-say"),
        (f"arn:aws:imagebuilder:{REGION}:{WORKLOAD}:image/base/x.x.x", "cannot-say"),
        (f"arn:aws:imagebuilder:{REGION}:aws:image/amazon-linux-2023-x86/x.x.x", "safe"),
        ("ssm:/aws/service/ami-amazon-linux-latest/al2023", "safe"),
    ],
)
def test_what_leads_nobody_knows_where_may_lead_to_any_image(
    fleet: Fleet, parent: str, verdict: str
) -> None:
    image = fleet.world.home_made()
    fleet.world.world.add_recipe(TEAM, REGION, "web", parent)
    found = fleet.plan()[image]
    assert found["verdict"] == verdict
    assert (parent in json.dumps(found["reasons"])) == (verdict == "cannot-say")


# ---------------------------------------------------------------------------------- evidence


def test_without_being_told_to_it_asks_nothing_and_says_nothing_is_safe(fleet: Fleet) -> None:
    image = fleet.world.home_made()
    assert fleet.inventory().code == 0
    before = len(fleet.server.requests)
    run = fleet.remediate("--format", "json")
    assert run.code == 3
    assert len(fleet.server.requests) == before
    found = by_image(run)[image]
    assert found["verdict"] == "cannot-say"
    assert "--live" in found["reasons"][0]
    assert found["steps"] == []


def test_it_writes_nothing_and_asks_about_those_alone_that_nothing_speaks_against(
    fleet: Fleet,
) -> None:
    image, used, disabled = (fleet.world.home_made() for _ in range(3))
    stopped_instance(fleet, used)
    fleet.world.world.disable(disabled, REGION)
    found = fleet.plan()
    assert (found[image]["verdict"], found[disabled]["verdict"]) == ("safe", "safe")
    operations = {call.operation for call in fleet.server.requests}
    assert [each for each in operations if not each.startswith(READS)] == []
    asked = fleet.server.calls("DescribeImageAttribute")
    assert [call.params["ImageId"] for call in asked] == [image]
    assert len(fleet.server.calls("DescribeFleets")) == 6  # by the inventory, once a place


@pytest.mark.parametrize(
    "operation",
    [
        *("DescribeInstanceImageMetadata", "DescribeLaunchTemplates", "DescribeAutoScalingGroups"),
        *("DescribeLaunchConfigurations", "DescribeParameters", "ListImageRecipes"),
        *("ListContainerRecipes", "DescribeFleets", "DescribeSpotFleetRequests"),
    ],
)
def test_one_kind_that_one_account_does_not_tell_is_enough(fleet: Fleet, operation: str) -> None:
    image = fleet.world.home_made()
    fleet.world.world.deny(TEAM, operation)
    assert fleet.inventory().code in (0, 3)
    run = fleet.remediate("--live", "--format", "json")
    assert run.code == 3
    found = by_image(run)[image]
    assert found["verdict"] == "cannot-say"
    assert f"{TEAM}/{REGION}" in found["reasons"][0]
    assert operation in found["reasons"][0]
    assert any(operation in gap["what"] for gap in run.report["gaps"])


@pytest.mark.parametrize("operation", ["DescribeImageAttribute", "DescribeImageUsageReports"])
def test_what_the_owner_does_not_tell_is_not_nothing(fleet: Fleet, operation: str) -> None:
    image = fleet.world.home_made()
    fleet.world.world.deny(WORKLOAD, operation)
    found = fleet.plan()[image]
    assert found["verdict"] == "cannot-say"
    assert operation in found["reasons"][0]


def test_an_image_that_was_marked_since_the_night_is_not_said_to_be_safe(fleet: Fleet) -> None:
    """A pipeline builds and marks by day what the night before saw without its mark."""
    world = fleet.world.world
    fresh, gone = (world.register_image(PIPELINE, REGION, name=n) for n in ("fresh", "gone"))
    fleet.inventory()
    world.attach_watermark(PIPELINE, REGION, fresh, "golden-web")
    world.deregister(gone, REGION)
    found = by_image(fleet.remediate("--live", "--format", "json"))
    assert {found[each]["verdict"] for each in (fresh, gone)} == {"cannot-say"}
    assert "its watermarks have changed since that night" in found[fresh]["reasons"][0]
    assert "EC2 no longer shows it" in found[gone]["reasons"]
    world.deny(PIPELINE, "DescribeImages")
    found = by_image(fleet.remediate("--live", "--format", "json"))
    assert "its present state is not known: " in found[fresh]["reasons"][0]


def test_that_ec2_does_not_compare_is_no_loss(fleet: Fleet) -> None:
    """A clean answer of DescribeImageReferences would prove nothing either."""
    image = fleet.world.home_made()
    fleet.world.world.deny(WORKLOAD, "DescribeImageReferences")
    assert fleet.plan()[image]["verdict"] == "safe"


def test_what_was_not_seen_in_another_region_is_a_gap_and_stops_nothing_here(fleet: Fleet) -> None:
    here, there = fleet.world.home_made(), fleet.world.copy(region=DUBLIN)
    fleet.world.world.image(DUBLIN, there).watermarks.clear()
    fleet.world.world.image(DUBLIN, there).source_image_id = None
    fleet.server.faults = denied(TEAM, DUBLIN)
    assert fleet.inventory().code == 3
    run = fleet.remediate("--live", "--format", "json")
    assert run.code == 3
    assert by_image(run)[here]["verdict"] == "safe"
    assert by_image(run)[there]["verdict"] == "cannot-say"


def test_an_account_whose_regions_nobody_tells_may_use_every_image(fleet: Fleet) -> None:
    image = fleet.world.home_made()
    fleet.world.world.deny(TEAM, "ListRegions", "DescribeRegions")
    assert fleet.run("inventory", "--accounts", "accounts").code == 3
    found = by_image(fleet.run("remediate", "--live", "--format", "json"))[image]
    assert found["verdict"] == "cannot-say"
    assert f"was read: {TEAM} (denied: " in found["reasons"][0]


def denied(account: str, region: str) -> Callable[[Request], Fault | None]:
    def strike(call: Request) -> Fault | None:
        here = (call.account, call.region) == (account, region)
        return Fault(403, "UnauthorizedOperation") if here and call.service == "ec2" else None

    return strike


def test_a_night_of_two_days_ago_is_no_evidence(fleet: Fleet) -> None:
    image = fleet.world.home_made()
    assert fleet.plan()[image]["verdict"] == "safe"
    seen = fleet.remediate("--format", "json").report["places"][0]["seen_at"]
    for hours, verdict in ((-25, "cannot-say"), (23, "safe"), (25, "cannot-say")):
        later = datetime.fromisoformat(seen) + timedelta(hours=hours)
        run = fleet.remediate("--live", "--format", "json", "--as-of", later.isoformat())
        assert by_image(run)[image]["verdict"] == verdict
    assert run.code == 3
    assert "not within a day of" in by_image(run)[image]["reasons"][0]


def test_a_place_that_suddenly_uses_next_to_nothing_is_no_evidence(fleet: Fleet) -> None:
    """As if a list had come back empty that is not."""
    image, world = fleet.world.home_made(), fleet.world.world
    kept = [world.run_instance(TEAM, REGION, fleet.world.golden) for _ in range(4)]
    assert fleet.inventory("2026-11-28").code == 0
    for lost, verdict in ((2, "safe"), (1, "cannot-say")):
        for _ in range(lost):
            del world.instances[kept.pop()]
        found = fleet.plan(night="2026-11-29")[image]
        assert found["verdict"] == verdict
    said = "1 uses were seen, but 4 the night before"
    assert said in found["reasons"][0]


def test_an_account_that_is_not_looked_into_any_more_is_missed(fleet: Fleet) -> None:
    image = fleet.world.home_made()
    assert fleet.inventory("2026-11-28").code == 0
    fleet.accounts(PIPELINE, WORKLOAD)
    found = fleet.plan(night="2026-11-29")[image]
    assert found["verdict"] == "cannot-say"
    assert f"{TEAM}/{REGION} (was read in night 2026-11-28" in found["reasons"][0]


def test_a_night_that_does_not_tell_what_was_listed_is_no_evidence(fleet: Fleet) -> None:
    """One that was stored before recipes were."""
    image = fleet.world.home_made()
    assert fleet.inventory("2026-11-28").code == 0
    places = fleet.folder / "inventory/night=2026-11-28/places.parquet"
    old = fleet.folder / "old.parquet"
    duckdb.execute(f"COPY (SELECT * EXCLUDE (whole) FROM '{places}') TO '{old}'")
    old.replace(places)
    found = by_image(fleet.remediate("--live", "--format", "json"))[image]
    assert found["verdict"] == "cannot-say"
    assert "image_recipes" in found["reasons"][0]


def test_what_ran_an_hour_ago_is_no_use(fleet: Fleet) -> None:
    image, world = fleet.world.home_made(), fleet.world.world
    world.instances[world.run_instance(WORKLOAD, REGION, image)].state = "terminated"
    assert fleet.plan()[image]["verdict"] == "safe"


# -------------------------------------------------------------------------------------- the plan


def test_the_document_is_what_its_schema_says(fleet: Fleet) -> None:
    used, safe_one, shared = (fleet.world.home_made() for _ in range(3))
    version_37_of_40_that_a_group_pins(fleet, used)
    fleet.world.world.share(shared, REGION, TEAM)
    assert fleet.inventory().code == 0
    run = fleet.remediate("--live", "--format", "json")
    assert run.code == 0, run.stderr
    schema = resources.files("assay.report.remediation").joinpath("remediation.schema.json")
    check = Draft7Validator(json.loads(schema.read_text("utf-8")), format_checker=FormatChecker())
    check.validate(run.report)
    assert run.report["kind"] == "remediation"
    counts = run.report["summary"]
    assert (counts["replace-first"], counts["safe"], counts["cannot-say"]) == (1, 2, 0)
    assert [stage["stage"] for stage in run.report["stages"]] == ["replace-first", "safe"]
    assert by_image(run)[shared]["shared_with"] == [TEAM]
    uses = {(each["type"], each["name"], each["via"]) for each in by_image(run)[used]["used_by"]}
    template = next(iter(fleet.world.world.templates))
    assert uses == {
        ("group", "web", f"template {template}, version 37"),
        ("template", "web", "version 37"),
    }
    (replacement,) = by_image(run)[used]["replacements"]
    assert (replacement["account"], replacement["image_id"]) == (WORKLOAD, fleet.world.golden)
    assert by_image(run)[safe_one]["steps"] != []


def test_what_is_used_and_in_no_listing_is_named_with_what_uses_it(fleet: Fleet) -> None:
    """It has no class, so it is no image of class unknown: nothing else in the plan would name it."""
    world = fleet.world.world
    gone, public = fleet.world.home_made(), fleet.world.base
    world.image(REGION, gone).name = "![x](https://evil.example/) \u202etxt"
    instances = sorted(world.run_instance(WORKLOAD, REGION, gone) for _ in range(4))
    ended = fleet.world.home_made()
    world.instances[world.run_instance(WORKLOAD, REGION, ended)].state = "terminated"
    template = world.create_launch_template(TEAM, REGION, "theirs", gone)
    amazon = world.run_instance(WORKLOAD, REGION, public)
    for each in (gone, ended):
        world.deregister(each, REGION)
    assert fleet.inventory().code == 0
    run = fleet.remediate("--format", "json")
    schema = resources.files("assay.report.remediation").joinpath("remediation.schema.json")
    Draft7Validator(json.loads(schema.read_text("utf-8"))).validate(run.report)
    first, second = run.report["unlisted"]
    assert run.report["summary"]["unlisted"] == 2
    assert (first["image_id"], first["region"], first["owner"]) == (gone, REGION, WORKLOAD)
    assert [(each["type"], each["id"], each["account"]) for each in first["used_by"]] == [
        ("template", template, TEAM),
        *(("instance", each, WORKLOAD) for each in instances),
    ]
    assert (second["image_id"], second["owner_alias"]) == (public, "amazon")
    assert amazon in {each["id"] for each in second["used_by"]}
    for format_ in ("text", "markdown"):
        told = fleet.remediate("--format", format_).stdout.replace("`", "")
        assert "2 images are in use but in no listing" in told
        assert f"in no listing: {gone} in {REGION} (owner {WORKLOAD}" in told
        assert f"used by template {template} theirs in {TEAM}" in told
        assert "; and 2 more" in told
        assert f"in no listing: {public} in {REGION} (owner amazon" in told
        assert "\u202e" not in told
        assert ended not in told


def test_the_order_is_that_in_which_things_can_be_taken_back(fleet: Fleet) -> None:
    image = fleet.world.home_made()
    with_snapshot(fleet, image, "snap-00000000000000002")
    found = fleet.plan()[image]
    assert [step["name"] for step in found["steps"]] == [
        *("remove shares", "deprecate", "disable", "wait and watch"),
        *("deregister under a Recycle Bin rule", "snapshots last"),
    ]
    commands = [each for step in found["steps"] for each in step["commands"]]
    assert all(image in each or "list-rules" in each for each in commands[:-1])
    assert commands[-1].startswith("aws ec2 delete-snapshot --snapshot-id snap-00000000000000002")


def test_people_are_told_the_same(fleet: Fleet) -> None:
    used, plain = fleet.world.home_made(), fleet.world.home_made()
    fleet.world.world.image(REGION, used).name = "![x](https://evil.example/) \u202etxt"
    stopped_instance(fleet, used)
    assert fleet.inventory().code == 0
    text = fleet.remediate("--live").stdout
    assert "safe to deregister: everything that could use these was read" in text
    assert "aws ec2 deregister-image --image-id" in text
    assert "1 in-use, 0 cannot-say, 1 safe; 6 of 6 places seen; nothing was changed" in text
    assert "not covered, because no list shows them: AWS Batch" in text
    assert "\u202e" not in text
    markdown = fleet.remediate("--live", "--format", "markdown").stdout
    assert f"- [ ] `{plain}` in `{REGION}`, owner `{WORKLOAD}`" in markdown
    assert "](https://evil" not in markdown.replace("`![x](https://evil", "")
    assert "\u202e" not in markdown


def test_some_images_alone_can_be_asked_for(fleet: Fleet) -> None:
    one, _ = fleet.world.home_made(), fleet.world.home_made()
    found = fleet.plan(one)
    assert list(found) == [one]
    for other, said in (
        (fleet.world.golden, "is golden"),
        ("ami-0123456789abcdef0", "is in no listing of night"),
    ):
        run = fleet.remediate(other)
        assert run.code == 2
        assert f"{other}: {said}" in run.stderr


def test_a_store_without_a_night_says_so(fleet: Fleet) -> None:
    run = fleet.remediate()
    assert run.code == 2
    assert "holds no night; run assay inventory first" in run.stderr
