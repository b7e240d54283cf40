"""The emulator, asked by the real SDK over HTTP."""

import functools
import http.client
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import (
    ClientError,
    ConnectionClosedError,
)
from botocore.parsers import ResponseParserError

from tests.emulator import (
    CloseFault,
    Fault,
    RawFault,
    Server,
    Watermark,
    World,
    access_key,
    sdk,
    serve,
)
from tests.emulator.sdk import error_of, ids
from tests.emulator.visibility import matches

GOLDEN, TEAM, OTHER = "111122223333", "222222222222", "333333333333"
EAST, WEST = "us-east-1", "us-west-2"
KEY = f"{GOLDEN}:prod-baseline"
AMAZON = "137112412989"


def client(
    server: Server,
    service: str = "ec2",
    account: str = GOLDEN,
    region: str = EAST,
    **credentials: str,
) -> Any:
    return sdk.client(server.url, service, account, region, **credentials)


@pytest.fixture
def server(world: World) -> Iterator[Server]:
    with serve(world) as running:
        yield running


# -- watermarks and ancestry --------------------------------------------------------------------


def test_a_watermark_descends_through_copies_instances_and_accounts(server: Server) -> None:
    east, west = client(server), client(server, region=WEST)
    golden = east.register_image(Name="golden")["ImageId"]
    attached = east.attach_image_watermark(ImageId=golden, WatermarkName="prod-baseline")
    assert attached["WatermarkKey"] == KEY

    copy = west.copy_image(SourceImageId=golden, SourceRegion=EAST, Name="copy")["ImageId"]
    instance = west.run_instances(ImageId=copy, MinCount=1, MaxCount=1)["Instances"][0]
    made = west.create_image(InstanceId=instance["InstanceId"], Name="made")["ImageId"]
    west.modify_image_attribute(ImageId=made, LaunchPermission={"Add": [{"UserId": TEAM}]})
    team = client(server, account=TEAM, region=WEST)
    derived = team.copy_image(SourceImageId=made, SourceRegion=WEST, Name="team")["ImageId"]

    original = east.describe_images(ImageIds=[golden])["Images"][0]["ImageWatermarks"]
    image = team.describe_images(ImageIds=[derived])["Images"][0]
    assert image["ImageWatermarks"] == original
    assert original[0]["SourceImageId"] == golden
    assert original[0]["SourceImageRegion"] == EAST
    assert image["OwnerId"] == TEAM
    assert (image["SourceImageId"], image["SourceImageRegion"]) == (made, WEST)

    east.detach_image_watermark(ImageId=golden, WatermarkKey=KEY)
    east.detach_image_watermark(ImageId=golden, WatermarkKey=KEY)
    assert "ImageWatermarks" not in east.describe_images(ImageIds=[golden])["Images"][0]
    assert team.describe_images(ImageIds=[derived])["Images"][0]["ImageWatermarks"] == original

    west.deregister_image(ImageId=copy)
    entries = team.get_image_ancestry(ImageId=derived)["ImageAncestryEntries"]
    assert [entry["ImageId"] for entry in entries] == [derived, made, copy, golden]
    assert entries[2]["SourceImageRegion"] == EAST
    assert "SourceImageId" not in entries[3]
    assert not any("OwnerId" in entry for entry in entries)


def test_registering_an_image_records_no_descent(world: World, server: Server) -> None:
    image = world.register_image(GOLDEN, EAST, name="plain")
    described = client(server).describe_images(ImageIds=[image])["Images"][0]
    assert not {"ImageWatermarks", "SourceImageId"} & described.keys()


def test_at_most_five_watermarks_and_none_on_a_public_image(world: World, server: Server) -> None:
    ec2 = client(server)
    image = world.register_image(GOLDEN, EAST, name="full")
    for i in range(5):
        world.attach_watermark(GOLDEN, EAST, image, f"mark-{i}")
    error_of(ec2.attach_image_watermark, ImageId=image, WatermarkName="mark-5")
    public = {"Add": [{"Group": "all"}]}
    error_of(ec2.modify_image_attribute, ImageId=image, LaunchPermission=public)
    shown = world.register_image(GOLDEN, EAST, name="public", public=True)
    error_of(ec2.attach_image_watermark, ImageId=shown, WatermarkName="mark")


