"""What the listings of a fleet tell: templates with all versions, groups, parameters, accounts, Regions."""

from collections.abc import Callable
from typing import Any

import pytest

from assay.catalog.fleet_questions import (
    ACCOUNTS_OF,
    GROUPS_OF,
    IMAGE_PARAMETERS_OF,
    LAUNCH_CONFIGURATIONS_OF,
    REGIONS_OF,
    TEMPLATES_OF,
    UNITS_OF,
)
from assay.catalog.interface import Complete, CutShort, Listing, Obstacle, Page, whole
from assay.model import Place, TemplateRef
from assay.model.uses import (
    AccountState,
    GroupOverride,
    ImageParameter,
    LaunchConfiguration,
    ListedTemplate,
    ListedVersion,
    MemberAccount,
    Region,
    RegionState,
    ScalingGroup,
)
from tests.emulator import Fault, RawFault, Request, World
from tests.emulator.faults import Faults
from tests.emulator.instances import REGIONS
from tests.judging import HERE, IRELAND, Emulated
from tests.worlds import PIPELINE, REGION, STRANGER, WORKLOAD


def told(emulated: Emulated, listing: Listing[Any, Any], key: Any = HERE) -> list[Any]:
    """All that there is, or the test fails with what cut it short."""
    found = whole(emulated.catalog.list_all(listing, key))
    assert isinstance(found, list), found
    return found


def ended(
    emulated: Emulated, listing: Listing[Any, Any], key: Any = HERE
) -> tuple[list[Any], CutShort]:
    """What came, and why that was not all."""
    *pages, end = emulated.catalog.list_all(listing, key)
    assert isinstance(end, CutShort), end
    return [item for page in pages if isinstance(page, Page) for item in page.items], end


def only(operation: str, when: Callable[[Request], bool], fault: Fault | RawFault) -> Faults:
    """Some calls of an operation are answered so."""
    return lambda call: fault if call.operation == operation and when(call) else None


# -------------------------------------------------------------------------------- launch templates


@pytest.fixture
def image(world: World) -> str:
    return world.register_image(WORKLOAD, REGION, name="web")


def test_a_template_comes_with_all_its_versions(
    emulated: Emulated, world: World, image: str
) -> None:
    """More than a page of them, and the one that a group may have pinned years ago."""
    template = world.create_launch_template(WORKLOAD, REGION, "web", image)
    for number in range(2, 8):
        world.create_launch_template_version(template, f"ami-0000000{number}")
    world.create_launch_template_version(template, data={"InstanceType": "m5.large"})
    world.set_default_version(template, 3)
    world.page_size = 3
    emulated.show(world)
    (found,) = told(emulated, TEMPLATES_OF)
    assert (found.id, found.name, found.default, found.latest) == (template, "web", 3, 8)
    images = {version.number: version.image for version in found.versions}
    assert images == {1: image, **{n: f"ami-0000000{n}" for n in range(2, 8)}, 8: None}
    assert len(emulated.server.calls("DescribeLaunchTemplateVersions")) == 3
    assert all(
        call.params["IncludeManagedResources"]
        for name in ("DescribeLaunchTemplates", "DescribeLaunchTemplateVersions")
        for call in emulated.server.calls(name)
    )


def test_an_alias_is_told_with_what_it_leads_to(
    emulated: Emulated, world: World, image: str
) -> None:
    world.put_parameter(WORKLOAD, REGION, "/golden/web", image)
    template = world.create_launch_template(WORKLOAD, REGION, "web", "ami-00000001")
    world.create_launch_template_version(template, "resolve:ssm:/golden/web")
    emulated.show(world)
    alias = ListedVersion(2, "resolve:ssm:/golden/web", resolved=image)
    (found,) = told(emulated, TEMPLATES_OF)
    by_number = sorted(found.versions, key=lambda version: int(version.number))
    assert by_number == [ListedVersion(1, "ami-00000001"), alias]


