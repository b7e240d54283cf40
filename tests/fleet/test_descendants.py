"""`assay descendants` against emulated accounts: an inventory of them, and what it then tells."""

import csv
import json
import re
import shlex
from collections.abc import Callable, Iterator
from datetime import date
from importlib import resources
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, FormatChecker

from assay.fleet.night import stored_night
from assay.fleet.store import Store
from assay.model import Image, ScanResults
from assay.model.inventory import Classified, ImageClass, ListedImage
from assay.model.places_seen import PlaceSeen, PlaceState
from assay.run.finding import not_scanned
from tests import command
from tests.command import Run, talking_to
from tests.emulator import serve
from tests.emulator.faults import Refusing
from tests.plans import dump, instance, plan, resource
from tests.worlds import PIPELINE, REGION, WORKLOAD, GoldenWorld

DUBLIN = "eu-west-1"
TEAM, CI = "333333333333", "444444444444"
READERS = "".join(
    f'    "{account}":\n      role_arn: "arn:aws:iam::{account}:role/assay-reader"\n'
    for account in (PIPELINE, WORKLOAD, TEAM)
)
POLICY = f"""\
version: 1
golden:
  watermarks:
    - key: "{PIPELINE}:golden-*"
aws:
  readers:
{READERS}"""
Ask = Callable[..., Run]


@pytest.fixture(name="world")
def _world() -> GoldenWorld:
    return GoldenWorld()


@pytest.fixture(name="refusing")
def _refusing() -> Refusing:
    return Refusing()


@pytest.fixture(name="ask")
def _ask(world: GoldenWorld, refusing: Refusing, tmp_path: Path) -> Iterator[Ask]:
    """Takes an inventory of the world as it is when something is first asked."""
    (tmp_path / "assay.yaml").write_text(POLICY)
    (tmp_path / "accounts").write_text(f"{PIPELINE}\n{WORKLOAD}\n{TEAM}\n")
    with serve(world.world, refusing) as server:
        environment = {**talking_to(server.url, CI), "ASSAY_CACHE_DIR": str(tmp_path / "cache")}

        def ask(*arguments: str) -> Run:
            if not (tmp_path / "inventory").exists():
                both = ("--region", REGION, "--region", DUBLIN)
                night = ("--as-of", "2026-11-29", "--accounts", "accounts")
                taken = command.assay("inventory", *both, *night, cwd=tmp_path, env=environment)
                assert taken.code in (0, 3), taken.stderr
            return command.assay("descendants", *arguments, cwd=tmp_path, env=environment)

        yield ask


def documented(run: Run) -> dict[str, dict[str, Any]]:
    """The descendants of a valid document, by their ids."""
    path = resources.files("assay.report.descendants").joinpath("descendants.schema.json")
    schema = json.loads(path.read_text("utf-8"))
    Draft7Validator(schema, format_checker=FormatChecker()).validate(run.report)
    return {each["image_id"]: each for each in run.report["descendants"]}


def edges(run: Run) -> dict[str, tuple[str, str, int]]:
    """Parent, edge and depth of each descendant."""
    return {
        id: (each["parent"], each["edge"], each["depth"]) for id, each in documented(run).items()
    }


def test_a_line_is_followed_through_a_deregistered_image_of_another_account_and_region(
    world: GoldenWorld, ask: Ask
) -> None:
    world.world.share(world.golden, REGION, TEAM)
    middle = world.world.copy_image(TEAM, DUBLIN, world.golden, REGION, name="middle")
    world.world.share(middle, DUBLIN, WORKLOAD)
    last = world.world.copy_image(WORKLOAD, REGION, middle, DUBLIN, name="last")
    below = world.derived(last)
    world.world.deregister(middle, DUBLIN)
    run = ask(world.golden, "--format", "json")
    assert run.code == 0, run.stderr
    assert edges(run) == {
        middle: (world.golden, "recorded", 1),
        last: (middle, "recorded", 2),
        below: (last, "recorded", 3),
    }
    found = documented(run)
    assert (found[middle]["region"], found[middle]["account"]) == (DUBLIN, None)
    assert found[middle]["listed"] is False
    assert found[last]["parent_region"] == DUBLIN
    assert run.report["bases"][0]["account"] == PIPELINE  # its owner, though others see it


