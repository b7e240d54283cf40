"""What assay says EC2's Allowed AMIs will do, against an emulator that evaluates them by itself."""

import json
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assay.catalog.aws.sdk import Sdk
from assay.catalog.interface import Absent
from assay.catalog.live import LiveCatalog
from assay.catalog.questions import ALLOWED_IMAGES, IMAGES
from assay.model import AllowedImages, Image, Place, Verdict
from assay.policy.allowed import admission
from assay.policy.golden import Is
from tests import command
from tests.allowed import CRITERIA, images
from tests.command import POLICY, talking_to
from tests.emulator import Fault, Server, Watermark, World
from tests.judging import (
    HERE,
    PIPELINES,
    STRANGERS,
    Emulated,
    at,
    judged,
    policy,
    struck,
)
from tests.plans import dump, instance, plan, resource
from tests.policy.builders import AS_OF
from tests.worlds import PIPELINE, REGION, STRANGER, WORKLOAD, GoldenWorld

State = Literal["disabled", "audit-mode", "enabled"]
PREDICTING = policy(allowed_by_ec2=True)
one_server_for_all = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


# ----------------------------------------------------------- the prediction against an evaluation


@st.composite
def worlds(draw: st.DrawFn) -> tuple[World, State, list[dict[str, Any]]]:
    """Images of the workload account and of another one, and settings of the workload account.

    A third account owns none of them and has the same criteria in audit mode: there, EC2 says of
    every image what it makes of it, whoever owns it.
    """
    world = World(lambda: AS_OF)
    world.question_mark = "one"  # as assay reads it; of the other reading see below
    for _ in range(draw(st.integers(1, 4))):
        draw(images(world, (WORKLOAD, PIPELINE)))
    state: State = draw(st.sampled_from(["disabled", "audit-mode", "audit-mode", "enabled"]))
    criteria = draw(CRITERIA)
    world.allowed_images(WORKLOAD, REGION, state, criteria)
    world.allowed_images(STRANGER, REGION, "audit-mode", criteria)
    return world, state, criteria


def said(verdict: Verdict, rule: str) -> tuple[str, str] | None:
    """What one rule came to, and its message without the reason."""
    for result in verdict.results:
        if result.rule == rule:
            return result.finding.outcome.value, result.finding.message.partition(":")[0]
    return None


def test_the_prediction_is_what_ec2_makes_of_every_image(emulated: Emulated) -> None:
    met: Counter[str] = Counter()

    @given(worlds())
    @settings(one_server_for_all, max_examples=150)
    def holds(case: tuple[World, State, list[dict[str, Any]]]) -> None:
        world, state, criteria = case
        ids = [id for _, id in world.images]
        report = emulated.check(world, *ids, by=PREDICTING)
        told = emulated.catalog.ask(
            IMAGES, [(place, id) for place in (HERE, PIPELINES, STRANGERS) for id in ids]
        )
        rules = emulated.catalog.ask(ALLOWED_IMAGES, [HERE])[HERE]
        assert isinstance(rules, AllowedImages)
        for id, verdict in zip(ids, report.verdicts, strict=True):
            by_owner = told[HERE if world.image(REGION, id).owner_id == WORKLOAD else PIPELINES, id]
            evaluated, here = told[STRANGERS, id], told[HERE, id]
            assert isinstance(by_owner, Image)
            assert isinstance(evaluated, Image)
            judged = admission(by_owner, rules, AS_OF)
            assert judged.admitted is (Is.YES if evaluated.image_allowed else Is.NO), judged
            assert len(judged.why_not) == (0 if judged.admitted is Is.YES else len(criteria))
            owned = by_owner.owner_id == WORKLOAD
            case_ = f"{state}, {'own' if owned else 'other'}, {judged.admitted.value}"
            met[case_] += 1
            assert (isinstance(here, Absent)) == (case_ == "enabled, other, no")
            assert (said(verdict, "not-allowed"), said(verdict, "self-owned")) == EXPECTED[case_]

    holds()
    assert set(met) == set(EXPECTED), "a test that meets no such image proves nothing"


