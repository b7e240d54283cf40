"""One report in every format, each read by a parser of its own: all tell alike how a verdict stands.

The readers know the formats' words and nothing of ours: what they find is what somebody finds who has
nothing but the report. Formats that list findings are read for the worst finding of each reference.
"""

import json
import re
from collections.abc import Callable, Iterable
from itertools import pairwise, product
from xml.etree import ElementTree as ET

import pytest
from markdown_it import MarkdownIt
from msgspec.structs import replace

from assay.model import (
    Outcome,
    Report,
    Severity,
    Standing,
    Verdict,
    verdicts,
    worst,
)
from assay.report.formats import annotations, text
from assay.report.lineage import json as lineage_json
from assay.report.lineage import tree
from assay.report.lineage.view import lineage_of
from assay.report.view import view_of
from assay.run.formats import FORMATS, render
from tests.policy.builders import AS_OF, document, image, mark, subject, unresolved
from tests.report import samples
from tests.report.test_annotations import read_azure, read_github
from tests.report.test_html import Page

Read = dict[str, Standing]
"""How each reference stands, by its address."""
ALL = replace(samples.PLAIN, excepted=True)
"""Formats that list findings list what an exception lets through, too."""
STANDS = {
    "a.fail": Standing.FAIL,
    "a.fail_and_unread": Standing.FAIL,
    "a.undetermined": Standing.UNDETERMINED,
    "a.unread": Standing.TOLERATED,
    "a.unread_and_excepted": Standing.TOLERATED,
    "a.unread_and_warned": Standing.TOLERATED,
    "a.excepted": Standing.EXCEPTED,
    "a.excepted_and_warned": Standing.EXCEPTED,
    "a.warned": Standing.WARNED,
    "a.pass": Standing.PASS,
    "a.unread_is_never_let_through": Standing.UNDETERMINED,
}
"""`unread`: a rule that only warns could not read what it asks for."""


def report() -> Report:
    by = document(
        rules={"deprecated": "warning", "public-image": "warning"},
        exceptions=[
            {
                "match": {"address": "a.*excepted*"},
                "rules": ["unmarked"],
                "reason": "vendor appliance",
                "approved_by": "platform-security",
                "expires": "2027-01-31",
            }
        ],
    )
    bare, golden = image(), image(mark())
    old = {"deprecation_time": AS_OF.replace(year=2025)}
    made = samples.reported(
        by,
        subject(golden, address="a.pass"),
        subject(replace(golden, **old), address="a.warned"),
        subject(bare, address="a.excepted"),
        subject(replace(bare, **old), address="a.excepted_and_warned"),
        subject(replace(golden, public=None), address="a.unread"),
        subject(replace(bare, public=None), address="a.unread_and_excepted"),
        subject(replace(golden, public=None, **old), address="a.unread_and_warned"),
        unresolved(address="a.undetermined"),
        subject(bare, address="a.fail"),
        subject(replace(bare, public=None), address="a.fail_and_unread"),
    )
    return _with(made, _never_made(made))


def _never_made(report: Report) -> Verdict:
    """What no engine makes: an exception at a result that could not be read."""
    verdict = next(each for each in report.verdicts if each.outcome is Outcome.UNDETERMINED)
    exception = next(each.exception for each in report.verdicts if each.exception)
    reference = replace(verdict.subject.reference, address="a.unread_is_never_let_through")
    return Verdict(
        replace(verdict.subject, reference=reference),
        Outcome.UNDETERMINED,
        tuple(replace(each, exception=exception) for each in verdict.results),
    )


def _with(report: Report, verdict: Verdict) -> Report:
    [facts] = report.inputs
    every = (*report.verdicts, verdict)
    return replace(report, verdicts=every, inputs=(replace(facts, references=len(every)),))


def lenient() -> Report:
    """The same, where the policy only has reported what is undetermined."""
    strict = report()
    return replace(strict, policy=replace(strict.policy, undetermined=Severity.WARNING))


def expected(of: Report) -> Read:
    tolerant = of.policy.undetermined is Severity.WARNING
    return {
        address: Standing.TOLERATED if tolerant and stands is Standing.UNDETERMINED else stands
        for address, stands in STANDS.items()
    }


# --------------------------------------------------------------------------------------- readers


