"""Fits lines to a terminal; without a width they stay as they are, for files and for grep."""

from collections.abc import Iterable, Iterator, Sequence

HANG = 4
"""The number of columns by which continuation lines are indented."""


def joined(parts: Sequence[tuple[str, str]], width: int | None) -> Iterator[str]:
    """Join parts, each plain and painted, into as few lines as possible; no part is broken."""
    line, used = "", 0
    for plain, painted in parts:
        # Painted text contains invisible escape sequences, so only the plain text is measured.
        if line and width is not None and used + 2 + len(plain) > width:
            yield line
            line, used = " " * HANG + painted, HANG + len(plain)
        elif line:
            line, used = f"{line}  {painted}", used + 2 + len(plain)
        else:
            line, used = painted, len(plain)
    yield line


def folded(text: str, indent: int, width: int | None, hang: int = 2) -> list[str]:
    """The text, indented and broken between words; ids and addresses stay whole."""
    lead = " " * indent
    if width is None or indent + len(text) <= width:
        return [lead + text]
    import textwrap

    return textwrap.wrap(
        text, max(width, indent + HANG + 20), initial_indent=lead,
        subsequent_indent=" " * (indent + hang), break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip


def indented(lines: Iterable[str], width: int) -> Iterator[str]:
    """The lines, indented."""
    return (" " * width + line for line in lines)
