"""Families of forms that no emulated EC2 makes: written into a store as they are, and then asked for."""

import base64
import hashlib
import re
import shutil
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from lxml import html as parser

from assay.errors import StoreError
from assay.fleet.derived import DERIVED
from assay.fleet.store import Store
from assay.model import Ancestry, AncestryEnd, AncestryEntry, Image, Watermark
from assay.model.descent import Descent
from assay.model.inventory import Classified, ImageClass, ListedImage, Use, UseType
from assay.model.places_seen import PlaceSeen, PlaceState
from assay.report.descendants import csv, dot, html, mermaid, text
from assay.run.descendants import Question, answer

NIGHT = date(2026, 11, 29)
DAY = datetime(2026, 11, 1, tzinfo=UTC)
ONE, OTHER = "111111111111", "222222222222"
REGION = "us-east-1"
HOSTILE = '</script><img src=x onerror=alert(1)>"]\n=cmd|x'


def ami(number: int) -> str:
    return f"ami-{number:017x}"


def image(
    number: int,
    source: int | None = None,
    *,
    account: str = ONE,
    marked: int | None = None,
    day: int | None = None,
    name: str = "web-1",
    ancestry: Ancestry | None = None,
    snapshots: tuple[str, ...] = (),
) -> Classified:
    mark = Watermark(f"{ONE}:golden", None if marked is None else ami(marked), REGION, DAY, DAY)
    told = Image(
        id=ami(number),
        name=name,
        owner_id=account,
        state="available",
        creation_date=DAY + timedelta(days=number if day is None else day),
        source_image_id=None if source is None else ami(source),
        source_image_region=None if source is None else REGION,
        watermarks=() if marked is None else (mark,),
    )
    return Classified(
        account, REGION, ListedImage(told, snapshots=snapshots), shared=False, kind=ImageClass.UNKNOWN,
        why="", ancestry=ancestry,
    )  # fmt: skip


def asked(
    folder: Path,
    images: Sequence[Classified],
    base: int = 1,
    uses: Sequence[Use] = (),
    state: PlaceState = PlaceState.SEEN,
) -> Descent:
    store = Store(folder)
    place = PlaceSeen(ONE, REGION, state, images=len(images), uses=len(uses), seen_at=DAY)
    store.write(NIGHT, place, images, uses)
    store.finish(NIGHT, [place])
    question = Question(folder, None, (ami(base),))
    found = answer(question)
    for names in (
        DERIVED,
        ("images", "uses"),
    ):  # what is written beside the places' files changes no answer
        for each in names:
            (folder / f"night={NIGHT}" / f"_{each}.parquet").unlink()
        assert answer(question) == found
    return found


def tree(found: Descent) -> dict[int, tuple[int, str | None]]:
    return {
        int(each.image_id[4:], 16): (int((each.parent or "")[4:], 16), each.edge)
        for each in found.descendants
    }


def test_a_circle_ends_and_is_told(tmp_path: Path) -> None:
    found = asked(tmp_path, [image(1, 3), image(2, 1), image(3, 2)])
    assert tree(found) == {2: (1, "recorded"), 3: (2, "recorded")}
    assert found.contradictions == (
        f"{ami(1)} in {REGION} is recorded as made from {ami(3)} in {REGION}, which descends from it",
    )
    assert found.whole


def test_a_circle_that_a_mark_leads_into_ends(tmp_path: Path) -> None:
    found = asked(tmp_path, [image(1), image(2, 3, marked=1), image(3, 2)])
    assert tree(found) == {2: (1, "mark"), 3: (2, "recorded")}


def test_a_record_that_contradicts_a_mark_is_told(tmp_path: Path) -> None:
    found = asked(tmp_path, [image(1), image(8), image(9, 8, marked=1)])
    assert tree(found) == {9: (1, "mark")}
    [told] = found.contradictions
    assert told == (
        f"{ami(9)} in {REGION} has a watermark from {ami(1)} in {REGION}, which is not in its recorded "
        f"lineage up to {ami(8)} in {REGION}"
    )


def test_what_a_mark_proves_of_an_image_between_leads_to_its_other_children(tmp_path: Path) -> None:
    """3 has the mark of 1 and was made from 2, so 2 descends from 1; so does 4, which lost its mark."""
    found = asked(tmp_path, [image(1), image(3, 2, marked=1), image(4, 2)])
    assert tree(found) == {3: (1, "mark"), 2: (1, "mark"), 4: (2, "recorded")}
    between = next(each for each in found.descendants if each.image_id == ami(2))
    assert (between.listed, between.deregistered) == (False, None)
    assert found.whole


def test_an_older_image_with_the_same_snapshot_does_not_descend(tmp_path: Path) -> None:
    images = [image(number, snapshots=("snap-1",)) for number in (1, 2, 3)]
    assert tree(asked(tmp_path, images, base=2)) == {3: (2, "likely")}


def test_what_was_registered_from_what_was_registered_is_followed_as_long_as_it_goes_on(
    tmp_path: Path,
) -> None:
    images = [
        image(1, snapshots=("snap-1",)),
        image(2, snapshots=("snap-1", "snap-2")),
        image(3, 2),
        image(4, snapshots=("snap-2", "snap-3")),
        image(5, snapshots=("snap-3",)),
        image(6, snapshots=("snap-4",)),
    ]
    likely = {2: (1, "likely"), 4: (2, "likely"), 5: (4, "likely")}
    assert tree(asked(tmp_path, images)) == {**likely, 3: (2, "recorded")}


