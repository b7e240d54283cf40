"""Terraform's `format` and `formatlist`: the verbs s, q, v, d, t and f, with widths."""

import re
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from assay.inputs.terraform.language.arguments import (
    CHARACTERS,
    ELEMENTS,
    Function,
    Number,
    decimal,
    exact,
    flag_of,
    number_of,
    text_of,
)
from assay.inputs.terraform.language.functions.encoding import json_text
from assay.inputs.terraform.language.functions.text import countable
from assay.inputs.terraform.language.values import UncertainError, kind
from assay.inputs.terraform.syntax.expressions import FailedError, HclValue

_PIECE = re.compile(r"[^%]+|%%|%([0-]?)([1-9][0-9]*)?(?:\.([0-9]+))?([sqdvtf])", re.DOTALL)
_WIDTH = 1000
_PLACES = 50
_CONTEXT = Context(prec=1200)


def _format(pattern: str, *values: HclValue) -> str:
    pieces: list[str] = []
    end = taken = size = 0
    while end < len(pattern):
        found = _PIECE.match(pattern, end)
        if found is None or size > CHARACTERS:
            raise UncertainError
        end = found.end()
        if found[4] is None:
            pieces.append("%" if found[0] == "%%" else found[0])
        elif taken == len(values):
            raise FailedError
        else:
            pieces.append(_verb(found, values[taken]))
            taken += 1
        size += len(pieces[-1])
    if taken < len(values):
        raise FailedError
    return "".join(pieces)


def _verb(found: "re.Match[str]", value: HclValue) -> str:
    flag, width, places, letter = found[1], int(found[2] or 0), found[3], found[4]
    if width > _WIDTH or (places is not None and (letter != "f" or int(places) > _PLACES)):
        raise UncertainError
    if value is None and letter != "v":
        raise FailedError
    if letter == "f":
        return _padded_number(_fixed(number_of(value), int(places or 6)), flag, width)
    if letter == "d":
        return _padded_number(_whole(number_of(value)), flag, width)
    if letter == "t":
        return "true" if flag_of(value) else "false"
    text = _TEXTS[letter](value)
    if len(text) > CHARACTERS:
        raise UncertainError
    if not width:
        return text
    countable(text)
    return text.ljust(width) if flag == "-" else text.rjust(width, flag or " ")


def _padded_number(text: str, flag: str, width: int) -> str:
    if flag == "-":
        return text.ljust(width)
    return text.zfill(width) if flag == "0" else text.rjust(width)


def _whole(number: Number) -> str:
    if isinstance(number, float):
        raise FailedError
    return str(decimal(number))


def _fixed(number: Number, places: int) -> str:
    digits = decimal(number)
    step = Decimal(1).scaleb(-places)
    result = digits.quantize(step, ROUND_HALF_EVEN, _CONTEXT)
    if abs(Fraction(digits) - Fraction(result)) * 2 == Fraction(step):
        exact(number)  # halfway in decimal is not necessarily halfway in binary
    if not result and digits < 0:
        raise UncertainError
    return format(result, "f")


def _as_is(value: HclValue) -> str:
    if kind(value) == "text":
        return text_of(value)
    return _general(number_of(value)) if kind(value) == "number" else json_text(value)


def _general(number: Number) -> str:
    """Like `%g`: with an exponent from a million up, and below one ten-thousandth."""
    sign, digits, power = decimal(number).as_tuple()
    text = "".join(map(str, digits))
    exponent = len(text) + int(power) - 1
    if -4 <= exponent < 6:
        return format(decimal(number), "f")
    text = text.rstrip("0")
    mantissa = text[0] + (f".{text[1:]}" if text[1:] else "")
    return f"{'-' if sign else ''}{mantissa}e{exponent:+03d}"


def _quoted(value: HclValue) -> str:
    return json_text(text_of(value))


_TEXTS: dict[str, Callable[[HclValue], str]] = {"s": text_of, "v": _as_is, "q": _quoted}


def _format_list(pattern: str, *values: HclValue) -> HclValue:
    lengths = {len(value) for value in values if isinstance(value, list)}
    if len(lengths) > 1:
        raise FailedError
    results: list[HclValue] = []
    size = 0
    for index in range(lengths.pop() if lengths else 1):
        results.append(text := _format(pattern, *_row(values, index)))
        size += len(text)
        if size > CHARACTERS or index >= ELEMENTS:
            raise UncertainError
    return results


def _row(values: Sequence[HclValue], index: int) -> list[HclValue]:
    return [value[index] if isinstance(value, list) else value for value in values]


def _typed(value: HclValue) -> HclValue:
    """Read as an argument of any type: a bare `null` has none, so the result is unknown."""
    if value is None:
        raise UncertainError
    return value


TABLE: dict[str, Function] = {
    "format": Function(_format, (text_of,), _typed),
    "formatlist": Function(_format_list, (text_of,), _typed),
}