def test_a_base_that_is_gone_still_has_its_descendants(world: GoldenWorld, ask: Ask) -> None:
    copy = world.copy()
    world.world.deregister(world.golden, REGION)
    run = ask(world.golden, "--format", "json")
    assert run.code == 0, run.stderr
    assert edges(run) == {copy: (world.golden, "recorded", 1)}
    assert run.report["bases"][0]["listed"] is False


def test_an_image_registered_from_a_snapshot_is_likely(world: GoldenWorld, ask: Ask) -> None:
    copy = world.copy()
    older, registered = world.home_made(), world.home_made()
    snapshot = {"Ebs": {"SnapshotId": "snap-0123456789abcdef0", "VolumeSize": 8}}
    for id in (copy, registered):
        world.world.image(REGION, id).overlay["BlockDeviceMappings"] = [snapshot]
    below = world.derived(registered)
    run = ask(world.golden, "--format", "json")
    found = documented(run)
    assert older not in found
    assert edges(run) == {
        copy: (world.golden, "recorded", 1),
        registered: (copy, "likely", 2),
        below: (registered, "recorded", 3),
    }
    assert (found[below]["weakest"], found[copy]["weakest"]) == ("likely", "recorded")


def test_what_only_a_mark_tells_is_graded_so(world: GoldenWorld, ask: Ask) -> None:
    copy = world.copy()
    record = world.world.image(REGION, copy)
    record.source_image_id = record.source_image_region = None
    below = world.derived(copy)
    run = ask(world.golden, "--format", "json")
    assert edges(run) == {
        copy: (world.golden, "mark", 1),
        below: (copy, "recorded", 2),
    }
    assert documented(run)[below]["weakest"] == "mark"
    by_mark = ask("--watermark", f"{PIPELINE}:golden-*", "--format", "json")
    assert edges(by_mark) == edges(run)


def test_what_uses_them_is_told_through_templates_and_parameters(
    world: GoldenWorld, ask: Ask
) -> None:
    copy = world.copy()
    emulated = world.world
    template = emulated.create_launch_template(WORKLOAD, REGION, "web", copy)
    emulated.create_launch_template_version(template, world.home_made())
    reference = {"LaunchTemplateId": template, "Version": "1"}
    emulated.add_group(WORKLOAD, REGION, "web", LaunchTemplate=reference)
    emulated.put_parameter(WORKLOAD, REGION, "/golden/web", copy, "aws:ec2:image")
    emulated.create_launch_template(WORKLOAD, REGION, "by-alias", "resolve:ssm:/golden/web")
    instance = emulated.run_instance(WORKLOAD, REGION, copy)
    fleet = emulated.add_fleet(WORKLOAD, REGION, {"LaunchTemplateSpecification": reference})
    run = ask(world.golden, "--format", "json")
    used = documented(run)[copy]["used_by"]
    told = {(each["type"], each["name"] or each["id"]) for each in used}
    assert told == {
        ("instance", instance),
        ("template", "web"),
        ("template", "by-alias"),
        ("group", "web"),
        ("parameter", "/golden/web"),
        ("ec2-fleet", fleet),
    }
    assert {(each["account"], each["region"]) for each in used} == {(WORKLOAD, REGION)}
    assert documented(run)[copy]["badges"] == [
        "running", "group", "template", "parameter", "marked",
    ]  # fmt: skip


