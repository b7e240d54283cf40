"""What can go wrong between two nights: exactly the places concerned are named, nothing is counted twice,
and what the last night saw of them is kept and marked.
"""

import os
import re
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Lock

import pytest

from tests import command
from tests.command import Run, talking_to
from tests.emulator import Fault, RawFault, Server, serve
from tests.emulator.faults import Faults, Request
from tests.fleet.test_inventory import CI, DUBLIN, POLICY, TEAM, classes, states, stored
from tests.worlds import PIPELINE, REGION, STRANGER, WORKLOAD, GoldenWorld

ACCOUNTS = (PIPELINE, WORKLOAD, TEAM)
PLACES = {(account, region) for account in ACCOUNTS for region in (REGION, DUBLIN)}
OF_THE_TEAM = {(TEAM, REGION), (TEAM, DUBLIN)}
HALF = RawFault(200, b"<DescribeImagesResponse><imagesSet><item><imageId>ami-0", "text/xml")
ANOTHER = RawFault(
    200,
    b'<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">'
    b"<GetCallerIdentityResult><Arn>arn:aws:sts::999999999999:assumed-role/a/b</Arn><UserId>A:b</UserId>"
    b"<Account>999999999999</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
    "text/xml",
)
assert STRANGER.encode() in ANOTHER.body
ROLE = f"arn:aws:iam::{TEAM}:role/assay-reader"


class Scene:
    """Three accounts in two Regions with some images each, and nights over them."""

    def __init__(self, folder: Path, server: Server, golden: GoldenWorld) -> None:
        self.folder, self.server, self.golden = folder, server, golden
        (folder / "assay.yaml").write_text(POLICY)
        (folder / "accounts").write_text("\n".join(ACCOUNTS))
        self.environment = {
            **talking_to(server.url, CI), "ASSAY_CACHE_DIR": str(folder / "cache"),
        }  # fmt: skip

    def arguments(self, night: int, *options: str) -> list[str]:
        regions = ("--region", REGION, "--region", DUBLIN)
        when = ("--as-of", f"2026-11-{night}", "--format", "json")
        return ["inventory", *regions, "--accounts", "accounts", *when, *options]

    def night(self, night: int) -> Run:
        return command.assay(*self.arguments(night), cwd=self.folder, env=self.environment)


@pytest.fixture(name="scene")
def _scene(tmp_path: Path) -> Iterator[Scene]:
    golden = GoldenWorld()
    world = golden.world
    for account in (WORKLOAD, TEAM):
        for region in (REGION, DUBLIN):
            for number in range(5):
                made = world.register_image(account, region, name=f"own-{number}")
            world.run_instance(account, region, made)
    golden.derived(golden.copy())
    world.page_size = 2
    with serve(world) as server:
        yield Scene(tmp_path, server, golden)


def told(run: Run) -> dict[tuple[str, str], list[tuple[str, str]]]:
    """By place, its images and their classes, as often as each is told."""
    found: defaultdict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for each in run.report["images"]:
        found[each["account"], each["region"]].append((each["image_id"], each["class"]))
    return {at: sorted(images) for at, images in found.items()}


def of_place(scene: Scene, table: str, night: int) -> dict[tuple[str, str], list[str]]:
    """By place, the ids that are stored; those from an earlier night have a star."""
    found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for row in stored(scene.folder, table, f"2026-11-{night}"):
        id = row["image_id"] if table == "images" else f"{row['type']} {row['id']}"
        star = "*" if row["stale_since"] else ""
        found[str(row["account"]), row["region"]].append(f"{id}{star}")
    return found


# ------------------------------------------------------------------- what happens to some of the places


def when(fault: Fault | RawFault, **told: str) -> Faults:
    """A fault for the requests of which all that is true."""

    def fails(request: Request) -> Fault | RawFault | None:
        role = request.params.get("RoleArn", "")
        known = {
            "service": request.service, "operation": request.operation, "account": request.account,
            "region": request.region, "role": role, "later": str("NextToken" in request.params),
            "own": str("Owners" in request.params),
        }  # fmt: skip
        return fault if all(known[name] == value for name, value in told.items()) else None

    return fails


@dataclass(frozen=True)
class Case:
    """A fault, the places that it costs, and what is said of them."""

    state: str
    places: set[tuple[str, str]]
    said: str
    faults: Faults | None = None
    change: Callable[[GoldenWorld], None] = lambda _: None
    environment: Mapping[str, str] = field(default_factory=dict)