def test_an_alias_that_leads_nowhere_costs_only_itself(
    emulated: Emulated, world: World, image: str
) -> None:
    world.put_parameter(WORKLOAD, REGION, "/golden/web", image)
    template = world.create_launch_template(WORKLOAD, REGION, "web", "resolve:ssm:/golden/web")
    world.create_launch_template_version(template, "resolve:ssm:/gone")
    world.create_launch_template_version(template, "resolve:ssm:/golden/web:1")
    emulated.show(world)
    (found,) = told(emulated, TEMPLATES_OF)
    assert {version.number: version.resolved for version in found.versions} == {
        1: image,
        2: None,
        3: image,
    }
    why = {version.number: version.unresolved for version in found.versions if version.unresolved}
    said = f"ec2:DescribeLaunchTemplateVersions in {REGION}: refused (InvalidParameterValue)"
    assert why == {2: said}


def test_whoever_may_not_resolve_has_no_whole_list(
    emulated: Emulated, world: World, image: str
) -> None:
    """That nothing is known of an alias is not that it leads nowhere."""
    world.create_launch_template(WORKLOAD, REGION, "plain", image)
    world.create_launch_template(WORKLOAD, REGION, "alias", "resolve:ssm:/golden/web")
    fault = only(
        "DescribeLaunchTemplateVersions",
        lambda call: bool(call.params.get("ResolveAlias")),
        Fault(403, "UnauthorizedOperation"),
    )
    emulated.show(world, fault)
    found, end = ended(emulated, TEMPLATES_OF)
    assert [template.name for template in found] == ["plain"]
    assert end.obstacle is Obstacle.DENIED


@pytest.mark.parametrize(
    ("fault", "obstacle"),
    [
        (Fault(403, "UnauthorizedOperation"), Obstacle.DENIED),
        (Fault(503, "RequestLimitExceeded"), Obstacle.THROTTLED),
        (RawFault(200, b"<html>"), Obstacle.FAILED),
    ],
)
def test_versions_that_are_not_told_leave_no_whole_list(
    emulated: Emulated, world: World, image: str, fault: Fault | RawFault, obstacle: Obstacle
) -> None:
    for name in ("one", "two", "three"):
        world.create_launch_template(WORKLOAD, REGION, name, image)
    _, second, _ = world.templates
    strike = only(
        "DescribeLaunchTemplateVersions",
        lambda call: call.params["LaunchTemplateId"] == second,
        fault,
    )
    emulated.show(world, strike)
    found, end = ended(emulated, TEMPLATES_OF)
    assert [template.name for template in found] == ["one"]
    assert end.obstacle is obstacle


def test_a_template_that_is_deleted_meanwhile_is_left_out(
    emulated: Emulated, world: World, image: str
) -> None:
    gone, kept = (
        world.create_launch_template(WORKLOAD, REGION, name, image) for name in ("gone", "kept")
    )
    strike = only(
        "DescribeLaunchTemplateVersions",
        lambda call: call.params["LaunchTemplateId"] == gone,
        Fault(400, "InvalidLaunchTemplateId.NotFound"),
    )
    emulated.show(world, strike)
    assert [template.id for template in told(emulated, TEMPLATES_OF)] == [kept]


def test_versions_of_another_template_or_without_the_latest_are_not_its(
    emulated: Emulated, world: World, image: str
) -> None:
    template = world.create_launch_template(WORKLOAD, REGION, "web", image)
    world.create_launch_template_version(template, image)
    root = "DescribeLaunchTemplateVersionsResponse"
    data = "<launchTemplateData/>"
    for id, number in (("lt-other", 2), (template, 1)):
        item = f"<launchTemplateId>{id}</launchTemplateId><versionNumber>{number}</versionNumber>{data}"
        body = f"<{root}><launchTemplateVersionSet><item>{item}</item></launchTemplateVersionSet></{root}>"
        fault = RawFault(200, body.encode(), "text/xml")
        emulated.show(world, only("DescribeLaunchTemplateVersions", lambda _: True, fault))
        found, end = ended(emulated, TEMPLATES_OF)
        assert found == []
        assert end.obstacle is Obstacle.FAILED
    emulated.show(world)
    (whole_one,) = told(emulated, TEMPLATES_OF)
    assert isinstance(whole_one, ListedTemplate)


