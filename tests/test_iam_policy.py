"""`assay iam-policy` as a process, and the table of permissions against the code."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import assay
from assay.catalog.aws.permissions import (
    ASSUME_ROLE,
    EVERY_READ,
    FINDINGS,
    FLEET_READS,
    FUNCTIONS,
    MARKING,
    ORGANIZATION_READS,
    READS,
)
from assay.catalog.aws.service_models import OPERATIONS
from tests import command
from tests.command import POLICY

ROOMS = [Path(assay.__file__).parent / name for name in ("catalog", "run")]
CI, WORKLOAD, PIPELINE = "444444444444", "222222222222", "111122223333"
GATE = f"arn:aws:iam::{CI}:role/gate"
ROLES = [f"arn:aws:iam::{PIPELINE}:role/path/reader", f"arn:aws:iam::{WORKLOAD}:role/reader"]
CHINESE = "arn:aws-cn:iam::333333333333:role/reader"
WITH_READERS = f"""{POLICY}aws:
  readers:
    "{WORKLOAD}": {{role_arn: "{ROLES[1]}", external_id: "who-asks"}}
    "{PIPELINE}": {{role_arn: "{ROLES[0]}"}}
"""
ISSUER = "token.actions.githubusercontent.com"


def printed(here: Path, *arguments: str, notes: str = "") -> Any:
    run = command.assay("iam-policy", *arguments, cwd=here)
    assert (run.code, run.stderr) == (0, notes)
    return json.loads(run.stdout)


def refused(here: Path, *arguments: str) -> str:
    run = command.assay("iam-policy", *arguments, cwd=here)
    assert (run.code, run.stdout) == (2, "")
    assert run.stderr.count("\n") == 1
    return run.stderr


# ------------------------------------------------------------------------------- the table is so


def asked(path: Path) -> Iterator[str]:
    """The operations that a module names where it asks AWS."""
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        words = [ast.unparse(word).strip("'") for word in node.args]
        if node.func.attr in ("call", "pages"):
            yield f"{words[1]}:{words[2]}"
        elif node.func.attr == "_ask":
            yield f"sts:{words[2]}"


def test_the_table_is_what_the_code_calls() -> None:
    called = {each for room in ROOMS for path in room.rglob("*.py") for each in asked(path)}
    rows = (*EVERY_READ, *MARKING, *FINDINGS, *FUNCTIONS)
    granted = {f"{each.service}:{each.operation}" for each in rows} | {ASSUME_ROLE}
    passed_on = {"service:operation", "permission.service:permission.operation"}
    assert called - passed_on == granted | {"sts:GetCallerIdentity"}  # which needs no permission


def test_the_table_is_what_the_cut_models_know() -> None:
    known = {f"{service}:{name}" for service in OPERATIONS for name in OPERATIONS[service]}
    free = {"sts:GetCallerIdentity", "sts:AssumeRoleWithWebIdentity"}  # botocore's own exchange
    granted = {each.action for each in (*EVERY_READ, *MARKING)} | {ASSUME_ROLE}
    assert known - free == granted


def test_nothing_is_granted_that_writes() -> None:
    form = r"(account|autoscaling|cloudtrail|ec2|imagebuilder|organizations|ssm):(Describe|Get|List|Lookup)[A-Z]"
    assert all(re.match(form, read.action) for read in EVERY_READ)
    assert len({read.action for read in EVERY_READ}) == len(EVERY_READ)


# --------------------------------------------------------------------------- the permissions policy


def test_the_permissions_are_the_table(tmp_path: Path) -> None:
    policy = printed(tmp_path, "--permissions", "--account", CI)
    assert policy == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "ReadImages",
                "Effect": "Allow",
                "Action": [read.action for read in READS if read.service == "ec2"],
                "Resource": "*",
            },
            {
                "Sid": "ReadParameters",
                "Effect": "Allow",
                "Action": ["ssm:GetParameters"],
                "Resource": [
                    f"arn:aws:ssm:*:{CI}:parameter/*",
                    "arn:aws:ssm:*::parameter/aws/service/*",
                ],
            },
        ],
    }


def test_the_one_write_is_granted_to_whoever_stamps(tmp_path: Path) -> None:
    gate = printed(tmp_path, "--permissions", "--account", CI)["Statement"]
    own = printed(tmp_path, "--permissions", "--stamp", "--account", CI)["Statement"]
    actions = [each.action for each in MARKING]
    assert own == [
        *gate,
        {**statement("AttachWatermarks", actions), "Resource": "arn:aws:ec2:*::image/*"},
    ]
    assert actions == ["ec2:AttachImageWatermark"]
    assert "a reader only reads" in refused(tmp_path, "--stamp", "--reader", "--caller", GATE)


def test_findings_are_imported_by_whoever_reads_an_account(tmp_path: Path) -> None:
    """Each account's own, by the reader's role there or the gate's."""
    for of in ((), ("--reader", "--caller", GATE)):
        given = ("--permissions", "--account", WORKLOAD, *of)
        *_, read, write = printed(tmp_path, *given, "--findings")["Statement"]
        assert read == statement("ReadFindings", ["securityhub:GetFindings"])
        product = f"arn:aws:securityhub:*:{WORKLOAD}:product/{WORKLOAD}/default"
        assert write == {
            **statement("ImportFindings", ["securityhub:BatchImportFindings"]),
            "Resource": product,
        }
        plain = printed(tmp_path, *given)["Statement"]
        assert printed(tmp_path, *given, "--findings")["Statement"] == [*plain, read, write]
        assert not {a for each in plain for a in each["Action"]} & {e.action for e in FINDINGS}


