"""Annotations, read by the rules that GitHub's runner and Azure's agent read them by.

The readers here follow actions/runner's ActionCommand.cs and azure-pipelines-agent's Command.cs:
what a property and a message are, and in which order escapes are undone.
"""

import re
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from assay.model import Report, Severity
from assay.report.formats import azure, github
from assay.report.issues import issues as every_issue
from assay.report.safe import safe
from tests.policy.builders import document, image, subject
from tests.report import samples

ENDPOINT = re.compile("^the answers came from .*, which is not AWS's own endpoint$")
Read = tuple[str, dict[str, str], str]


def read_github(line: str) -> Read | None:
    """Name, properties and message of a workflow command."""
    text = line.lstrip()
    if not text.startswith("::") or "::" not in text[2:]:
        return None
    info, _, data = text[2:].partition("::")
    name, _, properties = info.partition(" ")
    pairs = (each.split("=", 1) for each in properties.strip().split(",") if "=" in each)
    return name, {key: _undo(value, "\r\n:,%") for key, value in pairs}, _undo(data, "\r\n%")


def _undo(text: str, signs: str) -> str:
    for sign in signs:
        text = text.replace(f"%{ord(sign):02X}", sign)
    return text


def read_azure(line: str) -> Read | None:
    """Name, properties and message of a logging command, wherever in the line it starts."""
    found = re.search(r"##vso\[([^\]]*)\](.*)", line, re.DOTALL)
    if not found:
        return None
    name, _, properties = found[1].partition(" ")
    pairs = (each.split("=", 1) for each in properties.split(";") if "=" in each)
    return name, {key: _undone(value) for key, value in pairs}, _undone(found[2])


def _undone(text: str) -> str:
    return _undo(text, ";\r\n]").replace("%AZP25", "%")


def commands(report: Report, by: str, **setting: object) -> list[Read]:
    module, read = {"github": (github, read_github), "azure": (azure, read_azure)}[by]
    text = module.render(report, replace(samples.PLAIN, **setting))
    assert text.endswith("\n")
    return [command for line in text.splitlines() if (command := read(line))]


def issues(report: Report, by: str, **setting: object) -> list[tuple[str, dict[str, str], str]]:
    """Level, properties and message of what is shown beside code, in one form for both."""
    found = []
    for name, properties, message in commands(report, by, **setting):
        if by == "github" and name in ("error", "warning") and not ENDPOINT.search(message):
            found.append((name, properties, message))
        if by == "azure" and name == "task.logissue" and "code" in properties:
            found.append((properties["type"], properties, message))
    return found


BOTH = pytest.mark.parametrize("by", ["github", "azure"])


@BOTH
@pytest.mark.parametrize("name", samples.ALL)
def test_every_finding_is_told_or_counted(name: str, by: str) -> None:
    report = samples.ALL[name]()
    found = list(every_issue(report, samples.PLAIN))
    shown = issues(report, by)
    for level in ("error", "warning"):
        told = [message for word, _, message in shown if word == level]
        there = [each for each in found if each.level == level]
        assert len(told) == min(10, len(there))
        rest = [
            int(number)
            for _, _, message in commands(report, by)
            for number in re.findall(rf"([0-9]+) more {level}s?\b", message)
        ]
        assert rest == ([len(there) - 10] if len(there) > 10 else [])
    assert len({message for _, _, message in shown}) == len(shown)


@BOTH
@pytest.mark.parametrize("name", samples.ALL)
def test_an_endpoint_that_is_not_awss_own_is_one_warning_more(name: str, by: str) -> None:
    report = samples.ALL[name]()
    told = [found for found in commands(report, by) if ENDPOINT.search(found[2])]
    assert len(told) == (1 if report.catalog.endpoint else 0)
    for word, properties, _ in told:
        assert properties.get("type", word) == "warning"
        assert not {"file", "sourcepath", "code"} & set(properties)


@BOTH
def test_failures_come_before_what_is_undetermined(by: str) -> None:
    told = [message for level, _, message in issues(samples.many(), by) if level == "error"]
    assert len(told) == 10
    assert all("carries no golden watermark" in message for message in told)


