"""What formats that list findings start from."""

import pytest
from msgspec.structs import replace

from assay.model import Severity
from assay.report.findings import by_input, findings
from tests.policy.builders import document, image, subject
from tests.report import samples


@pytest.mark.parametrize("name", samples.ALL)
def test_every_verdict_belongs_to_an_input_in_order(name: str) -> None:
    report = samples.ALL[name]()
    assert [shown.address for _, shown in by_input(report)] == [
        verdict.subject.reference.address for verdict in report.verdicts
    ]


@pytest.mark.parametrize("name", samples.ALL)
def test_a_verdict_that_is_no_pass_has_an_error_and_the_others_have_none(name: str) -> None:
    report = samples.ALL[name]()
    tolerant = report.policy.undetermined is Severity.WARNING
    closed = {
        verdict.subject.reference.address
        for verdict in report.verdicts
        if verdict.outcome == "fail" or (verdict.outcome == "undetermined" and not tolerant)
    }
    found = list(findings(report, samples.PLAIN))
    assert {each.verdict.address for each in found if each.level == "error"} == closed
    assert len({each.fingerprint for each in found}) == len(found)


def test_fingerprints_do_not_follow_lines_or_images() -> None:
    def prints(line: int, id: str, category: str = "assay") -> list[str]:
        report = samples.reported(document(), subject(image(id=id), file="a.tf", line=line))
        setting = replace(samples.PLAIN, category=category)
        return [each.fingerprint for each in findings(report, setting)]

    assert prints(1, "ami-0000000d") == prints(9, "ami-0000000e")
    assert prints(1, "ami-0000000d") != prints(1, "ami-0000000d", "prod")


def test_what_an_exception_lets_through_is_listed_on_demand_only() -> None:
    report = samples.of_everything()
    vendor = "module.firewall.aws_instance.vendor"
    assert vendor not in {each.verdict.address for each in findings(report, samples.PLAIN)}
    asked = findings(report, replace(samples.PLAIN, excepted=True))
    [found] = [each for each in asked if each.verdict.address == vendor]
    assert (found.level, found.result.excepted) == ("warning", True)


def test_places_are_the_codes_or_the_plans() -> None:
    places = {
        each.verdict.address: (each.path, each.line, each.in_code)
        for each in findings(samples.of_everything(), samples.PLAIN)
    }
    assert places["aws_instance.bare"] == ("modules/web/main.tf", 3, True)
    assert places["aws_instance.unknown"] == ("plan.json", 1, False)


def test_a_verdict_that_no_result_explains_is_still_found() -> None:
    off = dict.fromkeys(
        ("unmarked", "revoked", "lineage-mismatch", "too-deep", "not-launchable"), "off"
    )
    bare = subject(image())
    blind = replace(bare, provenance=None)
    report = samples.reported(document(rules=off), blind)
    assert report.outcome == "undetermined"
    [found] = findings(report, samples.PLAIN)
    assert (found.level, found.result.rule, found.result.outcome) == (
        "error",
        "unresolved",
        "undetermined",
    )
