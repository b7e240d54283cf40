"""`assay doctor` as a process, in worlds where one thing is wrong."""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.loaders import Loader

from assay.run.doctor.clock import Clock
from assay.run.doctor.observation import Level
from tests import command
from tests.command import POLICY, talking_to
from tests.emulator import Fault, RawFault, Request, access_key, serve
from tests.emulator.proxy import TcpFault, proxy, refused_url
from tests.worlds import PIPELINE, REGION, STRANGER, WORKLOAD, GoldenWorld

CI = "444444444444"
EXTERNAL_ID = "s3cret-external-id"
SECRETS = (access_key(CI), "ASIA", "not-a-secret", "session-token", EXTERNAL_ID, "hunter2")
REQUIRED = ("DescribeImages",)
OPTIONAL = (
    "GetImageAncestry",
    "DescribeLaunchTemplateVersions",
    "DescribeInstances",
    "GetAllowedImagesSettings",
    "ListImagesInRecycleBin",
    "GetParameters",
)


def readers(*roles: str) -> str:
    """The part of a policy that names readers by their roles."""
    lines = [
        f'    "{role.split(":")[4]}": {{role_arn: "{role}", external_id: "{EXTERNAL_ID}"}}\n'
        for role in roles
    ]
    return f"aws:\n  region: {REGION}\n  readers:\n{''.join(lines)}"


@dataclass
class Scene:
    """A world in which everything is well: a caller, one reader, a policy that names a Region."""

    folder: Path
    golden: GoldenWorld = field(default_factory=GoldenWorld)
    policy: str | None = POLICY + readers(f"arn:aws:iam::{WORKLOAD}:role/assay-reader")
    arguments: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    faults: list[Callable[[Request], Fault | RawFault | None]] = field(default_factory=list)
    ahead_seconds: float = 0
    """How far AWS's clock is ahead."""

    def break_down(
        self, fault: Fault | RawFault, *operations: str, account: str | None = None
    ) -> None:
        """Answer operations with a fault, in all accounts or in one."""

        def broken(request: Request) -> Fault | RawFault | None:
            met = not operations or request.operation in operations
            return fault if met and account in (None, request.account) else None

        self.faults.append(broken)

    def alone(self) -> None:
        """Take the readers away."""
        self.policy = f"{POLICY}aws: {{region: {REGION}}}\n"

    @contextmanager
    def served(self) -> Iterator[str]:
        def fault(request: Request) -> Fault | RawFault | None:
            return next((found for each in self.faults if (found := each(request))), None)

        shift = timedelta(seconds=self.ahead_seconds)
        with serve(self.golden.world, fault, date_shift=shift) as server:
            yield server.url

    def doctor(self, url: str | None = None) -> command.Run:
        """Run the command, at another URL than the world's own if one is given."""
        if self.policy is not None:
            (self.folder / "assay.yaml").write_text(self.policy)
        with self.served() as own:
            given = {**talking_to(url or own, CI), "AWS_MAX_ATTEMPTS": "1", **self.env}
            run = command.assay("doctor", *self.arguments, cwd=self.folder, env=given)
        assert run.stderr == ""
        for secret in SECRETS:
            assert secret not in run.stdout
        *lines, last = run.stdout.splitlines()
        assert all(re.match(r"(ok  |warn|FAIL|skip)  \S", line) for line in lines)
        problems = len(said(run, "FAIL"))
        assert run.code == (2 if problems else 0)
        number = f"{problems} problem{'' if problems == 1 else 's'}"
        assert last == (
            f"a check could not succeed: {number}" if problems else "a check could succeed"
        )
        return run


def said(run: command.Run, level: str) -> list[str]:
    """What the lines of a level say."""
    return [
        line.removeprefix(f"{level:<4}  ")
        for line in run.stdout.splitlines()
        if line.startswith(f"{level:<4}  ")
    ]


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return Scene(tmp_path)


def permissions(account: str) -> list[str]:
    operations = (*REQUIRED, *OPTIONAL)
    return [
        f"{'ssm' if name == 'GetParameters' else 'ec2'}:{name} in {REGION}: "
        f"allowed in account {account}"
        for name in operations
    ]


