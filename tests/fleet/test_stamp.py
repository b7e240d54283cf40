"""`assay stamp` against an emulated EC2: what is refused, what is written, and what is told of it."""

import json
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, FormatChecker

from tests import command
from tests.command import Run, talking_to
from tests.emulator import Server, serve
from tests.emulator.faults import Fault, Happening
from tests.worlds import PIPELINE, REGION, WORKLOAD, GoldenWorld

DUBLIN = "eu-west-1"
POLICY = f"""\
version: 1
golden:
  watermarks:
    - key: "{PIPELINE}:golden-*"
  roots:
    owners: [amazon]
aws:
  region: {REGION}
"""
KEY = f"{PIPELINE}:golden-db"
Stamp = Callable[..., Run]


@pytest.fixture(name="faults")
def _faults() -> Happening:
    return Happening()


@pytest.fixture(name="world")
def _world() -> GoldenWorld:
    return GoldenWorld()


@pytest.fixture(name="server")
def _server(world: GoldenWorld, faults: Happening) -> Iterator[Server]:
    with serve(world.world, faults) as server:
        yield server


@pytest.fixture(name="stamp")
def _stamp(server: Server, tmp_path: Path) -> Stamp:
    (tmp_path / "assay.yaml").write_text(POLICY)

    def stamp(image: str, *options: str, account: str = PIPELINE, name: str = "golden-db") -> Run:
        environment = {**talking_to(server.url, account), "ASSAY_CACHE_DIR": str(tmp_path / "c")}
        arguments = ("stamp", image, "--watermark", name, *options)
        return command.assay(*arguments, cwd=tmp_path, env=environment)

    return stamp


@pytest.fixture(name="built")
def _built(world: GoldenWorld) -> str:
    """What a pipeline has just made of a vendor's image."""
    builder = world.world.run_instance(PIPELINE, REGION, world.base)
    return world.world.create_image(PIPELINE, REGION, builder, name="built")


def writes(server: Server) -> int:
    return len(server.calls("AttachImageWatermark"))


def told(run: Run) -> dict[str, Any]:
    """The document, which is what its schema says."""
    text = resources.files("assay.report.stamping").joinpath("stamp.schema.json").read_text("utf-8")
    Draft7Validator(json.loads(text), format_checker=FormatChecker()).validate(run.report)
    return run.report


def marks(world: GoldenWorld, image: str, region: str = REGION) -> list[str]:
    return [each.key for each in world.world.image(region, image).watermarks]


def test_a_second_run_and_a_dry_run_write_nothing(
    world: GoldenWorld, built: str, stamp: Stamp, server: Server
) -> None:
    dry = stamp(built, "--dry-run", "--format", "json")
    assert (dry.code, writes(server), marks(world, built)) == (0, 0, [])
    assert [each["state"] for each in told(dry)["images"]] == ["would-attach"]
    first = stamp(built, "--format", "json")
    assert (first.code, writes(server), marks(world, built)) == (0, 1, [KEY])
    (image,) = told(first)["images"]
    assert (image["state"], image["mark"]["source_image_id"]) == ("attached", built)
    assert told(first)["summary"] == {"images": 1, "carry": 1, "attached": 1}
    second = stamp(built)
    assert (second.code, writes(server), marks(world, built)) == (0, 1, [KEY])
    assert f"present: {built} in {REGION}: it already has the watermark" in second.stdout
    assert f"1 of 1 image carries {KEY}, nothing was written\n" in second.stdout


def set_state(world: GoldenWorld, image: str, state: str) -> None:
    world.world.image(REGION, image).state = state


def fill(world: GoldenWorld, image: str) -> None:
    for number in range(5):
        world.world.attach_watermark(PIPELINE, REGION, image, f"other-{number}")


def move(world: GoldenWorld, image: str) -> None:
    world.world.image(REGION, image).owner_id = WORKLOAD
    world.world.share(image, REGION, PIPELINE)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda world, built: world.world.make_public(built, REGION), "it is public"),
        (lambda world, built: set_state(world, built, "failed"), "its state is failed"),
        (lambda world, built: set_state(world, built, "disabled"), "its state is disabled"),
        (fill, "5 is the maximum"),
        (move, f"it is owned by {WORKLOAD}"),
        (lambda world, built: world.world.deregister(built, REGION), "no such image"),
    ],
)
def test_what_cannot_become_golden_is_refused(
    world: GoldenWorld, built: str, stamp: Stamp, server: Server, spoil: Any, said: str
) -> None:
    spoil(world, built)
    for options in ((), ("--wait",)):
        run = stamp(built, "--format", "json", *options)
        assert (run.code, writes(server)) == (1, 0)
        (image,) = told(run)["images"]
        assert image["state"] == "refused"
        assert said in image["reason"]


def test_an_image_that_starts_from_no_trusted_root_is_refused(
    world: GoldenWorld, stamp: Stamp, server: Server
) -> None:
    stranger = world.world.register_image("999999999999", REGION, name="theirs", public=True)
    builder = world.world.run_instance(PIPELINE, REGION, stranger)
    built = world.world.create_image(PIPELINE, REGION, builder, name="built of theirs")
    for image in (built, world.home_made(PIPELINE)):
        run = stamp(image, "--format", "json")
        assert (run.code, writes(server)) == (1, 0)
        assert "which golden.roots does not name" in told(run)["images"][0]["reason"]


def test_a_root_that_is_named_by_id_is_trusted(
    world: GoldenWorld, stamp: Stamp, tmp_path: Path
) -> None:
    home = world.home_made(PIPELINE)
    named = f"images: [{{id: {home}, region: {REGION}}}]"
    (tmp_path / "assay.yaml").write_text(POLICY.replace("owners: [amazon]", named))
    assert stamp(home).code == 0


