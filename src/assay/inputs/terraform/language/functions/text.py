"""Terraform's functions on text. Where characters are counted, only ASCII is certain."""

import re

from assay.inputs.terraform.language.arguments import (
    CHARACTERS,
    ELEMENTS,
    Row,
    text_of,
    texts_of,
    whole_of,
)
from assay.inputs.terraform.language.values import UncertainError
from assay.inputs.terraform.syntax.expressions import FailedError, Value

_WORD = re.compile(r"(?<![0-9A-Za-z_])[a-z]")
_SPACES = "\t\n\v\f\r "


def countable(text: str) -> str:
    """A text of which each letter certainly counts as one character."""
    if not text.isascii() or "\r" in text:
        raise UncertainError
    return text


def ascii_of(value: Value) -> str:
    """As an argument of type string, of which case and characters are certain."""
    return countable(text_of(value))


def joined(separator: str, texts: list[str]) -> str:
    """The texts with the separator between them, unless that is too long."""
    if sum(map(len, texts)) + len(separator) * len(texts) > CHARACTERS:
        raise UncertainError
    return separator.join(texts)


def _indent(spaces: int, text: str) -> str:
    if spaces < 0:
        raise FailedError
    return _replace(text, "\n", "\n" + " " * min(spaces, CHARACTERS))


def _join(separator: str, *lists: list[str | None]) -> str:
    if not lists:
        raise FailedError
    texts: list[str] = []
    for items in lists:
        for item in items:
            if item is None:
                raise FailedError
            texts.append(item)
    return joined(separator, texts)


def _replace(text: str, part: str, by: str) -> str:
    if len(part) > 1 and part[0] == part[-1] == "/":
        raise UncertainError  # a regular expression
    if len(text) + text.count(part) * len(by) > CHARACTERS:
        raise UncertainError
    return text.replace(part, by)


def _split(separator: str, text: str) -> Value:
    if (text.count(separator) if separator else len(text)) >= ELEMENTS:
        raise UncertainError
    return [*(text.split(separator) if separator else text)]


def _substr(text: str, offset: int, length: int) -> str:
    if offset < 0:
        offset += len(text)
    elif length == 0:
        return ""
    rest = text[max(offset, 0) :]
    return rest[:length] if length > 0 else rest


def _trim_space(text: str) -> str:
    trimmed = text.strip(_SPACES)
    if any(end.isspace() and not end.isascii() for end in (trimmed[:1], trimmed[-1:])):
        raise UncertainError
    return trimmed


def _reverse(text: str) -> str:
    return text[::-1]


def _chomp(text: str) -> str:
    return text.rstrip("\r\n")


def _title(text: str) -> str:
    return _WORD.sub(lambda found: found[0].upper(), text)


_ONE = (text_of,)
_TWO = (text_of, text_of)

TABLE: dict[str, Row] = {
    "chomp": Row(_chomp, _ONE),
    "endswith": Row(str.endswith, _TWO),
    "indent": Row(_indent, (whole_of, text_of)),
    "join": Row(_join, _ONE, texts_of),
    "lower": Row(str.lower, (ascii_of,)),
    "replace": Row(_replace, (text_of, text_of, text_of)),
    "split": Row(_split, _TWO),
    "startswith": Row(str.startswith, _TWO),
    "strcontains": Row(str.__contains__, _TWO),
    "strrev": Row(_reverse, (ascii_of,)),
    "substr": Row(_substr, (ascii_of, whole_of, whole_of)),
    "title": Row(_title, (ascii_of,)),
    "trim": Row(str.strip, _TWO),
    "trimprefix": Row(str.removeprefix, _TWO),
    "trimspace": Row(_trim_space, _ONE),
    "trimsuffix": Row(str.removesuffix, _TWO),
    "upper": Row(str.upper, (ascii_of,)),
}