ADMITTED = ("pass", "Allowed AMIs admits it")
OWN = ("pass", "the account's own images are always allowed")
OFF = ("pass", "Allowed AMIs is disabled here")
FROM_ANYBODY = ("pass", "Allowed AMIs would admit it from any owner")
ONLY_OWN = ("fail", f"Allowed AMIs admits it only because account {WORKLOAD} owns it")
EXPECTED = {
    "disabled, own, yes": (OFF, None),
    "disabled, own, no": (OFF, None),
    "disabled, other, yes": (OFF, None),
    "disabled, other, no": (OFF, None),
    "audit-mode, own, yes": (OWN, FROM_ANYBODY),
    "audit-mode, own, no": (OWN, ONLY_OWN),
    "audit-mode, other, yes": (ADMITTED, None),
    "audit-mode, other, no": (
        ("fail", "Allowed AMIs is in audit mode, and would refuse it if enforced"),
        None,
    ),
    "enabled, own, yes": (OWN, FROM_ANYBODY),
    "enabled, own, no": (OWN, ONLY_OWN),
    "enabled, other, yes": (ADMITTED, None),
    "enabled, other, no": (None, None),  # EC2 hides it: not-visible
}


# ------------------------------------------------------------- the emulator's reading of the texts


NOW = AS_OF
SCAN_CASES: list[tuple[dict[str, Any], dict[str, Any] | None, bool]] = [
    # "AMIs that Amazon Inspector has not scanned are not allowed when you specify this condition."
    ({"MaximumSeverityLabel": "critical"}, None, False),
    ({"MaxDaysSinceLastFindingScan": 2147483647}, None, False),
    ({"MaxDaysSinceCriticalFixAvailable": 2147483647}, None, False),
    # "A scanned AMI that has no findings meets this limit."
    ({"MaximumSeverityLabel": "informational"}, {}, True),
    ({"MaxDaysSinceHighFixAvailable": 0}, {}, True),
    # "a value of medium allows AMIs whose highest severity is informational, low, or medium"
    ({"MaximumSeverityLabel": "medium"}, {"worst": "medium"}, True),
    ({"MaximumSeverityLabel": "medium"}, {"worst": "informational"}, True),
    ({"MaximumSeverityLabel": "medium"}, {"worst": "high"}, False),
    # "Findings count whether or not a fix is available."
    ({"MaximumSeverityLabel": "medium"}, {"worst": "critical", "fixes": {}}, False),
    # "a value of 7 allows AMIs that were scanned within the last 7 days"
    ({"MaxDaysSinceLastFindingScan": 7}, {"at": NOW - timedelta(days=7)}, True),
    ({"MaxDaysSinceLastFindingScan": 7}, {"at": NOW - timedelta(days=7, milliseconds=1)}, False),
    # "The day limits for each severity apply only to findings that have a fix available."
    ({"MaxDaysSinceHighFixAvailable": 7}, {"worst": "high"}, True),
    (
        {"MaxDaysSinceHighFixAvailable": 7},
        {"worst": "high", "fixes": {"high": NOW - timedelta(days=8)}},
        False,
    ),
    (
        {"MaxDaysSinceHighFixAvailable": 7},
        {"worst": "high", "fixes": {"high": NOW - timedelta(days=7)}},
        True,
    ),
    (
        {"MaxDaysSinceHighFixAvailable": 7},
        {"worst": "critical", "fixes": {"critical": NOW - timedelta(days=99)}},
        True,
    ),
    (
        {"MaxDaysSinceHighFixAvailable": 7},
        {"worst": "critical", "fixes": {"high": NOW - timedelta(days=99), "critical": NOW}},
        False,
    ),
    # All limits of a condition must be met.
    (
        {"MaximumSeverityLabel": "high", "MaxDaysSinceLastFindingScan": 1},
        {"worst": "low", "at": NOW - timedelta(days=2)},
        False,
    ),
]


@pytest.mark.parametrize(("condition", "scan", "allowed"), SCAN_CASES)
def test_the_emulator_and_assay_read_scan_result_conditions_alike(
    emulated: Emulated, condition: dict[str, Any], scan: dict[str, Any] | None, allowed: bool
) -> None:
    world = World(lambda: NOW)
    id = world.register_image(PIPELINE, REGION, name="scanned")
    world.share(id, REGION, WORKLOAD)
    if scan is not None:
        world.scan(id, REGION, **scan)
    world.allowed_images(WORKLOAD, REGION, "audit-mode", [{"ScanResultCondition": condition}])
    emulated.show(world)
    image = emulated.catalog.ask(IMAGES, [(HERE, id)])[HERE, id]
    rules = emulated.catalog.ask(ALLOWED_IMAGES, [HERE])[HERE]
    assert isinstance(image, Image)
    assert isinstance(rules, AllowedImages)
    assert image.image_allowed is allowed
    assert admission(image, rules, NOW).admitted is (Is.YES if allowed else Is.NO)