def test_a_fleet_is_read_besides(tmp_path: Path) -> None:
    """The gate's own statements are the same; accounts are listed by the caller, never by a reader."""
    gate = printed(tmp_path, "--permissions", "--account", CI)["Statement"]
    own = printed(tmp_path, "--permissions", "--fleet", "--account", CI)["Statement"]
    fleet = statement("ReadFleet", [read.action for read in FLEET_READS])
    assert own == [
        *gate,
        fleet,
        statement("ReadOrganization", [read.action for read in ORGANIZATION_READS]),
    ]
    reader = printed(
        tmp_path, "--permissions", "--fleet", "--reader", "--caller", GATE, "--account", WORKLOAD
    )["Statement"]
    assert reader[2:] == [fleet]
    assert len(own) == len(reader) + 1
    asked = {action for each in own for action in each["Action"]}
    assert asked == {read.action for read in EVERY_READ}
    assert not {action for each in gate for action in each["Action"]} & {*fleet["Action"]}


def statement(sid: str, actions: list[str]) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": actions, "Resource": "*"}


def test_readers_may_be_assumed_by_name_alone(tmp_path: Path) -> None:
    (tmp_path / "assay.yaml").write_text(WITH_READERS)
    *_, assume = printed(tmp_path, "--permissions", "--account", CI)["Statement"]
    assert assume == {
        "Sid": "AssumeReaders",
        "Effect": "Allow",
        "Action": ["sts:AssumeRole"],
        "Resource": ROLES,
    }


@pytest.mark.parametrize("role", ["*", "reader*", "reade?", "${aws:username}"])
def test_a_role_with_a_wildcard_is_never_granted(tmp_path: Path, role: str) -> None:
    arn = f"arn:aws:iam::{WORKLOAD}:role/{role}"
    text = f'{POLICY}aws: {{readers: {{"{WORKLOAD}": {{role_arn: "{arn}"}}}}}}\n'
    (tmp_path / "assay.yaml").write_text(text)
    assert "contains a wildcard" in refused(tmp_path, "--permissions", "--account", CI)


def test_a_role_of_another_partition_is_left_out_and_named(tmp_path: Path) -> None:
    text = f'{WITH_READERS}    "333333333333": {{role_arn: "{CHINESE}"}}\n'
    (tmp_path / "assay.yaml").write_text(text)
    left_out = "assay: the reader for account {} is in another partition: left out\n"
    policy = printed(
        tmp_path, "--permissions", "--account", CI, notes=left_out.format("333333333333")
    )
    assert policy["Statement"][-1]["Resource"] == ROLES
    policy = printed(
        tmp_path, "--permissions", "--account", CI, "--partition", "aws-cn",
        notes=left_out.format(PIPELINE) + left_out.format(WORKLOAD),
    )  # fmt: skip
    assert policy["Statement"][-1]["Resource"] == [CHINESE]
    assert policy["Statement"][1]["Resource"][0].startswith("arn:aws-cn:ssm:")


# ------------------------------------------------------------------------------- the trust policies


def test_both_documents_are_one_object(tmp_path: Path) -> None:
    given = ("--account", CI, "--repository", "octo@1/infra@2")
    both = printed(tmp_path, *given)
    assert both == {
        "permissions_policy": printed(tmp_path, "--permissions", *given),
        "github_trust_policy": printed(tmp_path, "--trust", *given),
    }
    assert both == printed(tmp_path, "--permissions", "--trust", *given)


