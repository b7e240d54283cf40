"""Credentials and settings that AWS or botocore takes for nothing: exit code 2, and whose they are."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.command import POLICY, Run, assay, talking_to
from tests.emulator import Fault, Request, access_key, serve
from tests.emulator.faults import Faults
from tests.plans import dump, instance, plan
from tests.worlds import REGION, WORKLOAD, GoldenWorld

ROLE = f"arn:aws:iam::{WORKLOAD}:role/gate"
SECRET = "hunter2"


STS: list[str] = []
"""What STS was asked in the last run."""


def run(
    here: Path,
    config: str = "",
    faults: Faults | None = None,
    images: int = 1,
    env: Mapping[str, str] | None = None,
) -> Run:
    """A check of several golden images by somebody with these files and variables."""
    golden = GoldenWorld()
    copies = [golden.copy() for _ in range(images)]
    (here / "plan.json").write_bytes(
        dump(plan(*(instance(f"aws_instance.a[{n}]", id) for n, id in enumerate(copies))))
    )
    (here / "assay.yaml").write_text(POLICY)
    (here / "config").write_text(config)
    with serve(golden.world, faults) as server:
        variables = talking_to(server.url, WORKLOAD)
        if config:
            del variables["AWS_ACCESS_KEY_ID"], variables["AWS_SECRET_ACCESS_KEY"]
            variables["AWS_CONFIG_FILE"] = str(here / "config")
        done = assay("check", "plan.json", "--no-cache", cwd=here, env={**variables, **(env or {})})
        STS[:] = [each.operation for each in server.requests if each.service == "sts"]
    return done


def refuse(code: str, *operations: str) -> Faults:
    def fault(request: Request) -> Fault | None:
        concerned = not operations or request.operation in operations
        return Fault(403, code, SECRET) if concerned else None

    return fault


SOURCE = (
    f"[profile source]\naws_access_key_id = {access_key(WORKLOAD)}\naws_secret_access_key = x\n"
)
ASSUMED = f"[default]\nregion = {REGION}\nrole_arn = {ROLE}\nsource_profile = source\n{SOURCE}"


@pytest.mark.parametrize(
    ("config", "code", "operation", "said"),
    [
        (
            ASSUMED,
            "AccessDenied",
            "AssumeRole",
            "(AssumeRole was refused: AccessDenied); check that the",
        ),
        (
            ASSUMED,
            "ExpiredToken",
            "AssumeRole",
            "(AssumeRole was refused: ExpiredToken); check that the",
        ),
    ],
)
def test_a_role_that_is_refused_is_told_as_such_and_asked_for_once(
    tmp_path: Path, config: str, code: str, operation: str, said: str
) -> None:
    done = run(tmp_path, config, refuse(code, operation), images=60)
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"assay: no usable AWS credentials {said}")
    assert SECRET not in done.stderr
    assert STS == ["AssumeRole"]


def test_a_token_that_the_issuer_gave_to_somebody_else(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(SECRET)
    web = f"[default]\nregion = {REGION}\nrole_arn = {ROLE}\n"
    web += f"web_identity_token_file = {tmp_path / 'token'}\n"
    fault = refuse("InvalidIdentityToken", "AssumeRoleWithWebIdentity")
    done = run(tmp_path, web, fault)
    assert done.code == 2
    assert "(AssumeRoleWithWebIdentity was refused: InvalidIdentityToken)" in done.stderr
    assert "AWS_WEB_IDENTITY_TOKEN_FILE" in done.stderr
    assert SECRET not in done.stderr


def test_a_role_without_a_region_to_ask_in_says_how_to_name_one(tmp_path: Path) -> None:
    done = run(tmp_path, ASSUMED.replace(f"region = {REGION}\n", ""))
    assert (done.code, done.stderr.count("\n")) == (2, 1)
    assert "AWS_REGION" in done.stderr


def test_a_token_file_that_is_not_there_is_named_by_its_variable(tmp_path: Path) -> None:
    web = f"[default]\nrole_arn = {ROLE}\nweb_identity_token_file = {tmp_path / 'token'}\n"
    done = run(tmp_path, web)
    assert (done.code, done.stderr.count("\n")) == (2, 1)
    assert "AWS_WEB_IDENTITY_TOKEN_FILE" in done.stderr
    assert "internal error" not in done.stderr


@pytest.mark.parametrize("sso", ["sso_session = none", "sso_start_url = https://x.example/start"])
def test_a_login_that_is_over_says_how_to_log_in(tmp_path: Path, sso: str) -> None:
    rest = f"sso_region = {REGION}\nsso_account_id = {WORKLOAD}\nsso_role_name = r\n"
    session = f"[sso-session none]\nsso_region = {REGION}\nsso_start_url = https://x.example\n"
    done = run(tmp_path, f"[default]\n{sso}\n{rest}{session}")
    assert (done.code, done.stdout) == (2, "")
    assert "aws sso login" in done.stderr


@pytest.mark.parametrize("code", ["ExpiredToken", "InvalidClientTokenId", "AuthFailure"])
def test_credentials_that_answer_nothing_are_no_verdict(tmp_path: Path, code: str) -> None:
    done = run(tmp_path, faults=refuse(code))
    assert (done.code, done.stdout) == (2, "")
    assert done.stderr.startswith("assay: AWS does not accept these credentials: ")
    assert f"({code})" in done.stderr
    assert SECRET not in done.stderr


@pytest.mark.parametrize(
    ("code", "operations"),
    [
        ("ExpiredToken", ("DescribeImages",)),
        ("UnauthorizedOperation", ("DescribeImages", "GetCallerIdentity")),
    ],
)
def test_what_they_answer_in_part_is_a_verdict(
    tmp_path: Path, code: str, operations: tuple[str, ...]
) -> None:
    done = run(tmp_path, faults=refuse(code, *operations))
    assert done.code == 3
    assert "lookup-failed" in done.stdout


SETTINGS: dict[str, tuple[dict[str, str], str]] = {
    "a word for a number": (
        {"AWS_MAX_ATTEMPTS": "abc"},
        "AWS_MAX_ATTEMPTS (max_attempts) is not a number; set it to 1 or more, or unset it",
    ),
    "no attempt": (
        {"AWS_MAX_ATTEMPTS": "-1"},
        "AWS_MAX_ATTEMPTS (max_attempts) is not 1 or more; correct it or remove it",
    ),
    "an endpoint without a scheme": (
        {"AWS_ENDPOINT_URL": f"me:{SECRET}@localhost:4566"},
        "an endpoint in AWS_ENDPOINT_URL… (endpoint_url) is not a URL; start it with https://",
    ),
}


@pytest.mark.parametrize(("env", "line"), SETTINGS.values(), ids=SETTINGS)
def test_a_setting_that_cannot_be_used_is_named(
    tmp_path: Path, env: dict[str, str], line: str
) -> None:
    done = run(tmp_path, env=env)
    assert (done.code, done.stdout, done.stderr) == (2, "", f"assay: {line}\n")
