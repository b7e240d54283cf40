"""SARIF, by its schema, by Microsoft's validator with GitHub's rules, and by what GitHub writes."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from jsonschema import Draft4Validator
from msgspec.structs import replace

from assay.model import Severity
from assay.report.formats import sarif
from assay.report.issues import issues
from assay.report.safe import safe
from tests.node import package
from tests.policy.builders import document as by
from tests.policy.builders import image, subject
from tests.report import samples
from tests.report.shared import EACH, document, schema

JUSTIFIED = {
    "SARIF2005": "informationUri: the project has no address on the web yet",
}
FOUND = re.compile(r": (?P<level>error|warning) (?P<rule>[A-Z]+[0-9]+)[.:]")


def run_of(name: str, **chosen: Any) -> Any:
    report = samples.ALL[name]()
    return json.loads(sarif.render(report, replace(samples.PLAIN, **chosen)))["runs"][0]


@EACH
def test_it_is_valid_by_the_standards_schema(name: str) -> None:
    validator = Draft4Validator(schema("sarif-schema-2.1.0.json"))
    assert [error.message for error in validator.iter_errors(document("sarif", name))] == []


def test_microsofts_validator_finds_no_error_and_no_warning(tmp_path: Path) -> None:
    tool = package(f"@microsoft/sarif-multitool-{sys.platform}") / "Sarif.Multitool"
    for name, made in (samples.ALL | {"many": lambda: samples.many(600)}).items():
        (tmp_path / f"{name}.sarif").write_text(sarif.render(made(), samples.PLAIN))
    broken = json.loads((tmp_path / "demo.sarif").read_text())
    broken["runs"][0]["results"][0]["locations"] = []
    (tmp_path / "broken.sarif").write_text(json.dumps(broken))

    def judge(*files: str) -> str:
        options = ["--rule-kind", "Sarif;Ghas", "--level", "Error;Warning;Note"]
        done = subprocess.run(
            [tool, "validate", *options, *files],
            cwd=tmp_path,
            env={**os.environ, "HTTPS_PROXY": "http://127.0.0.1:9"},  # it would look for $schema
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert "Analyzing" in done.stdout, done.stderr
        return done.stdout

    told = judge(*(f"{name}.sarif" for name in samples.ALL))
    assert "analysis completed successfully" in told.lower(), told[-2000:]
    serious = {found["rule"] for found in FOUND.finditer(told)}
    assert serious <= JUSTIFIED.keys(), told[:4000]
    assert {found["level"] for found in FOUND.finditer(judge("broken.sarif"))} >= {"error"}


@EACH
def test_results_are_the_findings(name: str) -> None:
    run = run_of(name)
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    found = list(issues(samples.ALL[name](), samples.PLAIN))
    assert [
        (each["ruleId"], each["level"], each["partialFingerprints"]) for each in run["results"]
    ] == [(each.result.rule, each.level, {"assay/v1": each.fingerprint}) for each in found]
    for result, each in zip(run["results"], found, strict=True):
        assert rules[result["ruleIndex"]] == result["ruleId"]
        [location] = result["locations"]
        [logical] = location["logicalLocations"]
        assert logical["fullyQualifiedName"] == safe(each.verdict.address)
        where = location["physicalLocation"]
        assert where["region"]["startLine"] == each.line >= 1
        assert (
            unquote(where["artifactLocation"]["uri"], errors="strict")
            == each.path.encode("utf-8", "backslashreplace").decode()
        )


@EACH
def test_a_rule_tells_github_what_it_wants_and_no_more_than_it_takes(name: str) -> None:
    rules = run_of(name)["tool"]["driver"]["rules"]
    assert {rule["id"] for rule in rules} == {rule.id for rule in samples.PLAIN.rules}
    for rule in rules:
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"] != rule["help"]["markdown"] != ""
        assert "security" in rule["properties"]["tags"]
        assert 0 < float(rule["properties"]["security-severity"]) < 9


def test_a_rule_is_as_serious_as_the_policy_makes_it() -> None:
    def of(name: str, rule: str) -> tuple[str, str]:
        [found] = [each for each in run_of(name)["tool"]["driver"]["rules"] if each["id"] == rule]
        return found["defaultConfiguration"]["level"], found["properties"]["security-severity"]

    assert of("everything", "unresolved") == ("error", "8.0")
    assert of("lenient", "unresolved") == ("warning", "5.0")
    assert of("empty", "unmarked") == ("error", "8.0")
    report = samples.reported(by(rules={"unmarked": "warning"}), subject(image()))
    [rule, *_] = json.loads(sarif.render(report, samples.PLAIN))["runs"][0]["tool"]["driver"][
        "rules"
    ]
    assert (rule["id"], rule["defaultConfiguration"]["level"]) == ("unmarked", "warning")


def test_a_rule_is_as_serious_as_its_worst_result() -> None:
    exception = {
        "match": {"address": "aws_instance.a"},
        "rules": ["unmarked"],
        "reason": "r",
        "approved_by": "b",
        "expires": "2027-01-31",
    }
    of = [subject(image(), address=f"aws_instance.{name}") for name in "ab"]
    report = samples.reported(by(exceptions=[exception]), *of)
    text = sarif.render(report, replace(samples.PLAIN, excepted=True))
    run = json.loads(text)["runs"][0]
    assert [each["level"] for each in run["results"]] == ["warning", "error"]
    assert run["tool"]["driver"]["rules"][0]["defaultConfiguration"] == {"level": "error"}


def test_what_is_undetermined_is_a_result_and_told_of_the_run() -> None:
    for name, level in (("everything", "error"), ("lenient", "warning")):
        run = run_of(name)
        undetermined = [each for each in run["results"] if each["properties"]["outcome"] != "fail"]
        assert {each["level"] for each in undetermined} == {level}
        assert all("undetermined: " in each["message"]["text"] for each in undetermined)
        [invocation] = run["invocations"]
        told = {
            (each["associatedRule"]["id"], each["level"])
            for each in invocation["toolExecutionNotifications"]
        }
        assert told == {(each["ruleId"], level) for each in undetermined}
        assert invocation["executionSuccessful"] is True


def test_without_results_there_is_still_a_run() -> None:
    run = run_of("empty")
    assert (run["results"], run["automationDetails"]["id"]) == ([], "assay/")


def test_the_category_ends_in_one_slash() -> None:
    assert run_of("empty", category="assay/prod")["automationDetails"]["id"] == "assay/prod/"
    assert run_of("empty", category="assay/prod/")["automationDetails"]["id"] == "assay/prod/"


def test_what_an_exception_lets_through_is_suppressed_with_its_reason() -> None:
    assert not any("suppressions" in each for each in run_of("everything")["results"])
    [found] = [
        each for each in run_of("everything", excepted=True)["results"] if "suppressions" in each
    ]
    [suppression] = found["suppressions"]
    assert found["message"]["text"].startswith("module.firewall.aws_instance.vendor: ")
    assert (suppression["kind"], suppression["status"]) == ("external", "accepted")
    assert suppression["justification"] == "vendor appliance"
    assert suppression["properties"]["approvedBy"] == "platform-security"


def test_the_most_serious_come_first_where_not_all_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = run_of("everything")["results"]
    errors = [each for each in whole if each["level"] == "error"]
    assert whole[0] not in errors
    monkeypatch.setattr(sarif, "MOST_RESULTS", len(errors))
    run = run_of("everything")
    assert run["results"] == errors
    [*_, last] = run["invocations"][0]["toolExecutionNotifications"]
    assert last["level"] == "error"
    assert last["message"]["text"].startswith("1 more result is left out")


def test_hostile_text_is_neither_link_nor_placeholder_nor_path() -> None:
    run = run_of("hostile")
    for result in run["results"]:
        text = result["message"]["text"]
        assert "](" not in text
        assert not re.search(r"(?<!\{)(\{\{)*\{[^{]", text)
        [location] = result["locations"]
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"[A-Za-z0-9_.~/%-]+", uri)
    addresses = {
        result["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]
        for result in run["results"]
    }
    for name, text in samples.HOSTILE.items():
        assert safe(f'aws_instance.{name}["{text}"]') in addresses
    printed = json.dumps(run, ensure_ascii=False)
    assert printed.isprintable()


def test_a_plan_of_two_roots_has_no_two_alike() -> None:
    report = samples.reported(
        by(),
        subject(image(), address="aws_instance.a", root="live/a"),
        subject(image(), address="aws_instance.a", root="live/b"),
    )
    assert report.policy.undetermined is Severity.ERROR
    results = json.loads(sarif.render(report, samples.PLAIN))["runs"][0]["results"]
    assert len({each["partialFingerprints"]["assay/v1"] for each in results}) == 2