def test_a_later_copy_of_an_older_golden_source_was_built_before_the_patch(
    world: GoldenWorld, ask: Ask
) -> None:
    old = world.copy()
    builder = world.world.run_instance(PIPELINE, REGION, world.base)
    patched = world.world.create_image(PIPELINE, REGION, builder, name="patched")
    world.world.attach_watermark(PIPELINE, REGION, patched, "golden-web")
    world.world.share(patched, REGION, WORKLOAD)
    new = world.copy(patched)
    late = world.copy()  # made after the patch, from what was before it
    between = world.world.image(REGION, patched).creation_date
    run = ask(world.base, "--built-before", between.isoformat(), "--format", "json")
    found = documented(run)
    assert {old, late, world.golden} <= found.keys()
    assert not {new, patched} & found.keys()
    assert found[late]["created"] > found[late]["golden_source_created"]
    assert found[late]["created"] > between.isoformat().replace("+00:00", "Z")
    assert run.report["summary"]["later_left_out"] == 2


def test_places_that_were_not_seen_end_the_answer(
    world: GoldenWorld, refusing: Refusing, ask: Ask
) -> None:
    copy = world.copy()
    refusing.places.add((TEAM, DUBLIN))
    run = ask(world.golden)
    assert run.code == 3
    assert copy in run.stdout
    assert f"not seen: {TEAM}/{DUBLIN}: denied" in run.stdout
    table = list(csv.DictReader(StringIO(ask(world.golden, "--format", "csv").stdout)))
    assert [(row["row"], row["account"]) for row in table] == [
        ("base", PIPELINE), ("descendant", WORKLOAD), ("not seen", TEAM),
    ]  # fmt: skip


def test_a_line_that_nobody_recorded_is_a_gap(
    world: GoldenWorld, refusing: Refusing, ask: Ask
) -> None:
    middle = world.world.copy_image(TEAM, DUBLIN, world.golden, REGION, name="middle")
    world.world.attach_watermark(TEAM, DUBLIN, middle, "other")
    world.world.detach_watermark(TEAM, DUBLIN, middle, f"{PIPELINE}:golden-web")
    last = world.world.copy_image(WORKLOAD, REGION, middle, DUBLIN, name="last")
    world.world.deregister(middle, DUBLIN)
    refusing.operations.add("GetImageAncestry")
    run = ask(world.golden)
    assert run.code == 3
    assert last not in run.stdout
    assert "gap: lineage not followed: 1 image has a source that is in no listing" in run.stdout
    assert f"{middle} in {DUBLIN}" in run.stdout


def test_a_vendors_image_that_the_record_tells_is_no_gap(world: GoldenWorld, ask: Ask) -> None:
    run = ask(world.golden)
    assert (run.code, run.stderr) == (0, "")
    first, second, *_ = run.stdout.splitlines()
    assert first == f"0 images descend from {world.golden}"
    assert re.fullmatch(r"night \d{4}-\d\d-\d\d, 6 of 6 places seen", second)


def test_an_image_in_no_listing_counts_for_the_account_that_owns_it(
    world: GoldenWorld, ask: Ask
) -> None:
    copy, gone = world.copy(), world.copy()
    world.world.run_instance(WORKLOAD, REGION, gone)
    world.world.deregister(gone, REGION)
    run = ask(world.golden)
    assert run.stdout.startswith(
        f"2 images descend from {world.golden}, in 1 account and 1 Region (1 recorded, 1 mark)\n"
    )
    assert f"{copy}  {WORKLOAD}/{REGION}, " in run.stdout
    assert f"{gone}  {REGION}, in no listing, " in run.stdout


def test_what_is_not_known_is_an_error_that_names_the_nearest(world: GoldenWorld, ask: Ask) -> None:
    world.copy()
    wrong = world.golden[:-1] + "f"
    run = ask(wrong)
    assert (run.code, run.stdout) == (2, "")
    assert wrong in run.stderr
    assert world.golden in run.stderr
    run = ask("--watermark", f"{PIPELINE}:golden-wbe")
    assert run.code == 2
    assert f"{PIPELINE}:golden-web" in run.stderr
    run = ask(world.golden, "--night", "2026-11-01")
    assert run.code == 2
    assert "the nearest night is 2026-11-29" in run.stderr
    assert ask("golden").code == 2
    assert ask().code == 2


def planned(folder: Path, name: str, *changes: dict[str, Any]) -> str:
    (folder / name).write_bytes(dump(plan(*changes)))
    return name