def test_the_gate_trusts_pull_requests_and_what_is_named(tmp_path: Path) -> None:
    policy = printed(
        tmp_path, "--trust", "--account", CI, "--repository", "octo@1/infra@2",
        "--branch", "main", "--branch", "release/1.x", "--environment", "Production: EU",
    )  # fmt: skip
    assert policy == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Federated": f"arn:aws:iam::{CI}:oidc-provider/{ISSUER}"},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {
                    "StringEquals": {
                        f"{ISSUER}:aud": "sts.amazonaws.com",
                        f"{ISSUER}:sub": [
                            "repo:octo@1/infra@2:pull_request",
                            "repo:octo@1/infra@2:ref:refs/heads/main",
                            "repo:octo@1/infra@2:ref:refs/heads/release/1.x",
                            "repo:octo@1/infra@2:environment:Production%3A EU",
                        ],
                    }
                },
            }
        ],
    }


def test_both_forms_of_a_repository_can_be_trusted(tmp_path: Path) -> None:
    named = ("--repository", "octo/infra", "--repository", "octo@1/infra@2")
    policy = printed(tmp_path, "--trust", "--account", CI, *named)
    condition = policy["Statement"][0]["Condition"]["StringEquals"]
    assert condition[f"{ISSUER}:sub"] == [
        "repo:octo/infra:pull_request",
        "repo:octo@1/infra@2:pull_request",
    ]


def test_a_name_alone_may_not_be_what_the_tokens_say(tmp_path: Path) -> None:
    run = command.assay("iam-policy", "--account", CI, "--repository", "octo/infra", cwd=tmp_path)
    assert run.code == 0
    (line,) = run.stderr.splitlines()
    assert line.endswith("contain ids: use --repository OWNER@ID/REPO@ID")


@pytest.mark.parametrize(
    ("partition", "audience"),
    [
        ("aws", "sts.amazonaws.com"),
        ("aws-us-gov", "sts.amazonaws.com"),
        ("aws-cn", "sts.amazonaws.com.cn"),
    ],
)
def test_each_partition_has_its_audience(tmp_path: Path, partition: str, audience: str) -> None:
    policy = printed(
        tmp_path, "--trust", "--partition", partition, "--account", CI, "--repository", "o@1/r@2"
    )
    (statement,) = policy["Statement"]
    assert statement["Condition"]["StringEquals"][f"{ISSUER}:aud"] == audience
    assert statement["Principal"]["Federated"].startswith(f"arn:{partition}:iam::{CI}:")


def test_what_is_not_said_is_a_placeholder_and_a_note(tmp_path: Path) -> None:
    fill = "assay: fill in ACCOUNT_ID with --account, OWNER/REPOSITORY with --repository\n"
    both = printed(tmp_path, notes=fill)
    text = json.dumps(both)
    assert "arn:aws:ssm:*:ACCOUNT_ID:parameter/*" in text
    assert '"repo:OWNER/REPOSITORY:pull_request"' in text
    printed(tmp_path, "--permissions", notes="assay: fill in ACCOUNT_ID with --account\n")


def test_a_reader_trusts_the_gate_alone(tmp_path: Path) -> None:
    (tmp_path / "assay.yaml").write_text(WITH_READERS)
    given = ("--reader", "--caller", GATE, "--account")
    both = printed(tmp_path, *given, WORKLOAD)
    assert both["reader_trust_policy"]["Statement"] == [
        {
            "Effect": "Allow",
            "Principal": {"AWS": GATE},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": "who-asks"}},
        }
    ]
    assert [each["Sid"] for each in both["permissions_policy"]["Statement"]] == [
        "ReadImages",
        "ReadParameters",
    ]
    (statement,) = printed(tmp_path, "--trust", *given, PIPELINE)["Statement"]
    assert "Condition" not in statement


ALL_OTHERS = '    "*": {role_name: team/assay-reader, external_id: of-all-others}\n'
ANY = "the caller may use the role team/assay-reader in any account that lets it in"


