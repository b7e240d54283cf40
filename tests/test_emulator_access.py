"""What an account may not ask, and what it gets told of images that are gone or not allowed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import pytest
from botocore.exceptions import ClientError

from tests.emulator import Server, World, sdk, serve
from tests.emulator.sdk import error_of, ids

GOLDEN, TEAM = "111122223333", "222222222222"
EAST, WEST = "us-east-1", "us-west-2"
NEVER_SEEN = "ami-0123456789abcdef0"


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    with serve(world) as running:
        yield running


def client(
    server: Server, service: str = "ec2", account: str = GOLDEN, region: str = EAST, **keys: str
) -> Any:
    return sdk.client(server.url, service, account, region, **keys)


def by_id(*image_ids: str) -> list[dict[str, Any]]:
    return [{"Name": "image-id", "Values": list(image_ids)}]


# -- denied operations and Regions switched off -------------------------------------------------


def test_a_denied_operation_is_denied_in_its_services_words(world: World, server: Server) -> None:
    image = world.register_image(GOLDEN, EAST, name="golden", public=True)
    world.deny(GOLDEN, "GetImageAncestry", "GetParameters", "AssumeRole")
    who = f"arn:aws:iam::{GOLDEN}:user/tester"
    code, message, status = error_of(client(server).get_image_ancestry, ImageId=image)
    assert (code, status) == ("UnauthorizedOperation", 403)
    assert who in message
    assert "ec2:GetImageAncestry" in message
    code, message, status = error_of(client(server, "ssm").get_parameters, Names=["/golden"])
    assert (code, status) == ("AccessDeniedException", 400)
    assert f"{who} is not authorized to perform: ssm:GetParameters" in message
    role = {"RoleArn": f"arn:aws:iam::{TEAM}:role/reader", "RoleSessionName": "check"}
    code, message, status = error_of(client(server, "sts").assume_role, **role)
    assert (code, status) == ("AccessDenied", 403)
    assert f"{who} is not authorized to perform: sts:AssumeRole" in message

    assert client(server).describe_images(ImageIds=[image])
    assert client(server, "sts").get_caller_identity()["Account"] == GOLDEN
    assert client(server, account=TEAM).get_image_ancestry(ImageId=image)


def test_what_a_session_has_is_refused_from_its_end_on(world: World, server: Server) -> None:
    times = [datetime(2026, 11, 1, tzinfo=UTC)]
    world.clock, world.session_lasts = lambda: times[0], timedelta(hours=1)
    role = {"RoleArn": f"arn:aws:iam::{TEAM}:role/reader", "RoleSessionName": "check"}
    minted = client(server, "sts").assume_role(**role)["Credentials"]
    assert minted["Expiration"] == times[0] + timedelta(hours=1)
    keys = {
        "aws_access_key_id": minted["AccessKeyId"],
        "aws_secret_access_key": minted["SecretAccessKey"],
        "aws_session_token": minted["SessionToken"],
    }
    clients = {name: client(server, name, **keys) for name in ("ec2", "ssm", "sts")}
    times[0] += timedelta(minutes=59, seconds=59)
    assert clients["sts"].get_caller_identity()["Account"] == TEAM
    times[0] += timedelta(seconds=1)
    for name, call, said in (
        ("ec2", "describe_images", ("RequestExpired", 400)),
        ("sts", "get_caller_identity", ("ExpiredToken", 403)),
    ):
        code, _, status = error_of(getattr(clients[name], call))
        assert (code, status) == said
    code, _, status = error_of(clients["ssm"].get_parameters, Names=["/golden"])
    assert (code, status) == ("ExpiredTokenException", 400)
    assert client(server).describe_images()
    world.session_lasts = None
    assert client(server, "sts").assume_role(**role)["Credentials"]["Expiration"].year == 2999


def test_a_role_in_the_account_is_denied_too(world: World, server: Server) -> None:
    world.deny(TEAM, "DescribeImages")
    role = {"RoleArn": f"arn:aws:iam::{TEAM}:role/reader", "RoleSessionName": "check"}
    minted = client(server, "sts").assume_role(**role)["Credentials"]
    reader = client(
        server,
        aws_access_key_id=minted["AccessKeyId"],
        aws_secret_access_key=minted["SecretAccessKey"],
        aws_session_token=minted["SessionToken"],
    )
    code, message, _ = error_of(reader.describe_images)
    assert code == "UnauthorizedOperation"
    assert f"arn:aws:sts::{TEAM}:assumed-role/reader/check" in message


@pytest.mark.parametrize("operation", ["GetImagesAncestry", "GetCallerIdentity"])
def test_what_cannot_be_denied_is_a_mistake(world: World, operation: str) -> None:
    with pytest.raises(ValueError, match=operation):
        world.deny(GOLDEN, operation)


def test_a_dry_run_tells_whether_an_operation_is_permitted(world: World, server: Server) -> None:
    world.deny(GOLDEN, "GetImageAncestry")
    refused = error_of(client(server).get_image_ancestry, ImageId=NEVER_SEEN, DryRun=True)
    assert (refused[0], refused[2]) == ("UnauthorizedOperation", 403)
    permitted = error_of(client(server).describe_images, DryRun=True)
    assert (permitted[0], permitted[2]) == ("DryRunOperation", 412)
    world.switch_region_off(GOLDEN, EAST)
    assert error_of(client(server).describe_images, DryRun=True)[0] == "OptInRequired"


def test_ec2_is_off_in_a_region_that_is_switched_off(world: World, server: Server) -> None:
    world.switch_region_off(GOLDEN, WEST)
    code, _, status = error_of(client(server, region=WEST).describe_images)
    assert (code, status) == ("OptInRequired", 401)
    assert client(server, region=EAST).describe_images()["Images"] == []
    assert client(server, account=TEAM, region=WEST).describe_images()["Images"] == []
    assert client(server, "sts", region=WEST).get_caller_identity()["Account"] == GOLDEN


def test_a_region_that_was_never_opted_in_knows_no_credentials(
    world: World, server: Server
) -> None:
    world.switch_region_off(GOLDEN, WEST, error="AuthFailure")
    west = [client(server, service, region=WEST) for service in ("ec2", "ssm", "sts")]
    answers = [
        error_of(west[0].describe_images),
        error_of(west[1].get_parameters, Names=["/golden"]),
        error_of(west[2].get_caller_identity),
    ]
    assert [(code, status) for code, _, status in answers] == [
        ("AuthFailure", 401),
        ("UnrecognizedClientException", 400),
        ("InvalidClientTokenId", 403),
    ]
    assert client(server, "sts").get_caller_identity()["Account"] == GOLDEN


def test_regions_tell_whether_they_are_off(world: World, server: Server) -> None:
    world.switch_region_off(GOLDEN, WEST)
    here = [r["RegionName"] for r in client(server).describe_regions()["Regions"]]
    assert WEST not in here
    assert EAST in here
    everywhere = client(server).describe_regions(AllRegions=True)["Regions"]
    status = {region["RegionName"]: region["OptInStatus"] for region in everywhere}
    assert (status[WEST], status[EAST]) == ("not-opted-in", "opt-in-not-required")


# -- images that are gone -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "expected", "message"),
    [
        ("unavailable", "InvalidAMIID.Unavailable", "The image ID: '{}' is no longer available"),
        ("not-found", "InvalidAMIID.NotFound", "The image id '[{}]' does not exist"),
    ],
)
def test_a_deregistered_id_fails_a_batch_that_names_it(
    world: World, server: Server, setting: Any, expected: str, message: str
) -> None:
    world.deregistered = setting
    kept, gone = (world.register_image(GOLDEN, EAST, name=name) for name in ("kept", "gone"))
    world.deregister(gone, EAST)
    ec2 = client(server)
    refused = error_of(ec2.describe_images, ImageIds=[kept, gone])
    assert refused == (expected, message.format(gone), 400)
    assert error_of(ec2.get_image_ancestry, ImageId=gone)[0] == expected
    assert ids(ec2.describe_images(Filters=by_id(kept, gone, NEVER_SEEN))) == [kept]
    stranger = client(server, account=TEAM)
    assert error_of(stranger.describe_images, ImageIds=[gone])[0] == "InvalidAMIID.NotFound"


def test_a_deregistered_id_is_left_out_as_long_as_it_is_recent(
    world: World, server: Server
) -> None:
    kept, gone = (world.register_image(GOLDEN, EAST, name=name) for name in ("kept", "gone"))
    world.deregister(gone, EAST)
    ec2 = client(server)
    assert ids(ec2.describe_images(ImageIds=[kept, gone])) == [kept]
    assert ids(ec2.describe_images(Filters=by_id(kept, gone))) == [kept]
    named = error_of(ec2.describe_images, ImageIds=[gone, NEVER_SEEN])[1]
    assert named == f"The image id '[{NEVER_SEEN}]' does not exist"


def test_the_recycle_bin_shows_its_owner_what_can_be_restored() -> None:
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    world = World(clock=lambda: now)
    binned, purged, live = (
        world.register_image(GOLDEN, EAST, name=name) for name in ("binned", "purged", "live")
    )
    world.share(binned, EAST, TEAM)
    world.deregister(binned, EAST, retention_days=7)
    world.deregister(purged, EAST)
    entry = {
        "ImageId": binned,
        "Name": "binned",
        "RecycleBinEnterTime": now,
        "RecycleBinExitTime": now + timedelta(days=7),
    }
    with serve(world) as server:
        listed = client(server).list_images_in_recycle_bin
        assert listed()["Images"] == [entry]
        assert listed(ImageIds=[binned])["Images"] == [entry]
        assert error_of(listed, ImageIds=[binned, purged, live]) == (
            "InvalidAMIID.NotFound",
            f"The image ids '[{purged}, {live}]' do not exist",
            400,
        )
        team = client(server, account=TEAM).list_images_in_recycle_bin
        assert team()["Images"] == []
        assert error_of(team, ImageIds=[binned])[0] == "InvalidAMIID.NotFound"
        assert client(server, region=WEST).list_images_in_recycle_bin()["Images"] == []
        assert ids(client(server).describe_images(Owners=["self"])) == [live]
        now += timedelta(days=7)
        assert listed()["Images"] == []


def test_ids_outside_the_recycle_bin_may_be_left_out(world: World, server: Server) -> None:
    world.outside_recycle_bin = "empty"
    image = world.register_image(GOLDEN, EAST, name="binned")
    world.deregister(image, EAST, retention_days=1)
    answer = client(server).list_images_in_recycle_bin(ImageIds=[NEVER_SEEN, image])
    assert ids(answer) == [image]


def test_the_recycle_bin_is_asked_about_twenty_ids_and_told_in_pages(
    world: World, server: Server
) -> None:
    images = [world.register_image(GOLDEN, EAST, name=f"image-{i}") for i in range(21)]
    for image in images:
        world.deregister(image, EAST, retention_days=1)
    ec2 = client(server)
    listed = ec2.list_images_in_recycle_bin
    assert ids(listed(ImageIds=images[:20])) == images[:20]
    assert error_of(listed, ImageIds=images)[0] == "InvalidParameterValue"
    assert error_of(listed, ImageIds=["ami-xyz"])[0] == "InvalidAMIID.Malformed"
    pages = list(ec2.get_paginator("list_images_in_recycle_bin").paginate(MaxResults=8))
    assert [len(page["Images"]) for page in pages] == [8, 8, 5]


# -- Allowed AMIs -------------------------------------------------------------------------------


def test_allowed_images_settings_come_back_as_they_were_given(server: Server) -> None:
    ec2 = client(server, account=TEAM)
    assert settings_of(ec2) == {"State": "disabled", "ImageCriteria": [], "ManagedBy": "account"}
    criteria = [
        {
            "ImageProviders": [GOLDEN, "amazon"],
            "ImageNames": ["golden-*", "web-?"],
            "MarketplaceProductCodes": ["abcdefg1"],
            "CreationDateCondition": {"MaximumDaysSinceCreated": 300},
            "DeprecationTimeCondition": {"MaximumDaysSinceDeprecated": 0},
        },
        {
            "ImageWatermarks": [
                {
                    "WatermarkKey": f"{GOLDEN}:*",
                    "SourceImageRegion": "us-*",
                    "MaximumDaysSinceSourceImageCreated": 180,
                    "MaximumDaysSinceWatermarkCreated": 90,
                },
                {"SourceImageRegion": "eu-west-1"},
            ]
        },
    ]
    ec2.replace_image_criteria_in_allowed_images_settings(ImageCriteria=criteria)
    ec2.enable_allowed_images_settings(AllowedImagesSettingsState="audit-mode")
    expected = {"State": "audit-mode", "ImageCriteria": criteria, "ManagedBy": "account"}
    assert settings_of(ec2) == expected
    assert settings_of(client(server, account=TEAM, region=WEST))["State"] == "disabled"
    assert settings_of(client(server, account=GOLDEN))["State"] == "disabled"


def settings_of(ec2: Any) -> dict[str, Any]:
    answer: dict[str, Any] = ec2.get_allowed_images_settings()
    del answer["ResponseMetadata"]
    return answer


def test_settings_of_an_organization_are_not_the_accounts_to_change(
    world: World, server: Server
) -> None:
    criteria = [{"ImageProviders": ["amazon"]}]
    world.allowed_images(TEAM, EAST, "enabled", criteria, managed_by="declarative-policy")
    ec2 = client(server, account=TEAM)
    expected = {"State": "enabled", "ImageCriteria": criteria, "ManagedBy": "declarative-policy"}
    for change in (
        ec2.disable_allowed_images_settings,
        ec2.replace_image_criteria_in_allowed_images_settings,
    ):
        with pytest.raises(ClientError, match="organizational policy"):
            change()
    assert settings_of(ec2) == expected


@pytest.mark.parametrize("state", ["enabled", "audit-mode", "disabled"])
def test_only_enabled_settings_hide_and_never_an_accounts_own_images(
    world: World, server: Server, state: Literal["enabled", "audit-mode", "disabled"]
) -> None:
    other = world.register_image(GOLDEN, EAST, name="other")
    world.share(other, EAST, TEAM)
    own = world.register_image(TEAM, EAST, name="own")
    world.allowed_images(TEAM, EAST, state, [{"ImageProviders": ["amazon"]}])
    ec2 = client(server, account=TEAM)
    hidden = state == "enabled"
    seen = ids(ec2.describe_images(Filters=by_id(own, other)))
    assert seen == ([own] if hidden else [other, own])
    assert ids(ec2.describe_images(ImageIds=[own])) == [own]
    if hidden:
        assert error_of(ec2.describe_images, ImageIds=[own, other]) == (
            "InvalidAMIID.NotFound",
            f"The image id '[{other}]' does not exist",
            400,
        )
        world.inaccessible = "empty"
        assert ids(ec2.describe_images(ImageIds=[own, other])) == [own]
    else:
        assert ids(ec2.describe_images(ImageIds=[own, other])) == [other, own]
