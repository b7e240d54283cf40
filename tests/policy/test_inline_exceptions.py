"""Exceptions that comments in the code make: as those of the policy, after them, and nowhere else."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import permutations
from typing import Any

import pytest
from hypothesis import event, given, settings
from msgspec.structs import replace

from assay.errors import InputError
from assay.model import (
    AncestryEnd,
    Cause,
    CodeException,
    Outcome,
    Policy,
    Severity,
    Subject,
    Verdict,
)
from assay.policy.engine import judge, judge_all
from assay.policy.exceptions import check_exceptions
from assay.policy.golden import JudgedMarks
from assay.policy.lineage import ancestry_matters
from assay.policy.rules import RULES
from tests.policy.builders import (
    AS_OF,
    ELSE,
    HOME,
    MIDDLE,
    SOURCE,
    USED,
    ancestry,
    days_ago,
    document,
    image,
    mark,
    reference,
    refused,
    subject,
    unresolved,
    verdict,
)
from tests.policy.test_engine_oracle import marks, policies, subjects
from tests.policy.test_exceptions import (
    EXCEPTABLE,
    FAIL,
    OPEN,
    PASS,
    TODAY,
    VENDOR,
    allowing,
    broken,
    counted,
    exception,
    failing,
    let_through,
    of,
    weighed,
)


def ignore(*rules: str, **changes: Any) -> CodeException:
    """A comment that lets unmarked images through unless it says otherwise; it has no end."""
    return replace(
        CodeException(rules or ("unmarked",), "vendor appliance", "web.tf", 12), **changes
    )


def with_comments(
    *exceptions: CodeException, like: Subject | None = None, **of_reference: Any
) -> Subject:
    like = like or of()
    changed = replace(like.reference, exceptions=exceptions, **of_reference)
    return replace(like, reference=changed)


def reasons(verdict: Verdict) -> list[str]:
    """Who lets each failure through that is let through."""
    return [result.exception.name for result in verdict.results if result.exception]


def message(verdict: Verdict, rule: str = "unmarked") -> str:
    [found] = [result.finding.message for result in verdict.results if result.rule == rule]
    return found


def test_a_failure_is_let_through() -> None:
    assert verdict(of(), document()) is FAIL
    comment = ignore()
    judgement = weighed(document(), with_comments(comment))
    [one] = judgement.verdicts
    assert one.outcome is PASS
    assert one.exception is comment
    assert let_through(one) == ["unmarked"]
    [result] = [result for result in one.results if result.exception]
    assert (result.finding.outcome, result.severity) == (FAIL, Severity.ERROR)
    assert result.finding.message == f"{USED} carries no golden watermark"
    [use] = judgement.exceptions
    assert use.exception is comment
    assert (use.used, use.missed, use.days_left, use.state) == (1, 0, None, "active")


def test_where_it_is_called_by() -> None:
    assert ignore().name == "vendor appliance (web.tf:12)"
    assert ignore(ticket="SEC-1").name == "SEC-1 (web.tf:12)"


# what is let through, and what never is


@pytest.mark.parametrize(
    ("rules", "left"),
    [
        (["unmarked"], ["not-launchable", "too-old"]),
        (["unmarked", "not-launchable"], ["too-old"]),
        (["unmarked", "not-launchable", "too-old"], []),
        (EXCEPTABLE, []),
        (["untrusted-owner", "too-deep"], ["unmarked", "not-launchable", "too-old"]),
    ],
)
def test_only_the_rules_that_are_named_are_let_through(rules: list[str], left: list[str]) -> None:
    by = document(require={"max_age_days": 1})
    [one] = weighed(by, with_comments(ignore(*rules), like=broken())).verdicts
    assert [rule for rule in failing(one) if rule != "deprecated"] == left
    assert one.outcome is (FAIL if left else PASS)


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause is not Cause.SERVICE_IMAGE])
def test_nothing_that_could_not_be_read_is_let_through(cause: Cause) -> None:
    """Not even by a comment that names the rule, which `check_exceptions` would have refused."""
    every = ignore(*(rule.id for rule in RULES))
    judgement = weighed(document(), with_comments(every, like=unresolved(cause)))
    [one] = judgement.verdicts
    assert one.outcome is OPEN
    assert let_through(one) == (["no-provenance"] if cause is Cause.NO_PROVENANCE else [])


def test_what_is_undetermined_remains_where_a_failure_is_let_through() -> None:
    pending = of(replace(VENDOR, state="pending"))
    [one] = weighed(document(), with_comments(ignore(*EXCEPTABLE), like=pending)).verdicts
    assert let_through(one) == ["unmarked"]
    assert one.outcome is OPEN


@pytest.mark.parametrize(
    ("like", "rule", "parts"),
    [
        (subject(image(mark(), deprecation_time=days_ago(1))), "deprecated", {}),
        (of(), "unmarked", {"rules": {"unmarked": "warning"}}),
        (of(), "unmarked", {"rules": {"unmarked": "off"}}),
        (subject(), "unmarked", {}),
        (of(), "too-deep", {}),
    ],
)
def test_what_needs_no_exception_uses_none(like: Subject, rule: str, parts: dict[str, Any]) -> None:
    plain = weighed(document(**parts), like)
    judgement = weighed(document(**parts), with_comments(ignore(rule), like=like))
    assert judgement.exceptions == ()
    assert judgement.verdicts[0].results == plain.verdicts[0].results
    assert judgement.verdicts[0].outcome is plain.verdicts[0].outcome


def test_it_reaches_into_scopes() -> None:
    scopes = [{"name": "prod", "match": {"region": "*"}, "require": {"max_age_days": 1}}]
    by = document(scopes=scopes)
    assert verdict(subject(), by) is FAIL
    assert verdict(with_comments(ignore("too-old"), like=subject()), by) is PASS


@settings(max_examples=150)
@given(subjects(marks()), policies())
def test_a_comment_does_what_an_exception_of_the_policy_does(here: Subject, by: Policy) -> None:
    everywhere = allowing(exception(None, *EXCEPTABLE)).exceptions
    said = judge(here, replace(by, exceptions=everywhere), AS_OF)
    inline = judge(with_comments(ignore(*EXCEPTABLE), like=here), by, AS_OF)
    event(f"{said.outcome}")
    assert inline.outcome is said.outcome
    assert let_through(inline) == let_through(said)
    assert [replace(r, exception=None) for r in inline.results] == [
        replace(r, exception=None) for r in said.results
    ]


def test_the_ancestry_of_an_image_that_is_let_through_still_matters() -> None:
    """Unmarked and excepted, it passes unless it descends from what is revoked."""
    by = document(revoked={"images": [{"id": ELSE, "region": HOME}]})
    unasked = of(descent=ancestry(USED, MIDDLE, end=AncestryEnd.NOT_FOLLOWED))
    assert unasked.provenance is not None
    for rules, wanted in (("unmarked",), True), (("too-deep",), False), ((), False):
        comments = [ignore(rule) for rule in rules]
        assert verdict(with_comments(*comments, like=unasked), by) is (OPEN if wanted else FAIL)
        assert ancestry_matters(by, AS_OF, JudgedMarks(), comments)(unasked.provenance) is wanted


@pytest.mark.parametrize(
    "scopes", [[], [{"name": "s", "match": {"region": "*"}, "require": {"max_depth": 9}}]]
)
def test_what_is_revoked_and_let_through_has_to_be_known_in_full(
    scopes: list[dict[str, Any]],
) -> None:
    """Where a failure would have been enough, nobody asks on; a comment takes the failure away."""
    revoked = {"images": [{"id": SOURCE, "region": HOME}]}
    by = document(revoked=revoked, scopes=scopes)
    cut = subject(None, ancestry(USED, MIDDLE, end=AncestryEnd.REFUSED))
    every = ignore(*EXCEPTABLE)
    assert [verdict(cut, by), verdict(with_comments(every, like=cut), by)] == [FAIL, OPEN]
    together = weighed(by, cut, with_comments(every, like=cut), cut)
    assert [each.outcome for each in together.verdicts] == [FAIL, OPEN, FAIL]
    assert together.verdicts[0].results == judge(cut, by, AS_OF).results
    assert id(together.verdicts[0].results) == id(together.verdicts[2].results)
    assert cut.provenance is not None
    assert not ancestry_matters(by, AS_OF, JudgedMarks())(cut.provenance)
    assert ancestry_matters(by, AS_OF, JudgedMarks(), [every])(cut.provenance)


@settings(max_examples=100)
@given(subjects(marks()), policies())
def test_a_comment_opens_nothing_but_what_it_names(here: Subject, by: Policy) -> None:
    """All failures let through, a pass says that nothing was left open."""
    plain = judge(here, by, AS_OF)
    through = judge(with_comments(ignore(*EXCEPTABLE), like=here), by, AS_OF)
    event(f"{plain.outcome} -> {through.outcome}")
    unread = [r for r in plain.results if r.finding.outcome is OPEN and r.severity.value == "error"]
    if unread or not plain.results:
        assert through.outcome is OPEN


# until when


@pytest.mark.parametrize(
    ("as_of", "holds"),
    [
        (datetime(2026, 11, 30, tzinfo=UTC), True),
        (datetime(2026, 11, 30, 23, 59, 59, 999999, tzinfo=UTC), True),
        (datetime(2026, 12, 1, tzinfo=UTC), False),
        (datetime(2026, 12, 1, 1, 59, tzinfo=timezone(timedelta(hours=2))), True),
        (datetime(2026, 12, 1, 2, 0, tzinfo=timezone(timedelta(hours=2))), False),
        (datetime(2026, 11, 30, 18, 59, tzinfo=timezone(timedelta(hours=-5))), True),
        (datetime(2026, 11, 30, 19, 0, tzinfo=timezone(timedelta(hours=-5))), False),
    ],
)
def test_the_last_day_is_inclusive_and_utc(as_of: datetime, holds: bool) -> None:
    here = with_comments(ignore(expires=date(2026, 11, 30)))
    judgement = weighed(document(), here, as_of=as_of)
    assert judgement.verdicts[0].outcome is (PASS if holds else FAIL)
    [use] = judgement.exceptions
    assert (use.used, use.missed) == ((1, 0) if holds else (0, 1))
    assert (use.state == "expired") is not holds


@pytest.mark.parametrize("year", [1, 1970, 2026, 9999])
def test_without_a_day_it_has_no_end(year: int) -> None:
    here = with_comments(ignore())
    judgement = weighed(document(), here, as_of=datetime(year, 6, 1, tzinfo=UTC))
    assert judgement.verdicts[0].exception is not None
    assert counted(judgement.exceptions) == [(1, 0, "active")]


@pytest.mark.parametrize(
    ("days", "left", "state"),
    [(-1, 0, "expired"), (0, 1, "expiring"), (14, 15, "expiring"), (15, 16, "active")],
)
def test_days_left_and_what_is_announced(days: int, left: int, state: str) -> None:
    here = with_comments(ignore(expires=TODAY + timedelta(days=days)))
    [use] = weighed(document(), here).exceptions
    assert (use.days_left, use.state) == (left, state)


def test_the_message_says_since_when_nothing_lets_it_through() -> None:
    over = ignore(expires=date(2026, 11, 20), ticket="SEC-7")
    judgement = weighed(document(), with_comments(over, like=broken()))
    [one] = judgement.verdicts
    assert one.exception is None
    assert message(one) == (
        f"{USED} carries no golden watermark; the exception SEC-7 (web.tf:12) expired on 2026-11-20"
    )
    assert "expired" not in message(one, "not-launchable")
    assert counted(judgement.exceptions) == [(0, 1, "expired")]


# which of several

OVER = date(2026, 11, 20)


def test_the_policy_comes_first() -> None:
    by = allowing(exception(ticket="SEC-1"))
    judgement = weighed(by, with_comments(ignore(ticket="SEC-2")))
    [one] = judgement.verdicts
    assert one.exception is by.exceptions[0]
    assert reasons(one) == ["SEC-1"]
    assert counted(judgement.exceptions) == [(1, 0, "active")]


def test_a_comment_lets_through_what_the_policy_does_no_more() -> None:
    by = allowing(exception(ticket="SEC-1", expires=str(OVER)))
    judgement = weighed(by, with_comments(ignore(ticket="SEC-2")))
    [one] = judgement.verdicts
    assert reasons(one) == ["SEC-2 (web.tf:12)"]
    assert "expired" not in message(one)
    assert counted(judgement.exceptions) == [(0, 0, "expired"), (1, 0, "active")]


def test_a_comment_that_is_over_is_not_missed_where_the_policy_lets_it_through() -> None:
    judgement = weighed(allowing(exception(ticket="SEC-1")), with_comments(ignore(expires=OVER)))
    assert reasons(judgement.verdicts[0]) == ["SEC-1"]
    assert counted(judgement.exceptions) == [(1, 0, "active")]


def test_where_both_are_over_the_policys_is_told_and_both_are_missed() -> None:
    by = allowing(exception(ticket="SEC-1", expires="2026-11-01"))
    judgement = weighed(by, with_comments(ignore(expires=OVER)))
    assert message(judgement.verdicts[0]).endswith("the exception SEC-1 expired on 2026-11-01")
    assert counted(judgement.exceptions) == [(0, 1, "expired")] * 2


def test_policy_and_comment_add_up() -> None:
    by = allowing(exception(None, "not-launchable", ticket="SEC-1"))
    here = with_comments(ignore(), like=broken())
    judgement = weighed(by, here)
    [one] = judgement.verdicts
    assert one.outcome is PASS
    assert sorted(reasons(one)) == ["SEC-1", "vendor appliance (web.tf:12)"]
    assert counted(judgement.exceptions) == [(1, 0, "active")] * 2


def test_of_several_comments_the_first_that_names_the_rule_and_holds_is_used() -> None:
    others = (ignore("too-deep", line=1), ignore(line=2, expires=OVER))
    wanted = (ignore(line=3), ignore(line=4))
    judgement = weighed(document(), with_comments(*others, *wanted))
    assert judgement.verdicts[0].exception is wanted[0]
    assert [use.exception for use in judgement.exceptions] == [wanted[0]]


# counting and sharing


def test_the_policys_are_listed_all_and_the_comments_that_matter_by_file_and_line() -> None:
    here = [
        with_comments(ignore(file="b.tf", line=1)),
        with_comments(ignore(file="a.tf", line=30)),
        with_comments(ignore("too-deep", file="a.tf", line=1)),
        with_comments(ignore(file="a.tf", line=4, expires=OVER)),
        with_comments(ignore(file="a.tf", line=2), like=subject()),
    ]
    by = allowing(exception({"address": "*.nothing"}, ticket="SEC-1"))
    judgement = weighed(by, *here)
    assert [(use.exception.name, use.state) for use in judgement.exceptions] == [
        ("SEC-1", "unused"),
        ("vendor appliance (a.tf:4)", "expired"),
        ("vendor appliance (a.tf:30)", "active"),
        ("vendor appliance (b.tf:1)", "active"),
    ]


def test_one_comment_counts_every_reference_it_lets_through() -> None:
    """The instances of one resource have one comment, though each is a value of its own."""
    first = of()
    here = [with_comments(ignore(), like=first, address=f"aws_instance.web[{n}]") for n in range(3)]
    judgement = weighed(document(), *here, with_comments(ignore(), like=subject()))
    assert counted(judgement.exceptions) == [(3, 0, "active")]
    assert len({id(each.results) for each in judgement.verdicts[:3]}) == 1
    assert [each.subject for each in judgement.verdicts[:3]] == here


def test_a_comment_reaches_its_own_references_only() -> None:
    """They all share one image, and what was judged of it."""
    first = of()
    plain = [
        replace(first, reference=replace(first.reference, address=f"aws_instance.p{n}"))
        for n in range(3)
    ]
    here = [
        plain[0],
        with_comments(ignore(), like=first),
        plain[1],
        with_comments(ignore(line=40), like=first),
        with_comments(ignore(expires=OVER), like=first),
        with_comments(ignore("too-deep"), like=first),
        plain[2],
    ]
    judgement = weighed(document(), *here)
    assert [each.outcome for each in judgement.verdicts] == [
        FAIL,
        PASS,
        FAIL,
        PASS,
        FAIL,
        FAIL,
        FAIL,
    ]
    assert [each.subject for each in judgement.verdicts] == here
    told = ["expired" in message(each) for each in judgement.verdicts]
    assert told == [False, False, False, False, True, False, False]
    groups = Counter(id(each.results) for each in judgement.verdicts)
    assert sorted(groups.values()) == [1, 1, 1, 4]
    assert [list(judgement.verdicts)[n] == judge(each, document(), AS_OF) for n, each in enumerate(here)] == [True] * 7  # fmt: skip


def test_references_without_comments_are_not_looked_at_twice() -> None:
    """One with a comment costs the others nothing: they keep the very verdict that they share."""
    first = of()
    alone = weighed(document(), first).verdicts[0]
    beside = weighed(document(), first, with_comments(ignore(), like=first), first)
    assert beside.verdicts[0] == beside.verdicts[2] == alone
    assert beside.verdicts[0] is beside.verdicts[2]


# rules that can be excepted


@pytest.mark.parametrize("rule", EXCEPTABLE)
def test_every_rule_that_fails_can_be_named(rule: str) -> None:
    check_exceptions([reference(exceptions=(ignore(rule),))])


@pytest.mark.parametrize("rule", sorted({rule.id for rule in RULES} - set(EXCEPTABLE)))
def test_what_could_not_be_read_cannot_be_named(rule: str) -> None:
    with pytest.raises(InputError) as caught:
        check_exceptions([reference(exceptions=(ignore("unmarked", rule),))])
    assert str(caught.value) == (
        f"web.tf:12: {rule} cannot be named in an exception; an exception cannot let through what could not be read"
    )


@pytest.mark.parametrize(
    ("rule", "hint"),
    [
        ("unmarkd", "did you mean 'unmarked'?"),
        ("Unmarked", "did you mean 'unmarked'?"),
        ("unpined", "did you mean 'unpinned'?"),
        ("lineage_mismatch", "did you mean 'lineage-mismatch'?"),
        ("xyzzy", "`assay rules` lists the rules"),
        ("all", "`assay rules` lists the rules"),
    ],
)
def test_rules_that_there_are_not(rule: str, hint: str) -> None:
    with pytest.raises(InputError) as caught:
        check_exceptions([reference(exceptions=(ignore(rule, file="a.tf", line=3),))])
    assert str(caught.value) == f"a.tf:3: {rule!r} is not a rule; {hint}"


def test_the_first_mistake_is_told() -> None:
    here = [
        reference(),
        reference(exceptions=(ignore(), ignore("unmarked", "x", line=13))),
        reference(exceptions=(ignore("y", line=14),)),
    ]
    with pytest.raises(InputError) as caught:
        check_exceptions(here)
    assert caught.value.where == "web.tf:13"
    check_exceptions(here[:1])
    check_exceptions([])


def test_outcomes_of_a_whole_plan() -> None:
    """What is said above, in one run, with a policy that has exceptions of its own."""
    by = allowing(exception({"address": "*.b"}, ticket="SEC-1"))
    first = of()
    here = [
        with_comments(ignore(), like=first, address="aws_instance.a"),
        with_comments(like=first, address="aws_instance.b"),
        with_comments(like=first, address="aws_instance.c"),
    ]
    verdicts, uses = judge_all(here, by, AS_OF)
    assert [each.outcome for each in verdicts] == [Outcome.PASS, Outcome.PASS, Outcome.FAIL]
    assert [use.used for use in uses] == [1, 1]


def test_where_a_comment_lets_an_unmarked_image_through_its_ancestry_counts() -> None:
    """One that fails for its marks needs no further question; one that is let through does."""
    revoking = {"images": [{"id": ELSE, "region": HOME, "reason": "CVE-2026-1"}]}
    by = document(
        revoked=revoking,
        scopes=[{"name": "x", "match": {"address": "*.x"}, "rules": {"revoked": "warning"}}],
    )
    plain = subject(image(), refused())
    excepted = with_comments(ignore("unmarked"), like=plain)
    elsewhere = with_comments(ignore("unmarked"), like=plain, address="aws_instance.x")
    for order in permutations((plain, excepted, elsewhere)):
        found = {
            (bool(v.subject.reference.exceptions), v.subject.reference.address): (
                [r.rule for r in v.results if r.finding.outcome is OPEN],
                {r.rule: r.severity for r in v.results}["revoked"],
            )
            for v in judge_all(order, by, AS_OF).verdicts
        }
        assert found == {
            (False, "aws_instance.web"): (["revoked"], Severity.ERROR),
            (True, "aws_instance.web"): (["revoked", "lookup-failed"], Severity.ERROR),
            (True, "aws_instance.x"): (["revoked", "lookup-failed"], Severity.WARNING),
        }
