"""The inventory as a page: what it says, and that nothing in it can run but its own script."""

import base64
import hashlib
import re
import time
from datetime import UTC, date, datetime

from lxml import html as parser

from assay.model.images import Image
from assay.model.inventory import Classified, ImageClass, Inventory, ListedImage, NightTotals
from assay.model.places_seen import PlaceSeen, PlaceState
from assay.report.inventory import html

NOW = datetime(2026, 11, 29, tzinfo=UTC)
ONE, OTHER = "111111111111", "222222222222"
HOSTILE = "</script><script>alert(1)</script>"


def image(account: str, id: str, kind: ImageClass, name: str = "web") -> Classified:
    return Classified(account, "us-east-1", ListedImage(Image(id, name=name)), False, kind, "why")


def page() -> str:
    images = (
        image(ONE, "ami-1", ImageClass.GOLDEN),
        image(ONE, "ami-2", ImageClass.DERIVED),
        image(OTHER, "ami-3", ImageClass.UNKNOWN, HOSTILE),
        image(OTHER, "ami-4", ImageClass.UNKNOWN),
        image(OTHER, "ami-5", ImageClass.UNKNOWN),
    )
    places = (
        PlaceSeen(ONE, "us-east-1", PlaceState.SEEN),
        PlaceSeen(OTHER, "us-east-1", PlaceState.SEEN),
        PlaceSeen(OTHER, "eu-west-1", PlaceState.DENIED, f"denied {HOSTILE}"),
    )
    classes = {
        ONE: {ImageClass.GOLDEN: 1, ImageClass.DERIVED: 1},
        OTHER: {ImageClass.UNKNOWN: 3},
    }
    running = {"ami-3": 2, "ami-4": 7, "ami-1": 9}
    nights = (
        NightTotals(date(2026, 11, 28), counted(4, 4, 0), places=2, not_seen=1),
        NightTotals(date(2026, 11, 29), counted(1, 1, 2), places=2, not_seen=0),
    )
    found = Inventory(NOW, places, images, classes, running=running, trend=nights)
    return html.render(found, "assay.yaml")


def counted(*numbers: int) -> dict[ImageClass, int]:
    return dict(zip(ImageClass, numbers, strict=True))


def rows(document: parser.HtmlElement, table: str) -> list[list[str]]:
    found = document.xpath(f"//table[@id='{table}']/tbody/tr")
    return [[cell.text_content().strip() for cell in row] for row in found]


def test_accounts_are_told_with_the_worst_first() -> None:
    document = parser.fromstring(page())
    assert rows(document, "accounts") == [
        [OTHER, "", "0", "0", "3", "1"],
        [ONE, "", "1", "1", "0", "0"],
    ]
    bars = document.xpath("//table[@id='accounts']//svg")
    parts = [[(p.get("class"), p.get("x"), p.get("width")) for p in bar] for bar in bars]
    assert parts == [
        [("unknown", "0", "500"), ("missing", "500", "500")],
        [("golden", "0", "500"), ("derived", "500", "500")],
    ]


def test_unknown_images_in_use_are_the_work_to_do() -> None:
    found = rows(parser.fromstring(page()), "worklist")
    assert [(row[0], row[4]) for row in found] == [("ami-4", "7"), ("ami-3", "2")]


def test_what_was_not_seen_is_told_at_the_top_and_in_full() -> None:
    document = parser.fromstring(page())
    assert "2 of 3 places seen." in document.text_content()
    assert [row[:3] for row in rows(document, "unseen")] == [[OTHER, "eu-west-1", "denied"]]


def test_only_its_own_script_can_run() -> None:
    document = parser.fromstring(page())
    [script] = document.xpath("//script")
    [policy] = document.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")
    digest = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
    assert re.search(r"script-src ([^;]*)", policy).group(1) == f"'sha256-{digest}'"  # type: ignore[union-attr]
    assert "default-src 'none'" in policy


def test_nights_are_told_as_a_table_and_as_columns_of_the_same() -> None:
    """Of a night in which half of the places were not seen, as much again is missing."""
    document = parser.fromstring(page())
    assert rows(document, "trend") == [
        ["2026-11-28", "4", "4", "0", "1", "2"],
        ["2026-11-29", "1", "1", "2", "0", "2"],
    ]
    columns = document.xpath("//svg[@class='trend']/rect")
    parts = [
        (each.get("class"), each.get("x"), each.get("y"), each.get("height")) for each in columns
    ]
    assert parts == [
        ("golden", "0", "750", "250"),
        ("derived", "0", "500", "250"),
        ("missing", "0", "0", "500"),
        ("golden", "83", "938", "62"),
        ("derived", "83", "875", "62"),
        ("unknown", "83", "750", "125"),
    ]


def test_fifty_thousand_images_in_two_hundred_accounts_are_a_page_of_less_than_a_megabyte() -> None:
    accounts = [f"{number:012}" for number in range(200)]
    images = tuple(
        image(accounts[number % 200], f"ami-{number:017x}", ImageClass.UNKNOWN, f"web {number}" * 4)
        for number in range(50_000)
    )
    places = tuple(
        PlaceSeen(each, "us-east-1", PlaceState.DENIED, "denied " * 20) for each in accounts
    )
    classes = {each: counted(0, 0, 1_250) for each in accounts}
    running = {each.listed.image.id: 1 for each in images}
    started = time.process_time()
    made = html.render(Inventory(NOW, places, images, classes, running=running), "assay.yaml")
    assert len(made.encode()) < 1_000_000
    assert time.process_time() - started < 10  # a bound for any machine; about one second here
    assert "And 49,500 more, with fewer instances." in parser.fromstring(made).text_content()
    assert "1,250" in made