def the_worst(found: Iterable[tuple[str, Standing]]) -> Read:
    """Of findings: what is not listed passes."""
    read = dict.fromkeys(STANDS, Standing.PASS)
    for address, stands in found:
        read[address] = min(read[address], stands, key=list(Standing).index)
    return read


def of_json(text: str) -> Read:
    found = {}
    for each in json.loads(text)["verdicts"]:
        found[each["address"]] = Standing(each["standing"])
        assert _goes_with(each["outcome"], found[each["address"]])
    return found


def _goes_with(outcome: str, stands: Standing) -> bool:
    """What an outcome, which has three words, may be told as."""
    return (
        stands
        in {
            "fail": {Standing.FAIL},
            "undetermined": {Standing.UNDETERMINED, Standing.TOLERATED},
            "pass": set(Standing) - {Standing.FAIL, Standing.UNDETERMINED},
        }[outcome]
    )


def of_text(text: str) -> Read:
    """By the headline of each reference, and the line that names an exception."""
    found: Read = {}
    for block in text.split("\n\n"):
        heads = re.findall(r"^([A-Z]+) (a\.\S+)  (.*)$", block, re.MULTILINE)
        for label, address, rest in heads:
            excepted = bool(re.search(r"^  by exception: ", block, re.MULTILINE))
            found[address] = _told(label, rest.partition("  ")[0], excepted=excepted)
    return found


def _told(label: str, rules: str, *, excepted: bool) -> Standing:
    match label:
        case "PASS" if excepted:
            return Standing.EXCEPTED
        case "PASS" if "(warning)" in rules:
            return Standing.WARNED
        case "UNDETERMINED" if "(tolerated)" in rules:
            return Standing.TOLERATED
    return Standing(label.lower())


def of_quiet(text: str) -> Read:
    found = re.findall(r"^([A-Z]+) (a\.\S+)  [a-z-]+( \(tolerated\))?: ", text, re.MULTILINE)
    return the_worst(
        (address, Standing.TOLERATED if tolerated else Standing(label.lower()))
        for label, address, tolerated in found
    )


def of_markdown(text: str) -> Read:
    """By the table, as markdown-it reads it; and the passes, which are only those."""
    tokens = MarkdownIt("gfm-like", {"html": True}).parse(text)
    inside = [
        "".join(child.content for child in token.children or ())
        for before, token in pairwise(tokens)
        if before.type in ("td_open", "th_open")
    ]
    assert inside[:4] == ["Outcome", "Finding", "Address", "File"]
    rows = [inside[start : start + 4] for start in range(4, len(inside), 4)]
    read = the_worst((row[2], _in_cell(row[0])) for row in rows)
    passes = re.findall(r"^- `(a\.\S+)`", text[text.index("✅ ") :], re.MULTILINE)
    assert set(passes) == {each for each, stands in read.items() if stands.is_good}
    return read


def _in_cell(cell: str) -> Standing:
    _mark, word, *note = cell.split()
    assert note in ([], ["(tolerated)"])
    assert word == "undetermined" or not note
    return Standing.TOLERATED if note else Standing(word)


def of_html(text: str) -> Read:
    page = Page(text)
    read = {row["address"]: Standing(row["standing"]) for row in page.data["rows"]}
    for address, stands in read.items():  # badges, where nothing but HTML is read
        badge = rf"\b{stands} {re.escape(address)} "
        assert bool(re.search(badge, page.text)) is not stands.is_good
    return read


def of_junit(text: str) -> Read:
    root = ET.fromstring(text)
    warned = root.findtext(".//system-out") or ""
    read = {}
    for case in root.iter("testcase"):
        address, _, _attribute = (case.get("name") or "").partition(" ")
        inner = {child.tag: child.get("message") or "" for child in case}
        read[address] = _of_case(inner, warns=f"warning: {address} " in warned)
    return read


def _of_case(inner: dict[str, str], *, warns: bool) -> Standing:
    match inner:
        case {"failure": _}:
            return Standing.FAIL
        case {"error": _}:
            return Standing.UNDETERMINED
        case {"skipped": message}:
            return Standing.TOLERATED if "(tolerated)" in message else Standing.EXCEPTED
    return Standing.WARNED if warns else Standing.PASS


