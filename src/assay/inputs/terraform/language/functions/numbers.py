"""Terraform's functions on numbers; uncertain where something may be rounded."""

import math
from collections.abc import Callable
from fractions import Fraction

from assay.inputs.terraform.language.arguments import (
    WHOLE,
    Function,
    Number,
    decimal,
    exact,
    given,
    number_of,
    rounded,
    text_of,
    whole_of,
)
from assay.inputs.terraform.language.values import UncertainError, below, kind
from assay.inputs.terraform.syntax.expressions import FailedError, HclValue

_RANGE = 1024
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_LONGEST = 150


def _absolute(number: Number) -> Number:
    return abs(number)


def _ceiling(number: Number) -> Number:
    return math.ceil(decimal(number))


def _floor(number: Number) -> Number:
    return math.floor(decimal(number))


def _extreme(of: Callable[..., Number]) -> Callable[..., Number]:
    def extreme(*numbers: Number) -> Number:
        if not numbers:
            raise FailedError
        return of(numbers, key=decimal)

    return extreme


def _parse(text: HclValue, base: int) -> int:
    if kind(text) not in ("text", "unknown") or not 2 <= base <= 62:
        raise FailedError
    digits = text_of(text)
    if base > len(_DIGITS) or len(digits) > _LONGEST:
        raise UncertainError
    sign = -1 if digits[:1] == "-" else 1
    digits = digits[1:] if digits[:1] in ("-", "+") else digits
    allowed = _DIGITS[:base]
    if not digits or not digits.isascii() or not all(one in allowed for one in digits.lower()):
        raise FailedError
    number = sign * int(digits, base)
    decimal(number)
    return number


def _power(number: Number, power: Number) -> Number:
    if isinstance(number, float) or isinstance(power, float):
        raise UncertainError
    if abs(number) > WHOLE or not 0 <= power <= 53:
        raise UncertainError
    return rounded(Fraction(number**power))


def _sign(number: int) -> int:
    return (number > 0) - (number < 0)


def _sum(value: HclValue) -> Number:
    if kind(value) == "unknown":
        raise UncertainError
    if not below(value) or isinstance(value, dict):
        raise FailedError
    total = Fraction(0)
    for item in below(value):
        total += exact(number_of(item))
        rounded(total)
    return rounded(total)


def _range(*numbers: Number) -> HclValue:
    if not 1 <= len(numbers) <= 3:
        raise FailedError
    if any(isinstance(number, float) or abs(number) > WHOLE for number in numbers):
        raise UncertainError
    whole = [int(number) for number in numbers]
    start, end = (whole[0], whole[1]) if len(whole) > 1 else (0, whole[0])
    step = whole[2] if len(whole) > 2 else (-1 if end < start else 1)
    if step == 0:
        raise UncertainError
    if (end > start) if step < 0 else (end < start):
        raise FailedError
    numbers_between = range(start, end, step)
    if len(numbers_between) > _RANGE:
        raise FailedError
    return [*numbers_between]


_ONE = (number_of,)

TABLE: dict[str, Function] = {
    "abs": Function(_absolute, _ONE),
    "ceil": Function(_ceiling, _ONE),
    "floor": Function(_floor, _ONE),
    "max": Function(_extreme(max), (), number_of),
    "min": Function(_extreme(min), (), number_of),
    "parseint": Function(_parse, (given, whole_of)),
    "pow": Function(_power, (number_of, number_of)),
    "range": Function(_range, (), number_of),
    "signum": Function(_sign, (whole_of,)),
    "sum": Function(_sum, (given,)),
}
