"""What the image itself must be: its owner, its state, its age, its scan, and that it is not public."""

from datetime import timedelta
from itertools import product

import pytest

from assay.model import Cause, Outcome, Place, ScanResults, Severity
from tests.policy.builders import (
    AS_OF,
    GOLD,
    HOME,
    SECOND,
    STRANGER,
    USED,
    USER,
    days_ago,
    finding,
    image,
    mark,
    outcome,
    policy,
    subject,
    unresolved,
    verdict,
)

PASS, FAIL, OPEN = Outcome.PASS, Outcome.FAIL, Outcome.UNDETERMINED


# untrusted-owner


def owned(owner: str | None, *trusted: str, account: str | None = USER) -> Outcome | None:
    here = subject(image(mark(), owner_id=owner), place=Place.of(HOME, account))
    return outcome("untrusted-owner", here, policy(owners=trusted))


@pytest.mark.parametrize(
    ("owner", "trusted", "wanted"),
    [
        (GOLD, (GOLD,), PASS),
        (USER, ("self",), PASS),
        (USER, (GOLD, "self"), PASS),
        (STRANGER, (GOLD, "self"), FAIL),
        (USER, (GOLD,), FAIL),
        (GOLD, ("self",), FAIL),
        ("", (GOLD,), FAIL),
        (GOLD[:-1], (GOLD,), FAIL),
        (None, (GOLD,), OPEN),
        (None, ("self",), OPEN),
    ],
)
def test_untrusted_owner(owner: str | None, trusted: tuple[str, ...], wanted: Outcome) -> None:
    assert owned(owner, *trusted) is wanted


def test_self_is_the_account_that_uses_the_image() -> None:
    assert owned(STRANGER, "self", account=STRANGER) is PASS
    assert owned(USER, "self", account=STRANGER) is FAIL


def test_an_unknown_account_leaves_self_open_and_nothing_else() -> None:
    assert owned(USER, "self", account=None) is OPEN
    assert owned(GOLD, "self", GOLD, account=None) is PASS
    assert owned(STRANGER, GOLD, account=None) is FAIL
    assert owned(None, "self", account=None) is OPEN


def test_every_owner_is_accepted_where_none_is_required() -> None:
    assert finding("untrusted-owner", subject(image(mark(), owner_id=None))) is None
    by = policy(owners=(GOLD,))
    assert [outcome("untrusted-owner", unresolved(cause), by) for cause in Cause] == [None] * len(
        Cause
    )


def test_a_legitimate_mark_does_not_excuse_the_owner() -> None:
    """Anybody who may launch a golden image can make a derivative that carries the mark."""
    here = subject(image(mark(), owner_id=STRANGER))
    assert verdict(here) is PASS
    assert verdict(here, policy(owners=("self", GOLD))) is FAIL


# not-launchable


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        ("available", PASS),
        ("disabled", FAIL),
        ("deregistered", FAIL),
        ("failed", FAIL),
        ("error", FAIL),
        ("invalid", FAIL),
        ("pending", OPEN),
        ("transient", OPEN),
        ("", OPEN),
        ("Available", OPEN),
        ("available ", OPEN),
        ("a state of tomorrow", OPEN),
        (None, OPEN),
    ],
)
def test_not_launchable(state: str | None, wanted: Outcome) -> None:
    here = subject(image(mark(), state=state))
    assert outcome("not-launchable", here) is wanted
    assert verdict(here) is wanted


def test_not_launchable_is_silent_without_an_image() -> None:
    assert [outcome("not-launchable", unresolved(cause)) for cause in Cause] == [None] * len(Cause)


# deprecated


def test_an_image_is_deprecated_from_its_time_on() -> None:
    assert outcome("deprecated", subject(image(mark()))) is PASS
    for moment, wanted in ((AS_OF + SECOND, PASS), (AS_OF, FAIL), (AS_OF - SECOND, FAIL)):
        here = subject(image(mark(), deprecation_time=moment))
        assert outcome("deprecated", here) is wanted


def test_deprecated_warns_unless_the_policy_says_otherwise() -> None:
    here = subject(image(mark(), deprecation_time=AS_OF))
    assert verdict(here) is PASS
    assert verdict(here, policy(severities={"deprecated": Severity.ERROR})) is FAIL


def test_deprecated_is_silent_without_an_image() -> None:
    assert [outcome("deprecated", unresolved(cause)) for cause in Cause] == [None] * len(Cause)


# too-old


@pytest.mark.parametrize("days", [0, 1, 90, 2147483647])
def test_an_image_is_too_old_a_second_after_its_last_day(days: int) -> None:
    by = policy(max_age_days=days)
    last = AS_OF - timedelta(days=days) if days < 10_000 else AS_OF.replace(year=1)
    assert outcome("too-old", subject(image(mark(), creation_date=last)), by) is PASS
    if days < 10_000:
        over = subject(image(mark(), creation_date=last - SECOND))
        assert outcome("too-old", over, by) is FAIL
        assert verdict(over, by) is FAIL


