"""lineage-mismatch, too-deep and lookup-failed: what ancestry proves, and what it cannot."""

import pytest

from assay.model import (
    Ancestry,
    AncestryEnd,
    Cause,
    ImageName,
    Outcome,
    Policy,
    Severity,
    Watermark,
    WatermarkFilter,
)
from assay.policy.lineage import why_incomplete
from tests.policy.builders import (
    AWAY,
    COMPLETE,
    ELSE,
    GOLD,
    HOME,
    INCOMPLETE,
    KEY,
    MIDDLE,
    ROOT,
    SOURCE,
    STRANGER,
    USED,
    ancestry,
    finding,
    image,
    mark,
    outcome,
    policy,
    refused,
    subject,
    unresolved,
    verdict,
)

PASS, FAIL, OPEN = Outcome.PASS, Outcome.FAIL, Outcome.UNDETERMINED
OTHER = f"{GOLD}:golden-2"
TWO = (WatermarkFilter(KEY), WatermarkFilter(OTHER))


def mismatch(
    descent: Ancestry, *marks: Watermark, by: Policy | None = None
) -> Outcome | None:  # fmt: skip
    return outcome("lineage-mismatch", subject(image(*(marks or (mark(),))), descent), by)


def deep(allowed: int, descent: Ancestry, *marks: Watermark) -> Outcome | None:
    here = subject(image(*(marks or (mark(),))), descent)
    return outcome("too-deep", here, policy(*TWO, max_depth=allowed))


# lineage-mismatch


@pytest.mark.parametrize("end", [*COMPLETE, *INCOMPLETE])
def test_a_source_in_the_ancestry_agrees_however_the_record_ends(end: AncestryEnd) -> None:
    assert mismatch(ancestry(USED, MIDDLE, SOURCE, end=end)) is PASS
    assert mismatch(ancestry(USED, SOURCE, MIDDLE, ROOT, end=end)) is PASS


def test_the_golden_image_itself_agrees() -> None:
    assert mismatch(ancestry(USED), mark(source_image_id=USED)) is PASS


@pytest.mark.parametrize("end", COMPLETE)
def test_a_complete_record_without_the_source_is_a_mismatch(end: AncestryEnd) -> None:
    """The mark was attached to the leaf or forged: its source is nobody's ancestor."""
    here = subject(descent=ancestry(USED, MIDDLE, ROOT, end=end))
    found = finding("lineage-mismatch", here)
    assert found is not None
    assert found.outcome is FAIL
    assert SOURCE in found.message
    assert verdict(here) is FAIL


@pytest.mark.parametrize("end", INCOMPLETE)
def test_an_incomplete_record_without_the_source_proves_nothing(end: AncestryEnd) -> None:
    here = subject(descent=ancestry(USED, MIDDLE, ROOT, end=end))
    assert outcome("lineage-mismatch", here) is OPEN
    assert verdict(here) is OPEN


def test_a_refused_lookup_proves_nothing_and_says_why() -> None:
    found = finding("lineage-mismatch", subject(descent=refused("denied by somebody")))
    assert found is not None
    assert found.outcome is OPEN
    assert "denied by somebody" in found.message


def test_the_source_is_met_by_id_and_region() -> None:
    assert mismatch(ancestry(USED, (SOURCE, AWAY))) is FAIL
    abroad = mark(source_image_region=AWAY)
    assert mismatch(ancestry(USED, (SOURCE, AWAY)), abroad) is PASS
    assert mismatch(ancestry(USED, SOURCE), abroad) is FAIL


def test_an_ancestor_whose_region_was_not_told_is_neither_the_source_nor_not() -> None:
    assert mismatch(ancestry(USED, (SOURCE, None))) is OPEN


@pytest.mark.parametrize("field", ["source_image_id", "source_image_region"])
def test_a_mark_that_does_not_tell_its_source_leaves_it_open(field: str) -> None:
    silent = mark(**{field: None})
    assert mismatch(ancestry(USED, MIDDLE, SOURCE), silent) is OPEN