A_DAY_AGO, LONG_AGO = NOW - timedelta(days=1), NOW - timedelta(days=9)
PLAIN: dict[str, Any] = {
    "owner_alias": "amazon",
    "name": "web-1",
    "creation_date": A_DAY_AGO,
    "deprecation_time": A_DAY_AGO,
    "product_codes": ("abc",),
}
MARK = Watermark(f"{PIPELINE}:golden", "us-west-2", "ami-0123456789abcdef0", LONG_AGO, A_DAY_AGO)


def filtered(**fields: Any) -> dict[str, Any]:
    return {"ImageWatermarks": [fields]}


@pytest.mark.parametrize(
    ("meets", "fails"),
    [
        ({"ImageProviders": ["amazon"]}, {"ImageProviders": ["aws-marketplace"]}),
        ({"ImageProviders": [PIPELINE]}, {"ImageProviders": [WORKLOAD]}),
        ({"MarketplaceProductCodes": ["x", "abc"]}, {"MarketplaceProductCodes": ["ab", "abcd"]}),
        ({"ImageNames": ["x", "web-*"]}, {"ImageNames": ["web", "WEB-1", "eb-*"]}),
        ({"CreationDateCondition": {"MaximumDaysSinceCreated": 1}},
         {"CreationDateCondition": {"MaximumDaysSinceCreated": 0}}),
        ({"DeprecationTimeCondition": {"MaximumDaysSinceDeprecated": 1}},
         {"DeprecationTimeCondition": {"MaximumDaysSinceDeprecated": 0}}),
        (filtered(), {"ImageWatermarks": [{"WatermarkKey": "x"}]}),
        (filtered(WatermarkKey="*:golden"), filtered(WatermarkKey=f"{PIPELINE}:gold")),
        (filtered(SourceImageRegion="us-west-?"), filtered(SourceImageRegion="us-east-*")),
        (filtered(MaximumDaysSinceSourceImageCreated=9),
         filtered(MaximumDaysSinceSourceImageCreated=8)),
        (filtered(MaximumDaysSinceWatermarkCreated=1),
         filtered(MaximumDaysSinceWatermarkCreated=0)),
    ],
)  # fmt: skip
def test_every_field_decides_alone(
    emulated: Emulated, meets: dict[str, Any], fails: dict[str, Any]
) -> None:
    """What meets one field only is admitted by it, and refused where it does not meet it."""
    world = World(lambda: NOW)
    id = world.register_image(PIPELINE, REGION, name="")
    made = world.image(REGION, id)
    for name, value in PLAIN.items():
        setattr(made, name, value)
    made.watermarks, made.shared_with = [MARK], {WORKLOAD}
    for criterion, allowed in ((meets, True), (fails, False), (meets | fails, False)):
        world.allowed_images(WORKLOAD, REGION, "audit-mode", [criterion])
        emulated.show(world)
        image = emulated.catalog.ask(IMAGES, [(HERE, id)])[HERE, id]
        rules = emulated.catalog.ask(ALLOWED_IMAGES, [HERE])[HERE]
        assert isinstance(image, Image)
        assert isinstance(rules, AllowedImages)
        assert image.image_allowed is allowed
        assert admission(image, rules, NOW).admitted is (Is.YES if allowed else Is.NO)


def test_a_copy_has_to_be_scanned_for_itself() -> None:
    golden = GoldenWorld()
    golden.world.scan(golden.golden, REGION, "low")
    assert golden.world.image(REGION, golden.golden).scan_results is not None
    assert golden.world.image(REGION, golden.copy()).scan_results is None


# ------------------------------------------------------------------------------- the whole command

PREDICT = f"{POLICY}require: {{allowed_amis: predict}}\n"
TIME = "2026-11-02T00:00:00Z"
"""A day after the emulated world began."""
MARKED = [{"ImageWatermarks": [{"WatermarkKey": f"{PIPELINE}:golden-*"}]}]
AMAZONS = [{"ImageProviders": ["amazon"]}]


