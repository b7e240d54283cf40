"""`assay policy test`: cases that come out as expected, others that do not, and unreadable ones."""

import json
import shlex
import shutil
import time
from pathlib import Path
from typing import Any

import pytest

from assay.run.expectation import Expectation, ExpectedVerdict
from tests import command

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "fixtures" / "demo"
LEGACY = {"address": "aws_instance.legacy", "outcome": "fail", "rules": ["unmarked"]}
BLUE, GREEN = (
    {"address": f'aws_instance.worker["{colour}"]', "outcome": "pass", "rules": []}
    for colour in ("blue", "green")
)
WEB = {"address": "aws_launch_template.web", "outcome": "pass", "rules": []}
EXCEPTION = """\
exceptions:
  - match: {address: aws_instance.legacy}
    rules: [unmarked]
    reason: being replaced
    approved_by: platform-security
    expires: 2026-12-31
"""


def expectation(*verdicts: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"outcome": "fail", "verdicts": verdicts or [LEGACY, BLUE, GREEN, WEB], **more}


def case(folder: Path, expected: Any = None, of: Path = DEMO) -> Path:
    """A copy of a fixture; `expected` is its expected.json, as text or as a value."""
    shutil.copytree(of, folder)
    if expected is not None:
        text = expected if isinstance(expected, str) else json.dumps(expected)
        (folder / "expected.json").write_text(text)
    return folder


def run(folder: Path, *arguments: str, env: dict[str, str] | None = None) -> command.Run:
    return command.assay("policy", "test", *(arguments or (".",)), cwd=folder, env=env)


# ----------------------------------------------------------------------------- as expected, or not


def test_a_case_that_comes_out_as_expected(tmp_path: Path) -> None:
    case(tmp_path / "demo")
    found = run(tmp_path)
    assert (found.code, found.stderr) == (0, "")
    assert found.stdout == "ok  demo\n1 case, 0 failed\n"


def test_a_case_that_does_not(tmp_path: Path) -> None:
    case(tmp_path / "a", expectation({**LEGACY, "outcome": "pass", "rules": []}, BLUE, GREEN, WEB))
    case(tmp_path / "b")
    found = run(tmp_path)
    assert (found.code, found.stderr) == (1, "")
    assert found.stdout == (
        "FAIL a\n"
        "     aws_instance.legacy ami: expected pass, found fail by unmarked\n"
        "     see: assay check a/plan.json --catalog a/catalog.json --policy a/policy.yaml"
        " --as-of 2026-11-21T00:00:00Z\n"
        "ok  b\n"
        "2 cases, 1 failed\n"
    )


def test_the_command_that_it_names_shows_why(tmp_path: Path) -> None:
    case(tmp_path / "it's here", expectation(outcome="pass", include_unchanged=True))
    [see] = [line for line in run(tmp_path).stdout.splitlines() if "see: " in line]
    words = shlex.split(see.partition("see: ")[2])
    assert words[0] == "assay"
    assert words[-1] == "--include-unchanged"
    assert "unmarked:" in command.assay(*words[1:], cwd=tmp_path).stdout


