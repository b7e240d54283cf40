"""The live catalogue where EC2 is not at its best."""

from collections.abc import Iterator

import pytest

from assay.catalog.aws.askers import VALUES_A_FILTER
from assay.catalog.aws.clients import refuse_blind_sdk
from assay.catalog.interface import Absent, Unavailable
from assay.catalog.live import LiveCatalog
from assay.catalog.questions import ANCESTRY, IMAGES, PARAMETERS, TEMPLATES
from assay.errors import CredentialsError, SdkError
from assay.model import Image, Place, TemplateRef
from tests.command import talking_to
from tests.emulator import Fault, RawFault, Request, Server, serve
from tests.worlds import REGION, WORKLOAD, GoldenWorld

HERE = Place.of(REGION, WORKLOAD)


class Broken:
    """Breaks one operation, from its nth call on."""

    def __init__(self, operation: str, fault: Fault | RawFault, *, from_call: int = 1) -> None:
        self.operation, self.fault, self.from_call = operation, fault, from_call
        self.calls = 0

    def __call__(self, request: Request) -> Fault | RawFault | None:
        if request.operation != self.operation:
            return None
        self.calls += 1
        return self.fault if self.calls >= self.from_call else None


@pytest.fixture
def server(golden: GoldenWorld, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    with serve(golden.world) as running:
        credentials(monkeypatch, running)
        yield running


def credentials(monkeypatch: pytest.MonkeyPatch, server: Server, account: str = WORKLOAD) -> None:
    for name, value in talking_to(server.url, account).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")


def test_two_hundred_images_are_one_call(golden: GoldenWorld, server: Server) -> None:
    ids = golden.many_copies(VALUES_A_FILTER)
    catalog = LiveCatalog()
    answers = catalog.ask(IMAGES, [(HERE, id) for id in ids])
    assert all(isinstance(answer, Image) for answer in answers.values())
    assert len(answers) == VALUES_A_FILTER
    assert len(server.calls("DescribeImages")) == 1
    assert catalog.facts().api_calls == {"ec2:DescribeImages": 1, "sts:GetCallerIdentity": 1}


def test_one_more_is_a_second_call(golden: GoldenWorld, server: Server) -> None:
    ids = golden.many_copies(VALUES_A_FILTER + 1)
    answers = LiveCatalog().ask(IMAGES, [(HERE, id) for id in ids])
    assert sum(isinstance(answer, Image) for answer in answers.values()) == VALUES_A_FILTER + 1
    assert len(server.calls("DescribeImages")) == 2


def test_the_same_key_is_asked_once(golden: GoldenWorld, server: Server) -> None:
    key = (HERE, golden.golden)
    assert set(LiveCatalog().ask(IMAGES, [key, key])) == {key}
    (request,) = server.calls("DescribeImages")
    assert request.params["Filters"] == [{"Name": "image-id", "Values": [golden.golden]}]


def test_pages_are_followed_to_the_end(golden: GoldenWorld, server: Server) -> None:
    golden.world.page_size = 2
    ids = golden.many_copies(5)
    answers = LiveCatalog().ask(IMAGES, [(HERE, id) for id in ids])
    assert all(isinstance(answer, Image) for answer in answers.values())
    assert len(server.calls("DescribeImages")) == 3


def test_a_page_that_fails_discards_the_pages_before_it(
    golden: GoldenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    golden.world.page_size = 2
    ids = golden.many_copies(5)
    denied = Broken("DescribeImages", Fault(403, "UnauthorizedOperation"), from_call=2)
    with serve(golden.world, denied) as server:
        credentials(monkeypatch, server)
        answers = LiveCatalog().ask(IMAGES, [(HERE, id) for id in ids])
    assert all(isinstance(answer, Unavailable) for answer in answers.values())


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (Fault(403, "UnauthorizedOperation", "token=SECRET"), "denied (UnauthorizedOperation)"),
        (Fault(503, "RequestLimitExceeded"), "throttled (RequestLimitExceeded)"),
        (Fault(400, "ExpiredToken"), "expired (ExpiredToken)"),
        (Fault(401, "AuthFailure"), "not known there (AuthFailure)"),
        (RawFault(502, b"<html>SECRET</html>"), "502"),
        (RawFault(200, b""), "could not be read"),
        (RawFault(200, b"<DescribeImagesResponse><imagesSet>", "text/xml"), "could not be read"),
        (RawFault(200, b"<DescribeRegionsResponse/>", "text/xml"), "contains no Images"),
    ],
)
def test_a_fault_is_no_answer_and_says_no_secret(
    golden: GoldenWorld,
    monkeypatch: pytest.MonkeyPatch,
    fault: Fault | RawFault,
    said: str,
) -> None:
    with serve(golden.world, Broken("DescribeImages", fault)) as server:
        credentials(monkeypatch, server)
        answer = LiveCatalog().ask(IMAGES, [(HERE, golden.golden)])[HERE, golden.golden]
    assert isinstance(answer, Unavailable)
    assert said in answer.reason
    assert "SECRET" not in answer.reason