class Gate:
    """`assay check` of some images in a directory with a policy."""

    def __init__(self, here: Path, server: Server) -> None:
        self.here, self.server = here, server
        self.judge_by(PREDICT)

    def judge_by(self, text: str) -> None:
        (self.here / "assay.yaml").write_text(text)

    def use(self, *images: str) -> None:
        changes = [instance(f"aws_instance.i{n}", id) for n, id in enumerate(images)]
        (self.here / "plan.json").write_bytes(dump(plan(*changes)))

    def check(self, *images: str, form: str = "json", as_of: str = TIME) -> command.Run:
        self.use(*images)
        self.server.requests.clear()
        return self.run("check", "plan.json", "--format", form, "--as-of", as_of)

    def run(self, *arguments: str) -> command.Run:
        return command.assay(*arguments, cwd=self.here, env=talking_to(self.server.url, WORKLOAD))


@pytest.fixture
def gate(tmp_path: Path, server: Server) -> Gate:
    return Gate(tmp_path, server)


def result(run: command.Run, rule: str, of: int = 0) -> dict[str, Any]:
    """What the report says of one rule."""
    found = [each for each in run.report["verdicts"][of]["results"] if each["rule"] == rule]
    assert len(found) == 1, found
    return dict(found[0])


def speaking(run: command.Run, of: int = 0) -> dict[str, str]:
    """The rules that do not pass, and what they come to."""
    results = run.report["verdicts"][of]["results"]
    return {each["rule"]: each["outcome"] for each in results if each["outcome"] != "pass"}


def test_disabled_settings_refuse_nothing(golden: GoldenWorld, gate: Gate) -> None:
    golden.world.allowed_images(WORKLOAD, REGION, "disabled", AMAZONS)
    run = gate.check(golden.golden)
    assert (run.code, speaking(run)) == (0, {})
    assert result(run, "not-allowed")["message"] == "Allowed AMIs is disabled here"


def test_in_audit_mode_it_says_what_enforcing_would_do(golden: GoldenWorld, gate: Gate) -> None:
    golden.world.allowed_images(WORKLOAD, REGION, "audit-mode", MARKED)
    run = gate.check(golden.golden)
    assert (run.code, speaking(run)) == (0, {})
    assert result(run, "not-allowed")["message"] == "Allowed AMIs admits it"

    golden.world.allowed_images(WORKLOAD, REGION, "audit-mode", AMAZONS)
    run = gate.check(golden.golden)
    assert (run.code, speaking(run)) == (1, {"not-allowed": "fail"})
    told = result(run, "not-allowed")
    assert told["message"] == (
        "Allowed AMIs is in audit mode, and would refuse it if enforced: "
        f"criterion 1: {PIPELINE} is not among the providers"
    )
    assert f"ec2:GetAllowedImagesSettings ({WORKLOAD}/{REGION})" in told["evidence"]


def test_enabled_settings_admit_or_hide(golden: GoldenWorld, gate: Gate) -> None:
    golden.world.allowed_images(WORKLOAD, REGION, "enabled", MARKED)
    run = gate.check(golden.golden)
    assert (run.code, speaking(run)) == (0, {})
    assert result(run, "not-allowed")["message"] == "Allowed AMIs admits it"

    golden.world.allowed_images(WORKLOAD, REGION, "enabled", AMAZONS)
    run = gate.check(golden.golden)
    assert (run.code, speaking(run)) == (3, {"not-visible": "undetermined"})
    assert "possibly hidden: Allowed AMIs is enabled in" in result(run, "not-visible")["message"]


def test_an_age_that_passes_until_the_apply_is_foreseen(golden: GoldenWorld, gate: Gate) -> None:
    """EC2 still admits the image; as of the day of the apply it will not."""
    young = [{"CreationDateCondition": {"MaximumDaysSinceCreated": 30}}]
    golden.world.allowed_images(WORKLOAD, REGION, "enabled", young)
    assert gate.check(golden.golden).code == 0
    run = gate.check(golden.golden, as_of="2026-12-24T00:00:00Z")
    assert run.code == 1
    assert result(run, "not-allowed")["message"] == (
        "Allowed AMIs would refuse it during apply: "
        "criterion 1: the image is 52 days old, and at most 30 are allowed"
    )


def test_whose_settings_they_are_is_told_where_they_may_hide_an_image(
    golden: GoldenWorld, gate: Gate
) -> None:
    golden.world.allowed_images(
        WORKLOAD, REGION, "enabled", AMAZONS, managed_by="declarative-policy"
    )
    run = gate.check(golden.golden)
    assert (
        f"Allowed AMIs is enabled by a declarative policy in {WORKLOAD}/{REGION}"
        in result(run, "not-visible")["message"]
    )


