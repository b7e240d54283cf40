"""What a fleet's accounts have, page by page: every list says at its end whether that was all."""

import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from assay.catalog.aws.pace import Deadline
from assay.catalog.aws.sdk import Sdk
from assay.catalog.fleet_questions import (
    ACCOUNTS_OF,
    GROUPS_OF,
    IMAGE_PARAMETERS_OF,
    LAUNCH_CONFIGURATIONS_OF,
    TEMPLATES_OF,
    UNITS_OF,
    USED_IMAGES,
)
from assay.catalog.interface import Complete, CutShort, Listing, Obstacle, Page, Pages, whole
from assay.catalog.live import LiveCatalog
from assay.model import Watermark
from assay.model.uses import (
    ImageUse,
    UsedImage,
)
from tests.emulator import Fault, RawFault, Request, World
from tests.emulator.endpoint import HANDLERS
from tests.emulator.faults import Faults
from tests.emulator.fleet import ROOT, Organization
from tests.emulator.proxy import TcpFault, proxy
from tests.emulator.records import Caller
from tests.emulator.wire import answer, content_type
from tests.judging import HERE, Emulated
from tests.worlds import PIPELINE, REGION, WORKLOAD

PAGE = 2
COUNT = 5
UNIT = "ou-unit-00000000"


@dataclass(frozen=True)
class Case:
    """A listing, by which operation its pages come, and five things that it lists."""

    listing: Listing[Any, Any]
    key: Any
    operation: str
    arrange: Callable[[World], None]
    named: Callable[[Any], str]
    """What tells an item from the others."""
    member: str
    """Of the answer: what holds the things."""
    blank: Callable[[Any], object]
    """Takes away from a thing what has to be told of it."""
    bare: Callable[[World], object] | None = lambda world: world
    """Makes a world in which the list is empty; None where it never is."""


def instances(world: World) -> None:
    image = world.register_image(WORKLOAD, REGION, name="web")
    for _ in range(COUNT):
        world.run_instance(WORKLOAD, REGION, image)


def templates(world: World) -> None:
    image = world.register_image(WORKLOAD, REGION, name="web")
    for number in range(COUNT):
        world.create_launch_template(WORKLOAD, REGION, f"web-{number}", image)


def groups(world: World) -> None:
    for number in range(COUNT):
        launch = {"LaunchTemplateName": "web", "Version": "3"}
        world.add_group(WORKLOAD, REGION, f"web-{number}", LaunchTemplate=launch)


def configurations(world: World) -> None:
    for number in range(COUNT):
        world.add_launch_configuration(WORKLOAD, REGION, f"web-{number}", "ami-00000001")


def parameters(world: World) -> None:
    for number in range(COUNT):
        world.put_parameter(WORKLOAD, REGION, f"/golden/{number}", "ami-00000001", "aws:ec2:image")


def organized(world: World) -> Organization:
    organization = world.organize(WORKLOAD)
    organization.units[UNIT] = ROOT
    return organization


def members(world: World) -> None:
    """In one unit; the management account stands below the root."""
    organized(world)
    for number in range(COUNT):
        world.join(f"{number + 4}" * 12, parent=UNIT)


def whole_organization(world: World) -> None:
    """With the management account they are five."""
    organized(world)
    for number in range(COUNT - 1):
        world.join(f"{number + 4}" * 12)


def units(world: World) -> None:
    organization = organized(world)
    for number in range(COUNT):
        organization.units[f"ou-below-0000000{number}"] = UNIT


CASES = [
    Case(
        USED_IMAGES,
        HERE,
        "DescribeInstanceImageMetadata",
        instances,
        lambda use: str(use.instance_id),
        "InstanceImageMetadata",
        lambda told: told["ImageMetadata"].pop("ImageId"),
    ),
    Case(
        TEMPLATES_OF,
        HERE,
        "DescribeLaunchTemplates",
        templates,
        lambda template: str(template.id),
        "LaunchTemplates",
        lambda told: told.pop("DefaultVersionNumber"),
    ),
    Case(
        GROUPS_OF,
        HERE,
        "DescribeAutoScalingGroups",
        groups,
        lambda group: str(group.name),
        "AutoScalingGroups",
        lambda told: told.pop("LaunchTemplate"),
    ),
    Case(
        LAUNCH_CONFIGURATIONS_OF,
        HERE,
        "DescribeLaunchConfigurations",
        configurations,
        lambda made: str(made.name),
        "LaunchConfigurations",
        lambda told: told.pop("ImageId"),
    ),
    Case(
        IMAGE_PARAMETERS_OF,
        HERE,
        "DescribeParameters",
        parameters,
        lambda parameter: str(parameter.name),
        "Parameters",
        lambda told: told.pop("Name"),
    ),
    Case(
        ACCOUNTS_OF,
        (HERE, None),
        "ListAccounts",
        whole_organization,
        lambda account: str(account.id),
        "Accounts",
        lambda told: told.pop("State"),  # the Status is still there, and means less
        bare=None,
    ),
    Case(
        ACCOUNTS_OF,
        (HERE, UNIT),
        "ListAccountsForParent",
        members,
        lambda account: str(account.id),
        "Accounts",
        lambda told: told.pop("Id"),
        bare=organized,
    ),
    Case(
        UNITS_OF,
        (HERE, UNIT),
        "ListOrganizationalUnitsForParent",
        units,
        str,
        "OrganizationalUnits",
        lambda told: told.pop("Id"),
        bare=organized,
    ),
]
EACH = pytest.mark.parametrize("case", CASES, ids=lambda case: case.operation)


