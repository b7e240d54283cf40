"""Every operation, broken in every way: what depends on it is undetermined, the rest stands.

The cells are listed as a table at the end of the test run (`tests/conftest.py`).
"""

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from assay.cli import run
from tests.command import POLICY, talking_to
from tests.emulator import CloseFault, Fault, RawFault, Request, serve
from tests.emulator.proxy import TcpFault, proxy, refused_url
from tests.plans import configured, dump, instance, plan, resource
from tests.worlds import PIPELINE, REGION, STRANGER, WORKLOAD, GoldenWorld

OTHER = "333333333333"
SECRET = "s3cr3t"
AWAITED_SECONDS = (2, 20, 120)
"""Time limits of the cells in which nothing, or too little, ever comes back. What is right must come
out at one of them: a busy machine needs a longer one to hear everything else.
"""
POLICY_WITH_READER = f"""{POLICY}
aws:
  readers:
    "{OTHER}": {{role_arn: "arn:aws:iam::{OTHER}:role/assay-reader", external_id: {SECRET}}}
"""

OWN = ("direct", "deep", "alias", "template", "instance")
DEPENDENT: Mapping[str, tuple[str, ...]] = {
    "GetCallerIdentity": ("other",),
    "AssumeRole": ("other",),
    "DescribeImages": (*OWN, "other"),
    "GetImageAncestry": ("deep",),
    "GetParameters": ("alias",),
    "DescribeLaunchTemplateVersions": ("template",),
    "DescribeInstances": ("instance",),
}
"""By operation, the references whose verdict cannot be had without it."""

ANSWERS: Mapping[str, Fault | RawFault | CloseFault] = {
    "RequestLimitExceeded 503": Fault(503, "RequestLimitExceeded", SECRET),
    "InternalError 500": Fault(500, "InternalError", SECRET),
    "502 HTML": RawFault(502, f"<html>{SECRET}</html>".encode()),
    "UnauthorizedOperation 403": Fault(403, "UnauthorizedOperation", SECRET),
    "AccessDenied 403": Fault(403, "AccessDenied", SECRET),
    "AuthFailure 401": Fault(401, "AuthFailure", SECRET),
    "ExpiredToken 400": Fault(400, "ExpiredToken", SECRET),
    "RequestExpired 400": Fault(400, "RequestExpired", SECRET),
    "OptInRequired 401": Fault(401, "OptInRequired", SECRET),
    "unknown code 418": Fault(418, f"X{SECRET} <&>", SECRET),
    "truncated 200": RawFault(200, b"<Response><imagesSet><item><imageId>ami-0", "text/xml"),
    "empty 200": RawFault(200, b"", "text/xml"),
    "HTML 200": RawFault(200, f"<html>{SECRET}</html>".encode()),
    "wrong XML 200": RawFault(200, b"<DescribeRegionsResponse/>", "text/xml"),
    "JSON list 200": RawFault(200, b"[]", "application/x-amz-json-1.1"),
    "rubbish 200": RawFault(200, b"\x00\xff\xfe rubbish", "application/x-amz-json-1.1"),
}
CONNECTIONS: Mapping[str, TcpFault] = {
    "reset": TcpFault.RESET,
    "closed": TcpFault.CLOSE,
    "cut off": TcpFault.TRUNCATE,
    "silent": TcpFault.SILENT,
    "slow": TcpFault.SLOW,
    "stalled": TcpFault.STALL_HALF,
}
AWAITED = ("silent", "slow", "stalled")