@pytest.mark.parametrize("partition", ["aws", "aws-us-gov"])
def test_the_reader_of_all_others_may_be_assumed_anywhere(tmp_path: Path, partition: str) -> None:
    (tmp_path / "assay.yaml").write_text(f"{POLICY}aws:\n  readers:\n{ALL_OTHERS}")
    given = ("--permissions", "--account", CI, "--partition", partition)
    *_, last = printed(tmp_path, *given, notes=f"assay: {ANY}\n")["Statement"]
    assert last == {
        "Sid": "AssumeReaders",
        "Effect": "Allow",
        "Action": [ASSUME_ROLE],
        "Resource": [f"arn:{partition}:iam::*:role/team/assay-reader"],
    }


def test_the_reader_of_all_others_beside_those_of_accounts(tmp_path: Path) -> None:
    (tmp_path / "assay.yaml").write_text(WITH_READERS + ALL_OTHERS)
    *_, last = printed(
        tmp_path, "--permissions", "--account", CI, notes=f"assay: {ANY}\n"
    )["Statement"]  # fmt: skip
    assert last["Resource"] == [*ROLES, "arn:aws:iam::*:role/team/assay-reader"]
    trusted = ("--reader", "--trust", "--caller", GATE)
    chosen = "assay: this is the reader for all other accounts; use --account to choose the one for a single account\n"
    for account, notes, external_id in (
        (("--account", WORKLOAD), "", "who-asks"),
        (("--account", CI), "", "of-all-others"),
        ((), chosen, "of-all-others"),
    ):
        (statement,) = printed(tmp_path, *trusted, *account, notes=notes)["Statement"]
        assert statement["Condition"] == {"StringEquals": {"sts:ExternalId": external_id}}


def test_a_reader_without_a_caller_is_a_placeholder(tmp_path: Path) -> None:
    note = "assay: fill in CALLER_ARN with --caller\n"
    (statement,) = printed(tmp_path, "--reader", "--trust", notes=note)["Statement"]
    assert statement["Principal"] == {"AWS": "CALLER_ARN"}


def strings(node: Any) -> Iterator[str]:
    match node:
        case dict():
            yield from (each for value in node.values() for each in strings(value))
        case list():
            yield from (each for value in node for each in strings(value))
        case str():
            yield node


def test_nothing_holds_a_wildcard_but_what_is_read(tmp_path: Path) -> None:
    (tmp_path / "assay.yaml").write_text(WITH_READERS)
    both = printed(tmp_path, "--account", CI, "--repository", "o@1/r@2", "--branch", "main")
    assert [text for text in strings(both) if set("*?$") & set(text)] == [
        "*",
        f"arn:aws:ssm:*:{CI}:parameter/*",
        "arn:aws:ssm:*::parameter/aws/service/*",
    ]


# ------------------------------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    "arguments",
    [
        ("--account", "12"),
        ("--account", f"{CI}\n"),
        ("--account", "٤" * 12),
        ("--partition", "aws-mars"),
        ("--repository", "infra"),
        ("--repository", "octo/*"),
        ("--repository", "octo/infra:ref:refs/heads/main"),
        ("--repository", "octo@1/infra"),
        ("--branch", "*"),
        ("--branch", "release/*"),
        ("--branch", "refs/heads/main"),
        ("--branch", "${aws:username}"),
        ("--branch", "a branch"),
        ("--branch", ""),
        ("--environment", "*"),
        ("--environment", "prod?"),
        ("--environment", "${aws:username}"),
        ("--environment", "a\nb"),
        ("--environment", ""),
        ("--reader", "--caller", "*"),
        ("--reader", "--caller", f"arn:aws:iam::{CI}:role/*"),
        ("--reader", "--caller", f"arn:aws:iam::{CI}:root"),
        ("--reader", "--caller", GATE, "--partition", "aws-cn"),
        ("--reader", "--repository", "octo/infra"),
        ("--caller", GATE),
        ("--policy", "nowhere.yaml"),
        ("extra",),
    ],
)
def test_bad_input_is_one_line(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    assert refused(tmp_path, *arguments).startswith(("assay: ", "nowhere.yaml: "))


def test_a_reader_of_a_policy_is_chosen_by_its_account(tmp_path: Path) -> None:
    (tmp_path / "assay.yaml").write_text(WITH_READERS)
    assert "--account" in refused(tmp_path, "--reader", "--caller", GATE)
    nobody = refused(tmp_path, "--reader", "--caller", GATE, "--account", CI)
    assert f"no reader for account {CI}" in nobody


def test_a_policy_with_a_mistake_grants_nothing(tmp_path: Path) -> None:
    (tmp_path / "assay.yaml").write_text("version: 2\n")
    assert "assay.yaml" in refused(tmp_path, "--account", CI)