def test_too_old_says_when_it_was_made_and_what_is_allowed() -> None:
    made = AS_OF.replace(year=2025)
    here = subject(image(mark(), creation_date=made))
    found = finding("too-old", here, policy(max_age_days=90))
    assert found is not None
    assert found.message == "made 2025-11-21, 365 days ago, and at most 90 days are allowed"
    assert found.evidence == (f"ec2:DescribeImages {USED} ({USER}/{HOME})",)


def test_an_image_of_tomorrow_is_not_too_old() -> None:
    """Clocks differ, and --as-of may lie in the past."""
    here = subject(image(mark(), creation_date=days_ago(-3)))
    found = finding("too-old", here, policy(max_age_days=0))
    assert found is not None
    assert (found.outcome, found.message) == (PASS, "0 days old")


def test_an_age_that_was_not_told_is_open() -> None:
    here = subject(image(mark(), creation_date=None))
    assert outcome("too-old", here, policy(max_age_days=90)) is OPEN
    assert verdict(here, policy(max_age_days=90)) is OPEN
    assert verdict(here) is PASS


def test_every_age_is_accepted_where_none_is_required() -> None:
    assert finding("too-old", subject(image(mark(), creation_date=days_ago(9999)))) is None
    by = policy(max_age_days=1)
    assert [outcome("too-old", unresolved(cause), by) for cause in Cause] == [None] * len(Cause)


# scan-findings

WORSE = ("informational", "low", "medium", "high", "critical")


@pytest.mark.parametrize(("worst", "limit"), list(product(WORSE, WORSE)))
def test_the_worst_finding_may_be_as_bad_as_the_limit(worst: str, limit: str) -> None:
    here = subject(image(mark(), scan_results=ScanResults(worst)))
    by = policy(max_scan_severity=limit)
    wanted = PASS if WORSE.index(worst) <= WORSE.index(limit) else FAIL
    assert outcome("scan-findings", here, by) is wanted
    assert verdict(here, by) is wanted


@pytest.mark.parametrize(
    ("results", "wanted", "said"),
    [
        (None, FAIL, "Amazon Inspector has not scanned it"),
        (ScanResults(), PASS, "no finding above low"),
        (ScanResults(None, days_ago(1)), PASS, "no finding above low"),
        (ScanResults("low"), PASS, "no finding above low"),
        (
            ScanResults("high", days_ago(999)),
            FAIL,
            "its worst finding is high, and at most low is allowed",
        ),
        (ScanResults("HIGH"), OPEN, "unknown severity HIGH"),
        (ScanResults("untriaged"), OPEN, "unknown severity untriaged"),
        (ScanResults(""), OPEN, "unknown severity "),
    ],
)
def test_scan_findings(results: ScanResults | None, wanted: Outcome, said: str) -> None:
    here = subject(image(mark(), scan_results=results))
    found = finding("scan-findings", here, policy(max_scan_severity="low"))
    assert found is not None
    assert (found.outcome, found.message) == (wanted, said)
    assert found.evidence
    assert verdict(here, policy(max_scan_severity="low")) is wanted


def test_scans_are_not_looked_at_where_none_is_required() -> None:
    assert finding("scan-findings", subject(image(scan_results=ScanResults("critical")))) is None
    by = policy(max_scan_severity="low")
    silent = [outcome("scan-findings", unresolved(cause), by) for cause in Cause]
    assert silent == [None] * len(Cause)


# public-image


@pytest.mark.parametrize(
    ("owner", "alias", "named"),
    [
        (STRANGER, None, STRANGER),
        ("137112412989", "amazon", "amazon"),
        (None, None, "an unknown owner"),
    ],
)
def test_a_public_image_is_reported_with_its_owner(
    owner: str | None, alias: str | None, named: str
) -> None:
    here = subject(image(public=True, owner_id=owner, owner_alias=alias))
    found = finding("public-image", here)
    assert found is not None
    assert found.outcome is FAIL
    assert found.message.startswith(f"a public image of {named}: ")
    assert found.evidence


def test_public_image_warns_unless_the_policy_says_otherwise() -> None:
    """It can carry no mark and fails for that; where marks are not asked for, this one remains."""
    lenient = {"unmarked": Severity.OFF}
    here = subject(image(public=True))
    assert verdict(here, policy(severities=lenient)) is PASS
    strict = policy(severities={**lenient, "public-image": Severity.ERROR})
    assert verdict(here, strict) is FAIL
    assert verdict(subject(image(public=False)), strict) is PASS


def test_public_image_is_silent_about_others() -> None:
    assert outcome("public-image", subject(image(public=False))) in (None, PASS)
    assert [outcome("public-image", unresolved(cause)) for cause in Cause] == [None] * len(Cause)


def test_an_image_that_may_be_public_is_open() -> None:
    here = subject(image(mark(), public=None))
    assert verdict(here, policy(severities={"public-image": Severity.ERROR})) is OPEN
