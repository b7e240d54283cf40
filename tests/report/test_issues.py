"""What formats that list findings start from."""

from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from msgspec.structs import replace

from assay.model import Report, Severity, Subject
from assay.report.issues import issues
from assay.report.judged import judged_references
from assay.report.view import views
from tests.policy.builders import document, image, mark, subject
from tests.report import samples


@pytest.mark.parametrize("name", samples.ALL)
def test_every_verdict_knows_its_input(name: str) -> None:
    report = samples.ALL[name]()
    known = Counter(shown.input for shown in views(report))
    assert known == Counter({n: each.references for n, each in enumerate(report.inputs)})


@pytest.mark.parametrize("name", samples.ALL)
def test_a_verdict_that_is_no_pass_has_an_error_and_the_others_have_none(name: str) -> None:
    report = samples.ALL[name]()
    tolerant = report.policy.undetermined is Severity.WARNING
    closed = {
        verdict.subject.reference.address
        for verdict in report.verdicts
        if verdict.outcome == "fail" or (verdict.outcome == "undetermined" and not tolerant)
    }
    found = list(issues(report, samples.PLAIN))
    assert {each.verdict.address for each in found if each.level == "error"} == closed
    assert len({each.fingerprint for each in found}) == len(found)


def test_fingerprints_do_not_follow_lines_or_images() -> None:
    def prints(line: int, id: str, category: str = "assay") -> list[str]:
        report = samples.reported(document(), subject(image(id=id), file="a.tf", line=line))
        setting = replace(samples.PLAIN, category=category)
        return [each.fingerprint for each in issues(report, setting)]

    assert prints(1, "ami-0000000d") == prints(9, "ami-0000000e")
    assert prints(1, "ami-0000000d") != prints(1, "ami-0000000d", "prod")


def test_what_an_exception_lets_through_is_listed_on_demand_only() -> None:
    report = samples.of_everything()
    vendor = "module.firewall.aws_instance.vendor"
    assert vendor not in {each.verdict.address for each in issues(report, samples.PLAIN)}
    asked = issues(report, replace(samples.PLAIN, excepted=True))
    [found] = [each for each in asked if each.verdict.address == vendor]
    assert (found.level, found.result.excepted) == ("warning", True)


def two_plans(*first: Subject, second: Sequence[Subject] = ()) -> Report:
    """A report on a.json and b.json."""
    others = (replace(each, input=1) for each in second)
    report = samples.reported(document(), *first, *others)
    facts = report.inputs[0]
    return replace(
        report,
        inputs=(
            replace(facts, path="a.json", references=len(first)),
            replace(facts, path="b.json", references=len(second)),
        ),
    )


def turned(report: Report) -> Report:
    """The same plans, named in the other order."""
    one, other = report.inputs
    verdicts = (
        replace(each, subject=replace(each.subject, input=1 - each.input))
        for each in sorted(report.verdicts, key=lambda each: -each.input)
    )
    return replace(report, inputs=(other, one), verdicts=tuple(verdicts))


Marks = Callable[[Report], dict[tuple[str, str], str]]


def of_issues(report: Report) -> dict[tuple[str, str], str]:
    found = list(issues(report, samples.PLAIN))
    marks = {(each.path, each.verdict.address): each.fingerprint for each in found}
    assert len(marks) == len(set(marks.values())) == len(found)
    return marks


def of_references(report: Report) -> dict[tuple[str, str], str]:
    found = list(judged_references(report, samples.PLAIN))
    paths = [facts.path for facts in report.inputs]
    marks = {(paths[each.verdict.input], each.verdict.address): each.uid for each in found}
    assert len(marks) == len(set(marks.values())) == len(found)
    return marks


@pytest.mark.parametrize("marks", [of_issues, of_references])
def test_what_tells_plans_apart_does_not_follow_their_order(marks: Marks) -> None:
    bare = [subject(image(), address=f"aws_instance.{name}") for name in ("web", "db")]
    report = two_plans(*bare, second=bare)
    assert len(marks(report)) == 4
    assert marks(report) == marks(turned(report))


@pytest.mark.parametrize("marks", [of_issues, of_references])
def test_what_is_mended_elsewhere_renames_nothing(marks: Marks) -> None:
    bare, good = subject(image()), subject(image(mark()))
    other = subject(image(), address="aws_instance.other")
    before = marks(two_plans(bare, other, second=[bare]))
    for after in (two_plans(bare, other, second=[good]), two_plans(bare, second=[bare])):
        both = before.keys() & marks(after).keys()
        assert ("a.json", "aws_instance.web") in both
        assert all(marks(after)[each] == before[each] for each in both)


def test_a_plan_alone_is_not_told_by_its_path() -> None:
    """Pipelines write plans wherever they like: only a namesake in another plan needs the path."""
    bare = subject(image())
    [alone] = of_issues(two_plans(bare)).values()
    report = samples.reported(document(), bare)
    [found] = issues(report, samples.PLAIN)
    assert found.fingerprint == alone


def test_places_are_the_codes_or_the_plans() -> None:
    places = {
        each.verdict.address: (each.path, each.line, each.in_code)
        for each in issues(samples.of_everything(), samples.PLAIN)
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
    [found] = issues(report, samples.PLAIN)
    assert (found.level, found.result.rule, found.result.outcome) == (
        "error",
        "unresolved",
        "undetermined",
    )
