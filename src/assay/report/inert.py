"""Text of strangers in GitHub-flavoured Markdown, as text and nothing else.

Whatever is not a plain word stands in a code span, where nothing means anything: no link, image,
HTML or emphasis, no mention, no number of an issue and no hash of a commit, which GitHub would
find in text that a backslash has already made harmless.
"""

import re

from assay.report.safe import safe

LONGEST = 300
"""Characters of one text; a stranger may write more, and nobody reads it."""
# `a`, `golden's`, `(it`, `2026.` are words. Seven hexadecimal digits are not, since GitHub finds a
# commit in them, nor is `www`, in which it finds a link.
_WORD = re.compile(
    r"\(?(?!(?:[0-9a-fA-F]{7,}|www)\b)(?:[A-Za-z]+(?:['-][A-Za-z]+)*|[0-9]+)\)?[.,;:]?\Z"
)
_TICKS = re.compile(r"`+")


def code(text: str, longest: int = LONGEST) -> str:
    """One code span."""
    return _span(_short(safe(text), longest))


def _span(text: str) -> str:
    if not text.strip():
        return "`(nothing)`"
    fence = "`"
    if "`" in text:
        # A span ends at a run of as many backticks as it began with, so it begins with one more than
        # any run in it (CommonMark 6.1).
        fence = "`" * (max(len(found) for found in _TICKS.findall(text)) + 1)
    if text[0] in "` " or text[-1] in "` ":
        text = f" {text} "
    return f"{fence}{text}{fence}"


def prose(text: str, longest: int = LONGEST) -> str:
    """Plain words as they are, everything else in code spans."""
    parts: list[str] = []
    strange: list[str] = []
    for word in _short(safe(text), longest).split(" "):
        if _WORD.match(word):
            parts += _spans(strange)
            parts.append(word)
        elif word:
            strange.append(word)
    return " ".join((*parts, *_spans(strange)))


def cell(markdown: str) -> str:
    r"""What `code` or `prose` made, so that no pipe in it ends a cell of a table.

    GFM's tables take `\|` for a pipe even in code, and parsers disagree about `\\|`, so that a
    backslash before a pipe is written as its number, like characters that cannot be seen.
    """
    return markdown.replace("\\|", "\\u005c|").replace("|", "\\|")


def _spans(strange: list[str]) -> list[str]:
    """What has come together as one span, a comma behind it outside; empties the list."""
    if not strange:
        return []
    before, inner, behind = _outside(" ".join(strange))
    strange.clear()
    return [f"{before}{_span(inner)}{behind}"]


def _outside(text: str) -> tuple[str, str, str]:
    """A bracket before, the rest, and a bracket or a comma behind it, where they stand alone."""
    # `us-east-1,` is `us-east-1` in code and a comma; `(SEC-1421` has its bracket outside, and
    # `f(x)` keeps both in.
    behind = text[-1] if text[-1] in ",;:" and len(text) > 1 else ""
    inner = text.removesuffix(behind)
    before = "(" if inner[0] == "(" and ")" not in inner[:-1] and len(inner) > 2 else ""
    inner = inner.removeprefix(before)
    if inner[-1] == ")" and inner.count(")") > inner.count("(") and len(inner) > 1:
        inner, behind = inner[:-1], f"){behind}"
    return before, inner, behind


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
