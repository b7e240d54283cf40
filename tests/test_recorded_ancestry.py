"""What GetImageAncestry says, beside what the walk over DescribeImages saw."""

from collections.abc import Collection, Mapping
from typing import Any

import pytest
from msgspec.structs import replace

from assay.catalog.interface import Absent, Answer, Question, Unavailable
from assay.catalog.questions import ANCESTRY
from assay.lookup.provenance import trace
from assay.model import Ancestry, AncestryEnd, AncestryEntry, Evidence, Image, Provenance
from tests.policy.builders import ASKED, HOME, MIDDLE, PLACE, SOURCE, USED, USER, image

MADE = image(source_image_id=MIDDLE, source_image_region=HOME)
ENTRY = AncestryEntry(USED, HOME, None, MADE.creation_date, MIDDLE, HOME)
PARENT = AncestryEntry(MIDDLE, HOME)
FURTHER = replace(PARENT, source_image_id=SOURCE, source_image_region=HOME)
DESCRIBED = Evidence("ec2:DescribeImages", USED, PLACE)


class Saying:
    """A catalogue that shows no further image, and has one answer about ancestries."""

    def __init__(self, record: Answer[Ancestry]) -> None:
        self._record = record

    def ask(self, question: Question[Any, Any], keys: Collection[Any]) -> Mapping[Any, Answer[Any]]:
        return dict.fromkeys(keys, self._record if question is ANCESTRY else Absent())


def traced(of: Image, record: Answer[Ancestry]) -> Provenance:
    key = (PLACE, of.id)
    catalog: Any = Saying(record)
    found = trace({key: of}, {key: of}, catalog, lambda _: True, in_full=False)
    return found[key]


@pytest.mark.parametrize(
    ("record", "said"),
    [
        (Absent(), "EC2 has no record of this image's ancestry"),
        (Unavailable("denied"), "denied"),
    ],
)
def test_no_record_ends_what_the_walk_did_not_see_whole(
    record: Answer[Ancestry], said: str
) -> None:
    found = traced(MADE, record)
    assert found.ancestry == Ancestry((ENTRY, PARENT), AncestryEnd.REFUSED, said)
    assert [each.asked for each in found.ancestors] == [True, True]
    assert found.evidence[0] == DESCRIBED
    assert found.evidence[-1] == ASKED


@pytest.mark.parametrize("record", [Absent(), Unavailable("denied")])
def test_what_the_walk_saw_whole_needs_no_record(record: Answer[Ancestry]) -> None:
    found = traced(image(), record)
    assert found.ancestry.end is AncestryEnd.NO_RECORDED_SOURCE
    assert found.ancestry.detail is None
    assert found.evidence == (DESCRIBED, ASKED)


def test_the_record_goes_on_where_the_walk_ends() -> None:
    record = Ancestry(
        (ENTRY, FURTHER, AncestryEntry(SOURCE, HOME)), AncestryEnd.UNEXPLAINED, "cut off"
    )
    assert traced(MADE, record).ancestry == record


def test_the_record_adds_to_a_walk_that_seemed_whole() -> None:
    named = AncestryEntry(USED, HOME, None, None, MIDDLE, HOME)
    record = Ancestry((named, PARENT), AncestryEnd.NO_RECORDED_SOURCE, None)
    assert traced(image(), record).ancestry == record
    same = Ancestry((AncestryEntry(USED, HOME),), AncestryEnd.UNEXPLAINED, "cut off")
    assert traced(image(), same).ancestry.end is AncestryEnd.NO_RECORDED_SOURCE


@pytest.mark.parametrize(
    "entry",
    [
        replace(ENTRY, image_id=SOURCE),
        replace(ENTRY, region="eu-west-1"),
        replace(ENTRY, source_image_id=SOURCE),
        replace(ENTRY, source_image_region="eu-west-1"),
        replace(ENTRY, source_image_id=None, source_image_region=None),
    ],
)
def test_a_record_that_contradicts_what_was_seen_proves_nothing(entry: AncestryEntry) -> None:
    found = traced(MADE, Ancestry((entry,), AncestryEnd.NO_RECORDED_SOURCE)).ancestry
    assert found.entries == (ENTRY, PARENT)
    assert found.end is AncestryEnd.UNEXPLAINED
    assert found.detail == "GetImageAncestry and DescribeImages name different sources"


class Showing:
    """A catalogue that shows some images, and is not asked for ancestries."""

    def __init__(self, *shown: Image, otherwise: Answer[Image]) -> None:
        self._shown = {image.id: image for image in shown}
        self._otherwise = otherwise

    def ask(self, question: Question[Any, Any], keys: Collection[Any]) -> Mapping[Any, Answer[Any]]:
        assert question is not ANCESTRY or not keys
        return {key: self._shown.get(key[1], self._otherwise) for key in keys}


@pytest.mark.parametrize("in_full", [False, True])
@pytest.mark.parametrize(
    ("otherwise", "end", "detail"),
    [
        (Absent(), AncestryEnd.NOT_VISIBLE, f"EC2 shows no {SOURCE} to {USER}/{HOME}"),
        (
            Unavailable("ec2:DescribeImages: denied"),
            AncestryEnd.REFUSED,
            "ec2:DescribeImages: denied",
        ),
    ],
)
def test_where_a_walk_ends_it_says_at_which_image_and_why(
    otherwise: Answer[Image], end: AncestryEnd, detail: str, in_full: bool
) -> None:
    middle = image(id=MIDDLE, source_image_id=SOURCE, source_image_region=HOME)
    key = (PLACE, USED)
    catalog: Any = Showing(middle, otherwise=otherwise)
    # Nothing depends on what lies beyond: EC2's own record is not asked for.
    goes_on = AncestryEnd.NOT_FOLLOWED
    found = trace(
        {key: MADE}, {key: MADE}, catalog, lambda known: known.end is goes_on, in_full=in_full
    )[key]
    assert [each.entry.image_id for each in found.ancestors] == [USED, MIDDLE, SOURCE]
    assert (found.end, found.detail) == (end, detail)
    told = [USED, MIDDLE, SOURCE] if end is AncestryEnd.NOT_VISIBLE else [USED, MIDDLE]
    assert found.evidence == tuple(Evidence("ec2:DescribeImages", id, PLACE) for id in told)
