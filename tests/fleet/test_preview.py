"""`assay preview`: what Allowed AMIs would refuse, held against the emulator's own audit mode."""

import json
import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, FormatChecker

from assay.allowed_amis.request import read_criteria
from assay.catalog.aws.sdk import Sdk
from assay.catalog.live import LiveCatalog
from assay.catalog.questions import IMAGES
from assay.fleet.night import stored_night
from assay.fleet.preview import preview
from assay.fleet.store import Store
from assay.model import Image, Place
from assay.model.preview import Ruling
from tests import allowed, command
from tests.command import Run, talking_to
from tests.emulator import ScanResults, Server, Watermark, World, serve
from tests.fleet.test_inventory import POLICY, TEAM, Faulty, Take
from tests.fleet.test_inventory import _faults as _faults  # noqa: PLC0414
from tests.fleet.test_inventory import _take as _take  # noqa: PLC0414
from tests.policy.builders import AS_OF
from tests.worlds import AMAZON, PIPELINE, REGION, STRANGER, WORKLOAD, GoldenWorld

TIME = "2026-11-28T00:00:00Z"


@pytest.fixture(name="world")
def _world() -> GoldenWorld:
    """Nothing runs any more of what built its golden image."""
    world = GoldenWorld()
    for each in world.world.instances.values():
        each.state = "terminated"
    return world


def ask(folder: Path, *options: str) -> Run:
    run = command.assay("preview", "--as-of", TIME, *options, cwd=folder)
    if run.code != 2 and "json" in options:
        text = resources.files("assay.report.preview").joinpath("preview.schema.json").read_text()
        Draft7Validator(json.loads(text), format_checker=FormatChecker()).validate(run.report)
    return run


def criteria(folder: Path, *each: dict[str, Any]) -> str:
    (folder / "criteria.json").write_text(json.dumps({"ImageCriteria": list(each)}))
    return "criteria.json"


def rulings(run: Run) -> dict[tuple[str, str], str]:
    return {(each["account"], each["image_id"]): each["outcome"] for each in run.report["images"]}


# ------------------------------------------------------------------- against an evaluation by others


def some_time(by: random.Random, earliest: int = 0) -> datetime:
    """Whole days before `AS_OF`, or a millisecond, EC2's smallest, next to it."""
    return AS_OF - timedelta(days=by.randint(earliest, 5), milliseconds=by.choice([0, 1, -1]))


def some(by: random.Random, values: tuple[str, ...], most: int = 2) -> list[str]:
    return by.sample(values, by.randint(1, min(most, len(values))))


def add_image(world: World, by: random.Random) -> str:
    """An image that two accounts see that do not own it, or one of them does."""
    owner = by.choice([WORKLOAD, PIPELINE, PIPELINE, STRANGER])
    id = world.register_image(owner, REGION, name=by.choice((*allowed.NAMES, "golden-")))
    image = world.image(REGION, id)
    image.owner_alias = by.choice([None, *allowed.ALIASES])
    image.creation_date = some_time(by)
    image.deprecation_time = by.choice([None, some_time(by, -2)])
    image.product_codes = tuple(by.sample(allowed.CODES, by.randint(0, 2)))
    image.watermarks = [
        Watermark(by.choice(allowed.KEYS), by.choice(allowed.REGIONS), "ami-0123456789abcdef0",
                  some_time(by), some_time(by))
        for _ in range(by.randint(0, 2))
    ]  # fmt: skip
    if by.random() < 0.7:
        worst = by.choice([None, *allowed.SEVERITIES])
        fixes = {worst: some_time(by)} if worst and by.random() < 0.5 else {}
        image.scan_results = ScanResults(some_time(by), worst, fixes)
    image.shared_with = {WORKLOAD, TEAM}
    return id


def a_criterion(by: random.Random) -> dict[str, Any]:
    def days() -> int:
        return by.randint(0, 5)

    filters: dict[str, Any] = {
        "WatermarkKey": by.choice(allowed.KEY_PATTERNS),
        "SourceImageRegion": by.choice(allowed.REGION_PATTERNS),
        "MaximumDaysSinceSourceImageCreated": days(),
        "MaximumDaysSinceWatermarkCreated": days(),
    }
    scan: dict[str, Any] = {
        "MaximumSeverityLabel": by.choice(allowed.SEVERITIES),
        "MaxDaysSinceLastFindingScan": days(),
        f"MaxDaysSince{by.choice(allowed.SEVERITIES).title()}FixAvailable": days(),
    }
    every: dict[str, Any] = {
        "ImageProviders": by.choice([["none"], some(by, (*allowed.ALIASES, WORKLOAD, PIPELINE))]),
        "MarketplaceProductCodes": some(by, allowed.CODES),
        "ImageNames": some(by, allowed.NAME_PATTERNS),
        "CreationDateCondition": {"MaximumDaysSinceCreated": days()},
        "DeprecationTimeCondition": {"MaximumDaysSinceDeprecated": days()},
        "ImageWatermarks": [{name: filters[name] for name in some(by, tuple(filters))}],
        "ScanResultCondition": {name: scan[name] for name in some(by, tuple(scan))},
    }
    return {name: every[name] for name in some(by, tuple(every))}


