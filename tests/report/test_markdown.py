"""The Markdown report, read by GitHub's own parser (cmark-gfm) and by another (markdown-it)."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from typing import Any

import cmarkgfm
import pytest
from cmarkgfm.cmark import Options
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from msgspec.structs import replace

from assay.model import Report
from assay.report.formats import markdown
from assay.report.inert import cell, code, prose
from assay.report.labels import label
from assay.report.safe import safe
from assay.report.view import views
from tests.policy.builders import document, image, subject
from tests.report import samples

OUR_TAGS = {
    "h2", "h3", "p", "ul", "li", "strong", "code", "pre", "details", "summary",
    "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


def _github(text: str) -> str:
    """HTML as GitHub makes it, before it takes out what is dangerous."""
    html = cmarkgfm.github_flavored_markdown_to_html(text, Options.CMARK_OPT_UNSAFE)
    return str(html)


def _markdown_it(text: str) -> str:
    return str(MarkdownIt("gfm-like", {"html": True}).render(text))


READERS = pytest.mark.parametrize("to_html", [_github, _markdown_it])


class Page(HTMLParser):
    """What a reader sees: elements, cells of tables, and the text that stands outside of code."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.rows: list[list[str]] = []
        self.code: list[str] = []
        self.prose: list[str] = []
        self.comments: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self._open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
        if tag == "code":
            self.code.append("")

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def handle_data(self, data: str) -> None:
        if {"td", "th"} & set(self._open):
            self.rows[-1][-1] += data
        if "code" in self._open:
            self.code[-1] += data
        else:
            self.prose.append(data)


def page(report: Report, to_html: Callable[[str], str], **setting: Any) -> Page:
    text = markdown.render(report, replace(samples.PLAIN, **setting))
    text.encode("utf-8")
    return Page(to_html(text))


@READERS
@pytest.mark.parametrize("name", samples.ALL)
def test_what_strangers_write_is_text_and_nothing_else(
    name: str, to_html: Callable[[str], str]
) -> None:
    found = page(samples.ALL[name](), to_html)
    assert found.tags <= OUR_TAGS
    assert found.attributes <= {"class", "lang"}  # of the fenced Mermaid
    assert found.comments == [" assay:assay "]
    told = " ".join(found.prose)
    assert not re.search(r"@|#[0-9]|https?:|www\.|javascript|onerror|\b[0-9a-f]{7,}\b", told)


@READERS
def test_hostile_text_arrives_whole_in_the_table(to_html: Callable[[str], str]) -> None:
    head, *rows = page(samples.hostile(), to_html).rows
    assert head == ["Outcome", "Finding", "Address", "File"]
    expected = [
        (_seen(shown.address), _seen(f"{shown.file}:7") if shown.file else "")
        for outcome in ("fail", "undetermined")
        for shown in views(samples.hostile())
        if shown.outcome == outcome
    ]
    assert [(row[2], row[3]) for row in rows] == expected
    assert {len(row) for row in rows} == {4}


def _seen(text: str) -> str:
    return safe(text).replace("\\|", "\\u005c|")


@READERS
@pytest.mark.parametrize("name", ["everything", "lenient", "demo"])
def test_the_table_has_a_row_for_each_finding(name: str, to_html: Callable[[str], str]) -> None:
    report = samples.ALL[name]()
    _, *rows = page(report, to_html).rows
    assert sorted(row[0].split()[1] + row[2] + row[1].split(":")[0] for row in rows) == sorted(
        label(result.standing) + shown.address + result.rule
        for shown in views(report)
        for result in shown.results
        if result.standing not in ("pass", "excepted")
    )
    words = [row[0].split()[1] for row in rows]
    assert words == sorted(words, key=["fail", "undetermined", "warning"].index)


@READERS
@pytest.mark.parametrize("text", [*samples.HOSTILE.values(), "`", "``", " ` ", "\\", "a\\|b", "|"])
def test_a_span_of_code_shows_the_very_text(text: str, to_html: Callable[[str], str]) -> None:
    """In a table's cell, and in a paragraph between other words."""
    [*_, row] = Page(to_html(f"| a | b |\n|---|---|\n| x | {cell(code(text))} |\n")).rows
    assert len(row) == 2
    assert row[1].strip() == safe(text).replace("\\|", "\\u005c|").strip()
    found = Page(to_html(f"before {code(text)} after\n"))
    assert found.tags == {"p", "code"}
    assert "".join(found.prose).split() == ["before", "after"]
    assert [each.strip() for each in found.code] == [safe(text).strip() or "(nothing)"]