def test_addresses_of_plans_and_states_that_would_launch_one_are_named(
    world: GoldenWorld, ask: Ask, tmp_path: Path
) -> None:
    copy, other = world.copy(), world.home_made()
    world.world.put_parameter(WORKLOAD, REGION, "/golden/web", copy, "aws:ec2:image")
    template = {"image_id": "resolve:ssm:/golden/web", "name": "web"}
    path = planned(
        tmp_path,
        "plan.json",
        instance("aws_instance.web", copy),
        instance("aws_instance.other", other),
        resource("aws_launch_template.web", template),
        instance("aws_instance.secret", copy, sensitive={"ami": True}),
        instance("aws_instance.later", None, unknown={"ami": True}),
    )
    resources = [
        {
            "address": "aws_instance.old",
            "mode": "managed",
            "type": "aws_instance",
            "name": "old",
            "provider_name": "registry.terraform.io/hashicorp/aws",
            "values": {"ami": copy, "id": "i-1"},
        }
    ]
    state = {
        "format_version": "1.0",
        "terraform_version": "1.14.0",
        "values": {"root_module": {"resources": resources}},
    }
    (tmp_path / "state.json").write_text(json.dumps(state))
    run = ask(
        *(world.golden, "--plan", path, "--state", "state.json", "--format", "json"),
        *("--account", WORKLOAD, "--region", REGION),
    )
    told = documented(run)[copy]
    assert {(each["input"], each["address"], each["kind"]) for each in told["addresses"]} == {
        ("plan.json", "aws_instance.web", "plan"),
        ("plan.json", "aws_launch_template.web", "plan"),
        ("state.json", "aws_instance.old", "state"),
    }
    assert {"plan", "state"} <= set(told["badges"])
    assert [each["address"] for each in run.report["hidden_addresses"]] == ["aws_instance.secret"]
    assert run.report["gaps"] == [
        "plan.json: the night does not show what these would launch: aws_instance.later"
    ]
    assert run.code == 3
    bad = ask(world.golden, "--plan", "none.json")
    assert (bad.code, bad.stdout) == (2, "")
    assert "none.json" in bad.stderr


CVE = "CVE-2026-1234"


def test_what_descends_from_images_with_a_finding_is_never_clean_unscanned(
    world: GoldenWorld, refusing: Refusing, ask: Ask
) -> None:
    scanned, unscanned, unrelated = world.copy(), world.copy(), world.home_made()
    longer = (f"{CVE}5 - zlib", "critical")
    world.world.scan(world.golden, REGION, "high", findings=[(f"{CVE} - openssl", "high")])
    world.world.scan(scanned, REGION, "critical", findings=[longer])
    world.world.scan(unrelated, REGION, "critical", findings=[longer])
    run = ask("--with-finding", CVE.lower(), "--format", "json")
    assert run.code == 0, run.stderr
    found = documented(run)
    assert [each["image_id"] for each in run.report["bases"]] == [world.golden]
    assert {id: (each["scan"], each["finding"]) for id, each in found.items()} == {
        scanned: ("critical", False),
        unscanned: ("not scanned", None),
    }
    assert ask("--with-finding", CVE, "--min-severity", "critical", "--format", "json").report[
        "bases"
    ] == []  # fmt: skip
    refusing.operations.add("GetImageFindings")
    refused = ask("--with-finding", CVE)
    assert refused.code == 3
    assert "gap: the findings of 3 images are not known (" in refused.stdout
    assert f"{world.golden} in {PIPELINE}/{REGION}" in refused.stdout
    assert ask("--with-finding", "!").code == 2
    assert ask("--min-severity", "high", world.golden).code == 2


def test_an_image_that_was_never_scanned_may_have_the_finding(world: GoldenWorld, ask: Ask) -> None:
    world.world.scan(world.golden, REGION, "high", findings=[(f"{CVE} - openssl", "high")])
    world.home_made()
    run = ask("--with-finding", CVE)
    assert run.code == 3
    assert (
        "1 other image was not scanned, so it is not known whether the finding applies"
        in run.stdout
    )


