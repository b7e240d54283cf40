"""Cut models against botocore's own: nothing that is asked, sent or read may differ."""

import ast
import functools
import gzip
import json
import os
import re
import resource
import shutil
import stat
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import botocore
import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.loaders import Loader
from botocore.model import ServiceModel

import assay.catalog
from assay.catalog.aws import ec2
from assay.catalog.aws import service_models as models
from assay.catalog.aws.clients import refuse_blind_sdk
from assay.catalog.aws.permissions import FINDINGS, FUNCTIONS
from assay.catalog.aws.service_models import ENDPOINTS, MEMBERS, OPERATIONS, cut_loader
from assay.errors import SdkError
from assay.kept import Kept
from tests.command import talking_to
from tests.emulator import Fault, Request, Server, access_key, serve
from tests.worlds import PIPELINE, REGION, WORKLOAD, GoldenWorld

ROOM = Path(assay.catalog.__file__).parent
STOCK_DATA = Path(Loader.BUILTIN_DATA_PATH)
NESTED = ("sso", "sso-oidc", "signin")
"""What botocore's credential providers make clients of, besides STS (`create_nested_client`)."""
KEYS = {"aws_access_key_id": access_key(WORKLOAD), "aws_secret_access_key": "x"}
PARAMETERS: Mapping[str, Mapping[str, Any]] = {
    "DescribeImages": {
        "Filters": [{"Name": "image-id", "Values": ["ami-1", "ami-2"]}],
        "ExecutableUsers": ["self"],
        "ImageIds": ["ami-3"],
        "Owners": ["self", "amazon"],
        "IncludeDeprecated": True,
        "IncludeDisabled": True,
        "DryRun": False,
        "MaxResults": 5,
        "NextToken": "token",
    },
    "AttachImageWatermark": {"ImageId": "ami-1", "WatermarkName": "golden", "DryRun": False},
    "ListRegions": {"MaxResults": 50, "NextToken": "token"},
    "DescribeAutoScalingGroups": {"IncludeInstances": False, "MaxRecords": 100},
    "DescribeLaunchConfigurations": {"MaxRecords": 100, "NextToken": "token"},
    "DescribeImageAttribute": {"ImageId": "ami-1", "Attribute": "launchPermission"},
    "GetImageFindings": {"ImageId": "ami-1", "MaxResults": 1000},
    "DescribeImageReferences": {
        "ImageIds": ["ami-1", "ami-2"],
        "ResourceTypes": [
            {
                "ResourceType": "ec2:LaunchTemplate",
                "ResourceTypeOptions": [{"OptionName": "version-depth", "OptionValues": ["10000"]}],
            },
            {"ResourceType": "ssm:Parameter"},
        ],
        "MaxResults": 1000,
    },
    "DescribeFleets": {"MaxResults": 1000},
    "DescribeSpotFleetRequests": {"MaxResults": 1000, "NextToken": "token"},
    "ListImageRecipes": {"maxResults": 100, "nextToken": "token"},
    "ListContainerRecipes": {"maxResults": 100},
    "DescribeImageUsageReports": {"MaxResults": 1000},
    "DescribeImageUsageReportEntries": {"MaxResults": 1000, "NextToken": "token"},
    "ListAccounts": {"MaxResults": 20},
    "ListAccountsForParent": {"ParentId": "ou-unit-00000000", "NextToken": "token"},
    "ListOrganizationalUnitsForParent": {"ParentId": "r-root"},
    "DescribeParameters": {
        "ParameterFilters": [{"Key": "DataType", "Option": "Equals", "Values": ["aws:ec2:image"]}],
        "MaxResults": 50,
    },
    "DescribeLaunchTemplates": {"MaxResults": 200, "IncludeManagedResources": True},
    "DescribeRegions": {"AllRegions": True},
    "DescribeInstances": {"Filters": [{"Name": "instance-id", "Values": ["i-1"]}]},
    "DescribeInstanceImageMetadata": {"MaxResults": 1000, "NextToken": "token"},
    "DescribeLaunchTemplateVersions": {
        "LaunchTemplateId": "lt-1",
        "Versions": ["$Latest", "2"],
        "ResolveAlias": True,
    },
    "GetAllowedImagesSettings": {},
    "GetImageAncestry": {"ImageId": "ami-1"},
    "LookupEvents": {
        "LookupAttributes": [{"AttributeKey": "EventName", "AttributeValue": "CopyImage"}],
        "StartTime": "2026-11-01T00:00:00Z",
        "MaxResults": 50,
    },
    "ListImagesInRecycleBin": {"ImageIds": ["ami-1", "ami-2"]},
    "GetParameters": {"Names": ["/a", "/b:3"], "WithDecryption": False},
    "AssumeRole": {
        "RoleArn": f"arn:aws:iam::{WORKLOAD}:role/reader",
        "RoleSessionName": "assay",
        "ExternalId": "external",
        "Tags": [{"Key": "a", "Value": "b"}],
        "TransitiveTagKeys": ["a"],
        "PolicyArns": [{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"}],
        "ProvidedContexts": [
            {"ProviderArn": "arn:aws:iam::aws:contextProvider/a", "ContextAssertion": "assertion"}
        ],
    },
    "AssumeRoleWithWebIdentity": {
        "RoleArn": f"arn:aws:iam::{WORKLOAD}:role/reader",
        "RoleSessionName": "assay",
        "WebIdentityToken": "token",
    },
    "GetCallerIdentity": {},
}
EACH_OPERATION = [(service, name) for service, names in OPERATIONS.items() for name in names]


@pytest.fixture(autouse=True)
def no_models_of_their_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whoever runs these tests may have some; botocore looked for them when it was imported."""
    monkeypatch.setattr(Loader, "CUSTOMER_DATA_PATH", str(tmp_path / "none" / "models"))


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "models"


class Failing:
    """Gives every call the same error, once there is one."""

    fault: Fault | None = None

    def __call__(self, request: Request) -> Fault | None:
        return self.fault


@pytest.fixture
def failing() -> Failing:
    return Failing()


@pytest.fixture
def server(
    golden: GoldenWorld, failing: Failing, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Server]:
    with serve(golden.world, failing) as running:
        for name, value in talking_to(running.url, WORKLOAD).items():
            monkeypatch.setenv(name, value)
        yield running


@functools.cache
def stock_loader() -> Loader:
    """One for all sessions, as a session has one for all its clients: the models are large."""
    return Loader()


def stock_session() -> Any:
    session = botocore.session.Session()
    session.register_component("data_loader", stock_loader())
    return session


def cut_session(cache: Path | None, profile: str | None = None) -> Any:
    session = botocore.session.Session(profile=profile)
    loader = cut_loader(session, Kept(cache))
    assert loader is not None
    session.register_component("data_loader", loader)
    return session


def client(session: Any, service: str, region: str = REGION, **more: Any) -> Any:
    once = Config(retries={"mode": "standard", "total_max_attempts": 1})
    config = once.merge(more.pop("config")) if "config" in more else once
    return session.create_client(service, region_name=region, config=config, **(KEYS | more))


def call(of: Any, operation: str, parameters: Mapping[str, Any] | None = None) -> Any:
    """An answer without what differs from call to call."""
    answer = getattr(of, botocore.xform_name(operation))(**(parameters or {}))
    answer.pop("ResponseMetadata")
    return answer


def kept_files(cache: Path) -> list[Path]:
    return sorted(cache.iterdir())


# ---------------------------------------------------------------------------------- the models


def model_of(loader: Any, service: str) -> Any:
    return json.loads(json.dumps(loader.load_service_model(service, "service-2")))


def undocumented(node: Any) -> Any:
    if isinstance(node, dict):
        return {
            name: undocumented(each)
            for name, each in node.items()
            if not (name == "documentation" and isinstance(each, str))
        }
    return [undocumented(each) for each in node] if isinstance(node, list) else node


def reached(shape: Any, kept: Mapping[str, tuple[str, ...]], found: set[str]) -> set[str]:
    """The names of a shape and all below it, walked with botocore's own classes."""
    if shape is None or shape.name in found:
        return found
    found.add(shape.name)
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            if name in kept.get(shape.name, (name,)):
                reached(member, kept, found)
    elif shape.type_name == "list":
        reached(shape.member, kept, found)
    elif shape.type_name == "map":
        reached(shape.key, kept, found)
        reached(shape.value, kept, found)
    return found


@pytest.mark.parametrize("service", OPERATIONS)
def test_a_cut_model_is_botocores_but_for_what_the_tables_leave_out(
    service: str, cache: Path
) -> None:
    stock, cut = (
        model_of(stock_loader(), service),
        model_of(cut_loader(stock_session(), Kept(cache)), service),
    )
    assert cut["metadata"] == stock["metadata"]
    assert set(stock) - set(cut) <= {"documentation"}
    assert set(cut["operations"]) == set(OPERATIONS[service])
    for name, operation in cut["operations"].items():
        assert operation == undocumented(stock["operations"][name])
    for name, shape in cut["shapes"].items():
        whole = undocumented(stock["shapes"][name])
        if name in MEMBERS.get(service, {}):
            kept = MEMBERS[service][name]
            assert set(kept) <= set(whole["members"]), "the table names what does not exist"
            assert [*shape["members"]] == [each for each in whole["members"] if each in kept]
            whole["members"] = {each: whole["members"][each] for each in shape["members"]}
        assert shape == whole


@pytest.mark.parametrize("service", OPERATIONS)
def test_every_shape_that_can_be_reached_is_there_and_no_other(service: str, cache: Path) -> None:
    whole = ServiceModel(model_of(stock_loader(), service), service)
    wanted: set[str] = set()
    for name in OPERATIONS[service]:
        operation = whole.operation_model(name)
        for shape in (operation.input_shape, operation.output_shape, *operation.error_shapes):
            reached(shape, MEMBERS.get(service, {}), wanted)
    assert set(model_of(cut_loader(stock_session(), Kept(cache)), service)["shapes"]) == wanted


@pytest.mark.parametrize("service", OPERATIONS)
def test_nothing_of_a_request_is_cut(service: str) -> None:
    whole = ServiceModel(model_of(stock_loader(), service), service)
    sent: set[str] = set()
    for name in OPERATIONS[service]:
        reached(whole.operation_model(name).input_shape, {}, sent)
    assert not sent & set(MEMBERS.get(service, {}))


@pytest.mark.parametrize("service", OPERATIONS)
def test_no_operation_is_needed_to_find_the_endpoints_of_others(service: str) -> None:
    """Else a client without it would look for endpoints in another way."""
    operations = model_of(stock_loader(), service)["operations"].values()
    assert not [each for each in operations if "endpointoperation" in each]
    assert not [each for each in operations if each.get("endpointdiscovery", {}).get("required")]


def test_the_cut_model_still_sees_watermarks(cache: Path) -> None:
    ec2_model = client(cut_session(cache), "ec2").meta.service_model
    mark = ec2_model.shape_for("Image").members["ImageWatermarks"].member
    assert {"WatermarkKey", "WatermarkCreationTime", "SourceImageId"} <= set(mark.members)
    refuse_blind_sdk(ec2_model, botocore.__version__)


def test_endpoint_data_are_botocores_but_for_services_that_are_not_called(cache: Path) -> None:
    loader = cut_loader(stock_session(), Kept(cache))
    assert loader is not None
    assert {model_of(loader, name)["metadata"]["endpointPrefix"] for name in OPERATIONS} < set(
        ENDPOINTS
    )
    whole, cut = (
        json.loads(json.dumps(each.load_data("endpoints"))) for each in (Loader(), loader)
    )
    for partition in whole["partitions"]:
        services = partition["services"]
        partition["services"] = {name: services[name] for name in services if name in ENDPOINTS}
    assert cut == whole
    assert all({"ec2", "ssm", "sts"} <= set(each["services"]) for each in cut["partitions"])


@pytest.mark.parametrize("name", ["partitions", "sdk-default-configuration", "_retry"])
def test_other_data_are_botocores(name: str, cache: Path) -> None:
    loader = cut_loader(stock_session(), Kept(cache))
    assert loader is not None
    assert loader.load_data(name) == Loader().load_data(name)


def test_what_is_read_is_shared_as_botocores_loader_shares_it(cache: Path) -> None:
    """botocore fills in endpoint data where it has them."""
    loader = cut_loader(stock_session(), Kept(cache))
    assert loader is not None
    assert loader.load_data("endpoints") is loader.load_data("endpoints")
    assert loader.list_available_services("service-2") == Loader().list_available_services(
        "service-2"
    )


# ------------------------------------------------------------------- the tables and the source


def words(path: Path) -> set[str]:
    """Every string of a source file; `{"a"}` and `["a"]` alike."""
    tree = ast.parse(path.read_text())
    return {
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_the_table_holds_every_operation_that_this_room_calls() -> None:
    known = {
        service: set(model_of(stock_loader(), service)["operations"]) for service in OPERATIONS
    }
    asking = [path for path in sorted(ROOM.rglob("*.py")) if path.name != "service_models.py"]
    for path in asking:
        found = words(path) & set().union(*known.values())
        assert found <= {name for _, name in EACH_OPERATION}, path.name
    asked = set[str]().union(*map(words, asking))
    assert set(OPERATIONS["ec2"]) | {"GetParameters", "AssumeRole", "GetCallerIdentity"} <= asked


def test_every_member_that_is_read_is_kept() -> None:
    """By its name alone, of whatever shape: a name too many costs nothing."""
    asking = (path for path in (ROOM / "aws").glob("*.py") if path.name != "service_models.py")
    read = set[str]().union(*map(words, asking))
    assert {"ImageWatermarks", "SourceImageId", "LaunchTemplateData", "InstanceId"} <= read
    whole = model_of(stock_loader(), "ec2")["shapes"]
    for shape, kept in MEMBERS["ec2"].items():
        assert read & set(whole[shape]["members"]) <= set(kept), shape


def test_parameters_of_every_operation_are_tried() -> None:
    assert set(PARAMETERS) == {name for _, name in EACH_OPERATION}


# ------------------------------------------------------------------------------------- answers


def narrowed(shape: Any, value: Any) -> Any:
    """What an answer of botocore's own model is, without the members that are cut."""
    if shape.type_name == "structure":
        kept = MEMBERS["ec2"].get(shape.name)
        return {
            name: narrowed(shape.members[name], each)
            for name, each in value.items()
            if kept is None or name in kept
        }
    if shape.type_name == "list":
        return [narrowed(shape.member, each) for each in value]
    return value


@pytest.fixture
def questions(golden: GoldenWorld) -> list[tuple[str, str, Mapping[str, Any]]]:
    """A question for each operation that has an answer in a world where all members are set."""
    world = golden.world
    copy = golden.copy()
    derived = golden.derived(copy)
    image = world.image(REGION, copy)
    image.tags, image.product_codes = {"team": "web"}, ("code-1",)
    image.deprecation_time = datetime(2027, 1, 2, tzinfo=UTC)
    world.allowed_images(WORKLOAD, REGION, "audit-mode", [{"ImageProviders": ["amazon"]}])
    world.put_parameter(WORKLOAD, REGION, "/golden/web", copy, "aws:ec2:image")
    instance = world.run_instance(WORKLOAD, REGION, derived)
    template = world.create_launch_template(WORKLOAD, REGION, "web", copy)
    world.create_launch_template_version(
        template, derived, {"InstanceType": "m5.large", "UserData": "IyE="}
    )
    world.add_group(WORKLOAD, REGION, "web", LaunchTemplate={"LaunchTemplateId": template})
    world.add_launch_configuration(WORKLOAD, REGION, "old", copy)
    world.organize(WORKLOAD).units["ou-unit-00000000"] = "r-root"
    named = {"Name": "image-id", "Values": [golden.golden, copy, derived]}
    return [
        ("ec2", "DescribeImages", {"Filters": [named], "IncludeDeprecated": True}),
        ("ec2", "DescribeInstances", {"InstanceIds": [instance]}),
        ("ec2", "DescribeInstanceImageMetadata", {}),
        ("ec2", "DescribeLaunchTemplates", {}),
        ("ec2", "DescribeRegions", {"AllRegions": True}),
        ("account", "ListRegions", {}),
        ("autoscaling", "DescribeAutoScalingGroups", {}),
        ("autoscaling", "DescribeLaunchConfigurations", {}),
        ("cloudtrail", "LookupEvents", {}),
        ("organizations", "ListAccounts", {}),
        ("organizations", "ListOrganizationalUnitsForParent", {"ParentId": "r-root"}),
        ("ssm", "DescribeParameters", {}),
        ("ec2", "DescribeLaunchTemplateVersions", {"LaunchTemplateId": template}),
        ("ec2", "GetAllowedImagesSettings", {}),
        ("ec2", "GetImageAncestry", {"ImageId": derived}),
        ("ssm", "GetParameters", {"Names": ["/golden/web", "/none"]}),
        ("sts", "AssumeRole", {"RoleArn": f"arn:aws:iam::{PIPELINE}:role/a", "RoleSessionName": "test"}),
        ("sts", "GetCallerIdentity", {}),
    ]  # fmt: skip


def test_answers_are_the_same(
    server: Server, cache: Path, questions: list[tuple[str, str, Mapping[str, Any]]]
) -> None:
    stock, cut = stock_session(), cut_session(cache)
    clients = {service: (client(stock, service), client(cut, service)) for service in OPERATIONS}
    for service, operation, parameters in questions:
        whole, narrow = (call(each, operation, parameters) for each in clients[service])
        shape = clients[service][0].meta.service_model.operation_model(operation).output_shape
        if operation == "AssumeRole":  # each session has its own key
            whole["Credentials"].pop("AccessKeyId")
            narrow["Credentials"].pop("AccessKeyId")
        assert narrow == narrowed(shape, whole), operation
        assert narrow, operation


def test_what_this_room_makes_of_the_answers_is_the_same(
    server: Server, cache: Path, questions: list[tuple[str, str, Mapping[str, Any]]]
) -> None:
    asked = {operation: parameters for _, operation, parameters in questions}
    seen: list[list[Any]] = []
    for session in (stock_session(), cut_session(cache)):
        of = client(session, "ec2")
        images = call(of, "DescribeImages", asked["DescribeImages"])["Images"]
        versions = call(
            of, "DescribeLaunchTemplateVersions", asked["DescribeLaunchTemplateVersions"]
        )["LaunchTemplateVersions"]
        entries = call(of, "GetImageAncestry", asked["GetImageAncestry"])["ImageAncestryEntries"]
        seen.append(
            [
                *(ec2.image(raw) for raw in images),
                *(ec2.template_version(raw) for raw in versions),
                ec2.ancestry(asked["GetImageAncestry"]["ImageId"], REGION, entries),
            ]
        )
    stock, cut = seen
    assert cut == stock
    assert len(cut) == 3 + 2 + 1
    assert all(image.watermarks and image.image_allowed is not None for image in cut[:3])


def test_errors_are_the_same(server: Server, failing: Failing, cache: Path) -> None:
    failing.fault = Fault(400, "AccessDeniedException", "no")
    told: list[Any] = []
    for session in (stock_session(), cut_session(cache)):
        for service, operation, parameters in (
            ("ec2", "GetImageAncestry", {"ImageId": "ami-0fffffffffffffff1"}),
            ("ssm", "GetParameters", {"Names": ["x"] * 11}),
            ("sts", "AssumeRole", {"RoleArn": "arn:aws:iam::1:role/a", "RoleSessionName": "test"}),
        ):
            with pytest.raises(ClientError) as caught:
                call(client(session, service), operation, parameters)
            told.append(caught.value.response["Error"])
    assert told[:3] == told[3:]


# ------------------------------------------------------------------------------------ requests


class Sent(Exception):  # noqa: N818  no error: a request that stays at home
    """What would have gone over the wire."""

    def __init__(self, request: Any) -> None:
        super().__init__()
        headers = {name: str(value) for name, value in request.headers.items()}
        for name in ("X-Amz-Date", "amz-sdk-invocation-id"):
            headers.pop(name, None)
        scope = re.search(r"Credential=[^/]+/[0-9]+/([^,]+)", headers.pop("Authorization", ""))
        body = request.body.decode() if isinstance(request.body, bytes) else request.body
        self.seen = (request.method, request.url, headers, scope and scope[1], body)


def keep_at_home(request: Any, **_: Any) -> NoReturn:
    raise Sent(request)


def sent_by(session: Any, ask: Callable[[], Any]) -> Any:
    """The request of a question, or the error that came before it."""
    session.register("before-send", keep_at_home, unique_id="home")
    try:
        ask()
    except Sent as sent:
        return sent.seen
    except BotoCoreError as error:
        return type(error).__name__, str(error)
    finally:
        session.unregister("before-send", unique_id="home")
    pytest.fail("nothing was sent")


@pytest.mark.parametrize(("service", "operation"), EACH_OPERATION)
def test_requests_are_the_same(service: str, operation: str, cache: Path) -> None:
    def request(session: Any) -> Any:
        asking = client(session, service)
        asking.meta.events.register("before-send", keep_at_home)
        with pytest.raises(Sent) as caught:
            call(asking, operation, PARAMETERS[operation])
        return caught.value.seen

    whole = request(stock_session())
    assert request(cut_session(cache)) == whole
    path = operation[0].lower() + operation[1:]  # of `rest-json`: /listRegions
    assert operation in str(whole) or f"/{path}" in str(whole)


REGIONS = (
    *("us-east-1", "eu-central-1", "ap-southeast-2", "cn-north-1", "us-gov-west-1"),
    *("us-iso-east-1", "us-isob-east-1", "eusc-de-east-1", "aws-global", "mars-east-1"),
)


@pytest.mark.parametrize("service", OPERATIONS)
@pytest.mark.parametrize("dual_stack", [False, True])
@pytest.mark.parametrize("fips", [False, True])
def test_endpoints_are_the_same(service: str, fips: bool, dual_stack: bool, cache: Path) -> None:
    variant = Config(use_fips_endpoint=fips, use_dualstack_endpoint=dual_stack)
    operation = OPERATIONS[service][0]

    def url(session: Any, region: str) -> Any:
        def ask() -> None:
            asking = client(session, service, region, config=variant)
            call(asking, operation, PARAMETERS[operation])

        return sent_by(session, ask)

    def urls(session: Any) -> list[Any]:
        return [url(session, region) for region in REGIONS]

    whole = urls(stock_session())
    assert urls(cut_session(cache)) == whole
    assert len({str(each[1]) for each in whole}) > 4


@pytest.mark.parametrize("service", sorted({each.service for each in (*FUNCTIONS, *FINDINGS)}))
def test_endpoints_of_services_whose_models_are_never_cut_are_the_same(
    service: str, cache: Path
) -> None:
    stock, cut = stock_session(), cut_session(cache)
    for region in REGIONS:
        whole, narrow = client(stock, service, region), client(cut, service, region)
        assert narrow.meta.endpoint_url == whole.meta.endpoint_url


@pytest.mark.parametrize("service", NESTED)
def test_services_of_the_credential_chain_are_botocores_own(service: str, cache: Path) -> None:
    stock, cut = stock_session(), cut_session(cache)
    assert stock.get_service_model(service).endpoint_prefix in ENDPOINTS
    for region in ("us-east-1", "cn-north-1", "us-gov-west-1"):
        whole, narrow = client(stock, service, region), client(cut, service, region)
        assert narrow.meta.endpoint_url == whole.meta.endpoint_url
        assert narrow.meta.service_model.operation_names == whole.meta.service_model.operation_names


def test_the_environments_endpoint_holds(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ENDPOINT_URL_SSM", "http://127.0.0.1:10")
    session = cut_session(cache)
    found = {service: client(session, service).meta.endpoint_url for service in OPERATIONS}
    assert found == {
        **dict.fromkeys(OPERATIONS, "http://127.0.0.1:9"),
        "ssm": "http://127.0.0.1:10",
    }


def profile(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str) -> None:
    config = tmp_path / "config"
    config.write_text(textwrap.dedent(text))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))


def test_a_web_identity_is_exchanged_alike(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "token").write_text("web-identity")
    monkeypatch.setenv("AWS_WEB_IDENTITY_TOKEN_FILE", str(tmp_path / "token"))
    monkeypatch.setenv("AWS_ROLE_ARN", f"arn:aws:iam::{WORKLOAD}:role/ci")
    monkeypatch.setenv("AWS_ROLE_SESSION_NAME", "ci")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)

    def exchange(session: Any) -> Any:
        return sent_by(session, lambda: session.get_credentials().get_frozen_credentials())

    whole = exchange(stock_session())
    assert exchange(cut_session(cache)) == whole
    assert "AssumeRoleWithWebIdentity" in str(whole)


def test_a_profiles_role_is_assumed(
    server: Server, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = f"""\
        [default]
        role_arn = arn:aws:iam::{PIPELINE}:role/reader
        credential_source = Environment
        region = {REGION}
        """
    profile(monkeypatch, tmp_path, role)
    asking = cut_session(cache, "default").create_client("sts")
    assert asking.get_caller_identity()["Account"] == PIPELINE
    assert [each.operation for each in server.requests] == ["AssumeRole", "GetCallerIdentity"]


# ------------------------------------------------------------------------------------- retries


@pytest.mark.parametrize(
    ("mode", "code"),  # adaptive retries of a throttled call take seconds
    [
        ("legacy", "RequestLimitExceeded"),
        ("standard", "RequestLimitExceeded"),
        ("adaptive", "ServiceUnavailable"),
    ],
)
@pytest.mark.parametrize("service", OPERATIONS)
def test_retries_are_the_same(
    service: str,
    mode: str,
    code: str,
    server: Server,
    failing: Failing,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_RETRY_MODE", mode)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    operation = OPERATIONS[service][-1]

    def tried(session: Any, fault: Fault) -> tuple[Any, int]:
        asking = session.create_client(service, region_name=REGION)
        before, failing.fault = len(server.requests), fault
        with pytest.raises(ClientError):
            call(asking, operation, PARAMETERS[operation])
        return asking.meta.config.retries, len(server.requests) - before

    for fault, again in ((Fault(503, code), True), (Fault(403, "No"), False)):
        whole = tried(stock_session(), fault)
        assert tried(cut_session(cache), fault) == whole
        assert (whole[1] > 1) == again


# --------------------------------------------------------------------------------- their models


def test_models_named_in_the_environment_win(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_DATA_PATH", str(tmp_path))
    assert cut_loader(stock_session(), Kept(cache)) is None
    assert not cache.exists()


def test_models_named_in_the_configuration_win(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile(monkeypatch, tmp_path, f"[default]\ndata_path = {tmp_path}\n")
    assert cut_loader(stock_session(), Kept(cache)) is None


def test_models_in_the_home_directory_win(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "none" / "models").mkdir(parents=True)
    assert cut_loader(stock_session(), Kept(cache)) is None


def test_a_version_named_in_the_configuration_is_botocores_own(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile(monkeypatch, tmp_path, "[default]\napi_versions =\n    ec2 = 2015-10-01\n")
    session = cut_session(cache)
    assert client(session, "ec2").meta.service_model.api_version == "2015-10-01"
    assert client(session, "sts").meta.service_model.operation_names == [*OPERATIONS["sts"]]


def test_a_profile_that_does_not_exist_is_left_for_botocore_to_tell(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert cut_loader(stock_session(), Kept(cache)) is None


# ------------------------------------------------------------------------------------- keeping


def test_one_file_is_kept_and_nobody_else_may_look(cache: Path) -> None:
    cut_session(cache)
    (file,) = kept_files(cache)
    assert file.name.startswith(f"botocore-{botocore.__version__}-")
    assert stat.S_IMODE(cache.stat().st_mode) == 0o700
    before = file.stat()
    cut_session(cache)
    assert file.stat().st_mtime_ns == before.st_mtime_ns
    assert file.stat().st_ino == before.st_ino


def test_what_is_kept_spares_reading_botocores_data(cache: Path) -> None:
    """In a process of its own, which hears of every file and directory that is opened."""
    cut_session(cache)
    code = f"""\
        import sys
        from pathlib import Path
        seen = []
        sys.addaudithook(lambda name, args: seen.append(str(args[0]))
                         if name in ("open", "os.listdir", "os.scandir") else None)
        import botocore.session
        from assay.catalog.aws.service_models import cut_loader
        from assay.kept import Kept
        session = botocore.session.Session()
        session.register_component("data_loader", cut_loader(session, Kept(Path({str(cache)!r}))))
        for service in ("ec2", "ssm", "sts"):
            session.create_client(service, region_name="us-east-1")
        print(*(path for path in seen if {str(STOCK_DATA)!r} in path), sep="\\n")
        print(any({str(cache)!r} in path for path in seen))
        """
    assert run(code).split() == ["True"]


def run(code: str, **more: Any) -> str:
    command = [sys.executable, "-c", textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, check=False, **more)
    assert done.returncode == 0, done.stderr.decode()
    return bytes(done.stdout).decode()


def works(cache: Path | None) -> None:
    """Clients can be made, and they are cut."""
    session = cut_session(cache)
    for service, operations in OPERATIONS.items():
        found = client(session, service).meta.service_model.operation_names
        assert sorted(found) == sorted(operations)


DAMAGE: Mapping[str, Callable[[bytes], bytes]] = {
    "nothing left": lambda whole: b"",
    "no digest": lambda whole: whole.partition(b"\n")[2],
    "only the digest": lambda whole: whole.partition(b"\n")[0],
    "half": lambda whole: whole[: len(whole) // 2],
    "one byte less": lambda whole: whole[:-1],
    "one byte more": lambda whole: whole + b" ",
    "another word": lambda whole: whole.replace(b"ImageWatermarks", b"ImageWatermarkz"),
    "binary": lambda whole: bytes(range(256)) * 16,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_made_again(damage: str, cache: Path) -> None:
    works(cache)
    (file,) = kept_files(cache)
    whole = file.read_bytes()
    file.write_bytes(DAMAGE[damage](whole))
    assert file.read_bytes() != whole
    works(cache)
    assert kept_files(cache) == [file]
    assert file.read_bytes() == whole


def test_a_directory_in_the_place_of_the_file_is_worked_around(cache: Path) -> None:
    works(cache)
    (file,) = kept_files(cache)
    file.unlink()
    file.mkdir()
    works(cache)
    assert kept_files(cache) == [file]


def test_a_file_that_is_whole_but_no_json_leaves_it_to_botocore(cache: Path) -> None:
    works(cache)
    (file,) = kept_files(cache)
    file.write_bytes(models._digest(b"[]") + b"\n[]")
    assert cut_loader(stock_session(), Kept(cache)) is None


def test_without_a_directory_nothing_is_kept() -> None:
    works(None)


def test_a_file_where_the_directory_should_be(cache: Path) -> None:
    cache.parent.mkdir()
    cache.write_text("a file")
    works(cache)
    works(cache / "below")
    assert cache.read_text() == "a file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes wherever it likes")
def test_a_directory_that_cannot_be_written(cache: Path) -> None:
    cache.mkdir(parents=True, mode=0o500)
    works(cache)
    cache.chmod(0o700)
    assert kept_files(cache) == []


def test_a_disk_that_takes_no_more(cache: Path) -> None:
    """Every write fails, for root as well, and what is left behind is not taken for a model."""

    def no_writing() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))

    code = f"""\
        import botocore.session
        from pathlib import Path
        from assay.catalog.aws.service_models import cut_loader
        from assay.kept import Kept
        session = botocore.session.Session()
        session.register_component("data_loader", cut_loader(session, Kept(Path({str(cache)!r}))))
        print(*session.create_client("sts", region_name="us-east-1").meta.method_to_api_mapping)
        """
    told = run(code, preexec_fn=no_writing)
    assert "get_caller_identity" in told
    assert kept_files(cache) == []
    works(cache)
    assert len(kept_files(cache)) == 1


def test_a_directory_that_others_can_write_to_is_not_believed(cache: Path) -> None:
    works(cache)
    (file,) = kept_files(cache)
    forged = file.read_bytes().partition(b"\n")[2].replace(b"amazonaws.com", b"example.com.x")
    file.write_bytes(models._digest(forged) + b"\n" + forged)
    cache.chmod(0o770)
    works(cache)
    assert file.read_bytes() == models._digest(forged) + b"\n" + forged
    assert client(cut_session(cache), "sts").meta.endpoint_url == f"https://sts.{REGION}.amazonaws.com"  # fmt: skip


def test_what_other_botocores_left_goes_and_what_other_assays_keep_stays(cache: Path) -> None:
    cache.mkdir(parents=True, mode=0o700)
    old, longer = (
        cache / "botocore-1.2.3-00.json",
        cache / f"botocore-{botocore.__version__}1-0.json",
    )
    sibling = cache / f"botocore-{botocore.__version__}-0123456789abcdef.json"
    foreign = cache / "something-else.json"
    for each in (old, longer, sibling, foreign):
        each.write_text("x")
    works(cache)
    assert not old.exists()
    assert not longer.exists()
    assert sibling.exists()
    assert foreign.exists()
    assert len(kept_files(cache)) == 3


def test_other_operations_or_members_are_kept_apart(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    works(cache)
    monkeypatch.setitem(OPERATIONS, "sts", ("GetCallerIdentity",))
    works(cache)
    assert len(kept_files(cache)) == 2


def test_processes_that_start_at_once_all_succeed(cache: Path) -> None:
    code = f"""\
        import sys
        import botocore.session
        from pathlib import Path
        from assay.catalog.aws.service_models import cut_loader
        from assay.kept import Kept
        session = botocore.session.Session()
        sys.stdin.read()
        session.register_component("data_loader", cut_loader(session, Kept(Path({str(cache)!r}))))
        print(*session.create_client("ec2", region_name="us-east-1").meta.method_to_api_mapping)
        """
    started = [
        subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(code)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for process in started:
        assert process.stdin is not None
        process.stdin.close()
        process.stdin = None
    told = {process.communicate(timeout=60)[0] for process in started}
    assert [process.returncode for process in started] == [0] * len(started)
    assert len(told) == 1
    assert len(kept_files(cache)) == 1
    works(cache)


def test_threads_that_start_at_once_all_succeed(cache: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: works(cache), range(8)))
    assert len(kept_files(cache)) == 1


# ------------------------------------------------------------------------------ other botocores


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data directory as botocore's own, of another botocore, to be changed by a test."""
    root = tmp_path / "data"
    for name in ("endpoints", "partitions", "sdk-default-configuration", "_retry"):
        root.mkdir(exist_ok=True)
        shutil.copy(STOCK_DATA / f"{name}.json", root)
    for service in OPERATIONS:
        version = Loader().determine_latest_version(service, "service-2")
        shutil.copytree(STOCK_DATA / service / version, root / service / version)
    monkeypatch.setattr(Loader, "BUILTIN_DATA_PATH", str(root))
    return root


def only(pattern: str, root: Path) -> Path:
    (found,) = root.glob(pattern)
    return found


def edited(root: Path, service: str, change: Callable[[Any], None]) -> None:
    file = only(f"{service}/*/service-2.json.gz", root)
    model = json.loads(gzip.decompress(file.read_bytes()))
    change(model)
    file.write_bytes(gzip.compress(json.dumps(model).encode()))


def forget(*path: str) -> Callable[[Any], None]:
    def change(model: Any) -> None:
        for name in path[:-1]:
            model = model[name]
        del model[path[-1]]

    return change


def test_plain_files_are_read_as_well_as_compressed_ones(data: Path, cache: Path) -> None:
    file = only("ec2/*/service-2.json.gz", data)
    file.with_suffix("").write_bytes(gzip.decompress(file.read_bytes()))
    file.unlink()
    works(cache)


def test_a_member_that_is_called_documentation_is_no_documentation(data: Path, cache: Path) -> None:
    def add(model: Any) -> None:
        members = model["shapes"]["GetImageAncestryRequest"]["members"]
        members["documentation"] = {"shape": "String", "documentation": "text"}

    edited(data, "ec2", add)
    ec2_model = client(cut_session(cache), "ec2").meta.service_model
    member = ec2_model.shape_for("GetImageAncestryRequest").members["documentation"]
    assert (member.type_name, member.documentation) == ("string", "")


def test_an_sdk_that_cannot_see_watermarks_is_refused_as_before(data: Path, cache: Path) -> None:
    edited(data, "ec2", forget("shapes", "Image", "members", "ImageWatermarks"))
    with pytest.raises(SdkError):
        refuse_blind_sdk(client(cut_session(cache), "ec2").meta.service_model, "1.40")


def test_an_sdk_that_cannot_see_ancestry_is_refused_as_before(data: Path, cache: Path) -> None:
    edited(data, "ec2", forget("operations", "GetImageAncestry"))
    with pytest.raises(SdkError):
        refuse_blind_sdk(client(cut_session(cache), "ec2").meta.service_model, "1.40")


def without(pattern: str) -> Callable[[Path], None]:
    return lambda root: only(pattern, root).unlink()


def written(pattern: str, content: bytes) -> Callable[[Path], None]:
    def write(root: Path) -> None:
        only(pattern, root).write_bytes(content)

    return write


def with_extras(root: Path) -> None:
    folder = only("ec2/*/service-2.json.gz", root).parent
    (folder / "service-2.sdk-extras.json").write_text('{"merge": {}}')


STRANGE: Mapping[str, Callable[[Path], Any]] = {
    "no data": shutil.rmtree,
    "no endpoints": without("endpoints.json"),
    "endpoints are a list": written("endpoints.json", b"[]"),
    "endpoints of another form": written("endpoints.json", b'{"partitions": {}}'),
    "endpoints cut short": written("endpoints.json", b'{"partitions": ['),
    "endpoints not UTF-8": written("endpoints.json", b'{"partitions": "\xff"}'),
    "no model": without("ec2/*/service-2.json.gz"),
    "no rules": without("sts/*/endpoint-rule-set-1.json.gz"),
    "a model that is not compressed": written("ssm/*/service-2.json.gz", b"{}"),
    "a model cut short": written("ssm/*/service-2.json.gz", gzip.compress(b"x" * 99)[:-9]),
    "a model of another form": lambda root: edited(root, "ec2", forget("shapes")),
    "a shape that is missing": lambda root: edited(root, "ec2", forget("shapes", "Image")),
    "members that are missing": lambda root: edited(
        root, "ec2", forget("shapes", "Image", "members")
    ),
    "extras to be merged": with_extras,
}


@pytest.mark.parametrize("strange", STRANGE)
def test_an_unknown_layout_leaves_it_to_botocore(strange: str, data: Path, cache: Path) -> None:
    works(None)
    STRANGE[strange](data)
    assert cut_loader(stock_session(), Kept(cache)) is None
    assert not cache.exists() or kept_files(cache) == []
