"""The starter policies: each is valid, says for whom it is, comes to what its cases expect, and has
no line that could be taken out without a case noticing.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from msgspec.structs import replace

from assay.errors import PolicyError
from assay.model import Policy
from assay.policy.load import load
from assay.policy.syntax import parse
from fixtures.starters import STARTERS
from tests import command

ROOT = Path(__file__).resolve().parent.parent
POLICIES = sorted(path.parent for path in (ROOT / "policies").glob("*/policy.yaml"))
CASES = sorted(path.parent for path in (ROOT / "policies").glob("*/*/expected.json"))
OUTCOMES = {"passing": "pass", "failing": "fail", "undetermined": "undetermined"}
FILES = ("main.tf", "plan.json", "catalog.json", "expected.json")
SAYS_THE_DEFAULT = {"regulated": {("rules", "incomplete-plan")}}
ONE_OF_TWO_IS_ENOUGH = {"production-strict": {("scopes", 1, "match", "account")}}
"""The module alone would win in the development account, because its name is the longer one."""


def test_there_are_policies() -> None:
    assert len(POLICIES) >= 4
    assert {path for path in (ROOT / "policies").iterdir() if path.is_dir()} == set(POLICIES)
    assert {f"{case.parent.name}/{case.name}" for case in CASES} == set(STARTERS)


def test_every_case_comes_to_what_is_expected_of_it() -> None:
    run = command.assay("policy", "test", "policies/", cwd=ROOT)
    lines = [f"ok  {case.relative_to(ROOT)}" for case in CASES]
    assert run.stdout.splitlines() == [*lines, f"{len(CASES)} cases, 0 failed"]
    assert (run.code, run.stderr) == (0, "")


def test_every_policy_is_valid() -> None:
    paths = [f"policies/{policy.name}/policy.yaml" for policy in POLICIES]
    run = command.assay("policy", "validate", *paths, cwd=ROOT)
    assert run.stdout.splitlines() == [f"{path}: valid" for path in paths]
    assert (run.code, run.stderr) == (0, "")


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_a_policy_has_a_case_of_every_outcome(policy: Path) -> None:
    for name, outcome in OUTCOMES.items():
        assert [file for file in FILES if not (policy / name / file).is_file()] == []
        expected = json.loads((policy / name / "expected.json").read_text())
        assert expected["outcome"] == outcome
        assert expected["about"]
        assert expected["verdicts"]


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.name)
def test_a_policy_says_for_whom_it_is_and_what_it_does_not_do(policy: Path) -> None:
    header, _, rest = (policy / "policy.yaml").read_text().partition("\nversion: 1\n")
    assert rest
    assert all(line.startswith("#") for line in header.splitlines() if line)
    for words in ("# For whom: ", "# What it does not do:", "# To make it yours: "):
        assert words in header


def test_an_exception_that_has_expired_lets_nothing_through() -> None:
    folder = ROOT / "policies" / "managed-services"
    said = {
        name: json.loads((folder / name / "expected.json").read_text())
        for name in ("passing", "expired")
    }
    assert (folder / "passing/main.tf").read_text().partition("\n")[2] == (
        (folder / "expired/main.tf").read_text().partition("\n")[2]
    )
    assert "as_of" not in said["passing"]
    assert said["expired"]["outcome"] == "fail"
    excepted = {
        name: [each["address"] for each in said[name]["verdicts"] if each.get("exception")]
        for name in said
    }
    assert set(excepted["expired"]) < set(excepted["passing"])


def test_no_line_of_a_policy_can_be_taken_out_without_a_case_noticing(tmp_path: Path) -> None:
    cut: list[str] = []
    for policy in POLICIES:
        known = load("policy.yaml", (policy / "policy.yaml").read_bytes())
        for path, document in without_one_thing(policy):
            text = yaml.safe_dump(document, sort_keys=False).encode()
            if is_noteworthy(text, known) and not is_excused(policy.name, path):
                name = "-".join(map(str, (policy.name, *path))).replace(":", "-").replace("*", "x")
                shutil.copytree(policy, tmp_path / name)
                (tmp_path / name / "policy.yaml").write_bytes(text)
                cut.append(name)
    assert len(cut) > 40
    run = command.assay("policy", "test", ".", cwd=tmp_path)
    assert (run.code, run.stderr) == (1, "")
    failed = [line.split() for line in run.stdout.splitlines() if line.startswith("FAIL ")]
    noticed = {case.split("/")[0] for _, case in failed}
    assert [name for name in cut if name not in noticed] == []


def without_one_thing(policy: Path) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """The policy once without each of its keys and list entries, and which one that was."""
    text = (policy / "policy.yaml").read_text()
    whole = parse("policy.yaml", text).value
    for path in list(paths(whole)):
        document = parse("policy.yaml", text).value
        at = document
        for step in path[:-1]:
            at = at[step]
        del at[path[-1]]
        yield path, document


def paths(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    steps = list(value) if isinstance(value, dict) else range(len(value))
    for step in steps:
        yield (*path, step)
        if isinstance(value[step], dict | list):
            yield from paths(value[step], (*path, step))


def is_noteworthy(text: bytes, known: Policy) -> bool:
    """Whether it is still a policy, and another one: not all that is written differs from the
    default, and readers are nothing to a recorded catalogue.
    """
    try:
        policy = load("policy.yaml", text)
    except PolicyError:
        return False
    return plain(policy) != plain(known)


def plain(policy: Policy) -> Policy:
    """What of a policy makes a difference here."""
    scopes = [replace(each, name="", policy=plain(each.policy)) for each in policy.scopes]
    return replace(policy, path="", sha256="", readers={}, scopes=tuple(scopes))


def is_excused(policy: str, path: tuple[str | int, ...]) -> bool:
    if path[0] == "revoked" and path[-1] == "reason":
        return True  # is shown, and decides nothing
    return path in SAYS_THE_DEFAULT.get(policy, ()) or path in ONE_OF_TWO_IS_ENOUGH.get(policy, ())