def of_asff(text: str) -> Read:
    status = {
        Standing.FAIL: ("FAILED", "HIGH", "fails"),
        Standing.UNDETERMINED: ("WARNING", "HIGH", "is undetermined"),
        Standing.TOLERATED: ("WARNING", "MEDIUM", "is undetermined (tolerated)"),
        Standing.EXCEPTED: ("PASSED", "LOW", "is excepted"),
        Standing.WARNED: ("PASSED", "MEDIUM", "passes with a warning"),
        Standing.PASS: ("PASSED", "INFORMATIONAL", "passes"),
    }
    read = {}
    for each in json.loads(text):
        severity = each["FindingProviderFields"]["Severity"]
        stands = Standing(severity["Original"])
        title = re.fullmatch(r"AMI (.*): (a\.\S+) \S+", each["Title"])
        assert title
        assert (each["Compliance"]["Status"], severity["Label"], title[1]) == status[stands]
        read[title[2]] = stands
    return read


def of_ocsf(text: str) -> Read:
    told = {
        ("Fail", "New", "High"): Standing.FAIL,
        ("Warning", "New", "High"): Standing.UNDETERMINED,
        ("Warning", "New", "Medium"): Standing.TOLERATED,
        ("Pass", "Suppressed", "Low"): Standing.EXCEPTED,
        ("Pass", "New", "Medium"): Standing.WARNED,
        ("Pass", None, "Informational"): Standing.PASS,
    }
    return {
        event["resources"][0]["uid"]: told[
            event["compliance"]["status"], event.get("status"), event["severity"]
        ]
        for event in map(json.loads, text.splitlines())
    }


def of_sarif(text: str) -> Read:
    [run] = json.loads(text)["runs"]
    return the_worst(
        (
            each["locations"][0]["logicalLocations"][0]["fullyQualifiedName"],
            _listed(each["level"], each["message"]["text"], excepted="suppressions" in each),
        )
        for each in run["results"]
    )


def _listed(level: str, message: str, *, excepted: bool | None = None) -> Standing:
    """Of a message that starts with the address, and of the level beside it."""
    _address, said = message.split(": ", 1)
    if excepted is not None:
        assert said.startswith("excepted: ") is excepted
    match level, said.partition(": ")[0]:
        case "error", "undetermined":
            return Standing.UNDETERMINED
        case "warning", "undetermined":
            return Standing.TOLERATED
        case "warning", "excepted":
            return Standing.EXCEPTED
    return {"error": Standing.FAIL, "warning": Standing.WARNED}[level]


def of_codequality(text: str) -> Read:
    levels = {"critical": "error", "minor": "warning", "info": "warning"}
    return the_worst(
        (
            each["description"].split(": ")[0],
            _listed(
                levels[each["severity"]], each["description"], excepted=each["severity"] == "info"
            ),
        )
        for each in json.loads(text)
    )


def of_sast(text: str) -> Read:
    levels = {"High": "error", "Medium": "warning", "Info": "warning"}
    found = []
    for each in json.loads(text)["vulnerabilities"]:
        about, said, *_ = each["description"].split("\n\n")
        address = about.split("`")[1]
        excepted = each["severity"] == "Info"
        message = f"{address}: {said.strip('`')}"
        found.append((address, _listed(levels[each["severity"]], message, excepted=excepted)))
    return the_worst(found)


def of_github(text: str) -> Read:
    commands = [command for line in text.splitlines() if (command := read_github(line))]
    return the_worst(
        (message.split(": ")[0], _listed(level, message)) for level, _, message in commands
    )


def of_azure(text: str) -> Read:
    commands = [command for line in text.splitlines() if (command := read_azure(line))]
    return the_worst(
        (message.split(": ")[0], _listed(properties["type"], message))
        for name, properties, message in commands
        if name == "task.logissue"
    )


READERS: dict[str, Callable[[str], Read]] = {
    "text": of_text,
    "json": of_json,
    "sarif": of_sarif,
    "junit": of_junit,
    "markdown": of_markdown,
    "html": of_html,
    "github": of_github,
    "azure": of_azure,
    "gitlab-codequality": of_codequality,
    "gitlab-sast": of_sast,
    "asff": of_asff,
    "ocsf": of_ocsf,
}
REPORTS = pytest.mark.parametrize("make", [report, lenient])


# ----------------------------------------------------------------------------------------- tests


def test_every_format_has_a_reader() -> None:
    assert set(READERS) == set(FORMATS)


