"""Every plan of the corpus: plans of real projects, of many Terraform versions, and what people
hand in by mistake.

The corpus lies beside this repository, not in it: most of it is other people's work. What must have
a verdict is told by a walker of this file, which knows JSON and three shapes and not our table.
"""

import csv
import io
import json
import re
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from assay.cli import run
from tests.command import POLICY, Run, assay

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "plans"
INDEX = CORPUS / "index.tsv"

pytestmark = pytest.mark.skipif(
    not INDEX.is_file(), reason="NOT TESTED with the corpus: shared/corpus is not on this machine"
)

EVERY_KIND = POLICY + "judge: [launch, template, alias, derive, service, bake, share]\n"

DAMAGED = {
    "hashicorp__terraform-json__invalid_plan.json": "breaks off in the middle; whole objects inside",
    "local__variant__truncated.json": "cut in half",
    "local__tf1.11.4-aws5.100__errored_plan.json": "whole, of a run that failed",
    "index.tsv": "a table",
}
OTHER = "local__tf1.11.4-aws5.100__dynamic-expr_plan.json"
CLEAN = "local__tf1.11.4-aws5.100__unknown-derived_plan.json"


def _files() -> list[str]:
    return sorted(path.name for path in CORPUS.iterdir()) if INDEX.is_file() else ["(none)"]


def _index() -> dict[str, dict[str, str]]:
    if not INDEX.is_file():
        return {}
    with INDEX.open(encoding="utf-8") as lines:
        return {row["file"]: row for row in csv.DictReader(lines, delimiter="\t")}


def no_plan(name: str) -> bool:
    return name.startswith("local__notplan__") or name in DAMAGED


FILES = _files()
ESTIMATES = [
    name for name, row in _index().items() if "infracost_resource_changes" in row["features"]
]
"""What Infracost made of the source: its changes stand under another name than a plan's."""
PLANS = [name for name in FILES if not no_plan(name) and name not in ESTIMATES]


# ------------------------------------------------------------------------------------ the command


def run_here(*arguments: str | Path) -> Run:
    """`assay ARGUMENTS` in this process, a hundred times faster; a bug comes with its traceback."""
    out, err = io.TextIOWrapper(io.BytesIO(), encoding="utf-8"), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = run([str(argument) for argument in arguments])
        out.flush()
    if "internal error" in err.getvalue() and "--debug" not in arguments:
        return run_here(*arguments, "--debug")
    assert isinstance(out.buffer, io.BytesIO)
    return Run(code, out.buffer.getvalue().decode(), err.getvalue())


def assert_orderly(done: Run, name: str) -> None:
    """A verdict and a report, or one line that names the file; never a bug, never both."""
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    assert "internal error" not in done.stderr
    assert done.code in (0, 1, 2, 3)
    if done.code == 2:
        assert done.stdout == ""
        assert done.stderr.count("\n") == 1
        assert done.stderr.endswith("\n")
        assert done.stderr.startswith("assay: ")
        assert name in done.stderr
    else:
        assert done.report["schema_version"] == 1


@pytest.fixture(name="policies", scope="module")
def _policies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("policies")
    (folder / "default.yaml").write_text(POLICY)
    (folder / "every.yaml").write_text(EVERY_KIND)
    return folder


def check(name: str, policy: Path, *more: str) -> Run:
    return run_here(
        "check", CORPUS / name, "--policy", policy, "--offline", "--format", "json", *more
    )


def judge(name: str, policy: Path, *more: str) -> Run:
    """As `check`, where no verdict is a failure that says why."""
    done = check(name, policy, *more)
    assert done.code != 2, done.stderr
    return done


# ------------------------------------------------------------------------------------- the walker

IMAGE = re.compile(r"ami-([0-9a-f]{8}|[0-9a-f]{17})|resolve:ssm:.+")
NOT_SET = (None, "", "unknown")  # the provider writes "unknown" where a template goes by its name

LAUNCH_CONFIGURATION = ("launch_configuration", "launch_configuration_name")
IMAGE_OF = {
    "aws_instance": "ami",
    "aws_spot_instance_request": "ami",
    "aws_launch_template": "image_id",
    "aws_launch_configuration": "image_id",
}