def test_two_regions_that_were_not_told_do_not_agree() -> None:
    silent = mark(source_image_region=None)
    descent = ancestry(USED, (SOURCE, None))
    assert mismatch(descent, silent) is OPEN
    assert deep(9, descent, silent) is OPEN


def test_one_golden_mark_that_agrees_is_enough() -> None:
    lost = mark(OTHER, source_image_id=ELSE)
    by = policy(*TWO)
    assert mismatch(ancestry(USED, SOURCE), lost, mark(), by=by) is PASS
    assert mismatch(ancestry(USED, ROOT), lost, mark(), by=by) is FAIL
    silent = mark(OTHER, source_image_id=None)
    assert mismatch(ancestry(USED, ROOT), silent, mark(), by=by) is OPEN


def test_a_mark_that_is_not_golden_cannot_agree_for_the_golden_one() -> None:
    """The attacker's own mark is in order; the golden one was attached to something else."""
    own = mark(f"{STRANGER}:golden-al2023", source_image_id=MIDDLE)
    forged = mark(source_image_id=ELSE)
    assert mismatch(ancestry(USED, MIDDLE), own, forged) is FAIL


def test_the_unfollowed_source_of_the_last_entry_is_no_entry() -> None:
    whole = ancestry(USED, MIDDLE, SOURCE, end=AncestryEnd.PUBLIC_PROVIDER)
    cut = Ancestry(whole.entries[:2], AncestryEnd.PUBLIC_PROVIDER)
    assert cut.entries[-1].source_image_id == SOURCE
    assert mismatch(cut) is FAIL


def test_lineage_mismatch_is_silent_where_it_does_not_apply() -> None:
    assert finding("lineage-mismatch", subject(image())) is None
    ignoring = policy(ancestry_agrees=False)
    assert mismatch(ancestry(USED, ROOT), by=ignoring) is None
    assert [outcome("lineage-mismatch", unresolved(cause)) for cause in Cause] == [None] * len(
        Cause
    )


# too-deep


def chain(depth: int, end: AncestryEnd = AncestryEnd.NO_RECORDED_SOURCE) -> Ancestry:
    """SOURCE stands `depth` derivations behind USED."""
    between = [f"ami-1000{step:04x}" for step in range(1, depth)]
    first = [USED] if depth else []
    return ancestry(*first, *between, SOURCE, ROOT, end=end)


@pytest.mark.parametrize("allowed", [0, 1, 3, 48])
def test_the_limit_itself_is_not_too_deep(allowed: int) -> None:
    assert deep(allowed, chain(allowed)) is PASS
    assert deep(allowed, chain(allowed + 1)) is FAIL
    if allowed:
        assert deep(allowed, chain(allowed - 1)) is PASS


@pytest.mark.parametrize("end", [*COMPLETE, *INCOMPLETE])
def test_a_depth_that_was_read_stands_however_the_record_ends(end: AncestryEnd) -> None:
    assert deep(2, chain(2, end)) is PASS
    assert deep(1, chain(2, end)) is FAIL


def test_the_nearest_golden_mark_that_agrees_counts() -> None:
    near = mark(OTHER, source_image_id=MIDDLE)
    descent = ancestry(USED, MIDDLE, ROOT, SOURCE)
    assert deep(1, descent, mark(), near) is PASS
    assert deep(1, descent, near, mark()) is PASS
    assert deep(0, descent, mark(), near) is FAIL


def test_a_mark_that_is_not_golden_does_not_shorten_the_way() -> None:
    """Whoever makes a derivative can mark it: that must not reset the count."""
    own = mark(f"{STRANGER}:golden-al2023", source_image_id=USED)
    assert deep(1, chain(2), mark(), own) is FAIL


def test_a_mark_whose_source_is_no_ancestor_does_not_shorten_the_way() -> None:
    lost = mark(OTHER, source_image_id=ELSE)
    assert deep(1, chain(2), mark(), lost) is FAIL


@pytest.mark.parametrize("end", [*COMPLETE, *INCOMPLETE])
def test_without_the_source_nothing_can_be_counted(end: AncestryEnd) -> None:
    assert deep(50, ancestry(USED, ROOT, end=end)) is OPEN
    assert deep(50, refused()) is OPEN


