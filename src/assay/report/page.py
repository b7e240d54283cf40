"""A rule's page for the terminal: its Markdown without the marks, or with colours in their place.

Pages have a heading, paragraphs that may start with a bold title, and `code`; nothing else.
"""

import re
import textwrap
from collections.abc import Iterator

from assay.report.paint import Paint

WIDTH = 100
_TITLED = re.compile(r"\*\*(?P<title>[^*]+)\.\*\* +(?P<text>.*)", re.DOTALL)
_CODE = re.compile(r"`([^`]+)`")


def render(page: str, by_default: str, *, colour: bool = False) -> str:
    """The page as text that ends in a newline."""
    paint = Paint(colour)
    heading, *paragraphs = page.strip().split("\n\n")
    lines = [f"{paint(heading.removeprefix('# '), bold=True)} ({by_default} by default)"]
    for paragraph in paragraphs:
        lines += ["", *_paragraph(paragraph, paint)]
    return "\n".join(lines) + "\n"


def sections(page: str) -> dict[str, str]:
    """The text of each titled paragraph, on one line and still in Markdown, by its title."""
    titled = (_TITLED.fullmatch(paragraph) for paragraph in page.strip().split("\n\n"))
    return {found["title"]: " ".join(found["text"].split()) for found in titled if found}


def _paragraph(paragraph: str, paint: Paint) -> Iterator[str]:
    titled = _TITLED.fullmatch(paragraph)
    if titled:
        yield paint(titled["title"], bold=True)
    text = " ".join((titled["text"] if titled else paragraph).split())
    text = _CODE.sub(lambda found: found[0].replace(" ", "\0"), text)
    for line in textwrap.wrap(text, WIDTH - 2, break_long_words=False, break_on_hyphens=False):
        yield "  " + _code(line.replace("\0", " "), paint)


def _code(line: str, paint: Paint) -> str:
    return _CODE.sub(lambda found: paint(found[0], "cyan"), line)