@dataclass
class Scene:
    """A world in which each reference of a plan needs one operation that the others do not."""

    golden: GoldenWorld = field(default_factory=GoldenWorld)

    def __post_init__(self) -> None:
        world = self.golden.world
        world.share(self.golden.golden, REGION, OTHER)
        self.direct = self.golden.copy()
        between = self.golden.copy()
        self.deep = self.golden.derived(between)
        world.deregister(between, REGION)
        world.put_parameter(WORKLOAD, REGION, "/golden/web", self.golden.copy())
        self.template = world.create_launch_template(WORKLOAD, REGION, "web", self.golden.copy())
        self.instance = world.run_instance(WORKLOAD, REGION, self.golden.copy())
        self.other = world.copy_image(OTHER, REGION, self.golden.golden, REGION, name="other's")

    def plan(self, *more: Mapping[str, Any]) -> bytes:
        changes = [
            instance("aws_instance.direct", self.direct),
            instance("aws_instance.deep", self.deep),
            resource("aws_launch_template.alias", {"image_id": "resolve:ssm:/golden/web"}),
            resource(
                "aws_autoscaling_group.template",
                {"launch_template": [{"id": self.template, "version": "1"}]},
            ),
            resource("aws_ami_from_instance.instance", {"source_instance_id": self.instance}),
            instance("aws_instance.other", self.other),
            *more,
        ]
        blocks = [
            configured(c["type"], c["name"], key="aws.other" if c["name"] == "other" else "aws")
            for c in changes
        ]
        document = plan(*changes, configuration=blocks, variables={"password": {"value": SECRET}})
        role = {"constant_value": f"arn:aws:iam::{OTHER}:role/deployer"}
        document["configuration"]["provider_config"]["aws.other"] = {
            "name": "aws",
            "alias": "other",
            "expressions": {
                "region": {"constant_value": REGION},
                "assume_role": [{"role_arn": role}],
            },
        }
        return dump(document)


class Check:
    """`assay check` in this process, with its report and everything it said."""

    def __init__(
        self,
        folder: Path,
        cache: Path,
        monkeypatch: pytest.MonkeyPatch,
        capfd: pytest.CaptureFixture[str],
    ) -> None:
        self.folder, self.monkeypatch, self.capfd = folder, monkeypatch, capfd
        monkeypatch.chdir(folder)
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        monkeypatch.setenv("ASSAY_CACHE_DIR", str(cache))
        shutil.rmtree(cache / "ancestry", ignore_errors=True)
        (folder / "assay.yaml").write_text(POLICY_WITH_READER)

    def __call__(self, plan: bytes, environment: Mapping[str, str], *arguments: str) -> int:
        (self.folder / "plan.json").write_bytes(plan)
        for name, value in environment.items():
            self.monkeypatch.setenv(name, value)
        code = run(["check", "plan.json", "-o", "json=report.json", *arguments])
        said = self.capfd.readouterr()
        written = self.folder / "report.json"
        report = written.read_text() if written.exists() else "{}"
        for stream in (said.out, said.err, report):
            assert SECRET not in stream
            assert "Traceback" not in stream
        self.said = said
        self.report: dict[str, Any] = json.loads(report)
        return code

    def in_time(self, plan: bytes, environment: Mapping[str, str], lost: tuple[str, ...]) -> int:
        """With the first time limit in which everything is heard that is not `lost`."""
        for seconds in AWAITED_SECONDS:
            code = self(plan, environment, "--timeout", str(seconds))
            heard = {name for name, outcome in self.outcomes.items() if outcome == "pass"}
            if heard >= {*OWN, "other"} - {*lost}:
                break
        return code

    @property
    def outcomes(self) -> dict[str, str]:
        return {
            verdict["address"].partition(".")[2]: verdict["outcome"]
            for verdict in self.report["verdicts"]
        }

    def is_undetermined_for_want_of_an_answer(self, *names: str) -> None:
        """Just these are `lookup-failed`; the others pass."""
        assert self.outcomes == {
            name: "undetermined" if name in names else "pass" for name in (*OWN, "other")
        }
        for verdict in self.report["verdicts"]:
            rules = {r["rule"] for r in verdict["results"] if r["outcome"] == "undetermined"}
            lost = verdict["address"].partition(".")[2] in names
            assert ("lookup-failed" in rules) is lost, verdict["address"]


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene()


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Service models, cut once for all cells; what is learnt of images is thrown away each time."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def check(
    tmp_path: Path,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> Check:
    return Check(tmp_path, cache, monkeypatch, capfd)


def broken(operation: str, answer: Fault | RawFault | CloseFault) -> Any:
    """Strikes every call of one operation."""
    return lambda request: answer if request.operation == operation else None


