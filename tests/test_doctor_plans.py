"""`assay doctor PLAN`: what a check of this plan needs, where its providers are."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from fixtures.cases import CASES
from fixtures.worlds import DUBLIN, REGION, STRANGER, WORKLOAD, GoldenWorld
from tests import command
from tests.command import POLICY, talking_to
from tests.emulator import Fault, Request, World, serve
from tests.emulator.proxy import refused_url
from tests.plans import configured, dump, instance, plan, resource

FIXTURES = Path("fixtures").resolve()
CI = "444444444444"
READER = (
    f'aws:\n  readers:\n    "{WORKLOAD}": {{role_arn: "arn:aws:iam::{WORKLOAD}:role/reader"}}\n'
)


class Seen:
    """What a run of doctor said, and what it asked."""

    def __init__(self, run: command.Run, asked: list[Request]) -> None:
        assert run.stderr == ""
        self.asked = asked
        *self.lines, self.last = run.stdout.splitlines()
        assert all(re.match(r"(ok  |warn|FAIL|skip)  \S", line) for line in self.lines)
        problems = len(self.said("FAIL"))
        assert run.code == (2 if problems else 0)
        assert ("could not" in self.last) == bool(problems)

    def said(self, level: str) -> list[str]:
        return [line[6:] for line in self.lines if line.startswith(f"{level:<4}  ")]

    def tried(self) -> set[str]:
        """Each permission that was tried, with Region and account."""
        found = (
            re.match(r"(\S+:\S+) in (\S+): .* in account (\d+)", line[6:]) for line in self.lines
        )
        return {"{1} {2} {3}".format(*[each[0], *each.groups()]) for each in found if each}


def doctor(
    world: World,
    folder: Path,
    *arguments: str | Path,
    account: str = WORKLOAD,
    fault: Fault | None = None,
    of: str = "",
    env: Mapping[str, str] | None = None,
) -> Seen:
    """Run it against a world in which one operation can be broken."""
    asked: list[Request] = []

    def met(request: Request) -> Fault | None:
        asked.append(request)
        return fault if request.operation == of else None

    with serve(world, met) as server:
        given = {**talking_to(server.url, account), "AWS_MAX_ATTEMPTS": "1", **(env or {})}
        run = command.assay("doctor", *arguments, cwd=folder, env=given)
    return Seen(run, asked)


def of_fixture(name: str, **how: Any) -> Seen:
    world = GoldenWorld()
    CASES[name](world)
    return doctor(world, FIXTURES / name, "plan.json", "--policy", "policy.yaml", **how)


def by_role(folder: Path, account: str, *more: Mapping[str, Any]) -> None:
    """A plan whose provider has a role, and instances and templates."""
    document = plan(
        instance("aws_instance.web", "ami-0123456789abcdef0"),
        *more,
        configuration=[configured("aws_instance", "web")],
    )
    role = {"role_arn": {"constant_value": f"arn:aws:iam::{account}:role/deployer"}}
    document["configuration"]["provider_config"]["aws"]["expressions"]["assume_role"] = [role]
    (folder / "plan.json").write_bytes(dump(document))


# ------------------------------------------------------------------------------- where and what


@pytest.mark.parametrize(
    ("name", "places", "without"),
    [
        (
            "demo",
            [REGION],
            ["DescribeLaunchTemplateVersions", "DescribeInstances", "GetParameters"],
        ),
        ("indirect", [REGION], ["DescribeInstances"]),
        ("other-places", [DUBLIN, REGION], ["DescribeInstances"]),
    ],
)
def test_only_what_a_plan_needs_is_tried_where_it_is(
    name: str, places: list[str], without: list[str]
) -> None:
    seen = of_fixture(name)
    everything = {
        "DescribeImages": "ec2",
        "GetImageAncestry": "ec2",
        "DescribeLaunchTemplateVersions": "ec2",
        "DescribeInstances": "ec2",
        "GetAllowedImagesSettings": "ec2",
        "ListImagesInRecycleBin": "ec2",
        "GetParameters": "ssm",
    }
    assert seen.tried() == {
        f"{service}:{each} {place} {WORKLOAD}"
        for place in places
        for each, service in everything.items()
        if each not in without
    }
    assert {each.region for each in seen.asked if each.service == "ec2"} == set(places)


def test_instances_are_asked_for_where_an_image_is_made_of_one() -> None:
    assert f"ec2:DescribeInstances {REGION} {WORKLOAD}" in of_fixture("derived-images").tried()


@pytest.mark.parametrize("name", sorted(CASES))
def test_what_a_check_asks_is_what_was_tried(name: str) -> None:
    """Whatever the form of a plan: no call of its check is one that doctor did not try there."""
    seen = of_fixture(name)
    world = GoldenWorld()
    CASES[name](world)
    checked: list[Request] = []
    with serve(world, checked.append) as server:
        env = {**talking_to(server.url, WORKLOAD), "AWS_MAX_ATTEMPTS": "1"}
        run = command.assay(
            "check", "plan.json", "--policy", "policy.yaml", cwd=FIXTURES / name, env=env
        )
    assert run.code in (0, 1, 3), run.stderr
    called = {
        f"{each.service}:{each.operation} {each.region} {WORKLOAD}"
        for each in checked
        if each.service != "sts"
    }
    assert called <= seen.tried()


def test_a_region_that_nothing_tells_is_named_with_its_cure() -> None:
    seen = of_fixture("open-places")
    assert seen.last == "a check of this could not succeed: 3 problems"
    untold = "nothing specifies the provider's Region (it comes from the environment); write region"
    assert any(f"undetermined_forged: {untold}" in line for line in seen.said("FAIL"))
    assert any(
        "18 references to AMIs" in line and "1 in an unknown Region" in line for line in seen.lines
    )


def test_a_region_that_somebody_gives_is_where_is_asked(tmp_path: Path) -> None:
    document = plan(instance("aws_instance.web", "ami-0123456789abcdef0"), region=None)
    (tmp_path / "plan.json").write_bytes(dump(document))
    (tmp_path / "assay.yaml").write_text(POLICY)
    untold = doctor(GoldenWorld(), tmp_path, "plan.json")
    (problem,) = untold.said("FAIL")
    assert problem.startswith(
        "plan.json: aws_instance.web: nothing specifies the provider's Region"
    )
    assert not untold.asked
    told = doctor(GoldenWorld(), tmp_path, "plan.json", "--region", DUBLIN)
    assert f"ec2:DescribeImages {DUBLIN} {WORKLOAD}" in told.tried()


def test_a_region_that_the_sdk_does_not_know_is_told(tmp_path: Path) -> None:
    document = plan(instance("aws_instance.web", "ami-0123456789abcdef0"), region="eu-wset-1")
    (tmp_path / "plan.json").write_bytes(dump(document))
    (tmp_path / "assay.yaml").write_text(POLICY)
    seen = doctor(GoldenWorld(), tmp_path, "plan.json")
    (strange, _) = seen.said("warn")
    assert re.fullmatch(
        r"botocore \S+ does not know the Region eu-wset-1; did you mean 'eu-west-1'\?", strange
    )


def test_what_stays_open_whatever_aws_answers_is_told() -> None:
    (line,) = [each for each in of_fixture("other-places").said("warn") if "in any case" in each]
    who = "aws_ami_copy.undetermined_source_is_elsewhere and 1 other"
    told = "undetermined in any case; assay check says why"
    assert line == f"plan.json: {who}: {told}"


def test_a_policy_that_only_reports_what_is_undetermined_makes_it_a_warning(
    tmp_path: Path,
) -> None:
    document = plan(instance("aws_instance.web", "ami-0123456789abcdef0"), region=None)
    (tmp_path / "plan.json").write_bytes(dump(document))
    (tmp_path / "assay.yaml").write_text(f"{POLICY}undetermined: warning\n")
    assert "nothing specifies" in doctor(GoldenWorld(), tmp_path, "plan.json").said("warn")[0]


# ------------------------------------------------------------------------------------ who looks


def test_the_reader_of_the_account_of_a_provider_is_tried_and_no_other(tmp_path: Path) -> None:
    by_role(tmp_path, WORKLOAD)
    other = f'    "{STRANGER}": {{role_arn: "arn:aws:iam::{STRANGER}:role/reader"}}\n'
    (tmp_path / "assay.yaml").write_text(POLICY + READER + other)
    seen = doctor(GoldenWorld(), tmp_path, "plan.json", account=CI)
    role = f"arn:aws:sts::{WORKLOAD}:assumed-role/reader/assay"
    assert f"the reader for account {WORKLOAD}: {role}" in seen.said("ok")
    assert {each.rpartition(" ")[2] for each in seen.tried()} == {WORKLOAD}
    (assumed,) = [each for each in seen.asked if each.operation == "AssumeRole"]
    assert f":{WORKLOAD}:role/reader" in assumed.params["RoleArn"]


def test_an_account_of_a_provider_without_a_reader_is_a_problem(tmp_path: Path) -> None:
    by_role(tmp_path, WORKLOAD)
    (tmp_path / "assay.yaml").write_text(POLICY)
    seen = doctor(GoldenWorld(), tmp_path, "plan.json", account=CI)
    assert seen.said("FAIL") == [
        f"no reader for account {WORKLOAD}: add one to the policy's aws.readers"
    ]
    assert not seen.tried()


def test_a_reader_that_may_not_be_assumed_is_a_problem(tmp_path: Path) -> None:
    by_role(tmp_path, WORKLOAD)
    (tmp_path / "assay.yaml").write_text(POLICY + READER)
    world = GoldenWorld()
    world.deny(CI, "AssumeRole")
    (problem,) = doctor(world, tmp_path, "plan.json", account=CI).said("FAIL")
    assert "sts:AssumeRole in us-east-1: denied" in problem


# ---------------------------------------------------------------------------------- permissions


@pytest.mark.parametrize("operation", ["DescribeImages", "DescribeLaunchTemplateVersions"])
def test_what_a_plan_cannot_do_without_is_a_problem(operation: str) -> None:
    denied = Fault(403, "UnauthorizedOperation")
    seen = of_fixture("other-places", fault=denied, of=operation)
    problems = seen.said("FAIL")
    assert [line.partition(":")[2].split(" ")[0] for line in problems] == [operation] * 2
    assert all("; without it" in line for line in problems)


def test_what_a_plan_does_without_is_neither_tried_nor_a_problem() -> None:
    seen = of_fixture("demo", fault=Fault(403, "AccessDeniedException"), of="GetParameters")
    assert not seen.said("FAIL")
    (spared,) = [line for line in seen.said("skip") if line.startswith("not needed for this: ")]
    assert "ssm:GetParameters" in spared


def test_the_settings_of_allowed_amis_are_needed_where_a_policy_predicts(tmp_path: Path) -> None:
    document = plan(instance("aws_instance.web", "ami-0123456789abcdef0"))
    (tmp_path / "plan.json").write_bytes(dump(document))
    denied = Fault(403, "UnauthorizedOperation")
    for policy, level in (
        (POLICY, "warn"),
        (f"{POLICY}require: {{allowed_amis: predict}}\n", "FAIL"),
    ):
        (tmp_path / "assay.yaml").write_text(policy)
        seen = doctor(
            GoldenWorld(), tmp_path, "plan.json", fault=denied, of="GetAllowedImagesSettings"
        )
        (line,) = [each for each in seen.lines if "; the reader needs ec2:GetAllowed" in each]
        assert line.startswith(level)


def test_the_parameters_that_a_plan_names_are_what_is_tried(tmp_path: Path) -> None:
    names = [f"/golden/{n}" for n in range(12)]
    document = plan(
        *(instance(f"aws_instance.i{n}", f"resolve:ssm:{name}") for n, name in enumerate(names))
    )
    (tmp_path / "plan.json").write_bytes(dump(document))
    (tmp_path / "assay.yaml").write_text(POLICY)
    seen = doctor(
        GoldenWorld(), tmp_path, "plan.json",
        fault=Fault(400, "AccessDeniedException"), of="GetParameters",
    )  # fmt: skip
    (asked,) = [each for each in seen.asked if each.operation == "GetParameters"]
    assert len(asked.params["Names"]) == 10
    assert set(asked.params["Names"]) < set(names)
    (problem,) = seen.said("FAIL")
    assert "(tried with 10 parameters named here)" in problem
    assert "/golden" not in problem


# ------------------------------------------------------------------------- what cannot be tried


def test_without_a_policy_there_is_no_check_of_a_plan(tmp_path: Path) -> None:
    by_role(tmp_path, WORKLOAD)
    (problem,) = doctor(GoldenWorld(), tmp_path, "plan.json").said("FAIL")
    assert problem.startswith(
        "there is no policy: assay.yaml is not in this directory; name one with --policy"
    )


@pytest.mark.parametrize(
    ("content", "text"),
    [(None, "plan.json: cannot be read"), (b"{}", "plan.json: "), (b"{", "plan.json: ")],
)
def test_a_plan_that_cannot_be_read_is_a_problem(
    tmp_path: Path, content: bytes | None, text: str
) -> None:
    (tmp_path / "assay.yaml").write_text(POLICY)
    if content is not None:
        (tmp_path / "plan.json").write_bytes(content)
    seen = doctor(GoldenWorld(), tmp_path, "plan.json")
    (problem,) = seen.said("FAIL")
    assert problem.startswith(text)
    assert not seen.asked


def test_code_that_cannot_be_read_is_a_problem_and_the_rest_is_tried(tmp_path: Path) -> None:
    (tmp_path / "assay.yaml").write_text(POLICY)
    (tmp_path / "good").mkdir()
    (tmp_path / "good" / "main.tf").write_text(
        'provider "aws" {\n  region = "us-east-1"\n}\n'
        'resource "aws_instance" "web" {\n  ami = "ami-0123456789abcdef0"\n}\n'
    )
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "main.tf").write_text('resource "aws_instance" {')
    seen = doctor(GoldenWorld(), tmp_path, "good", "bad")
    (problem,) = seen.said("FAIL")
    assert problem.startswith("bad/main.tf")
    assert f"ec2:DescribeImages {REGION} {WORKLOAD}" in seen.tried()
    assert any(line.startswith("bad: (bad/main.tf): undetermined") for line in seen.said("warn"))


def test_a_plan_without_references_asks_nobody(tmp_path: Path) -> None:
    bucket = resource("aws_s3_bucket.logs", {"bucket": "logs"})
    (tmp_path / "plan.json").write_bytes(dump(plan(bucket)))
    (tmp_path / "assay.yaml").write_text(POLICY)
    seen = doctor(GoldenWorld(), tmp_path, "plan.json")
    assert "plan.json: no references to AMIs" in seen.said("ok")
    assert not seen.asked
    assert seen.last == "a check of this could succeed"


def test_bad_credentials_are_one_problem_and_the_regions_are_told_all_the_same() -> None:
    seen = of_fixture("open-places", fault=Fault(400, "ExpiredToken"), of="GetCallerIdentity")
    credentials, *others = seen.said("FAIL")
    assert credentials.startswith("credentials: sts:GetCallerIdentity")
    assert "expired" in credentials
    assert len(others) == 3
    assert "readers and permissions: the credentials do not work" in seen.said("skip")


def test_nobody_listens() -> None:
    seen = of_fixture("demo", env={"AWS_ENDPOINT_URL": refused_url()})
    (problem,) = seen.said("FAIL")
    assert "no answer (ConnectionRefusedError: " in problem