def forgotten(world: GoldenWorld, id: str) -> str:
    """EC2 has no record of what it was made from, and it has no mark."""
    record = world.world.image(REGION, id)
    record.source_image_id = record.source_image_region = None
    record.watermarks = []
    return id


def test_events_tell_what_ec2_does_not_record(
    world: GoldenWorld, refusing: Refusing, ask: Ask
) -> None:
    copy = forgotten(world, world.copy())
    made = forgotten(world, world.derived(copy))
    recorded = world.copy()
    assert edges(ask(world.golden, "--format", "json")).keys() == {recorded}
    run = ask(world.golden, "--cloudtrail", "--format", "json")
    assert run.code == 0, run.stderr
    assert edges(run) == {
        copy: (world.golden, "cloudtrail", 1),
        made: (copy, "cloudtrail", 2),
        recorded: (world.golden, "recorded", 1),
    }
    refusing.operations.add("LookupEvents")
    refused = ask(world.golden, "--cloudtrail")
    assert refused.code == 3
    assert refused.stdout.count("gap: ") == 6  # a line for each place
    assert f"gap: CloudTrail's events of {WORKLOAD}/{REGION}: " in refused.stdout


SNAPSHOT = "snap-0123456789abcdef0"
SAMPLES = Path(__file__).resolve().parents[3] / "shared" / "aws-samples"


def with_snapshot(world: GoldenWorld, id: str, snapshot: str = SNAPSHOT) -> str:
    mapping = {"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": snapshot, "VolumeSize": 8}}
    world.world.image(REGION, id).overlay["BlockDeviceMappings"] = [mapping]
    return id


def test_what_was_registered_from_a_snapshot_is_told_by_its_event_though_it_is_gone(
    world: GoldenWorld, ask: Ask
) -> None:
    """And what was made of it: without the event, nothing tells that it descends."""
    copy = with_snapshot(world, world.copy())
    registered = world.world.register_image(WORKLOAD, REGION, name="r", snapshots=[SNAPSHOT])
    below = world.derived(registered)
    world.world.deregister(registered, REGION)
    assert edges(ask(world.golden, "--format", "json")).keys() == {copy}
    run = ask(world.golden, "--cloudtrail", "--format", "json")
    assert run.code == 0, run.stderr
    assert edges(run) == {
        copy: (world.golden, "recorded", 1),
        registered: (copy, "cloudtrail", 2),
        below: (registered, "recorded", 3),
    }
    found = documented(run)
    assert (found[registered]["listed"], found[below]["weakest"]) == (False, "cloudtrail")


def test_images_registered_from_one_snapshot_are_siblings(world: GoldenWorld, ask: Ask) -> None:
    """By their events each is of the older image that has the snapshot, in whichever account, and of none that came later."""
    with_snapshot(world, world.golden)
    first, second = (
        world.world.register_image(account, REGION, name="r", snapshots=[SNAPSHOT])
        for account in (WORKLOAD, TEAM)
    )
    later = with_snapshot(world, world.home_made())
    run = ask(world.golden, "--cloudtrail", "--format", "json")
    assert edges(run) == {
        first: (world.golden, "cloudtrail", 1),
        second: (world.golden, "cloudtrail", 1),
        later: (world.golden, "likely", 1),
    }
    assert first not in documented(ask(second, "--cloudtrail", "--format", "json"))
    assert not {first, second} & documented(ask(later, "--cloudtrail", "--format", "json")).keys()


