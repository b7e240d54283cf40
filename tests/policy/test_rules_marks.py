"""unmarked and revoked."""

from typing import Any

import pytest
from msgspec.structs import replace

from assay.model import (
    Ancestry,
    AncestryEnd,
    Cause,
    Derivation,
    Finding,
    Image,
    ImageName,
    Outcome,
    Place,
    Watermark,
    WatermarkFilter,
)
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
    USER,
    Seen,
    ancestry,
    days_ago,
    finding,
    image,
    mark,
    outcome,
    policy,
    provenance,
    refused,
    subject,
    unresolved,
    verdict,
)

PASS, FAIL, OPEN = Outcome.PASS, Outcome.FAIL, Outcome.UNDETERMINED


def said(found: Finding | None) -> str:
    assert found is not None
    return " ".join((found.message, found.fix or "", *found.evidence))


# unmarked


@pytest.mark.parametrize(
    ("marks", "wanted"),
    [
        ((), FAIL),
        ((mark(),), PASS),
        ((mark(f"{STRANGER}:golden-al2023"),), FAIL),
        ((mark(f"{STRANGER}:golden-al2023"), mark()), PASS),
        ((mark(key=None),), OPEN),
        ((mark(key=None), mark()), PASS),
        ((mark(key=None), mark(f"{STRANGER}:x")), OPEN),
    ],
)
def test_unmarked(marks: tuple[Watermark, ...], wanted: Outcome) -> None:
    assert outcome("unmarked", subject(image(*marks))) is wanted


def test_unmarked_has_nothing_to_say_without_an_image() -> None:
    assert [outcome("unmarked", unresolved(cause)) for cause in Cause] == [None] * len(Cause)


def test_unmarked_does_not_need_the_ancestry() -> None:
    """A detached mark fails for good: ancestry cannot put it back."""
    assert outcome("unmarked", subject(image(), refused())) is FAIL
    assert outcome("unmarked", subject(image(mark()), refused())) is PASS


def test_unmarked_says_which_mark_held_and_which_nearly_did() -> None:
    assert KEY in said(finding("unmarked", subject()))
    near = subject(image(mark(f"{STRANGER}:golden-al2023")))
    words = said(finding("unmarked", near))
    assert USED in words
    assert f"account {STRANGER} attached the watermark, not {GOLD}" in words


def test_unmarked_keeps_to_the_registry() -> None:
    """An insider of the golden account marks another image: the key is right, the build is not."""
    known = policy(sources=(ImageName(SOURCE, HOME),))
    assert outcome("unmarked", subject(), known) is PASS
    forged = subject(image(mark(source_image_id=ELSE)))
    assert outcome("unmarked", forged, known) is FAIL
    assert ELSE in said(finding("unmarked", forged, known))


def test_unmarked_is_not_taken_in_by_a_fresh_mark_on_an_old_build() -> None:
    old = subject(image(mark(source_image_creation_time=days_ago(181))))
    by = policy(WatermarkFilter(KEY, max_days_since_source_image_created=180))
    assert outcome("unmarked", old, by) is FAIL


# revoked: marks


def test_revoked_is_silent_where_nothing_is_revoked_or_known() -> None:
    assert finding("revoked", subject()) is None
    by = policy(revoked_marks=(KEY,), revoked_images=(ImageName(SOURCE, HOME),))
    assert [outcome("revoked", unresolved(cause), by) for cause in Cause] == [None] * len(Cause)


@pytest.mark.parametrize(
    ("revoked", "wanted"),
    [
        (KEY, FAIL),
        (f"{GOLD}:golden-*", FAIL),
        (f"{GOLD}:golden-al202?", FAIL),
        (f"{GOLD}:*", FAIL),
        (f"{GOLD}:golden-al202", PASS),
        (f"{GOLD}:GOLDEN-*", PASS),
        (f"{STRANGER}:golden-al2023", PASS),
    ],
)
def test_a_revoked_mark_fails_its_bearer(revoked: str, wanted: Outcome) -> None:
    assert outcome("revoked", subject(), policy(revoked_marks=(revoked,))) is wanted


def test_a_revoked_mark_fails_beside_a_golden_one() -> None:
    both = subject(image(mark(), mark(f"{GOLD}:golden-old")))
    by = policy(revoked_marks=(f"{GOLD}:nothing", f"{GOLD}:golden-old"))
    assert outcome("revoked", both, by) is FAIL
    assert verdict(both, by) is FAIL