def _zone_out(golden: GoldenWorld) -> None:
    golden.world.zones_out.add((DUBLIN, "b"))


CASES = {
    "an account whose role is refused": Case(
        "denied", OF_THE_TEAM, r"sts:AssumeRole in .*: denied \(AccessDenied\)",
        when(Fault(403, "AccessDenied"), operation="AssumeRole", role=ROLE),
    ),
    "an account that denies what is asked": Case(
        "denied", OF_THE_TEAM, r"ec2:DescribeImages.* in .*: denied \(UnauthorizedOperation\)",
        when(Fault(403, "UnauthorizedOperation"), service="ec2", account=TEAM),
    ),
    "a Region that is not on": Case(
        "opted-out", {(TEAM, DUBLIN)}, r"refused \(OptInRequired\)",
        change=lambda golden: golden.world.switch_region_off(TEAM, DUBLIN),
    ),
    "a Region that does not know the credentials": Case(
        "opted-out", {(TEAM, DUBLIN)}, r"does not accept|AuthFailure",
        change=lambda golden: golden.world.switch_region_off(TEAM, DUBLIN, error="AuthFailure"),
    ),
    "a session that ended and is not renewed": Case(
        "cut-short", {(TEAM, DUBLIN)}, r"expired \(RequestExpired\)",
        when(Fault(400, "RequestExpired"), operation="DescribeImages", account=TEAM, region=DUBLIN,
             later="True"),
    ),
    "an Availability Zone in an outage": Case(
        "cut-short", {(account, DUBLIN) for account in ACCOUNTS},
        r"ec2:DescribeInstanceImageMetadata in eu-west-1", change=_zone_out,
        environment={"AWS_MAX_ATTEMPTS": "1"},
    ),
    "a page that is cut off in the middle": Case(
        "cut-short", {(WORKLOAD, REGION)}, r"ec2:DescribeImages in us-east-1: .*(?:read|cut|valid)",
        when(HALF, operation="DescribeImages", account=WORKLOAD, region=REGION, later="True", own="True"),
        environment={"AWS_MAX_ATTEMPTS": "1"},
    ),
    "a role that answers as another account": Case(
        "failed", OF_THE_TEAM, f"belongs to another account than {TEAM}",
        when(ANOTHER, operation="GetCallerIdentity", account=TEAM),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_fault_costs_its_places_and_nothing_else(scene: Scene, name: str) -> None:
    case = CASES[name]
    first = scene.night(28)
    assert (first.code, set(states(first))) == (0, PLACES)
    scene.server.faults = case.faults
    case.change(scene.golden)
    scene.environment.update(case.environment)
    second = scene.night(29)
    assert second.code == 3, second.stderr
    assert Counter(states(second)) == Counter(
        {at: case.state if at in case.places else "seen" for at in PLACES}
    )
    assert len(second.report["places"]) == len(PLACES)
    reasons = {
        (each["account"], each["region"]): each["reason"] for each in second.report["places"]
    }
    for at in PLACES:
        assert bool(re.search(case.said, reasons[at] or "")) == (at in case.places), reasons[at]
    before, after = told(first), told(second)
    for at in PLACES - case.places:
        assert after.get(at) == before.get(at)
    for at in case.places:
        assert len(set(after.get(at, []))) == len(after.get(at, []))
        assert set(after.get(at, [])) <= set(before.get(at, []))
    seen_now = {at: {id for id, _ in images} for at, images in after.items()}
    for table in ("images", "uses"):
        was, stands = of_place(scene, table, 28), of_place(scene, table, 29)
        for at in PLACES:
            assert sorted(each.rstrip("*") for each in stands[at]) == sorted(was[at])
            if at not in case.places:
                assert stands[at] == was[at]
            elif case.state != "cut-short":
                assert all(each.endswith("*") for each in stands[at])
            elif table == "images":
                fresh = {each for each in stands[at] if not each.endswith("*")}
                assert fresh == seen_now.get(at, set())
    verb = "was" if len(case.places) == 1 else "were"
    assert f"{len(case.places)} of {len(PLACES)} places {verb} not seen completely" in second.stderr


# ---------------------------------------------------------------------------- what costs nothing at all


class Bucket:
    """Twenty tokens a second for each account, Region and operation, and few in advance."""

    def __init__(self) -> None:
        self.refused = 0
        self._lock = Lock()
        self._full: dict[tuple[str | None, str, str], float] = {}

    def __call__(self, request: Request) -> Fault | None:
        if request.service != "ec2":
            return None
        with self._lock:
            now, key = time.monotonic(), (request.account, request.region, request.operation)
            due = max(self._full.get(key, now), now)
            if due - now > 1 / 20:
                self.refused += 1
                return Fault(503, "RequestLimitExceeded")
            self._full[key] = due + 1 / 20
        return None


def test_throttling_at_twenty_a_second_costs_time_alone(scene: Scene) -> None:
    scene.golden.world.page_size = 1
    first = scene.night(28)
    bucket = scene.server.faults = Bucket()
    second = scene.night(29)
    assert bucket.refused
    assert (second.code, told(second)) == (0, told(first))


def test_what_comes_and_goes_between_pages_is_counted_once_at_most(scene: Scene) -> None:
    """One page on, the image that was told is gone, and another stands at the front of the list."""
    first = scene.night(28)
    world, changed = scene.golden.world, Event()
    came: list[str] = []
    gone = next(id for account, region, id in classes(first) if (account, region) == (TEAM, REGION))

    def change(request: Request) -> None:
        mine = (request.account, request.region) == (TEAM, REGION)
        paged = request.operation == "DescribeImages" and "NextToken" in request.params
        if mine and paged and not changed.is_set():
            changed.set()
            world.deregister(gone, REGION)
            came.append(world.register_image(TEAM, REGION, name="new"))

    world.steady_pages = True
    scene.server.faults = change
    second = scene.night(29)
    assert changed.is_set()
    assert second.code == 0
    before, after = told(first), told(second)
    assert len(set(after[TEAM, REGION])) == len(after[TEAM, REGION])
    assert {id for id, _ in after.pop((TEAM, REGION))} - {gone, *came} == {
        id for id, _ in before.pop((TEAM, REGION))
    } - {gone}
    assert after == before


def test_an_image_that_two_pages_tell_is_one(scene: Scene) -> None:
    """Pages that go on at a number tell once more what was moved on by an image that came before it."""
    first = scene.night(28)
    world = scene.golden.world
    images = world.images

    def change(request: Request) -> None:
        mine = (request.account, request.region) == (TEAM, REGION)
        if mine and request.operation == "DescribeImages" and "NextToken" in request.params:
            made = world.register_image(TEAM, REGION, name="new")
            front = {(REGION, made): images.pop((REGION, made))}
            rest = dict(images)
            images.clear()
            images.update(front | rest)
            scene.server.faults = None

    scene.server.faults = change
    second = scene.night(29)
    assert (second.code, told(second)) == (0, told(first))


# ----------------------------------------------------------------------------------- what ends the run


def test_a_full_disk_ends_the_run_and_the_next_one_goes_on(scene: Scene) -> None:
    """No file may become as large as the journal of such a night is."""
    assert scene.night(28).code == 0
    before = of_place(scene, "images", 28)
    limited = f'ulimit -f 24; exec "{sys.executable}" -m assay "$@"'
    ended = subprocess.run(
        ["sh", "-c", limited, "sh", *scene.arguments(29, "--no-cache")],
        cwd=scene.folder, env={**os.environ, **scene.environment},
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "inventory" in ended.stderr.splitlines()[-1]
    assert "Traceback" not in ended.stderr
    assert of_place(scene, "images", 28) == before
    assert list((scene.folder / "inventory").glob("night=2026-11-29/places.parquet")) == []
    assert scene.night(29).code == 0
    assert of_place(scene, "images", 29) == before


def test_of_two_runs_at_once_the_second_is_refused_and_the_first_is_whole(scene: Scene) -> None:
    at_work, over = Event(), Event()

    def hold(request: Request) -> None:
        if request.operation == "DescribeLaunchTemplates" and not at_work.is_set():
            at_work.set()
            over.wait(60)

    scene.server.faults = hold
    with subprocess.Popen(
        [sys.executable, "-m", "assay", *scene.arguments(29)],
        cwd=scene.folder, env={**os.environ, **scene.environment}, stdout=subprocess.PIPE,
    ) as running:  # fmt: skip
        assert at_work.wait(60)
        refused = scene.night(29)
        over.set()
        printed, _ = running.communicate(timeout=120)
    assert (refused.code, refused.stdout) == (2, "")
    assert "another run is using this store; wait until it has ended" in refused.stderr
    assert running.returncode == 0
    whole = Run(0, printed.decode(), "")
    assert set(states(whole)) == PLACES
    assert told(whole) == told(scene.night(28))
