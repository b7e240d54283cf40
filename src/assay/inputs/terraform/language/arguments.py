"""How Terraform reads an argument or an operand: as text, an exact number, a list."""

import math
import re
import unicodedata
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeAlias

import msgspec

from assay.inputs.terraform.language.values import UncertainError
from assay.inputs.terraform.syntax.expressions import FailedError, HclValue, SetOf, UnknownValue

Number: TypeAlias = int | float

WHOLE = 2**53
"""Up to this, whole numbers are exact in every precision that Terraform computes with."""
CHARACTERS = 1_000_000
ELEMENTS = 10_000
_BITS = 512
_DIGITS = 15
_INDEX = 2**31
_NUMBER = re.compile(r"([+-]?)([0-9]{1,150})(?:\.([0-9]{1,150}))?")
_NUMERIC = re.compile(r"[+-]?(\.?[0-9]|inf)", re.IGNORECASE)
_FLAGS = {"true": True, "1": True, "false": False, "0": False}


class Function(msgspec.Struct, frozen=True, gc=False):
    """A function: its body, and how it reads each of its arguments."""

    body: Callable[..., HclValue]
    reads: tuple[Callable[[HclValue], Any], ...] = ()
    rest: Callable[[HclValue], Any] | None = None
    """How it reads any further arguments; None if it takes no more."""
    whole: bool = True
    """Whether any unknown part of the arguments makes the whole result unknown."""


# --------------------------------------------------------------------------------- numbers


def exact(number: Number) -> Fraction:
    """The number without any rounding; uncertain if its binary form had to be rounded."""
    if isinstance(number, int):
        return Fraction(number)
    if not math.isfinite(number) or Decimal(repr(number)) != Decimal(number):
        raise UncertainError
    return Fraction(number)


def rounded(number: Fraction) -> Number:
    """The result of a computation; uncertain if Terraform may have to round it."""
    if number.denominator == 1:
        if abs(number.numerator) > WHOLE:
            raise UncertainError
        return number.numerator
    try:
        result = number.numerator / number.denominator
    except OverflowError:
        raise UncertainError from None
    if exact(result) != number:
        raise UncertainError
    return result


def decimal(number: Number) -> Decimal:
    """The decimal digits that Terraform prints for a number."""
    if isinstance(number, float) and number.is_integer():
        number = _whole(number)
    if isinstance(number, int):
        if number.bit_length() > _BITS:
            raise UncertainError
        return Decimal(number)
    digits = Decimal(repr(number))
    if not digits.is_finite() or (
        len(digits.as_tuple().digits) > _DIGITS and digits != Decimal(number)
    ):
        raise UncertainError
    return digits


def number_text(number: Number) -> str:
    """A number as text, as in `"${number}"`."""
    return format(decimal(number), "f")


def read_number(text: str) -> Number:
    """The number that a text represents; uncertain for the rarer notations."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise UncertainError if _NUMERIC.match(text) else FailedError
    sign, whole, fraction = found[1], found[2], (found[3] or "").rstrip("0")
    if fraction:
        if len((whole + fraction).lstrip("0")) > _DIGITS:
            raise UncertainError
        return float(f"{sign}{whole}.{fraction}")
    number = int(sign + whole)
    if (number == 0 and sign == "-") or number.bit_length() > _BITS:
        raise UncertainError
    return number


# --------------------------------------------------------------------------------- reading


def settled(text: str) -> bool:
    """Whether Terraform certainly keeps this text as it is: it normalises text to NFC."""
    return text.isascii() or (
        unicodedata.is_normalized("NFC", text)
        and not any(
            unicodedata.combining(letter) or unicodedata.category(letter) in ("Cn", "Cs")
            for letter in text
            if letter > "\x7f"
        )
    )


def text_of(value: HclValue) -> str:
    """Read as an argument of type string."""
    if isinstance(value, str):
        if not settled(value):
            raise UncertainError
        return value
    if isinstance(value, UnknownValue):
        raise UncertainError
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    raise FailedError


def number_of(value: HclValue) -> Number:
    """Read as an argument of type number; whole numbers as int."""
    if isinstance(value, str):
        return read_number(value)
    if isinstance(value, UnknownValue):
        raise UncertainError
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FailedError
    return _whole(value) if isinstance(value, float) and value.is_integer() else value


def _whole(number: float) -> int:
    if number == 0 or abs(number) > WHOLE:  # may be a negative zero, or rounded
        raise UncertainError
    return int(number)


def whole_of(value: HclValue) -> int:
    """Read as an argument that must be a whole number."""
    number = number_of(value)
    if isinstance(number, float):
        raise FailedError if math.isfinite(number) else UncertainError
    if abs(number) > _INDEX:
        raise UncertainError
    return number


def flag_of(value: HclValue) -> bool:
    """Read as an argument of type bool."""
    if isinstance(value, bool):
        return value
    if isinstance(value, UnknownValue):
        raise UncertainError
    if isinstance(value, str) and value in _FLAGS:
        return _FLAGS[value]
    raise FailedError


def given(value: HclValue) -> HclValue:
    """Read as an argument of any type that must not be null."""
    if value is None:
        raise FailedError
    return value


def anything(value: HclValue) -> HclValue:
    """Read as an argument of any type, or null."""
    return value


def items_of(value: HclValue) -> list[HclValue]:
    """Read as an argument that is a list, tuple or set: its elements."""
    if isinstance(value, UnknownValue):
        raise UncertainError
    if not isinstance(value, list):
        raise FailedError
    return list(value)


def list_of(value: HclValue) -> list[HclValue]:
    """Read as an argument that is a list or tuple but not a set: its elements."""
    if isinstance(value, SetOf):
        raise FailedError
    return items_of(value)


def map_of(value: HclValue) -> dict[str, HclValue]:
    """Read as an argument that is a map or object."""
    if isinstance(value, UnknownValue):
        raise UncertainError
    if not isinstance(value, dict):
        raise FailedError
    return value


def texts_of(value: HclValue) -> list[str | None]:
    """Read as an argument of type list(string)."""
    return [None if item is None else text_of(item) for item in items_of(value)]