def arranged(case: Case) -> World:
    world = World()
    world.page_size = PAGE
    case.arrange(world)
    return world


def read(pages: Pages[Any]) -> tuple[list[tuple[Any, ...]], Complete | CutShort]:
    """The items of each page, and how it ended."""
    *parts, end = pages
    assert all(isinstance(part, Page) for part in parts), "the end comes once, at the end"
    assert not isinstance(end, Page)
    return [part.items for part in parts if isinstance(part, Page)], end


def struck(fault: Fault | RawFault, operation: str, *, page: int) -> Faults:
    """One page of a list, counted from 1, is answered so, and all after it."""
    seen: list[Request] = []

    def strike(request: Request) -> Fault | RawFault | None:
        if request.operation != operation:
            return None
        seen.append(request)
        return fault if len(seen) >= page else None

    return strike


def blanked(world: World, case: Case) -> Faults:
    """The second page comes with its first thing blanked."""
    calls: list[Request] = []

    def strike(request: Request) -> RawFault | None:
        if request.operation != case.operation:
            return None
        calls.append(request)
        if len(calls) != 2:
            return None
        who = Caller(request.account or "", request.region, "arn")
        handler = HANDLERS[request.service][request.operation]
        result = copy.deepcopy(handler(world, who, request.params))
        case.blank(result[case.member][0])
        body = answer(request.service, request.operation, result, "request-0")
        return RawFault(200, body, content_type(request.service))

    return strike


# ------------------------------------------------------------------------------------ every listing


@EACH
def test_all_pages_and_then_the_word_that_it_was_all(emulated: Emulated, case: Case) -> None:
    emulated.show(arranged(case))
    pages, end = read(emulated.catalog.list_all(case.listing, case.key))
    assert [len(page) for page in pages] == [2, 2, 1]
    assert len({case.named(item) for page in pages for item in page}) == COUNT
    assert end == Complete()
    assert all(isinstance(item, case.listing.item) for page in pages for item in page)


@EACH
def test_nothing_at_all_is_complete_as_well(emulated: Emulated, case: Case) -> None:
    if case.bare is None:
        return
    world = World()
    case.bare(world)
    emulated.show(world)
    assert whole(emulated.catalog.list_all(case.listing, case.key)) == []


FAULTS = [
    (Fault(403, "UnauthorizedOperation"), Obstacle.DENIED),
    (Fault(400, "AccessDeniedException"), Obstacle.DENIED),
    (Fault(503, "RequestLimitExceeded"), Obstacle.THROTTLED),
    (Fault(400, "TooManyRequestsException"), Obstacle.THROTTLED),
    (Fault(400, "ExpiredToken"), Obstacle.EXPIRED),
    (Fault(401, "OptInRequired"), Obstacle.OPTED_OUT),
    (Fault(403, "InvalidClientTokenId"), Obstacle.OPTED_OUT),
    (Fault(500, "InternalError"), Obstacle.FAILED),
    (RawFault(200, b"<html>", "text/html"), Obstacle.FAILED),
    (RawFault(200, b"", "text/xml"), Obstacle.FAILED),
    (RawFault(200, b"{}", "application/json"), Obstacle.FAILED),
    (RawFault(502, b"<html></html>", "text/html"), Obstacle.FAILED),
]


@EACH
@pytest.mark.parametrize(("fault", "obstacle"), FAULTS)
@pytest.mark.parametrize("page", [1, 2, 3])
def test_a_page_that_fails_ends_the_list_and_leaves_those_before_it(
    emulated: Emulated, case: Case, fault: Fault | RawFault, obstacle: Obstacle, page: int
) -> None:
    emulated.show(arranged(case), struck(fault, case.operation, page=page))
    pages, end = read(emulated.catalog.list_all(case.listing, case.key))
    assert sum(map(len, pages)) == PAGE * (page - 1)
    assert isinstance(end, CutShort)
    assert end.obstacle is obstacle
    assert case.operation in end.reason