@REPORTS
@pytest.mark.parametrize("name", READERS)
def test_every_format_tells_how_each_verdict_stands(
    name: str, make: Callable[[], Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(annotations, "MOST", 100)  # which are left out is another matter
    made = make()
    assert READERS[name](render(made, name, ALL)) == expected(made)


@REPORTS
@pytest.mark.parametrize("style", ["quiet", "verbose"])
def test_text_tells_it_in_every_style(style: str, make: Callable[[], Report]) -> None:
    setting = replace(ALL, quiet=style == "quiet", verbose=style == "verbose")
    reader = of_quiet if style == "quiet" else of_text
    made = make()
    assert reader(text.render(made, setting)) == expected(made)


@REPORTS
def test_what_is_explained_of_one_image_is_told_alike(make: Callable[[], Report]) -> None:
    made = make()
    for verdict in made.verdicts:
        stands = expected(made)[verdict.subject.reference.address]
        lineage = lineage_of(verdict.subject, made.catalog, AS_OF, made.policy)
        shown = view_of(verdict, made.policy.undetermined)
        told = json.loads(lineage_json.render_verdict(lineage, shown))["verdict"]
        assert told["standing"] == stands
        head, *lines = tree.render_verdict(lineage, shown).splitlines()
        rules = " ".join(line.split(": ")[0] for line in lines)
        excepted = any(line.startswith("  by exception: ") for line in lines)
        warned = " (warning)" if "  warning " in rules else ""
        assert _told(head.split()[0], rules + warned, excepted=excepted) is stands


@pytest.mark.parametrize("name", [name for name in READERS if name not in {"asff", "ocsf"}])
def test_a_report_that_passes_says_how_much_of_it_is_not_proven(name: str) -> None:
    """Where somebody reads nothing but the last line, or the first."""
    unread = subject(image(mark(), public=None), address="a.unread")
    made = samples.reported(document(rules={"public-image": "warning"}), subject(), unread)
    assert made.outcome is Outcome.PASS
    said = render(made, name, samples.PLAIN)
    if name in {"text", "markdown", "github", "azure"}:
        assert "2 AMI references: 2 pass, 1 of them not proven" in said
    if name == "html":  # by the numbers of its tiles
        assert "2 AMI references: 1 tolerated and not proven, 1 pass" in said
    if name == "html":
        assert "1 reference is tolerated and not proven" in said
        assert "Every required fact was read" not in said


@pytest.mark.parametrize("name", ["text", "markdown"])
def test_what_is_not_proven_is_never_cut_off(name: str) -> None:
    unread = [
        subject(image(mark(), id=f"ami-0{n:016x}", public=None), address=f"a.unread{n}")
        for n in range(200)
    ]
    made = samples.reported(document(rules={"public-image": "warning"}), *unread)
    said = render(made, name, samples.PLAIN)
    listed = set(re.findall(r"a\.unread\d+", said))
    more = re.search(r"and (\d+) more finding", said)
    assert len(listed) + (int(more[1]) if more else 0) == 200


# ----------------------------------------------------------------------------------- one notion


OUTCOMES, SEVERITIES = tuple(Outcome), (Severity.ERROR, Severity.WARNING)


def test_the_gate_closes_where_a_standing_says_so() -> None:
    for outcome, undetermined in product(OUTCOMES, SEVERITIES):
        stands = verdicts.verdict_standing(outcome, [], undetermined)
        assert stands.closes_the_gate == verdicts.closes_the_gate(outcome, undetermined)


def test_a_verdict_stands_as_its_worst_result_where_that_decides_or_nothing_does() -> None:
    kinds = list(product(OUTCOMES, SEVERITIES, (True, False)))
    for undetermined, results in product(SEVERITIES, product(kinds, repeat=2)):
        outcome = worst(
            outcome
            for outcome, severity, excepted in results
            if verdicts.decides(outcome, severity, excepted=excepted)
        )
        stand = [
            verdicts.result_standing(outcome, severity, undetermined, excepted=excepted)
            for outcome, severity, excepted in results
        ]
        stands = verdicts.verdict_standing(outcome, stand, undetermined)
        assert stands is min(stand, key=list(Standing).index)


def test_nothing_that_could_not_be_read_is_good() -> None:
    for severity, undetermined, excepted in product(SEVERITIES, SEVERITIES, (True, False)):
        stands = verdicts.result_standing(
            Outcome.UNDETERMINED, severity, undetermined, excepted=excepted
        )
        assert not stands.is_good