def test_a_revoked_mark_that_was_read_needs_no_ancestry() -> None:
    by = policy(revoked_marks=(f"{GOLD}:golden-old",))
    bearer = subject(image(mark(f"{GOLD}:golden-old")), refused())
    assert outcome("revoked", bearer, by) is FAIL


def test_a_mark_without_a_key_may_be_the_revoked_one() -> None:
    by = policy(revoked_marks=(f"{GOLD}:golden-old",))
    assert outcome("revoked", subject(image(mark(), mark(key=None))), by) is OPEN


# revoked: images


@pytest.mark.parametrize("id", [USED, MIDDLE, SOURCE, ROOT])
@pytest.mark.parametrize("end", [*COMPLETE, *INCOMPLETE])
def test_a_revoked_image_reaches_whatever_descends_from_it(id: str, end: AncestryEnd) -> None:
    here = subject(descent=ancestry(USED, MIDDLE, SOURCE, ROOT, end=end))
    by = policy(revoked_images=(ImageName(id, HOME, "CVE-2026-1"),))
    assert outcome("revoked", here, by) is FAIL
    assert "CVE-2026-1" in said(finding("revoked", here, by))
    assert verdict(here, by) is FAIL


def test_the_way_to_the_revoked_image_is_shown() -> None:
    words = said(finding("revoked", subject(), policy(revoked_images=(ImageName(SOURCE, HOME),))))
    assert f"{USED} <- {MIDDLE} <- {SOURCE}" in words


def test_an_image_is_revoked_by_id_and_region() -> None:
    by = policy(revoked_images=(ImageName(MIDDLE, AWAY),))
    assert outcome("revoked", subject(), by) is PASS
    abroad = ancestry(USED, (MIDDLE, AWAY), (SOURCE, AWAY))
    assert outcome("revoked", subject(descent=abroad), by) is FAIL
    itself = policy(revoked_images=(ImageName(USED, HOME),))
    elsewhere = subject(
        image(mark(source_image_region=AWAY)),
        ancestry((USED, AWAY), (SOURCE, AWAY)),
        place=Place.of(AWAY, USER),
    )
    assert outcome("revoked", elsewhere, itself) is PASS


def test_a_revoked_image_fails_itself_though_its_ancestry_was_refused() -> None:
    by = policy(revoked_images=(ImageName(USED, HOME),))
    assert outcome("revoked", subject(descent=refused()), by) is FAIL


@pytest.mark.parametrize("key", [KEY, f"{STRANGER}:whatever"])
def test_a_mark_gives_a_revoked_source_away_though_the_ancestry_was_refused(key: str) -> None:
    by = policy(revoked_images=(ImageName(SOURCE, HOME),))
    assert outcome("revoked", subject(image(mark(key)), refused()), by) is FAIL


@pytest.mark.parametrize("end", INCOMPLETE)
def test_a_revoked_ancestor_beyond_the_record_cannot_be_ruled_out(end: AncestryEnd) -> None:
    by = policy(revoked_images=(ImageName(ELSE, HOME),))
    here = subject(descent=ancestry(USED, SOURCE, end=end))
    assert outcome("revoked", here, by) is OPEN
    assert verdict(here, by) is OPEN


def test_what_could_not_be_read_of_the_revoked_is_told_with_the_cure() -> None:
    by = policy(revoked_images=(ImageName(ELSE, HOME),))
    here = subject(descent=refused())
    assert finding("revoked", here, by) == Finding(
        OPEN,
        "a revoked ancestor cannot be ruled out: ec2:GetImageAncestry: denied",
        "give the reader ec2:GetImageAncestry",
        here.provenance.asked if here.provenance else (),
    )
    keyless = finding("revoked", subject(None, None, ancestor(SOURCE, mark(key=None))), OLD_REVOKED)
    assert keyless == Finding(
        OPEN, "a revoked watermark cannot be ruled out: EC2 left out its key or source"
    )


@pytest.mark.parametrize("end", COMPLETE)
def test_a_complete_record_without_it_is_a_pass(end: AncestryEnd) -> None:
    by = policy(revoked_images=(ImageName(ELSE, HOME),), revoked_marks=(f"{GOLD}:old",))
    assert outcome("revoked", subject(descent=ancestry(USED, SOURCE, end=end)), by) is PASS