def test_tags_are_copied_within_an_account_and_on_request(world: World, server: Server) -> None:
    image = world.register_image(GOLDEN, EAST, name="tagged")
    world.image(EAST, image).tags["team"] = "blue"
    world.share(image, EAST, TEAM)

    def tags_of_copy(account: str, **params: Any) -> Any:
        ec2 = client(server, account=account)
        params |= {"SourceImageId": image, "SourceRegion": EAST, "Name": "copy"}
        copy = ec2.copy_image(**params)["ImageId"]
        return ec2.describe_images(ImageIds=[copy])["Images"][0].get("Tags")

    tag = {"Key": "a", "Value": "b"}
    specification = {"ResourceType": "image", "Tags": [tag]}
    assert tags_of_copy(GOLDEN) is None
    assert tags_of_copy(GOLDEN, CopyImageTags=True) == [{"Key": "team", "Value": "blue"}]
    assert tags_of_copy(TEAM, CopyImageTags=True) is None
    assert tags_of_copy(TEAM, TagSpecifications=[specification]) == [tag]


def test_only_the_owner_attaches(world: World, server: Server) -> None:
    image = world.register_image(GOLDEN, EAST, name="shared")
    world.share(image, EAST, TEAM)
    attach = client(server, account=TEAM).attach_image_watermark
    assert error_of(attach, ImageId=image, WatermarkName="mark")[0] == "AuthFailure"


def test_ancestry_ends_at_a_public_provider_though_it_has_a_source(world: World) -> None:
    upstream = world.register_image(AMAZON, EAST, name="upstream")
    vendor = world.copy_image(AMAZON, EAST, upstream, EAST, name="al")
    world.image(EAST, vendor).owner_alias = "amazon"
    world.make_public(vendor, EAST)
    golden = world.copy_image(GOLDEN, EAST, vendor, EAST, name="golden")
    chain = world.ancestry(world.image(EAST, golden))
    assert [image.image_id for image in chain] == [golden, vendor]


def test_ancestry_ends_after_fifty_entries_and_at_another_partition(world: World) -> None:
    image = world.register_image(GOLDEN, EAST, name="first")
    for i in range(60):
        image = world.copy_image(GOLDEN, EAST, image, EAST, name=f"copy-{i}")
    assert len(world.ancestry(world.image(EAST, image))) == 50
    chinese = world.register_image(GOLDEN, "cn-north-1", name="chinese")
    world.image(EAST, image).source_image_id = chinese
    world.image(EAST, image).source_image_region = "cn-north-1"
    assert len(world.ancestry(world.image(EAST, image))) == 1


def test_a_world_can_be_forged(world: World, server: Server) -> None:
    image = world.register_image(OTHER, EAST, name="fake")
    now = world.now()
    world.image(EAST, image).watermarks.append(Watermark(KEY, EAST, "ami-00000000", now, now))
    described = client(server, account=OTHER).describe_images(ImageIds=[image])["Images"][0]
    assert described["ImageWatermarks"][0]["WatermarkKey"] == KEY


# -- who sees what ------------------------------------------------------------------------------


def test_one_unknown_id_fails_the_batch_and_the_filter_omits_it(
    world: World, server: Server
) -> None:
    ec2 = client(server)
    known = world.register_image(GOLDEN, EAST, name="known")
    one, two = "ami-0123456789abcdef0", "ami-12345678"
    assert error_of(ec2.describe_images, ImageIds=[known, one]) == (
        "InvalidAMIID.NotFound",
        f"The image id '[{one}]' does not exist",
        400,
    )
    message = error_of(ec2.describe_images, ImageIds=[one, known, two])[1]
    assert message == f"The image ids '[{one}, {two}]' do not exist"
    assert error_of(ec2.describe_images, ImageIds=[known, "ami-aaaaaaa777"])[:2] == (
        "InvalidAMIID.Malformed",
        'Invalid id: "ami-aaaaaaa777"',
    )
    by_filter = [{"Name": "image-id", "Values": [known, one]}]
    assert ids(ec2.describe_images(Filters=by_filter)) == [known]
    west = client(server, region=WEST)
    assert error_of(west.describe_images, ImageIds=[known])[0] == "InvalidAMIID.NotFound"
    assert west.describe_images()["Images"] == []


