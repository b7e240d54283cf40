"""The sessions of readers end, and are renewed before they do, over HTTP and by a clock handed in."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta

import pytest

from assay.catalog.aws.leases import EARLY, LAST, Lease, Opened, Session
from assay.catalog.aws.refusals import RefusedError
from assay.catalog.aws.sdk import Sdk
from assay.catalog.fleet_questions import LISTED_IMAGES
from assay.catalog.interface import CutShort, Obstacle, Page, Unavailable
from assay.catalog.live import LiveCatalog
from assay.catalog.questions import IMAGES, Selection
from assay.model import CommonReader, Identity, Image, Place, Reader, Readers
from assay.run.cache import Cache
from assay.run.catalogs import open_sdk
from assay.run.host import Host
from tests.catalog.test_live import credentials
from tests.emulator import CloseFault, Fault, RawFault, Request, Server, serve
from tests.worlds import PIPELINE, REGION, STRANGER, WORKLOAD, GoldenWorld

CI = "444444444444"
EXTERNAL_ID = "s3cret-external-id"
READERS = Readers(
    {WORKLOAD: Reader(f"arn:aws:iam::{WORKLOAD}:role/assay-reader", EXTERNAL_ID)},
    CommonReader("team/assay-reader", EXTERNAL_ID),
)
THEIRS, OTHERS = Place.of(REGION, WORKLOAD), Place.of(REGION, PIPELINE)
HOUR = timedelta(hours=1)
Answers = Callable[[Request], Fault | RawFault | CloseFault | None]


class Scene:
    """A world and a catalogue that have one clock, which only the test moves."""

    def __init__(self, golden: GoldenWorld) -> None:
        self.golden = golden
        self.time = datetime(2026, 11, 20, tzinfo=UTC)
        self.fault: Answers | None = None
        self.server: Server
        golden.world.clock = lambda: self.time
        golden.world.session_lasts = HOUR

    def faults(self, request: Request) -> Fault | RawFault | CloseFault | None:
        return self.fault(request) if self.fault else None

    def catalog(self, *, ahead: timedelta = timedelta(), readers: Readers = READERS) -> LiveCatalog:
        """One whose own clock may be off."""
        return LiveCatalog(Sdk(readers, now=lambda: self.time + ahead))

    def assumed(self) -> list[str]:
        """The roles that were asked for, in order."""
        return [request.params["RoleArn"] for request in self.server.calls("AssumeRole")]

    def break_renewals(self, fault: Fault | RawFault | CloseFault) -> None:
        self.fault = lambda request: fault if request.operation == "AssumeRole" else None


@pytest.fixture
def scene(golden: GoldenWorld, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    made = Scene(golden)
    with serve(golden.world, made.faults) as server:
        credentials(monkeypatch, server, CI)
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        made.server = server
        yield made


def seen(catalog: LiveCatalog, image: str, place: Place = THEIRS) -> object:
    return catalog.ask(IMAGES, [(place, image)])[place, image]


def refused(answer: object) -> str:
    assert isinstance(answer, Unavailable)
    assert EXTERNAL_ID not in answer.reason
    return answer.reason


def test_a_session_is_renewed_before_it_ends_and_not_sooner(scene: Scene) -> None:
    catalog, image = scene.catalog(), scene.golden.home_made(WORKLOAD)
    assert isinstance(seen(catalog, image), Image)
    scene.time += HOUR - EARLY - timedelta(seconds=1)
    assert isinstance(seen(catalog, image), Image)
    assert len(scene.assumed()) == 1
    scene.time += timedelta(seconds=1)
    for hour in range(2, 8):  # a night is long
        assert isinstance(seen(catalog, image), Image)
        assert isinstance(seen(catalog, image), Image)
        assert len(scene.assumed()) == hour
        scene.time += HOUR - EARLY
    assert set(scene.assumed()) == {f"arn:aws:iam::{WORKLOAD}:role/assay-reader"}
    clients = sorted(catalog._sdk._clients)
    assert clients == [("ec2", REGION), ("sts", REGION)], "each takes a megabyte and a half"
    assert all(
        request.params["ExternalId"] == EXTERNAL_ID for request in scene.server.calls("AssumeRole")
    )


def test_each_account_is_renewed_when_its_own_session_is_due(scene: Scene) -> None:
    catalog, image = scene.catalog(), scene.golden.golden
    seen(catalog, image, THEIRS)
    scene.time += HOUR / 2
    seen(catalog, image, OTHERS)
    scene.time += HOUR / 2
    for place in (THEIRS, OTHERS):
        assert isinstance(seen(catalog, image, place), Image)
    assert [arn.split(":")[4] for arn in scene.assumed()] == [WORKLOAD, PIPELINE, WORKLOAD]


def test_it_is_renewed_once_however_many_ask(scene: Scene) -> None:
    catalog, ids = scene.catalog(), scene.golden.many_copies(1)
    seen(catalog, ids[0])
    scene.time += HOUR - EARLY
    regions = [Place.of(region, WORKLOAD) for region in (REGION, "eu-west-1", "us-west-2")]
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda n: seen(catalog, ids[0], regions[n % 3]), range(36)))
    assert len(scene.assumed()) == 2


def test_long_after_its_end_it_is_renewed_all_the_same(scene: Scene) -> None:
    """A machine slept, or a place had nothing to be asked for hours."""
    catalog, image = scene.catalog(), scene.golden.home_made(WORKLOAD)
    seen(catalog, image)
    scene.time += 5 * HOUR
    assert isinstance(seen(catalog, image), Image)


def test_without_a_clock_what_has_ended_is_refused_by_aws(scene: Scene) -> None:
    catalog, image = LiveCatalog(Sdk(READERS)), scene.golden.home_made(WORKLOAD)
    assert isinstance(seen(catalog, image), Image)
    scene.time += HOUR
    assert "expired (RequestExpired)" in refused(seen(catalog, image))
    assert len(scene.assumed()) == 1


def test_a_run_renews_by_the_clock_of_its_host(scene: Scene) -> None:
    host = Host(
        read=lambda _: b"",
        note=lambda _: None,
        now=lambda: scene.time,
        monotonic=lambda: 0.0,
        environment={},
        at_end=lambda _: None,
        watching=lambda _: nullcontext(),
    )
    catalog = LiveCatalog(open_sdk(host, READERS, 60, Cache(host, wanted=False)))
    image = scene.golden.home_made(WORKLOAD)
    for _ in range(3):
        assert isinstance(seen(catalog, image), Image)
        scene.time += HOUR
    assert len(scene.assumed()) == 3


def test_a_list_goes_on_with_the_new_session(scene: Scene) -> None:
    scene.golden.world.page_size = 1
    ids = {scene.golden.home_made(WORKLOAD) for _ in range(4)}
    catalog = scene.catalog()
    found: set[str] = set()
    for part in catalog.list_all(LISTED_IMAGES, (THEIRS, Selection(owners=("self",)))):
        assert not isinstance(part, CutShort), part
        if isinstance(part, Page):
            found |= {each.image.id for each in part.items}
            scene.time += HOUR
    assert found == ids
    assert len(scene.assumed()) == len(ids)


# -------------------------------------------------------------------------------- what is refused


def test_a_renewal_that_is_denied_costs_its_account_from_then_on(scene: Scene) -> None:
    catalog, image = scene.catalog(), scene.golden.golden
    seen(catalog, image, THEIRS)
    scene.time += HOUR - EARLY
    seen(catalog, image, OTHERS)
    scene.golden.world.deny(CI, "AssumeRole")
    said = refused(seen(catalog, image))
    assert said == (
        f"the session of the reader for account {WORKLOAD} ends and was not renewed: "
        f"sts:AssumeRole in {REGION}: denied (AccessDenied); the caller needs sts:AssumeRole"
    )
    scene.golden.world.denied.clear()  # too late: half of what a run says would be of either
    assert refused(seen(catalog, image)) == said
    assert isinstance(seen(catalog, image, OTHERS), Image)
    assert len(scene.assumed()) == 3
    listed = list(catalog.list_all(LISTED_IMAGES, (THEIRS, Selection(owners=("self",)))))
    assert listed == [CutShort(Obstacle.EXPIRED, said)]


@pytest.mark.parametrize("readers", [READERS, Readers({}, CommonReader("r"))])
def test_who_answers_as_another_account_is_never_looked_with(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, readers: Readers
) -> None:
    """Not even with what is still good: whose the role is has become a question."""
    catalog, image = scene.catalog(readers=readers), scene.golden.golden
    seen(catalog, image)
    real, elsewhere = scene.golden.world.assume_role, f"arn:aws:iam::{STRANGER}:role/r"
    monkeypatch.setattr(scene.golden.world, "assume_role", lambda _, name: real(elsewhere, name))
    scene.time += HOUR - EARLY
    for _ in range(2):
        assert "belongs to another account" in refused(seen(catalog, image))
    assert STRANGER not in {
        request.account for request in scene.server.requests if request.service != "sts"
    }
    assert len(scene.assumed()) == 2


@pytest.mark.parametrize(
    "fault", [Fault(400, "Throttling"), CloseFault(), RawFault(200, b"<html>s3cret</html>")]
)
def test_what_only_did_not_work_is_tried_again_while_there_is_time(
    scene: Scene, fault: Fault | RawFault | CloseFault
) -> None:
    catalog, image = scene.catalog(), scene.golden.home_made(WORKLOAD)
    seen(catalog, image)
    scene.time += HOUR - EARLY
    scene.break_renewals(fault)
    asked = [2, 3, 4]
    for number in asked:  # in the half of what is left
        for _ in range(3):
            assert isinstance(seen(catalog, image), Image)
        assert len(scene.assumed()) == number
        scene.time += EARLY / 2 ** (number - 1)
    scene.fault = None
    assert isinstance(seen(catalog, image), Image)
    scene.time += EARLY
    assert isinstance(seen(catalog, image), Image)
    assert len(scene.assumed()) == asked[-1] + 1


def test_what_did_not_work_until_the_end_is_refused(scene: Scene) -> None:
    catalog, image = scene.catalog(), scene.golden.home_made(WORKLOAD)
    seen(catalog, image)
    scene.time += HOUR
    scene.break_renewals(Fault(400, "Throttling"))
    said = refused(seen(catalog, image))
    assert "was not renewed: sts:AssumeRole" in said
    assert "throttled (Throttling)" in said
    assert refused(seen(catalog, image)) == said
    assert len(scene.assumed()) == 2


# ------------------------------------------------------------------------------- clocks and threads


@pytest.mark.parametrize("minutes", [-5, 5])
def test_clocks_that_aws_still_takes_renew_in_time(scene: Scene, minutes: int) -> None:
    """Requests may be signed five minutes off."""
    catalog = scene.catalog(ahead=timedelta(minutes=minutes))
    image = scene.golden.home_made(WORKLOAD)
    for _ in range(90):
        assert isinstance(seen(catalog, image), Image)
        scene.time += timedelta(minutes=1)
    assert len(scene.assumed()) == 2


def test_a_clock_that_is_far_ahead_does_not_renew_with_each_call(scene: Scene) -> None:
    catalog = scene.catalog(ahead=2 * HOUR)
    image = scene.golden.home_made(WORKLOAD)
    for _ in range(5):
        assert isinstance(seen(catalog, image), Image)
    assert len(scene.assumed()) == 1


def test_a_short_session_is_renewed_at_its_half(scene: Scene) -> None:
    scene.golden.world.session_lasts = timedelta(minutes=15)
    catalog, image = scene.catalog(), scene.golden.home_made(WORKLOAD)
    seen(catalog, image)
    for minutes, number in ((7, 1), (1, 2), (7, 2), (1, 3)):
        scene.time += timedelta(minutes=minutes)
        assert isinstance(seen(catalog, image), Image)
        assert len(scene.assumed()) == number


class TestLease:
    """Who waits for whom, which HTTP would only show by chance."""

    start = datetime(2026, 11, 20, tzinfo=UTC)

    def opened(self, until: datetime) -> Opened:
        return Opened(Session(("aws", WORKLOAD), {}, until), Identity(WORKLOAD, "arn"))

    def test_the_others_go_on_with_what_is_still_good(self) -> None:
        first, second = self.opened(self.start + HOUR), self.opened(self.start + 2 * HOUR)
        time = [self.start]
        lease = Lease(first, lambda: time[0])
        begun, go = threading.Event(), threading.Event()

        def slow() -> Opened:
            begun.set()
            assert go.wait(5)
            return second

        time[0] += HOUR - EARLY
        with ThreadPoolExecutor(1) as pool:
            renewing = pool.submit(lease.current, slow)
            assert begun.wait(5)
            assert lease.current(never) is first
            go.set()
            assert renewing.result(5) is second
        assert lease.current(never) is second

    def test_what_has_ended_is_waited_for(self) -> None:
        second, time = self.opened(self.start + 3 * HOUR), [self.start]
        lease = Lease(self.opened(self.start + HOUR), lambda: time[0])
        begun, go, looked = threading.Event(), threading.Event(), threading.Event()

        def slow() -> Opened:
            begun.set()
            assert go.wait(5)
            return second

        def look() -> Opened:
            looked.set()
            return lease.current(never)

        time[0] += HOUR
        with ThreadPoolExecutor(2) as pool:
            renewing = pool.submit(lease.current, slow)
            assert begun.wait(5)
            waiting = pool.submit(look)
            assert looked.wait(5)
            assert not waiting.done()
            go.set()
            assert waiting.result(5) is renewing.result(5) is second

    @pytest.mark.parametrize(("left", "kept"), [(LAST, False), (LAST + timedelta(seconds=1), True)])
    def test_shortly_before_the_end_there_is_no_more_time(
        self, left: timedelta, *, kept: bool
    ) -> None:
        time, first = [self.start], self.opened(self.start + HOUR)
        lease = Lease(first, lambda: time[0])
        time[0] += HOUR - left

        def throttled() -> Opened:
            raise RefusedError("slowly", obstacle=Obstacle.THROTTLED)

        if kept:
            assert lease.current(throttled) is first
            time[0] += timedelta(seconds=15)
            assert lease.current(never) is first
        else:
            for find_out in (throttled, never):
                with pytest.raises(RefusedError, match="slowly"):
                    lease.current(find_out)

    def test_an_interrupt_leaves_nobody_waiting(self) -> None:
        second, time = self.opened(self.start + 3 * HOUR), [self.start]
        lease = Lease(self.opened(self.start + HOUR), lambda: time[0])
        time[0] += HOUR

        def interrupted() -> Opened:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            lease.current(interrupted)
        assert lease.current(lambda: second) is second

    def test_a_refusal_is_one_of_its_own_each_time(self) -> None:
        """An exception that several threads raise would gather the trace of all."""
        time = [self.start]
        lease = Lease(self.opened(self.start + HOUR), lambda: time[0])
        time[0] += HOUR

        def refuse() -> Opened:
            raise RefusedError("no", "AccessDenied")

        raised = []
        for find_out in (refuse, never):
            with pytest.raises(RefusedError) as caught:
                lease.current(find_out)
            raised.append(caught.value)
        assert raised[0] is not raised[1]
        assert {(each.reason, each.code, each.obstacle) for each in raised} == {
            ("no", "", Obstacle.EXPIRED)
        }


def never() -> Opened:
    raise AssertionError