@pytest.mark.parametrize(
    "missing",
    [
        {"source_image_id": None},
        {"source_image_region": None, "source_image_id": ELSE},
        {"source_image_id": None, "source_image_region": None},
    ],
)
def test_a_mark_whose_source_was_not_told_may_come_from_the_revoked_image(
    missing: dict[str, Any],
) -> None:
    by = policy(revoked_images=(ImageName(ELSE, HOME),))
    here = subject(image(mark(), mark(f"{GOLD}:other", **missing)))
    assert outcome("revoked", here, by) is OPEN


def test_an_ancestor_whose_region_was_not_told_may_be_the_revoked_image() -> None:
    by = policy(revoked_images=(ImageName(ELSE, HOME),))
    here = subject(descent=ancestry(USED, SOURCE, (ELSE, None)))
    assert outcome("revoked", here, by) is not PASS
    assert verdict(here, by) is not PASS


def test_a_provider_image_copied_from_the_revoked_one_is_no_pass() -> None:
    """The record stops at a provider's image, whose own source EC2 still tells (aws.md, 2)."""
    whole = ancestry(USED, SOURCE, ELSE, end=AncestryEnd.PUBLIC_PROVIDER)
    cut = type(whole)(whole.entries[:2], AncestryEnd.PUBLIC_PROVIDER)
    by = policy(revoked_images=(ImageName(ELSE, HOME),))
    assert outcome("revoked", subject(descent=cut), by) is not PASS


def test_where_the_record_ends_its_last_entry_is_named() -> None:
    whole = ancestry(USED, MIDDLE, SOURCE, ELSE, end=AncestryEnd.PUBLIC_PROVIDER)
    cut = Ancestry(whole.entries[:3], AncestryEnd.PUBLIC_PROVIDER)
    found = finding(
        "revoked", subject(descent=cut), policy(revoked_images=(ImageName(ELSE, HOME),))
    )
    assert found is not None
    assert found.message == (
        f"its last recorded ancestor {SOURCE} was made from {ELSE}, which is revoked"
    )


# revoked: marks of ancestors

OLD = f"{GOLD}:golden-old"
OLD_REVOKED = policy(revoked_marks=(OLD,))


def ancestor(id: str, *marks: Watermark) -> Image:
    return image(*marks, id=id, owner_id=GOLD)


@pytest.mark.parametrize(
    ("bearer", "path"),
    [
        (MIDDLE, f"{USED} <- {MIDDLE}"),
        (SOURCE, f"{USED} <- {MIDDLE} <- {SOURCE}"),
        (ROOT, f"{USED} <- {MIDDLE} <- {SOURCE} <- {ROOT}"),
    ],
)
@pytest.mark.parametrize("revoked", [OLD, f"{GOLD}:golden-o*", f"{GOLD}:golden-ol?"])
@pytest.mark.parametrize("end", [*COMPLETE, *INCOMPLETE])
def test_a_mark_of_a_visible_ancestor_reaches_its_descendants(
    bearer: str, path: str, revoked: str, end: AncestryEnd
) -> None:
    """The image itself does not carry it: somebody detached it, or it came after the copy."""
    descent = ancestry(USED, MIDDLE, SOURCE, ROOT, end=end)
    here = subject(None, descent, ancestor(bearer, mark(KEY), mark(OLD)))
    by = policy(revoked_marks=(revoked,))
    found = finding("revoked", here, by)
    assert found is not None
    assert found.outcome is FAIL
    assert found.message == (
        f"descends from {bearer}: {path}, and {bearer} has the revoked watermark {OLD}"
    )
    assert found.fix == "rebuild it from a golden image that is not revoked"
    assert found.evidence
    assert verdict(here, by) is FAIL


def test_the_nearest_bearer_is_named_and_the_image_itself_first() -> None:
    both = [ancestor(SOURCE, mark(OLD)), ancestor(MIDDLE, mark(OLD))]
    assert f"and {MIDDLE} has" in said(finding("revoked", subject(None, None, *both), OLD_REVOKED))
    own = subject(image(mark(OLD)), None, *both)
    assert said(finding("revoked", own, OLD_REVOKED)).startswith(f"has the revoked watermark {OLD}")