def test_a_private_image_is_seen_once_it_is_shared(world: World, server: Server) -> None:
    team = client(server, account=TEAM)
    image = world.register_image(GOLDEN, EAST, name="private")
    public = world.register_image(AMAZON, EAST, name="al", owner_alias="amazon", public=True)
    assert error_of(team.describe_images, ImageIds=[image])[0] == "InvalidAMIID.NotFound"
    assert error_of(team.get_image_ancestry, ImageId=image)[0] == "InvalidAMIID.NotFound"
    world.inaccessible = "empty"
    assert team.describe_images(ImageIds=[image])["Images"] == []
    world.share(image, EAST, TEAM)
    assert ids(team.describe_images(ImageIds=[image])) == [image]
    assert ids(team.describe_images(ExecutableUsers=["self"])) == [image]
    assert ids(team.describe_images(ExecutableUsers=["all"])) == [public]
    assert ids(team.describe_images(Owners=["self"])) == []
    assert ids(team.describe_images(Owners=[GOLDEN])) == [image]
    client(server).modify_image_attribute(
        ImageId=image, LaunchPermission={"Remove": [{"UserId": TEAM}]}
    )
    assert team.describe_images(ImageIds=[image])["Images"] == []


def test_deregistered_disabled_and_deprecated_images(world: World, server: Server) -> None:
    ec2, team = client(server), client(server, account=TEAM)
    gone, off, old = (world.register_image(GOLDEN, EAST, name=n) for n in ("gone", "off", "old"))
    for image in (gone, off, old):
        world.share(image, EAST, TEAM)
    world.deregister(gone, EAST)
    world.disable(off, EAST)
    ec2.enable_image_deprecation(ImageId=old, DeprecateAt=world.now())
    assert ec2.describe_images(ImageIds=[gone])["Images"] == []
    assert ids(ec2.describe_images()) == [old]
    assert ids(ec2.describe_images(IncludeDisabled=True)) == [off, old]
    disabled = [{"Name": "state", "Values": ["disabled"]}]
    assert error_of(ec2.describe_images, Filters=disabled)[0] == "InvalidParameter"
    assert error_of(team.describe_images, ImageIds=[off])[0] == "InvalidAMIID.NotFound"
    assert team.describe_images()["Images"] == []
    assert ids(team.describe_images(IncludeDeprecated=True)) == [old]
    assert ids(team.describe_images(ImageIds=[old])) == [old]
    ec2.enable_image(ImageId=off)
    assert ids(ec2.describe_images()) == [off, old]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("name", "golden-[1]*"),
        ("image-watermark.watermark-key", f"{GOLDEN}:*"),
        ("image-watermark.source-image-region", EAST),
        ("image-watermark.watermark-creation-time", "2026-11-01T00:02*"),
        ("source-image-region", EAST),
        ("tag:team", "blue"),
        ("tag-key", "team"),
        ("creation-date", "2026-11-01T00:03*"),
        ("is-public", "false"),
        ("owner-id", GOLDEN),
        ("owner-id", "1111*"),
        ("architecture", "arm*"),
        ("image-id", "ami-*4"),
        ("product-code", "abc12?"),
    ],
)
def test_filters_are_applied(world: World, server: Server, name: str, value: str) -> None:
    world.register_image(AMAZON, EAST, name="al", owner_alias="amazon", public=True)
    base = world.register_image(GOLDEN, EAST, name="base")
    world.attach_watermark(GOLDEN, EAST, base, "prod-baseline")
    copy = world.copy_image(GOLDEN, EAST, base, EAST, name="golden-[1]-a")
    world.image(EAST, copy).tags["team"] = "blue"
    world.image(EAST, copy).architecture = "arm64"
    world.image(EAST, copy).product_codes = ("abc123",)
    found = ids(client(server).describe_images(Filters=[{"Name": name, "Values": ["x", value]}]))
    assert copy in found
    assert len(found) < 3
    nothing = [{"Name": name, "Values": [value]}, {"Name": "name", "Values": ["no such"]}]
    assert ids(client(server).describe_images(Filters=nothing)) == []