def test_an_endpoint_that_leaves_an_alias_as_it_is_has_not_resolved_it(
    emulated: Emulated, world: World
) -> None:
    template = world.create_launch_template(WORKLOAD, REGION, "web", "resolve:ssm:/golden/web")
    root = "DescribeLaunchTemplateVersionsResponse"
    item = (
        f"<launchTemplateId>{template}</launchTemplateId><versionNumber>1</versionNumber>"
        "<launchTemplateData><imageId>resolve:ssm:/golden/web</imageId></launchTemplateData>"
    )
    body = (
        f"<{root}><launchTemplateVersionSet><item>{item}</item></launchTemplateVersionSet></{root}>"
    )
    fault = RawFault(200, body.encode(), "text/xml")
    emulated.show(world, only("DescribeLaunchTemplateVersions", lambda _: True, fault))
    assert ended(emulated, TEMPLATES_OF)[1].obstacle is Obstacle.FAILED


# --------------------------------------------------------------------------------- what scales


def test_groups_tell_all_that_they_may_launch_from(emulated: Emulated, world: World) -> None:
    by_id = {"LaunchTemplateId": "lt-1", "LaunchTemplateName": "web", "Version": "$Latest"}
    world.add_group(WORKLOAD, REGION, "plain", LaunchTemplate=by_id)
    world.add_group(WORKLOAD, REGION, "old", LaunchConfigurationName="web-2019")
    overrides = [
        {"InstanceType": "m5.large"},
        {"InstanceType": "m6g.large", "LaunchTemplateSpecification": {"LaunchTemplateName": "arm"}},
        {"InstanceType": "c5.large", "ImageId": "ami-00000002"},
    ]
    mixed = {"LaunchTemplate": {"LaunchTemplateSpecification": by_id, "Overrides": overrides}}
    world.add_group(WORKLOAD, REGION, "mixed", MixedInstancesPolicy=mixed)
    world.add_group(STRANGER, REGION, "theirs", LaunchTemplate=by_id)
    emulated.show(world)
    template = TemplateRef("lt-1", "web", "$Latest")
    assert told(emulated, GROUPS_OF) == [
        ScalingGroup("plain", world.groups[WORKLOAD, REGION, "plain"].arn, template),
        ScalingGroup("old", world.groups[WORKLOAD, REGION, "old"].arn, configuration="web-2019"),
        ScalingGroup(
            "mixed",
            world.groups[WORKLOAD, REGION, "mixed"].arn,
            template,
            overrides=(
                GroupOverride(TemplateRef(None, "arm", "$Default")),
                GroupOverride(image="ami-00000002"),
            ),
        ),
    ]
    (call,) = emulated.server.calls("DescribeAutoScalingGroups")
    assert (call.params["IncludeInstances"], call.params["MaxRecords"]) == (False, 100)


@pytest.mark.parametrize(
    "launch",
    [
        {},
        {"LaunchTemplate": {"Version": "3"}},
        {"MixedInstancesPolicy": {"LaunchTemplate": {"Overrides": [{"ImageId": "ami-1"}]}}},
        {
            "LaunchConfigurationName": "web",
            "MixedInstancesPolicy": {
                "LaunchTemplate": {"Overrides": [{"LaunchTemplateSpecification": {"Version": "1"}}]}
            },
        },
    ],
)
def test_a_group_that_could_launch_anything_leaves_the_list_cut_short(
    emulated: Emulated, world: World, launch: dict[str, Any]
) -> None:
    world.add_group(WORKLOAD, REGION, "odd", **launch)
    world.add_group(WORKLOAD, REGION, "plain", LaunchConfigurationName="web")
    emulated.show(world)
    found, end = ended(emulated, GROUPS_OF)
    assert [group.name for group in found] == ["plain"]
    assert end == CutShort(
        Obstacle.FAILED,
        "autoscaling:DescribeAutoScalingGroups: 1 of the entries in the answer could not be read",
    )