@EACH
def test_whoever_may_not_ask_is_told_so(emulated: Emulated, case: Case) -> None:
    world = arranged(case)
    world.deny(WORKLOAD, case.operation)
    emulated.show(world)
    end = whole(emulated.catalog.list_all(case.listing, case.key))
    assert isinstance(end, CutShort)
    assert end.obstacle is Obstacle.DENIED
    assert f":{case.operation}" in end.reason


@EACH
def test_what_is_not_told_from_others_leaves_the_rest_and_the_list_cut_short(
    emulated: Emulated, case: Case
) -> None:
    """One thing of the second page lacks what names it."""
    world = arranged(case)
    emulated.show(world, blanked(world, case))
    pages, end = read(emulated.catalog.list_all(case.listing, case.key))
    assert [len(page) for page in pages] == [2, 1, 1]
    assert isinstance(end, CutShort)
    assert end.obstacle is Obstacle.FAILED
    assert "1 of the entries in the answer could not be read" in end.reason


@EACH
def test_the_time_is_up_between_two_pages(emulated: Emulated, case: Case) -> None:
    now = [0.0]
    catalog = LiveCatalog(Sdk(deadline=Deadline(lambda: now[0], 60)))
    emulated.show(arranged(case))
    pages = catalog.list_all(case.listing, case.key)
    assert isinstance(next(pages), Page)
    now[0] = 60
    said = "AWS did not answer within the time limit of 60 s"
    assert list(pages) == [CutShort(Obstacle.LATE, said)]


@EACH
def test_half_a_page_is_none(
    emulated: Emulated, case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    emulated.show(arranged(case))

    def cut(operation: str, nth: int) -> TcpFault | None:
        return TcpFault.TRUNCATE if (operation, nth) == (case.operation, 2) else None

    with proxy(emulated.server.url, cut) as url:
        monkeypatch.setenv("AWS_ENDPOINT_URL", url)
        pages, end = read(LiveCatalog(Sdk()).list_all(case.listing, case.key))
    assert [len(page) for page in pages] == [PAGE]
    assert isinstance(end, CutShort)
    assert end.obstacle is Obstacle.FAILED


@EACH
def test_an_account_without_a_reader_is_not_looked_at(emulated: Emulated, case: Case) -> None:
    emulated.show(arranged(case))
    place = msgspec.structs.replace(HERE, account="444444444444")
    key = place if case.key == HERE else (place, *case.key[1:])
    end = whole(emulated.catalog.list_all(case.listing, key))
    assert isinstance(end, CutShort)
    assert "no reader for account 444444444444" in end.reason
    assert emulated.server.calls(case.operation) == []


# ---------------------------------------------------------------------- instances and their images


def test_an_image_that_is_gone_is_told_of_its_instance(emulated: Emulated) -> None:
    world = World()
    image = world.register_image(PIPELINE, REGION, name="golden")
    world.attach_watermark(PIPELINE, REGION, image, "golden-web")
    world.share(image, REGION, WORKLOAD)
    instance = world.run_instance(WORKLOAD, REGION, image, "m5.xlarge")
    world.instances[instance].state = "stopped"
    world.instances[instance].zone = "b"
    world.deregister(image, REGION)
    emulated.show(world)
    found = whole(emulated.catalog.list_all(USED_IMAGES, HERE))
    assert found == [
        ImageUse(
            instance_id=instance,
            image=UsedImage(
                id=image,
                name="golden",
                owner_id=PIPELINE,
                state="deregistered",
                public=False,
                creation_date=world.image(REGION, image).creation_date,
                watermarks=(
                    Watermark(
                        key=f"{PIPELINE}:golden-web",
                        source_image_id=image,
                        source_image_region=REGION,
                        source_image_creation_time=world.image(REGION, image).creation_date,
                        watermark_creation_time=world.image(REGION, image)
                        .watermarks[0]
                        .watermark_creation_time,
                    ),
                ),
            ),
            state="stopped",
            launch_time=world.instances[instance].launch_time,
            zone=f"{REGION}b",
            type="m5.xlarge",
        )
    ]


def test_an_outage_of_one_zone_costs_the_whole_list(emulated: Emulated) -> None:
    """Though nothing runs in that zone: EC2 then answers nobody who names no instances."""
    world = World()
    instances(world)
    world.zones_out.add((REGION, "c"))
    emulated.show(world)
    pages, end = read(emulated.catalog.list_all(USED_IMAGES, HERE))
    assert pages == []
    assert isinstance(end, CutShort)
    assert end.obstacle is Obstacle.FAILED
    assert "refused (Unavailable)" in end.reason


def test_an_instance_that_is_terminated_is_told_as_that(emulated: Emulated) -> None:
    world = World()
    instances(world)
    first, *_ = world.instances
    world.instances[first].state = "terminated"
    emulated.show(world)
    found = whole(emulated.catalog.list_all(USED_IMAGES, HERE))
    assert isinstance(found, list)
    assert [use.state for use in found] == ["terminated", *["running"] * (COUNT - 1)]
