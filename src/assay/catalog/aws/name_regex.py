"""The names that match the `name_regex` of an image lookup, an untrusted Go pattern.

The pattern is translated to one that means the same to the `regex` package. Forms that mean
something else there (`(ab){e}` also finds approximate matches) and forms that names do not need are
refused. Go matches any pattern in linear time and `regex` does not, so size and time are limited.

Facts: Go's regexp/syntax, "Syntax"; EC2 API Reference, CreateImage: a name has 3 to 128 letters,
digits, spaces and ()[]./-'@_, all of them ASCII.
"""

import re
from collections.abc import Collection
from threading import Event, Timer
from typing import Any

SECONDS = 5.0
"""The limit for a single name, and for starting on the last of many. Sixty thousand names take a
fifth of one second."""
LONGEST, DEEPEST, LARGEST = 1000, 50, 10_000
"""Characters of a pattern; nesting depth of groups; characters with every repetition written out.
Without the last limit, `((a{1000}){1000}){1000}` uses up all memory."""
REPEATED = 1000
"""Go's own limit for a number in braces."""

_TOKEN = re.compile(
    # `a*?` and `a{2,}`; `a{02}` is a literal, as in Go. `a*+` is possessive only in Python: here
    # its `+` has nothing to repeat and is refused.
    r"(?P<repeat>(?:[*+?]|\{(?P<least>0|[1-9][0-9]*)(?P<most>,(?:0|[1-9][0-9]*)?)?\})\??)"
    # `(?P<year>…)` and `(?i:…)`, but not `(?=…)`: Go has no lookahead and no lookbehind.
    r"|(?P<group>\((?:\?(?:P?<[A-Za-z_][A-Za-z0-9_]*>|(?P<flags>[is]*):))?)"
    r"|(?P<close>\))"
    # `[]a]` contains a bracket: the first one after `[` or `[^` does not close the class.
    r"|\[(?P<not>\^?+)(?P<class>\]?+(?:\[:[a-z]+:\]|\\.|[^\\\]])*+)\]"
    r"|(?P<nothing>\||\^|\$|\\[bBAz])"
    r"|(?P<any>\\[dDwWsS]|\.)"
    # `\-` but not `\p` or `\1`: the meaning of escaped letters and digits differs between the two.
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
"""Without the flag `m`, which is refused, both anchors refer to the whole name."""


class PatternError(Exception):
    """Why a pattern was not matched against all names. Quotes neither the pattern nor a name."""


def fitting(pattern: str, names: Collection[str]) -> frozenset[str]:
    """The names in which Go would find a match. Raises `PatternError`."""
    import regex

    words = _in_other_words(pattern)
    # With only a time limit per name, a thousand names could take a thousand times as long.
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
    """Translate Go's pattern to one with the same meaning for `regex`. Raises `PatternError`."""
    if len(pattern) > LONGEST or not pattern.isascii():
        raise _unread()
    leading = _LEADING_FLAGS.match(pattern)
    assert leading
    words = [leading[0]]
    at = leading.end()
    sizes = [0]
    """The sizes so far, of the whole pattern and of each open group."""
    last = 0
    """The size of what a repetition would repeat; 0 if there is nothing to repeat."""
    while at < len(pattern):
        token = _TOKEN.match(pattern, at)
        if token is None:
            raise _unread()
        at = token.end()
        if token["repeat"]:
            # `(ab){3}` was counted once when its group closed: 2 of the 6 characters it stands for.
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
    """After a repetition: there must have been something to repeat, and it is not repeated again."""
    if not repeated:
        raise _unread()
    return 0


def _times(repeat: re.Match[str]) -> int:
    """The larger number of a repetition, but at least 1; 1 if it contains no number."""
    if repeat["least"] is None:
        return 1
    least, most = int(repeat["least"]), int((repeat["most"] or "")[1:] or repeat["least"])
    if not least <= most <= REPEATED:
        raise _unread()
    return max(most, 1)


def _words(token: re.Match[str]) -> str:
    if token["group"]:
        # `(?P<year>` becomes `(?:`: the contents of groups are not used.
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
    """Translate the content of a character class."""
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
            # `[+-[:alpha:]]`, `[[:x]`: what only resembles the start of a POSIX class is refused.
            nested = part["high"] == "[" or (part["low"] == "[" and text[at : at + 1] == ":")
            if nested or high < low:
                raise _unread()
            words.append(f"{re.escape(low)}-{re.escape(high)}")
    return "".join(words)