def test_an_image_that_only_ownership_admits_is_a_warning(golden: GoldenWorld, gate: Gate) -> None:
    own = golden.copy()
    golden.world.allowed_images(WORKLOAD, REGION, "enabled", AMAZONS)
    run = gate.check(own)
    assert (run.code, run.outcomes()) == (0, {"aws_instance.i0": "pass"})
    told = result(run, "self-owned")
    assert (told["outcome"], told["severity"]) == ("fail", "warning")
    assert told["message"] == f"Allowed AMIs admits it only because account {WORKLOAD} owns it"
    assert result(run, "not-allowed")["message"] == "the account's own images are always allowed"

    text = gate.check(own, form="text")
    assert text.code == 0
    assert f"self-owned: warning: {told['message']}" in text.stdout

    golden.world.allowed_images(WORKLOAD, REGION, "enabled", MARKED)
    run = gate.check(own)
    assert (run.code, speaking(run)) == (0, {})
    assert result(run, "self-owned")["message"] == "Allowed AMIs would admit it from any owner"


def test_a_policy_can_close_the_hole_that_ownership_leaves(golden: GoldenWorld, gate: Gate) -> None:
    gate.judge_by(f"{PREDICT}rules: {{self-owned: error}}\n")
    golden.world.allowed_images(WORKLOAD, REGION, "audit-mode", AMAZONS)
    run = gate.check(golden.copy())
    assert (run.code, run.rules()) == (1, {"aws_instance.i0": ["self-owned"]})
    golden.world.allowed_images(WORKLOAD, REGION, "audit-mode", MARKED)
    assert gate.check(golden.copy()).code == 0


def test_settings_that_may_not_be_read_leave_it_undetermined(
    golden: GoldenWorld, gate: Gate
) -> None:
    golden.world.deny(WORKLOAD, "GetAllowedImagesSettings")
    for image in (golden.golden, golden.copy()):
        run = gate.check(image)
        assert run.code == 3
        assert speaking(run).pop("lookup-failed") == "undetermined"
        assert set(speaking(run).values()) == {"undetermined"}
        assert "ec2:GetAllowedImagesSettings" in result(run, "lookup-failed")["message"]
    gate.judge_by(POLICY)
    assert gate.check(golden.golden).code == 0


def test_settings_are_asked_once_a_place_and_not_without_need(
    golden: GoldenWorld, gate: Gate
) -> None:
    golden.world.allowed_images(WORKLOAD, REGION, "audit-mode", MARKED)
    images = [golden.golden, *golden.many_copies(4)]
    run = gate.check(*images)
    assert run.code == 0
    assert run.report["catalog"]["api_calls"]["ec2:GetAllowedImagesSettings"] == 1

    for ignoring in (POLICY, f"{POLICY}require: {{allowed_amis: ignore}}\n"):
        gate.judge_by(ignoring)
        run = gate.check(*images)
        assert run.code == 0
        assert gate.server.calls("GetAllowedImagesSettings") == []
        assert not {"not-allowed", "self-owned"} & {
            each["rule"] for each in run.report["verdicts"][0]["results"]
        }


def test_two_regions_are_two_places(golden: GoldenWorld, gate: Gate) -> None:
    """And one scope that predicts is reason enough to ask."""
    gate.judge_by(
        f"{POLICY}scopes:\n"
        "  - {name: all, match: {address: '*'}, require: {allowed_amis: predict}}\n"
    )
    away = golden.copy(region="eu-west-1")
    golden.world.allowed_images(WORKLOAD, "eu-west-1", "enabled", AMAZONS)
    changes = [
        instance("aws_instance.here", golden.golden),
        resource("aws_instance.away", {"ami": away, "region": "eu-west-1"}),
    ]
    (gate.here / "plan.json").write_bytes(dump(plan(*changes)))
    run = gate.run("check", "plan.json", "--format", "json", "--as-of", TIME)
    assert run.code == 0
    calls = gate.server.calls("GetAllowedImagesSettings")
    assert sorted(call.region for call in calls) == ["eu-west-1", REGION]
    by_address = {each["address"]: n for n, each in enumerate(run.report["verdicts"])}
    assert speaking(run, by_address["aws_instance.here"]) == {}
    assert speaking(run, by_address["aws_instance.away"]) == {"self-owned": "fail"}


