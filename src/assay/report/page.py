"""A rule's page: parses it and renders it for a terminal.

Pages are Markdown with a heading, paragraphs that may start with a bold title, and `code`. A test
checks that they contain nothing else.
"""

import re
import textwrap
from collections.abc import Iterator

import msgspec

from assay.report.paint import Paint

WIDTH = 100
_TITLED = re.compile(r"\*\*(?P<title>[^*]+)\.\*\* +(?P<text>.*)", re.DOTALL)
_CODE = re.compile(r"`([^`]+)`")


class Paragraph(msgspec.Struct, frozen=True, gc=False):
    """One paragraph: `**What it does.** Fails an image …` has the title `What it does`."""

    title: str | None
    text: str
    """On one line, still in Markdown."""

    @property
    def pieces(self) -> list[str]:
        """The text without backticks, in pieces; every second piece is code."""
        return _CODE.split(self.text)


class Page(msgspec.Struct, frozen=True, gc=False):
    """A parsed page."""

    heading: str
    paragraphs: tuple[Paragraph, ...]

    @property
    def sections(self) -> dict[str, str]:
        """The text of each paragraph that has a title, by title."""
        return {each.title: each.text for each in self.paragraphs if each.title}


def parsed(page: str) -> Page:
    """Parse a page of Markdown."""
    heading, *paragraphs = page.strip().split("\n\n")
    return Page(heading.removeprefix("# "), tuple(map(_paragraph, paragraphs)))


def _paragraph(text: str) -> Paragraph:
    found = _TITLED.fullmatch(text)
    title, text = (found["title"], found["text"]) if found else (None, text)
    return Paragraph(title, " ".join(text.split()))


def render(page: str, by_default: str, *, colour: bool = False) -> str:
    """The page for a terminal, without the marks of its heading and titles; ends in a newline."""
    paint, whole = Paint(colour), parsed(page)
    lines = [f"{paint(whole.heading, bold=True)} ({by_default} by default)"]
    for paragraph in whole.paragraphs:
        lines += ["", *_lines(paragraph, paint)]
    return "\n".join(lines) + "\n"


def _lines(paragraph: Paragraph, paint: Paint) -> Iterator[str]:
    if paragraph.title:
        yield paint(paragraph.title, bold=True)
    # Code must not be broken across lines, so its spaces are replaced while the text is wrapped.
    text = _CODE.sub(lambda found: found[0].replace(" ", "\0"), paragraph.text)
    for line in textwrap.wrap(text, WIDTH - 2, break_long_words=False, break_on_hyphens=False):
        yield "  " + _code(line.replace("\0", " "), paint)


def _code(line: str, paint: Paint) -> str:
    return _CODE.sub(lambda found: paint(found[0], "cyan"), line)