DIFFERENCES: list[tuple[dict[str, Any], str]] = [
    (expectation(outcome="pass"), "outcome: expected pass, found fail"),
    (expectation(LEGACY, BLUE, WEB), 'aws_instance.worker["green"] ami: expected no verdict, found pass'),
    (
        expectation(LEGACY, BLUE, GREEN, WEB, {**WEB, "address": "aws_launch_template.api"}),
        "aws_launch_template.api: expected pass, found no verdict",
    ),
    (
        expectation(LEGACY, BLUE, GREEN, {**WEB, "attribute": "user_data"}),
        "aws_launch_template.web user_data: expected pass, found no verdict",
    ),
    (
        expectation({**LEGACY, "rules": ["revoked", "unmarked"]}, BLUE, GREEN, WEB),
        "aws_instance.legacy ami: expected fail by revoked, unmarked, found fail by unmarked",
    ),
    (
        expectation({**LEGACY, "outcome": "undetermined"}, BLUE, GREEN, WEB),
        "aws_instance.legacy ami: expected undetermined by unmarked, found fail by unmarked",
    ),
    (
        expectation({**LEGACY, "warnings": ["deprecated"]}, BLUE, GREEN, WEB),
        "aws_instance.legacy ami: expected warnings deprecated, found none",
    ),
    (
        expectation(LEGACY, BLUE, GREEN, {**WEB, "value": None}),
        "aws_launch_template.web image_id: expected value none, found ami-0ad4b625b0bbd4147",
    ),
    (
        expectation(LEGACY, BLUE, GREEN, {**WEB, "exception": "SEC-1"}),
        "aws_launch_template.web image_id: expected exception SEC-1, found none",
    ),
    (expectation(not_judged={"bake": 2}), "not_judged bake: expected 2, found 0"),
]  # fmt: skip


@pytest.mark.parametrize(("expected", "line"), DIFFERENCES, ids=[line for _, line in DIFFERENCES])
def test_every_difference_is_a_line(tmp_path: Path, expected: dict[str, Any], line: str) -> None:
    found = run(case(tmp_path / "demo", expected))
    assert found.code == 1
    assert f"     {line}\n" in found.stdout


def test_what_is_said_in_full_is_compared_in_full(tmp_path: Path) -> None:
    said = expectation(
        WEB | {"attribute": "image_id", "value": "ami-0ad4b625b0bbd4147", "warnings": []},
        GREEN | {"exception": None},
        {**BLUE, "about": "a remark"},
        LEGACY,
        about="a remark",
        as_of="2026-11-30",
        include_unchanged=False,
        not_judged={"bake": 0, "unchanged": 0},
    )
    assert run(case(tmp_path / "demo", said)).code == 0


def test_the_order_of_rules_does_not_matter(tmp_path: Path) -> None:
    folder = case(tmp_path / "demo")
    (folder / "policy.yaml").write_text(f"{command.POLICY}require: {{owners: ['111122223333']}}\n")
    owner = {"outcome": "fail", "rules": ["untrusted-owner"]}
    legacy = {**LEGACY, "rules": ["untrusted-owner", "unmarked"]}
    expected = expectation(legacy, BLUE | owner, GREEN | owner, WEB | owner)
    (folder / "expected.json").write_text(json.dumps(expected))
    assert run(folder).stdout == "ok  .\n1 case, 0 failed\n"


def test_an_attribute_tells_verdicts_of_one_address_apart(tmp_path: Path) -> None:
    of = ROOT / "fixtures" / "indirect"
    said = json.loads((of / "expected.json").read_text())
    [failing, passing] = [
        each for each in said["verdicts"] if each["address"] == 'aws_ec2_fleet.template["fail"]'
    ]
    assert (failing["outcome"], passing["outcome"]) == ("fail", "pass")
    said["verdicts"] = [each for each in said["verdicts"] if each is not failing]
    for number, (place, code) in enumerate(((0, 0), (len(said["verdicts"]), 0))):
        without = {key: failing[key] for key in ("address", "outcome", "rules")}
        verdicts = [*said["verdicts"][:place], without, *said["verdicts"][place:]]
        assert run(case(tmp_path / f"{number}", {**said, "verdicts": verdicts}, of)).code == code
    swapped = [
        {**failing, "attribute": passing["attribute"]},
        {**passing, "attribute": failing["attribute"]},
    ]
    rest = [each for each in said["verdicts"] if each is not passing]
    found = run(case(tmp_path / "swapped", {**said, "verdicts": [*rest, *swapped]}, of))
    assert found.code == 1
    assert found.stdout.count("expected") == 2


