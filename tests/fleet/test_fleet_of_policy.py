"""The accounts of an inventory, where the policy says whose fleet it is."""

from pathlib import Path

import pytest

from tests import command
from tests.command import POLICY, talking_to
from tests.emulator import Server
from tests.worlds import PIPELINE, REGION, STRANGER, WORKLOAD, GoldenWorld

CI = "444444444444"
READERS = "  readers: {'*': {role_name: team/assay-reader}}\n"


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> Path:
    return tmp_path


def taken(folder: Path, server: Server, fleet: str, *options: str) -> command.Run:
    (folder / "assay.yaml").write_text(f"{POLICY}aws:\n{fleet}{READERS}")
    environment = {**talking_to(server.url, CI), "ASSAY_CACHE_DIR": str(folder / "cache")}
    arguments = ("inventory", "--region", REGION, "--format", "json", *options)
    return command.assay(*arguments, cwd=folder, env=environment)


def accounts(run: command.Run) -> list[str]:
    return [each["account"] for each in run.report["places"]]


def test_the_accounts_of_the_policy_are_read_by_one_role(
    golden: GoldenWorld, server: Server, folder: Path
) -> None:
    image = golden.home_made(STRANGER)
    fleet = f"  accounts: ['{WORKLOAD}', '{STRANGER}', '{WORKLOAD}']\n"
    run = taken(folder, server, fleet)
    assert run.code == 0, run.stderr
    assert accounts(run) == [WORKLOAD, STRANGER]
    assert (STRANGER, image) in {
        (each["account"], each["image_id"]) for each in run.report["images"]
    }
    assert {request.params["RoleArn"] for request in server.calls("AssumeRole")} == {
        f"arn:aws:iam::{account}:role/team/assay-reader" for account in (WORKLOAD, STRANGER)
    }


def test_a_file_of_accounts_outranks_those_of_the_policy(server: Server, folder: Path) -> None:
    (folder / "accounts").write_text(PIPELINE)
    run = taken(folder, server, f"  accounts: ['{WORKLOAD}']\n", "--accounts", "accounts")
    assert accounts(run) == [PIPELINE]


def test_an_organization_is_not_mistaken_for_the_callers_own_account(
    server: Server, folder: Path
) -> None:
    run = taken(folder, server, "  organization: {}\n")
    assert (run.code, run.stdout) == (2, "")
    assert run.stderr.count("\n") == 1
    assert (
        "the accounts of the organisation could not be listed: organizations:ListAccounts"
        in run.stderr
    )
    assert not server.calls("DescribeImages")