def test_an_unknown_filter_is_refused(server: Server) -> None:
    refused = [{"Name": "image-watermark-key", "Values": [KEY]}]
    assert error_of(client(server).describe_images, Filters=refused)[:2] == (
        "InvalidParameterValue",
        "The filter 'image-watermark-key' is invalid",
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("owner-alias", "amazon"),
        ("owner-alias", "amaz*"),
        ("root-device-type", "ebs"),
        ("root-device-name", "/dev/xvd?"),
        ("virtualization-type", "hvm"),
        ("state", "available"),
    ],
)
def test_what_all_images_of_a_provider_have_in_common(
    world: World, server: Server, name: str, value: str
) -> None:
    image = world.register_image(AMAZON, EAST, name="al", owner_alias="amazon", public=True)
    ec2 = client(server)
    assert ids(ec2.describe_images(Filters=[{"Name": name, "Values": [value]}])) == [image]
    assert ids(ec2.describe_images(Filters=[{"Name": name, "Values": [value.upper()]}])) == []


def test_a_filter_that_is_documented_and_not_emulated_is_not_called_invalid(
    server: Server,
) -> None:
    other = [{"Name": "boot-mode", "Values": ["uefi"]}]
    assert error_of(client(server).describe_images, Filters=other)[0] == "NotImplementedByEmulator"


def test_owners_are_accounts_or_aliases(world: World, server: Server) -> None:
    amazons, vendors = (
        world.register_image(account, EAST, name=alias, owner_alias=alias, public=True)
        for account, alias in ((AMAZON, "amazon"), ("679593333241", "aws-marketplace"))
    )
    own = world.register_image(GOLDEN, EAST, name="own")
    ec2 = client(server)
    for owners, found in (
        (["amazon"], [amazons]),
        (["aws-marketplace"], [vendors]),
        (["self"], [own]),
        ([GOLDEN], [own]),
        ([AMAZON, "self"], [amazons, own]),
        (["aws-backup-vault"], []),
    ):
        assert ids(ec2.describe_images(Owners=owners)) == found
    for wrong in ("*", "Amazon", "12345", "amazon*"):
        assert error_of(ec2.describe_images, Owners=[wrong])[0] == "InvalidUserID.Malformed"
        assert error_of(ec2.describe_images, ExecutableUsers=[wrong])[0] == (
            "InvalidUserID.Malformed"
        )


def test_a_page_size_does_not_go_with_ids(world: World, server: Server) -> None:
    image = world.register_image(GOLDEN, EAST, name="own")
    refused = error_of(client(server).describe_images, ImageIds=[image], MaxResults=1000)
    assert refused[0] == "InvalidParameterCombination"


def test_wildcards() -> None:
    assert matches("a[b].c", "a[b]?c")
    assert matches("ab", "ab?")
    assert matches("a*b", r"a\*b")
    assert not matches("axb", r"a\*b")
    assert not matches("Prod", "prod*")


def test_lists_come_in_pages(world: World, server: Server) -> None:
    made = [world.register_image(GOLDEN, EAST, name=f"image-{i}") for i in range(12)]
    for size, pages in ((5, [5, 5, 2]), (6, [6, 6])):
        world.page_size = size
        server.requests.clear()
        answers = list(client(server).get_paginator("describe_images").paginate(Owners=["self"]))
        assert [len(answer["Images"]) for answer in answers] == pages
        assert [image for answer in answers for image in ids(answer)] == made
        assert len(server.calls("DescribeImages")) == len(pages)
    world.page_size = None
    first = client(server).describe_images(MaxResults=7)
    assert ids(first) == made[:7]
    assert ids(client(server).describe_images(NextToken=first["NextToken"])) == made[7:]


# -- Allowed AMIs -------------------------------------------------------------------------------


