"""One client for all who ask: each request is signed by whom it is asked as, over HTTP."""

import random
import sys
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import botocore.session
import botocore.signers
import pytest
from botocore.retries.quota import RetryQuota

from assay.catalog.aws.leases import EARLY
from assay.catalog.aws.sdk import Sdk
from assay.catalog.aws.signing import signed_by
from assay.catalog.fleet_questions import LISTED_IMAGES
from assay.catalog.interface import Complete, Page, Unavailable
from assay.catalog.live import LiveCatalog
from assay.catalog.questions import IMAGES, Selection
from assay.errors import SdkError
from assay.model import CommonReader, Identity, Image, Place, Readers
from tests.catalog.test_live import credentials
from tests.emulator import CloseFault, Fault, Request, Server, World, serve
from tests.worlds import REGION

CI = "444444444444"
ACCOUNTS = (CI, *(f"{number:012}" for number in range(100_000_000_001, 100_000_000_009)))
REGIONS = (REGION, "eu-west-1", "us-west-2")
PLACES = [Place.of(region, account) for region in REGIONS for account in ACCOUNTS]
READERS = Readers({}, CommonReader("assay-reader"))
OWN = Selection(owners=("self",), hidden_missed=False)
HOUR = timedelta(hours=1)


class Fleet:
    """A world in which each account has images of its own in each Region, which no other is shown."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 20, tzinfo=UTC)
        self.world = World(clock=lambda: self.time)
        self.world.session_lasts = HOUR
        self.world.page_size = 2
        self.images = {
            place: {
                self.world.register_image(str(place.account), place.region, name=f"image-{number}")
                for number in range(3)
            }
            for place in PLACES
        }
        self.server: Server

    def catalog(self) -> LiveCatalog:
        return LiveCatalog(Sdk(READERS, now=lambda: self.time))


@pytest.fixture
def fleet(monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    made = Fleet()
    with serve(made.world) as server:
        credentials(monkeypatch, server, CI)
        made.server = server
        yield made


@pytest.fixture
def hasty() -> Iterator[None]:
    """Threads take turns a hundred times as often as they do."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(before / 100)
    yield
    sys.setswitchinterval(before)


def listed(catalog: LiveCatalog, place: Place) -> set[str]:
    *pages, end = catalog.list_all(LISTED_IMAGES, (place, OWN))
    assert end == Complete()
    found = [item.image for page in pages if isinstance(page, Page) for item in page.items]
    assert {image.owner_id for image in found} == {place.account}
    return {image.id for image in found}


@pytest.mark.usefixtures("hasty")
def test_threads_that_ask_as_others_never_mix(fleet: Fleet) -> None:
    """While their sessions are renewed, too: what each account is shown is its own alone."""
    catalog, work = fleet.catalog(), PLACES * 4
    random.Random(17).shuffle(work)
    begin = threading.Barrier(24)

    def ask(part: list[Place]) -> None:
        begin.wait(10)
        for number, place in enumerate(part):
            if number == len(part) // 2 and begin.wait(10) == 0:
                fleet.time += HOUR - EARLY
            assert listed(catalog, place) == fleet.images[place]
            identity = catalog._sdk.identity(place)
            assert isinstance(identity, Identity)
            assert identity.account == place.account

    with ThreadPoolExecutor(24) as pool:
        list(pool.map(ask, [work[first::24] for first in range(24)]))
    asked = Counter(
        (request.account, request.region) for request in fleet.server.calls("DescribeImages")
    )
    assert asked == {(place.account, place.region): 8 for place in PLACES}
    assumed = {request.account for request in fleet.server.calls("AssumeRole")}
    assert assumed == {CI}, "the caller's own credentials are what roles are assumed with"


def test_questions_in_flight_together_do_not_mix(fleet: Fleet) -> None:
    keys = [(place, id) for place in PLACES for id in fleet.images[PLACES[0]] | fleet.images[place]]
    answers = fleet.catalog().ask(IMAGES, keys)
    for (place, id), answer in answers.items():
        assert isinstance(answer, Image) == (id in fleet.images[place])


