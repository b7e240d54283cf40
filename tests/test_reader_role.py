"""The role templates for a fleet grant what `assay iam-policy --fleet --reader` prints, and no more."""

import json
import re
from pathlib import Path
from typing import Any

from assay.inputs.terraform.syntax.blocks import locate, plain_text
from tests import command
from tests.worlds import WORKLOAD

EXAMPLES = Path(__file__).resolve().parents[1] / ".github" / "examples" / "aws"


def printed() -> dict[str, list[str]]:
    """The actions by statement."""
    options = ("--fleet", "--reader", "--permissions", "--account", WORKLOAD)
    run = command.assay("iam-policy", *options, cwd=EXAMPLES)
    return actions(json.loads(run.stdout))


def actions(document: dict[str, Any]) -> dict[str, list[str]]:
    return {each["Sid"]: each["Action"] for each in document["Statement"]}


def test_the_stack_set_grants_what_a_reader_needs() -> None:
    template = json.loads((EXAMPLES / "reader-role.stackset.json").read_text())
    role = template["Resources"]["Reader"]["Properties"]
    [policy] = role["Policies"]
    assert actions(policy["PolicyDocument"]) == printed()
    [trust] = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Condition"] == {"StringEquals": {"sts:ExternalId": {"Ref": "ExternalId"}}}
    assert template["Parameters"]["ExternalId"]["NoEcho"] is True


def test_the_module_grants_what_a_reader_needs() -> None:
    code = locate((EXAMPLES / "reader-role" / "main.tf").read_bytes())
    [permissions] = [each for each in code.blocks if each.labels[1:] == ("permissions",)]
    granted = {
        plain_text(statement.attributes["sid"]): re.findall(
            r'"([^"]+)"', statement.attributes["actions"].text
        )
        for statement in permissions.of_type("statement")
    }
    assert granted == printed()
