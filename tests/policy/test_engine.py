"""Weighing: fail outranks undetermined outranks pass, and nothing is ever a pass by default."""

from itertools import permutations, product

import pytest

from assay.model import (
    AllowedImages,
    Cause,
    ImageName,
    Outcome,
    Policy,
    Provenance,
    Resolved,
    ScanResults,
    Severity,
    Subject,
    TemplateRef,
    worst,
)
from assay.policy.engine import judge, judge_all
from assay.policy.explaining import schema
from assay.policy.rules import RULES
from assay.policy.rules.rule import Rule
from tests.policy.builders import (
    AS_OF,
    ELSE,
    HOME,
    MIDDLE,
    SOURCE,
    STRANGER,
    USED,
    ancestry,
    image,
    mark,
    policy,
    refused,
    subject,
    unresolved,
    verdict,
)

PASS, FAIL, OPEN = Outcome.PASS, Outcome.FAIL, Outcome.UNDETERMINED
PLAN, MADE = Cause.INCOMPLETE_PLAN, Cause.NO_PROVENANCE
NO_IMAGE = [cause for cause in Cause if cause not in (PLAN, MADE, Cause.SERVICE_IMAGE)]
CONFIGURABLE = [rule.id for rule in RULES if rule.configurable]


def setting(severity: Severity, *rules: str) -> Policy:
    return policy(severities=dict.fromkeys(rules or CONFIGURABLE, severity))


@pytest.mark.parametrize("outcomes", [p for n in range(4) for p in permutations(Outcome, n)])
def test_worst(outcomes: tuple[Outcome, ...]) -> None:
    ranked = [rank for rank in (FAIL, OPEN, PASS) if rank in outcomes]
    assert worst(outcomes) is (ranked[0] if ranked else PASS)
    assert worst(outcomes * 2) is worst(outcomes)


def test_a_golden_image_passes() -> None:
    assert verdict(subject()) is PASS


def test_fail_outranks_undetermined() -> None:
    both = subject(image(state="pending"))
    assert verdict(both) is FAIL
    assert verdict(subject(image(mark(), state="pending"))) is OPEN


def test_one_undetermined_outranks_every_pass() -> None:
    assert verdict(subject(descent=refused())) is OPEN


def test_a_warning_is_reported_and_does_not_count() -> None:
    bad = subject(image(state="disabled", owner_id=STRANGER))
    assert verdict(bad) is FAIL
    found = judge(bad, setting(Severity.WARNING), AS_OF)
    assert found.outcome is PASS
    assert {r.rule for r in found.results if r.finding.outcome is FAIL} == {
        "unmarked",
        "not-launchable",
    }
    assert {r.severity for r in found.results} == {Severity.WARNING}


def test_a_warning_that_is_undetermined_does_not_count_either() -> None:
    pending = subject(image(mark(), state="pending"))
    assert verdict(pending, setting(Severity.WARNING, "not-launchable")) is PASS


def test_a_rule_that_is_off_is_not_run() -> None:
    bad = subject(image())
    found = judge(bad, setting(Severity.OFF, "unmarked"), AS_OF)
    assert "unmarked" not in {result.rule for result in found.results}
    assert found.outcome is PASS


def test_everything_off_is_no_pass() -> None:
    found = judge(subject(), setting(Severity.OFF), AS_OF)
    assert found.results == ()
    assert found.outcome is OPEN


@pytest.mark.parametrize(
    ("cause", "severity"),
    list(product(NO_IMAGE, [None, Severity.OFF, Severity.WARNING])),
)
def test_a_reference_without_an_image_is_never_a_pass(
    cause: Cause, severity: Severity | None
) -> None:
    by = setting(severity) if severity else policy()
    assert verdict(unresolved(cause), by) is OPEN
    pinned = unresolved(cause, value=TemplateRef("lt-1", None, "3"))
    assert verdict(pinned, by) is OPEN


def test_an_image_registered_from_snapshots_fails_and_never_passes() -> None:
    assert verdict(unresolved(MADE)) is FAIL
    for severity in (Severity.OFF, Severity.WARNING):
        assert verdict(unresolved(MADE), setting(severity)) is OPEN


def test_an_incomplete_plan_is_as_severe_as_the_policy_makes_it() -> None:
    whole = unresolved(PLAN)
    assert verdict(whole) is OPEN
    assert verdict(whole, setting(Severity.WARNING, "incomplete-plan")) is PASS
    off = setting(Severity.OFF, "incomplete-plan")
    assert judge_all([whole], off, AS_OF).verdicts == ()
    assert len(judge_all([whole, subject()], off, AS_OF).verdicts) == 1


