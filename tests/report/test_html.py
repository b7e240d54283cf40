"""The HTML report as a document: whole, closed, and with nothing left out. test_html_page.py opens it."""

import base64
import hashlib
import json
import re
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from msgspec.structs import replace

from assay.model import (
    AmiId,
    AncestryEnd,
    CatalogFacts,
    Derivation,
    ExceptionUse,
    Place,
    Report,
    Standing,
)
from assay.report.formats import html
from assay.report.formats import text as text_format
from assay.report.formats.html_data import page_text
from assay.report.view import views
from tests.policy.builders import (
    AS_OF,
    MIDDLE,
    USED,
    ancestry,
    document,
    image,
    mark,
    subject,
    unresolved,
)
from tests.report import samples

VOID = {"meta", "link", "br", "input", "img", "hr"}
SOME = ("demo", "empty", "everything", "lenient", "hostile")


class Page(HTMLParser):
    """What an HTML parser finds; an element that is not closed, or not open, is an error."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.raw: dict[str, list[str]] = {"script": [], "style": []}
        self.words: list[str] = []
        self.csp = ""
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes += [(tag, name, value) for name, value in attrs]
        if dict(attrs).get("http-equiv") == "Content-Security-Policy":
            self.csp = dict(attrs)["content"] or ""
        if tag in self.raw:
            self.raw[tag].append("")
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] in self.raw:
            self.raw[self.open[-1]][-1] += data
        else:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    @property
    def data(self) -> Any:
        return json.loads(self.raw["script"][1])


def page(report: Report) -> Page:
    text = html.render(report, samples.PLAIN)
    assert text.startswith("<!DOCTYPE html>\n")
    assert text.endswith("</html>\n")
    return Page(text)


@pytest.mark.parametrize("name", SOME)
def test_the_document_is_whole_and_its_policy_allows_exactly_what_it_holds(name: str) -> None:
    found = page(samples.ALL[name]())
    first, data, *scripts = found.raw["script"]
    scripts.insert(0, first)
    hashes = [
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in (*found.raw["style"], *scripts)
    ]
    allowed = dict(part.split(" ", 1) for part in found.csp.split("; "))
    assert allowed["default-src"] == "'none'"
    assert allowed["style-src"].split() == hashes[:1]
    assert allowed["script-src"].split() == hashes[1:]
    assert "unsafe" not in found.csp
    assert not set("<>&") & set(data)
    assert ("script", "type", "application/json") in found.attributes
    ids = [value for _, attribute, value in found.attributes if attribute == "id"]
    assert len(ids) == len(set(ids))
    inside = {value for _, attribute, value in found.attributes if attribute == "href"}
    assert {each[1:] for each in inside if each and each != "data:,"} <= set(ids)
    for _, attribute, value in found.attributes:
        assert not attribute.startswith("on")
        assert attribute not in {"style", "src"}
        assert "://" not in (value or "")


@pytest.mark.parametrize("name", samples.ALL)
def test_every_verdict_and_result_is_in_the_data_and_the_worst_come_first(name: str) -> None:
    report = samples.ALL[name]()
    data = page(report).data
    ranks = [Standing(row["standing"]).rank for row in data["rows"]]
    assert ranks == sorted(ranks)
    found = sorted(
        (
            row["address"],
            row["standing"],
            [data["results"][number]["message"] for number in row["results"]],
            [step["image"] for step in data["lineages"][row["lineage"]]]
            if "lineage" in row
            else [],
        )
        for row in data["rows"]
    )
    assert found == sorted(
        (
            page_text(verdict.address),
            verdict.standing,
            [page_text(result.message) for result in verdict.results],
            [page_text(step.image_id) for step in verdict.lineage],
        )
        for verdict in views(report)
    )


def test_what_a_rule_found_never_stands_as_passed_unless_it_did() -> None:
    report = samples.of_everything()
    data = page(report).data
    said = {
        (row["address"], data["results"][number]["rule"]): data["results"][number]["standing"]
        for row in data["rows"]
        for number in row["results"]
    }
    for verdict in report.verdicts:
        for result in verdict.results:
            standing = said[verdict.subject.reference.address, result.rule]
            assert (standing == "pass") == (result.finding.outcome == "pass")
    assert said["module.firewall.aws_instance.vendor", "unmarked"] == "excepted"
    assert said["aws_instance.old", "deprecated"] == "warning"


def test_the_verdict_and_what_it_rests_on_need_no_script() -> None:
    report = samples.of_everything()
    text = page(report).text
    assert "fail 8 AMI references: 2 fail, 3 undetermined, 1 excepted, 1 warning, 1 pass" in text
    assert "Judged as of 2026-11-21 12:00 UTC by the policy policy.yaml" in text
    assert report.policy.sha256 in text
    assert "0" * 64 in text
    assert "ec2:DescribeImages x2" in text
    assert "2 unchanged" in text
    assert (
        "active vendor appliance unmarked platform-security SEC-1421 2027-01-31 (in 71 days) 1 reference"
        in text
    )
    assert "5 references do not pass." in text
    assert "aws_instance.unknown" in text


def test_without_scripts_the_list_is_capped_and_says_so() -> None:
    text = page(samples.many(1000)).text
    assert "600 references do not pass. The first 100 are listed here; 500 more are not." in text
    assert text.count("aws_instance.web[") == 100


def test_nothing_to_judge_is_said() -> None:
    text = page(samples.empty()).text
    assert "no AMI reference to judge" in text
    assert "Every required fact was read" not in text


def test_what_weakens_the_answers_is_said_on_top() -> None:
    assert (
        "The answers came from the emulator in tests/emulator, which is not AWS's own"
        in page(samples.of_demo()).text
    )
    assert "the policy only wants that reported" in page(samples.lenient()).text
    offline = replace(
        samples.of_everything(), catalog=CatalogFacts("offline", None, None, {}), left_aside=2
    )
    text = page(offline).text
    assert "AWS was not asked (offline): 2 references are not checked" in text
    assert "Ignored because of --no-inline: 2 exceptions in the code." in text
    assert "none: AWS was not asked" in text


def test_a_night_says_what_was_not_seen_and_claims_nothing_of_where_it_was_asked() -> None:
    report = samples.of_audit()
    stored = replace(report, catalog=CatalogFacts("stored", None, AS_OF, {}))
    text = page(stored).text
    assert "Places seen: 1 of 3; not seen: 222222222222/eu-west-1 (cut-short)" in text
    assert "AWS's own" not in text
    assert "not stored in a night" in text
    whole = replace(stored, places=[each for each in report.places if each.state == "seen"])
    assert "Places seen" not in page(whole).text


def test_a_place_that_is_not_known_is_called_what_text_calls_it() -> None:
    report = samples.of_demo()
    first, *others = report.verdicts
    open_ = replace(first, subject=replace(first.subject, place=Place.of("us-east-1")))
    found = replace(report, verdicts=(open_, *others))
    assert '"unknown account"' in json.dumps(page(found).data)
    assert "unknown account/us-east-1" in text_format.render(found)


def test_exceptions_are_shown_with_their_state() -> None:
    report = samples.of_everything()
    [use] = report.exceptions
    ended = ExceptionUse(replace(use.exception, expires=AS_OF.date() - timedelta(1)), 0, 3, 0)
    text = page(replace(report, exceptions=(use, ended))).text
    assert "expired vendor appliance" in text
    assert "0 references; 3 references would need it" in text
    assert "Exception SEC-1421: expired on 2026-11-20; still needed by 3." in text


def test_a_sensitive_image_is_nowhere_on_the_page() -> None:
    secret = "ami-0123456789abcdef0"
    golden = image(mark(source_image_id=secret), id=secret)
    one = subject(
        golden, ancestry(secret, MIDDLE), value=AmiId(secret), address="a.b", sensitive=True
    )
    text = html.render(samples.reported(document(), one), samples.PLAIN)
    assert secret not in text
    [lineage] = Page(text).data["lineages"]
    assert (lineage[0]["image"], lineage[0]["origin"]) == ("(sensitive)", "golden")


def test_lineages_say_what_is_known_of_each_image() -> None:
    planned = (Derivation("aws_ami_copy.a", "CopyImage", Place.of("eu-west-1")),)
    refused = ancestry(USED, MIDDLE, end=AncestryEnd.REFUSED, detail="denied")
    parent = image(id=MIDDLE)
    fresh = mark(source_image_id=MIDDLE)
    data = page(
        samples.reported(
            document(),
            subject(derivations=planned, address="planned"),
            subject(image(mark()), refused, address="refused"),
            subject(image(fresh), ancestry(USED, MIDDLE), parent, address="detached"),
        )
    ).data
    steps = {row["address"]: data["lineages"][row["lineage"]] for row in data["rows"]}
    assert steps["planned"][0]["seen"] == "planned"
    assert steps["planned"][0]["made"] == "made by CopyImage from"
    assert [step["origin"] for step in steps["planned"] if "origin" in step] == ["golden"]
    assert steps["refused"][-1]["seen"] == "hidden"
    assert "could not be looked up" in steps["refused"][-1]["facts"]
    assert steps["refused"][-1]["ending"].startswith(
        "The record ends here: lookup refused: denied."
    )
    assert steps["refused"][-1]["open"]
    assert steps["detached"][-1]["marks"] == [
        "first marked 111122223333:golden-al2023 (detached since)"
    ]
    assert "open" not in steps["detached"][-1]
    assert steps["detached"][0]["made"] == "made in an unknown way from"


def test_rules_that_were_not_passed_have_their_pages() -> None:
    found = page(samples.of_demo())
    assert ("details", "id", "rule-unmarked") in found.attributes
    assert ("details", "id", "rule-deprecated") not in found.attributes
    assert "nobody can put another account's id into a watermark's key" in found.text


def test_several_inputs_are_told_apart() -> None:
    other = replace(unresolved(address="b"), input=1)
    report = samples.reported(document(), unresolved(address="a"), other)
    [plan] = report.inputs
    both = replace(
        report,
        inputs=(
            replace(plan, path="one.json", references=1),
            replace(plan, path="two.json", references=1),
        ),
    )
    assert {row["address"]: row["input"] for row in page(both).data["rows"]} == {
        "a": "one.json",
        "b": "two.json",
    }


def test_every_file_of_the_page_is_used_and_makes_no_html_of_strings() -> None:
    template = (html._PAGE / "page.html").read_text()
    assert {path.name for path in html._PAGE.iterdir()} == {"page.html", "page.css", *html._SCRIPTS}
    assert "|safe" not in re.sub(r"\s", "", template)
    for name in html._SCRIPTS:
        text = html._asset(name)
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text)
        assert "</" not in text


def test_the_same_report_is_the_same_page() -> None:
    assert html.render(samples.of_everything(), samples.PLAIN) == html.render(
        samples.of_everything(), samples.PLAIN
    )


def test_origins_in_the_data_are_those_of_the_demo() -> None:
    data = page(samples.of_demo()).data
    golden = {
        step["image"]
        for lineage in data["lineages"]
        for step in lineage
        if step.get("origin") == "golden"
    }
    assert golden == {"ami-0f1a06d78f22e593a"}


def test_references_that_share_image_and_results_stand_together() -> None:
    bare, other = image(), image(id="ami-0000000000000000e")
    subjects = [subject((bare, other)[n % 2], address=f"a.n{n}") for n in range(6)]
    secret = [
        subject(of, address=f"a.secret{n}", sensitive=True, value=AmiId(of.id))
        for n, of in enumerate((bare, other, bare))
    ]
    unknown = [unresolved(address=f"a.unknown{n}") for n in range(2)]
    report = samples.reported(document(), *subjects, *secret, *unknown)
    found = page(report)
    told = [(row["address"], row.get("group")) for row in found.data["rows"]]
    first, second = told[0][1], told[3][1]
    assert told[:6] == [
        *((f"a.n{n}", first) for n in (0, 2, 4)),
        *((f"a.n{n}", second) for n in (1, 3, 5)),
    ]
    assert first != second
    assert None not in (first, second)
    rows = found.data["rows"]
    assert [(row["address"], row["group"]) for row in rows[6:9]] == [
        (f"a.secret{n}", rows[6]["group"]) for n in range(3)
    ], "whether they are one image is not told"
    assert rows[6]["shared"].startswith("(sensitive), not necessarily")
    assert [row["address"] for row in rows[9:]] == ["a.unknown0", "a.unknown1"]
    assert {row["group"] for row in rows[9:]} == {rows[9]["group"]}
    assert {row["shared"] for row in rows[9:]} == {"because of unresolved"}
    assert "shared" not in rows[0]


@pytest.mark.parametrize("name", ["demo", "everything", "lenient", "many", "untold"])
def test_the_counts_agree_wherever_they_stand(name: str) -> None:
    found = page(samples.ALL[name]())
    counts: dict[str, int] = {}
    for row in found.data["rows"]:
        counts[row["standing"]] = counts.get(row["standing"], 0) + 1
    tiles, _, rest = found.text.partition("Every attribute of the ")
    for standing in Standing:
        number = f"{counts.get(standing, 0):,}"
        tile = re.compile(rf"\b{standing} ?{number}\b")
        assert tile.search(tiles)
        assert tile.search(rest.partition("Search")[0])
        assert (f"{number} {standing}" in tiles.partition("(assay)")[0]) is (standing in counts)


def test_the_same_address_of_two_plans_is_told_apart_in_the_list() -> None:
    subjects = [
        subject(image(), address="aws_instance.a"),
        subject(image(), address="aws_instance.a"),
    ]
    report = samples.reported(document(), *subjects)
    [one] = report.inputs
    one_by_one = replace(
        report,
        inputs=(replace(one, path="a.json"), replace(one, path="b.json")),
        verdicts=tuple(
            replace(each, subject=replace(each.subject, input=number))
            for number, each in enumerate(report.verdicts)
        ),
    )
    rows = page(one_by_one).data["rows"]
    assert [row["file"] for row in rows] == ["plan a.json", "plan b.json"]
    assert ["file" in row for row in page(report).data["rows"]] == [False, False]