def test_allowed_amis_hide_or_only_tell(world: World, server: Server) -> None:
    team = client(server, account=TEAM)
    marked = world.register_image(GOLDEN, EAST, name="marked")
    world.attach_watermark(GOLDEN, EAST, marked, "prod-baseline")
    plain = world.register_image(OTHER, EAST, name="plain")
    own = world.register_image(TEAM, EAST, name="own")
    for image in (marked, plain):
        world.share(image, EAST, TEAM)
    watermark = {"WatermarkKey": f"{GOLDEN}:*", "MaximumDaysSinceWatermarkCreated": 90}
    criteria = [{"ImageWatermarks": [watermark]}]
    team.replace_image_criteria_in_allowed_images_settings(ImageCriteria=criteria)
    assert "ImageAllowed" not in team.describe_images()["Images"][0]

    team.enable_allowed_images_settings(AllowedImagesSettingsState="audit-mode")
    told = {i["ImageId"]: i["ImageAllowed"] for i in team.describe_images()["Images"]}
    assert told == {marked: True, plain: False, own: True}

    team.enable_allowed_images_settings(AllowedImagesSettingsState="enabled")
    settings = team.get_allowed_images_settings()
    assert (settings["State"], settings["ImageCriteria"]) == ("enabled", criteria)
    assert ids(team.describe_images()) == [marked, own]
    assert error_of(team.describe_images, ImageIds=[plain])[0] == "InvalidAMIID.NotFound"
    refused = error_of(team.run_instances, ImageId=plain, MinCount=1, MaxCount=1)
    assert refused[0] == "InvalidAMIID.NotFound"

    team.disable_allowed_images_settings()
    assert ids(team.describe_images()) == [marked, plain, own]


@pytest.mark.parametrize(
    ("criteria", "allowed"),
    [
        ([], False),
        ([{"ImageProviders": ["amazon"]}], False),
        ([{"ImageProviders": ["amazon", GOLDEN]}], True),
        ([{"ImageProviders": [GOLDEN], "ImageNames": ["other*"]}], False),
        ([{"ImageProviders": ["amazon"]}, {"ImageNames": ["golden-*"]}], True),
        ([{"MarketplaceProductCodes": ["abc"]}], True),
        ([{"CreationDateCondition": {"MaximumDaysSinceCreated": 9}}], False),
        ([{"CreationDateCondition": {"MaximumDaysSinceCreated": 11}}], True),
        ([{"DeprecationTimeCondition": {"MaximumDaysSinceDeprecated": 0}}], True),
        ([{"ImageWatermarks": [{"MaximumDaysSinceSourceImageCreated": 9}]}], False),
        ([{"ImageWatermarks": [{"WatermarkKey": "*:p*", "SourceImageRegion": "eu-*"}]}], False),
        ([{"ScanResultCondition": {"MaximumSeverityLabel": "high"}}], False),
    ],
)  # fmt: skip
def test_criteria(criteria: list[dict[str, Any]], allowed: bool) -> None:
    now = World().now()
    world = World(clock=lambda: now)
    codes = ["abc"]
    image = world.register_image(GOLDEN, EAST, name="golden-1", public=False, product_codes=codes)
    world.attach_watermark(GOLDEN, EAST, image, "prod")
    world.share(image, EAST, TEAM)
    now += timedelta(days=10)
    world.allowed_images(TEAM, EAST, "audit-mode", criteria)
    with serve(world) as server:
        answer = client(server, account=TEAM).describe_images(ImageIds=[image])
    assert answer["Images"][0]["ImageAllowed"] is allowed


# -- launch templates, instances, parameters, identities ----------------------------------------


