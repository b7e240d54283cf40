"""How many instances a block has: what its `count` or `for_each` comes to.

Facts: HashiCorp, "The count Meta-Argument", "The for_each Meta-Argument"; OpenTofu, "The enabled
Meta-Argument" (in `lifecycle`, of resources and modules; Terraform refuses it).
"""

import re
from typing import TYPE_CHECKING

from assay.inputs.terraform.language.marks import bare, marks_of
from assay.inputs.terraform.program.iteration import MOST, ONLY, Iteration, iterations
from assay.inputs.terraform.project.refusals import refused
from assay.inputs.terraform.syntax.blocks import Block, Written
from assay.inputs.terraform.syntax.expressions import (
    Expression,
    SetOf,
    TupleOf,
    UnknownValue,
    Value,
)

if TYPE_CHECKING:
    from assay.inputs.terraform.program.program import ModuleInstance

SEVERAL = Iteration(None, UnknownValue(), UnknownValue(), exact=False)
"""Stands for instances of which the number is not known."""
_SHORT = 60
_NUMERIC = re.compile(r"[+-]?[0-9.]")


def instances_of(module: "ModuleInstance", block: Block) -> list[Iteration]:
    """The instances of a block; what Terraform will refuse to count, the program takes note of."""
    if count := block.attributes.get("count"):
        number = bare(module.value(count))  # a secret one Terraform takes, and shows how many
        if isinstance(number, str) and number.isdecimal():
            number = int(number)
        _take_note(module, block, count, _no_count(number))
        if isinstance(number, bool) or not isinstance(number, int) or number > MOST:
            return [SEVERAL]
        return [Iteration(index) for index in range(number)]
    if each := block.attributes.get("for_each"):
        found = module.value(each)
        keys, literal = bare(found), module.program.expressions.of(each)
        _take_note(module, block, each, _no_keys(keys, literal))
        if marks_of(found).own:
            return [SEVERAL]  # Terraform refuses secret keys, which addresses hold
        return iterations(found) or ([] if keys in ({}, []) else [SEVERAL])
    match _enabled(module, block):
        case True:
            return [ONLY]
        case False:
            return []
    return [SEVERAL]


def is_disabled(module: "ModuleInstance", block: Block) -> bool:
    """Whether a block is taken away by its `lifecycle`."""
    return _enabled(module, block) is False


def _enabled(module: "ModuleInstance", block: Block) -> bool | None:
    """Whether `lifecycle` leaves a block in place; None where that is not known."""
    for lifecycle in block.of_type("lifecycle"):
        written = lifecycle.attributes.get("enabled")
        if written is not None:
            value = module.value(written)  # a secret one is neither
            if value is True or value == "true":
                return True
            return False if value is False or value == "false" else None
    return True


def require_countable(module: "ModuleInstance", block: Block) -> None:
    """Take note of what Terraform will refuse to count of a block that nothing else is asked of.

    What is long is left out: it would have to be parsed for this alone.
    """
    for name in ("count", "for_each"):
        written = block.attributes.get(name)
        if written is not None and len(written.text) <= _SHORT:
            instances_of(module, block)


def _take_note(
    module: "ModuleInstance", block: Block, written: Written, reason: str | None
) -> None:
    if reason is not None:
        file = written.file or module.code.file_of(block)
        module.program.refused.append(refused(file, written.line, reason))


def _no_count(value: Value) -> str | None:
    """Why Terraform refuses a known `count`; None for one that it takes, and for an unknown one."""
    match value:
        case UnknownValue():
            return None
        case int() if not isinstance(value, bool):
            return "count is below zero" if value < 0 else None
        case float():
            return None if value.is_integer() and value >= 0 else "count is no whole number"
        case str() if _NUMERIC.match(value):
            return None  # a notation that is not read
    return "count is no number"


def _no_keys(value: Value, literal: Expression) -> str | None:
    """Why Terraform refuses a known `for_each`, of which `literal` is the expression.

    A list that is made of something may be a set whose type is not seen here.
    """
    if isinstance(literal, TupleOf):
        return "for_each is a list, and has to be a map or a set of strings"
    match value:
        case None | bool() | int() | float() | str():
            return "for_each is neither a map nor a set of strings"
        case SetOf() if any(isinstance(each, bool | int | float | dict | list) for each in value):
            return "for_each is a set of other things than strings"
    return None