def test_where_nothing_is_broken_everything_passes(scene: Scene, check: Check) -> None:
    with serve(scene.golden.world) as server:
        code = check(scene.plan(), talking_to(server.url, WORKLOAD))
    check.is_undetermined_for_want_of_an_answer()
    assert code == 0
    for operation in DEPENDENT:
        assert server.calls(operation), f"{operation} was not needed: its column proves nothing"


@pytest.mark.parametrize("operation", DEPENDENT)
@pytest.mark.parametrize("fault", ANSWERS)
def test_an_answer_that_is_none(
    scene: Scene,
    check: Check,
    operation: str,
    fault: str,
    record_property: Callable[[str, object], None],
) -> None:
    record_property("cell", (fault, operation))
    with serve(scene.golden.world, broken(operation, ANSWERS[fault])) as server:
        code = check(scene.plan(), talking_to(server.url, WORKLOAD))
    check.is_undetermined_for_want_of_an_answer(*DEPENDENT[operation])
    assert code == 3


@pytest.mark.parametrize("operation", DEPENDENT)
@pytest.mark.parametrize("fault", CONNECTIONS)
def test_a_connection_that_fails(
    scene: Scene,
    check: Check,
    operation: str,
    fault: str,
    record_property: Callable[[str, object], None],
) -> None:
    record_property("cell", (fault, operation))

    def strike(called: str, _: int) -> TcpFault | None:
        return CONNECTIONS[fault] if called == operation else None

    with serve(scene.golden.world) as server, proxy(server.url, strike) as url:
        if fault in AWAITED:
            code = check.in_time(scene.plan(), talking_to(url, WORKLOAD), DEPENDENT[operation])
        else:
            code = check(scene.plan(), talking_to(url, WORKLOAD))
    check.is_undetermined_for_want_of_an_answer(*DEPENDENT[operation])
    assert code == 3


@pytest.mark.parametrize(
    ("service", "lost"), [("EC2", (*OWN, "other")), ("SSM", ("alias",)), ("STS", ("other",))]
)
def test_a_service_at_which_nobody_listens(
    scene: Scene,
    check: Check,
    service: str,
    lost: tuple[str, ...],
    record_property: Callable[[str, object], None],
) -> None:
    for operation, dependent in DEPENDENT.items():
        if SERVICES[operation] == service:
            record_property("cell", ("refused", operation))
            assert set(dependent) <= set(lost)
    with serve(scene.golden.world) as server:
        nobody = {f"AWS_ENDPOINT_URL_{service}": refused_url()}
        code = check(scene.plan(), talking_to(server.url, WORKLOAD) | nobody)
    check.is_undetermined_for_want_of_an_answer(*lost)
    assert code == 3


SERVICES = {
    "GetCallerIdentity": "STS",
    "AssumeRole": "STS",
    "DescribeImages": "EC2",
    "GetImageAncestry": "EC2",
    "GetParameters": "SSM",
    "DescribeLaunchTemplateVersions": "EC2",
    "DescribeInstances": "EC2",
}


@contextmanager
def in_pages(scene: Scene, size: int) -> Iterator[None]:
    scene.golden.world.page_size = size
    try:
        yield
    finally:
        scene.golden.world.page_size = None


@pytest.mark.parametrize("fault", ANSWERS)
def test_a_second_page_that_fails_discards_the_first(
    scene: Scene, check: Check, fault: str, record_property: Callable[[str, object], None]
) -> None:
    record_property("cell", (f"page 2: {fault}", "DescribeImages"))

    def strike(request: Request) -> Fault | RawFault | CloseFault | None:
        return ANSWERS[fault] if request.params.get("NextToken") else None

    with in_pages(scene, 2), serve(scene.golden.world, strike) as server:
        code = check(scene.plan(), talking_to(server.url, WORKLOAD))
    check.is_undetermined_for_want_of_an_answer(*OWN)
    assert code == 3


