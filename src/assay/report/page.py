"""A rule's page: read once, and shown on a terminal.

Pages are Markdown with a heading, paragraphs that may start with a bold title, and `code`; nothing
else, which a test holds.
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
    """On one line, and still in Markdown."""

    @property
    def pieces(self) -> list[str]:
        """The text without marks: every other piece, from the second, is code."""
        return _CODE.split(self.text)


class Page(msgspec.Struct, frozen=True, gc=False):
    """A page as it was written."""

    heading: str
    paragraphs: tuple[Paragraph, ...]

    @property
    def sections(self) -> dict[str, str]:
        """The text of each paragraph that has a title, by that."""
        return {each.title: each.text for each in self.paragraphs if each.title}


def parsed(page: str) -> Page:
    """What a page of Markdown holds."""
    heading, *paragraphs = page.strip().split("\n\n")
    return Page(heading.removeprefix("# "), tuple(map(_paragraph, paragraphs)))


def _paragraph(text: str) -> Paragraph:
    found = _TITLED.fullmatch(text)
    title, text = (found["title"], found["text"]) if found else (None, text)
    return Paragraph(title, " ".join(text.split()))


def render(page: str, by_default: str, *, colour: bool = False) -> str:
    """The page for a terminal, without the marks or with colours in their place; ends in a newline."""
    paint, whole = Paint(colour), parsed(page)
    lines = [f"{paint(whole.heading, bold=True)} ({by_default} by default)"]
    for paragraph in whole.paragraphs:
        lines += ["", *_lines(paragraph, paint)]
    return "\n".join(lines) + "\n"


def _lines(paragraph: Paragraph, paint: Paint) -> Iterator[str]:
    if paragraph.title:
        yield paint(paragraph.title, bold=True)
    # Code is not broken over lines: its spaces are others while the text is wrapped.
    text = _CODE.sub(lambda found: found[0].replace(" ", "\0"), paragraph.text)
    for line in textwrap.wrap(text, WIDTH - 2, break_long_words=False, break_on_hyphens=False):
        yield "  " + _code(line.replace("\0", " "), paint)


def _code(line: str, paint: Paint) -> str:
    return _CODE.sub(lambda found: paint(found[0], "cyan"), line)
