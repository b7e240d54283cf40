"""Computes Terraform's operators, conditionals, templates and traversals."""

from collections.abc import Callable, Sequence
from fractions import Fraction

from assay.inputs.terraform.language.aliases import alias
from assay.inputs.terraform.language.arguments import (
    decimal,
    exact,
    flag_of,
    number_of,
    rounded,
    settled,
    text_of,
)
from assay.inputs.terraform.language.functions.text import joined
from assay.inputs.terraform.language.unify import equal, identical, meld
from assay.inputs.terraform.language.values import (
    UncertainError,
    certain,
    is_known,
    is_sure,
    kind,
    step_below,
    unknown_of,
)
from assay.inputs.terraform.syntax.expressions import (
    FailedError,
    HclValue,
    SetOf,
    UnknownValue,
)
from assay.model.addresses import key_step

__all__ = [
    "attribute",
    "binary",
    "certain",
    "conditional",
    "index",
    "is_known",
    "is_sure",
    "key_of",
    "template",
    "unary",
    "unknown_of",
]

_MODULO = 2**40

# --------------------------------------------------------------------------------- operators


def binary(operator: str, left: HclValue, right: HclValue) -> HclValue:
    """`left operator right`."""
    try:
        if operator in ("==", "!="):
            if _is_there(left, right) or _is_there(right, left):
                return operator == "!="
            return equal(left, right) is (operator == "==")
        if operator in ("&&", "||"):
            flags = (flag_of(left), flag_of(right))
            return all(flags) if operator == "&&" else any(flags)
        one, other = number_of(left), number_of(right)
        if operator in _COMPARISONS:
            return _COMPARISONS[operator](decimal(one), decimal(other))
        if operator in _ARITHMETIC:
            return rounded(_ARITHMETIC[operator](exact(one), exact(other)))
    except UncertainError:
        pass
    return unknown_of(left, right)


def _is_there(one: HclValue, other: HclValue) -> bool:
    """Whether one is unknown and certainly not equal to the other, which is null or empty text."""
    if not isinstance(one, UnknownValue) or not one.is_there:
        return False
    return other is None or (other == "" and one.is_text)


def unary(operator: str, of: HclValue) -> HclValue:
    """`-of` or `!of`."""
    try:
        if operator == "!":
            return not flag_of(of)
        number = number_of(of)
    except UncertainError:
        return unknown_of(of)
    # Terraform has a negative zero, and prints it as such.
    return -number if operator == "-" and number else UnknownValue()


def _times(one: Fraction, other: Fraction) -> Fraction:
    if not one * other and (one < 0 or other < 0):
        raise UncertainError  # a negative zero
    return one * other


def _divided(one: Fraction, other: Fraction) -> Fraction:
    if not other:
        raise UncertainError if one else FailedError  # infinity, or no number at all
    if not one and other < 0:
        raise UncertainError  # a negative zero
    return one / other


def _modulo(one: Fraction, other: Fraction) -> Fraction:
    if any(part.denominator > 1 or abs(part) > _MODULO for part in (one, other)):
        raise UncertainError
    return one - other * int(one / other) if other else one


_ARITHMETIC: dict[str, Callable[[Fraction, Fraction], Fraction]] = {
    "+": Fraction.__add__,
    "-": Fraction.__sub__,
    "*": _times,
    "/": _divided,
    "%": _modulo,
}
_COMPARISONS: dict[str, Callable[..., bool]] = {
    "<": lambda one, other: bool(one < other),
    ">": lambda one, other: bool(one > other),
    "<=": lambda one, other: bool(one <= other),
    ">=": lambda one, other: bool(one >= other),
}

# --------------------------------------------------------------------------------- conditionals


def conditional(test: HclValue, yes: HclValue, no: HclValue, *, bare: bool = False) -> HclValue:
    """`test ? yes : no`, with both results converted to one type.

    `bare` says that the branch not taken is literally `null`, `[]` or `{}`. Otherwise such a value
    may have a type to which the branch taken is converted. Terraform ignores a branch that fails
    and is not taken; pass an `UnknownValue` for it.
    """
    if test is None:
        raise FailedError
    try:
        if isinstance(test, UnknownValue):
            return _either(test, yes, no)
        taken, other = (yes, no) if flag_of(test) else (no, yes)
        return _beside_nothing(taken, other) if bare else meld([taken, other])[0]
    except UncertainError:
        return unknown_of(test, yes, no)


def _either(test: UnknownValue, yes: HclValue, no: HclValue) -> HclValue:
    one, other = meld([yes, no])
    # `var.pinned ? data.aws_ami.old.id : data.aws_ami.new.id` is one of the two: both are judged
    if all(isinstance(of, UnknownValue) and of.passed_on for of in (yes, no)):
        return UnknownValue(unknown_of(yes, no).refs, passed_on=True)
    if identical(one, other) and is_known(one):
        return one
    return unknown_of(test, yes, no)


def _beside_nothing(taken: HclValue, other: HclValue) -> HclValue:
    """The branch that is taken, where the other one is a bare null, `[]` or `{}`."""
    # Beside an empty object the branch becomes a map, beside an empty tuple a list. Then all
    # elements have one type: `true ? { a = 1, b = "x" } : {}` contains the strings "1" and "x".
    if isinstance(taken, dict) and other == {}:
        return dict(zip(taken, meld([*taken.values()]), strict=True))
    if isinstance(taken, list) and not isinstance(taken, SetOf) and other == []:
        return meld(taken)
    if other is not None:
        meld([taken, other])  # fails if no type fits both: `true ? "" : []`
    return taken


# --------------------------------------------------------------------------------- texts


def template(parts: Sequence[HclValue]) -> str | UnknownValue:
    """The texts of the parts, joined."""
    if any(kind(part) in ("null", "list", "set", "map") for part in parts):
        raise FailedError
    try:
        text = joined("", [text_of(part) for part in parts])
    except UncertainError:
        return alias(parts) or unknown_of(*parts)
    return text if settled(text) else unknown_of(*parts)


def key_of(value: HclValue) -> str | UnknownValue:
    """The value as a key, which is text; numbers and bools are converted."""
    if isinstance(value, UnknownValue):
        return unknown_of(value)
    return template([value])


# --------------------------------------------------------------------------------- traversals


def index(of: HclValue, key: HclValue) -> HclValue:
    """`of[key]`."""
    if of is None or key is None:
        raise FailedError
    if isinstance(key, UnknownValue):
        return unknown_of(key, of)
    if isinstance(of, UnknownValue):
        if isinstance(key, str | int) and not isinstance(key, bool):
            return step_below(of, key_step(key))
        return unknown_of(of, key)
    if isinstance(of, SetOf) or not isinstance(of, list | dict):
        raise FailedError
    try:
        if isinstance(of, dict):
            return attribute(of, text_of(key))
        position = number_of(key)
    except UncertainError:
        return unknown_of(of)
    if not isinstance(position, int) or not 0 <= position < len(of):
        raise FailedError
    return of[position]


def attribute(of: HclValue, name: str) -> HclValue:
    """`of.name`."""
    if isinstance(of, UnknownValue):
        return step_below(of, name)
    if not isinstance(of, dict) or name not in of:
        raise FailedError
    return of[name]
