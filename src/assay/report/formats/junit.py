"""JUnit XML: one suite per input, one test case per reference; for GitLab, Jenkins, Azure Pipelines.

The form is that of Ant's JUnit task (Windy Road's `JUnit.xsd`), plus `file` on a test case, which
GitLab turns into a link. A fail is a failure, and an undetermined result is an error. A result that
the policy tolerates, or that passes by an exception, is skipped with the reason and never simply
passed. A warning passes and appears in the suite's output.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from xml.etree import ElementTree as ET

from assay.model import InputFacts, Report, Standing
from assay.model.times import iso, to_second
from assay.report.judged import JudgedReference, judged_references
from assay.report.locations import repository_path
from assay.report.safe import safe
from assay.report.setting import PLAIN, Setting
from assay.report.summary import not_now

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
_ELEMENT = {
    Standing.FAIL: "failure",
    Standing.UNDETERMINED: "error",
    Standing.TOLERATED: "skipped",
    Standing.EXCEPTED: "skipped",
}
_COUNTED = {"failure": "failures", "error": "errors", "skipped": "skipped"}


def render(report: Report, setting: Setting = PLAIN) -> str:
    """The suites as one XML document that ends in a newline."""
    cases: list[list[JudgedReference]] = [[] for _ in report.inputs]
    for case in judged_references(report, setting):
        cases[case.verdict.input].append(case)
    root = ET.Element("testsuites")
    for number, facts in enumerate(report.inputs):
        root.append(_suite(number, facts, cases[number], report))
    ET.indent(root)
    return f"{DECLARATION}{ET.tostring(root, encoding='unicode')}\n"


def _suite(
    number: int, facts: InputFacts, cases: list[JudgedReference], report: Report
) -> ET.Element:
    counts = Counter(_ELEMENT.get(case.standing) for case in cases)
    attributes = {
        "name": safe(facts.path) or "-",
        "package": "assay",
        "id": str(number),
        "timestamp": to_second(report.as_of),
        "hostname": "localhost",
        "tests": str(len(cases)),
        **{attribute: str(counts[name]) for name, attribute in _COUNTED.items()},
        "time": "0",
    }
    suite = ET.Element("testsuite", attributes)
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(facts, report):
        ET.SubElement(properties, "property", name=name, value=safe(value))
    names: Counter[str] = Counter()
    for case in cases:
        # GitLab and Jenkins take two cases with the same name for one test that ran twice.
        names[case.label] += 1
        again = f" ({names[case.label]})" if names[case.label] > 1 else ""
        element = _case(case, f"{safe(case.label)}{again}", case.verdict.root or facts.path)
        suite.append(element)
    ET.SubElement(suite, "system-out").text = "\n".join(_output(cases, report))
    ET.SubElement(suite, "system-err")
    return suite


def _group(path: str) -> str:
    """The group of a case. Jenkins takes everything before the last dot for a package."""
    return f"assay.{safe(repository_path(path)).replace('.', '_')}"


def _properties(facts: InputFacts, report: Report) -> Iterator[tuple[str, str]]:
    yield "kind", facts.kind
    yield "sha256", facts.sha256
    if told := not_now(report):
        yield "judged", told
    yield "generated_at", iso(report.generated_at or report.as_of)
    if facts.variables:
        yield "variables.sha256", facts.variables
    yield "policy", report.policy.path
    yield "policy.sha256", report.policy.sha256
    yield "catalog", report.catalog.kind
    if report.catalog.sha256:
        yield "catalog.sha256", report.catalog.sha256
    if report.catalog.callers:
        yield "callers", " ".join(report.catalog.callers)
    if report.catalog.endpoint:
        yield "endpoint", report.catalog.endpoint


def _case(case: JudgedReference, name: str, path: str) -> ET.Element:
    element = ET.Element("testcase", name=name, classname=_group(path), time="0")
    if case.verdict.file:
        element.set("file", safe(repository_path(case.verdict.file)))
    if inner := _ELEMENT.get(case.standing):
        said = ET.SubElement(element, inner, message=safe(case.reasons))
        if inner != "skipped":
            said.set("type", case.open[0].rule)
        said.text = "\n".join(_text(case))
    return element


def _text(case: JudgedReference) -> Iterator[str]:
    """Everything about a case, because GitLab shows this text and not the message."""
    verdict = case.verdict
    for result in case.open:
        yield f"{safe(case.said(result))} [{result.outcome}, {result.severity}]"
        yield from (f"  {safe(line)}" for line in result.evidence)
        if result.fix:
            yield f"  fix: {safe(result.fix)}"
    value = verdict.image_id or verdict.value or "not known yet"
    place = f"{verdict.account or 'unknown account'}/{verdict.region or 'unknown Region'}"
    yield f"image: {safe(f'{value} in {place}')}"
    if verdict.file:
        yield f"at: {safe(verdict.file)}:{verdict.line}"
    if verdict.lineage:
        yield f"lineage: {safe(' <- '.join(step.image_id for step in verdict.lineage))}"
        yield f"lineage ends: {safe(verdict.lineage[-1].end or 'unknown')}"


def _output(cases: Iterable[JudgedReference], report: Report) -> Iterator[str]:
    """What the cases do not say: warnings of those that pass, and what was not judged."""
    for case in cases:
        if case.standing is Standing.WARNED:
            yield f"warning: {safe(case.label)}: {safe(case.reasons)}"
    for why, count in sorted(report.not_judged.items()):
        yield f"not judged: {count} {safe(why)}"