def test_launch_template_versions(world: World, server: Server) -> None:
    ec2 = client(server)
    image = world.register_image(GOLDEN, EAST, name="golden")
    world.put_parameter(GOLDEN, EAST, "/golden/latest", image, "aws:ec2:image")
    template = world.create_launch_template(GOLDEN, EAST, "web", image)
    world.create_launch_template_version(template, data={"KeyName": "k", "ImageId": image})
    ec2.create_launch_template_version(
        LaunchTemplateName="web",
        SourceVersion="2",
        LaunchTemplateData={"ImageId": "resolve:ssm:/golden/latest"},
    )
    newest = ec2.describe_launch_template_versions(LaunchTemplateName="web", Versions=["3"])
    assert newest["LaunchTemplateVersions"][0]["LaunchTemplateData"]["KeyName"] == "k"
    versions = functools.partial(ec2.describe_launch_template_versions, LaunchTemplateId=template)

    def images_of(**params: Any) -> list[str]:
        answer = versions(**params)["LaunchTemplateVersions"]
        return [version["LaunchTemplateData"]["ImageId"] for version in answer]

    alias = "resolve:ssm:/golden/latest"
    assert images_of(Versions=["$Latest", "$Default", "1"]) == [alias, image, image]
    assert images_of(Versions=["$Latest"], ResolveAlias=True) == [image]
    ec2.modify_launch_template(LaunchTemplateId=template, DefaultVersion="3")
    assert images_of(Versions=["$Default"]) == [alias]
    world.page_size = 1
    pages = ec2.get_paginator("describe_launch_template_versions").paginate(
        LaunchTemplateName="web"
    )
    assert [v["VersionNumber"] for p in pages for v in p["LaunchTemplateVersions"]] == [3, 2, 1]
    described = ec2.describe_launch_templates(LaunchTemplateNames=["web"])["LaunchTemplates"][0]
    assert (described["DefaultVersionNumber"], described["LatestVersionNumber"]) == (3, 3)


def test_launch_template_errors(world: World, server: Server) -> None:
    ec2 = client(server)
    template = world.create_launch_template(GOLDEN, EAST, "web")
    unknown = "lt-07ff4bb0369cd679c"
    versions = ec2.describe_launch_template_versions
    does_not_exist = "The specified launch template, with template {}, does not exist."
    assert error_of(versions, LaunchTemplateId=unknown)[:2] == (
        "InvalidLaunchTemplateId.NotFound",
        does_not_exist.format(f"ID {unknown}"),
    )
    assert error_of(versions, LaunchTemplateName="none")[:2] == (
        "InvalidLaunchTemplateName.NotFoundException",
        does_not_exist.format("name none"),
    )
    assert error_of(versions, LaunchTemplateName="web", Versions=["3"])[:2] == (
        "InvalidLaunchTemplateId.VersionNotFound",
        f"Could not find the specified version 3 for the launch template with ID {template}.",
    )
    stranger = client(server, account=TEAM).describe_launch_template_versions
    assert error_of(stranger, LaunchTemplateId=template)[0] == "InvalidLaunchTemplateId.NotFound"


def test_instances_run_from_a_template_and_are_found_by_image(world: World, server: Server) -> None:
    ec2 = client(server)
    image = world.register_image(GOLDEN, EAST, name="golden")
    world.create_launch_template(GOLDEN, EAST, "web", image)
    other = world.register_image(GOLDEN, EAST, name="other")
    world.run_instance(GOLDEN, EAST, other)
    launch = {"LaunchTemplateName": "web", "Version": "$Latest"}
    started = ec2.run_instances(LaunchTemplate=launch, MinCount=1, MaxCount=1)["Instances"][0]
    by_image = [{"Name": "image-id", "Values": [image]}]
    reservations = ec2.describe_instances(Filters=by_image)["Reservations"]
    assert [i["InstanceId"] for r in reservations for i in r["Instances"]] == [
        started["InstanceId"]
    ]
    world.disable(image, EAST)
    refused = error_of(ec2.run_instances, ImageId=image, MinCount=1, MaxCount=1)
    assert refused[0] == "InvalidAMIID.Unavailable"