def test_launch_configurations_name_their_image(emulated: Emulated, world: World) -> None:
    world.add_launch_configuration(WORKLOAD, REGION, "web-2019", "ami-00000001")
    emulated.show(world)
    arn = world.configurations[WORKLOAD, REGION, "web-2019"].arn
    assert told(emulated, LAUNCH_CONFIGURATIONS_OF) == [
        LaunchConfiguration("web-2019", "ami-00000001", arn)
    ]


# ---------------------------------------------------------------------------------- parameters


def arrange_parameters(world: World, count: int = 12) -> list[str]:
    names = [f"/golden/{number:02}" for number in range(count)]
    for name in names:
        world.put_parameter(WORKLOAD, REGION, name, f"ami-000000{name[-2:]}", "aws:ec2:image")
    return names


def test_parameters_of_the_type_come_with_their_values(emulated: Emulated, world: World) -> None:
    names = arrange_parameters(world)
    world.put_parameter(WORKLOAD, REGION, names[0], "ami-000000ff", "aws:ec2:image")
    world.put_parameter(WORKLOAD, REGION, "/password", "hunter2")
    emulated.show(world)
    found = told(emulated, IMAGE_PARAMETERS_OF)
    arn = world.parameters[WORKLOAD, REGION, names[0]].arn
    assert found[0] == ImageParameter(names[0], "ami-000000ff", arn, 2)
    assert [(each.name, each.value) for each in found[1:]] == [
        (name, f"ami-000000{name[-2:]}") for name in names[1:]
    ]
    asked = [call.params["Names"] for call in emulated.server.calls("GetParameters")]
    assert asked == [names[:10], names[10:]]


def test_what_an_endpoint_tells_of_other_types_is_left_alone(
    emulated: Emulated, world: World
) -> None:
    """It does not heed the filter."""
    arrange_parameters(world, 1)
    told_too = (
        b'{"Parameters": [{"Name": "/golden/00", "DataType": "aws:ec2:image"},'
        b' {"Name": "/password", "DataType": "text"}]}'
    )
    fault = RawFault(200, told_too, "application/x-amz-json-1.1")
    emulated.show(world, only("DescribeParameters", lambda _: True, fault))
    assert [each.name for each in told(emulated, IMAGE_PARAMETERS_OF)] == ["/golden/00"]
    (call,) = emulated.server.calls("GetParameters")
    assert call.params["Names"] == ["/golden/00"]


def test_values_that_are_denied_cut_the_list_short(emulated: Emulated, world: World) -> None:
    names = arrange_parameters(world)
    strike = only(
        "GetParameters",
        lambda call: names[11] in call.params["Names"],
        Fault(400, "AccessDeniedException"),
    )
    emulated.show(world, strike)
    found, end = ended(emulated, IMAGE_PARAMETERS_OF)
    assert [each.name for each in found] == names[:10]
    assert end.obstacle is Obstacle.DENIED


def test_a_value_that_is_not_told_cuts_the_list_short(emulated: Emulated, world: World) -> None:
    """A parameter that is deleted meanwhile is left out; one that is passed over is not."""
    arrange_parameters(world, 2)
    fault = RawFault(
        200, b'{"Parameters": [], "InvalidParameters": ["/golden/00"]}', "application/json"
    )
    emulated.show(world, only("GetParameters", lambda _: True, fault))
    found, end = ended(emulated, IMAGE_PARAMETERS_OF)
    assert [(each.name, each.value) for each in found] == [("/golden/01", None)]
    assert end.obstacle is Obstacle.FAILED


@pytest.mark.parametrize("item", [b"null", b"3", b'{"Name": 3, "DataType": "aws:ec2:image"}'])
def test_things_of_no_form_are_no_parameters(emulated: Emulated, world: World, item: bytes) -> None:
    fault = RawFault(200, b'{"Parameters": [' + item + b"]}", "application/json")
    emulated.show(world, only("DescribeParameters", lambda _: True, fault))
    found, end = ended(emulated, IMAGE_PARAMETERS_OF)
    assert (found, end.obstacle) == ([], Obstacle.FAILED)


# ----------------------------------------------------------------------- accounts of an organisation