# A value that mentions an image and uses none: names and words that people choose, and a resource
# that only carries a value to others, where it is found again.
WORDS = {"tags", "tags_all", "description"}
CARRIERS = {"terraform_data", "null_resource"}
# Image Builder writes the image it makes *into* these templates; it launches nothing from them.
WRITTEN_INTO = {"aws_imagebuilder_distribution_configuration"}


def uses(type_: str, value: Any, key: str = "") -> Iterator[str]:
    """Every image, alias, template or launch configuration that a planned value names."""
    match value:
        case dict():
            if type_ not in WRITTEN_INTO:
                yield from _template(value, key)
            for name, below in value.items():
                if name not in WORDS:
                    yield from uses(type_, below, name)
        case list():
            for below in value:
                yield from uses(type_, below, key)
        case str():
            yield from _text(type_, value, key)


def _text(type_: str, value: str, key: str) -> Iterator[str]:
    if IMAGE.fullmatch(value) or (key in LAUNCH_CONFIGURATION and value not in NOT_SET):
        yield value
    elif value.lstrip().startswith(("{", "[")):  # JSON in a string: Cloud Control's desired_state
        try:
            yield from uses(type_, json.loads(value), key)
        except ValueError:
            return


def _template(block: dict[str, Any], key: str) -> Iterator[str]:
    names: tuple[str, ...] = ("launch_template_id", "launch_template_name")
    if "launch_template" in key:
        names = (*names, "id", "name")
    yield from (block[name] for name in names if block.get(name) not in NOT_SET)


def _unknown(resource: dict[str, Any]) -> Iterator[str]:
    """An image known only after apply, where no template can be what it comes from."""
    after, mask = resource["change"].get("after"), resource["change"].get("after_unknown")
    attribute = IMAGE_OF.get(resource["type"])
    if attribute is None or not isinstance(after, dict) or not isinstance(mask, dict):
        return
    if mask.get(attribute) is True and not after.get("launch_template"):
        yield f"{attribute} (unknown)"


def to_be_judged(document: dict[str, Any]) -> dict[str, list[str]]:
    """By address, what the resources that a plan makes, changes or imports use."""
    found: dict[str, list[str]] = {}
    for resource in document.get("resource_changes") or ():
        change = resource["change"]
        runs = {"create", "update"} & set(change["actions"]) or change.get("importing")
        if _stays(resource["type"], change):
            continue
        if runs and resource.get("mode") == "managed" and resource["type"] not in CARRIERS:
            values = [*uses(resource["type"], change.get("after")), *_unknown(resource)]
            if values:
                found.setdefault(resource["address"], []).extend(values)
    return found


def _stays(type_: str, change: dict[str, Any]) -> bool:
    """An instance that is updated in place goes on running its image."""
    if type_ != "aws_instance" or change["actions"] != ["update"] or change.get("importing"):
        return False
    before, after = change["before"] or {}, change["after"] or {}
    return all(before.get(name) == after.get(name) for name in ("ami", "launch_template"))


def documents(data: bytes) -> list[dict[str, Any]]:
    """The plans in a file, read in this test's own way."""
    utf16 = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    text = data.decode("utf-16" if utf16 else "utf-8-sig")
    decoder, found, at = json.JSONDecoder(), [], text.find("{")
    while at >= 0:
        try:
            value, end = decoder.raw_decode(text, at)
        except ValueError:
            end = at + 1
        else:
            found += [value] if isinstance(value, dict) and "planned_values" in value else []
        at = text.find("{", end)
    return found


# -------------------------------------------------------------------------------------- the tests


@pytest.mark.parametrize("name", FILES)
def test_a_file_ends_in_verdicts_or_in_one_line(name: str, policies: Path) -> None:
    done = check(name, policies / "default.yaml")
    assert_orderly(done, name)
    if name not in ESTIMATES:
        assert (done.code == 2) == no_plan(name), done.stderr