def test_an_exception_is_named_by_its_ticket_or_else_its_reason(tmp_path: Path) -> None:
    excepted = {**LEGACY, "outcome": "pass", "rules": []}
    for ticket, name in (("", "being replaced"), ("    ticket: SEC-7\n", "SEC-7")):
        verdict = {**excepted, "exception": name}
        folder = case(tmp_path / name, expectation(verdict, BLUE, GREEN, WEB, outcome="pass"))
        (folder / "policy.yaml").write_text(f"{command.POLICY}{EXCEPTION}{ticket}")
        assert run(folder).stdout == "ok  .\n1 case, 0 failed\n"
    (folder / "expected.json").write_text(json.dumps(expectation({**excepted, "exception": None})))
    assert "expected exception none, found SEC-7" in run(folder).stdout


def test_unchanged_resources_count_where_the_case_says_so(tmp_path: Path) -> None:
    of = ROOT / "fixtures" / "unchanged"
    said = json.loads((of / "expected.json").read_text())
    assert said.pop("include_unchanged") is True
    assert run(of).code == 0
    assert "found no verdict" in run(case(tmp_path / "without", said, of)).stdout


# ------------------------------------------------------------------------------------------- time


def test_the_time_is_the_cases_then_the_options_then_the_recordings(tmp_path: Path) -> None:
    passes = expectation(
        {**LEGACY, "outcome": "pass", "rules": []}, BLUE, GREEN, WEB, outcome="pass"
    )
    until = {"says": {**passes, "as_of": "2026-12-31T23:59:59"}, "says-nothing": passes}
    for name, expected in until.items():
        folder = case(tmp_path / name, expected)
        (folder / "policy.yaml").write_text(f"{command.POLICY}{EXCEPTION}")
    assert run(tmp_path).code == 0
    assert run(tmp_path, "--as-of", "2026-12-01", ".").code == 0
    late = run(tmp_path, "--as-of", "2027-01-01", ".")
    assert late.code == 1
    assert late.stdout.splitlines()[0] == "ok  says"
    assert late.stdout.splitlines()[1] == "FAIL says-nothing"
    over = case(tmp_path / "over", {**passes, "as_of": "2027-01-01"})
    (over / "policy.yaml").write_text(f"{command.POLICY}{EXCEPTION}")
    assert run(over).code == run(over, "--as-of", "2026-12-01", ".").code == 1


def test_neither_the_environment_nor_the_directory_decides(tmp_path: Path) -> None:
    case(tmp_path / "demo")
    (tmp_path / "assay.yaml").write_text("no policy")
    env = {"ASSAY_POLICY": "nowhere", "ASSAY_AS_OF": "1999-01-01", "ASSAY_INCLUDE_UNCHANGED": "1",
           "ASSAY_CATALOG": "nowhere", "ASSAY_REGION": "eu-west-1"}  # fmt: skip
    assert run(tmp_path, env=env).stdout == "ok  demo\n1 case, 0 failed\n"


# ------------------------------------------------------------------------------------- the policy


def test_the_nearest_policy_counts_up_to_the_directory_that_was_named(tmp_path: Path) -> None:
    (tmp_path / "policy.yaml").write_text("above all: not read\n")
    (tmp_path / "top/middle").mkdir(parents=True)
    for folder in ("top/beside", "top/middle/below", "top/far"):
        case(tmp_path / folder)
    for folder in ("top/middle/below", "top/far"):
        (tmp_path / folder / "policy.yaml").unlink()
    (tmp_path / "top/middle/policy.yaml").write_text(command.POLICY)
    missing = run(tmp_path, "top")
    assert missing.code == 2
    assert (
        missing.stdout
        == "ok  top/beside\nok  top/middle/below\n3 cases, 0 failed, 1 cannot be read\n"
    )
    assert missing.stderr.startswith("assay: top/far: there is no policy.yaml")
    assert missing.stderr.endswith("name one with --policy FILE\n")
    (tmp_path / "mine.yaml").write_text(command.POLICY)
    assert run(tmp_path, "top", "--policy", "mine.yaml").code == 0
    (tmp_path / "top/policy.yaml").write_text(command.POLICY)
    assert run(tmp_path, "top").code == 0
    assert run(tmp_path, "top", "--policy", "nowhere.yaml").code == 0


