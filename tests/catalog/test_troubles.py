"""Where the time is up while a call is tried again, the last error of its attempts is told."""

import re
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from assay.catalog.aws.pace import Deadline
from assay.catalog.aws.sdk import Sdk
from assay.catalog.fleet_questions import IMAGES_OF
from assay.catalog.interface import CutShort, Obstacle, Unavailable
from assay.catalog.live import LiveCatalog
from assay.catalog.questions import IMAGES, PARAMETERS, Selection
from tests import command
from tests.command import POLICY, Run, talking_to
from tests.emulator import Fault, RawFault, Request, Server, access_key, serve
from tests.emulator.proxy import TcpFault, TcpFaults, proxy, refused_url
from tests.judging import HERE, credentials
from tests.plans import dump, instance, plan, resource
from tests.worlds import REGION, WORKLOAD, GoldenWorld

THROTTLED = Fault(503, "RequestLimitExceeded", "hunter2")
TOO_LATE = "AWS did not answer within the time limit of 2 s"
ASKED = f"ec2:DescribeImages in {REGION}"


@pytest.fixture
def here(tmp_path: Path, golden: GoldenWorld) -> Path:
    (tmp_path / "assay.yaml").write_text(POLICY)
    one = instance("aws_instance.image", golden.copy())
    (tmp_path / "plan.json").write_bytes(dump(plan(one)))
    return tmp_path


def check(
    golden: GoldenWorld,
    here: Path,
    fault: Callable[[Request], Fault | RawFault | None] = lambda _: None,
    tcp: TcpFaults = lambda *_: None,
    **more: str,
) -> Run:
    """A check that has two seconds, with AWS or the way to it broken."""
    with serve(golden.world, fault) as server, proxy(server.url, tcp) as url:
        env = {**talking_to(url, WORKLOAD), **more}
        return command.assay(
            "check", "plan.json", "--format", "json", "--timeout", "2", cwd=here, env=env
        )


def why(run: Run, address: str = "aws_instance.image") -> tuple[str, str]:
    """What is said of a lookup that failed, and what to do."""
    assert run.code == 3, run.stderr
    assert "hunter2" not in run.stdout + run.stderr
    (verdict,) = [each for each in run.report["verdicts"] if each["address"] == address]
    (result,) = [each for each in verdict["results"] if each["rule"] == "lookup-failed"]
    return result["message"], result["fix"]


def struck(fault: Fault | RawFault, operation: str) -> Callable[[Request], Fault | RawFault | None]:
    return lambda request: fault if request.operation == operation else None


@pytest.mark.parametrize(
    ("fault", "told", "cure"),
    [
        (THROTTLED, r"throttled \(RequestLimitExceeded\)", "run it again later"),
        (
            Fault(500, "InternalError", "hunter2"),
            r"refused \(InternalError\)",
            "run it again later",
        ),
        (RawFault(502, b"<html>hunter2</html>"), r"refused \(502\)", "allow more time"),
    ],
)
def test_what_aws_said_last(
    golden: GoldenWorld, here: Path, fault: Fault | RawFault, told: str, cure: str
) -> None:
    message, fix = why(check(golden, here, struck(fault, "DescribeImages")))
    times = r"( after \d attempts)?"
    assert re.fullmatch(rf"{TOO_LATE}; last error: {ASKED}: {told}{times}", message)
    assert fix.startswith(cure)


def test_that_nobody_listened(golden: GoldenWorld, here: Path) -> None:
    message, fix = why(check(golden, here, AWS_ENDPOINT_URL=refused_url()))
    said = rf"{TOO_LATE}; last error: {ASKED}: no answer \(ConnectionRefusedError: nothing accepts "
    assert re.match(said, message)
    assert fix.startswith("the connection was refused: ")


def test_that_connections_were_cut(golden: GoldenWorld, here: Path) -> None:
    cut = check(golden, here, tcp=lambda op, _: TcpFault.CLOSE if op == "DescribeImages" else None)
    said = rf"{TOO_LATE}; last error: {ASKED}: no answer \(ConnectionClosedError\)"
    assert re.match(said, why(cut)[0])


def test_throttled_and_then_silent(golden: GoldenWorld, here: Path) -> None:
    def silent(operation: str, nth: int) -> TcpFault | None:
        return TcpFault.SILENT if operation == "DescribeImages" and nth > 1 else None

    message, _ = why(check(golden, here, struck(THROTTLED, "DescribeImages"), silent))
    assert message == f"{TOO_LATE}; last error: {ASKED}: throttled (RequestLimitExceeded)"


def test_silence_alone_has_no_error(golden: GoldenWorld, here: Path) -> None:
    message, fix = why(check(golden, here, tcp=lambda *_: TcpFault.SILENT))
    assert (message, fix) == (TOO_LATE, "allow more time with --timeout, or run it again")