def test_registrations_as_aws_documents_them_are_joined(world: GoldenWorld, ask: Ask) -> None:
    """One names a snapshot beside an empty volume, the other a manifest, of which no image has anything."""
    commands = {
        number: shlex.split(json.loads(path.read_text("utf-8"))["command"])
        for number in (1, 2)
        for path in SAMPLES.glob(f"ec2.RegisterImage.awscli-*-{number}.json")
    }
    if not commands:
        pytest.skip("AWS's samples are not here")
    [mapping] = [each for each in commands[2] if "SnapshotId=" in each]
    snapshot = mapping.partition("SnapshotId=")[2].rstrip("}")
    assert any("VolumeSize=" in each for each in commands[2])
    copy = with_snapshot(world, world.copy(), snapshot)
    registered = world.world.register_image(WORKLOAD, REGION, name="2", snapshots=[snapshot])
    event = world.world.events[-1]
    assert event.asked is not None
    event.asked["blockDeviceMapping"]["items"].append(
        {"deviceName": "/dev/xvdf", "ebs": {"volumeSize": 100}}
    )
    by_manifest = world.world.register_image(WORKLOAD, REGION, name="1")
    location = commands[1][commands[1].index("--image-location") + 1]
    world.world.events[-1].asked = {"name": "1", "imageLocation": location}
    run = ask(world.golden, "--cloudtrail", "--format", "json")
    assert run.code == 0, run.stderr
    assert edges(run) == {
        copy: (world.golden, "recorded", 1),
        registered: (copy, "cloudtrail", 2),
    }
    assert by_manifest not in documented(run)


def test_each_path_to_an_older_golden_source_counts(world: GoldenWorld, ask: Ask) -> None:
    """By its own mark this one comes from what was patched; what it was made from has the mark of what was not."""
    emulated = world.world
    builder = emulated.run_instance(PIPELINE, REGION, world.golden)
    patched = emulated.create_image(PIPELINE, REGION, builder, name="patched")
    emulated.attach_watermark(PIPELINE, REGION, patched, "golden-web-2")
    emulated.share(patched, REGION, WORKLOAD)
    between = emulated.image(REGION, patched).creation_date
    copy = world.copy(patched)
    emulated.detach_watermark(WORKLOAD, REGION, copy, f"{PIPELINE}:golden-web")
    below = world.derived(copy)
    fresh = emulated.register_image(PIPELINE, REGION, name="fresh")
    emulated.attach_watermark(PIPELINE, REGION, fresh, "golden-web-3")
    emulated.share(fresh, REGION, WORKLOAD)
    new = world.copy(fresh)
    before = ("--built-before", between.isoformat(), "--format", "json")
    run = ask(world.golden, *before)
    found = documented(run)
    assert [mark for mark in found[copy]["marks"] if mark.endswith("golden-web")] == []
    assert {patched, copy, below} <= found.keys()
    for id in (patched, copy, below):
        sources = [(each["image_id"], each["created"]) for each in found[id]["golden_sources"]]
        assert [each for each, _ in sources] == [world.golden, patched]
        assert sources[0][1] == found[id]["golden_source_created"] < sources[1][1]
    assert run.report["summary"]["later_left_out"] == 0
    # From the patched one on, what is above it counts as well: it was built on something older
    from_patched = documented(ask(patched, *before))
    assert {copy, below} <= from_patched.keys()
    text = ask(patched, "--built-before", between.isoformat()).stdout
    assert (
        f"golden sources {world.golden} of 2026-11-01 (older), {patched} of 2026-11-01; made"
        in text
    )
    assert "listed: any golden source older than " in text
    later = ask(fresh, *before)
    assert documented(later) == {}
    assert later.report["summary"]["later_left_out"] == 1
    assert new in documented(ask(fresh, "--format", "json"))


def test_two_records_of_one_image_are_two_paths(world: GoldenWorld, ask: Ask) -> None:
    """Its mark names one golden image, EC2's record another: the older of both counts, and both are named."""
    emulated = world.world
    builder = emulated.run_instance(PIPELINE, REGION, world.base)
    patched = emulated.create_image(PIPELINE, REGION, builder, name="patched")
    emulated.attach_watermark(PIPELINE, REGION, patched, "golden-web-2")
    emulated.share(patched, REGION, WORKLOAD)
    between = emulated.image(REGION, patched).creation_date
    copy = world.copy(patched)
    record = emulated.image(REGION, copy)
    record.source_image_id = world.golden
    run = ask(world.base, "--built-before", between.isoformat(), "--format", "json")
    found = documented(run)[copy]
    assert [each["image_id"] for each in found["golden_sources"]] == [world.golden, patched]
    assert patched not in documented(run)