@READERS
@pytest.mark.parametrize("text", samples.HOSTILE.values())
def test_prose_keeps_every_word(text: str, to_html: Callable[[str], str]) -> None:
    said = prose(f"the image ({text}) is old, and {text}: bad")
    found = Page(to_html(said + "\n"))
    assert found.tags <= {"p", "code"}
    html = re.sub(r"<[^>]+>", "", to_html(said + "\n"))
    for word in ("the", "image", "is", "old,", "and", "bad"):
        assert word in html.split()


@given(st.text(st.sampled_from("`|\\<>[]()!*_~@#&:;-+.,=/ \n\tab1é…"), max_size=24))
def test_no_text_gets_out_of_its_cell(text: str) -> None:
    """Whatever signs stand together: two cells, nothing in them but code and text, all of it there."""
    for to_html in (_github, _markdown_it):
        table = f"| a | b |\n|---|---|\n| {cell(prose(text))} | {cell(code(text))} |\n"
        found = Page(to_html(table))
        assert found.tags <= {"table", "thead", "tbody", "tr", "td", "th", "code"}
        assert len(found.rows) == 2
        said, shown = found.rows[1]
        if text.strip(" "):
            assert shown.strip() == _seen(text).strip()
            assert "".join(said.split()) == "".join(_seen(text).split())
            assert not set("".join(found.prose)) & set("`|<>[]!*_~@#&")


def test_a_service_is_a_word_and_so_is_one_that_was_cut_off() -> None:
    assert prose("EC2 shows (S3's) ami-1, not wh…") == "EC2 shows (S3's) `ami-1`, not wh…"
    assert prose("deadbee… www… @me… #1… EC2-1") == "`deadbee… www… @me… #1… EC2-1`"


def test_everyday_sentences_stay_sentences() -> None:
    assert prose("made on 2026-01-02 by 222222222222 (denied), www.x.y and deadbeef0") == (
        "made on `2026-01-02` by `222222222222` (denied), `www.x.y` and `deadbeef0`"
    )


@pytest.mark.parametrize("name", samples.ALL)
@pytest.mark.parametrize("long", [False, True])
def test_it_fits_a_comment_and_ends_what_it_begins(name: str, long: bool) -> None:
    report = _long(samples.ALL[name]()) if long else samples.ALL[name]()
    text = markdown.render(report, samples.PLAIN)
    assert len(text) <= markdown.LIMIT
    assert text.count("<details>") == text.count("</details>")
    assert len(re.findall("^```mermaid$", text, re.MULTILINE)) == len(
        re.findall("^```$", text, re.MULTILINE)
    )


def _long(report: Report) -> Report:
    """With a policy path, addresses and attributes of a length that nobody means well with."""
    verdicts = []
    for verdict in report.verdicts:
        of = verdict.subject.reference
        of = replace(of, address=of.address + "`|" * 5000, file="@" * 9000, line=1)
        verdicts.append(replace(verdict, subject=replace(verdict.subject, reference=of)))
    policy = replace(report.policy, path="p|`" * 9000)
    return replace(report, verdicts=tuple(verdicts), policy=policy)


def test_what_is_left_out_is_counted() -> None:
    text = markdown.render(samples.many(), samples.PLAIN)
    [left] = re.findall(
        r"^and ([0-9]+) more findings: `--format json` lists them all$", text, re.MULTILINE
    )
    rows = len(re.findall(r"^\| ❌ fail ", text, re.MULTILINE))
    assert rows > 50
    assert rows + int(left) == 3000
    assert "| ❓" not in text  # no room for what is less bad
    [images] = re.findall(r"^and ([0-9]+) more images: ", text, re.MULTILINE)
    blocks = len(re.findall(r"^### ", text, re.MULTILINE))
    assert blocks > 10
    assert blocks + int(images) == 2500 + 1  # 500 undetermined have one complaint
    [passes] = re.findall(r"^- and ([0-9]+) more passes: ", text, re.MULTILINE)
    assert text.count("\n- `module.m[", text.index("2000 pass<")) + int(passes) == 2000