def test_parameters(world: World, server: Server) -> None:
    ssm = client(server, "ssm")
    world.put_parameter(GOLDEN, EAST, "/golden/latest", "ami-11111111")
    world.put_parameter(GOLDEN, EAST, "/golden/latest", "ami-22222222")
    world.label_parameter(GOLDEN, EAST, "/golden/latest", "stable", 1)
    world.put_parameter(AMAZON, EAST, "/aws/service/ami/latest", "ami-33333333")
    arn = f"arn:aws:ssm:{EAST}:{GOLDEN}:parameter/golden/latest"
    names = ["/golden/latest", "/golden/latest:1", "/golden/latest:stable", arn]
    names += ["/aws/service/ami/latest", "/golden/latest:9", "/golden/none"]
    answer = ssm.get_parameters(Names=names)
    values = [p["Value"][4:6] for p in answer["Parameters"]]
    assert values == ["22", "11", "11", "22", "33"]
    assert {p["Name"] for p in answer["Parameters"][:4]} == {"/golden/latest"}
    assert answer["Parameters"][2]["Selector"] == ":stable"
    assert answer["InvalidParameters"] == ["/golden/latest:9", "/golden/none"]
    eleven = [f"/p/{i}" for i in range(11)]
    assert error_of(ssm.get_parameters, Names=eleven)[0] == "ValidationException"
    assert error_of(ssm.get_parameter, Name="/golden/none")[0] == "ParameterNotFound"
    assert error_of(ssm.get_parameter, Name="/golden/latest:9")[0] == "ParameterVersionNotFound"

    west = client(server, "ssm", region=WEST)
    assert west.get_parameters(Names=["/golden/latest"])["Parameters"] == []
    team = client(server, "ssm", TEAM)
    assert team.get_parameters(Names=[arn])["InvalidParameters"] == [arn]
    world.parameters[GOLDEN, EAST, "/golden/latest"].shared_with.add(TEAM)
    assert team.get_parameters(Names=[arn])["Parameters"][0]["Value"] == "ami-22222222"


def test_an_image_parameter_that_fails_its_check_is_not_stored(server: Server) -> None:
    ssm = client(server, "ssm")
    put = {"Name": "/golden", "Value": "ami-12345678", "Type": "String"}
    assert ssm.put_parameter(**put, DataType="aws:ec2:image")["Version"] == 1
    assert ssm.get_parameters(Names=["/golden"])["InvalidParameters"] == ["/golden"]
    ssm.put_parameter(**put)
    assert error_of(ssm.put_parameter, **put)[0] == "ParameterAlreadyExists"
    assert ssm.put_parameter(**put, Overwrite=True)["Version"] == 2


def test_an_assumed_role_acts_in_its_own_account(world: World, server: Server) -> None:
    role = f"arn:aws:iam::{TEAM}:role/readers/assay"
    answer = client(server, "sts").assume_role(RoleArn=role, RoleSessionName="check")
    minted = answer["Credentials"]
    credentials = {
        "aws_access_key_id": minted["AccessKeyId"],
        "aws_secret_access_key": minted["SecretAccessKey"],
        "aws_session_token": minted["SessionToken"],
    }
    identity = client(server, "sts", **credentials).get_caller_identity()
    assert identity["Account"] == TEAM
    assert identity["Arn"] == f"arn:aws:sts::{TEAM}:assumed-role/assay/check"
    image = world.register_image(TEAM, EAST, name="own")
    assert ids(client(server, **credentials).describe_images(Owners=["self"])) == [image]
    assert server.requests[-1].account == TEAM
    del credentials["aws_session_token"]
    assert error_of(client(server, **credentials).describe_images)[0] == "AuthFailure"


@pytest.mark.parametrize(
    ("service", "operation", "params", "expected"),
    [
        ("ec2", "describe_images", {}, ("AuthFailure", 401)),
        ("ssm", "get_parameters", {"Names": ["a"]}, ("UnrecognizedClientException", 400)),
        ("sts", "get_caller_identity", {}, ("InvalidClientTokenId", 403)),
    ],
)
def test_an_unknown_access_key_is_refused(
    server: Server, service: str, operation: str, params: Any, expected: tuple[str, int]
) -> None:
    stranger = client(server, service, aws_access_key_id="AKIAIOSFODNN7EXAMPLE")
    code, _, status = error_of(getattr(stranger, operation), **params)
    assert (code, status) == expected
    assert server.requests[-1].account is None


# -- the server ---------------------------------------------------------------------------------