@pytest.mark.parametrize(
    "name",
    ["CVE", "CVE-2026", "CVE-2026-", "CVE-2026-12", "CVE-2026-*", "openssl", "GHSA-1", "ami-00000000000000003", " "],
)  # fmt: skip
def test_a_part_of_an_id_is_no_finding_that_no_image_has(
    world: GoldenWorld, ask: Ask, name: str
) -> None:
    world.world.scan(world.golden, REGION, "high", findings=[(f"{CVE} - openssl", "high")])
    run = ask("--with-finding", name)
    assert (run.code, run.stdout) == (2, "")
    assert "is not the id of a finding; write it like CVE-2026-12345" in run.stderr


def test_a_finding_on_a_page_before_one_that_is_lost_is_found(
    world: GoldenWorld, refusing: Refusing, ask: Ask
) -> None:
    """And where it is on none of those that were read, nobody knows."""
    many = [(f"CVE-2025-{number:05} - zlib", "low") for number in range(1_500)]
    copy = world.copy()
    world.world.scan(world.golden, REGION, "high", findings=[(f"{CVE} - openssl", "high"), *many])
    world.world.scan(copy, REGION, "low", findings=many)
    asked = ask("--with-finding", CVE, "--format", "json")
    assert asked.code == 0, asked.stderr
    assert documented(asked)[copy]["finding"] is False
    refusing.parameters.add("NextToken")
    run = ask("--with-finding", CVE, "--no-cache", "--format", "json")
    assert run.code == 3
    assert [each["image_id"] for each in run.report["bases"]] == [world.golden]
    assert documented(run)[copy]["finding"] is None
    (gap,) = run.report["gaps"]
    assert gap.startswith(
        f"the findings of 1 image are not known ({copy} in {WORKLOAD}/{REGION}): "
    )


def test_an_image_of_which_one_account_is_told_the_scan_was_scanned(tmp_path: Path) -> None:
    """Whoever it is shared with may not be told, and that is no image that was not scanned."""
    store, night = Store(tmp_path), date(2026, 11, 29)
    scan = ScanResults(highest_finding_severity="low")
    places = []
    for account, owned in ((PIPELINE, True), (WORKLOAD, False)):
        image = Image(id="ami-0a", owner_id=PIPELINE, scan_results=scan if owned else None)
        listed = Classified(
            account, REGION, ListedImage(image), shared=not owned, kind=ImageClass.GOLDEN, why=""
        )
        places.append(PlaceSeen(account, REGION, PlaceState.SEEN, images=1))
        store.write(night, places[-1], [listed], ())
    store.finish(night, places)
    stored = stored_night(Store(tmp_path), None)
    assert not_scanned(stored, []) is None


def test_people_are_told_of_each_image_whether_it_has_the_finding(
    world: GoldenWorld, ask: Ask
) -> None:
    scanned, unscanned = world.copy(), world.copy()
    world.world.scan(world.golden, REGION, "high", findings=[(f"{CVE} - openssl", "high")])
    world.world.scan(scanned, REGION, "low", findings=[("CVE-2020-1111 - zlib", "low")])
    lines = {
        id: line
        for line in ask("--with-finding", CVE).stdout.splitlines()
        for id in (world.golden, scanned, unscanned)
        if line.strip("└ ").startswith(id)
    }
    assert "high, has the finding" in lines[world.golden]
    assert "low, does not have the finding" in lines[scanned]
    assert "not scanned" in lines[unscanned]


