"""Terraform's functions on text. Where characters are counted, only ASCII has a certain result."""

import re

from assay.inputs.terraform.language.arguments import (
    CHARACTERS,
    ELEMENTS,
    Function,
    text_of,
    texts_of,
    whole_of,
)
from assay.inputs.terraform.language.values import UncertainError
from assay.inputs.terraform.syntax.expressions import FailedError, HclValue

_WORD = r"(?<![0-9A-Za-z_])[a-z]"
_SPACES = "\t\n\v\f\r "


def countable(text: str) -> str:
    """A text in which each letter certainly counts as one character."""
    if not text.isascii() or "\r" in text:
        raise UncertainError
    return text


def ascii_of(value: HclValue) -> str:
    """Read as an argument of type string, whose case and character count are certain."""
    return countable(text_of(value))


def joined(separator: str, texts: list[str]) -> str:
    """The texts with the separator between them; uncertain if that is too long."""
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


def _split(separator: str, text: str) -> HclValue:
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
    return re.sub(_WORD, lambda found: found[0].upper(), text)


_ONE = (text_of,)
_TWO = (text_of, text_of)

TABLE: dict[str, Function] = {
    "chomp": Function(_chomp, _ONE),
    "endswith": Function(str.endswith, _TWO),
    "indent": Function(_indent, (whole_of, text_of)),
    "join": Function(_join, _ONE, texts_of),
    "lower": Function(str.lower, (ascii_of,)),
    "replace": Function(_replace, (text_of, text_of, text_of)),
    "split": Function(_split, _TWO),
    "startswith": Function(str.startswith, _TWO),
    "strcontains": Function(str.__contains__, _TWO),
    "strrev": Function(_reverse, (ascii_of,)),
    "substr": Function(_substr, (ascii_of, whole_of, whole_of)),
    "title": Function(_title, (ascii_of,)),
    "trim": Function(str.strip, _TWO),
    "trimprefix": Function(str.removeprefix, _TWO),
    "trimspace": Function(_trim_space, _ONE),
    "trimsuffix": Function(str.removesuffix, _TWO),
    "upper": Function(str.upper, (ascii_of,)),
}
