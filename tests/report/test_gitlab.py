"""GitLab's two reports. No package carries their schemas: what they ask for is written down here.

From GitLab's documentation ("Code Quality report format") and from version 15.0.6 of its security
report schemas (sast-report-format.json), as far as assay writes what they describe.
"""

import json
import uuid
from typing import Any

import pytest
from jsonschema import Draft7Validator
from markdown_it import MarkdownIt
from msgspec.structs import replace

from assay.report.inert import code
from assay.report.issues import issues
from assay.report.safe import safe
from assay.report.summary import endpoint
from assay.run.formats import render
from tests.report import samples
from tests.report.shared import EACH, document, texts

TEXT = {"type": "string", "minLength": 1}
LINE = {"type": "integer", "minimum": 1}
MOMENT = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$"}


def of(**members: Any) -> dict[str, Any]:
    """An object with all these members and no others: what else GitLab takes, assay does not write."""
    return {
        "type": "object",
        "required": list(members),
        "properties": members,
        "additionalProperties": False,
    }


def array(items: Any, least: int = 0) -> dict[str, Any]:
    return {"type": "array", "items": items, "minItems": least}


CODE_QUALITY = array(
    of(
        description=TEXT,
        check_name=TEXT,
        fingerprint=TEXT,
        severity={"enum": ["info", "minor", "major", "critical", "blocker"]},
        location=of(path={**TEXT, "pattern": r"^(?!\./)"}, lines=of(begin=LINE)),
    )
)
TOOL = of(id=TEXT, name=TEXT, version=TEXT, vendor=of(name=TEXT))
VULNERABILITY = of(
    id={"type": "string", "format": "uuid"},
    name={**TEXT, "maxLength": 255},
    description={**TEXT, "maxLength": 1_048_576},
    severity={"enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"]},
    identifiers=array(of(type=TEXT, name=TEXT, value=TEXT), 1),
    location=of(file=TEXT, start_line=LINE, end_line=LINE),
    tracking=of(
        type={"const": "source"},
        items=array(
            of(
                file=TEXT,
                start_line=LINE,
                end_line=LINE,
                signatures=array(
                    of(algorithm={"enum": ["hash", "location", "scope_offset"]}, value=TEXT), 1
                ),
            ),
            1,
        ),
    ),
)
VULNERABILITY["properties"]["solution"] = {**TEXT, "maxLength": 7000}
SAST = of(
    version={"const": "15.0.6"},
    scan=of(
        type={"const": "sast"},
        status={"enum": ["success", "failure"]},
        analyzer=TOOL,
        scanner=TOOL,
        start_time=MOMENT,
        end_time=MOMENT,
        messages=array(of(level={"enum": ["info", "warn", "fatal"]}, value=TEXT)),
    ),
    vulnerabilities=array(VULNERABILITY),
)


@EACH
@pytest.mark.parametrize(
    ("format", "schema"), [("gitlab-codequality", CODE_QUALITY), ("gitlab-sast", SAST)]
)
def test_it_is_what_gitlab_asks_for(format: str, schema: Any, name: str) -> None:
    errors = Draft7Validator(schema).iter_errors(document(format, name))
    assert [error.message for error in errors] == []


@EACH
def test_issues_are_the_findings(name: str) -> None:
    found = list(issues(samples.ALL[name](), samples.PLAIN))
    written = document("gitlab-codequality", name)
    severity = {"error": "critical", "warning": "minor"}
    assert [
        (each["check_name"], each["severity"], each["location"]["lines"]["begin"])
        for each in written
    ] == [(each.result.rule, severity[each.level], each.line) for each in found]
    assert len({each["fingerprint"] for each in written}) == len(found)
    for issue, each in zip(written, found, strict=True):
        assert issue["description"].startswith(f"{safe(each.verdict.address)}: ")
        undetermined = each.result.outcome == "undetermined"
        assert ("undetermined: " in issue["description"]) == undetermined


@EACH
def test_vulnerabilities_are_the_findings(name: str) -> None:
    found = list(issues(samples.ALL[name](), samples.PLAIN))
    told = document("gitlab-sast", name)["vulnerabilities"]
    severity = {"error": "High", "warning": "Medium"}
    assert [(each["identifiers"][0]["value"], each["severity"]) for each in told] == [
        (each.result.rule, severity[each.level]) for each in found
    ]
    ids = {each["id"] for each in told}
    assert len(ids) == len(found)
    assert all(uuid.UUID(id).version == 5 for id in ids)


def test_findings_on_one_line_are_told_apart_by_their_signatures() -> None:
    told = document("gitlab-sast", "many")["vulnerabilities"]
    at_one_place = [each for each in told if each["location"]["file"] == "plan.json"]
    assert len(at_one_place) > 100
    values = {
        item["signatures"][0]["value"]
        for each in at_one_place
        for item in each["tracking"]["items"]
    }
    assert len(values) == len(at_one_place)


def test_a_name_says_nothing_of_the_finding() -> None:
    names = {each["name"] for each in document("gitlab-sast", "many")["vulnerabilities"]}
    assert names <= {rule.summary for rule in samples.PLAIN.rules}


def test_what_is_undetermined_is_told_of_the_scan() -> None:
    messages = document("gitlab-sast", "everything")["scan"]["messages"]
    assert {"level": "warn", "value": "lookup-failed: 2 results are undetermined"} in messages
    [judged, emulated] = document("gitlab-sast", "demo")["scan"]["messages"]
    assert judged["value"] == "judged as of 2026-11-21 12:00 UTC, not now"
    assert emulated["value"].startswith("the answers came from the emulator")
    hostile = document("gitlab-sast", "hostile")["scan"]["messages"]
    line = next(endpoint(samples.hostile().catalog))
    assert line.endswith(", which is not AWS's own endpoint")
    assert {"level": "warn", "value": line} in hostile


def test_what_an_exception_lets_through_is_of_no_weight() -> None:
    asked = replace(samples.PLAIN, excepted=True)
    issues = json.loads(render(samples.of_everything(), "gitlab-codequality", asked))
    assert [each["severity"] for each in issues].count("info") == 1
    told = json.loads(render(samples.of_everything(), "gitlab-sast", asked))["vulnerabilities"]
    [excepted] = [each for each in told if each["severity"] == "Info"]
    assert "By exception: `vendor appliance`" in excepted["description"]


@pytest.mark.parametrize("name", samples.HOSTILE)
def test_a_code_span_holds_any_text_and_is_one(name: str) -> None:
    text = safe(samples.HOSTILE[name])
    [block] = [each for each in MarkdownIt().parse(code(text)) if each.type == "inline"]
    assert block.children is not None
    [span] = block.children
    assert (span.type, span.content.strip()) == ("code_inline", text.strip())


def test_hostile_text_is_code_in_descriptions_and_nothing_else() -> None:
    markdown = MarkdownIt("commonmark", {"html": True})
    for each in document("gitlab-sast", "hostile")["vulnerabilities"]:
        kinds = {
            child.type
            for block in markdown.parse(each["description"])
            for child in (block.children or [block])
        }
        assert kinds <= {"paragraph_open", "paragraph_close", "text", "code_inline"}


@pytest.mark.parametrize("format", ["gitlab-codequality", "gitlab-sast"])
def test_hostile_text_cannot_be_seen_to_do_anything(format: str) -> None:
    found = document(format, "hostile")
    assert json.dumps(found, ensure_ascii=False).isprintable()
    whole = "\n".join(texts(found))
    for name, text in samples.HOSTILE.items():
        assert safe(f'aws_instance.{name}["{text}"]') in whole