def test_another_calls_error_is_not_told_of_one_that_is_silent(
    golden: GoldenWorld, here: Path
) -> None:
    middle = golden.copy()
    deep = golden.derived(middle)
    golden.world.deregister(middle, REGION)
    changes = [
        instance("aws_instance.image", deep),
        resource("aws_launch_template.alias", {"image_id": "resolve:ssm:/golden"}),
    ]
    (here / "plan.json").write_bytes(dump(plan(*changes)))
    run = check(
        golden,
        here,
        struck(Fault(400, "ThrottlingException"), "GetParameters"),
        lambda operation, _: TcpFault.SILENT if operation == "GetImageAncestry" else None,
    )
    assert why(run)[0] == TOO_LATE
    alias, fix = why(run, "aws_launch_template.alias")
    assert f"; last error: ssm:GetParameters in {REGION}: throttled (ThrottlingExc" in alias
    assert fix.startswith("run it again later")


def test_how_often_it_was_tried(golden: GoldenWorld, here: Path) -> None:
    """The last attempt's error is the one that is told, whatever the first said."""
    said = iter([THROTTLED, Fault(500, "InternalError"), Fault(403, "UnauthorizedOperation")])

    def fault(request: Request) -> Fault | None:
        return next(said) if request.operation == "DescribeImages" else None

    with serve(golden.world, fault) as server:
        env = talking_to(server.url, WORKLOAD)
        run = command.assay("check", "plan.json", "--format", "json", cwd=here, env=env)
    denied = "denied (UnauthorizedOperation) after 3 attempts; the reader needs ec2:DescribeImages"
    message, fix = why(run)
    assert message == f"{ASKED}: {denied}"
    assert fix.startswith("give the reader the permission")


def test_what_was_not_asked_any_more_tells_what_took_the_time(
    golden: GoldenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [0.0]
    with serve(golden.world, struck(THROTTLED, "DescribeImages")) as server:
        credentials(monkeypatch, server)
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
        catalog = LiveCatalog(Sdk(deadline=Deadline(lambda: now[0], 5)))
        key = HERE, golden.golden
        first = catalog.ask(IMAGES, [key])[key]
        now[0] = 5
        later = catalog.ask(PARAMETERS, [(HERE, "/golden")])[HERE, "/golden"]
    throttled = f"{ASKED}: throttled (RequestLimitExceeded)"
    too_late = "AWS did not answer within the time limit of 5 s"
    assert first == Unavailable(throttled)
    assert later == Unavailable(f"{too_late}; last error: {throttled}")


def test_a_list_that_is_cut_short_tells_it_as_well(
    golden: GoldenWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(golden.world, struck(THROTTLED, "DescribeImages")) as server:
        credentials(monkeypatch, server)
        monkeypatch.setenv("AWS_MAX_ATTEMPTS", "8")
        catalog = LiveCatalog(Sdk(deadline=Deadline(time.monotonic, 2)))
        (end,) = catalog.list_all(IMAGES_OF, (HERE, Selection(owners=("self",))))
    assert isinstance(end, CutShort)
    assert end.obstacle is Obstacle.LATE
    assert f"; last error: {ASKED}: throttled (RequestLimitExceeded)" in end.reason


def test_credentials_that_do_not_come_tell_what_they_were_refused_with(
    golden: GoldenWorld, here: Path
) -> None:
    """botocore asks for a role itself, before assay asks for anything."""
    config = here / "config"
    config.write_text(
        f"[profile own]\naws_access_key_id = {access_key(WORKLOAD)}\naws_secret_access_key = x\n"
        f"[profile role]\nsource_profile = own\nrole_arn = arn:aws:iam::{WORKLOAD}:role/ci\n"
        f"region = {REGION}\n"
    )
    with serve(golden.world, struck(Fault(400, "Throttling"), "AssumeRole")) as server:
        env = {
            "AWS_ENDPOINT_URL": server.url,
            "AWS_CONFIG_FILE": str(config),
            "AWS_PROFILE": "role",
            "AWS_MAX_ATTEMPTS": "20",
        }
        run = command.assay("check", "plan.json", "--timeout", "2", cwd=here, env=env)
    assert run.code == 2
    told = rf"no AWS credentials within the time limit of 2 s; last error: sts:AssumeRole in {REGION}: throttled"
    assert told in run.stderr


def test_a_run_that_is_answered_at_last_tells_no_error(
    golden: GoldenWorld, here: Path, server: Server
) -> None:
    def once(operation: str, nth: int) -> TcpFault | None:
        return TcpFault.RESET if (operation, nth) == ("DescribeImages", 1) else None

    with proxy(server.url, once) as url:
        run = command.assay("check", "plan.json", cwd=here, env=talking_to(url, WORKLOAD))
    assert run.code == 0, run.stdout
    assert "error" not in run.stdout
