"""What formats that list references start from."""

import pytest
from msgspec.structs import replace

from assay.model import Outcome, Standing
from assay.report.judged import judged_references
from tests.policy.builders import ancestry, document, image, mark, refused, subject
from tests.report import samples
from tests.report.shared import EACH


@EACH
def test_every_verdict_is_there_once_by_a_name_of_its_own(name: str) -> None:
    report = samples.ALL[name]()
    found = list(judged_references(report, samples.PLAIN))
    assert [each.verdict.address for each in found] == [
        verdict.subject.reference.address for verdict in report.verdicts
    ]
    assert len({each.uid for each in found}) == len(found)


@EACH
def test_nothing_stands_better_than_its_outcome(name: str) -> None:
    report = samples.ALL[name]()
    for each in judged_references(report, samples.PLAIN):
        match each.verdict.outcome:
            case "fail":
                assert each.standing is Standing.FAIL
            case "undetermined":
                assert each.standing in {Standing.UNDETERMINED, Standing.TOLERATED}
            case _:
                assert (each.standing is Standing.PASS) == (not each.open)
        if each.standing is not Standing.PASS:
            assert each.reasons


def test_where_the_sample_of_everything_stands() -> None:
    def standings(name: str) -> list[str]:
        return [each.standing for each in judged_references(samples.ALL[name](), samples.PLAIN)]

    expected = ["pass", "warning", "fail", "excepted", "fail", *["undetermined"] * 3]
    assert standings("everything") == expected
    assert standings("lenient") == [*expected[:5], *["tolerated"] * 3]


def test_what_is_undetermined_by_a_rule_that_only_warns_is_not_plainly_passed() -> None:
    by = document(rules={"lineage-mismatch": "warning"})
    report = samples.reported(by, subject(image(mark()), refused()))
    passes = replace(
        report.verdicts[0],
        outcome=Outcome.PASS,
        results=tuple(each for each in report.verdicts[0].results if each.severity == "warning"),
    )
    [found] = judged_references(replace(report, verdicts=(passes,)), samples.PLAIN)
    assert found.standing is Standing.TOLERATED


def test_names_do_not_follow_images_and_know_the_category() -> None:
    def uid(id: str, category: str = "assay") -> str:
        report = samples.reported(document(), subject(image(id=id), ancestry(id)))
        [found] = judged_references(report, replace(samples.PLAIN, category=category))
        return found.uid

    assert uid("ami-0000000d") == uid("ami-0000000e")
    assert uid("ami-0000000d") != uid("ami-0000000d", "prod")


def test_references_of_one_name_are_told_apart() -> None:
    twice = [subject(address="aws_instance.a") for _ in range(2)]
    one, other = judged_references(samples.reported(document(), *twice), samples.PLAIN)
    assert one.uid != other.uid


def test_what_closes_the_gate_is_told_first() -> None:
    by = document(rules={"unmarked": "warning"}, require={"max_age_days": 1})
    [found] = judged_references(samples.reported(by, subject(image())), samples.PLAIN)
    assert [each.rule for each in found.open] == ["too-old", "unmarked"]
    assert found.standing is Standing.FAIL


def test_reasons_say_who_lets_what_through() -> None:
    found = [each.reasons for each in judged_references(samples.of_everything(), samples.PLAIN)]
    assert found[3].endswith("carries no golden watermark (excepted: vendor appliance)")
    assert not any("excepted" in reasons for reasons in (*found[:3], *found[4:]))


@pytest.mark.parametrize("name", ["demo", "everything"])
def test_a_second_run_says_the_same(name: str) -> None:
    assert list(judged_references(samples.ALL[name](), samples.PLAIN)) == list(
        judged_references(samples.ALL[name](), samples.PLAIN)
    )
