"""unpinned, unresolved and not-visible: what the reference itself lets us know."""

import pytest

from assay.model import Alias, AmiId, Cause, Outcome, Severity, Subject, TemplateRef, Value
from tests.policy.builders import (
    PLACE,
    USED,
    finding,
    outcome,
    policy,
    reference,
    subject,
    unresolved,
    verdict,
)

PASS, FAIL, OPEN = Outcome.PASS, Outcome.FAIL, Outcome.UNDETERMINED
MOVING = (
    Alias("/golden/al2023"),
    Alias("/golden/al2023", "stable"),
    Alias("/golden/al2023", "1.0"),
    TemplateRef("lt-1", None, "$Latest"),
    TemplateRef(None, "web"),
)
PINNED = (Alias("/golden/al2023", "12"), TemplateRef("lt-1", None, "7"))


def test_unpinned_reports_every_indirection_that_can_move() -> None:
    value = Alias("/golden/al2023")
    found = finding("unpinned", subject(value=value, moving=("a template", str(value))))
    assert found is not None
    assert found.outcome is FAIL
    assert "a template and resolve:ssm:/golden/al2023" in found.message
    assert outcome("unpinned", subject(value=AmiId(USED))) is PASS


@pytest.mark.parametrize("value", PINNED)
def test_a_numbered_version_names_one_image_for_good(value: Value) -> None:
    assert outcome("unpinned", subject(value=value)) is PASS
    gone = unresolved(Cause.LOOKUP_FAILED, value=value)
    assert outcome("unpinned", gone) is None


@pytest.mark.parametrize("value", MOVING)
def test_a_reference_that_led_nowhere_can_still_move(value: Value) -> None:
    found = finding("unpinned", unresolved(Cause.NOT_VISIBLE, value=value))
    assert found is not None
    assert found.outcome is FAIL
    assert str(value) in found.message


def test_a_literal_that_led_nowhere_is_not_called_unpinned() -> None:
    assert finding("unpinned", unresolved(Cause.NOT_VISIBLE)) is None


def test_a_sensitive_value_is_never_shown() -> None:
    secret = Alias("/secret/name")
    here = subject(value=secret, moving=(str(secret),), sensitive=True)
    gone = Subject(
        reference(secret, sensitive=True),
        PLACE,
        unresolved(Cause.LOOKUP_FAILED, value=secret).resolution,
    )
    for each in (here, gone):
        found = finding("unpinned", each)
        assert found is not None
        assert found.outcome is FAIL
        assert "/secret/name" not in repr(found)


def test_unpinned_warns_unless_the_policy_says_otherwise() -> None:
    here = subject(value=MOVING[0], moving=(str(MOVING[0]),))
    assert verdict(here) is PASS
    assert verdict(here, policy(severities={"unpinned": Severity.ERROR})) is FAIL


@pytest.mark.parametrize("rule", ["unresolved", "not-visible", "lookup-failed"])
@pytest.mark.parametrize("cause", list(Cause))
def test_each_cause_is_told_by_the_rule_of_its_name_and_no_other(rule: str, cause: Cause) -> None:
    found = finding(rule, unresolved(cause))
    if rule != cause:
        assert found is None
        return
    assert found is not None
    assert found.outcome is OPEN
    assert found.message == f"because of {cause}"
    assert found.fix
    assert found.evidence


@pytest.mark.parametrize("rule", ["unresolved", "not-visible", "lookup-failed"])
def test_the_rules_of_undetermined_are_silent_about_an_image_that_was_read(rule: str) -> None:
    assert finding(rule, subject()) is None