def test_all_is_well(scene: Scene) -> None:
    run = scene.doctor()
    versions, sdk, hcl2, *rest = said(run, "ok")
    assert re.fullmatch(r"assay \S+, Python 3\.\S+, boto3 1\.\S+, botocore 1\.\S+", versions)
    assert re.fullmatch(r"botocore 1\.\S+ knows AMI watermarks", sdk)
    assert re.fullmatch(r"hcl2 comes from python-hcl2 8\.1\.\d+", hcl2)
    role = f"arn:aws:sts::{WORKLOAD}:assumed-role/assay-reader/assay"
    assert rest == [
        "policy assay.yaml: valid, with 1 reader",
        f"Region {REGION}, from the policy",
        f"credentials of account {CI}: arn:aws:iam::{CI}:user/tester",
        f"the reader for account {WORKLOAD}: {role}",
        *permissions(CI),
        *permissions(WORKLOAD),
        f"Allowed AMIs in {REGION} of account {CI}: disabled, managed by account",
        f"Allowed AMIs in {REGION} of account {WORKLOAD}: disabled, managed by account",
        "the clock is within 60 s of AWS's",
    ]
    (endpoint,) = said(run, "warn")
    assert endpoint.startswith("not AWS's own endpoint: http://127.0.0.1:")


def test_nothing_is_changed_and_everything_is_asked_dry(scene: Scene) -> None:
    asked: list[Request] = []
    scene.faults.append(asked.append)
    scene.doctor()
    for request in asked:
        dry = request.service != "ec2" or request.params.get("DryRun")
        assert dry or request.operation == "GetAllowedImagesSettings"
    (assumed, *more) = [request for request in asked if request.operation == "AssumeRole"]
    assert not more
    assert assumed.params["ExternalId"] == EXTERNAL_ID


# ------------------------------------------------------------------------ one thing is wrong at once


def blind(scene: Scene) -> None:
    """botocore's own EC2 model, as it was before there were watermarks."""
    model = Loader().load_service_model("ec2", "service-2")
    model = json.loads(json.dumps(model))
    del model["shapes"]["Image"]["members"]["ImageWatermarks"]
    folder = scene.folder / "data" / "ec2" / "2016-11-15"
    folder.mkdir(parents=True)
    (folder / "service-2.json").write_text(json.dumps(model))
    scene.env["AWS_DATA_PATH"] = str(scene.folder / "data")


def misspelt(scene: Scene) -> None:
    scene.policy = POLICY.replace("golden:", "goldne:")


def named_elsewhere(scene: Scene) -> None:
    scene.arguments = ["--policy", "nowhere.yaml"]


def without_credentials(scene: Scene) -> None:
    scene.env |= {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}


def with_an_unknown_profile(scene: Scene) -> None:
    scene.env["AWS_PROFILE"] = "nobody"


def nowhere(scene: Scene) -> None:
    scene.policy = POLICY


def not_opted_in(scene: Scene) -> None:
    scene.golden.world.switch_region_off(CI, REGION)
    scene.alone()


def unknown_in_the_region(scene: Scene) -> None:
    scene.golden.world.switch_region_off(CI, REGION, error="AuthFailure")


def impostor(scene: Scene) -> None:
    world = scene.golden.world
    real = world.assume_role

    def assume_role(role_arn: str, session_name: str) -> tuple[str, str]:
        return real(role_arn.replace(WORKLOAD, STRANGER), session_name)

    world.assume_role = assume_role  # type: ignore[method-assign]


def forked(scene: Scene) -> None:
    """What `pip install checkov` leaves behind."""
    info = scene.folder / "site" / "bc_python_hcl2-0.4.3.dist-info"
    info.mkdir(parents=True)
    text = "Metadata-Version: 2.1\nName: bc-python-hcl2\nVersion: 0.4.3\n"
    (info / "METADATA").write_text(text)
    scene.env["PYTHONPATH"] = str(scene.folder / "site")


def denied(account: str, *operations: str, alone: bool = False) -> Callable[[Scene], None]:
    def arrange(scene: Scene) -> None:
        scene.golden.world.deny(account, *operations)
        if alone:
            scene.alone()

    return arrange


def broken(fault: Fault | RawFault, *operations: str) -> Callable[[Scene], None]:
    def arrange(scene: Scene) -> None:
        scene.break_down(fault, *operations)

    return arrange


