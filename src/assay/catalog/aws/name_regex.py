"""Which names fit the `name_regex` of an image lookup: a pattern of Go's, from anybody's repository.

It is put into words that mean the same to the `regex` package. Forms that would mean something else
there (`(ab){e}` finds what is only like it), and those that nobody needs for names, are refused. Go
takes linear time for any pattern and `regex` does not, so size and time are limited.

Facts: Go's regexp/syntax, "Syntax"; EC2 API Reference, CreateImage: a name has 3 to 128 letters,
digits, spaces and ()[]./-'@_, all of them ASCII.
"""

import re
from collections.abc import Collection
from threading import Event, Timer
from typing import Any

SECONDS = 5.0
"""For one name, and for the start of the last of many. Sixty thousand names take a fifth of one."""
LONGEST, DEEPEST, LARGEST = 1000, 50, 10_000
"""Characters of a pattern; groups in groups; characters with every repetition written out. Without
the last, `((a{1000}){1000}){1000}` takes all memory."""
REPEATED = 1000
"""Go's own limit of a number in braces."""

_TOKEN = re.compile(
    # `a*?` and `a{2,}`; `a{02}` is a literal, as in Go. `a*+` is possessive in Python alone: its `+`
    # repeats nothing here, and is refused.
    r"(?P<repeat>(?:[*+?]|\{(?P<least>0|[1-9][0-9]*)(?P<most>,(?:0|[1-9][0-9]*)?)?\})\??)"
    # `(?P<year>…)` and `(?i:…)`, but no `(?=…)`: Go looks neither ahead nor behind.
    r"|(?P<group>\((?:\?(?:P?<[A-Za-z_][A-Za-z0-9_]*>|(?P<flags>[is]*):))?)"
    r"|(?P<close>\))"
    # `[]a]` has a bracket in it: the first one after `[` or `[^` closes nothing.
    r"|\[(?P<not>\^?+)(?P<class>\]?+(?:\[:[a-z]+:\]|\\.|[^\\\]])*+)\]"
    r"|(?P<nothing>\||\^|\$|\\[bBAz])"
    r"|(?P<any>\\[dDwWsS]|\.)"
    # `\-` but not `\p` or `\1`: what a letter or digit means there differs between the two.
    r"|\\(?P<escaped>[^A-Za-z0-9])"
    r"|(?P<literal>[^\\\[])",
    re.DOTALL,
)
_OF_CLASS = re.compile(
    r"\[:(?P<named>[a-z]+):\]|(?P<any>\\[dDwWsS])"
    r"|(?P<low>\\[^A-Za-z0-9]|[^\\])(?:-(?P<high>\\[^A-Za-z0-9]|[^\\]))?",
    re.DOTALL,
)
_LEADING_FLAGS = re.compile(r"(?:\(\?[is]+\))*")
_NAMED = {
    "alnum": "0-9A-Za-z",
    "alpha": "A-Za-z",
    "digit": "0-9",
    "lower": "a-z",
    "upper": "A-Z",
    "space": r"\s",
    "word": r"\w",
    "xdigit": "0-9A-Fa-f",
}
_ENDS = {"$": r"\Z", r"\z": r"\Z", "^": r"\A"}
"""Without the flag `m`, which is not taken, both ends are those of the whole name."""


class PatternError(Exception):
    """Why a pattern was not, or not to the end, held against names; it quotes neither."""


def fitting(pattern: str, names: Collection[str]) -> frozenset[str]:
    """The names in which Go would find a match. Raises `PatternError`."""
    import regex

    words = _in_other_words(pattern)
    # A time limit for each name alone would let a thousand names take a thousand times as long.
    over = Event()
    timer = Timer(SECONDS, over.set)
    timer.daemon = True
    try:
        compiled = regex.compile(words, regex.VERSION0 | regex.ASCII)
        timer.start()
        return frozenset(name for name in names if _finds(compiled, name, over))
    except TimeoutError:
        raise PatternError(f"name_regex took longer than {SECONDS:g} s") from None
    except (regex.error, RecursionError, MemoryError):
        raise _unread() from None
    finally:
        timer.cancel()


def _finds(compiled: Any, name: str, over: Event) -> bool:
    if over.is_set():
        raise TimeoutError
    return compiled.search(name, timeout=SECONDS, concurrent=True) is not None


def _unread() -> PatternError:
    return PatternError(
        "name_regex uses a form that assay does not support or Terraform does not accept"
    )


def _in_other_words(pattern: str) -> str:
    """A pattern that means to `regex` what this one means to Go. Raises `PatternError`."""
    if len(pattern) > LONGEST or not pattern.isascii():
        raise _unread()
    leading = _LEADING_FLAGS.match(pattern)
    assert leading
    words = [leading[0]]
    at = leading.end()
    sizes = [0]
    """Of the whole, and of each group that is open, by now."""
    last = 0
    """Of what a repetition would repeat; 0 where there is no such thing."""
    while at < len(pattern):
        token = _TOKEN.match(pattern, at)
        if token is None:
            raise _unread()
        at = token.end()
        if token["repeat"]:
            # `(ab){3}` was counted once when it was met: 2 characters, of 6 that it stands for.
            added, last = last * (_times(token) - 1), _nothing_more(last)
        elif token["group"]:
            sizes.append(0)
            added = last = 0
        elif token["close"]:
            added = last = sizes.pop()
        else:
            added, last = 1, 0 if token["nothing"] else 1
        if not 0 < len(sizes) <= DEEPEST or sizes[-1] + added > LARGEST:
            raise _unread()
        sizes[-1] += added
        words.append(_words(token))
    if len(sizes) != 1:
        raise _unread()
    return "".join(words)


def _nothing_more(repeated: int) -> int:
    """After a repetition: what was repeated must have been there, and is not repeated again."""
    if not repeated:
        raise _unread()
    return 0


def _times(repeat: re.Match[str]) -> int:
    """How often at least, or at most, something stands there; once where no number is named."""
    if repeat["least"] is None:
        return 1
    least, most = int(repeat["least"]), int((repeat["most"] or "")[1:] or repeat["least"])
    if not least <= most <= REPEATED:
        raise _unread()
    return max(most, 1)


def _words(token: re.Match[str]) -> str:
    if token["group"]:
        # `(?P<year>` becomes `(?:`: nothing reads what a group has found.
        return f"(?{token['flags'] or ''}:"
    if token["class"]:
        return f"[{token['not']}{_class(token['class'])}]"
    verbatim = token["repeat"] or token["close"] or token["any"]
    if verbatim:
        return verbatim
    if token["nothing"]:
        return _ENDS.get(token["nothing"], token["nothing"])
    return re.escape(token["escaped"] or token["literal"])


def _class(text: str) -> str:
    """What stands in the brackets of a class."""
    words: list[str] = []
    at = 0
    while at < len(text):
        part = _OF_CLASS.match(text, at)
        if part is None:
            raise _unread()
        at = part.end()
        if part["named"]:
            if part["named"] not in _NAMED:
                raise _unread()
            words.append(_NAMED[part["named"]])
        elif part["any"]:
            words.append(part["any"])
        else:
            low, high = part["low"][-1], (part["high"] or part["low"])[-1]
            # `[+-[:alpha:]]`, `[[:x]`: what only looks as if a class of POSIX began is not read.
            nested = part["high"] == "[" or (part["low"] == "[" and text[at : at + 1] == ":")
            if nested or high < low:
                raise _unread()
            words.append(f"{re.escape(low)}-{re.escape(high)}")
    return "".join(words)
