"""Where does an image come from? The walk over DescribeImages, and when GetImageAncestry is asked."""

from collections.abc import Callable, Mapping

import pytest

from assay.model import ImageName, Outcome, Policy, Severity
from tests.emulator import Fault, RawFault
from tests.judging import (
    DENIED,
    IRELAND,
    PIPELINES,
    Emulated,
    ancestry_of,
    at,
    judged,
    lineage,
    outcomes,
    policy,
    provenance,
    recorded,
    speaking,
    struck,
)
from tests.worlds import PIPELINE, REGION, WORKLOAD, GoldenWorld

ELSEWHERE = ImageName("ami-0eeeeeeeeeeeeeeee", REGION)
REVOKING = {"revoked_images": (ELSEWHERE,)}
IGNORING = {"ancestry_agrees": False}
LENIENT = {"severities": {"unmarked": Severity.WARNING}}


class TestTheWalk:
    def test_a_generation_is_one_call_however_many_images(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        copies = [golden.copy() for _ in range(3)]
        derived = [golden.derived(copy) for copy in copies]
        report = emulated.check(golden.world, *derived)
        assert outcomes(report) == ["pass"] * 3
        assert emulated.seen() == [
            (WORKLOAD, REGION, sorted(derived)),
            (WORKLOAD, REGION, sorted(copies)),
            (WORKLOAD, REGION, [golden.golden]),
            (WORKLOAD, REGION, [golden.base]),
        ]
        assert emulated.ancestries() == []

    def test_what_was_looked_up_as_an_image_is_not_looked_up_as_a_parent(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        copy = golden.copy()
        emulated.check(golden.world, golden.derived(copy), copy, golden.golden)
        asked = [id for _, _, ids in emulated.seen() for id in ids]
        assert len(asked) == len(set(asked)) == 4

    def test_a_parent_is_looked_up_in_its_own_region(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        abroad = golden.copy(region="eu-west-1")
        report = emulated.check(golden.world, at(IRELAND, abroad))
        assert outcomes(report) == ["pass"]
        assert emulated.seen() == [
            (WORKLOAD, "eu-west-1", [abroad]),
            (WORKLOAD, REGION, [golden.golden]),
            (WORKLOAD, REGION, [golden.base]),
        ]
        assert [entry.region for entry in provenance(report).ancestry.entries] == [
            "eu-west-1", REGION, REGION,
        ]  # fmt: skip

    def test_a_parent_is_looked_up_with_the_same_eyes(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        """The pipeline keeps the golden image of the copy that it shares to itself."""
        kept = golden.world.copy_image(PIPELINE, REGION, golden.golden, REGION, name="kept")
        shared = golden.world.copy_image(PIPELINE, REGION, kept, REGION, name="shared")
        golden.world.share(shared, REGION, WORKLOAD)
        report = emulated.check(golden.world, shared, at(PIPELINES, shared))
        assert outcomes(report) == ["pass", "pass"]
        assert {(account, ids[0]) for account, _, ids in emulated.seen()} >= {
            (WORKLOAD, kept), (PIPELINE, kept), (PIPELINE, golden.golden),
        }  # fmt: skip
        (asked,) = emulated.server.calls("GetImageAncestry")
        assert (asked.account, asked.params["ImageId"]) == (WORKLOAD, shared)
        of_kept = [
            next(each for each in provenance(report, of).ancestors if each.entry.image_id == kept)
            for of in (0, 1)
        ]
        assert [each.visible for each in of_kept] == [False, True]

    @pytest.mark.parametrize(("images", "calls"), [(200, 1), (1000, 5)])
    def test_many_copies_of_one_golden_image_are_nothing_but_looked_up(
        self, golden: GoldenWorld, emulated: Emulated, images: int, calls: int
    ) -> None:
        report = emulated.check(golden.world, *golden.many_copies(images))
        assert set(outcomes(report)) == {"pass"}
        assert len(emulated.server.calls("DescribeImages")) == calls
        assert emulated.ancestries() == []

    @pytest.mark.parametrize(("images", "told"), [(50, True), (51, False)])
    def test_up_to_fifty_lineages_are_told_to_the_end(
        self, golden: GoldenWorld, emulated: Emulated, images: int, told: bool
    ) -> None:
        report = emulated.check(golden.world, *golden.many_copies(images))
        assert (golden.base in lineage(report)) is told
        assert provenance(report).ancestry.complete is told
        assert len(emulated.server.calls("DescribeImages")) == (3 if told else 1)

    def test_beyond_fifty_only_the_lineages_that_decide_are_followed(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        derived = golden.derived(golden.copy())
        middle = golden.world.image(REGION, derived).source_image_id
        report = emulated.check(golden.world, derived, golden.home_made(), *golden.many_copies(50))
        assert outcomes(report) == ["pass", "fail", *["pass"] * 50]
        assert [ids for _, _, ids in emulated.seen()][1:] == [[middle]]
        assert emulated.ancestries() == []


MADE: Mapping[str, Callable[[GoldenWorld], str]] = {
    "unmarked": lambda golden: golden.copy(golden.home_made()),
    "copy": lambda golden: golden.copy(),
    "grandchild": lambda golden: golden.derived(golden.copy()),
}


class TestWhenAncestryIsAsked:
    """A call an image: only where a verdict still depends on what the walk did not show."""

    @pytest.mark.parametrize(
        ("made", "by", "asked"),
        [
            ("unmarked", policy(), False),
            ("unmarked", policy(max_depth=1, **REVOKING), False),  # fails, whatever it comes from
            ("unmarked", policy(**LENIENT), False),
            ("unmarked", policy(**LENIENT, **REVOKING), True),
            ("copy", policy(), False),  # the copy itself names the golden image
            ("copy", policy(max_depth=1), False),
            ("copy", policy(revoked_marks=("999999999999:*",)), True),  # what is behind it may be
            ("copy", policy(**REVOKING), True),
            ("grandchild", policy(), True),
            ("grandchild", policy(**IGNORING), False),
            ("grandchild", policy(**IGNORING, max_depth=2), True),
            ("grandchild", policy(**IGNORING, **REVOKING), True),
        ],
    )
    def test_where_the_parent_is_gone(
        self, golden: GoldenWorld, emulated: Emulated, made: str, by: Policy, asked: bool
    ) -> None:
        image = MADE[made](golden)
        parent = golden.world.image(REGION, image).source_image_id
        assert parent
        golden.world.deregister(parent, REGION)
        report = emulated.check(golden.world, image, by=by)
        assert emulated.ancestries() == ([image] if asked else [])
        unmarked = Outcome.PASS if by.severities else Outcome.FAIL
        assert report.outcome is (unmarked if made == "unmarked" else Outcome.PASS)

    @pytest.mark.parametrize("by", [policy(max_depth=2, **REVOKING), policy(**IGNORING)])
    def test_never_where_the_walk_shows_everything(
        self, golden: GoldenWorld, emulated: Emulated, by: Policy
    ) -> None:
        report = emulated.check(golden.world, golden.derived(golden.copy()), golden.golden, by=by)
        assert outcomes(report) == ["pass", "pass"]
        assert emulated.ancestries() == []

    def test_only_for_the_image_that_needs_it(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        first, second = golden.copy(), golden.copy()
        needs, does_not = golden.derived(first), golden.derived(second)
        golden.world.deregister(first, REGION)
        report = emulated.check(golden.world, needs, does_not, golden.home_made())
        assert outcomes(report) == ["pass", "pass", "fail"]
        assert emulated.ancestries() == [needs]

    def test_not_once_a_revoked_ancestor_was_met(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        """A revoked golden build that is deregistered: all of its copies fail, and need no call."""
        copies = golden.many_copies(3)
        golden.world.deregister(golden.golden, REGION)
        revoking = policy(revoked_images=(ImageName(golden.golden, REGION),))
        report = emulated.check(golden.world, *copies, by=revoking)
        assert outcomes(report) == ["fail"] * 3
        assert emulated.ancestries() == []

    def test_for_a_mark_that_was_revoked_behind_an_ancestor_that_is_gone(
        self, golden: GoldenWorld, emulated: Emulated
    ) -> None:
        """A mark that is attached to a bad build afterwards reaches none of its descendants."""
        bad = golden.copy()
        gone = golden.derived(bad)
        image = golden.derived(gone)
        golden.world.attach_watermark(WORKLOAD, REGION, bad, "withdrawn")
        golden.world.deregister(gone, REGION)
        revoking = policy(revoked_marks=(f"{WORKLOAD}:withdrawn",))
        report = emulated.check(golden.world, image, by=revoking)
        assert speaking(report.verdicts[0]) == {"revoked": "fail"}
        report = emulated.check(golden.world, image, by=revoking, faults=DENIED)
        assert set(speaking(report.verdicts[0]).values()) == {"undetermined"}

    def test_before_a_mark_is_called_a_lie(self, golden: GoldenWorld, emulated: Emulated) -> None:
        forged = self.forged(golden)
        report = emulated.check(golden.world, forged)
        assert speaking(report.verdicts[0]) == {"lineage-mismatch": "fail"}
        assert emulated.ancestries() == [forged]
        further = ancestry_of((forged, golden.golden), (golden.golden, None))
        assert outcomes(emulated.check(golden.world, forged, faults=struck(further))) != ["fail"]

    @pytest.mark.parametrize(
        "differ",
        [
            False,
            True,
        ],
    )
    def test_a_recording_holds_what_every_verdict_needs(
        self, golden: GoldenWorld, emulated: Emulated, differ: bool
    ) -> None:
        forged = self.forged(golden)
        further = struck(ancestry_of((forged, golden.golden), (golden.golden, None)))
        images = [forged, golden.derived(golden.copy()), golden.home_made()]
        live = emulated.check(golden.world, *images, faults=further if differ else None)
        again = judged(recorded(emulated.catalog, *images), *images)
        assert outcomes(again) == outcomes(live)

    def forged(self, golden: GoldenWorld) -> str:
        """An image that carries the golden mark, and was never made from the golden image."""
        image = golden.home_made()
        marks = golden.world.image(REGION, golden.golden).watermarks
        golden.world.image(REGION, image).watermarks = list(marks)
        return image

    @pytest.mark.parametrize(
        "fault",
        [
            Fault(403, "UnauthorizedOperation"),
            Fault(400, "InvalidAMIID.NotFound"),
            RawFault(200, b"<html>", "text/xml"),
            ancestry_of(("ami-0dddddddddddddddd", None)),
        ],
    )
    def test_a_walk_that_came_to_its_end_stands_without_it(
        self, golden: GoldenWorld, emulated: Emulated, fault: Fault | RawFault
    ) -> None:
        forged = self.forged(golden)
        report = emulated.check(golden.world, forged, golden.copy(), faults=struck(fault))
        assert outcomes(report) == ["fail", "pass"]
        assert provenance(report).ancestry.complete

    @pytest.mark.parametrize(
        ("fault", "said"),
        [
            (Fault(403, "UnauthorizedOperation"), "the reader needs ec2:GetImageAncestry"),
            (Fault(400, "InvalidAMIID.NotFound"), "refused (InvalidAMIID.NotFound)"),
            (RawFault(200, b"<html>", "text/xml"), "could not be read"),
            (RawFault(200, b"<GetImageAncestryResponse/>", "text/xml"), "no ancestry"),
            (ancestry_of(("ami-0dddddddddddddddd", None)), "no ancestry"),
        ],
    )
    def test_what_depends_on_it_is_undetermined_without_it(
        self, golden: GoldenWorld, emulated: Emulated, fault: Fault | RawFault, said: str
    ) -> None:
        middle = golden.copy()
        image = golden.derived(middle)
        golden.world.deregister(middle, REGION)
        report = emulated.check(golden.world, image, faults=struck(fault))
        assert speaking(report.verdicts[0]) == {
            "lineage-mismatch": "undetermined", "lookup-failed": "undetermined",
        }  # fmt: skip
        (failed,) = (r for r in report.verdicts[0].results if r.rule == "lookup-failed")
        assert said in failed.finding.message
        assert lineage(report) == [image, middle]