def test_one_bad_id_costs_only_itself(golden: GoldenWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever EC2 finds invalid about one value, the others of its batch are answered."""
    bad = "ami-0bad0bad0bad0bad0"
    ids = golden.many_copies(6)

    def choke(request: Request) -> Fault | None:
        filters = request.params.get("Filters") or [{}]
        if bad in filters[0].get("Values", ()):
            return Fault(400, "InvalidParameterValue")
        return None

    with serve(golden.world, choke) as server:
        credentials(monkeypatch, server)
        answers = LiveCatalog().ask(IMAGES, [(HERE, id) for id in (*ids[:3], bad, *ids[3:])])
    assert isinstance(answers[HERE, bad], Unavailable)
    assert all(isinstance(answers[HERE, id], Image) for id in ids)


def test_what_another_account_keeps_to_itself_is_absent(
    golden: GoldenWorld, server: Server
) -> None:
    private = golden.home_made("999999999999")
    answer = LiveCatalog().ask(IMAGES, [(HERE, private)])[HERE, private]
    assert isinstance(answer, Absent)


def test_an_ancestry_with_a_gap_is_no_answer(
    golden: GoldenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = (
        b"<GetImageAncestryResponse><imageAncestryEntrySet>"
        b"<item><imageId>%s</imageId><sourceImageId>ami-0aaaaaaaaaaaaaaaa</sourceImageId></item>"
        b"<item><imageId>ami-0bbbbbbbbbbbbbbbb</imageId></item>"
        b"</imageAncestryEntrySet></GetImageAncestryResponse>"
    ) % golden.golden.encode()
    with serve(golden.world, Broken("GetImageAncestry", RawFault(200, body, "text/xml"))) as server:
        credentials(monkeypatch, server)
        answer = LiveCatalog().ask(ANCESTRY, [(HERE, golden.golden)])[HERE, golden.golden]
    assert isinstance(answer, Unavailable)


def test_a_denied_template_is_not_an_absent_one(
    golden: GoldenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = (HERE, TemplateRef(None, "web"))
    denied = Broken("DescribeLaunchTemplateVersions", Fault(403, "UnauthorizedOperation"))
    with serve(golden.world, denied) as server:
        credentials(monkeypatch, server)
        answer = LiveCatalog().ask(TEMPLATES, [key])[key]
    assert isinstance(answer, Unavailable)


def test_more_than_ten_parameters_are_asked_in_tens(golden: GoldenWorld, server: Server) -> None:
    names = [f"/golden/{number}" for number in range(23)]
    for name in names:
        golden.world.put_parameter(WORKLOAD, REGION, name, golden.golden)
    answers = LiveCatalog().ask(PARAMETERS, [(HERE, name) for name in names])
    assert set(answers.values()) == {golden.golden}
    assert len(server.calls("GetParameters")) == 3


def test_an_endpoint_that_is_not_awss_is_named(golden: GoldenWorld, server: Server) -> None:
    catalog = LiveCatalog()
    assert catalog.facts().endpoint is None
    catalog.ask(IMAGES, [(HERE, golden.golden)])
    assert catalog.facts().endpoint == server.url


def test_without_credentials_there_is_no_verdict() -> None:
    with pytest.raises(CredentialsError, match="no usable AWS credentials"):
        LiveCatalog().ask(IMAGES, [(HERE, "ami-0aaaaaaaaaaaaaaaa")])


def test_an_sdk_that_drops_watermarks_is_refused() -> None:
    from botocore.loaders import Loader
    from botocore.model import ServiceModel

    description = Loader().load_service_model("ec2", "service-2")
    refuse_blind_sdk(ServiceModel(description), "1.44.5")
    del description["shapes"]["Image"]["members"]["ImageWatermarks"]
    with pytest.raises(SdkError, match=r"botocore 1\.40\.0 cannot see AMI watermarks"):
        refuse_blind_sdk(ServiceModel(description), "1.40.0")