def clock(ahead_seconds: float) -> Callable[[Scene], None]:
    def arrange(scene: Scene) -> None:
        scene.ahead_seconds = ahead_seconds

    return arrange


EXPIRED = Fault(400, "ExpiredToken", "hunter2")
DENIED = "denied (UnauthorizedOperation); the reader needs ec2:"
FATAL: Mapping[str, tuple[Callable[[Scene], None], str]] = {
    "a blind SDK": (blind, "cannot see AMI watermarks; install boto3 1.43.42 or newer"),
    "an invalid policy": (misspelt, "policy assay.yaml:2:1: unknown key 'goldne'"),
    "a policy that is not there": (named_elsewhere, "policy nowhere.yaml: cannot be read"),
    "no credentials": (without_credentials, "credentials: no usable AWS credentials"),
    "an unknown profile": (with_an_unknown_profile, "cannot be used (ProfileNotFound)"),
    "an expired token": (
        broken(EXPIRED),
        "; renew the credentials (for example with aws sso login) and run it again",
    ),
    "no Region": (
        nowhere,
        "no Region is set; name one with --region, ASSAY_REGION or the policy's aws.region",
    ),
    "a Region not opted in": (not_opted_in, "ec2:DescribeImages in us-east-1: refused (OptIn"),
    "credentials unknown there": (
        unknown_in_the_region,
        "not known there (InvalidClientTokenId); check the credentials, and whether the Region is",
    ),
    "DescribeImages denied": (
        denied(CI, "DescribeImages", alone=True),
        f"ec2:DescribeImages in us-east-1: {DENIED}DescribeImages in account {CI}; without it ",
    ),
    "DescribeImages denied to a reader": (denied(WORKLOAD, "DescribeImages"), WORKLOAD),
    "DescribeImages fails": (
        broken(Fault(500, "InternalError", "hunter2"), "DescribeImages"),
        f"refused (InternalError); it could not be tried in account {WORKLOAD}",
    ),
    "a token that EC2 does not know": (
        broken(Fault(400, "InvalidClientTokenId"), "DescribeImages"),
        "not known there (InvalidClientTokenId); it could not be tried",
    ),
    "a reader that may not be assumed": (
        denied(CI, "AssumeRole"),
        f"account {WORKLOAD}: sts:AssumeRole in us-east-1: denied (AccessDenied); the caller needs ",
    ),
    "a reader that is somebody else": (impostor, "belongs to another account than 222222222222"),
    "a clock that is slow": (clock(400), "s behind AWS's; AWS refuses"),
    "a clock that is fast": (clock(-400), "s ahead of AWS's; AWS refuses"),
}
TOLERABLE: Mapping[str, tuple[Callable[[Scene], None], str]] = {
    "the wrong fork of hcl2": (forked, "hcl2 comes from bc-python-hcl2 0.4.3, an old fork"),
    "a clock that is a little slow": (clock(120), "s behind AWS's"),
    "a clock that is a little fast": (clock(-120), "s ahead of AWS's"),
    "DescribeImages denied to the caller beside a reader": (
        denied(CI, "DescribeImages"),
        "but not in the accounts of readers",
    ),
    **{
        f"{name} denied": (denied(CI, name, alone=True), f"needs {service}:{name} in account {CI}")
        for name in OPTIONAL
        for service in ("ssm" if name == "GetParameters" else "ec2",)
    },
    **{
        f"{name} fails": (
            broken(Fault(500, "InternalError", "hunter2"), name),
            f"{name} in us-east-1: refused (InternalError); it could not be tried",
        )
        for name in OPTIONAL
    },
}


@pytest.mark.parametrize(("arrange", "text"), FATAL.values(), ids=FATAL)
def test_without_what_is_required_no_check_can_succeed(
    scene: Scene, arrange: Callable[[Scene], None], text: str
) -> None:
    arrange(scene)
    run = scene.doctor()
    assert run.code == 2
    assert any(text in line for line in said(run, "FAIL")), run.stdout


@pytest.mark.parametrize(("arrange", "text"), TOLERABLE.values(), ids=TOLERABLE)
def test_without_what_is_optional_a_check_can_succeed(
    scene: Scene, arrange: Callable[[Scene], None], text: str
) -> None:
    arrange(scene)
    run = scene.doctor()
    assert run.code == 0
    assert any(text in line for line in said(run, "warn")), run.stdout


