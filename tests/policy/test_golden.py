"""Which marks are golden: one mark, one filter, all fields together, and a registered source."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from assay.model import Golden, ImageName, Watermark, WatermarkFilter
from assay.policy.golden import JudgedMarks, Marks, golden_marks
from tests.policy.builders import (
    AS_OF,
    AWAY,
    ELSE,
    GOLD,
    HOME,
    KEY,
    SECOND,
    SOURCE,
    STRANGER,
    days_ago,
    image,
    mark,
)

ALL = WatermarkFilter(KEY, "us-*", 180, 90)


def sort(*marks: Watermark, by: tuple[WatermarkFilter, ...] = (), **golden: Any) -> Marks:
    filters = by or (WatermarkFilter(KEY),)
    return golden_marks(marks, Golden(filters, **golden), AS_OF)


def kind(one: Watermark, *by: WatermarkFilter, **golden: Any) -> str:
    """golden, unread or other; a mark is always exactly one of them."""
    found = sort(one, by=by, **golden)
    assert len(found.golden) + len(found.unread) + len(found.near_misses) == 1
    return "golden" if found.golden else "unread" if found.unread else "other"


def test_an_image_without_marks_has_no_golden_one() -> None:
    assert sort() == Marks((), (), ())


def test_the_whole_key_must_fit() -> None:
    assert kind(mark()) == "golden"
    assert kind(mark(KEY + "-2")) == "other"
    assert kind(mark(KEY.upper())) == "other"
    assert kind(mark(KEY.removeprefix(f"{GOLD}:"))) == "other"
    assert kind(mark(f"x{KEY}")) == "other"


def test_the_same_name_of_another_account_is_no_golden_mark() -> None:
    found = sort(mark(f"{STRANGER}:golden-al2023"), by=(WatermarkFilter(f"{GOLD}:golden-*"),))
    assert not found.golden
    assert not found.unread
    [why] = found.near_misses
    assert why == (
        f"{STRANGER}:golden-al2023: the name matches, but account {STRANGER} attached the watermark, not {GOLD}"
    )


def test_a_colon_in_a_name_belongs_to_it() -> None:
    found = sort(mark(f"{STRANGER}:golden:al2023"), by=(WatermarkFilter(f"{GOLD}:golden:*"),))
    assert found.near_misses == (
        f"{STRANGER}:golden:al2023: the name matches, but account {STRANGER} attached the watermark, not {GOLD}",
    )


def test_marks_are_judged_once_for_each_image_and_each_golden() -> None:
    of, by, known = image(mark()), Golden((WatermarkFilter(KEY),)), JudgedMarks()
    first = known.of(of, by, AS_OF)
    assert first == golden_marks(of.watermarks, by, AS_OF)
    assert known.of(of, by, AS_OF) is first
    assert known.of(image(mark(), id=ELSE), by, AS_OF) is first  # alike marks are judged alike
    assert known.of(image(), by, AS_OF) == Marks((), (), ())
    assert known.of(of, Golden((WatermarkFilter("x:y"),)), AS_OF).golden == ()


def test_a_mark_that_hides_the_golden_account_in_its_name_is_none() -> None:
    """A star in the name part must not reach back over the account."""
    by = WatermarkFilter(f"{GOLD}:*")
    assert kind(mark(f"{STRANGER}:{GOLD}"), by) == "other"
    assert kind(mark(f"{STRANGER}:x {GOLD}:golden"), by) == "other"
    assert kind(mark(f"{GOLD}:anything"), by) == "golden"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"key": f"{GOLD}:other"}, "no filter in the policy matches this key"),
        ({"key": f"{STRANGER}:other"}, "no filter in the policy matches this key"),
        ({"key": KEY.removeprefix(f"{GOLD}:")}, "no filter in the policy matches this key"),
        ({"key": f"{GOLD}:golden-al"}, "no filter in the policy matches this key"),
        ({"source_image_region": AWAY}, "its source Region eu-west-1 is not us-*"),
        (
            {"source_image_creation_time": days_ago(181)},
            "its source image is 181 days old, and at most 180 are allowed",
        ),
        (
            {"watermark_creation_time": days_ago(91)},
            "the watermark is 91 days old, and at most 90 are allowed",
        ),
    ],
)
def test_every_field_of_the_filter_must_hold(change: dict[str, Any], why: str) -> None:
    assert kind(mark(), ALL) == "golden"
    changed = mark(**change)
    assert sort(changed, by=(ALL,)) == Marks((), (), (f"{changed.key}: {why}",))


def test_fields_of_two_filters_are_not_added_up() -> None:
    here, there = WatermarkFilter(KEY, HOME, 5), WatermarkFilter(KEY, AWAY, 500)
    assert kind(mark(), here, there) == "other"
    assert kind(mark(source_image_region=AWAY), here, there) == "golden"


def test_fields_of_two_marks_are_not_added_up() -> None:
    """One mark is young and of the wrong Region, the other of the right Region and old."""
    young = mark(source_image_region=AWAY)
    old = mark(source_image_creation_time=days_ago(400))
    found = sort(young, old, by=(ALL,))
    assert not found.golden
    assert len(found.near_misses) == 2


def test_one_filter_of_several_is_enough() -> None:
    assert kind(mark(), WatermarkFilter(f"{GOLD}:x"), WatermarkFilter(KEY)) == "golden"
    assert kind(mark(), WatermarkFilter(KEY), WatermarkFilter(f"{GOLD}:x")) == "golden"


@pytest.mark.parametrize("added", [f"{STRANGER}:mine", f"{STRANGER}:golden-al2023", KEY + "x"])
def test_added_marks_do_no_harm_and_no_good(added: str) -> None:
    assert sort(mark(added), mark()).golden == (mark(),)
    assert not sort(mark(added)).golden


AGES = [
    ("max_days_since_source_image_created", "source_image_creation_time"),
    ("max_days_since_watermark_created", "watermark_creation_time"),
]


@pytest.mark.parametrize(("limit", "time"), AGES)
@pytest.mark.parametrize("days", [0, 1, 180, 2147483647])
def test_the_limit_itself_is_still_young(limit: str, time: str, days: int) -> None:
    limits: dict[str, Any] = {limit: days}
    by = WatermarkFilter(KEY, **limits)
    oldest = AS_OF - timedelta(days=min(days, 700_000))

    def born(at: datetime) -> str:
        times: dict[str, Any] = {time: at}
        return kind(mark(**times), by)

    assert born(oldest) == born(oldest + SECOND) == "golden"
    if days < 700_000:
        assert born(oldest - SECOND) == born(oldest - timedelta(microseconds=1)) == "other"


def test_a_fresh_mark_does_not_make_an_old_build_young() -> None:
    """Age laundering: detach and attach again renews the mark's date, not the build's."""
    laundered = mark(source_image_creation_time=days_ago(400), watermark_creation_time=AS_OF)
    assert kind(laundered, WatermarkFilter(KEY, None, 180, 90)) == "other"
    assert kind(laundered, WatermarkFilter(KEY, None, 180)) == "other"
    assert kind(laundered, WatermarkFilter(KEY, None, None, 90)) == "golden"


FIELDS = ["key", "source_image_region", "source_image_creation_time", "watermark_creation_time"]


@pytest.mark.parametrize("field", FIELDS)
def test_a_field_that_decides_and_was_not_told_leaves_it_open(field: str) -> None:
    unread = replace(mark(), **{field: None})
    assert sort(unread, by=(ALL,)) == Marks((), (unread,), ())


@pytest.mark.parametrize("field", FIELDS[1:])
def test_a_field_that_no_filter_asks_for_may_be_missing(field: str) -> None:
    assert kind(replace(mark(), **{field: None})) == "golden"


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("wrong", FIELDS)
def test_a_field_that_says_no_settles_it_whatever_else_is_missing(field: str, wrong: str) -> None:
    if field == wrong:
        return
    no: dict[str, Any] = {
        "key": f"{STRANGER}:golden-al2023",
        "source_image_region": AWAY,
        "source_image_creation_time": days_ago(999),
        "watermark_creation_time": days_ago(999),
    }
    assert kind(replace(mark(), **{field: None, wrong: no[wrong]}), ALL) == "other"


def test_a_filter_that_holds_outranks_one_that_could_not_be_read() -> None:
    half = mark(watermark_creation_time=None)
    assert kind(half, ALL, WatermarkFilter(KEY)) == "golden"
    assert kind(half, ALL, WatermarkFilter(f"{GOLD}:x")) == "unread"


REGISTRY = (ImageName(SOURCE, HOME),)


def test_a_registry_admits_only_marks_of_registered_builds() -> None:
    assert kind(mark(), source_images=REGISTRY) == "golden"
    assert kind(mark(source_image_id=ELSE), source_images=REGISTRY) == "other"


def test_a_registered_build_is_named_by_id_and_region() -> None:
    """The id in another Region is another image, or a forgery."""
    two = (ImageName(SOURCE, AWAY), ImageName(ELSE, HOME))
    assert kind(mark(), source_images=two) == "other"
    assert kind(mark(source_image_region=AWAY), source_images=two) == "golden"


def test_a_registered_build_does_not_excuse_a_wrong_key() -> None:
    assert kind(mark(f"{STRANGER}:golden-al2023"), source_images=REGISTRY) == "other"


@pytest.mark.parametrize("field", ["source_image_id", "source_image_region"])
def test_a_source_that_was_not_told_cannot_be_held_against_the_registry(field: str) -> None:
    assert kind(replace(mark(), **{field: None}), source_images=REGISTRY) == "unread"
    other = replace(mark(f"{GOLD}:x"), **{field: None})
    assert kind(other, source_images=REGISTRY) == "other"


def test_no_registered_build_and_a_field_not_told_is_no() -> None:
    unread = mark(source_image_id=ELSE, watermark_creation_time=None)
    assert kind(unread, ALL, source_images=REGISTRY) == "other"
