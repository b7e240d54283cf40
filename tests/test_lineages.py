"""Why a lineage goes no further, what that is worth, and what is told of it."""

from unittest.mock import patch

import pytest

import assay.run.check
from assay.model import AncestryEnd, ImageName, Policy, Report
from assay.report.steps import LineageStep
from assay.report.view import views
from tests.emulator.faults import Faults
from tests.judging import (
    DENIED,
    Emulated,
    ancestry_of,
    lineage,
    outcomes,
    policy,
    provenance,
    struck,
)
from tests.worlds import AMAZON, PIPELINE, REGION, WORKLOAD, GoldenWorld

IGNORING = {"ancestry_agrees": False}


class TestEnds:
    """Why a lineage goes no further, and what that is worth."""

    def ends(
        self, emulated: Emulated, golden: GoldenWorld, image: str, *, by: Policy | None = None,
        faults: Faults | None = None,
    ) -> tuple[AncestryEnd, bool, str]:  # fmt: skip
        """The end, whether absence from the lineage proves anything, and the outcome."""
        report = emulated.check(golden.world, image, by=by, faults=faults)
        found = provenance(report).ancestry
        return found.end, found.complete, report.outcome.value

    @pytest.mark.parametrize("provider", ["amazon", "aws-marketplace"])
    def test_a_public_image_of_a_provider(
        self, golden: GoldenWorld, emulated: Emulated, provider: str
    ) -> None:
        """Its own source is told by EC2, and not followed."""
        world = golden.world
        hidden = world.register_image(AMAZON, REGION, name="hidden")
        sold = world.copy_image(AMAZON, REGION, hidden, REGION, name="sold")
        world.image(REGION, sold).owner_alias = provider
        world.make_public(sold, REGION)
        image = golden.copy(sold)
        assert self.ends(emulated, golden, image) == (AncestryEnd.PUBLIC_PROVIDER, True, "fail")
        assert [id for _, _, ids in emulated.seen() for id in ids] == [image, sold]

    def test_a_private_image_of_a_provider_is_no_end(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        world = golden.world
        root = world.register_image(AMAZON, REGION, name="root", owner_alias="amazon")
        given = world.copy_image(AMAZON, REGION, root, REGION, name="given")
        world.image(REGION, given).owner_alias = "amazon"
        for image in (root, given):
            world.share(image, REGION, WORKLOAD)
        report = emulated.check(world, golden.copy(given))
        assert lineage(report)[1:] == [given, root]
        assert provenance(report).ancestry.end is AncestryEnd.NO_RECORDED_SOURCE

    def test_an_image_without_a_recorded_source(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        image = golden.copy(golden.home_made())
        assert self.ends(emulated, golden, image) == (AncestryEnd.NO_RECORDED_SOURCE, True, "fail")

    def test_the_border_of_the_partition(self, golden: GoldenWorld, emulated: Emulated) -> None:
        """A restore from S3 brings images over; nobody here can look behind it."""
        image = golden.copy()
        golden.world.image(REGION, image).source_image_region = "cn-north-1"
        found = self.ends(emulated, golden, image)
        assert found == (AncestryEnd.PARTITION_BOUNDARY, False, "undetermined")
        assert {request.region for request in emulated.server.requests} == {REGION}

    @pytest.mark.parametrize(("copies", "outcome"), [(49, "pass"), (50, "undetermined")])
    def test_fifty_entries(
        self, golden: GoldenWorld, emulated: Emulated, copies: int, outcome: str
    ) -> None:
        image = golden.golden
        for _ in range(copies):
            image = golden.copy(image)
        assert self.ends(emulated, golden, image) == (AncestryEnd.ENTRY_LIMIT, False, outcome)

    def test_a_chain_of_sixty_is_told_as_far_as_it_is_recorded(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        image = golden.golden
        for _ in range(60):
            image = golden.copy(image)
        report = emulated.check(golden.world, image, by=policy(**IGNORING))
        assert outcomes(report) == ["pass"]
        assert len(lineage(report)) == 50
        assert len(emulated.server.calls("DescribeImages")) == 50

    @pytest.mark.parametrize("hide", ["deregistered", "not shared", "region off"])
    def test_a_parent_that_is_not_to_be_seen(
        self, golden: GoldenWorld, emulated: Emulated, hide: str
    ) -> None:
        """EC2's own record leads past it; without the record nothing is proved."""
        world = golden.world
        middle = world.copy_image(PIPELINE, "eu-west-1", golden.golden, REGION, name="middle")
        if hide != "not shared":
            world.share(middle, "eu-west-1", WORKLOAD)
        image = world.copy_image(WORKLOAD, REGION, middle, "eu-west-1", name="used")
        if hide == "deregistered":
            world.deregister(middle, "eu-west-1")
        if hide == "region off":
            world.switch_region_off(WORKLOAD, "eu-west-1")
        assert self.ends(emulated, golden, image) == (AncestryEnd.PUBLIC_PROVIDER, True, "pass")
        found = self.ends(emulated, golden, image, faults=DENIED)
        assert found == (AncestryEnd.REFUSED, False, "undetermined")

    @pytest.mark.parametrize("by", [policy(**IGNORING), policy(**IGNORING, max_depth=1)])
    def test_a_hidden_parent_that_nothing_depends_on(
        self, golden: GoldenWorld, emulated: Emulated, by: Policy
    ) -> None:
        image = golden.copy()
        golden.world.deregister(golden.golden, REGION)
        found = self.ends(emulated, golden, image, by=by, faults=DENIED)
        assert found == (AncestryEnd.NOT_VISIBLE, False, "pass")

    def test_an_ancestor_whose_region_is_not_told(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        """It could be the image of that id in any Region: neither the golden image nor not."""
        image = golden.copy()
        golden.world.image(REGION, image).source_image_region = None
        assert self.ends(emulated, golden, image)[1:] == (False, "undetermined")
        report = emulated.check(golden.world, image, faults=DENIED)
        assert outcomes(report) == ["undetermined"]
        assert lineage(report) == [image, golden.golden]
        self.is_cut_off(
            emulated, golden, image, f"EC2 did not return the Region of {golden.golden}"
        )

    @pytest.mark.parametrize("length", [1, 2, 3])
    def test_a_cycle(self, golden: GoldenWorld, emulated: Emulated, length: int) -> None:
        """Nothing of the sort should come from EC2; if it does, it is no reason to hang."""
        ring = [golden.home_made() for _ in range(length)]
        marks = golden.world.image(REGION, golden.golden).watermarks
        for image, source in zip(ring, [*ring[1:], ring[0]], strict=True):
            record = golden.world.image(REGION, image)
            record.source_image_id, record.source_image_region = source, REGION
            record.watermarks = list(marks)
        for faults in (None, DENIED):
            assert self.ends(emulated, golden, ring[0], faults=faults)[1:] == (
                False,
                "undetermined",
            )
        assert len(emulated.server.calls("DescribeImages")) == length
        self.is_cut_off(emulated, golden, ring[0], f"{ring[0]} is recorded as its own ancestor")

    def is_cut_off(self, emulated: Emulated, golden: GoldenWorld, image: str, why: str) -> None:
        """For a policy that does not depend on it the lineage stays as the walk left it."""
        report = emulated.check(golden.world, image, by=policy(**IGNORING))
        found = provenance(report).ancestry
        assert (found.end, found.detail) == (AncestryEnd.UNEXPLAINED, why)


class TestContradictions:
    """DescribeImages and GetImageAncestry are one record: where they differ, nothing passes."""

    @pytest.fixture
    def hidden(self, golden: GoldenWorld) -> tuple[str, str]:
        """An image and its parent, which is gone; the golden image lies behind it."""
        middle = golden.copy()
        image = golden.derived(middle)
        golden.world.deregister(middle, REGION)
        return image, middle

    def test_another_parent(
        self, golden: GoldenWorld, emulated: Emulated, hidden: tuple[str, str]
    ) -> None:
        image, _ = hidden
        lie = ancestry_of((image, golden.golden), (golden.golden, None))
        report = emulated.check(golden.world, image, faults=struck(lie))
        assert outcomes(report) == ["undetermined"]
        assert provenance(report).ancestry.end is AncestryEnd.UNEXPLAINED
        assert "name different sources" in str(report.verdicts[0].results)

    def test_a_record_that_ends_where_the_walk_goes_on(
        self, golden: GoldenWorld, emulated: Emulated, hidden: tuple[str, str]
    ) -> None:
        """DescribeImages names a hidden parent that is revoked; the record knows of no parent."""
        image, parent = hidden
        revoking = policy(**IGNORING, revoked_images=(ImageName(parent, REGION),))
        assert outcomes(emulated.check(golden.world, image, by=revoking, faults=DENIED)) == ["fail"]
        lie = struck(ancestry_of((image, None)))
        assert outcomes(emulated.check(golden.world, image, by=revoking, faults=lie)) != ["pass"]

    def test_a_record_that_cuts_the_golden_image_off(
        self, golden: GoldenWorld, emulated: Emulated, hidden: tuple[str, str]
    ) -> None:
        """That the image does not descend from it is not proved by half a record."""
        image, _ = hidden
        report = emulated.check(golden.world, image, faults=struck(ancestry_of((image, None))))
        assert outcomes(report) == ["undetermined"]


class TestTold:
    """What people read of a lineage."""

    def told(self, report: Report) -> tuple[LineageStep, ...]:
        (view,) = views(report)
        return view.lineage

    def test_owner_marks_and_how_each_image_was_made(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        copy = golden.copy()
        derived = golden.derived(copy)
        golden.world.attach_watermark(WORKLOAD, REGION, derived, "mine")
        steps = self.told(emulated.check(golden.world, derived))
        key, mine = f"{PIPELINE}:golden-web", f"{WORKLOAD}:mine"
        assert [(step.owner, step.how, step.watermarks, step.marked) for step in steps] == [
            (WORKLOAD, "CreateImage", (key, mine), (mine,)),
            (WORKLOAD, "CopyImage", (key,), ()),
            (PIPELINE, "CreateImage", (key,), (key,)),
            ("amazon", None, (), ()),
        ]
        assert [step.visible for step in steps] == [True] * 4
        assert [step.end for step in steps] == [None, None, None, "public provider"]

    def test_what_ec2_does_not_show_is_told_by_its_id(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        middle = golden.copy()
        image = golden.derived(middle)
        golden.world.deregister(middle, REGION)
        hidden = self.told(emulated.check(golden.world, image))[1]
        assert hidden == LineageStep(middle, REGION, None, None, None, visible=False)

    def test_what_could_not_be_asked_is_neither_visible_nor_not(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        abroad = golden.copy(region="eu-west-1")
        image = golden.copy()
        golden.world.image(REGION, image).source_image_id = abroad
        golden.world.image(REGION, image).source_image_region = "eu-west-1"
        golden.world.switch_region_off(WORKLOAD, "eu-west-1")
        assert [s.visible for s in self.told(emulated.check(golden.world, image))] == [
            True, None, True, True,
        ]  # fmt: skip

    def test_what_was_not_asked_is_neither_visible_nor_not(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        with patch.object(assay.run.check, "TOLD_IN_FULL", 0):
            steps = self.told(emulated.check(golden.world, golden.copy()))
        assert [(step.image_id, step.visible) for step in steps[1:]] == [(golden.golden, None)]
        assert steps[-1].end == "not followed further"
        assert steps[-1].marked == (f"{PIPELINE}:golden-web",)
