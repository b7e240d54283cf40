"""Untrusted text in GitHub-flavoured Markdown, shown as text and nothing else.

Everything that is not a plain word goes into a code span, where nothing has a meaning: no link,
image, HTML, emphasis, mention, issue number or commit hash. GitHub recognises some of these even in
text that is escaped with backslashes.
"""

import re

from assay.report.safe import safe

LONGEST = 300
"""The maximum length of one text in characters; untrusted text may be longer than anybody reads."""
# `a`, `golden's`, `(it`, `2026.` are words. Seven hexadecimal digits are not, since GitHub takes them
# for a commit, nor is `www`, which it takes for a link. The last one may be cut off.
_WORD = re.compile(
    r"\(?(?!(?:[0-9a-fA-F]{7,}|www)\b)(?:EC2|S3|[A-Za-z]+(?:['-][A-Za-z]+)*|[0-9]+)(?:'s)?\)?[.,;:]?…?\Z"
)
_TICKS = re.compile(r"`+")


def code(text: str, longest: int = LONGEST) -> str:
    """The text as one code span."""
    return _span(_short(safe(text), longest))


def _span(text: str) -> str:
    if not text.strip():
        return "`(nothing)`"
    fence = "`"
    if "`" in text:
        # A span ends at a run of as many backticks as it began with, so it begins with one more than
        # the longest run in it (CommonMark 6.1).
        fence = "`" * (max(len(found) for found in _TICKS.findall(text)) + 1)
    if text[0] in "` " or text[-1] in "` ":
        text = f" {text} "
    return f"{fence}{text}{fence}"


def prose(text: str, longest: int = LONGEST) -> str:
    """The text with plain words unchanged and everything else in code spans."""
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
    r"""The output of `code` or `prose`, escaped so that no pipe in it ends a table cell.

    GFM's tables read `\|` as a pipe even in code, but parsers disagree about `\\|`. A backslash
    before a pipe is therefore written as its number, as invisible characters are.
    """
    return markdown.replace("\\|", "\\u005c|").replace("|", "\\|")


def _spans(strange: list[str]) -> list[str]:
    """The collected words as one span, with a comma after them left outside; empties the list."""
    if not strange:
        return []
    before, inner, behind = _outside(" ".join(strange))
    strange.clear()
    return [f"{before}{_span(inner)}{behind}"]


def _outside(text: str) -> tuple[str, str, str]:
    """Split off an unmatched bracket at the start, and a comma or unmatched bracket at the end."""
    # `us-east-1,` becomes `us-east-1` in code and a comma; `(SEC-1421` has its bracket outside, and
    # `f(x)` keeps both brackets inside.
    behind = text[-1] if text[-1] in ",;:" and len(text) > 1 else ""
    inner = text.removesuffix(behind)
    before = "(" if inner[0] == "(" and ")" not in inner[:-1] and len(inner) > 2 else ""
    inner = inner.removeprefix(before)
    if inner[-1] == ")" and inner.count(")") > inner.count("(") and len(inner) > 1:
        inner, behind = inner[:-1], f"){behind}"
    return before, inner, behind


def _short(text: str, longest: int) -> str:
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