@pytest.mark.parametrize("state", ["disabled", "audit-mode", "enabled"])
def test_a_recorded_catalogue_gives_the_same_verdicts(
    golden: GoldenWorld, gate: Gate, state: State
) -> None:
    world = golden.world
    world.scan(golden.golden, REGION, "medium", fixes={"medium": world.now()})
    criteria: list[dict[str, Any]] = [
        {"ImageProviders": ["none"]},
        {
            "ImageWatermarks": [{"WatermarkKey": "*:golden-*", "SourceImageRegion": "us-*"}],
            "MarketplaceProductCodes": ["abc"],
        },
        {
            "ScanResultCondition": {
                "MaximumSeverityLabel": "medium",
                "MaxDaysSinceLastFindingScan": 3,
                "MaxDaysSinceMediumFixAvailable": 3,
            }
        },
    ]
    world.allowed_images(WORKLOAD, REGION, state, criteria)
    other = world.copy_image(PIPELINE, REGION, golden.golden, REGION, name="not scanned")
    world.share(other, REGION, WORKLOAD)
    images = (golden.golden, other, golden.copy(), golden.home_made())
    live = gate.check(*images)
    assert len({str(speaking(live, of)) for of in range(4)}) > 1
    assert gate.run("record", "plan.json", "-o", "catalog.json").code == 0
    asked = len(gate.server.requests)
    again = gate.run(
        "check", "plan.json", "--catalog", "catalog.json", "--format", "json", "--as-of", TIME
    )
    assert len(gate.server.requests) == asked
    assert (again.code, again.report["verdicts"]) == (live.code, live.report["verdicts"])


def test_a_recording_that_was_not_asked_for_settings_leaves_it_undetermined(
    golden: GoldenWorld, gate: Gate
) -> None:
    gate.use(golden.golden)
    assert gate.run("record", "plan.json", "-o", "catalog.json").code == 0
    recording = (gate.here / "catalog.json").read_text()
    assert '"allowed_images"' in recording
    without = json.loads(recording)
    for place in without["places"]:
        place.pop("allowed_images", None)
    (gate.here / "catalog.json").write_text(json.dumps(without))
    run = gate.run("check", "plan.json", "--catalog", "catalog.json", "--format", "json")
    assert run.code == 3
    assert speaking(run)["lookup-failed"] == "undetermined"


# ------------------------------------------------------------------------- what nobody can predict


def enforced_later(world: World, *criteria: dict[str, Any], owner: str = PIPELINE) -> str:
    """An image for the workload account, whose settings are in audit mode."""
    id = world.register_image(owner, REGION, name="golden-")
    world.share(id, REGION, WORKLOAD)
    world.allowed_images(WORKLOAD, REGION, "audit-mode", criteria)
    return id


def test_what_a_question_mark_stands_for_is_not_guessed(emulated: Emulated) -> None:
    world = World(lambda: AS_OF)
    world.question_mark = "one-or-none"
    id = enforced_later(world, {"ImageNames": ["golden-?"]})
    told = said(emulated.check(world, id, by=PREDICTING).verdicts[0], "not-allowed")
    image = emulated.catalog.ask(IMAGES, [(HERE, id)])[HERE, id]
    assert isinstance(image, Image)
    assert image.image_allowed
    assert told is not None
    assert told[0] == "undetermined"


def test_whose_account_it_is_may_not_have_been_told(emulated: Emulated) -> None:
    world = World(lambda: AS_OF)
    id = enforced_later(world, *AMAZONS, owner=WORKLOAD)
    emulated.show(world, struck(Fault(503, "ServiceUnavailable"), "GetCallerIdentity"))
    report = judged(LiveCatalog(Sdk()), at(Place.of(REGION), id), by=PREDICTING)
    told = said(report.verdicts[0], "not-allowed")
    assert told is not None
    assert told[0] == "undetermined"


def test_settings_are_asked_once_where_they_hide_an_image_too(
    golden: GoldenWorld, gate: Gate
) -> None:
    golden.world.allowed_images(WORKLOAD, REGION, "enabled", AMAZONS)
    run = gate.check(golden.golden, golden.copy())
    assert run.report["catalog"]["api_calls"]["ec2:GetAllowedImagesSettings"] == 1


def test_whose_settings_they_are_is_told_where_they_refuse_an_image(
    golden: GoldenWorld, gate: Gate
) -> None:
    golden.world.allowed_images(
        WORKLOAD, REGION, "audit-mode", AMAZONS, managed_by="declarative-policy"
    )
    assert "declarative policy" in str(result(gate.check(golden.golden), "not-allowed"))