def test_accounts_are_told_with_their_state(emulated: Emulated, world: World) -> None:
    """Also by a page that is empty and not the last; a closed account is no denied one."""
    world.organize(WORKLOAD)
    states = list(AccountState)
    accounts = [f"{number:012}" for number in range(len(states))]
    for account, state in zip(accounts, states, strict=True):
        world.join(account, state=state.value)
    world.empty_pages = True
    emulated.show(world)
    assert told(emulated, ACCOUNTS_OF, (HERE, None)) == [
        MemberAccount(WORKLOAD, AccountState.ACTIVE),
        *(MemberAccount(id, state) for id, state in zip(accounts, states, strict=True)),
    ]


def test_a_state_that_nobody_knows_is_no_state(emulated: Emulated, world: World) -> None:
    world.organize(WORKLOAD)
    body = f'{{"Accounts": [{{"Id": "{PIPELINE}", "State": "NAPPING", "Status": "ACTIVE"}}]}}'
    fault = RawFault(200, body.encode(), "application/json")
    emulated.show(world, only("ListAccounts", lambda _: True, fault))
    found, end = ended(emulated, ACCOUNTS_OF, (HERE, None))
    assert (found, end.obstacle) == ([], Obstacle.FAILED)


def test_a_unit_has_its_own_accounts_and_the_units_below_it(
    emulated: Emulated, world: World
) -> None:
    organization = world.organize(WORKLOAD)
    organization.units = {"ou-a": "r-root", "ou-b": "ou-a"}
    world.join(PIPELINE, parent="ou-a")
    world.join(STRANGER, parent="ou-b")
    emulated.show(world)
    assert [each.id for each in told(emulated, ACCOUNTS_OF, (HERE, "ou-a"))] == [PIPELINE]
    assert told(emulated, UNITS_OF, (HERE, "r-root")) == ["ou-a"]
    assert told(emulated, UNITS_OF, (HERE, "ou-a")) == ["ou-b"]
    assert told(emulated, UNITS_OF, (HERE, "ou-b")) == []


@pytest.mark.parametrize(
    ("arrange", "key", "obstacle"),
    [
        (lambda _: None, (HERE, None), Obstacle.NOT_TAKEN),  # of no organisation
        (lambda world: (world.organize(PIPELINE), world.join(WORKLOAD)), (HERE, None), Obstacle.DENIED),
        (lambda world: world.organize(WORKLOAD), (HERE, "ou-none"), Obstacle.NOT_TAKEN),
    ],
)  # fmt: skip
def test_whoever_may_not_list_accounts_is_told_why(
    emulated: Emulated, world: World, arrange: Callable[[World], Any], key: Any, obstacle: Obstacle
) -> None:
    arrange(world)
    emulated.show(world)
    found, end = ended(emulated, ACCOUNTS_OF, key)
    assert (found, end.obstacle) == ([], obstacle)


def test_who_is_delegated_may_list_accounts(emulated: Emulated, world: World) -> None:
    world.organize(PIPELINE, WORKLOAD)
    world.join(WORKLOAD)
    emulated.show(world)
    listed = told(emulated, ACCOUNTS_OF, (IRELAND, None))
    assert [each.id for each in listed] == [PIPELINE, WORKLOAD]
    (call,) = emulated.server.calls("ListAccounts")
    assert call.region == "us-east-1", "a global service answers in the home Region"


# ------------------------------------------------------------------------------------------ Regions