def test_one_cause_is_one_problem(scene: Scene) -> None:
    """Nothing is asked with credentials that cannot be used, and nobody counts what follows."""
    scene.break_down(EXPIRED)
    run = scene.doctor()
    assert len(said(run, "FAIL")) == 1
    assert "readers and permissions: the credentials cannot be used" in said(run, "skip")


def test_a_permission_of_a_reader_that_cannot_be_used_is_not_tried(scene: Scene) -> None:
    scene.golden.world.deny(CI, "AssumeRole")
    run = scene.doctor()
    assert len(said(run, "FAIL")) == 1
    assert [line for line in said(run, "ok") if ": allowed in " in line] == permissions(CI)


# ------------------------------------------------------------------------------- odd but harmless


def test_no_policy_is_no_problem(scene: Scene) -> None:
    scene.policy, scene.arguments = None, ["--region", REGION]
    run = scene.doctor()
    assert "policy: none was named, and there is no assay.yaml here" in said(run, "skip")
    assert f"Region {REGION}, from --region" in said(run, "ok")


@pytest.mark.parametrize(
    ("env", "source"),
    [
        ({"ASSAY_REGION": "eu-west-1"}, "from ASSAY_REGION"),
        (
            {"AWS_DEFAULT_REGION": "eu-west-1"},
            "from boto3's settings; a check uses the plan's Region, --region or the policy's",
        ),
    ],
)
def test_the_regions_source_is_said(scene: Scene, env: Mapping[str, str], source: str) -> None:
    scene.policy = POLICY
    scene.env |= env
    run = scene.doctor()
    assert run.code == 0
    assert f"Region eu-west-1, {source}" in said(run, "ok")
    assert f"ec2:DescribeImages in eu-west-1: allowed in account {CI}" in said(run, "ok")


def test_allowed_amis_hide_images_where_they_are_enabled(scene: Scene) -> None:
    world = scene.golden.world
    world.allowed_images(WORKLOAD, REGION, "enabled", managed_by="declarative-policy")
    world.allowed_images(CI, REGION, "audit-mode")
    run = scene.doctor()
    hidden = (
        f"Allowed AMIs in {REGION} of account {WORKLOAD}: enabled, managed by declarative-policy"
    )
    assert f"{hidden}; images that they do not admit look as if they did not exist" in said(
        run, "warn"
    )
    audit = f"Allowed AMIs in {REGION} of account {CI}: audit-mode, managed by account"
    assert audit in said(run, "ok")


def test_allowed_amis_that_are_not_told_are_skipped(scene: Scene) -> None:
    scene.golden.world.deny(WORKLOAD, "GetAllowedImagesSettings")
    run = scene.doctor()
    assert f"Allowed AMIs in {REGION} of account {WORKLOAD}: not known" in said(run, "skip")


def test_readers_of_another_partition_and_of_ones_own_account(scene: Scene) -> None:
    roles = f"arn:aws-cn:iam::{PIPELINE}:role/r", f"arn:aws:iam::{CI}:role/r"
    scene.policy = POLICY + readers(*roles)
    run = scene.doctor()
    far = f"the reader for account {PIPELINE} is in another partition than {REGION}"
    assert f"{far}; try it with a --region in that partition" in said(run, "warn")
    own = f"the reader for account {CI}: not used, because the credentials belong to that account"
    assert own in said(run, "ok")


COMMON = f'    "*": {{role_name: team/reader, external_id: "{EXTERNAL_ID}"}}\n'
UNTRIED = "the reader for all other accounts, role team/reader: not tried, because those accounts"


def test_the_reader_of_all_others_is_said_to_be_untried(scene: Scene) -> None:
    scene.policy = POLICY + readers(f"arn:aws:iam::{WORKLOAD}:role/assay-reader") + COMMON
    run = scene.doctor()
    valid = "policy assay.yaml: valid, with 1 reader and a reader for all other accounts"
    assert valid in said(run, "ok")
    assert f"{UNTRIED} are not known here" in said(run, "skip")
    assert f"ec2:DescribeImages in {REGION}: allowed in account {WORKLOAD}" in said(run, "ok")