@pytest.fixture(name="audited")
def _audited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[World, list[str]]]:
    """Two accounts run fifty images; one owns some of them. The night of both is stored."""
    by = random.Random(18)
    world = World(lambda: AS_OF)
    ids = [add_image(world, by) for _ in range(50)]
    for id in ids:
        world.run_instance(TEAM, REGION, id)
        world.run_instance(WORKLOAD, REGION, id)
    (tmp_path / "assay.yaml").write_text(POLICY)
    (tmp_path / "accounts").write_text(f"{WORKLOAD}\n{TEAM}\n")
    with serve(world) as server:
        run = take(server, tmp_path)
        assert run.code == 0, run.stderr
        for name, value in talking_to(server.url, TEAM).items():
            monkeypatch.setenv(name, value)
        yield world, ids


def take(server: Server, folder: Path, *options: str) -> Run:
    environment = {**talking_to(server.url, PIPELINE), "ASSAY_CACHE_DIR": str(folder / "cache")}
    return command.assay("inventory", "--accounts", "accounts", "--region", REGION, *options,
                         cwd=folder, env=environment)  # fmt: skip


def test_each_image_is_ruled_as_ec2s_audit_mode_rules_it(
    audited: tuple[World, list[str]], tmp_path: Path
) -> None:
    """Forty sets of criteria by fifty images, in an account that owns none and in one that owns some."""
    world, ids = audited
    by, place = random.Random(2026), Place.of(REGION, TEAM)
    night = stored_night(Store(tmp_path / "inventory"), None)
    met = dict.fromkeys(Ruling, 0)
    for _ in range(40):
        wanted = [a_criterion(by) for _ in range(by.randint(1, 3))]
        world.allowed_images(TEAM, REGION, "audit-mode", wanted)
        told = {}
        for world.question_mark in ("one", "one-or-none"):  # which it is, EC2 does not say
            answers = LiveCatalog(Sdk()).ask(IMAGES, [(place, id) for id in ids])
            for (_, id), image in answers.items():
                assert isinstance(image, Image)
                told[id, world.question_mark] = image.image_allowed
        asked = read_criteria("criteria", json.dumps({"ImageCriteria": wanted}).encode())
        found = preview(night, asked, AS_OF)
        ruled = {(each.account, each.image_id): each.ruling for each in found.images}
        for id in ids:
            unsure = Ruling.UNDETERMINED if told[id, "one-or-none"] else Ruling.REFUSED
            expected = Ruling.ALLOWED if told[id, "one"] else unsure
            assert ruled[TEAM, id] is expected, (wanted, id)
            own = world.image(REGION, id).owner_id == WORKLOAD
            assert ruled[WORKLOAD, id] is (Ruling.OWN if own else expected)
            met[ruled[WORKLOAD, id]] += 1
        never = {each.image_id for each in found.never_blocked}
        assert never == {
            id for id in ids
            if ruled[WORKLOAD, id] is Ruling.OWN and ruled[TEAM, id] is not Ruling.ALLOWED
        }  # fmt: skip
    assert min(met[each] for each in (Ruling.ALLOWED, Ruling.REFUSED, Ruling.OWN)) > 200, met
    assert met[Ruling.UNDETERMINED] > 0, met


# ------------------------------------------------------------------------------- what is told of it


