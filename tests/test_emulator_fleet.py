"""The emulator's organisations, Regions and groups, asked by the real SDK over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.emulator import Server, World, sdk, serve
from tests.emulator.sdk import error_of

HOME, MEMBER = "111122223333", "222222222222"
EAST = "us-east-1"


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    with serve(world) as running:
        yield running


def client(server: Server, service: str, account: str = HOME, **keys: str) -> Any:
    return sdk.client(server.url, service, account, EAST, **keys)


def test_an_outage_fails_who_names_the_zone_or_none(world: World, server: Server) -> None:
    image = world.register_image(HOME, EAST, name="web")
    well, ill = (world.run_instance(HOME, EAST, image) for _ in range(2))
    world.instances[ill].zone = "b"
    world.zones_out.add((EAST, "b"))
    ask = client(server, "ec2").describe_instance_image_metadata
    (told,) = ask(InstanceIds=[well])["InstanceImageMetadata"]
    assert (told["InstanceId"], told["AvailabilityZone"]) == (well, f"{EAST}a")
    for ids in ({}, {"InstanceIds": [ill, well]}):
        code, _, status = error_of(ask, **ids)
        assert (code, status) == ("Unavailable", 503)
    assert error_of(ask, InstanceIds=["i-none"])[0] == "InvalidInstanceID.NotFound"
    world.zones_out.clear()
    assert len(ask()["InstanceImageMetadata"]) == 2


def test_every_service_refuses_in_its_own_words(world: World, server: Server) -> None:
    calls = [
        ("account", "list_regions", "AccessDeniedException", "UnrecognizedClientException"),
        ("organizations", "list_accounts", "AccessDeniedException", "UnrecognizedClientException"),
        ("autoscaling", "describe_auto_scaling_groups", "AccessDenied", "InvalidClientTokenId"),
        (
            "imagebuilder",
            "list_image_recipes",
            "AccessDeniedException",
            "UnrecognizedClientException",
        ),
    ]
    world.organize(HOME)
    world.deny(HOME, "ListRegions", "ListAccounts", "DescribeAutoScalingGroups")
    world.deny(HOME, "ListImageRecipes")
    for service, method, denied, unknown in calls:
        assert error_of(getattr(client(server, service), method))[0] == denied
        stranger = client(server, service, aws_access_key_id="nobody")
        assert error_of(getattr(stranger, method))[0] == unknown


def test_an_operation_that_is_not_emulated_says_so(server: Server) -> None:
    found = error_of(client(server, "account").get_contact_information)
    assert found[0] == "NotImplementedByEmulator"


def test_accounts_come_by_page_the_first_of_them_empty(world: World, server: Server) -> None:
    world.organize(HOME)
    for number in range(25):
        world.join(f"{number:012}")
    world.empty_pages = True
    organizations = client(server, "organizations")
    pages = list(organizations.get_paginator("list_accounts").paginate(MaxResults=20))
    assert [len(page["Accounts"]) for page in pages] == [0, 20, 6]
    assert error_of(client(server, "organizations", MEMBER).list_accounts)[0] == (
        "AWSOrganizationsNotInUseException"
    )
    world.join(MEMBER)
    denied = client(server, "organizations", MEMBER).list_accounts
    assert error_of(denied)[0] == "AccessDeniedException"


def test_only_parameters_of_the_type_are_told(world: World, server: Server) -> None:
    world.put_parameter(HOME, EAST, "/image", "ami-00000001", "aws:ec2:image")
    world.put_parameter(HOME, EAST, "/text", "ami-00000001")
    wanted = {"Key": "DataType", "Option": "Equals", "Values": ["aws:ec2:image"]}
    ask = client(server, "ssm").describe_parameters
    assert [each["Name"] for each in ask(ParameterFilters=[wanted])["Parameters"]] == ["/image"]
    assert len(ask()["Parameters"]) == 2
