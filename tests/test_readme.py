"""README and the pages under docs/ say what is so."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from assay.inputs.terraform.as_plan.exceptions import read_exception
from assay.inputs.terraform.syntax.blocks import locate
from assay.policy.exceptions import check_exceptions
from assay.policy.rules import RULES
from assay.run.formats import FORMATS
from tests import command
from tests.pages import (
    PAGES,
    ROOT,
    anchors,
    blocks,
    command_lines,
    links,
    shell_lines,
    unknown_words,
)
from tests.policy.builders import reference

README = (ROOT / "README.md").read_text()
POLICY = (ROOT / "docs" / "policy.md").read_text()
NAMES = [path.relative_to(ROOT).as_posix() for path in PAGES]


def test_the_readme_is_short_and_has_its_contents() -> None:
    assert len(README.splitlines()) <= 200
    [contents] = re.findall(r"\*\*Contents:\*\*.*?\n\n", README, re.DOTALL)
    listed = {target.removeprefix("#") for target in links(contents)}
    sections = anchors("\n".join(re.findall(r"^## .*$", README, re.MULTILINE)))
    assert listed == sections
    assert len(re.findall(r"^!\[", README, re.MULTILINE)) <= 2
    assert len(re.findall(r"^```console$", README, re.MULTILINE)) == 1


def test_the_readme_leads_to_every_page() -> None:
    named = {target.partition("#")[0] for target in links(README)}
    assert {f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")} <= named


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    page = ROOT / name
    for target in links(page.read_text()):
        if re.match(r"https?:", target):
            continue
        path, _, anchor = target.partition("#")
        place = (page.parent / path).resolve() if path else page
        assert place.exists(), target
        if anchor:
            assert anchor in anchors(place.read_text()), target


@pytest.mark.parametrize("name", NAMES)
def test_commands_and_options_exist(name: str) -> None:
    wrong = {
        line: words
        for line in command_lines((ROOT / name).read_text())
        if (words := unknown_words(line))
    }
    assert wrong == {}


_ASKS_NOBODY = re.compile(
    r"assay (?:iam-policy|init|rules|checkov-dir|explain (?:RULE|checkov)|policy (?:validate|schema)"
    r"|export allowed-amis|report verify|check .*(?:--catalog|--offline))"
)
_PLAN = re.compile(r"\b(?:tfplan|plan\.json)\b")


def test_what_asks_nobody_runs_as_it_is_written(tmp_path: Path) -> None:
    """In one directory and in the order of the pages, on the demo: never a wrong usage or input."""
    shutil.copytree(ROOT / "fixtures" / "demo", tmp_path, dirs_exist_ok=True)
    (tmp_path / "policy.yaml").rename(tmp_path / "assay.yaml")
    (tmp_path / "settings.json").write_text('{"State": "enabled", "ImageCriteria": []}')
    made = command.assay(
        *("check", "plan.json", "--catalog", "catalog.json", "--as-of", "2026-11-22"),
        *("-o", "json=report.json"),
        cwd=tmp_path,
    )
    assert made.code == 1
    ran = 0
    for name in NAMES:
        for line in shell_lines((ROOT / name).read_text()):
            if not _ASKS_NOBODY.match(line) or "fixtures/" in line or "…" in line:
                continue
            written = _PLAN.sub("plan.json", line).replace("RULE", "unmarked")
            words = shlex.split(written.replace(" ARN", " arn:aws:iam::111122223333:role/gate"))
            extra = ["--force"] if words[1] == "init" else []
            run = command.assay(*words[1:], *extra, cwd=tmp_path)
            assert run.code != 2, (name, line, run.stderr)
            ran += 1
    assert ran > 20


def test_a_wrong_command_and_option_would_be_seen() -> None:
    text = "```sh\nX=1 assay chekc a --polcy b  # no\nassay inventory diff --fromat x\n```\n"
    [first, second] = command_lines(text)
    assert unknown_words(first) == ["chekc"]
    assert unknown_words(second) == ["--fromat"]
    assert unknown_words("assay push securityhub --yes") == []
    assert [*command_lines("Say `assay nothing`.")] == ["assay nothing"]
    assert unknown_words("assay nothing") == ["nothing"]


def test_every_page_of_commands_was_read() -> None:
    found = {name: len([*command_lines((ROOT / name).read_text())]) for name in NAMES}
    assert found["README.md"] > 15
    assert found["docs/fleet.md"] > 20


def test_the_formats_on_their_page_are_those_that_there_are() -> None:
    page = (ROOT / "docs" / "formats.md").read_text()
    rows = re.findall(r"^\| (`.+?`) \| .+ \| .+ \|$", page, re.MULTILINE)
    named = [each for row in rows for each in re.findall(r"`([a-z-]+)`", row)]
    assert sorted(named) == sorted(FORMATS)


def test_every_example_is_on_a_page() -> None:
    named = {
        target.split("/")[3]
        for page in (ROOT / "docs").glob("*.md")
        for target in links(page.read_text())
        if target.startswith("../.github/examples/")
    }
    there = {path.name for path in (ROOT / ".github" / "examples").iterdir()}
    assert there <= named


def test_the_first_screen_is_what_the_command_prints() -> None:
    block = re.search(r"```console\n\$ assay (.*?)\n(.*?)```", README, re.DOTALL)
    assert block
    run = command.assay(*block[1].split(), cwd=ROOT)
    assert run.stdout == block[2]
    assert run.code == 1


def test_the_rule_table_is_the_rules() -> None:
    rows = re.findall(
        r"^\| `([a-z-]+)` \| (.+) \| (error|warning|undetermined) \|$", POLICY, re.MULTILINE
    )
    assert rows == [
        (rule.id, rule.summary, rule.severity.value if rule.configurable else "undetermined")
        for rule in RULES
    ]


@pytest.mark.parametrize("text", [README, POLICY], ids=["README.md", "docs/policy.md"])
def test_the_policy_shown_is_valid(text: str, tmp_path: Path) -> None:
    [shown] = [block for block in blocks(text, "yaml") if block.startswith("version: 1")]
    (tmp_path / "assay.yaml").write_text(shown)
    run = command.assay("policy", "validate", "assay.yaml", cwd=tmp_path)
    assert (run.code, run.stderr) == (0, "")


def test_the_comment_shown_is_an_exception() -> None:
    [block] = blocks(POLICY, "hcl")
    [comment] = locate(block.encode()).comments
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
