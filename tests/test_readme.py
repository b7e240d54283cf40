"""The README says what is so."""

import re
from pathlib import Path

from assay.inputs.terraform.as_plan.exceptions import read_exception
from assay.inputs.terraform.syntax.blocks import locate
from assay.policy.exceptions import check_exceptions
from assay.policy.rules import RULES
from tests import command
from tests.policy.builders import reference

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text()


def test_the_first_screen_is_what_the_command_prints() -> None:
    block = re.search(r"```console\n\$ assay (.*?)\n(.*?)```", README, re.DOTALL)
    assert block
    run = command.assay(*block[1].split(), cwd=ROOT)
    assert run.stdout == block[2]
    assert run.code == 1


def test_the_rule_table_is_the_rules() -> None:
    rows = re.findall(
        r"^\| `([a-z-]+)` \| (.+) \| (error|warning|undetermined) \|$", README, re.MULTILINE
    )
    assert rows == [
        (rule.id, rule.summary, rule.severity.value if rule.configurable else "undetermined")
        for rule in RULES
    ]


def test_the_policy_shown_is_valid(tmp_path: Path) -> None:
    block = re.search(r"```yaml\n(.*?)```", README, re.DOTALL)
    assert block
    (tmp_path / "assay.yaml").write_text(block[1])
    run = command.assay("policy", "validate", "assay.yaml", cwd=tmp_path)
    assert (run.code, run.stderr) == (0, "")


def test_the_comment_shown_is_an_exception() -> None:
    block = re.search(r"```hcl\n(.*?)```", README, re.DOTALL)
    assert block
    [comment] = locate(block[1].encode()).comments
    found = read_exception(comment, "web.tf")
    assert found
    assert (found.rules, found.ticket) == (("unmarked", "public-image"), "SEC-1421")
    check_exceptions([reference(exceptions=(found,))])


def test_the_make_targets_shown_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(
        re.findall(r"`?make ([a-z-]+[a-z])", README + (ROOT / "CONTRIBUTING.md").read_text())
    )
    assert {"demo", "test"} <= named <= targets