def test_a_depth_is_needed_even_where_the_ancestry_need_not_agree() -> None:
    by = policy(max_depth=3, ancestry_agrees=False)
    here = subject(descent=ancestry(USED, ROOT))
    assert outcome("too-deep", here, by) is OPEN
    assert verdict(here, by) is OPEN


def test_too_deep_is_silent_where_it_does_not_apply() -> None:
    assert finding("too-deep", subject(descent=chain(9))) is None
    assert finding("too-deep", subject(image()), policy(max_depth=0)) is None
    by = policy(max_depth=0)
    assert [outcome("too-deep", unresolved(cause), by) for cause in Cause] == [None] * len(Cause)


# lookup-failed


def test_lookup_failed_tells_why_nothing_was_resolved() -> None:
    found = finding("lookup-failed", unresolved(Cause.LOOKUP_FAILED))
    assert found is not None
    assert found.outcome is OPEN
    assert "because of lookup-failed" in found.message
    assert finding("lookup-failed", unresolved(Cause.NOT_VISIBLE)) is None
    assert finding("lookup-failed", unresolved(Cause.UNRESOLVED)) is None


REVOKED = (ImageName(ELSE, HOME),)


@pytest.mark.parametrize(
    ("by", "marked", "needed"),
    [
        (policy(), True, True),
        (policy(), False, False),
        (policy(ancestry_agrees=False), True, False),
        (policy(ancestry_agrees=False, max_depth=3), True, True),
        (policy(ancestry_agrees=False, max_depth=3), False, False),
        (policy(ancestry_agrees=False, revoked_images=REVOKED), True, True),
        (policy(ancestry_agrees=False, revoked_images=REVOKED), False, False),
        (policy(ancestry_agrees=False, revoked_marks=(KEY,)), True, False),
    ],
)
def test_a_refused_ancestry_counts_where_the_policy_needs_it(
    by: Policy, marked: bool, needed: bool
) -> None:
    of = image(mark()) if marked else image()
    assert outcome("lookup-failed", subject(of, refused()), by) is (OPEN if needed else None)
    assert finding("lookup-failed", subject(of), by) is None


@pytest.mark.parametrize("end", [*COMPLETE, *INCOMPLETE])
def test_an_ancestry_that_was_read_is_no_failed_lookup(end: AncestryEnd) -> None:
    if end is not AncestryEnd.REFUSED:
        assert finding("lookup-failed", subject(descent=ancestry(USED, SOURCE, end=end))) is None


@pytest.mark.parametrize("rule", ["lineage-mismatch", "too-deep"])
def test_marks_that_could_not_be_read_leave_descent_undetermined(rule: str) -> None:
    """Even where `unmarked` is only a warning, nothing passes that was not read."""
    lenient = policy(severities={"unmarked": Severity.WARNING}, max_depth=3)
    unread = subject(image(mark(key=None)))
    assert outcome(rule, unread, lenient) is OPEN
    assert verdict(unread, lenient) is OPEN


@pytest.mark.parametrize(
    ("descent", "why"),
    [
        (refused(), "ec2:GetImageAncestry: denied"),
        (refused(None), "the lookup was refused"),
        (chain(1, AncestryEnd.NOT_VISIBLE), "an ancestor is not visible"),
        (chain(1, AncestryEnd.NOT_FOLLOWED), "it was not followed further"),
        (chain(1, AncestryEnd.ENTRY_LIMIT), "EC2 shows at most 50 entries"),
        (
            chain(1, AncestryEnd.PARTITION_BOUNDARY),
            "the record ends at the boundary of the AWS partition",
        ),
        (
            chain(1, AncestryEnd.UNEXPLAINED),
            "the record is cut off and EC2 does not say why",
        ),
        (chain(1), "EC2 did not say in which Region an ancestor is"),
    ],
)
def test_why_absence_proves_nothing(descent: Ancestry, why: str) -> None:
    assert why_incomplete(descent) == why