def test_a_client_is_made_once_for_a_service_and_a_region(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, str]] = []
    real = botocore.session.Session.create_client

    def create(self: Any, service_name: str, region_name: str, **others: Any) -> Any:
        made.append((service_name, region_name))
        return real(self, service_name, region_name, **others)

    monkeypatch.setattr(botocore.session.Session, "create_client", create)
    catalog = fleet.catalog()
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda place: listed(catalog, place), PLACES * 2))
    assert len(made) == len(set(made))
    asked = {(request.service, request.region) for request in fleet.server.requests}
    assert set(made) == asked
    assert {region for service, region in made if service == "ec2"} == set(REGIONS)


@pytest.fixture
def untiring(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many attempts as there are by default, without the pauses between them."""
    monkeypatch.delenv("AWS_MAX_ATTEMPTS")
    monkeypatch.setattr("botocore.endpoint.time", SimpleNamespace(sleep=lambda _: None))


@pytest.mark.parametrize("failure", [Fault(503, "Unavailable"), CloseFault()])
def test_what_is_tried_again_is_signed_by_the_same(
    fleet: Fleet, untiring: None, failure: Fault | CloseFault
) -> None:
    failed: set[str | None] = set()

    def once(request: Request) -> Fault | CloseFault | None:
        if request.service == "sts" or request.account in failed:
            return None
        failed.add(request.account)
        return failure

    fleet.server.faults = once
    catalog = fleet.catalog()
    for place in PLACES[:3]:
        assert listed(catalog, place) == fleet.images[place]
    assert failed == {place.account for place in PLACES[:3]}


def test_the_failures_of_one_account_cost_no_other_its_retries(
    fleet: Fleet, untiring: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """botocore does not try again where much fails; each account had clients of its own for that."""
    monkeypatch.setattr(RetryQuota.__init__, "__defaults__", (100, None))
    failing, other = PLACES[1], PLACES[2]
    attempts: Counter[str | None] = Counter()

    def fault(request: Request) -> Fault | None:
        if request.service != "ec2":
            return None
        attempts[request.account] += 1
        failed = request.account == failing.account or attempts[request.account] < 3
        return Fault(503, "Unavailable") if failed else None

    def asked(place: Place) -> object:
        key = place, min(fleet.images[place])
        return catalog.ask(IMAGES, [key])[key]

    fleet.server.faults = fault
    catalog = fleet.catalog()
    for _ in range(30):
        assert isinstance(asked(failing), Unavailable)
    assert attempts[failing.account] < 60, "its own retries are used up"
    assert isinstance(asked(other), Image)
    assert attempts[other.account] == 3


@pytest.mark.parametrize("ignored", ["request_credentials", "token"])
def test_a_botocore_that_signs_as_somebody_else_asks_nothing(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, ignored: str
) -> None:
    real = botocore.signers.RequestSigner.get_auth_instance

    def forgetful(self: Any, *args: Any, **others: Any) -> Any:
        if ignored == "request_credentials":
            others.pop(ignored, None)
        elif given := others.get("request_credentials"):
            given.token = None
        return real(self, *args, **others)

    monkeypatch.setattr(botocore.signers.RequestSigner, "get_auth_instance", forgetful)
    catalog = fleet.catalog()
    with pytest.raises(SdkError, match="does not sign"):
        listed(catalog, PLACES[1])
    assert {request.account for request in fleet.server.requests} == {CI}
    assert listed(fleet.catalog(), PLACES[0]) == fleet.images[PLACES[0]]


def test_nothing_is_signed_for_nobody(fleet: Fleet) -> None:
    catalog = fleet.catalog()
    listed(catalog, PLACES[0])
    client = catalog._sdk._clients["ec2", REGION]
    with pytest.raises(LookupError):
        client.describe_images()
    with signed_by(None):
        assert client.describe_images(Owners=["self"])["Images"]