def test_an_ancestor_is_met_by_id_and_region() -> None:
    here = subject(None, ancestry(USED, (MIDDLE, AWAY)), ancestor(MIDDLE, mark(OLD)))
    assert outcome("revoked", here, OLD_REVOKED) is FAIL
    elsewhere: Seen = {(USED, HOME): image(mark()), (MIDDLE, HOME): ancestor(MIDDLE, mark(OLD))}
    known = here.provenance
    assert known is not None
    other = provenance(known.image, known.place, known.ancestry, elsewhere)
    lost = replace(here, provenance=other)
    assert outcome("revoked", lost, OLD_REVOKED) is OPEN


def test_a_visible_ancestor_without_the_mark_is_no_reason() -> None:
    clean = [ancestor(id, mark(KEY)) for id in (MIDDLE, SOURCE, ROOT)]
    assert outcome("revoked", subject(None, None, *clean), OLD_REVOKED) is PASS


def test_an_ancestor_that_ec2_does_not_show_is_judged_by_what_was_inherited() -> None:
    """Its marks cannot be read by anybody who asks from here; that is an answer."""
    here = subject(None, ancestry(USED, MIDDLE, end=AncestryEnd.NOT_VISIBLE))
    assert outcome("revoked", here, OLD_REVOKED) is PASS
    assert verdict(subject(), OLD_REVOKED) is PASS


@pytest.mark.parametrize("end", [AncestryEnd.REFUSED, AncestryEnd.NOT_FOLLOWED])
def test_an_ancestor_that_could_not_be_asked_about_may_carry_it(end: AncestryEnd) -> None:
    descent = ancestry(USED, MIDDLE, SOURCE, end=end, detail="ec2:DescribeImages: denied")
    here = subject(None, descent, ancestor(MIDDLE, mark(KEY)))
    found = finding("revoked", here, OLD_REVOKED)
    assert found is not None
    assert found.outcome is OPEN
    assert verdict(here, OLD_REVOKED) is OPEN
    if end is AncestryEnd.REFUSED:
        assert found.message == (
            "a revoked watermark on an ancestor cannot be ruled out: ec2:DescribeImages: denied"
        )
    assert found.fix == "give the reader ec2:DescribeImages in the ancestors' Regions"


def test_an_ancestor_whose_region_was_not_told_may_carry_it() -> None:
    here = subject(None, ancestry(USED, SOURCE, (ELSE, None)))
    assert outcome("revoked", here, OLD_REVOKED) is OPEN


def test_where_only_ec2s_record_was_refused_the_marks_were_read_all_the_same() -> None:
    """GetImageAncestry adds what is not visible, and nothing that is."""
    descent = ancestry(USED, MIDDLE, end=AncestryEnd.REFUSED)
    here = subject(None, descent, ancestor(MIDDLE, mark(KEY)))
    assert outcome("revoked", here, OLD_REVOKED) is PASS


def test_a_mark_of_an_ancestor_may_be_the_revoked_one_if_its_key_was_not_told() -> None:
    here = subject(None, None, ancestor(SOURCE, mark(key=None)))
    assert outcome("revoked", here, OLD_REVOKED) is OPEN


def test_a_source_that_is_named_and_was_not_asked_about_may_carry_it() -> None:
    whole = ancestry(USED, MIDDLE, SOURCE)
    cut = Ancestry(whole.entries[:2], AncestryEnd.UNEXPLAINED)
    here = subject(None, cut, ancestor(MIDDLE, mark(KEY)))
    assert outcome("revoked", here, OLD_REVOKED) is OPEN


def test_an_image_that_the_plan_makes_is_reached_by_way_of_its_source() -> None:
    copied = (Derivation("aws_ami_copy.web", "CopyImage", Place.of(HOME, USER)),)
    by_ancestor = subject(None, None, ancestor(SOURCE, mark(OLD)), derivations=copied)
    assert verdict(by_ancestor, OLD_REVOKED) is FAIL
    by_mark = subject(image(mark(), mark(OLD)), derivations=copied)
    assert verdict(by_mark, OLD_REVOKED) is FAIL
    by_id = subject(derivations=copied)
    assert verdict(by_id, policy(revoked_images=(ImageName(USED, HOME),))) is FAIL
    assert verdict(by_id, policy(revoked_images=(ImageName(ROOT, HOME),))) is FAIL
    assert verdict(by_id, OLD_REVOKED) is PASS