def test_regions_are_on_off_or_between(emulated: Emulated, world: World) -> None:
    world.page_size = 2
    world.region_states = {
        (WORKLOAD, "eu-central-1"): "ENABLING",
        (WORKLOAD, "eu-west-1"): "DISABLING",
        (WORKLOAD, "us-west-2"): "ENABLED",
    }
    world.switch_region_off(WORKLOAD, "us-east-2")
    emulated.show(world)
    found = told(emulated, REGIONS_OF, IRELAND)
    assert {region.name: region.state.value for region in found} == {
        "eu-central-1": "enabling",
        "eu-west-1": "disabling",
        "us-east-1": "enabled",
        "us-east-2": "disabled",
        "us-west-2": "enabled",
    }
    calls = emulated.server.calls("ListRegions")
    assert {call.region for call in calls} == {"us-east-1"}
    assert all("AccountId" not in call.params for call in calls)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(403, "AccessDeniedException"),
        Fault(429, "TooManyRequestsException"),
        Fault(500, "InternalServerException"),
        RawFault(200, b"<html>", "text/html"),
    ],
)
@pytest.mark.parametrize("page", [1, 2])
def test_ec2_tells_regions_where_account_management_does_not(
    emulated: Emulated, world: World, fault: Fault | RawFault, page: int
) -> None:
    """From the beginning: no Region comes twice."""
    world.page_size = 2
    world.switch_region_off(WORKLOAD, "eu-west-1")
    later = only("ListRegions", lambda call: page == 1 or "NextToken" in call.params, fault)
    emulated.show(world, later)
    *pages, end = emulated.catalog.list_all(REGIONS_OF, HERE)
    found = [region for part in pages if isinstance(part, Page) for region in part.items]
    assert end == Complete()
    assert [region.name for region in found] == list(REGIONS)
    assert Region("eu-west-1", RegionState.DISABLED) in found


def test_an_account_without_any_region_was_not_told_of_them(
    emulated: Emulated, world: World
) -> None:
    fault = RawFault(200, b'{"Regions": []}', "application/json")
    emulated.show(world, only("ListRegions", lambda _: True, fault))
    assert [region.name for region in told(emulated, REGIONS_OF)] == list(REGIONS)
    nothing = RawFault(
        200, b"<DescribeRegionsResponse><regionInfo/></DescribeRegionsResponse>", "text/xml"
    )
    emulated.show(world, lambda call: nothing if call.operation == "DescribeRegions" else fault)
    assert ended(emulated, REGIONS_OF)[1].obstacle is Obstacle.FAILED


def test_regions_are_asked_in_another_region_where_the_home_is_denied(
    emulated: Emulated, world: World
) -> None:
    world.deny(WORKLOAD, "ListRegions")
    denied = only(
        "DescribeRegions", lambda call: call.region == REGION, Fault(403, "UnauthorizedOperation")
    )
    emulated.show(world, denied)
    assert [region.name for region in told(emulated, REGIONS_OF, IRELAND)] == list(REGIONS)


def test_regions_that_nobody_tells_are_no_regions(emulated: Emulated, world: World) -> None:
    world.deny(WORKLOAD, "ListRegions", "DescribeRegions")
    emulated.show(world)
    found, end = ended(emulated, REGIONS_OF, IRELAND)
    assert (found, end.obstacle) == ([], Obstacle.DENIED)
    assert "account:ListRegions" in end.reason
    assert "ec2:DescribeRegions" in end.reason


def test_a_state_of_a_region_that_nobody_knows_cuts_the_list_short(
    emulated: Emulated, world: World
) -> None:
    body = b'{"Regions": [{"RegionName": "us-east-1", "RegionOptStatus": "ENABLED"}, {"RegionName": "mars-1", "RegionOptStatus": "SOON"}]}'
    fault = RawFault(200, body, "application/json")
    emulated.show(world, only("ListRegions", lambda _: True, fault))
    found, end = ended(emulated, REGIONS_OF)
    assert found == [Region("us-east-1", RegionState.ENABLED)]
    assert end.obstacle is Obstacle.FAILED


def test_credentials_that_expired_are_not_asked_again(emulated: Emulated, world: World) -> None:
    emulated.show(world, only("ListRegions", lambda _: True, Fault(400, "ExpiredTokenException")))
    assert ended(emulated, REGIONS_OF)[1].obstacle is Obstacle.EXPIRED
    assert emulated.server.calls("DescribeRegions") == []


@pytest.mark.parametrize(
    ("region", "home"), [("cn-north-1", "cn-northwest-1"), ("us-gov-east-1", "us-gov-west-1")]
)
def test_other_partitions_have_homes_of_their_own(
    emulated: Emulated, world: World, region: str, home: str
) -> None:
    emulated.show(world)
    told(emulated, REGIONS_OF, Place.of(region, WORKLOAD))
    assert {call.region for call in emulated.server.calls("ListRegions")} == {home}
