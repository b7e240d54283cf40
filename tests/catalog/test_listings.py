"""All images of a place, page by page: what comes, and whether that was all."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

import pytest

from assay.catalog.aws.pace import Deadline
from assay.catalog.aws.sdk import Sdk
from assay.catalog.decorators.offline import OfflineCatalog
from assay.catalog.decorators.recording import RecordingCatalog
from assay.catalog.decorators.remembering import RememberingCatalog
from assay.catalog.fleet_questions import IMAGES_OF
from assay.catalog.interface import (
    NEVER_ASKED,
    Complete,
    CutShort,
    ImageCatalog,
    Obstacle,
    Page,
    Pages,
    whole,
)
from assay.catalog.live import LiveCatalog
from assay.catalog.questions import Selection
from assay.catalog.recorded import RecordedCatalog
from assay.kept import Kept
from assay.model import Image
from tests.catalog.test_searching import A, B, listed, without
from tests.emulator import Fault, RawFault, Request, World
from tests.emulator.faults import Faults
from tests.emulator.proxy import TcpFault, proxy
from tests.judging import HERE, Emulated
from tests.worlds import PIPELINE, REGION, WORKLOAD

OWN = Selection(owners=("self",), hidden_missed=False)
SHARED = Selection(executable_users=("self",))
PAGE = 2


@pytest.fixture
def world() -> World:
    """Five images of the account that looks, in pages of two, and one that is shared with it."""
    world = World()
    world.page_size = PAGE
    for number in range(5):
        world.register_image(WORKLOAD, REGION, name=f"web-{number}")
    theirs = world.register_image(PIPELINE, REGION, name="theirs")
    world.share(theirs, REGION, WORKLOAD)
    return world


def ids(world: World, owner: str = WORKLOAD) -> list[str]:
    return [id for (_, id), image in world.images.items() if image.owner_id == owner]


def read(pages: Pages[Image]) -> tuple[list[list[str]], Complete | CutShort]:
    """The ids of each page, and how it ended."""
    *parts, end = pages
    found = []
    for part in parts:
        assert isinstance(part, Page), "the end comes once, at the end"
        found.append([image.id for image in part.items])
    assert not isinstance(end, Page)
    return found, end


def struck(fault: Fault | RawFault, *, page: int) -> Faults:
    """One page of the list, counted from 1, is answered so, and all after it."""
    seen: list[Request] = []

    def strike(request: Request) -> Fault | RawFault | None:
        if request.operation == "DescribeImages":
            seen.append(request)
        return fault if len(seen) >= page and request.operation == "DescribeImages" else None

    return strike


# --------------------------------------------------------------------------------------- all there is


def test_all_pages_and_then_the_word_that_it_was_all(emulated: Emulated, world: World) -> None:
    emulated.show(world)
    before = emulated.catalog.facts().api_calls.get("ec2:DescribeImages", 0)
    pages, end = read(emulated.catalog.list_all(IMAGES_OF, (HERE, OWN)))
    assert [len(page) for page in pages] == [2, 2, 1]
    assert [id for page in pages for id in page] == ids(world)
    assert end == Complete()
    assert emulated.catalog.facts().api_calls["ec2:DescribeImages"] == before + 3


def test_pages_come_one_by_one_as_they_are_wanted(emulated: Emulated, world: World) -> None:
    emulated.show(world)
    pages = emulated.catalog.list_all(IMAGES_OF, (HERE, OWN))
    assert emulated.server.calls("DescribeImages") == []
    next(pages)
    assert len(emulated.server.calls("DescribeImages")) == 1


def test_nothing_at_all_is_complete_as_well(emulated: Emulated) -> None:
    emulated.show(World())
    pages, end = read(emulated.catalog.list_all(IMAGES_OF, (HERE, OWN)))
    assert (pages, end) == ([[]], Complete())


def test_what_is_disabled_or_deprecated_is_there(emulated: Emulated, world: World) -> None:
    disabled, deprecated, *_ = ids(world)
    world.disable(disabled, REGION)
    world.deprecate(deprecated, REGION, datetime(2026, 1, 1, tzinfo=UTC))
    emulated.show(world)
    found = whole(emulated.catalog.list_all(IMAGES_OF, (HERE, OWN)))
    assert isinstance(found, list)
    assert [image.id for image in found] == ids(world)
    assert found[0].state == "disabled"


def test_what_is_shared_is_selected_by_who_may_use_it(emulated: Emulated, world: World) -> None:
    emulated.show(world)
    pages, end = read(emulated.catalog.list_all(IMAGES_OF, (HERE, SHARED)))
    assert (pages, end) == ([ids(world, PIPELINE)], Complete())


# ------------------------------------------------------------------------------------------ cut short


@pytest.mark.parametrize(
    ("fault", "obstacle", "said"),
    [
        (Fault(403, "UnauthorizedOperation"), Obstacle.DENIED, "needs ec2:DescribeImages"),
        (Fault(503, "RequestLimitExceeded"), Obstacle.THROTTLED, "throttled"),
        (Fault(400, "RequestExpired"), Obstacle.EXPIRED, "have expired"),
        (Fault(401, "OptInRequired"), Obstacle.OPTED_OUT, "refused (OptInRequired)"),
        (Fault(400, "InvalidParameterValue"), Obstacle.NOT_TAKEN, "InvalidParameterValue"),
        (Fault(500, "InternalError"), Obstacle.FAILED, "InternalError"),
        (RawFault(200, b"<html>", "text/html"), Obstacle.FAILED, "could not be read"),
    ],
)
@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_page_that_fails_ends_the_list_and_leaves_those_before_it(
    emulated: Emulated,
    world: World,
    fault: Fault | RawFault,
    obstacle: Obstacle,
    said: str,
    page: int,
) -> None:
    emulated.show(world, struck(fault, page=page))
    key = (HERE, OWN)
    pages, end = read(emulated.catalog.list_all(IMAGES_OF, key))
    assert [id for each in pages for id in each] == ids(world)[: PAGE * (page - 1)]
    assert isinstance(end, CutShort)
    assert end.obstacle is obstacle
    assert said in end.reason
    emulated.show(world, struck(fault, page=page))
    assert whole(emulated.catalog.list_all(IMAGES_OF, key)) == end


def test_an_image_without_an_id_could_be_any(emulated: Emulated, world: World) -> None:
    emulated.show(world, listed(A, without(B, "imageId")))
    pages, end = read(emulated.catalog.list_all(IMAGES_OF, (HERE, OWN)))
    said = "ec2:DescribeImages answered with an image without an id"
    assert (pages, end) == ([], CutShort(Obstacle.FAILED, said))


def test_the_time_is_up_between_two_pages(emulated: Emulated, world: World) -> None:
    now = [0.0]
    catalog = LiveCatalog(Sdk(deadline=Deadline(lambda: now[0], 60)))
    emulated.show(world)
    pages = catalog.list_all(IMAGES_OF, (HERE, OWN))
    assert isinstance(next(pages), Page)
    now[0] = 60
    said = "AWS did not answer within the time limit of 60 s"
    assert list(pages) == [CutShort(Obstacle.LATE, said)]


def test_a_page_that_never_comes_is_not_waited_for(
    emulated: Emulated, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulated.show(world)

    def silent(operation: str, nth: int) -> TcpFault | None:
        return TcpFault.SILENT if (operation, nth) == ("DescribeImages", 2) else None

    with proxy(emulated.server.url, silent) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        catalog = LiveCatalog(Sdk(deadline=Deadline(time.monotonic, 4)))
        began = time.monotonic()
        pages, end = read(catalog.list_all(IMAGES_OF, (HERE, OWN)))
        assert time.monotonic() - began < 10
    assert [len(page) for page in pages] == [PAGE]
    assert isinstance(end, CutShort)
    assert end.obstacle is Obstacle.LATE


# ----------------------------------------------------------------------------------- what is hidden


@pytest.mark.parametrize("state", ["enabled", "audit-mode", "disabled"])
def test_what_allowed_amis_hides_is_told_to_be_missing(
    emulated: Emulated, world: World, state: Literal["enabled", "audit-mode", "disabled"]
) -> None:
    world.allowed_images(WORKLOAD, REGION, state, [{"ImageProviders": ["amazon"]}])
    emulated.show(world)
    everything = Selection(hidden_missed=True)
    pages, end = read(emulated.catalog.list_all(IMAGES_OF, (HERE, everything)))
    shown = {id for page in pages for id in page}
    assert set(ids(world)) <= shown, "an account's own images are never hidden"
    if state == "enabled":
        assert shown.isdisjoint(ids(world, PIPELINE))
        assert isinstance(end, CutShort)
        assert end.obstacle is Obstacle.FILTERED
    else:
        assert shown >= set(ids(world, PIPELINE))
        assert end == Complete()


def test_where_nobody_misses_what_is_hidden_nobody_asks(emulated: Emulated, world: World) -> None:
    world.allowed_images(WORKLOAD, REGION, "enabled", [{"ImageProviders": ["amazon"]}])
    emulated.show(world)
    _, end = read(emulated.catalog.list_all(IMAGES_OF, (HERE, OWN)))
    assert end == Complete()
    assert emulated.server.calls("GetAllowedImagesSettings") == []


def test_settings_that_cannot_be_read_cost_the_word_and_not_the_pages(
    emulated: Emulated, world: World
) -> None:
    world.deny(WORKLOAD, "GetAllowedImagesSettings")
    emulated.show(world)
    pages, end = read(emulated.catalog.list_all(IMAGES_OF, (HERE, Selection())))
    assert {id for page in pages for id in page} >= set(ids(world))
    assert isinstance(end, CutShort)
    assert end.obstacle is Obstacle.DENIED


# ------------------------------------------------------------------------------- whoever else is asked


@pytest.mark.parametrize(
    "around",
    [RecordingCatalog, lambda live: RememberingCatalog(live, Kept(None))],
    ids=["recording", "remembering"],
)
def test_a_list_is_passed_on_as_it_comes(
    emulated: Emulated, world: World, around: Callable[[ImageCatalog], ImageCatalog]
) -> None:
    emulated.show(world)
    pages, end = read(around(emulated.catalog).list_all(IMAGES_OF, (HERE, OWN)))
    assert [id for page in pages for id in page] == ids(world)
    assert end == Complete()


def test_where_nobody_is_asked_the_list_says_so() -> None:
    recorded = RecordedCatalog.load(
        "c.json", b'{"assay_catalog": 2, "recorded_at": "2026-11-21T00:00:00Z", "places": []}'
    )
    key = (HERE, OWN)
    assert list(recorded.list_all(IMAGES_OF, key)) == [CutShort(Obstacle.NOT_ASKED, NEVER_ASKED)]
    offline = [CutShort(Obstacle.NOT_ASKED, "not checked (offline)")]
    assert list(OfflineCatalog().list_all(IMAGES_OF, key)) == offline


def test_a_list_without_an_end_is_not_whole() -> None:
    """Whoever forgets to say how it ended has not said that it was complete."""
    unended: Pages[Image] = iter([Page((Image("ami-1"),))])
    found = whole(unended)
    assert isinstance(found, CutShort)
    assert not hasattr(found, "items")
    assert not hasattr(Complete(), "items")


def test_an_image_with_two_ids_is_no_answer(emulated: Emulated, world: World) -> None:
    twice = "<item><imageId>ami-00000001</imageId><imageId>ami-00000002</imageId></item>"
    body = f"<DescribeImagesResponse><imagesSet>{twice}</imagesSet></DescribeImagesResponse>"
    emulated.show(world, struck(RawFault(200, body.encode(), "text/xml"), page=1))
    pages, end = read(emulated.catalog.list_all(IMAGES_OF, (HERE, OWN)))
    assert pages == []
    said = f"ec2:DescribeImages in {REGION}: the answer could not be read"
    assert end == CutShort(Obstacle.FAILED, said)