def test_what_would_break_is_told_by_what_launches_it(
    world: GoldenWorld, take: Take, tmp_path: Path
) -> None:
    w = world.world
    foreign = w.register_image(STRANGER, REGION, name="foreign")
    w.share(foreign, REGION, WORKLOAD)
    own = world.home_made()
    good = w.create_launch_template(WORKLOAD, REGION, "good", world.golden)
    old = w.create_launch_template(WORKLOAD, REGION, "old", foreign)
    w.create_launch_template_version(old, foreign)
    w.create_launch_template_version(old, world.golden)
    w.set_default_version(old, 3)
    for name, version in (("pins", "2"), ("follows", "$Latest"), ("default", "$Default")):
        spec = {"LaunchTemplateId": old, "Version": version}
        w.add_group(WORKLOAD, REGION, name, LaunchTemplate=spec)
    w.add_group(WORKLOAD, REGION, "fine", LaunchTemplate={"LaunchTemplateName": "good"})
    w.add_launch_configuration(WORKLOAD, REGION, "lc", foreign)
    w.add_group(WORKLOAD, REGION, "of lc", LaunchConfigurationName="lc")
    w.put_parameter(WORKLOAD, REGION, "/team/image", foreign, "aws:ec2:image")
    w.add_recipe(WORKLOAD, REGION, "bakes", foreign)
    w.add_recipe(WORKLOAD, REGION, "bakes by name", "ssm:/team/image")
    w.add_fleet(
        WORKLOAD, REGION, {"LaunchTemplateSpecification": {"LaunchTemplateId": old, "Version": "2"}}
    )
    w.add_spot_fleet(WORKLOAD, REGION, LaunchSpecifications=[{"ImageId": foreign}])
    runs = w.run_instance(WORKLOAD, REGION, foreign)
    gone = w.run_instance(WORKLOAD, REGION, foreign)
    w.instances[gone].state = "terminated"
    w.run_instance(WORKLOAD, REGION, own)
    assert take("--as-of", "2026-11-28").code == 0
    run = ask(tmp_path, "--format", "json")
    assert run.code == 1, run.stderr
    assert rulings(run) == {
        (WORKLOAD, foreign): "refused",
        (WORKLOAD, own): "own",
        (WORKLOAD, world.golden): "allowed",
    }
    refused = {
        (each["type"], each["name"], each["via"], each["by_itself"])
        for each in run.report["launches"]
        if each["outcome"] == "refused"
    }
    assert refused == {
        ("group", "pins", f"template {old}, version 2", True),
        ("group", "of lc", "launch configuration lc", True),
        ("launch-configuration", "lc", None, True),
        ("parameter", "/team/image", None, True),
        ("recipe", "bakes", None, True),
        ("recipe", "bakes by name", "ssm:/team/image", True),
        ("ec2-fleet", None, f"template {old}, version 2", True),
        ("spot-fleet", None, None, True),
        ("template", "old", "version 1", False),
        ("template", "old", "version 2", True),
    }
    allowed_ = {each["name"] for each in run.report["launches"] if each["outcome"] == "allowed"}
    assert {"follows", "default", "fine", "good"} <= allowed_
    assert good in {each["id"] for each in run.report["launches"]}
    (image,) = (each for each in run.report["images"] if each["image_id"] == foreign)
    assert image["instances"] == [runs]
    assert image["why"] == ["criterion 1: none of its watermarks matches a filter"]
    (never,) = run.report["never_blocked"]
    assert (never["image_id"], never["class"], never["uses"]) == (own, "unknown", 1)
    assert run.report["summary"]["breaking"] == 9
    text = ask(tmp_path).stdout
    assert "would be refused at the next launch:\n" in text
    assert "enforcement affects only the next launch" in text
    assert "1 would be refused, 0 are not known" in text
    markdown = ask(tmp_path, "--format", "markdown").stdout
    assert f"| `{WORKLOAD}` | `{REGION}` | group | `pins` |" in markdown


def test_criteria_of_a_file_stand_in_for_the_policy(
    world: GoldenWorld, take: Take, tmp_path: Path
) -> None:
    world.world.run_instance(WORKLOAD, REGION, world.golden)
    assert take("--as-of", "2026-11-28").code == 0
    assert ask(tmp_path).code == 0
    (tmp_path / "assay.yaml").unlink()
    run = ask(
        tmp_path,
        "--criteria",
        criteria(tmp_path, {"ImageProviders": ["amazon"]}),
        "--format",
        "json",
    )
    assert run.code == 1
    assert run.report["policy"] is None
    assert rulings(run) == {(WORKLOAD, world.golden): "refused"}
    fine = criteria(tmp_path, {"ImageProviders": ["amazon"]}, {"ImageProviders": [PIPELINE]})
    assert ask(tmp_path, "--criteria", fine).code == 0


