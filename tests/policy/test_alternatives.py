"""A reference that may mean several images passes only if every one of them would."""

from datetime import date

import pytest
from msgspec.structs import replace

from assay.model import (
    Alias,
    Already,
    Cause,
    Finding,
    ImageMatch,
    Match,
    Outcome,
    PolicyException,
    Resolved,
    RuleResult,
    Severity,
    Subject,
    Verdict,
)
from assay.policy.engine import judge, judge_all
from tests.policy.builders import (
    AS_OF,
    ELSE,
    HOME,
    STRANGER,
    USED,
    USER,
    days_ago,
    document,
    image,
    mark,
    policy,
    subject,
    unresolved,
)

PASS, FAIL, OPEN = Outcome.PASS, Outcome.FAIL, Outcome.UNDETERMINED
HOME_MADE = "ami-0000000000000bad1"

GOLDEN = subject()
BAD = subject(image(id=HOME_MADE))
LOST = unresolved(Cause.UNRESOLVED)


def one_of(first: Subject, *others: Subject) -> Subject:
    return replace(first, others=others)


def judged(*parts: Subject) -> Verdict:
    return judge(one_of(*parts), policy(), AS_OF)


@pytest.mark.parametrize(
    ("parts", "outcome"),
    [
        ((GOLDEN, GOLDEN), PASS),
        ((BAD, BAD), FAIL),
        ((GOLDEN, BAD), OPEN),
        ((BAD, GOLDEN), OPEN),
        ((GOLDEN, LOST), OPEN),
        ((BAD, LOST), OPEN),
        ((LOST, GOLDEN, BAD), OPEN),
        ((LOST, LOST), OPEN),
    ],
)
def test_all_or_none(parts: tuple[Subject, ...], outcome: Outcome) -> None:
    assert judged(*parts).outcome is outcome


def test_what_would_not_pass_is_named_and_shown() -> None:
    found = judged(GOLDEN, BAD)
    (told,) = [result for result in found.results if result.rule == "unresolved"]
    assert told.finding.outcome is OPEN
    assert f"{HOME_MADE} (unmarked)" in told.finding.message
    assert isinstance(found.subject.resolution, Resolved)
    assert found.subject.resolution.image.id == HOME_MADE
    assert not any(result.finding.outcome is FAIL for result in found.results)


@pytest.mark.parametrize("parts", [(GOLDEN, GOLDEN), (BAD, BAD), (GOLDEN, BAD), (LOST, LOST)])
def test_the_verdict_is_on_the_reference_itself(parts: tuple[Subject, ...]) -> None:
    several = one_of(*parts)
    shown = judge(several, policy(), AS_OF).subject
    assert shown.reference is several.reference
    assert shown.others == ()  # what is shown is one of them


def test_where_none_passes_what_is_said_of_the_worst_is_said() -> None:
    worse = subject(image(id=ELSE, state="disabled"))
    for parts in ((BAD, worse), (worse, BAD)):
        found = judged(*parts)
        assert found.subject.resolution is worse.resolution
        assert found.results == judge(worse, policy(), AS_OF).results


def test_of_passes_the_worst_is_shown() -> None:
    """One that is not proven, then one with warnings, then one with none."""
    warned = subject(image(mark(), id=ELSE, deprecation_time=days_ago(1)))
    open_ = subject(image(mark(), id=HOME_MADE, public=None))
    for parts, shown in (
        ((GOLDEN, warned), warned),
        ((warned, GOLDEN), warned),
        ((warned, open_), open_),
        ((open_, warned, GOLDEN), open_),
    ):
        found = judged(*parts)
        assert found.outcome is PASS
        assert found.subject.resolution is shown.resolution
        assert found.results == judge(shown, policy(), AS_OF).results


def already(of: Subject) -> Subject:
    """What a name that the plan creates means before that."""
    value = Already(Alias("/golden/al2023"))
    return replace(of, reference=replace(of.reference, value=value))


@pytest.mark.parametrize(
    ("parts", "outcome"),
    [
        # what the plan puts there is no good, whatever there is
        ((BAD, already(GOLDEN)), FAIL),
        ((already(GOLDEN), BAD), FAIL),
        ((BAD, BAD, already(LOST)), FAIL),
        ((GOLDEN, BAD, already(GOLDEN)), OPEN),
        ((LOST, already(GOLDEN)), OPEN),
        # it is good, and what there is may be used first
        ((GOLDEN, already(BAD)), OPEN),
        ((GOLDEN, already(LOST)), OPEN),
        ((GOLDEN, already(GOLDEN)), PASS),
    ],
)
def test_what_a_name_means_already_excuses_nothing(
    parts: tuple[Subject, ...], outcome: Outcome
) -> None:
    assert judged(*parts).outcome is outcome