def test_requests_are_recorded_with_their_place(server: Server) -> None:
    client(server, account=TEAM, region=WEST).describe_images(
        Filters=[{"Name": "name", "Values": ["a", "b"]}], IncludeDisabled=True
    )
    request = server.requests[-1]
    assert (request.service, request.operation) == ("ec2", "DescribeImages")
    assert (request.account, request.region) == (TEAM, WEST)
    filters = [{"Name": "name", "Values": ["a", "b"]}]
    assert request.params == {"Filters": filters, "IncludeDisabled": True}

    addresses = [{"PrivateIpAddress": "10.0.0.1", "Primary": True}]
    interfaces = [{"DeviceIndex": 0, "PrivateIpAddresses": addresses, "SubnetId": "subnet-1"}]
    error_of(client(server).run_instances, NetworkInterfaces=interfaces, MinCount=1, MaxCount=1)
    assert server.requests[-1].params["NetworkInterfaces"] == interfaces

    role = {"RoleArn": f"arn:aws:iam::{TEAM}:role/reader", "RoleSessionName": "check"}
    tags = [{"Key": "a", "Value": "b"}]
    client(server, "sts").assume_role(**role, Tags=tags, PolicyArns=[])
    assert server.requests[-1].params == {**role, "Tags": tags, "PolicyArns": []}


def test_an_operation_that_is_not_emulated_says_so(server: Server) -> None:
    code, _, status = error_of(client(server).describe_vpcs)
    assert (code, status) == ("NotImplementedByEmulator", 501)
    assert server.calls("DescribeVpcs")


def test_a_dry_run_changes_nothing(world: World, server: Server) -> None:
    refused = error_of(client(server).register_image, Name="golden", DryRun=True)
    assert (refused[0], refused[2]) == ("DryRunOperation", 412)
    assert not world.images


@pytest.mark.parametrize("service", ["ec2", "ssm", "sts"])
def test_an_injected_error_has_the_form_of_its_protocol(world: World, service: str) -> None:
    calls = {"ec2": "describe_images", "ssm": "get_parameters", "sts": "get_caller_identity"}
    params: dict[str, Any] = {"Names": ["a"]} if service == "ssm" else {}
    with serve(world, lambda request: Fault(403, "Denied", "no & never")) as server:
        call = getattr(client(server, service), calls[service])
        assert error_of(call, **params) == ("Denied", "no & never", 403)


def test_broken_answers_and_connections(world: World) -> None:
    broken: list[RawFault | CloseFault] = [
        RawFault(200, b"<DescribeImagesRe"),
        RawFault(502, b"<html>"),
        CloseFault(),
    ]
    faults = iter(broken)
    with serve(world, lambda request: next(faults, None)) as server:
        ec2 = client(server)
        with pytest.raises(ResponseParserError):
            ec2.describe_images()
        with pytest.raises(ClientError):
            ec2.describe_images()
        with pytest.raises(ConnectionClosedError):
            ec2.describe_images()
        assert ec2.describe_images()["Images"] == []


def test_a_closed_connection_is_reset(world: World) -> None:
    scope = f"{access_key(GOLDEN)}/20261101/{EAST}/ec2/aws4_request"
    headers = {"Authorization": f"AWS4-HMAC-SHA256 Credential={scope}, Signature=0"}
    with serve(world, lambda request: CloseFault()) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.server_port)
        connection.request("POST", "/", "Action=DescribeRegions", headers)
        with pytest.raises(ConnectionResetError) as caught:
            connection.getresponse()
        connection.close()
    assert caught.type is ConnectionResetError  # a mere close is its subclass RemoteDisconnected


@pytest.mark.parametrize(
    "overlay",
    [
        {"Invented": "member"},
        {"State": "splendid"},
        {"Public": "perhaps"},
        {"ImageWatermarks": [{"WatermarkName": "x"}]},
        {"ImageWatermarks": [{"WatermarkCreationTime": "yesterday"}]},
    ],
)
def test_an_answer_against_the_model_fails_the_test(world: World, overlay: Any) -> None:
    image = world.register_image(GOLDEN, EAST, name="golden")
    world.image(EAST, image).overlay = overlay
    with pytest.raises(AssertionError, match="breaks its contract"), serve(world) as server:
        assert error_of(client(server).describe_images)[2] == 500