def test_what_a_mark_of_another_child_proves_of_a_source_that_is_gone_is_above_the_base(
    tmp_path: Path,
) -> None:
    """5 and 6 were made from 2, which nobody has; 6 has the mark of 1, so that 2, and with it 5, descends from 1."""
    found = asked(
        tmp_path, [image(1, marked=1), image(5, 2), image(6, 2, marked=1), image(7, 5)], base=5
    )
    assert tree(found) == {7: (5, "recorded")}
    for each in (*found.bases, *found.descendants):
        assert [source.image_id for source in each.golden_sources] == [ami(1)]


def test_only_the_night_that_is_asked_about_is_read(tmp_path: Path) -> None:
    asked(tmp_path, [image(1), image(2, 1)])
    another = tmp_path / "night=2026-11-28"
    shutil.copytree(tmp_path / f"night={NIGHT}", another)
    for table in ("images", "uses"):
        (another / f"_{table}.parquet").write_bytes(b"damaged")
    found = answer(Question(tmp_path, None, (ami(1),)))
    assert tree(found) == {2: (1, "recorded")}
    with pytest.raises(StoreError):
        answer(Question(tmp_path, datetime(2026, 11, 28, tzinfo=UTC), (ami(1),)))


def test_an_image_that_is_older_than_its_source_is_told(tmp_path: Path) -> None:
    found = asked(tmp_path, [image(2), image(1, 2)], base=2)
    assert tree(found) == {1: (2, "recorded")}
    assert "is older than" in found.contradictions[0]


@pytest.mark.parametrize(("alias", "whole"), [("amazon", True), (None, True), ("unasked", False)])
def test_only_a_line_that_nobody_followed_is_a_gap(
    alias: str | None, whole: bool, tmp_path: Path
) -> None:
    entries = (
        AncestryEntry(ami(9), REGION, None, DAY, ami(7), REGION),
        AncestryEntry(ami(7), REGION, alias, DAY),
    )
    told = None if alias == "unasked" else Ancestry(entries, AncestryEnd.NO_RECORDED_SOURCE)
    found = asked(tmp_path, [image(1), image(9, 7, ancestry=told)])
    assert found.whole is whole
    assert bool(found.gaps) is not whole


def test_what_is_older_than_the_base_cannot_hide_below_it(tmp_path: Path) -> None:
    found = asked(tmp_path, [image(5), image(4, 2)], base=5)
    assert found.whole


def test_what_is_kept_from_an_earlier_night_is_marked_and_a_gap(tmp_path: Path) -> None:
    asked(tmp_path, [image(1), image(2, 1)])
    store, later = Store(tmp_path), date(2026, 11, 30)
    place = PlaceSeen(ONE, REGION, PlaceState.DENIED, "may not", stale_since=DAY)
    assert store.keep_older(later, place)
    store.finish(later, [place])
    found = answer(Question(tmp_path, None, (ami(1),)))
    assert found.night == later
    assert not found.whole
    assert found.descendants[0].stale_since == DAY
    assert f"not seen: {ONE}/{REGION}: denied: may not; kept from" in text.render(found)


def test_an_image_that_only_a_use_tells_of_is_known(tmp_path: Path) -> None:
    use = Use(UseType.INSTANCE, "i-1", image_id=ami(1), state="stopped")
    found = asked(tmp_path, [image(9)], uses=[use])
    [base] = found.bases
    assert [each.id for each in base.used_by] == ["i-1"]
    assert base.listed is False


def large(folder: Path, number: int) -> Descent:
    images = [
        image(1),
        *(image(at, at // 2, day=1, name=f"{HOSTILE}{at % 7}") for at in range(2, number)),
    ]
    return asked(folder, images)


def test_many_images_are_told_in_groups(tmp_path: Path) -> None:
    found = large(tmp_path, 200)
    shown = text.render(found)
    assert "198 images descend" in shown
    assert len(shown.splitlines()) < 15
    assert "\\u000a" in shown
    assert csv.render(found).count("\r\n") == 200
    assert "'=" not in csv.render(found).splitlines()[0]
    assert mermaid.render(found).count("-->") < 60
    assert "<img" not in mermaid.render(found)
    assert dot.render(found).count(" -> ") < 60


def test_a_page_of_ten_thousand_is_not_large_and_runs_nothing_of_strangers(tmp_path: Path) -> None:
    page = html.render(large(tmp_path, 10_001))
    assert len(page.encode()) < 5_000_000
    document = parser.fromstring(page)
    [script] = document.xpath("//script")
    [policy] = document.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    digest = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    found = re.search(r"script-src ([^;]*)", policy)
    assert found
    assert found[1] == f"'sha256-{digest}'"
    assert not document.xpath("//img")
    assert len(document.xpath("//ul[@class='images']/li")) == 10_000


def test_a_small_family_is_a_tree_in_every_format(tmp_path: Path) -> None:
    use = Use(UseType.INSTANCE, "i-1", image_id=ami(3), state="running")
    found = asked(
        tmp_path, [image(1), image(2, 1, name=HOSTILE), image(3, 2, marked=1)], uses=[use]
    )
    shown = text.render(found).splitlines()
    assert [line.strip().removeprefix("└ ").partition(" ")[0] for line in shown[3:6]] == [
        ami(1), ami(2), ami(3),
    ]  # fmt: skip
    assert shown[5].endswith("[running] [marked]")
    document = parser.fromstring(html.render(found))
    nested = document.xpath("//details/details/details/summary")
    assert ami(3) in nested[0].text_content()
    assert "running" in nested[0].text_content()
    assert 'n1 -->|"recorded"| n2' in mermaid.render(found)
    assert 'n1 -> n2 [label="recorded"];' in dot.render(found)
