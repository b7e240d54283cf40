"""Exceptions: what they let through, what they never do, until when, and what is said of them."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import event, given, settings
from msgspec.structs import replace

from assay.model import (
    Action,
    AllowedImages,
    AmiId,
    AncestryEnd,
    Cause,
    Derivation,
    ExceptionUse,
    Image,
    ImageSearch,
    Outcome,
    Place,
    Policy,
    ScanResults,
    Severity,
    Subject,
    TemplateRef,
    Verdict,
)
from assay.policy.engine import Judgement, judge, judge_all
from assay.policy.golden import JudgedMarks
from assay.policy.lineage import ancestry_matters
from assay.policy.rules import RULES
from tests.policy.builders import (
    AS_OF,
    ELSE,
    GOLD,
    HOME,
    MIDDLE,
    SOURCE,
    STRANGER,
    USED,
    USER,
    ancestry,
    days_ago,
    document,
    image,
    mark,
    subject,
    unresolved,
    verdict,
)
from tests.policy.test_engine_oracle import marks, policies, subjects

PASS, FAIL, OPEN = Outcome.PASS, Outcome.FAIL, Outcome.UNDETERMINED
TODAY = AS_OF.date()
VENDOR = image(
    owner_id=STRANGER,
    owner_alias="aws-marketplace",
    product_codes=("abc123", "def456"),
    name="vendor [x] 1.2",
    tags={"vendor": "acme", "empty": ""},
)
"""It carries no mark, which is all that is wrong with it."""
EVERYWHERE = {"address": "*"}
EXCEPTABLE = sorted({rule.id for rule in RULES if rule.configurable} - {"incomplete-plan"})


def exception(match: dict[str, Any] | None = None, *rules: str, **changes: Any) -> dict[str, Any]:
    """One entry of `exceptions`, which lets unmarked images through unless it says otherwise."""
    return {
        "match": match or EVERYWHERE,
        "rules": list(rules or ("unmarked",)),
        "reason": "vendor appliance",
        "approved_by": "platform-security",
        "expires": str(TODAY + timedelta(days=60)),
        **changes,
    }


def allowing(*exceptions: dict[str, Any], **parts: Any) -> Policy:
    return document(exceptions=list(exceptions), **parts)


def of(image: Image = VENDOR, **more: Any) -> Subject:
    return subject(image, **more)


def weighed(by: Policy, *subjects: Subject, as_of: datetime = AS_OF) -> Judgement:
    return judge_all(subjects, by, as_of)


def failing(verdict: Verdict) -> list[str]:
    """The rules that fail, and are not let through."""
    return [r.rule for r in verdict.results if r.finding.outcome is FAIL and r.exception is None]


def let_through(verdict: Verdict) -> list[str]:
    return [r.rule for r in verdict.results if r.exception]


def counted(uses: Iterable[ExceptionUse]) -> list[tuple[int, int, str]]:
    return [(use.used, use.missed, use.state) for use in uses]


def test_a_failure_is_let_through() -> None:
    assert verdict(of(), document()) is FAIL
    by = allowing(exception())
    judgement = weighed(by, of())
    [one] = judgement.verdicts
    assert one.outcome is PASS
    assert let_through(one) == ["unmarked"]
    assert one.exception is by.exceptions[0]
    [result] = [result for result in one.results if result.rule == "unmarked"]
    assert result.finding.outcome is FAIL
    assert result.severity is Severity.ERROR
    assert result.exception is by.exceptions[0]
    assert counted(judgement.exceptions) == [(1, 0, "active")]


def test_without_exceptions_nothing_is_said_of_any() -> None:
    assert weighed(document(), of()).exceptions == ()


# matching


@pytest.mark.parametrize(
    ("match", "wanted"),
    [
        ({"address": "module.fw.aws_instance.web"}, True),
        ({"address": "module.fw.*"}, True),
        ({"address": "*.web"}, True),
        ({"address": "module.fw.aws_instance.we"}, False),
        ({"address": "aws_instance.web"}, False),
        ({"module": "module.fw"}, True),
        ({"module": "module.f?"}, True),
        ({"module": "module.f"}, False),
        ({"resource_type": "aws_instance"}, True),
        ({"resource_type": "aws_i*"}, True),
        ({"resource_type": "aws_launch_template"}, False),
        ({"account": USER}, True),
        ({"account": "2*"}, True),
        ({"account": STRANGER}, False),
        ({"region": HOME}, True),
        ({"region": "us-*"}, True),
        ({"region": "eu-*"}, False),
        ({"tags": {"env": "prod"}}, True),
        ({"tags": {"env": "p*"}}, True),
        ({"tags": {"env": "dev"}}, False),
        ({"tags": {"env": "prod", "team": "*"}}, False),
        ({"tags": {"vendor": "acme"}}, False),
        ({"image": {"id": USED}}, True),
        ({"image": {"id": ELSE}}, False),
        ({"image": {"owner": STRANGER}}, True),
        ({"image": {"owner": USER}}, False),
        ({"image": {"owner_alias": "aws-marketplace"}}, True),
        ({"image": {"owner_alias": "amazon"}}, False),
        ({"image": {"product_code": "abc123"}}, True),
        ({"image": {"product_code": "def456"}}, True),
        ({"image": {"product_code": "ABC123"}}, False),
        ({"image": {"product_code": "abc"}}, False),
        ({"image": {"name": "vendor [x] 1.2"}}, True),
        ({"image": {"name": "vendor [x] *"}}, True),
        ({"image": {"name": "vendor [x] 1?2"}}, True),
        ({"image": {"name": "vendor x 1.2"}}, False),
        ({"image": {"name": "Vendor*"}}, False),
        ({"image": {"tags": {"vendor": "acme"}}}, True),
        ({"image": {"tags": {"vendor": "*"}}}, True),
        ({"image": {"tags": {"empty": "*"}}}, True),
        ({"image": {"tags": {"vendor": "other"}}}, False),
        ({"image": {"tags": {"env": "prod"}}}, False),
    ],
)
def test_each_field(match: dict[str, Any], wanted: bool) -> None:
    here = of(address="module.fw.aws_instance.web", tags={"env": "prod"})
    assert (verdict(here, allowing(exception(match))) is PASS) is wanted


FITS: dict[str, Any] = {
    "address": "module.fw.*",
    "module": "module.fw",
    "resource_type": "aws_instance",
    "account": "2*",
    "region": "us-*",
    "tags": {"env": "prod"},
}
IMAGE_FITS: dict[str, Any] = {
    "id": USED,
    "owner": STRANGER,
    "owner_alias": "aws-marketplace",
    "product_code": "abc123",
    "name": "vendor*",
    "tags": {"vendor": "acme"},
}
MISSES: dict[str, Any] = {
    "address": "module.db.*",
    "module": "module.db",
    "resource_type": "aws_launch*",
    "account": "3*",
    "region": "eu-*",
    "tags": {"env": "dev"},
}
IMAGE_MISSES: dict[str, Any] = {
    "id": ELSE,
    "owner": GOLD,
    "owner_alias": "amazon",
    "product_code": "x",
    "name": "other*",
    "tags": {"vendor": "other"},
}


def test_all_fields_together() -> None:
    here = of(address="module.fw.aws_instance.web", tags={"env": "prod"})
    whole = {**FITS, "image": IMAGE_FITS}
    assert verdict(here, allowing(exception(whole))) is PASS
    for field, other in MISSES.items():
        assert verdict(here, allowing(exception({**whole, field: other}))) is FAIL
    for field, other in IMAGE_MISSES.items():
        wrong = {**whole, "image": {**IMAGE_FITS, field: other}}
        assert verdict(here, allowing(exception(wrong))) is FAIL


@pytest.mark.parametrize("field", IMAGE_FITS)
def test_what_ec2_did_not_say_of_the_image_is_matched_by_nothing(field: str) -> None:
    silent = image()
    silent = replace(silent, owner_id=None, owner_alias=None, name=None)
    wanted = IMAGE_FITS[field]
    match = {"image": {field: wanted}}
    assert (verdict(of(silent), allowing(exception(match))) is PASS) is (field == "id")
    assert verdict(of(), allowing(exception(match))) is PASS


def test_an_unknown_account_is_matched_by_no_account() -> None:
    nowhere = of(place=Place.of(HOME, None))
    assert verdict(nowhere, allowing(exception({"account": "*"}))) is FAIL
    assert verdict(nowhere, allowing(exception({"region": "*"}))) is PASS


def test_an_image_that_was_not_found_is_matched_by_no_image() -> None:
    moving = unresolved(Cause.NOT_VISIBLE, value=TemplateRef("lt-1", None, "$Latest"))
    strict = {"rules": {"unpinned": "error"}}
    assert verdict(moving, allowing(**strict)) is FAIL
    for matched in (
        {"name": "*"},
        {"name": "web"},
        {"id": USED},
        {"owner": USER},
        {"owner_alias": "amazon"},
        {"product_code": "abc"},
        {"tags": {"env": "prod"}},
    ):
        assert (
            verdict(moving, allowing(exception({"image": matched}, "unpinned"), **strict)) is FAIL
        )
    assert verdict(moving, allowing(exception(None, "unpinned"), **strict)) is OPEN


def test_a_planned_image_is_excepted_by_its_source() -> None:
    """The image does not exist yet; what is judged, and matched, is what it is made from."""
    copied = (Derivation("aws_ami_copy.vendor", "CopyImage", Place.of(HOME, USER)),)
    here = of(derivations=copied, address="aws_instance.copy")
    for match in ({"image": {"product_code": "abc123"}}, {"image": {"id": USED}}):
        assert verdict(here, allowing(exception(match))) is PASS
    assert verdict(here, allowing(exception({"image": {"id": ELSE}}))) is FAIL


# what is let through, and what never is


def broken(**more: Any) -> Subject:
    """Wrong in several ways at once."""
    return of(replace(VENDOR, state="disabled", deprecation_time=days_ago(1)), **more)


@pytest.mark.parametrize(
    ("rules", "left"),
    [
        (["unmarked"], ["not-launchable", "too-old"]),
        (["not-launchable"], ["unmarked", "too-old"]),
        (["unmarked", "not-launchable"], ["too-old"]),
        (["unmarked", "not-launchable", "too-old"], []),
        (EXCEPTABLE, []),
        (["untrusted-owner", "too-deep"], ["unmarked", "not-launchable", "too-old"]),
    ],
)
def test_only_the_rules_that_are_named_are_let_through(rules: list[str], left: list[str]) -> None:
    by = allowing(
        exception(None, *rules), require={"max_age_days": 1}, rules={"deprecated": "warning"}
    )
    [one] = weighed(by, broken()).verdicts
    assert [rule for rule in failing(one) if rule != "deprecated"] == left
    assert one.outcome is (FAIL if left else PASS)


def test_several_exceptions_add_up() -> None:
    one = exception(None, "unmarked", ticket="SEC-1")
    two = exception({"image": {"id": USED}}, "not-launchable", ticket="SEC-2")
    assert verdict(broken(), allowing(one)) is FAIL
    assert verdict(broken(), allowing(two)) is FAIL
    judgement = weighed(allowing(one, two), broken())
    [both] = judgement.verdicts
    assert both.outcome is PASS
    assert [r.exception.ticket for r in both.results if r.exception] == ["SEC-1", "SEC-2"]
    assert counted(judgement.exceptions) == [(1, 0, "active")] * 2
    assert both.exception
    assert both.exception.ticket == "SEC-1"


@pytest.mark.parametrize("rule", EXCEPTABLE)
def test_every_rule_that_fails_can_be_let_through(rule: str) -> None:
    """And it alone: each case fails by one rule."""
    strict = dict.fromkeys(EXCEPTABLE, "error")
    cases: dict[str, tuple[Subject, dict[str, Any]]] = {
        "unmarked": (of(), {}),
        "revoked": (subject(), {"revoked": {"images": [{"id": SOURCE, "region": HOME}]}}),
        "lineage-mismatch": (subject(None, ancestry(USED, MIDDLE)), {}),
        "too-deep": (subject(), {"require": {"max_depth": 1}}),
        "untrusted-owner": (subject(), {"require": {"owners": [GOLD]}}),
        "public-image": (subject(image(mark(), public=True)), {}),
        "not-launchable": (subject(image(mark(), state="disabled")), {}),
        "deprecated": (subject(image(mark(), deprecation_time=AS_OF)), {}),
        "too-old": (subject(), {"require": {"max_age_days": 1}}),
        "scan-findings": (
            subject(image(mark(), scan_results=ScanResults("high"))),
            {"require": {"max_scan_severity": "low"}},
        ),
        "not-allowed": (
            subject(image(mark(), owner_id=STRANGER), allowed=AllowedImages("enabled")),
            {"require": {"allowed_amis": "predict"}},
        ),
        "self-owned": (
            subject(allowed=AllowedImages("enabled")),
            {"require": {"allowed_amis": "predict"}},
        ),
        "open-lookup": (subject(value=ImageSearch(most_recent=True)), {}),
        "unpinned": (subject(moving=("lt-1:$Latest",)), {}),
        "ignored-changes": (subject(changes_ignored=True, action=Action.DECLARED), {}),
        "uncatalogued": (
            unresolved(Cause.LOOKUP_FAILED, value=AmiId(USED), action=Action.DECLARED),
            {},
        ),
        "downgrade": (
            replace(
                subject(),
                replaced=image(mark(source_image_creation_time=days_ago(1)), id=ELSE),
            ),
            {},
        ),
        "no-provenance": (unresolved(Cause.NO_PROVENANCE), {}),
        "service-image": (unresolved(Cause.SERVICE_IMAGE), {}),
    }
    assert set(cases) == set(EXCEPTABLE)
    here, parts = cases[rule]
    plain = judge(here, document(rules=strict, **parts), AS_OF)
    assert (plain.outcome, failing(plain)) == (FAIL, [rule])
    through = judge(here, allowing(exception(None, rule), rules=strict, **parts), AS_OF)
    assert let_through(through) == [rule]
    assert through.outcome is (OPEN if rule in ("no-provenance", "uncatalogued") else PASS)
    others = [other for other in EXCEPTABLE if other != rule]
    assert verdict(here, allowing(exception(None, *others), rules=strict, **parts)) is FAIL


EVERYTHING = exception(None, *EXCEPTABLE)


READ = (Cause.NO_PROVENANCE, Cause.SERVICE_IMAGE)


@pytest.mark.parametrize("cause", [cause for cause in Cause if cause not in READ])
def test_nothing_that_could_not_be_read_is_let_through(cause: Cause) -> None:
    judgement = weighed(allowing(EVERYTHING), unresolved(cause))
    [one] = judgement.verdicts
    assert one.outcome is OPEN
    assert let_through(one) == []
    assert counted(judgement.exceptions) == [(0, 0, "unused")]


@pytest.mark.parametrize(
    "here",
    [
        subject(image(mark(), state="pending")),
        subject(image(mark(key=None))),
        subject(image(mark(), owner_id=None)),
        subject(None, ancestry(USED, MIDDLE, end=AncestryEnd.REFUSED)),
        subject(image(mark(), creation_date=None)),
    ],
)
def test_a_rule_that_could_fail_is_not_let_through_where_it_is_undetermined(here: Subject) -> None:
    require = {"owners": ["self"], "max_age_days": 99}
    by = allowing(EVERYTHING, require=require)
    judgement = weighed(by, here)
    assert judgement.verdicts[0].outcome is OPEN
    assert judgement.verdicts == weighed(document(require=require), here).verdicts
    assert counted(judgement.exceptions) == [(0, 0, "unused")]


def test_what_is_undetermined_remains_where_a_failure_is_let_through() -> None:
    """An unmarked image whose state is not known yet: the exception is about the mark alone."""
    pending = of(replace(VENDOR, state="pending"))
    judgement = weighed(allowing(EVERYTHING), pending)
    [one] = judgement.verdicts
    assert let_through(one) == ["unmarked"]
    assert one.outcome is OPEN
    assert counted(judgement.exceptions) == [(1, 0, "active")]


@settings(max_examples=150)
@given(subjects(marks()), policies())
def test_an_exception_of_everything_leaves_what_was_not_read(here: Subject, by: Policy) -> None:
    """With all failures let through, a pass says that nothing was left open.

    What fails wherever it comes from needs no ancestry, until that failure is let through.
    """
    whole = allowing(EVERYTHING).exceptions
    plain = judge(here, by, AS_OF)
    through = judge(here, replace(by, exceptions=whole), AS_OF)
    open_ones = [
        r.rule
        for r in through.results
        if r.finding.outcome is OPEN and r.severity is Severity.ERROR
    ]
    event(f"{plain.outcome} -> {through.outcome}")
    assert through.outcome is (OPEN if open_ones or not plain.results else PASS)
    before = [replace(r, exception=None) for r in through.results]
    if before != list(plain.results):
        assert plain.outcome is FAIL
        before = [result for result in before if result.rule != "lookup-failed"]
    assert before == list(plain.results)
    assert all(r.finding.outcome is FAIL for r in through.results if r.exception)


def test_a_warning_is_no_use_of_an_exception() -> None:
    old = subject(image(mark(), deprecation_time=days_ago(1)))
    judgement = weighed(allowing(exception(None, "deprecated")), old)
    [one] = judgement.verdicts
    assert one.outcome is PASS
    assert one.exception is None
    assert counted(judgement.exceptions) == [(0, 0, "unused")]
    strict = allowing(exception(None, "deprecated"), rules={"deprecated": "error"})
    assert counted(weighed(strict, old).exceptions) == [(1, 0, "active")]


def test_a_rule_that_is_off_is_no_use_of_an_exception() -> None:
    judgement = weighed(allowing(exception(), rules={"unmarked": "off"}), of())
    assert judgement.verdicts[0].outcome is PASS
    assert counted(judgement.exceptions) == [(0, 0, "unused")]


def test_a_reference_that_passes_is_no_use_of_an_exception() -> None:
    judgement = weighed(allowing(exception()), subject())
    assert judgement.verdicts[0].exception is None
    assert counted(judgement.exceptions) == [(0, 0, "unused")]


def test_an_exception_reaches_into_scopes() -> None:
    """A scope's stricter rule is let through like the document's own."""
    parts = {
        "scopes": [
            {"name": "prod", "match": {"region": HOME}, "require": {"max_age_days": 1}},
            {"name": "lax", "match": {"address": "*.lax"}, "rules": {"too-old": "warning"}},
        ]
    }
    here = subject()
    assert verdict(here, document(**parts)) is FAIL
    judgement = weighed(allowing(exception(None, "too-old"), **parts), here, here)
    assert [each.outcome for each in judgement.verdicts] == [PASS, PASS]
    assert counted(judgement.exceptions) == [(2, 0, "active")]


# until when


@pytest.mark.parametrize(
    ("as_of", "holds"),
    [
        (datetime(2026, 11, 29, tzinfo=UTC), True),
        (datetime(2026, 11, 30, tzinfo=UTC), True),
        (datetime(2026, 11, 30, 23, 59, 59, 999999, tzinfo=UTC), True),
        (datetime(2026, 12, 1, tzinfo=UTC), False),
        (datetime(2027, 1, 1, tzinfo=UTC), False),
        # the day is UTC's, wherever somebody looks from
        (datetime(2026, 12, 1, 1, 59, tzinfo=timezone(timedelta(hours=2))), True),
        (datetime(2026, 12, 1, 2, 0, tzinfo=timezone(timedelta(hours=2))), False),
        (datetime(2026, 11, 30, 18, 59, tzinfo=timezone(timedelta(hours=-5))), True),
        (datetime(2026, 11, 30, 19, 0, tzinfo=timezone(timedelta(hours=-5))), False),
        (datetime(2026, 12, 1, 13, 59, tzinfo=timezone(timedelta(hours=14))), True),
    ],
)
def test_the_last_day_is_inclusive_and_utc(as_of: datetime, holds: bool) -> None:
    by = allowing(exception(expires="2026-11-30"))
    judgement = weighed(by, of(), as_of=as_of)
    [one] = judgement.verdicts
    assert one.outcome is (PASS if holds else FAIL)
    [use] = judgement.exceptions
    assert (use.used, use.missed) == ((1, 0) if holds else (0, 1))
    assert (use.state == "expired") is not holds


def test_the_message_says_since_when_nothing_lets_it_through() -> None:
    by = allowing(exception(expires="2026-11-20", ticket="SEC-1421"))
    [one] = weighed(by, of()).verdicts
    [result] = [result for result in one.results if result.rule == "unmarked"]
    assert result.exception is None
    assert result.finding.message == (
        f"{USED} carries no golden watermark; the exception SEC-1421 expired on 2026-11-20"
    )
    assert result.finding.fix
    assert result.finding.evidence
    unnamed = allowing(exception(expires="2026-11-20"))
    [other] = weighed(unnamed, of()).verdicts
    assert "the exception vendor appliance expired on 2026-11-20" in (
        other.results[0].finding.message
    )


def test_other_failures_say_nothing_of_it() -> None:
    by = allowing(exception(expires="2026-11-20"))
    [one] = weighed(by, broken()).verdicts
    assert [r.rule for r in one.results if "expired on" in r.finding.message] == ["unmarked"]


@pytest.mark.parametrize(
    ("expires", "days_left", "state"),
    [
        ("2026-11-19", -1, "expired"),
        ("2026-11-20", 0, "expired"),
        ("2026-11-21", 1, "expiring"),
        ("2026-11-22", 2, "expiring"),
        ("2026-12-04", 14, "expiring"),
        ("2026-12-05", 15, "expiring"),
        ("2026-12-06", 16, "active"),
        ("2027-11-21", 366, "active"),
        ("9999-12-31", (date(9999, 12, 31) - TODAY).days + 1, "active"),
        ("0001-01-01", (date(1, 1, 1) - TODAY).days + 1, "expired"),
    ],
)
def test_days_left_and_what_is_announced(expires: str, days_left: int, state: str) -> None:
    [use] = weighed(allowing(exception(expires=expires)), of()).exceptions
    assert (use.days_left, use.state) == (days_left, state)
    [idle] = weighed(allowing(exception(expires=expires)), subject()).exceptions
    assert idle.state == ("expired" if state == "expired" else "unused")
    assert (idle.used, idle.missed) == (0, 0)


# which of several


def test_the_first_that_matches_is_used() -> None:
    one, two = exception(ticket="SEC-1"), exception({"image": {"id": USED}}, ticket="SEC-2")
    for order in ((one, two), (two, one)):
        judgement = weighed(allowing(*order), of())
        assert judgement.verdicts[0].exception
        assert judgement.verdicts[0].exception.ticket == order[0]["ticket"]
        assert counted(judgement.exceptions) == [(1, 0, "active"), (0, 0, "unused")]


def test_the_first_that_names_the_rule_is_used() -> None:
    other = exception(None, "too-deep", ticket="SEC-0")
    judgement = weighed(allowing(other, exception(ticket="SEC-1")), of())
    assert judgement.verdicts[0].exception
    assert judgement.verdicts[0].exception.ticket == "SEC-1"


OVER = exception(expires="2026-11-20", ticket="SEC-0")


@pytest.mark.parametrize(
    "order", [(OVER, exception(ticket="SEC-1")), (exception(ticket="SEC-1"), OVER)]
)
def test_an_exception_that_was_renewed_is_not_missed(order: tuple[dict[str, Any], ...]) -> None:
    judgement = weighed(allowing(*order), of())
    [one] = judgement.verdicts
    assert one.outcome is PASS
    assert "expired" not in one.results[0].finding.message
    uses = {use.exception.ticket: (use.used, use.missed, use.state) for use in judgement.exceptions}
    assert uses == {"SEC-0": (0, 0, "expired"), "SEC-1": (1, 0, "active")}


def test_of_several_that_are_over_the_first_is_told_and_all_are_missed() -> None:
    by = allowing(OVER, exception(expires="2026-11-01", ticket="SEC-1"))
    judgement = weighed(by, of())
    assert "the exception SEC-0 expired on 2026-11-20" in (
        judgement.verdicts[0].results[0].finding.message
    )
    assert counted(judgement.exceptions) == [(0, 1, "expired")] * 2


def test_one_that_is_over_for_one_rule_and_another_that_holds_for_the_other() -> None:
    over = exception(None, "unmarked", "not-launchable", expires="2026-11-20", ticket="SEC-0")
    judgement = weighed(allowing(over, exception()), broken())
    [one] = judgement.verdicts
    assert one.outcome is FAIL
    assert let_through(one) == ["unmarked"]
    assert counted(judgement.exceptions) == [(0, 1, "expired"), (1, 0, "active")]


# counting and sharing


def test_references_are_counted_not_results() -> None:
    both = exception(None, "unmarked", "not-launchable")
    judgement = weighed(allowing(both), broken(), of(), subject())
    assert [each.outcome for each in judgement.verdicts] == [PASS, PASS, PASS]
    assert counted(judgement.exceptions) == [(2, 0, "active")]


def test_the_same_image_may_be_excepted_in_one_place_only() -> None:
    """The references share one resolution, and what was judged of it."""
    first = of()
    here = [
        replace(first, reference=replace(first.reference, address=address))
        for address in ("module.fw.aws_instance.a", "aws_instance.b", "module.fw.aws_instance.c")
    ]
    judgement = weighed(allowing(exception({"module": "module.fw"})), *here)
    assert [each.outcome for each in judgement.verdicts] == [PASS, FAIL, PASS]
    assert [each.subject for each in judgement.verdicts] == here
    assert counted(judgement.exceptions) == [(2, 0, "active")]


def test_references_that_different_exceptions_reach_are_kept_apart() -> None:
    """One image, one finding, and who lets it through depends on where it is used."""
    first = of()
    here = [
        replace(first, reference=replace(first.reference, address=f"aws_instance.{name}"))
        for name in ("a", "b", "ab", "c", "b", "d")
    ]
    by = allowing(
        exception({"address": "*.a*"}, ticket="A"),
        exception({"address": "*b"}, ticket="B"),
        exception({"address": "*.d"}, ticket="D", expires="2026-11-20"),
    )
    judgement = weighed(by, *here)
    tickets = [each.exception.ticket if each.exception else None for each in judgement.verdicts]
    assert tickets == ["A", "B", "A", None, "B", None]
    assert counted(judgement.exceptions) == [
        (2, 0, "active"),
        (2, 0, "active"),
        (0, 1, "expired"),
    ]
    told = [
        "the exception D expired" in each.results[0].finding.message for each in judgement.verdicts
    ]
    assert told == [False] * 5 + [True]


def test_what_references_share_before_they_share_after() -> None:
    """Reports put them together, and write what they share once."""
    first = of()
    many = [
        replace(first, reference=replace(first.reference, address=f"aws_instance.a{n}"))
        for n in range(6)
    ]
    plain = weighed(document(), *many)
    assert len({id(each.results) for each in plain.verdicts}) == 1
    for by in (
        allowing(exception()),
        allowing(OVER),
        allowing(exception({"address": "*.nothing"})),
        allowing(exception(None, "too-deep")),
    ):
        assert len({id(each.results) for each in weighed(by, *many).verdicts}) == 1
    mixed = weighed(
        allowing(exception({"address": "*[0-2]"}), exception({"address": "*a?"})), *many
    )
    assert len({id(each.results) for each in mixed.verdicts}) == 1
    some = weighed(allowing(exception({"address": "*0"})), *many)
    assert sorted(Counter(id(each.results) for each in some.verdicts).values()) == [1, 5]


def test_verdicts_that_are_judged_together_are_the_same_as_alone() -> None:
    by = allowing(
        exception({"module": "module.fw"}),
        exception({"image": {"owner": STRANGER}}, "not-launchable", expires="2026-11-20"),
    )
    here = [of(), broken(), of(address="module.fw.aws_instance.a"), subject()]
    together = weighed(by, *here).verdicts
    assert list(together) == [judge(each, by, AS_OF) for each in here]


# what has to be asked


def test_the_ancestry_of_an_image_that_is_let_through_still_matters() -> None:
    """Unmarked and excepted, it passes unless it descends from what is revoked."""
    revoked = {"images": [{"id": ELSE, "region": HOME}]}
    by = allowing(exception(), revoked=revoked)
    unasked = of(descent=ancestry(USED, MIDDLE, end=AncestryEnd.NOT_FOLLOWED))
    assert verdict(unasked, by) is OPEN
    assert unasked.provenance is not None
    assert ancestry_matters(by, AS_OF, JudgedMarks())(unasked.provenance)