def test_a_root_that_cannot_be_read_is_no_trusted_root(
    world: GoldenWorld, built: str, stamp: Stamp, server: Server
) -> None:
    middle = world.world.create_image(
        PIPELINE, REGION, world.world.run_instance(PIPELINE, REGION, built), name="second"
    )
    world.world.deregister(built, REGION)
    world.world.denied.add((PIPELINE, "GetImageAncestry"))
    run = stamp(middle, "--format", "json")
    assert (run.code, writes(server)) == (3, 0)
    assert told(run)["images"][0]["state"] == "uncertain"


def test_what_descends_from_something_revoked_is_refused(
    world: GoldenWorld, built: str, stamp: Stamp, server: Server, tmp_path: Path
) -> None:
    revoked = (
        f"revoked:\n  images: [{{id: {world.base}, region: {REGION}, reason: CVE-2026-0001}}]\n"
    )
    (tmp_path / "assay.yaml").write_text(POLICY + revoked)
    run = stamp(built, "--format", "json")
    assert (run.code, writes(server)) == (1, 0)
    assert "CVE-2026-0001" in told(run)["images"][0]["reason"]


def test_an_image_that_is_pending_is_waited_for(
    world: GoldenWorld, built: str, stamp: Stamp, faults: Happening, server: Server
) -> None:
    set_state(world, built, "pending")
    run = stamp(built)
    assert (run.code, writes(server)) == (3, 0)
    assert "its state is pending; use --wait to wait for it" in run.stdout
    looks = 0

    def ready() -> None:
        nonlocal looks
        looks += 1
        if looks == 2:
            set_state(world, built, "available")

    faults.of["DescribeImages"] = ready
    run = stamp(built, "--wait")
    assert (run.code, writes(server), marks(world, built)) == (0, 1, [KEY])


def test_an_image_that_never_comes_ends_in_time(
    world: GoldenWorld, built: str, stamp: Stamp, server: Server
) -> None:
    set_state(world, built, "pending")
    run = stamp(built, "--wait", "--timeout", "4")
    assert (run.code, writes(server)) == (3, 0)
    assert f"uncertain: {built} in {REGION}: its state is pending" in run.stdout


def test_copies_are_followed_until_each_carries_the_mark(
    world: GoldenWorld, built: str, stamp: Stamp, server: Server
) -> None:
    early = world.world.copy_image(PIPELINE, DUBLIN, built, REGION, name="before")
    assert stamp(built).code == 0
    late = world.world.copy_image(PIPELINE, DUBLIN, built, REGION, name="after")
    foreign = world.world.copy_image(WORKLOAD, DUBLIN, built, REGION, name="theirs")
    run = stamp(built, "--copies", DUBLIN, "--format", "json")
    assert run.code == 0, run.stderr
    found = {each["image_id"]: each["state"] for each in told(run)["images"]}
    assert found == {built: "present", early: "attached", late: "present"}
    assert marks(world, early, DUBLIN) == [KEY]
    assert foreign not in found
    assert writes(server) == 2


def test_a_copy_that_is_not_there_is_told_beside_what_was_attached(
    built: str, stamp: Stamp, server: Server
) -> None:
    run = stamp(built, "--copies", DUBLIN, "--copies", "ap-south-1", "--format", "json")
    assert (run.code, writes(server)) == (3, 1)
    states = [(each["image_id"], each["region"], each["state"]) for each in told(run)["images"]]
    assert states == [
        (built, REGION, "attached"),
        (None, DUBLIN, "uncertain"),
        (None, "ap-south-1", "uncertain"),
    ]


def test_an_answer_that_was_lost_is_read_back(
    world: GoldenWorld, built: str, stamp: Stamp, faults: Happening, server: Server
) -> None:
    def lost() -> Fault:
        if not marks(world, built):
            world.world.attach_watermark(PIPELINE, REGION, built, "golden-db")
        return Fault(400, "UnsupportedOperation")

    faults.of["AttachImageWatermark"] = lost
    run = stamp(built, "--format", "json")
    assert run.code == 0
    assert told(run)["images"][0]["state"] == "attached"


def test_a_refusal_is_no_half_golden_image_unsaid(
    built: str, stamp: Stamp, faults: Happening, server: Server
) -> None:
    faults.of["AttachImageWatermark"] = lambda: Fault(403, "UnauthorizedOperation")
    run = stamp(built, "--copies", DUBLIN, "--format", "json")
    assert run.code == 3
    (image,) = told(run)["images"]
    assert image["state"] == "unconfirmed"
    assert "ec2:AttachImageWatermark" in image["reason"]


@pytest.mark.parametrize("name", ["ab", "with:colon", "star*", " blank", "x" * 129])
def test_a_name_that_is_none_is_refused_before_anything_is_asked(
    built: str, stamp: Stamp, server: Server, name: str
) -> None:
    run = stamp(built, name=name)
    assert (run.code, run.stdout, len(server.requests)) == (2, "", 0)
    assert run.stderr.count("\n") == 1


def test_without_roots_it_is_said_that_nobody_looked(
    world: GoldenWorld, stamp: Stamp, tmp_path: Path
) -> None:
    (tmp_path / "assay.yaml").write_text(POLICY.replace("  roots:\n    owners: [amazon]\n", ""))
    run = stamp(world.home_made(PIPELINE))
    assert run.code == 0
    assert "golden.roots, so it is not checked what the image was built from" in run.stderr
