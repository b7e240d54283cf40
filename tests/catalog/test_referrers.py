"""What is told of recipes, usage reports and fleets, and of whom an image is shared with."""

from typing import Any

import pytest

from assay.catalog.fleet_questions import (
    CONTAINER_RECIPES_OF,
    FLEETS_OF,
    IMAGE_RECIPES_OF,
    LAUNCH_PERMISSIONS_OF,
    SPOT_FLEETS_OF,
    USAGES_OF,
)
from assay.catalog.interface import CutShort, Listing, Obstacle, Page, whole
from assay.model import TemplateRef
from assay.model.uses import ImageUsage, LaunchingFleet, LaunchPermission, Recipe
from tests.emulator import Fault, RawFault, Request, World
from tests.emulator.fleet import MADE
from tests.judging import HERE, Emulated
from tests.worlds import REGION, STRANGER, WORKLOAD

IMAGE = "ami-00000001"


def told(emulated: Emulated, listing: Listing[Any, Any]) -> list[Any]:
    found = whole(emulated.catalog.list_all(listing, HERE))
    assert isinstance(found, list), found
    return found


def test_recipes_come_by_page_with_what_they_build_on(emulated: Emulated, world: World) -> None:
    made = [
        world.add_recipe(WORKLOAD, REGION, f"web-{number}", image)
        for number, image in enumerate((IMAGE, "ssm:/golden/web", "arn:aws:imagebuilder:x"))
    ]
    world.add_recipe(STRANGER, REGION, "theirs", IMAGE)
    container = world.add_recipe(WORKLOAD, REGION, "box", IMAGE, "container")
    world.page_size = 2
    emulated.show(world)
    assert told(emulated, IMAGE_RECIPES_OF) == [
        Recipe(each.arn, each.name, each.image) for each in made
    ]
    assert told(emulated, CONTAINER_RECIPES_OF) == [Recipe(container.arn, "box", IMAGE)]
    first, second = emulated.server.calls("ListImageRecipes")
    assert dict(first.params) == {"maxResults": 100}
    assert second.params["nextToken"] == "page-2"


@pytest.mark.parametrize(
    ("body", "came"),
    [
        (b'{"imageRecipeSummaryList": [{"arn": "a", "name": "web"}]}', 0),
        (b'{"imageRecipeSummaryList": [{"name": "web", "parentImage": "ami-1"}, null]}', 0),
        (
            b'{"imageRecipeSummaryList": [{"arn": "a", "name": "web", "parentImage": "ami-1"}, {}]}',
            1,
        ),
        (b"{}", 0),
    ],
)
def test_a_recipe_that_could_build_on_anything_leaves_no_whole_list(
    emulated: Emulated, world: World, body: bytes, came: int
) -> None:
    fault = RawFault(200, body, "application/x-amz-json-1.1")
    emulated.show(world, lambda call: fault if call.operation == "ListImageRecipes" else None)
    *pages, end = emulated.catalog.list_all(IMAGE_RECIPES_OF, HERE)
    assert isinstance(end, CutShort)
    assert end.obstacle is Obstacle.FAILED
    assert sum(len(page.items) for page in pages if isinstance(page, Page)) == came


def test_a_denied_list_names_the_action(emulated: Emulated, world: World) -> None:
    world.deny(WORKLOAD, "ListContainerRecipes")
    emulated.show(world)
    (end,) = emulated.catalog.list_all(CONTAINER_RECIPES_OF, HERE)
    said = f"imagebuilder:ListContainerRecipes in {REGION}: denied (AccessDeniedException)"
    needs = "the reader needs imagebuilder:ListContainerRecipes"
    assert end == CutShort(Obstacle.DENIED, f"{said}; {needs}")


def test_reports_tell_which_accounts_use_an_image(emulated: Emulated, world: World) -> None:
    entries = ((STRANGER, "ec2:Instance", 3), (STRANGER, "ec2:LaunchTemplate", 0))
    report = world.add_usage_report(WORKLOAD, REGION, IMAGE, *entries)
    world.add_usage_report(STRANGER, REGION, IMAGE, (WORKLOAD, "ec2:Instance", 1))
    world.page_size = 1
    emulated.show(world)
    assert told(emulated, USAGES_OF) == [
        ImageUsage(report, IMAGE, *entry, as_of=MADE) for entry in entries
    ]
    assert not [call for call in emulated.server.requests if call.operation.startswith("Create")]


def test_where_nobody_had_a_report_made_one_call_is_all(emulated: Emulated, world: World) -> None:
    emulated.show(world)
    assert told(emulated, USAGES_OF) == []
    assert len(emulated.server.calls("DescribeImageUsageReports")) == 1
    assert not emulated.server.calls("DescribeImageUsageReportEntries")