def test_a_bad_policy_is_told_once_for_all_its_cases(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (case(tmp_path / "bad" / name) / "policy.yaml").unlink()
    (tmp_path / "bad/policy.yaml").write_text("version: 1\ngolden: {}\n")
    case(tmp_path / "good")
    found = run(tmp_path)
    assert found.code == 2
    assert found.stdout == "ok  good\n3 cases, 0 failed, 2 cannot be read\n"
    assert (
        found.stderr
        == "assay: bad/policy.yaml:2:9: golden has no key 'watermarks', which is required\n"
    )


# ---------------------------------------------------------------------------- what cannot be read


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "Missing argument 'DIR...'"),
        (("nowhere",), "nowhere: cannot be read: No such file or directory; name directories"),
        (("file",), "file: cannot be read: Not a directory; name directories"),
        (("empty",), "empty: there is no case"),
        (("demo", "empty"), "empty: there is no case"),
        (("demo", "--as-of", "soon"), "'soon' is not a date or time"),
    ],
)
def test_a_run_that_tests_nothing_is_not_green(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    case(tmp_path / "demo")
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").touch()
    found = command.assay("policy", "test", *arguments, cwd=tmp_path)
    assert (found.code, found.stdout) == (2, "")
    assert said in found.stderr
    assert len(found.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("plan.json", None, "bad: has no plan.json, which a case needs; write it with: terraform show"),
        ("catalog.json", None, "bad: has no catalog.json, which a case needs; write it with: assay record"),
        ("plan.json", "{}", "bad/plan.json: "),
        ("catalog.json", "{}", "bad/catalog.json: not a recorded catalogue"),
        ("expected.json", "{", "bad/expected.json: not valid JSON: "),
        ("expected.json", "\udcff", "bad/expected.json: not valid JSON: "),
        ("expected.json", "[" * 100_000, "bad/expected.json: not valid JSON: "),
        ("expected.json", "[]", "bad/expected.json: the document: Expected object, got array"),
        ("expected.json", '{"outcome": "fail"}', "the document: Object missing required field verdicts"),
        (
            "expected.json",
            '{"outcome": "fail", "outcome": "pass", "verdicts": []}',
            "the key 'outcome' appears twice",
        ),
    ],
)  # fmt: skip
def test_bad_files_are_one_line_each_and_the_others_are_tested(
    tmp_path: Path, name: str, content: str | None, said: str
) -> None:
    case(tmp_path / "good")
    case(tmp_path / "red", expectation(outcome="pass"))
    bad = case(tmp_path / "bad") / name
    bad.unlink()
    if content is not None:
        bad.write_bytes(content.encode("utf-8", "surrogateescape"))
    elif name == "plan.json":
        assert bad.parent.is_dir()
    found = run(tmp_path)
    assert found.code == 2
    assert found.stdout.startswith("ok  good\nFAIL red\n")
    assert found.stdout.endswith("\n3 cases, 1 failed, 1 cannot be read\n")
    assert said in found.stderr
    assert len(found.stderr.splitlines()) == 1
    assert len(found.stderr) < 400


