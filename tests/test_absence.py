"""Why is an image not to be seen? Facts are told as facts, possibilities as possibilities."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from assay.catalog.interface import Unavailable
from assay.catalog.questions import REMOVALS
from assay.model import AmiReference, Outcome, Place, Report, Unresolved
from assay.report.formats import json as json_report
from assay.report.view import views
from tests import command
from tests.command import POLICY, talking_to
from tests.emulator import Fault, Request, serve
from tests.judging import (
    HERE,
    IRELAND,
    PIPELINES,
    STRANGERS,
    Emulated,
    at,
    judged,
    outcomes,
    recorded,
    speaking,
)
from tests.plans import dump, instance, plan
from tests.worlds import PIPELINE, REGION, STRANGER, WORKLOAD, GoldenWorld

MISSING = "ami-0fffffffffffffff1"
UNKNOWN = (
    f"possibly not shared with {WORKLOAD}, deregistered, disabled by its owner, or not an image at all: "
    "EC2 gives the same answer for all of these"
)
MARKED = [{"ImageWatermarks": [{"WatermarkKey": f"{PIPELINE}:golden-*"}]}]
SIDE_QUESTIONS = ("GetAllowedImagesSettings", "ListImagesInRecycleBin")


def clues(report: Report, of: int = 0) -> list[str]:
    """What is said of a reference that led to no visible image, the likeliest first."""
    return [clue.text for clue in _unresolved(report, of).clues]


def fixes(report: Report, of: int = 0) -> list[str]:
    return [clue.fix for clue in _unresolved(report, of).clues]


def _unresolved(report: Report, of: int) -> Unresolved:
    verdict = report.verdicts[of]
    assert speaking(verdict) == {"not-visible": "undetermined"}
    assert isinstance(verdict.subject.resolution, Unresolved)
    return verdict.subject.resolution


class TestWhatIsTold:
    def test_it_is_visible_in_another_region_of_the_plan(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        """The commonest mistake, so it comes first, and nothing else needs to be asked."""
        abroad = golden.copy(region="eu-west-1")
        report = emulated.check(golden.world, abroad, at(IRELAND, abroad))
        assert outcomes(report) == ["undetermined", "pass"]
        assert clues(report) == [
            f"it is visible in {WORKLOAD}/eu-west-1: an AMI id is valid only in its own Region",
            UNKNOWN,
        ]
        assert fixes(report)[0] == (
            "use the image's copy in us-east-1, or the provider for eu-west-1"
        )
        assert not emulated.server.calls("ListImagesInRecycleBin")
        (settings,) = emulated.server.calls("GetAllowedImagesSettings")
        assert settings.region == REGION

    def test_the_same_accounts_other_region_comes_before_another_account(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        abroad = golden.copy(region="eu-west-1")
        golden.world.share(abroad, "eu-west-1", PIPELINE)
        pipelines = at(Place.of("eu-west-1", PIPELINE), abroad)
        texts = clues(emulated.check(golden.world, abroad, pipelines, at(IRELAND, abroad)))
        assert [text.split(":")[0] for text in texts[:2]] == [
            f"it is visible in {WORKLOAD}/eu-west-1",
            f"it is visible in {PIPELINE}/eu-west-1",
        ]

    def test_another_account_of_the_plan_sees_it(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        private = golden.home_made(PIPELINE)
        report = emulated.check(golden.world, private, at(PIPELINES, golden.golden))
        first, *_ = clues(report)
        assert first.startswith(f"account {PIPELINE} sees it in us-east-1")
        assert WORKLOAD in first
        assert fixes(report)[0] == f"share it with account {WORKLOAD}"

    def test_what_allowed_amis_may_hide_is_not_told_as_not_shared(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        """The image is shared with both; one of them does not admit it."""
        theirs = golden.home_made(PIPELINE)
        golden.world.share(theirs, REGION, WORKLOAD)
        golden.world.allowed_images(WORKLOAD, REGION, "enabled", MARKED)
        report = emulated.check(golden.world, theirs, at(PIPELINES, golden.golden))
        assert any("Allowed AMIs is enabled" in text for text in clues(report))
        assert not [text for text in clues(report) if "it is not shared" in text]

    def test_it_is_in_the_recycle_bin(self, golden: GoldenWorld, emulated: Emulated) -> None:
        mine = golden.copy()
        golden.world.deregister(mine, REGION, retention_days=7)
        report = emulated.check(golden.world, mine)
        assert clues(report) == ["it is in the Recycle Bin, until 2026-11-08", UNKNOWN]
        assert "restore it from the Recycle Bin" in fixes(report)[0]

    def test_an_image_that_left_the_recycle_bin_is_not_in_it(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        mine = golden.copy()
        golden.world.deregister(mine, REGION, retention_days=7)
        golden.world.clock = lambda: datetime(2026, 11, 20, tzinfo=UTC)
        assert clues(emulated.check(golden.world, mine)) == [UNKNOWN]

    def test_it_was_deregistered_by_ec2s_own_word(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        golden.world.deregistered = "unavailable"
        golden.world.deregister(golden.golden, REGION)
        report = emulated.check(golden.world, golden.golden, MISSING)
        assert clues(report) == ["it is deregistered", UNKNOWN]
        assert clues(report, of=1) == [UNKNOWN]

    @pytest.mark.parametrize("answer", ["empty", "not-found"])
    def test_without_ec2s_word_it_is_only_possibly_deregistered(
        self, golden: GoldenWorld, emulated: Emulated, answer: str
    ) -> None:
        golden.world.deregistered = answer  # type: ignore[assignment]
        golden.world.deregister(golden.golden, REGION)
        assert clues(emulated.check(golden.world, golden.golden)) == [UNKNOWN]

    def test_allowed_amis_may_hide_it(self, golden: GoldenWorld, emulated: Emulated) -> None:
        """The criteria are not judged here: whether they hide this image is EC2's to know."""
        theirs = golden.home_made(PIPELINE)
        golden.world.share(theirs, REGION, WORKLOAD)
        golden.world.allowed_images(WORKLOAD, REGION, "enabled", MARKED)
        assert clues(emulated.check(golden.world, theirs)) == [
            f"possibly hidden: Allowed AMIs is enabled in {WORKLOAD}/us-east-1",
            UNKNOWN,
        ]

    def test_allowed_amis_of_the_organization_are_told_as_such(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        golden.world.allowed_images(
            WORKLOAD, REGION, "enabled", MARKED, managed_by="declarative-policy"
        )
        first, *_ = clues(emulated.check(golden.world, MISSING))
        assert "enabled by a declarative policy" in first

    @pytest.mark.parametrize("state", ["disabled", "audit-mode"])
    def test_allowed_amis_that_hide_nothing_are_no_clue(
        self, golden: GoldenWorld, emulated: Emulated, state: str
    ) -> None:
        golden.world.allowed_images(WORKLOAD, REGION, state, MARKED)  # type: ignore[arg-type]
        assert clues(emulated.check(golden.world, MISSING)) == [UNKNOWN]

    def test_the_settings_are_those_of_the_place_where_it_is_missed(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        golden.world.allowed_images(WORKLOAD, "eu-west-1", "enabled", MARKED)
        report = emulated.check(golden.world, MISSING, at(IRELAND, MISSING))
        assert [len(clues(report, of)) for of in (0, 1)] == [1, 2]

    def test_facts_come_before_possibilities(self, golden: GoldenWorld, emulated: Emulated) -> None:
        mine = golden.copy()
        golden.world.deregister(mine, REGION, retention_days=7)
        golden.world.allowed_images(WORKLOAD, REGION, "enabled", MARKED)
        texts = clues(emulated.check(golden.world, mine))
        assert [text.startswith("possibly") for text in texts] == [False, True, True]

    def test_the_report_says_the_first_and_lists_the_others(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        abroad = golden.copy(region="eu-west-1")
        report = emulated.check(golden.world, abroad, at(IRELAND, golden.copy(region="eu-west-1")))
        (told,) = (r for r in views(report)[0].results if r.rule == "not-visible")
        assert told.message.startswith(
            f"EC2 shows no {abroad} to {WORKLOAD}/us-east-1: it is visible in {WORKLOAD}/eu-west-1"
        )
        assert UNKNOWN in told.evidence
        assert told.evidence[0] == f"ec2:DescribeImages {abroad} ({WORKLOAD}/us-east-1)"


class TestWhatItIsWorth:
    SCENES: tuple[Callable[[GoldenWorld], list[str | AmiReference]], ...] = (
        lambda golden: [MISSING],
        lambda golden: [abroad := golden.copy(region="eu-west-1"), at(IRELAND, abroad)],
        lambda golden: [golden.home_made(PIPELINE), at(PIPELINES, golden.golden)],
        lambda golden: [recycled(golden)],
        lambda golden: [gone(golden)],
        lambda golden: [hidden(golden)],
    )

    @pytest.mark.parametrize("scene", SCENES)
    def test_a_clue_never_decides(
        self,
        golden: GoldenWorld,
        emulated: Emulated,
        scene: Callable[[GoldenWorld], list[str | AmiReference]],
    ) -> None:
        """Not even if the image is golden where it is to be seen."""
        report = emulated.check(golden.world, *scene(golden))
        assert report.verdicts[0].outcome is Outcome.UNDETERMINED
        assert speaking(report.verdicts[0]) == {"not-visible": "undetermined"}

    @pytest.mark.parametrize("scene", SCENES)
    @pytest.mark.parametrize("operations", [SIDE_QUESTIONS[:1], SIDE_QUESTIONS[1:], SIDE_QUESTIONS])
    def test_denied_side_questions_change_no_outcome(
        self,
        golden: GoldenWorld,
        emulated: Emulated,
        scene: Callable[[GoldenWorld], list[str | AmiReference]],
        operations: tuple[str, ...],
    ) -> None:
        images = scene(golden)
        golden.world.deny(WORKLOAD, *operations)
        report = emulated.check(golden.world, *images)
        assert speaking(report.verdicts[0]) == {"not-visible": "undetermined"}
        assert clues(report)[-1] == UNKNOWN

    @pytest.mark.parametrize("code", ["UnauthorizedOperation", "InternalError", "InvalidAction"])
    def test_the_lookup_by_id_may_fail(
        self, golden: GoldenWorld, emulated: Emulated, code: str
    ) -> None:
        def by_id(request: Request) -> Fault | None:
            return Fault(400, code) if "ImageIds" in request.params else None

        image = recycled(golden)
        assert clues(emulated.check(golden.world, image, faults=by_id)) == [UNKNOWN]
        (answer,) = emulated.catalog.ask(REMOVALS, [(HERE, image)]).values()
        assert isinstance(answer, Unavailable)

    def test_another_region_that_cannot_be_asked_is_no_clue(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        golden.world.switch_region_off(WORKLOAD, "eu-west-1")
        report = emulated.check(golden.world, MISSING, at(IRELAND, MISSING))
        assert clues(report) == [UNKNOWN]
        assert speaking(report.verdicts[1]) == {"lookup-failed": "undetermined"}

    @pytest.mark.parametrize("scene", SCENES)
    def test_a_recording_holds_the_same_clues(
        self,
        golden: GoldenWorld,
        emulated: Emulated,
        scene: Callable[[GoldenWorld], list[str | AmiReference]],
    ) -> None:
        images = scene(golden)
        live = emulated.check(golden.world, *images)
        again = judged(recorded(emulated.catalog, *images), *images)
        assert views(again) == views(live)


def recycled(golden: GoldenWorld) -> str:
    image = golden.copy()
    golden.world.deregister(image, REGION, retention_days=7)
    return image


def gone(golden: GoldenWorld) -> str:
    image = golden.copy()
    golden.world.deregister(image, REGION)
    golden.world.deregistered = "unavailable"
    return image


def hidden(golden: GoldenWorld) -> str:
    image = golden.home_made(PIPELINE)
    golden.world.share(image, REGION, WORKLOAD)
    golden.world.allowed_images(WORKLOAD, REGION, "enabled", MARKED)
    return image


class TestWhatIsAsked:
    def test_nothing_where_all_is_seen(self, golden: GoldenWorld, emulated: Emulated) -> None:
        emulated.check(golden.world, golden.copy(), at(IRELAND, golden.copy(region="eu-west-1")))
        assert {request.operation for request in emulated.server.requests} <= {
            "DescribeImages", "GetCallerIdentity",
        }  # fmt: skip
        assert all(
            "Filters" in request.params for request in emulated.server.calls("DescribeImages")
        )

    def test_nothing_about_an_ancestor_or_an_image_that_is_replaced(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        copy = golden.copy()
        golden.world.deregister(golden.golden, REGION)
        report = emulated.check(golden.world, replace(at(HERE, copy), replaces=MISSING))
        assert outcomes(report) == ["pass"]
        asked = {request.operation for request in emulated.server.requests}
        assert not asked & {*SIDE_QUESTIONS}

    def test_no_place_but_the_runs_own(self, golden: GoldenWorld, emulated: Emulated) -> None:
        """The image is in a Region, and in an account with a reader, that the plan does not use."""
        abroad = golden.copy(region="eu-west-1")
        strangers = golden.home_made(STRANGER)
        report = emulated.check(
            golden.world, abroad, strangers, at(IRELAND, strangers, "aws_instance.z")
        )
        assert {(request.account, request.region) for request in emulated.server.requests} <= {
            (WORKLOAD, REGION), (WORKLOAD, "eu-west-1"),
        }  # fmt: skip
        assert f"{WORKLOAD}/eu-west-1" in clues(report)[0]
        assert clues(report, of=1) == [UNKNOWN]

    def test_each_place_is_asked_with_its_own_eyes(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        strangers = golden.home_made(STRANGER)
        emulated.check(golden.world, strangers, at(STRANGERS, strangers), at(IRELAND, golden.base))
        asked = {(account, region) for account, region, ids in emulated.seen() if strangers in ids}
        assert asked == {(WORKLOAD, REGION), (WORKLOAD, "eu-west-1"), (STRANGER, REGION)}

    def test_calls_stay_few(self, golden: GoldenWorld, emulated: Emulated) -> None:
        """Ninety images that are nowhere: two calls a Region, and one a removal up to twenty."""
        regions = (REGION, "eu-west-1", "eu-central-1")
        images = [
            at(Place.of(region, WORKLOAD), f"ami-{number:016x}{n}", f"aws_instance.{n}_{number}")
            for n, region in enumerate(regions)
            for number in range(30)
        ]
        report = emulated.check(golden.world, *images)
        assert set(outcomes(report)) == {"undetermined"}
        assert len(emulated.seen()) == 2 * len(regions)
        by_id = [c for c in emulated.server.calls("DescribeImages") if "ImageIds" in c.params]
        assert len(by_id) == 20
        assert len(emulated.server.calls("ListImagesInRecycleBin")) <= 20
        assert len(emulated.server.calls("GetAllowedImagesSettings")) == len(regions)
        assert all(clues(report, of) for of in range(len(images)))

    def test_the_same_image_is_asked_once(self, golden: GoldenWorld, emulated: Emulated) -> None:
        emulated.check(golden.world, *[MISSING] * 5)
        assert len(emulated.server.calls("DescribeImages")) == 2
        assert len(emulated.server.calls("GetAllowedImagesSettings")) == 1


def test_a_sensitive_id_is_hidden_from_what_is_told(
    golden: GoldenWorld, emulated: Emulated
) -> None:
    abroad = golden.copy(region="eu-west-1")
    secret = replace(at(HERE, abroad), sensitive=True)
    report = emulated.check(golden.world, secret, at(IRELAND, golden.copy(region="eu-west-1")))
    assert clues(report)
    assert abroad not in json_report.render(report)


def test_the_command_explains_live_and_recorded_alike(golden: GoldenWorld, tmp_path: Path) -> None:
    mine = recycled(golden)
    golden.world.deny(WORKLOAD, "GetAllowedImagesSettings")
    (tmp_path / "assay.yaml").write_text(POLICY)
    (tmp_path / "plan.json").write_bytes(dump(plan(instance("aws_instance.a", mine))))
    with serve(golden.world) as server:
        environment = talking_to(server.url, WORKLOAD)
        live = command.assay(
            "check", "plan.json", "--format", "json", cwd=tmp_path, env=environment
        )
        command.assay("record", "plan.json", "-o", "c.json", cwd=tmp_path, env=environment)
    again = command.assay(
        "check", "plan.json", "--catalog", "c.json", "--format", "json", cwd=tmp_path
    )
    assert live.code == again.code == 3
    assert live.rules("undetermined") == {"aws_instance.a": ["not-visible"]}
    assert "it is in the Recycle Bin, until 2026-11-08" in live.stdout
    assert again.report["verdicts"] == live.report["verdicts"]