@pytest.mark.parametrize(
    "operation", ["DescribeImageUsageReports", "DescribeImageUsageReportEntries"]
)
def test_reports_that_are_denied_are_no_empty_ones(
    emulated: Emulated, world: World, operation: str
) -> None:
    world.add_usage_report(WORKLOAD, REGION, IMAGE, (STRANGER, "ec2:Instance", 1))

    def strike(call: Request) -> Fault | None:
        return Fault(403, "UnauthorizedOperation") if call.operation == operation else None

    emulated.show(world, strike)
    *_, end = emulated.catalog.list_all(USAGES_OF, HERE)
    assert isinstance(end, CutShort)
    assert end.obstacle is Obstacle.DENIED
    assert operation in end.reason


class Always:
    """Every call is answered so."""

    def __init__(self, fault: RawFault) -> None:
        self.fault = fault

    def __call__(self, request: Request) -> RawFault:
        return self.fault


def test_fleets_tell_all_that_they_may_launch_from(emulated: Emulated, world: World) -> None:
    by_id = {"LaunchTemplateId": "lt-1", "Version": "3"}
    config = {"LaunchTemplateSpecification": by_id, "Overrides": [{"ImageId": IMAGE}, {}]}
    fleet = world.add_fleet(WORKLOAD, REGION, config)
    world.add_fleet(WORKLOAD, REGION, config, state="deleted_terminating")
    world.add_fleet(STRANGER, REGION, config)
    spot = world.add_spot_fleet(WORKLOAD, REGION, LaunchSpecifications=[{"ImageId": IMAGE}])
    other = world.add_spot_fleet(
        WORKLOAD, REGION, LaunchTemplateConfigs=[{"LaunchTemplateSpecification": by_id}]
    )
    world.add_spot_fleet(
        WORKLOAD, REGION, state="cancelled", LaunchSpecifications=[{"ImageId": IMAGE}]
    )
    world.page_size = 1
    emulated.show(world)
    template = TemplateRef("lt-1", None, "3")
    assert told(emulated, FLEETS_OF) == [
        LaunchingFleet(fleet, False, "active", (template,), (IMAGE,))
    ]
    assert told(emulated, SPOT_FLEETS_OF) == [
        LaunchingFleet(spot, True, "active", (), (IMAGE,)),
        LaunchingFleet(other, True, "active", (template,)),
    ]


@pytest.mark.parametrize("asked", [{}, {"LaunchSpecifications": [{"InstanceType": "m5.large"}]}])
def test_a_fleet_that_could_launch_anything_leaves_no_whole_list(
    emulated: Emulated, world: World, asked: dict[str, Any]
) -> None:
    world.add_spot_fleet(WORKLOAD, REGION, **asked)
    world.add_fleet(WORKLOAD, REGION)
    emulated.show(world)
    for listing in (FLEETS_OF, SPOT_FLEETS_OF):
        *_, end = emulated.catalog.list_all(listing, HERE)
        assert isinstance(end, CutShort)
        assert end.obstacle is Obstacle.FAILED


def test_the_owner_is_told_whom_an_image_is_shared_with(emulated: Emulated, world: World) -> None:
    image, private, theirs = (
        world.register_image(account, REGION, name="web")
        for account in (WORKLOAD, WORKLOAD, STRANGER)
    )
    organization = f"arn:aws:organizations::{STRANGER}:organization/o-1"
    unit = f"arn:aws:organizations::{STRANGER}:ou/o-1/ou-1"
    world.share(image, REGION, STRANGER)
    world.share_with_organization(image, REGION, organization)
    world.share_with_organization(image, REGION, unit)
    world.make_public(image, REGION)
    emulated.show(world)
    by_image = {
        each: whole(emulated.catalog.list_all(LAUNCH_PERMISSIONS_OF, (HERE, each)))
        for each in (image, private, theirs)
    }
    assert by_image[image] == [
        LaunchPermission(STRANGER),
        LaunchPermission(None, organization),
        LaunchPermission(None, unit),
        LaunchPermission(),
    ]
    assert by_image[private] == []
    denied = by_image[theirs]
    assert isinstance(denied, CutShort)
    assert "(AuthFailure)" in denied.reason


@pytest.mark.parametrize("item", ["<item><group>some</group></item>", "<item/>"])
def test_a_permission_of_no_known_form_is_not_none(
    emulated: Emulated, world: World, item: str
) -> None:
    image = world.register_image(WORKLOAD, REGION, name="web")
    root = "DescribeImageAttributeResponse"
    for about, inside in ((image, item), ("ami-00000002", "")):
        body = f"<{root}><imageId>{about}</imageId><launchPermission>{inside}</launchPermission></{root}>"
        emulated.show(world, Always(RawFault(200, body.encode(), "text/xml")))
        *_, end = emulated.catalog.list_all(LAUNCH_PERMISSIONS_OF, (HERE, image))
        assert isinstance(end, CutShort)