@pytest.mark.parametrize(
    "asked",
    [
        {"sourceRegion": REGION},
        {"sourceImageId": "ami-zzz; rm", "sourceRegion": REGION},
        {"sourceImageId": "ami-00000000000000003"},
        None,
    ],
    ids=["no-source", "odd-source", "no-region", "nothing"],
)
def test_a_copy_whose_source_cannot_be_read_is_a_gap(
    world: GoldenWorld, ask: Ask, asked: dict[str, Any] | None
) -> None:
    copy = forgotten(world, world.copy())
    world.world.events[-1].asked = asked
    run = ask(world.golden, "--cloudtrail")
    assert run.code == 3
    assert copy not in run.stdout
    assert f"gap: CloudTrail's CopyImage events of {WORKLOAD}/{REGION}" in run.stdout
    assert "1 of the entries in the answer could not be read" in run.stdout


def test_an_image_of_an_instance_that_nobody_knows_is_a_gap(world: GoldenWorld, ask: Ask) -> None:
    made = forgotten(world, world.derived(world.golden))
    known = world.derived(world.golden)
    launch = world.world.events[-4]
    assert launch.name == "RunInstances"
    [instance_id] = [id for id in world.world.instances if f'"{id}"' in json.dumps(launch.answer)]
    world.world.events.remove(launch)
    del world.world.instances[instance_id]
    run = ask(world.golden, "--cloudtrail")
    assert run.code == 3
    assert known in run.stdout
    assert (
        "gap: lineage not followed: 1 image was made from an instance whose image is not known: "
        f"{made} in {REGION} from {instance_id}"
    ) in run.stdout


def test_events_that_contradict_one_another_or_a_record_are_told(
    world: GoldenWorld, ask: Ask
) -> None:
    other = world.home_made()
    copy = forgotten(world, world.copy())
    recorded = world.copy()
    unrelated = forgotten(world, world.copy(other))
    said = {"sourceRegion": REGION, "sourceImageId": other, "name": "x"}
    for id in (copy, recorded):
        world.world.record(WORKLOAD, REGION, "CopyImage", asked=said, answer={"imageId": id})
    elsewhere = {**said, "sourceImageId": world.base}
    world.world.record(
        WORKLOAD, REGION, "CopyImage", asked=elsewhere, answer={"imageId": unrelated}
    )
    run = ask(world.golden, "--cloudtrail", "--format", "json")
    assert edges(run) == {
        copy: (world.golden, "cloudtrail", 1),
        recorded: (world.golden, "recorded", 1),
    }
    first, second = run.report["contradictions"]
    assert first.startswith(f"{copy} in {REGION} was made from ")
    assert world.golden in first
    assert other in first
    assert second == (
        f"{recorded} in {REGION} is recorded as made from {world.golden} in {REGION}, "
        f"but events of CloudTrail say from {other} in {REGION}"
    )


def test_events_of_the_pages_that_were_read_count(
    world: GoldenWorld, ask: Ask, refusing: Refusing
) -> None:
    old = forgotten(world, world.copy())
    for _ in range(50):
        event = {"sourceRegion": REGION, "sourceImageId": world.base, "name": "x"}
        world.world.record(
            WORKLOAD, REGION, "CopyImage", asked=event, answer={"imageId": "ami-0123456789abcdef0"}
        )
    new = forgotten(world, world.copy())
    assert edges(ask(world.golden, "--cloudtrail", "--format", "json")).keys() == {old, new}
    refusing.parameters.add("NextToken")
    run = ask(world.golden, "--cloudtrail", "--no-cache")
    assert run.code == 3
    assert new in run.stdout
    assert old not in run.stdout
    assert f"gap: CloudTrail's CopyImage events of {WORKLOAD}/{REGION}" in run.stdout


@pytest.mark.parametrize("more", [{"awsRegion": DUBLIN}, {"recipientAccountId": TEAM}])
def test_an_event_that_says_it_is_of_another_place_is_not_believed(
    world: GoldenWorld, ask: Ask, more: dict[str, str]
) -> None:
    copy = forgotten(world, world.copy())
    world.world.events[-1].more.update(more)
    run = ask(world.golden, "--cloudtrail")
    assert run.code == 3
    assert copy not in run.stdout
    assert f"gap: CloudTrail's CopyImage events of {WORKLOAD}/{REGION}: " in run.stdout