def test_the_verdict_comes_first() -> None:
    mark, head, _, counts, *_ = markdown.render(samples.of_everything(), samples.PLAIN).split("\n")
    assert mark == "<!-- assay:assay -->"
    assert head == "## ❌ assay: FAIL"
    assert counts == "8 AMI references: 2 fail, 3 undetermined, 3 pass, 1 of them by exception"


@pytest.mark.parametrize(
    ("category", "mark"),
    [
        ("prod/eu-west-1", "prod/eu-west-1"),
        ("a.b_c-d", "a.b_c-d"),
        ("--><script>", "script-<digest>"),
        ("a -- b\n@x", "a-b-x-<digest>"),
        ("--!>", "assay-<digest>"),
        ("x" * 101, f"{'x' * 100}-<digest>"),
    ],
)
def test_the_mark_is_a_comment_whatever_the_category(category: str, mark: str) -> None:
    expected = re.escape(f" assay:{mark} ").replace("<digest>", "[0-9a-f]{8}")
    for to_html in (_github, _markdown_it):
        found = page(samples.of_demo(), to_html, category=category)
        [comment] = found.comments
        assert re.fullmatch(expected, comment)
        assert found.tags <= OUR_TAGS


def test_two_categories_have_two_marks() -> None:
    """By its mark a step finds the comment that it replaces."""
    alike = ["assay", "--!>", "--", "a b", "a-b", "a--b", "a@b", "a-b ", "x" * 100, "x" * 101]
    alike += ["prod/eü", "prod/eä", "prod/e", f"{'x' * 100}y"]
    marks = {
        markdown.render(samples.empty(), replace(samples.PLAIN, category=each)).split("\n")[0]
        for each in alike
    }
    assert len(marks) == len(alike)


def test_references_that_share_an_image_share_its_story() -> None:
    bare = subject(image(), address="aws_instance.a")
    subjects = [
        replace(bare, reference=replace(bare.reference, address=f"i.n[{n}]")) for n in range(14)
    ]
    text = markdown.render(samples.reported(document(), *subjects), samples.PLAIN)
    assert text.count("### FAIL ") == 1
    assert text.count("```mermaid") == 1
    assert "- `i.n[9]` `ami`\n- and 4 more\n" in text


def test_offline_what_only_aws_can_tell_is_a_number() -> None:
    report = samples.of_everything()
    report = replace(report, catalog=replace(report.catalog, kind="offline"))
    text = markdown.render(report, samples.PLAIN)
    assert "lookup-failed" not in text
    assert "- not checked (offline): 2 references need AWS\n" in text


def test_what_an_exception_lets_through_is_listed_on_demand() -> None:
    vendor = re.compile(
        r"^\| ☑️ excepted \| .* \| `module\.firewall\.aws_instance\.vendor` \|", re.MULTILINE
    )
    assert not vendor.search(markdown.render(samples.of_everything(), samples.PLAIN))
    asked = replace(samples.PLAIN, excepted=True)
    assert vendor.search(markdown.render(samples.of_everything(), asked))


@READERS
def test_the_table_names_every_image_and_its_plan(to_html: Callable[[str], str]) -> None:
    """What has no column of its own is told by the finding, once."""
    first, second = subject(image(), address="a.b"), subject(image(), address="c.d")
    report = samples.reported(document(), first, replace(second, input=1))
    [plan] = report.inputs
    plans = (replace(plan, path="one.json"), replace(plan, path="two.json"))
    _, *rows = page(replace(report, inputs=plans), to_html).rows
    assert {row[2]: row[1].rpartition("of ")[2].rstrip(")") for row in rows} == {
        "a.b": "one.json",
        "c.d": "two.json",
    }
    _, *rows = page(samples.of_everything(), to_html).rows
    assert rows
    assert all(row[1].count("ami-0000000d") == 1 or "(sensitive)" in row[1] for row in rows)
