"""A reference that may mean several images passes only if every one of them would."""

from datetime import date

import pytest
from msgspec.structs import replace

from assay.model import (
    Cause,
    ImageMatch,
    Match,
    Outcome,
    PolicyException,
    Resolved,
    Subject,
    Verdict,
)
from assay.policy.engine import judge, judge_all
from tests.policy.builders import AS_OF, image, policy, subject, unresolved

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


def test_the_verdict_is_on_the_reference_itself() -> None:
    several = one_of(GOLDEN, BAD)
    assert judge(several, policy(), AS_OF).subject.reference is several.reference


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