def test_what_was_not_told_of_an_image_is_never_taken_for_a_no(
    world: GoldenWorld, take: Take, tmp_path: Path
) -> None:
    """A public image of Amazon's stands in no listing: an instance tells of it, but not of all."""
    world.world.run_instance(TEAM, REGION, world.base)
    named = world.world.register_image(
        AMAZON, REGION, name="nobody runs it", owner_alias="amazon", public=True
    )
    world.world.create_launch_template(TEAM, REGION, "next", named)
    assert take("--as-of", "2026-11-28").code == 0

    def ruled(*each: dict[str, Any]) -> tuple[int, dict[tuple[str, str], str]]:
        run = ask(tmp_path, "--criteria", criteria(tmp_path, *each), "--format", "json")
        return run.code, rulings(run)

    unknown = (TEAM, named)
    assert ruled({"ImageProviders": ["amazon"]}) == (
        3, {(TEAM, world.base): "allowed", unknown: "undetermined"},
    )  # fmt: skip
    assert ruled({"ImageProviders": ["aws-marketplace"]}) == (
        1, {(TEAM, world.base): "refused", unknown: "undetermined"},
    )  # fmt: skip
    assert ruled({"MarketplaceProductCodes": ["abc"]}) == (
        3, {(TEAM, world.base): "undetermined", unknown: "undetermined"},
    )  # fmt: skip
    assert ruled({"ScanResultCondition": {"MaximumSeverityLabel": "low"}})[0] == 3
    both = {"MarketplaceProductCodes": ["abc"], "ImageProviders": ["aws-marketplace"]}
    assert ruled(both)[1][TEAM, world.base] == "refused"
    run = ask(
        tmp_path,
        "--criteria",
        criteria(tmp_path, {"ScanResultCondition": {"MaximumSeverityLabel": "low"}}),
    )
    assert "EC2 did not return its scan results" in run.stdout
    assert "it is in no listing of this Region" in run.stdout


def test_a_launch_that_leads_nowhere_is_undetermined(
    world: GoldenWorld, take: Take, tmp_path: Path
) -> None:
    w = world.world
    template = w.create_launch_template(WORKLOAD, REGION, "plain")  # names no image
    w.add_group(WORKLOAD, REGION, "of plain", LaunchTemplate={"LaunchTemplateId": template})
    assert take("--as-of", "2026-11-28").code == 0
    run = ask(tmp_path, "--format", "json")
    assert run.code == 3
    (launch,) = run.report["launches"]
    assert launch["outcome"] == "undetermined"
    assert "the listing has no such version with an image" in launch["why"][0]


def test_a_place_that_was_not_seen_is_a_gap(
    world: GoldenWorld, faults: Faulty, take: Take, tmp_path: Path
) -> None:
    faults.denied.add((TEAM, REGION))
    assert take("--as-of", "2026-11-28").code == 3
    run = ask(tmp_path)
    assert run.code == 3
    assert f"not seen: {TEAM}/{REGION}: denied: " in run.stdout
    assert "5 of 6 places seen" in run.stdout


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (
            '{"ImageCriteria": [{"ImageProviders": ["amazon", "none"]}]}',
            "together with other values",
        ),
        ('{"ImageCriteria": [{"ImageNames": []}]}', "ImageCriteria[0].ImageNames is empty"),
        (
            '{"ImageCriteria": [{"CreationDateCondition": {}}]}',
            "[0].CreationDateCondition is empty",
        ),
        ('{"ImageCriteria": [{}]}', "ImageCriteria[0] has no condition"),
        ('{"ImageCriteria": [{"ImageNames": ["a?"]}]}', "fewer than three characters"),
        (
            json.dumps({"ImageCriteria": [{"ImageProviders": ["amazon"]}] * 11}),
            "11 criteria, but EC2 accepts at most 10",
        ),
        (
            json.dumps({"ImageCriteria": [{"ImageNames": ["n"] * 51}]}),
            "51 values, but EC2 accepts at most 50",
        ),
        ('{"ImageCriteria": [{"ImageOwners": ["amazon"]}]}', "not Allowed AMIs settings"),
        ("[]", "not Allowed AMIs settings"),
        ("nonsense", "not Allowed AMIs settings"),
    ],
)
def test_criteria_that_ec2_would_not_take_are_refused(
    take: Take, tmp_path: Path, content: str, said: str
) -> None:
    (tmp_path / "criteria.json").write_text(content)
    run = ask(tmp_path, "--criteria", "criteria.json")
    assert run.code == 2
    assert said in run.stderr
    assert "criteria.json: " in run.stderr


def test_without_a_night_there_is_no_preview(tmp_path: Path) -> None:
    (tmp_path / "assay.yaml").write_text(POLICY)
    run = ask(tmp_path)
    assert run.code == 2
    assert "holds no night; run assay inventory first" in run.stderr