def test_what_a_service_chooses_is_as_severe_as_the_policy_makes_it() -> None:
    chosen = unresolved(Cause.SERVICE_IMAGE)
    assert verdict(chosen) is FAIL
    assert verdict(chosen, setting(Severity.WARNING, "service-image")) is PASS
    off = setting(Severity.OFF, "service-image")
    assert judge_all([chosen], off, AS_OF).verdicts == ()
    assert len(judge_all([chosen, subject()], off, AS_OF).verdicts) == 1


def test_a_reference_without_an_image_can_fail() -> None:
    moving = unresolved(value=TemplateRef("lt-1", None, "$Latest"))
    assert verdict(moving) is OPEN
    assert verdict(moving, setting(Severity.ERROR, "unpinned")) is FAIL


@pytest.mark.parametrize("severity", [Severity.OFF, Severity.WARNING])
def test_what_could_not_be_read_cannot_be_switched_off(severity: Severity) -> None:
    """`Rule.configurable`: not by the schema, and not by a policy that came another way either."""
    fixed = [rule.id for rule in RULES if not rule.configurable]
    by = policy(severities=dict.fromkeys(fixed, severity), revoked_images=(ImageName(ELSE, HOME),))
    found = judge(subject(descent=refused()), by, AS_OF)
    assert {r.rule: r.severity for r in found.results}.get("lookup-failed") is Severity.ERROR
    assert found.outcome is OPEN


def test_an_image_whose_provenance_was_never_read_is_no_pass() -> None:
    """`Subject.provenance` may be None; the rules about descent then say nothing."""
    whole = subject()
    bare = Subject(whole.reference, whole.place, whole.resolution)
    assert verdict(bare) is not PASS
    assert verdict(bare, policy(max_depth=0)) is not PASS


def test_the_verdict_carries_the_subject_and_the_results_in_order() -> None:
    scanned = image(mark(), scan_results=ScanResults())
    here = subject(scanned, allowed=AllowedImages("audit-mode"))
    by = policy(
        max_depth=3, owners=("self",), max_age_days=90, max_scan_severity="low", allowed_by_ec2=True
    )
    found = judge(here, by, AS_OF)
    assert found.subject is here
    order = [rule.id for rule in RULES]
    assert [r.rule for r in found.results] == [
        id for id in order if id in {r.rule for r in found.results}
    ]
    assert {r.rule for r in found.results} == set(CONFIGURABLE) - {
        *("revoked", "public-image", "no-provenance", "service-image", "open-lookup", "downgrade"),
        *("incomplete-plan", "ignored-changes", "uncatalogued"),
    }


def test_judging_is_pure() -> None:
    here, by = subject(descent=ancestry(USED, MIDDLE, SOURCE)), policy(max_depth=1)
    assert judge(here, by, AS_OF) == judge(here, by, AS_OF)
    assert isinstance(here.resolution, Resolved)
    assert isinstance(here.provenance, Provenance)
    assert here.resolution.image is here.provenance.image


# the register


def test_every_rule_is_registered_once() -> None:
    from importlib import resources

    folder = resources.files("assay.policy.rules")
    files = {each.name for each in folder.iterdir() if each.name.endswith(".py")}
    modules = {name.removesuffix(".py") for name in files} - {"__init__", "rule"}
    assert sorted(rule.id for rule in RULES) == sorted(n.replace("_", "-") for n in modules)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.id))
def test_a_rule_has_the_name_of_its_module_and_a_page(rule: Rule) -> None:
    module = rule.check.__module__.rpartition(".")[2]
    assert rule.id == module.replace("_", "-")
    assert rule.page.startswith(f"# {rule.id}\n\n")
    places = [
        rule.page.find(f"\n**{heading}.** ")
        for heading in (
            "What it does",
            "Why it matters",
            "Example",
            "How to fix",
            "Reads",
            "Offline",
        )
    ]
    assert -1 not in places
    assert places == sorted(places)
    assert rule.summary == rule.summary.strip()
    assert rule.summary


def test_the_rules_of_undetermined_are_the_fixed_ones() -> None:
    assert {rule.id for rule in RULES if not rule.configurable} == {
        str(cause) for cause in NO_IMAGE
    }
    assert set(CONFIGURABLE) == set(schema()["definitions"]["rules"]["properties"])


def test_what_says_nothing_of_golden_marks_is_a_warning_by_default() -> None:
    assert {rule.id for rule in RULES if rule.severity is not Severity.ERROR} == {
        "deprecated",
        "downgrade",
        "public-image",
        "self-owned",
        "uncatalogued",
        "unpinned",
    }