def bad(number: int) -> Subject:
    return subject(image(id=f"ami-000bad0{number}"))


def opened(*parts: Subject) -> RuleResult:
    """What is said where only some of the images pass."""
    return judged(*parts).results[-1]


GIVE = "make all of them golden, or make the image known at plan time"


def test_those_that_would_not_pass_are_told_with_the_cure() -> None:
    assert opened(GOLDEN, bad(1)) == RuleResult(
        "unresolved",
        Severity.ERROR,
        Finding(
            OPEN,
            "it may be one of 2 images, and 1 of them would not pass: ami-000bad01 (unmarked)",
            GIVE,
            (f"ec2:DescribeImages ami-000bad01 ({USER}/{HOME})",),
        ),
    )


def test_three_of_them_are_named() -> None:
    names = [f"ami-000bad0{number} (unmarked)" for number in (1, 2, 3)]
    three, five = opened(GOLDEN, *map(bad, (1, 2, 3))), opened(*map(bad, (1, 2, 3, 4, 5)), GOLDEN)
    assert three.finding.message == (
        f"it may be one of 4 images, and 3 of them would not pass: {'; '.join(names)}"
    )
    assert five.finding.message == (
        f"it may be one of 6 images, and 5 of them would not pass: {'; '.join(names)}; and 2 more"
    )
    assert len(five.finding.evidence) == 5


def test_each_rule_that_fails_it_is_named_and_one_that_no_rule_fails_is_without() -> None:
    broken = subject(image(id=ELSE, state="disabled"))
    assert opened(GOLDEN, broken).finding.message.endswith(f": {ELSE} (unmarked, not-launchable)")
    unproven = replace(GOLDEN, provenance=None)
    told = opened(bad(1), GOLDEN, unproven).finding
    assert told.message.endswith(f": ami-000bad01 (unmarked); {USED}")
    assert told.evidence == (f"ec2:DescribeImages ami-000bad01 ({USER}/{HOME})",)


def test_where_another_policy_holds_other_things_are_said_of_the_same_images() -> None:
    strange = subject(image(id=ELSE, owner_id=STRANGER))
    by = document(
        scopes=[
            {"name": "b", "match": {"address": "*.b"}, "require": {"owners": ["self"]}},
        ]
    )
    several = [
        replace(
            one_of(GOLDEN, strange),
            reference=replace(GOLDEN.reference, address=f"aws_instance.{a}"),
        )
        for a in ("a", "b")
    ]
    several = [
        replace(each, others=(replace(strange, reference=each.reference),)) for each in several
    ]
    first, second = judge_all(several, by, AS_OF).verdicts
    assert first.results[-1].finding.message.endswith(f"{ELSE} (unmarked)")
    assert second.results[-1].finding.message.endswith(f"{ELSE} (unmarked, untrusted-owner)")


def test_an_exception_for_one_of_the_images_counts_once() -> None:
    exception = PolicyException(
        match=Match(image=ImageMatch(id=HOME_MADE)),
        rules=("unmarked",),
        reason="legacy",
        approved_by="security",
        expires=date(2100, 1, 1),
    )
    judgement = judge_all(
        [one_of(GOLDEN, BAD, BAD)], replace(policy(), exceptions=(exception,)), AS_OF
    )
    assert [each.outcome for each in judgement.verdicts] == [PASS]
    assert judgement.exceptions[0].used == 1


def test_references_that_share_their_images_share_their_results() -> None:
    several = one_of(GOLDEN, BAD)
    first, second = judge_all([several, several], policy(), AS_OF).verdicts
    assert first.results is second.results


def test_of_images_of_which_the_same_is_said_each_is_named() -> None:
    here = [replace(LOST, resolution=replace(LOST.resolution, image_id=id)) for id in ("a", "b")]
    first, second = judge_all([one_of(BAD, each) for each in here], policy(), AS_OF).verdicts
    assert "; a (unresolved)" in first.results[-1].finding.message
    assert "; b (unresolved)" in second.results[-1].finding.message