@BOTH
def test_hostile_text_is_data(by: str) -> None:
    report = samples.hostile()
    found = [each for each in every_issue(report, samples.PLAIN) if each.level == "error"]
    failed = sorted(found, key=lambda each: each.result.outcome != "fail")[:10]
    shown = [each for each in issues(report, by) if each[0] == "error"]
    for each, (_, properties, message) in zip(failed, shown, strict=True):
        assert message.partition("\nfix: ")[0] == safe(each.message)
        if each.in_code:
            assert properties["file" if by == "github" else "sourcepath"] == safe(each.path)
        expected = {"file", "line", "endLine", "title"} if by == "github" else None
        assert set(properties) <= (
            expected or {"type", "sourcepath", "linenumber", "columnnumber", "code"}
        )
    names = {name for name, _, _ in commands(report, by)}
    assert names <= {"error", "warning", "notice", "task.logissue", "task.complete"}


@pytest.mark.parametrize("module", [github, azure])
def test_every_line_is_a_command_or_the_verdict(module: object) -> None:
    """A line that neither reader knows would be one that a stranger has begun."""
    text = module.render(samples.hostile())  # type: ignore[attr-defined]
    *lines, last = text.splitlines()
    start = "::" if module is github else "##vso["
    assert all(line.startswith(start) for line in lines)
    assert "FAIL 18 AMI references" in last


@BOTH
def test_a_place_is_told_where_it_is_in_the_code(by: str) -> None:
    places = {
        message.split(":")[0]: properties
        for _, properties, message in issues(samples.of_everything(), by)
    }
    bare, secret = places["aws_instance.bare"], places["aws_instance.secret"]
    if by == "github":
        assert (bare["file"], bare["line"], bare["endLine"]) == ("modules/web/main.tf", "3", "3")
        assert set(secret) == {"title"}
    else:
        assert (bare["sourcepath"], bare["linenumber"]) == ("modules/web/main.tf", "3")
        assert set(secret) == {"type", "code"}


def only(report: Report, *addresses: str) -> Report:
    kept = tuple(v for v in report.verdicts if v.subject.reference.address in addresses)
    facts = replace(report.inputs[0], references=len(kept))
    worst = min((v.outcome for v in kept), key=["fail", "undetermined", "pass"].index)
    return replace(report, verdicts=kept, inputs=(facts,), outcome=worst)


ENDS: dict[str, tuple[Callable[[], Report], str | None]] = {
    "fail": (samples.of_everything, "Failed"),
    "undetermined": (lambda: only(samples.of_everything(), "aws_instance.unknown"), "Failed"),
    "tolerated": (lambda: only(samples.lenient(), "aws_instance.unknown"), "SucceededWithIssues"),
    "warning": (lambda: only(samples.of_everything(), "aws_instance.old"), "SucceededWithIssues"),
    "pass": (lambda: samples.reported(document(), subject()), None),
    "empty": (samples.empty, None),
}


@pytest.mark.parametrize(("made", "result"), ENDS.values(), ids=list(ENDS))
def test_azure_is_told_what_becomes_of_the_step(
    made: Callable[[], Report], result: str | None
) -> None:
    ends = [found for found in commands(made(), "azure") if found[0] == "task.complete"]
    assert [found[1]["result"] for found in ends] == ([result] if result else [])
    ended = [f for f in commands(made(), "azure", exit_zero=True) if f[0] == "task.complete"]
    assert [f[1]["result"] for f in ended] == (["SucceededWithIssues"] if result else [])


@BOTH
@pytest.mark.parametrize("severity", list(Severity)[:2])
def test_offline_what_nobody_was_asked_is_one_line(by: str, severity: Severity) -> None:
    report = only(samples.of_everything(), "aws_instance.unasked", "aws_launch_template.dark")
    report = replace(
        report,
        catalog=replace(report.catalog, kind="offline"),
        policy=replace(report.policy, undetermined=severity),
    )
    said = [
        (properties.get("type", name), message)
        for name, properties, message in commands(report, by)
        if "not checked (offline): 2 references need AWS" in message
    ]
    assert [level for level, _ in said] == [severity.value]
    assert not [
        each for each in issues(report, by) if "denied" in each[2] and "incomplete" not in each[2]
    ]


def test_percent_signs_survive() -> None:
    report = samples.reported(
        document(),
        subject(image(), address='a.b["100%25%0A%AZP25"]', file="a%3Bb,c:d;e].tf", line=1),
    )
    for by in ("github", "azure"):
        [(_, properties, message)] = issues(report, by)
        assert message.startswith('a.b["100%25%0A%AZP25"]: ')
        assert properties["file" if by == "github" else "sourcepath"] == "a%3Bb,c:d;e].tf"
