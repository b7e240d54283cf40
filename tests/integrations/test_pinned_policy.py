"""The policy of a function, as it stands in S3 or in Systems Manager: one version, and no other."""

from collections.abc import Callable
from hashlib import sha256

import pytest

from assay.integrations.events import handler
from assay.integrations.surroundings import this_function
from tests.emulator import Server
from tests.emulator.faults import Fault, Happening, RawFault
from tests.integrations.conftest import PARAMETER, POLICY
from tests.integrations.test_events import state
from tests.worlds import REGION, WORKLOAD, GoldenWorld

BUCKET, KEY, VERSION = (
    "policies-of-222222222222",
    "team/golden images.yaml",
    "3HL4kqtJvjVBH40Nrjfkd",
)
Told = Callable[..., str]


@pytest.fixture(name="told")
def _told(world: GoldenWorld, server: Server, monkeypatch: pytest.MonkeyPatch) -> Told:
    """What is said of an instance of a golden image where the policy is this one."""
    instance = world.world.run_instance(WORKLOAD, REGION, world.copy())

    def judged(source: str, of: str | bytes = POLICY) -> str:
        content = of if isinstance(of, bytes) else of.encode()
        monkeypatch.setenv("ASSAY_POLICY", source)
        monkeypatch.setenv("ASSAY_POLICY_SHA256", sha256(content).hexdigest())
        this_function.cache_clear()
        reason: str = handler(state(instance))["instances"][0]["reason"]
        return reason

    return judged


def s3(version: str = VERSION) -> str:
    return f"s3://{BUCKET}/{KEY}?versionId={version}"


def test_a_version_of_an_object_is_read(world: GoldenWorld, server: Server, told: Told) -> None:
    world.world.objects[BUCKET, KEY, VERSION] = POLICY.encode()
    assert told(s3()).startswith("pass: ")
    (asked,) = server.calls("GetObject")
    assert asked.params == {"Bucket": BUCKET, "Key": KEY, "VersionId": VERSION}


def test_another_version_is_none(world: GoldenWorld, told: Told) -> None:
    world.world.objects[BUCKET, KEY, VERSION] = POLICY.encode()
    world.world.objects[BUCKET, KEY, None] = POLICY.encode()
    reason = told(s3("of-yesterday"))
    assert reason.startswith("undetermined: the policy cannot be read: s3:GetObject in us-east-1: ")
    assert "needs s3:GetObjectVersion, or there is no such object or version" in reason


def test_other_bytes_are_another_policy(world: GoldenWorld, told: Told) -> None:
    world.world.objects[BUCKET, KEY, VERSION] = POLICY.replace("golden-*", "*").encode()
    assert "is wanted" in told(s3())


def test_a_policy_that_is_too_large_is_none(world: GoldenWorld, told: Told) -> None:
    padded = f"{POLICY}#{' ' * 2_000_000}".encode()
    world.world.objects[BUCKET, KEY, VERSION] = padded
    assert "larger than 1048576 bytes" in told(s3(), padded)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(403, "AccessDenied"),
        Fault(400, "KMS.DisabledException"),
        RawFault(200, b"<html>a proxy", "text/html"),
    ],
)
def test_what_cannot_be_read_passes_nothing(
    world: GoldenWorld, told: Told, faults: Happening, fault: Fault | RawFault
) -> None:
    world.world.objects[BUCKET, KEY, VERSION] = POLICY.encode()
    faults.of["GetObject"] = lambda: fault
    assert told(s3()).startswith("undetermined: the policy cannot be read: ")


@pytest.mark.parametrize(
    "source",
    [
        "",
        "assay.yaml",
        "https://example.org/assay.yaml",
        f"s3://{BUCKET}/{KEY}",
        f"s3://{BUCKET}/{KEY}?versionId=",
        f"ssm:{PARAMETER}",
        f"ssm:{PARAMETER}:latest",
        f"ssm:{PARAMETER}:2",
    ],
)
def test_a_policy_without_a_version_is_none(told: Told, source: str) -> None:
    assert told(source).startswith("undetermined: the policy cannot be read: ")


@pytest.mark.parametrize(
    "content", ["version: 1\n", "version: 1\ngolden: [", "", "\xff\xfe", "null"]
)
def test_a_policy_that_means_nothing_is_none(world: GoldenWorld, told: Told, content: str) -> None:
    raw = content.encode("latin-1")
    world.world.objects[BUCKET, KEY, VERSION] = raw
    reason = told(s3(), raw)
    assert reason.startswith("undetermined: ")
    assert "\n" not in reason
