"""untrusted-owner, not-launchable and deprecated: what the image itself must be."""

import pytest

from assay.model import Cause, Outcome, Place, Severity
from tests.policy.builders import (
    AS_OF,
    GOLD,
    HOME,
    SECOND,
    STRANGER,
    USER,
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