def test_the_reader_of_all_others_is_tried_in_the_accounts_of_the_policy(scene: Scene) -> None:
    scene.golden.world.deny(STRANGER, "DescribeInstances")
    own = f"arn:aws:iam::{WORKLOAD}:role/assay-reader"
    fleet = f"  accounts: ['{CI}', '{WORKLOAD}', '{STRANGER}']\n"
    scene.policy = POLICY + readers(own) + COMMON + fleet
    run = scene.doctor()
    role = f"arn:aws:sts::{STRANGER}:assumed-role/reader/assay"
    assert f"the reader for account {STRANGER}: {role}" in said(run, "ok")
    assert f"ec2:DescribeImages in {REGION}: allowed in account {STRANGER}" in said(run, "ok")
    assert [line for line in said(run, "warn") if f"in account {STRANGER}; without" in line]
    unused = (
        f"the reader for account {CI}: not used, because the credentials belong to that account"
    )
    assert unused in said(run, "ok")
    assert f"{UNTRIED} are not known here" in said(run, "skip")


def test_an_account_of_the_policy_may_have_no_reader(scene: Scene) -> None:
    scene.policy = POLICY + readers(f"arn:aws:iam::{WORKLOAD}:role/assay-reader")
    scene.policy += f"  accounts: ['{CI}', '{WORKLOAD}', '{STRANGER}']\n"
    run = scene.doctor()
    assert run.code == 0
    without = "of the policy's aws.accounts has no reader"
    assert [line for line in said(run, "warn") if without in line] == [
        f"account {STRANGER} {without}"
    ]


def test_beside_a_reader_of_all_others_the_caller_need_not_see_images(scene: Scene) -> None:
    scene.policy = POLICY + readers() + COMMON
    scene.golden.world.deny(CI, "DescribeImages")
    run = scene.doctor()
    assert run.code == 0
    assert any("but not in the accounts of readers" in line for line in said(run, "warn"))


def test_with_no_reader_that_can_be_used_the_caller_is_needed(scene: Scene) -> None:
    scene.policy = POLICY + readers(f"arn:aws:iam::{CI}:role/r")
    scene.golden.world.deny(CI, "DescribeImages")
    assert scene.doctor().code == 2


@pytest.mark.parametrize("code", ["InvalidAMIID.NotFound", "InvalidAMIID.Malformed"])
def test_who_hears_of_the_image_was_not_sent_away(scene: Scene, code: str) -> None:
    scene.alone()
    scene.break_down(Fault(400, code), "GetImageAncestry")
    run = scene.doctor()
    text = f"ec2:GetImageAncestry in {REGION}: not denied in account {CI} (inferred from {code})"
    assert text in said(run, "ok")


EMPTY = b'<DescribeImagesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><imagesSet/>'


@pytest.mark.parametrize(
    ("body", "allowed"),
    [(EMPTY + b"</DescribeImagesResponse>", True), (b"<DescribeRegionsResponse/>", False)],
)
def test_an_endpoint_may_not_heed_dry_run(scene: Scene, body: bytes, allowed: bool) -> None:
    scene.alone()
    scene.break_down(RawFault(200, body, "text/xml"), "DescribeImages")
    run = scene.doctor()
    name = f"ec2:DescribeImages in {REGION}"
    if allowed:
        assert f"{name}: allowed in account {CI}" in said(run, "ok")
    else:
        lacks = f"{name}: the answer contains no Images; it could not be tried"
        assert any(lacks in line for line in said(run, "FAIL"))


# ------------------------------------------------------------------------------- broken endpoints


@pytest.mark.parametrize("operation", ["GetCallerIdentity", "AssumeRole", "DescribeImages"])
@pytest.mark.parametrize(
    "fault",
    [
        Fault(500, "InternalError", "hunter2"),
        Fault(503, "RequestLimitExceeded", "hunter2"),
        RawFault(502, b"<html>hunter2</html>"),
        RawFault(200, b"<html>hunter2</html>"),
        RawFault(200, b""),
        RawFault(200, b"<hunter2", "text/xml"),
        RawFault(200, b"\x00\xff hunter2", "application/x-amz-json-1.1"),
    ],
    ids=["500", "throttled", "502 HTML", "200 HTML", "empty", "half", "rubbish"],
)
def test_a_broken_answer_is_a_problem_and_never_more(
    scene: Scene, fault: Fault | RawFault, operation: str
) -> None:
    scene.break_down(fault, operation)
    run = scene.doctor()
    assert run.code == 2
    assert any(operation in line for line in said(run, "FAIL"))


