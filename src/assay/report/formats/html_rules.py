"""Rules' pages as the HTML report shows them: headings, paragraphs, and code in them."""

import re
from collections.abc import Collection, Iterable, Iterator

import msgspec

from assay.report.setting import RulePage

_TITLED = re.compile(r"\*\*(?P<title>[^*]+)\.\*\* +(?P<text>.*)", re.DOTALL)
_CODE = re.compile(r"`([^`]+)`")


class Paragraph(msgspec.Struct, frozen=True, gc=False):
    """A title, and the pieces of the text: every other one is code."""

    title: str | None
    pieces: tuple[str, ...]


class Page(msgspec.Struct, frozen=True, gc=False):
    """One rule."""

    id: str
    summary: str
    by_default: str
    paragraphs: tuple[Paragraph, ...]


def pages(rules: Iterable[RulePage], wanted: Collection[str]) -> list[Page]:
    """The pages of the rules that are wanted, in the order of all rules."""
    return [
        Page(rule.id, rule.summary, rule.by_default, tuple(_paragraphs(rule.page)))
        for rule in rules
        if rule.id in wanted
    ]


def _paragraphs(page: str) -> Iterator[Paragraph]:
    _heading, *paragraphs = page.strip().split("\n\n")
    for paragraph in paragraphs:
        found = _TITLED.fullmatch(paragraph)
        text = found["text"] if found else paragraph
        yield Paragraph(
            found["title"] if found else None, tuple(_CODE.split(" ".join(text.split())))
        )
