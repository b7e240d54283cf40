"""A plan for several accounts, from the policy's readers to the report."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests import command
from tests.command import POLICY, talking_to
from tests.emulator import Server
from tests.plans import configured, dump, instance, plan
from tests.worlds import REGION, STRANGER, WORKLOAD, GoldenWorld

CI = "444444444444"
EXTERNAL_ID = "s3cret-external-id"
READERS = f"""\
aws:
  region: {REGION}
  readers:
    "{WORKLOAD}":
      role_arn: "arn:aws:iam::{WORKLOAD}:role/assay-reader"
      external_id: "{EXTERNAL_ID}"
"""


def deployed_by(roles: Mapping[str, Any], images: Mapping[str, str]) -> bytes:
    """One instance for each provider alias, each provider with a role."""
    document = plan(
        *(instance(f"aws_instance.{name}", ami) for name, ami in images.items()),
        configuration=[configured("aws_instance", name, key=f"aws.{name}") for name in images],
        region=None,
        variables={"role": {"value": f"arn:aws:iam::{WORKLOAD}:role/deployer"}},
    )
    document["configuration"]["provider_config"] |= {
        f"aws.{name}": {
            "name": "aws",
            "alias": name,
            "expressions": {"assume_role": [{"role_arn": role}]} if role else {},
        }
        for name, role in roles.items()
    }
    return dump(document)


def test_each_image_is_judged_in_the_account_of_its_provider(
    golden: GoldenWorld, server: Server, tmp_path: Path
) -> None:
    deployer = {"constant_value": f"arn:aws:iam::{WORKLOAD}:role/deployer"}
    roles = {
        "workload": deployer,
        "variable": {"references": ["var.role"]},
        "bad": deployer,
        "nobodys": {"constant_value": f"arn:aws:iam::{STRANGER}:role/deployer"},
        "untold": {"references": ["local.role"]},
        "own": None,
    }
    images = dict.fromkeys(roles, golden.copy()) | {"bad": golden.home_made()}
    (tmp_path / "plan.json").write_bytes(deployed_by(roles, images))
    (tmp_path / "assay.yaml").write_text(POLICY + READERS)
    environment = talking_to(server.url, CI)
    live = command.assay("check", "plan.json", "--format", "json", cwd=tmp_path, env=environment)
    assert live.code == 1, live.stderr
    assert {
        verdict["address"].removeprefix("aws_instance."): (verdict["outcome"], verdict["account"])
        for verdict in live.report["verdicts"]
    } == {
        "workload": ("pass", WORKLOAD),
        "variable": ("pass", None),  # whose eyes looked, and no proof of who acts
        "bad": ("fail", WORKLOAD),
        "nobodys": ("undetermined", STRANGER),
        "untold": ("undetermined", None),
        "own": ("undetermined", CI),  # a private image that the caller cannot see
    }
    assert f"no reader for account {STRANGER}" in live.stdout
    (assumed,) = server.calls("AssumeRole")
    assert assumed.params["RoleArn"] == f"arn:aws:iam::{WORKLOAD}:role/assay-reader"
    assert assumed.params["ExternalId"] == EXTERNAL_ID
    assert EXTERNAL_ID not in live.stdout + live.stderr
    assert "deployer" not in live.stdout + live.stderr

    recorded = command.assay(
        "record", "plan.json", "--policy", "assay.yaml", "-o", "catalog.json",
        cwd=tmp_path, env=environment,
    )  # fmt: skip
    assert recorded.code == 3, recorded.stderr
    assert f"no reader for account {STRANGER}" in recorded.stderr
    assert EXTERNAL_ID not in (tmp_path / "catalog.json").read_text()
    again = command.assay(
        "check", "plan.json", "--catalog", "catalog.json", "--format", "json", cwd=tmp_path
    )
    assert again.report["verdicts"] == live.report["verdicts"]
    assert again.code == 1


ALL_OTHERS = """\
    "*": {role_name: team/assay-reader, external_id: of-all-others}
"""


def test_a_reader_of_all_others_looks_where_nobody_else_does(
    golden: GoldenWorld, server: Server, tmp_path: Path
) -> None:
    roles = {
        "workload": {"constant_value": f"arn:aws:iam::{WORKLOAD}:role/deployer"},
        "others": {"constant_value": f"arn:aws:iam::{STRANGER}:role/deployer"},
    }
    private = golden.home_made(STRANGER)
    document = deployed_by(roles, {"workload": golden.copy(), "others": private})
    (tmp_path / "plan.json").write_bytes(document)
    (tmp_path / "assay.yaml").write_text(POLICY + READERS + ALL_OTHERS)
    environment = talking_to(server.url, CI)
    live = command.assay("check", "plan.json", "--format", "json", cwd=tmp_path, env=environment)
    assert {
        verdict["address"].removeprefix("aws_instance."): (verdict["outcome"], verdict["account"])
        for verdict in live.report["verdicts"]
    } == {"workload": ("pass", WORKLOAD), "others": ("fail", STRANGER)}
    assert {
        request.params["RoleArn"]: request.params["ExternalId"]
        for request in server.calls("AssumeRole")
    } == {
        f"arn:aws:iam::{WORKLOAD}:role/assay-reader": EXTERNAL_ID,
        f"arn:aws:iam::{STRANGER}:role/team/assay-reader": "of-all-others",
    }
    assert "of-all-others" not in live.stdout + live.stderr
    explained = command.assay(
        "explain", private, "--account", STRANGER, cwd=tmp_path, env=environment
    )
    assert "unmarked" in explained.stdout, explained.stderr
    assert len(server.calls("AssumeRole")) == 3


def test_without_a_policy_a_recording_has_no_readers(
    golden: GoldenWorld, server: Server, tmp_path: Path
) -> None:
    deployer = {"constant_value": f"arn:aws:iam::{WORKLOAD}:role/deployer"}
    document = deployed_by({"workload": deployer}, {"workload": golden.copy()})
    (tmp_path / "plan.json").write_bytes(document)
    recorded = command.assay(
        "record", "plan.json", "--region", REGION, "-o", "catalog.json",
        cwd=tmp_path, env=talking_to(server.url, CI),
    )  # fmt: skip
    assert recorded.code == 2
    assert f"no reader for account {WORKLOAD}" in recorded.stderr
    assert f"no reader for account {WORKLOAD}" in (tmp_path / "catalog.json").read_text()
    assert not server.calls("AssumeRole")
    assert not server.calls("DescribeImages")