def test_a_broken_answer_of_systems_manager_is_tolerable(scene: Scene) -> None:
    scene.break_down(RawFault(200, b"<html>hunter2</html>"), "GetParameters")
    run = scene.doctor()
    assert run.code == 0
    assert len([line for line in said(run, "warn") if line.startswith("ssm:GetParameters")]) == 2


def test_nobody_listens(scene: Scene) -> None:
    run = scene.doctor(refused_url())
    (problem,) = said(run, "FAIL")
    assert "no answer (ConnectionRefusedError: " in problem
    assert "the clock: no answer from AWS contained the time" in said(run, "skip")


def test_a_silent_endpoint_is_given_up_in_time(scene: Scene) -> None:
    scene.arguments = ["--timeout", "1"]
    with scene.served() as own, proxy(own, lambda *_: TcpFault.SILENT) as url:
        started = time.monotonic()
        run = scene.doctor(url)
        assert time.monotonic() - started < 15
    [told] = said(run, "FAIL")
    assert told == (
        "credentials: AWS did not answer within the time limit of 1 s; "
        "allow more time with --timeout, or run it again"
    )


def test_a_silent_operation_costs_only_itself(scene: Scene) -> None:
    scene.alone()
    scene.arguments = ["--timeout", "3"]

    def fault(operation: str, _: int) -> TcpFault | None:
        return TcpFault.SILENT if operation == "GetImageAncestry" else None

    with scene.served() as own, proxy(own, fault) as url:
        run = scene.doctor(url)
    assert run.code == 0, "a check can do without it where the ancestors are visible"
    name = f"ec2:GetImageAncestry in {REGION}"
    [problem] = [line for line in said(run, "warn") if line.startswith(name)]
    assert problem.startswith(f"{name}: AWS did not answer within the time limit of 3 s; it could")
    assert [line for line in said(run, "ok") if line in permissions(CI)] == [
        line for line in permissions(CI) if not line.startswith(name)
    ]


def test_an_endpoint_is_named_without_the_password_in_it(scene: Scene) -> None:
    with scene.served() as own:
        run = scene.doctor(own.replace("http://", "http://me:hunter2@"))
    assert f"not AWS's own endpoint: {own}" in said(run, "warn")


IDENTITY = f"""\
<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<GetCallerIdentityResult>
<Account>{CI}</Account><Arn>arn&#10;FAIL  forged&#x9b;2J</Arn></GetCallerIdentityResult>
<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>
"""


def test_no_answer_can_write_lines_or_on_the_terminal(scene: Scene) -> None:
    scene.break_down(RawFault(200, IDENTITY.encode(), "text/xml"), "GetCallerIdentity", account=CI)
    run = scene.doctor()
    assert f"credentials of account {CI}: arn?FAIL  forged?2J" in said(run, "ok")
    assert not said(run, "FAIL")


def test_wrong_usage_is_one_line(tmp_path: Path) -> None:
    run = command.assay("doctor", "--timeout", "0", cwd=tmp_path)
    assert run.code == 2
    assert run.stdout == ""
    assert run.stderr.startswith("assay: Invalid value for '--timeout'")


# --------------------------------------------------------------------------------------- the clock

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("dates", "level"),
    [
        ([], Level.SKIP),
        (["yesterday"], Level.SKIP),
        (["Sat, 21 Nov 2026 12:00:00 GMT"], Level.OK),
        (["Sat, 21 Nov 2026 12:00:00 -0000"], Level.OK),
        (["Sat, 21 Nov 2026 12:01:00 GMT"], Level.OK),
        (["Sat, 21 Nov 2026 12:01:01 GMT"], Level.WARN),
        (["Sat, 21 Nov 2026 11:55:00 GMT"], Level.WARN),
        (["Sat, 21 Nov 2026 11:54:59 GMT"], Level.FAIL),
        (["Sat, 21 Nov 2026 11:00:00 GMT", "Sat, 21 Nov 2026 11:59:59 GMT"], Level.OK),
    ],
)
def test_the_clock_is_as_far_off_as_the_closest_answer_says(dates: list[str], level: Level) -> None:
    clock = Clock(lambda: NOON)
    for date in dates:
        clock.hear(date)
    assert clock.observation().level is level
