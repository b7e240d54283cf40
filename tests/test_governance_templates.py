"""What deploys the functions inside AWS grants what they ask and write, and no more."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from assay.catalog.aws.permissions import FINDINGS, FLEET_READS, FUNCTIONS, READS
from assay.model import Outcome
from assay.run.governing.launches import IGNORED
from assay.run.governing.resources import KINDS
from tests.terraform.binary import MissingError, locate

AWS = Path(__file__).resolve().parents[1] / ".github" / "examples" / "aws"
TEMPLATE = AWS / "governance.cloudformation.json"
MODULE = AWS / "governance"
PLUMBING = {"logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage", "sts:AssumeRole"}
"""What Lambda itself does with a function's role, and the readers of other accounts."""


@pytest.fixture(scope="module", name="resources")
def _resources() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(TEMPLATE.read_text())["Resources"]
    return found


def statements(role: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All of them, those under a condition as well."""
    (policy,) = role["Properties"]["Policies"]
    for each in policy["PolicyDocument"]["Statement"]:
        yield each["Fn::If"][1] if "Fn::If" in each else each


def granted(role: dict[str, Any]) -> set[str]:
    return {action for each in statements(role) for action in each["Action"]}


def of_tables(*operations: str, fleet: bool) -> set[str]:
    """The actions of a function: what a check asks, what runs, and some of its own."""
    own = {each.action for each in FUNCTIONS if each.operation in operations}
    assert len(own) == len(operations)
    reads = [*READS, *(each for each in FLEET_READS if fleet and each.required)]
    instances = "ec2:DescribeInstanceImageMetadata"
    return {*(each.action for each in reads), *own, instances}


def test_the_rule_may_ask_what_an_inventory_cannot_do_without_and_write_evaluations(
    resources: dict[str, Any],
) -> None:
    own = of_tables("GetObject", "PutEvaluations", "GetResourceConfigHistory", fleet=True)
    assert granted(resources["RuleRole"]) - PLUMBING == own


def test_the_function_of_launches_may_ask_of_instances_and_publish(
    resources: dict[str, Any],
) -> None:
    own = of_tables("GetObject", "Publish", fleet=False)
    assert granted(resources["LaunchRole"]) - PLUMBING == own


def test_the_push_may_ask_what_an_inventory_does_and_import_findings(
    resources: dict[str, Any],
) -> None:
    own = of_tables("GetObject", fleet=True) | {each.action for each in FINDINGS}
    assert granted(resources["PushRole"]) - PLUMBING == own


def test_what_is_written_is_written_to_one_thing(resources: dict[str, Any]) -> None:
    for name in ("RuleRole", "LaunchRole"):
        for each in statements(resources[name]):
            if each["Resource"] == "*":
                reads = ("ec2:", "ssm:Describe", "autoscaling:Describe", "imagebuilder:List")
                rule = ("config:PutEvaluations", "config:GetResourceConfigHistory")
                assert all(a.startswith((*reads, *rule)) for a in each["Action"]), each["Sid"]
    (publish,) = (
        each for each in statements(resources["LaunchRole"]) if "sns:Publish" in each["Action"]
    )
    assert publish["Resource"] == {"Ref": "Topic"}


def test_no_event_is_lost_and_somebody_hears_of_it(resources: dict[str, Any]) -> None:
    alarms = [each for each in resources.values() if each["Type"] == "AWS::CloudWatch::Alarm"]
    heard = json.dumps([each["Properties"]["Dimensions"] for each in alarms])
    for each in alarms:
        assert each["Properties"]["AlarmActions"] == [{"Ref": "Topic"}]
    for name, each in resources.items():
        if each["Type"] == "AWS::Lambda::Function":
            assert each["Properties"]["DeadLetterConfig"]["TargetArn"]["Fn::GetAtt"][0] in resources
        if each["Type"] == "AWS::Events::Rule":
            assert all("DeadLetterConfig" in target for target in each["Properties"]["Targets"])
        if each["Type"] in ("AWS::Lambda::Function", "AWS::SQS::Queue"):
            assert f'"{name}"' in heard, name


def test_the_rule_is_of_the_types_that_are_judged(resources: dict[str, Any]) -> None:
    rule = resources["Rule"]["Properties"]
    assert tuple(rule["Scope"]["ComplianceResourceTypes"]) == KINDS
    assert [each["MessageType"] for each in rule["Source"]["SourceDetails"]] == [
        "ConfigurationItemChangeNotification",
        "OversizedConfigurationItemChangeNotification",
        "ScheduledNotification",
    ]


def test_handlers_and_variables_are_those_of_the_code(resources: dict[str, Any]) -> None:
    surroundings = (AWS.parents[2] / "src/assay/integrations/surroundings.py").read_text()
    for each in resources.values():
        if each["Type"] == "AWS::Lambda::Function":
            module, _, name = each["Properties"]["Handler"].rpartition(".")
            path = AWS.parents[2] / "src" / (module.replace(".", "/") + ".py")
            assert f"def {name}(" in path.read_text()
            for variable in each["Properties"]["Environment"]["Variables"]:
                assert f'"{variable}"' in surroundings
            seconds = int(each["Properties"]["Environment"]["Variables"]["ASSAY_TIMEOUT"])
            assert seconds < each["Properties"]["Timeout"] <= 900


# ------------------------------------------------------------------------------------- quarantine


def values(node: Any, name: str) -> Iterator[Any]:
    """What stands under a name, at any depth."""
    if isinstance(node, dict):
        for key, each in node.items():
            if key == name:
                yield each
            yield from values(each, name)
    elif isinstance(node, list):
        for each in node:
            yield from values(each, name)


def test_the_state_machine_knows_every_outcome_and_only_tags(resources: dict[str, Any]) -> None:
    machine = resources["QuarantineMachine"]["Properties"]["Definition"]
    choose = machine["States"]["Choose"]
    assert set(values(choose, "StringEquals")) == {*map(str, Outcome), IGNORED}
    assert machine["States"][choose["Default"]]["Type"] == "Fail"
    tasks = sorted(each.rpartition(":::")[2] for each in values(machine, "Resource"))
    assert tasks == ["aws-sdk:ec2:createTags", "lambda:invoke"]
    assert granted(resources["QuarantineRole"]) == {"ec2:CreateTags", "lambda:InvokeFunction"}
    (tag,) = (each for each in statements(resources["QuarantineRole"]) if each["Sid"] == "Tag")
    (key,) = {each["Key"] for tags in values(machine, "Tags") for each in tags}
    assert tag["Condition"] == {"ForAllValues:StringEquals": {"aws:TagKeys": [key]}}


# ------------------------------------------------------------------------------- foreign judges


NEWER = "'getimagefindings' is not one of"
"""An action of November 2026, which cfn-lint does not know yet."""


def linted(template: Path) -> str:
    """What cfn-lint, beside this Python, finds in a template, a line each."""
    program = Path(sys.executable).with_name("cfn-lint")
    done = subprocess.run(
        [program, "--format", "parseable", "--non-zero-exit-code", "none", template],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return "".join(each[:200] for each in done.stdout.splitlines() if NEWER not in each)


def test_cfn_lint_finds_nothing(tmp_path: Path) -> None:
    assert linted(TEMPLATE) == ""
    assert linted(AWS / "reader-role.stackset.json") == ""
    document = json.loads(TEMPLATE.read_text())
    # Its rule for state machines knows no substitutions, and is left out there: so without them
    machine = document["Resources"]["QuarantineMachine"]
    del machine["Metadata"]
    text = json.dumps(document).replace("arn:${Partition}:states", "arn:aws:states")
    (tmp_path / "plain.json").write_text(text)
    assert linted(tmp_path / "plain.json") == ""


def test_cfn_lint_would_find_what_is_not_there(tmp_path: Path) -> None:
    text = TEMPLATE.read_text().replace('"RuleQueue",\n', '"NoQueue",\n')
    (tmp_path / "broken.json").write_text(text)
    assert re.search("E1010|E1020|E1019", linted(tmp_path / "broken.json"))


# ------------------------------------------------------------------------------- Terraform's module


def actions_of(name: str) -> dict[str, list[str]]:
    """By statement, those under a condition and those of the document that it starts from as well."""
    text = (MODULE / "permissions.tf").read_text()
    text = text.partition(f'data "aws_iam_policy_document" "{name}" {{\n')[2].partition("\n}\n")[0]
    source = re.search(r"source_policy_documents = \[data\.aws_iam_policy_document\.(\w+)\.", text)
    found = actions_of(source[1]) if source else {}
    for each in re.finditer(r'sid += "(\w+)"(.*?)actions += \[(.*?)\]', text, re.DOTALL):
        found[each[1]] = re.findall(r'"([^"]+)"', each[3])
    return found


@pytest.mark.parametrize(
    ("role", "document"), [("RuleRole", "rule"), ("LaunchRole", "launch"), ("PushRole", "push")]
)
def test_the_module_grants_what_the_template_grants(
    resources: dict[str, Any], role: str, document: str
) -> None:
    granted = {each["Sid"]: each["Action"] for each in statements(resources[role])}
    assert actions_of(document) == granted


def test_both_have_one_state_machine(resources: dict[str, Any]) -> None:
    definition = json.loads((MODULE / "quarantine.asl.json").read_text())
    assert definition == resources["QuarantineMachine"]["Properties"]["Definition"]
    actions = re.findall(r'actions += \["(.*)"\]', (MODULE / "quarantine.tf").read_text())
    assert actions == ["lambda:InvokeFunction", "ec2:CreateTags", "states:StartExecution"]


@pytest.mark.terraform
def test_terraform_takes_the_module(tmp_path: Path) -> None:
    try:
        terraform = locate(AWS, tmp_path)
    except MissingError as missing:
        pytest.skip(f"NOT TESTED: {missing}")
    terraform.initialise("governance")
    terraform._run("governance", {}, "validate", "-no-color")
    terraform._run("governance", {}, "fmt", "-check", "-recursive")


MOCKED = """
mock_provider "aws" {
  mock_data "aws_iam_policy_document" { defaults = { json = "{}" } }
  mock_data "aws_caller_identity" { defaults = { account_id = "222222222222" } }
  mock_data "aws_partition" { defaults = { partition = "aws" } }
}
"""
PLANNED = """
run "%s" {
  command = plan
  variables {
    code_bucket    = "bucket"
    code_version   = "1"
    policy_name    = "/assay/policy"
    policy_version = "1"
    policy_sha256  = "%s"
    push           = %s
    quarantine     = %s
  }
  assert {
    condition     = length(aws_lambda_function.this) == %d && length(aws_sfn_state_machine.quarantine) == %d
    error_message = "not what was asked for"
  }
}
"""


@pytest.mark.terraform
def test_terraform_plans_the_module_with_and_without_what_may_be_left_out(tmp_path: Path) -> None:
    """With a provider that Terraform mocks: no AWS is asked."""
    try:
        terraform = locate(AWS, tmp_path)
    except MissingError as missing:
        pytest.skip(f"NOT TESTED: {missing}")
    runs = [("less", "0" * 64, "false", "false", 2, 0), ("more", "0" * 64, "true", "true", 3, 1)]
    text = MOCKED + "".join(PLANNED % each for each in runs)
    (terraform.folder / "governance" / "both.tftest.hcl").write_text(text)
    terraform.initialise("governance")
    told = terraform._run("governance", {}, "test", "-no-color").decode()
    assert "2 passed, 0 failed" in told