@pytest.mark.parametrize("operation", DEPENDENT)
def test_what_is_known_to_be_bad_fails_whatever_else_is_broken(
    scene: Scene,
    check: Check,
    operation: str,
    record_property: Callable[[str, object], None],
) -> None:
    """But for the operation that would tell it."""
    record_property("cell", ("denied, and a bad neighbour", operation))
    bad = instance("aws_instance.bad", scene.golden.home_made())
    denied = broken(operation, Fault(403, "UnauthorizedOperation", SECRET))
    with serve(scene.golden.world, denied) as server:
        code = check(scene.plan(bad), talking_to(server.url, WORKLOAD))
    told = operation != "DescribeImages"
    assert check.outcomes.pop("bad") == ("fail" if told else "undetermined")
    lost = {name for name, outcome in check.outcomes.items() if outcome == "undetermined"}
    assert lost - {"bad"} == set(DEPENDENT[operation])
    assert code == (1 if told else 3)


def test_without_credentials_there_is_no_verdict(
    scene: Scene, check: Check, record_property: Callable[[str, object], None]
) -> None:
    for operation in DEPENDENT:
        record_property("cell", ("no credentials", operation))
    with serve(scene.golden.world) as server:
        code = check(scene.plan(), {"AWS_ENDPOINT_URL": server.url})
    assert code == 2
    assert check.report == {}
    assert check.said.out == ""
    assert check.said.err.startswith("assay: no usable AWS credentials")
    assert not server.requests


def test_a_role_that_answers_as_another_account_is_not_believed(
    scene: Scene, check: Check, record_property: Callable[[str, object], None]
) -> None:
    record_property("cell", ("another account", "AssumeRole"))
    as_stranger = f"""<GetCallerIdentityResponse><GetCallerIdentityResult>
        <Arn>arn:aws:sts::{STRANGER}:assumed-role/x/assay</Arn><Account>{STRANGER}</Account>
        </GetCallerIdentityResult></GetCallerIdentityResponse>""".encode()

    def strike(request: Request) -> RawFault | None:
        reader = (request.operation, request.account) == ("GetCallerIdentity", OTHER)
        return RawFault(200, as_stranger, "text/xml") if reader else None

    with serve(scene.golden.world, strike) as server:
        code = check(scene.plan(), talking_to(server.url, WORKLOAD))
    check.is_undetermined_for_want_of_an_answer("other")
    assert "another account than" in check.said.out
    assert not [r for r in server.requests if r.account == OTHER and r.service != "sts"]
    assert code == 3


@pytest.mark.parametrize("operation", ["GetAllowedImagesSettings", "ListImagesInRecycleBin"])
@pytest.mark.parametrize("fault", ANSWERS)
def test_a_side_question_changes_no_verdict(
    check: Check,
    operation: str,
    fault: str,
    record_property: Callable[[str, object], None],
) -> None:
    """What only explains an absence: without an answer there is less explanation."""
    record_property("cell", (fault, operation))
    golden = GoldenWorld()
    private = golden.home_made(PIPELINE)
    document = dump(
        plan(instance("aws_instance.a", private), instance("aws_instance.b", golden.golden))
    )
    with serve(golden.world, broken(operation, ANSWERS[fault])) as server:
        code = check(document, talking_to(server.url, WORKLOAD))
    assert server.calls(operation)
    assert check.outcomes == {"a": "undetermined", "b": "pass"}
    (told,) = [r for r in check.report["verdicts"][0]["results"] if r["outcome"] == "undetermined"]
    assert told["rule"] == "not-visible"
    assert code == 3


def test_a_call_that_is_throttled_for_a_while_is_repeated(
    scene: Scene, check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    throttled = iter(range(2))

    def strike(request: Request) -> Fault | None:
        hit = request.operation == "DescribeImages" and next(throttled, None) is not None
        return Fault(503, "RequestLimitExceeded") if hit else None

    monkeypatch.delenv("AWS_MAX_ATTEMPTS")
    with serve(scene.golden.world, strike) as server:
        code = check(scene.plan(), talking_to(server.url, WORKLOAD))
    check.is_undetermined_for_want_of_an_answer()
    assert code == 0