@pytest.mark.parametrize("name", PLANS)
def test_each_address_that_uses_an_image_has_a_verdict(name: str, policies: Path) -> None:
    expected: dict[str, list[str]] = {}
    for document in documents((CORPUS / name).read_bytes()):
        expected |= to_be_judged(document)
    done = judge(name, policies / "every.yaml")
    silent = {address: expected[address] for address in expected.keys() - done.outcomes().keys()}
    assert not silent
    assert not expected or done.code != 0  # offline nothing can be proven


@pytest.mark.parametrize("name", PLANS)
def test_what_the_policy_does_not_judge_is_counted(name: str, policies: Path) -> None:
    default = judge(name, policies / "default.yaml").report["summary"]
    every = judge(name, policies / "every.yaml").report["summary"]
    aside = sum(default["not_judged"].get(kind, 0) for kind in ("bake", "share"))
    assert default["references"] + aside == every["references"]


@pytest.mark.parametrize("name", PLANS)
def test_what_stays_is_judged_on_request(name: str, policies: Path) -> None:
    judged = judge(name, policies / "every.yaml").report["summary"]
    more = judge(name, policies / "every.yaml", "--include-unchanged").report["summary"]
    assert "unchanged" not in more["not_judged"]
    assert more["references"] == judged["references"] + judged["not_judged"].get("unchanged", 0)


def verdicts(done: Run) -> list[tuple[str, ...]]:
    """What was said of which reference, without the input it came from."""
    shown = ("address", "attribute", "kind", "action", "value", "region", "outcome")
    return sorted(tuple(str(each[name]) for name in shown) for each in done.report["verdicts"])


@pytest.mark.parametrize(
    ("variant", "plans"),
    [
        ("local__variant__utf8-bom.json", [CLEAN]),
        ("local__variant__utf16le-bom.json", [CLEAN]),
        ("local__variant__wrapper-prefix.json", [CLEAN]),
        ("local__variant__two-plans-jsonl.json", [CLEAN, OTHER]),
    ],
)
def test_the_way_a_plan_is_written_changes_no_verdict(
    variant: str, plans: list[str], policies: Path
) -> None:
    clean = [each for name in plans for each in verdicts(judge(name, policies / "every.yaml"))]
    assert clean
    assert verdicts(judge(variant, policies / "every.yaml")) == sorted(clean)


def test_several_plans_in_one_file_are_judged_each_under_its_own_name(policies: Path) -> None:
    path = CORPUS / "local__variant__two-plans-jsonl.json"
    report = judge(path.name, policies / "default.yaml").report
    assert [each["path"] for each in report["inputs"]] == [f"{path}#1", f"{path}#2"]
    assert sum(each["references"] for each in report["inputs"]) == len(report["verdicts"])


def test_an_estimate_made_of_the_source_is_not_passed(policies: Path) -> None:
    """No change is seen in it, so nothing is proven of the images that it holds."""
    holding = [name for name in ESTIMATES if IMAGE.search((CORPUS / name).read_text())]
    assert holding
    for name in holding:
        assert check(name, policies / "default.yaml").code in (2, 3), name


@pytest.mark.parametrize("name", [CLEAN, "local__notplan__human-plan.txt"])
def test_a_process_of_its_own_says_the_same(name: str, policies: Path, tmp_path: Path) -> None:
    policy = policies / "default.yaml"
    arguments = ("check", CORPUS / name, "--policy", policy, "--offline", "--format", "json")
    moment = ("--as-of", "2026-11-21")
    runs = assay(*arguments, *moment, cwd=tmp_path), run_here(*arguments, *moment)
    made = r'"generated_at": "[^"]+"'  # each has its own
    apart, here = (replace(run, stdout=re.sub(made, "", run.stdout)) for run in runs)
    assert apart == here


def test_the_corpus_has_what_these_tests_are_about() -> None:
    """The walker finds something to judge in most plans, and the index names every file."""
    assert set(FILES) - {"index.tsv"} == set(_index())
    fruitful = [
        name for name in PLANS if any(map(to_be_judged, documents((CORPUS / name).read_bytes())))
    ]
    assert len(fruitful) >= 30
