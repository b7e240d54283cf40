"""How many instances a block has, according to its `count` or `for_each`.

Facts: HashiCorp, "The count Meta-Argument", "The for_each Meta-Argument"; OpenTofu, "The enabled
Meta-Argument" (in `lifecycle`, of resources and modules; Terraform rejects it).
"""

import re
from collections.abc import Callable
from typing import NamedTuple, TypeAlias

from assay.inputs.terraform.language.marks import MaybeMarked, bare, marks_of
from assay.inputs.terraform.program.iteration import MOST, ONLY, Iteration, iterations
from assay.inputs.terraform.syntax.blocks import Block, Written
from assay.inputs.terraform.syntax.expressions import (
    Expression,
    HclValue,
    SetOf,
    TupleOf,
    UnknownValue,
)

SEVERAL = Iteration(None, UnknownValue(), UnknownValue(), exact=False)
"""Stands for an unknown number of instances."""
Evaluate: TypeAlias = Callable[[Written], MaybeMarked]
_SHORT = 60
_NUMERIC = re.compile(r"[+-]?[0-9.]")


class Counted(NamedTuple):
    """The instances of a block, and what Terraform will refuse to count."""

    instances: list[Iteration]
    refused: tuple[tuple[Written, str], ...] = ()
    """The expression, and why Terraform refuses it."""


def counted(
    block: Block,
    value_of: Evaluate,
    literal_of: Callable[[Written], Expression],
    most: int = MOST,
) -> Counted:
    """The instances of a block; `value_of` and `literal_of` read its expressions."""
    if count := block.attributes.get("count"):
        number = bare(value_of(count))  # Terraform accepts a secret count, and shows the number
        if isinstance(number, str) and number.isdecimal():
            number = int(number)
        notes = _notes(count, _no_count(number))
        if isinstance(number, bool) or not isinstance(number, int) or number > most:
            return Counted([SEVERAL], notes)
        return Counted([Iteration(index) for index in range(number)], notes)
    if each := block.attributes.get("for_each"):
        found = value_of(each)
        keys = bare(found)
        notes = _notes(each, _no_keys(keys, literal_of(each)))
        if marks_of(found).own:
            return Counted([SEVERAL], notes)  # Terraform rejects secret keys: addresses show them
        return Counted(iterations(found, most) or ([] if keys in ({}, []) else [SEVERAL]), notes)
    match is_enabled(block, value_of):
        case True:
            return Counted([ONLY])
        case False:
            return Counted([])
    return Counted([SEVERAL])


def is_enabled(block: Block, value_of: Evaluate) -> bool | None:
    """Whether `lifecycle` keeps a block enabled; None if that is not known."""
    for lifecycle in block.of_type("lifecycle"):
        written = lifecycle.attributes.get("enabled")
        if written is not None:
            value = value_of(written)  # a secret one is neither true nor false
            if value is True or value == "true":
                return True
            return False if value is False or value == "false" else None
    return True


def is_short(block: Block) -> bool:
    """Whether a block that is not evaluated has a `count` or `for_each` that is quick to parse."""
    found = [each for name in ("count", "for_each") if (each := block.attributes.get(name))]
    return bool(found) and all(len(written.text) <= _SHORT for written in found)


def _notes(written: Written, reason: str | None) -> tuple[tuple[Written, str], ...]:
    return ((written, reason),) if reason else ()


def _no_count(value: HclValue) -> str | None:
    """Why Terraform refuses a known `count`; None if it accepts it, or if it is unknown."""
    match value:
        case UnknownValue():
            return None
        case int() if not isinstance(value, bool):
            return "count is negative" if value < 0 else None
        case float():
            return None if value.is_integer() and value >= 0 else "count is not a whole number"
        case str() if _NUMERIC.match(value):
            return None  # a notation that is not parsed
    return "count is not a number"


def _no_keys(value: HclValue, literal: Expression) -> str | None:
    """Why Terraform refuses a known `for_each`, whose expression is `literal`.

    A computed list may be a set in Terraform: its type is not visible here.
    """
    if isinstance(literal, TupleOf):
        return "for_each is a list, but must be a map or a set of strings"
    match value:
        case None | bool() | int() | float() | str():
            return "for_each is neither a map nor a set of strings"
        case SetOf() if any(isinstance(each, bool | int | float | dict | list) for each in value):
            return "for_each is a set, but not of strings"
    return None