@pytest.mark.parametrize(
    ("expected", "said"),
    [
        (expectation(verdict=[]), "the document: unknown key 'verdict'; did you mean 'verdicts'?"),
        (expectation(arguments=[]), "unknown key 'arguments'; there are outcome, verdicts, about"),
        (expectation(outcome="failed"), "outcome: unknown outcome 'failed'; did you mean 'fail'?"),
        (expectation(outcome=1), "outcome: Expected str, got int"),
        (expectation({**LEGACY, "rule": []}), "verdicts[0]: unknown key 'rule'; did you mean 'rules'?"),
        (expectation(LEGACY, {**WEB, "rules": "unmarked"}), "verdicts[1].rules: Expected array, got str"),
        (expectation({**LEGACY, "rules": ["unmaked"]}), "verdicts[0].rules: unknown rule 'unmaked'; did"),
        (expectation({**LEGACY, "warnings": ["x"]}), "verdicts[0].warnings: unknown rule 'x'; there are"),
        (expectation({**LEGACY, "outcome": "PASS"}), "verdicts[0].outcome: unknown outcome 'PASS'"),
        (expectation({"address": "a", "outcome": "pass"}), "verdicts[0]: Object missing required field rules"),
        (expectation({"outcome": "pass", "rules": []}), "missing required field address"),
        (expectation(as_of="tomorrow"), "as_of is not a date or time; write it as 2026-11-21"),
        (expectation(include_unchanged="yes"), "include_unchanged: Expected bool, got str"),
        (expectation(not_judged={"bake": "1"}), "not_judged[...]: Expected int, got str"),
    ],
)  # fmt: skip
def test_a_misspelt_expectation_is_an_error_and_no_difference(
    tmp_path: Path, expected: dict[str, Any], said: str
) -> None:
    case(tmp_path / "demo", expected)
    found = run(tmp_path)
    assert (found.code, found.stdout) == (2, "1 case, 0 failed, 1 cannot be read\n")
    assert found.stderr.startswith("assay: demo/expected.json: ")
    assert said in found.stderr
    assert len(found.stderr.splitlines()) == 1


# ------------------------------------------------------------------------------ finding the cases


def test_each_case_is_found_once_and_in_order(tmp_path: Path) -> None:
    for name in ("b", "a/deep", "a", ".terraform/modules/c"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        if not (tmp_path / name).exists():
            case(tmp_path / name)
        else:
            for file in DEMO.iterdir():
                shutil.copy(file, tmp_path / name)
    (tmp_path / "a/deep/loop").symlink_to(tmp_path)
    (tmp_path / "c").symlink_to(tmp_path / "b")
    found = run(tmp_path, "a", "./b/", ".", "b")
    assert (found.code, found.stderr) == (0, "")
    assert found.stdout == "ok  a\nok  a/deep\nok  a/deep/loop/b\n3 cases, 0 failed\n"
    assert run(tmp_path, "b").stdout == "ok  b\n1 case, 0 failed\n"


def test_a_linked_directory_is_a_case_like_any_other(tmp_path: Path) -> None:
    case(tmp_path / "elsewhere/demo")
    (tmp_path / "cases").mkdir()
    (tmp_path / "cases/linked").symlink_to(tmp_path / "elsewhere/demo")
    assert run(tmp_path, "cases").stdout == "ok  cases/linked\n1 case, 0 failed\n"


def test_a_plan_without_expectations_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    case(tmp_path / "demo")
    (case(tmp_path / "forgotten") / "expected.json").unlink()
    found = run(tmp_path)
    assert (found.code, found.stdout) == (0, "ok  demo\n1 case, 0 failed\n")
    assert found.stderr == "assay: forgotten: not a case, because it has no expected.json\n"


def test_nothing_that_a_file_holds_moves_the_cursor(tmp_path: Path) -> None:
    evil = {**WEB, "address": "aws_instance.\x1b[2J\nok  evil"}
    case(tmp_path / "demo", expectation(LEGACY, BLUE, GREEN, WEB, evil))
    found = run(tmp_path)
    assert "     aws_instance.?[2J?ok  evil: expected pass, found no verdict\n" in found.stdout
    assert len(found.stdout.splitlines()) == 4


def test_a_hundred_cases_take_seconds(tmp_path: Path) -> None:
    for number in range(100):
        case(tmp_path / f"{number:03}")
    started = time.monotonic()
    found = run(tmp_path)
    assert found.stdout.splitlines()[-1] == "100 cases, 0 failed"
    assert time.monotonic() - started < 10


def test_the_help_describes_every_key() -> None:
    text = command.assay("policy", "test", "--help", cwd=ROOT).stdout
    described = {line.split()[0] for line in text.splitlines() if line.strip()}
    keys = {*Expectation.__struct_fields__, *ExpectedVerdict.__struct_fields__}
    assert keys - {"address"} <= described
    assert '"address"' in text
