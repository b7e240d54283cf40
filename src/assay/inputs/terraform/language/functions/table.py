"""Terraform's functions: each computes exactly what Terraform does, or something unknown.

The functions are from "Functions" in HashiCorp's documentation of the Terraform language. Those not
in the tables have an unknown result: files, times, regular expressions, address arithmetic.
"""

from collections.abc import Callable, Sequence
from typing import Any

from assay.inputs.terraform.language.arguments import (
    CHARACTERS,
    ELEMENTS,
    Function,
    anything,
    settled,
)
from assay.inputs.terraform.language.conversions import (
    ANY,
    ListType,
    MapType,
    Primitive,
    SetType,
    convert,
)
from assay.inputs.terraform.language.functions.encoding import TABLE as ENCODING
from assay.inputs.terraform.language.functions.format import TABLE as FORMAT
from assay.inputs.terraform.language.functions.lists import TABLE as LISTS
from assay.inputs.terraform.language.functions.maps import TABLE as MAPS
from assay.inputs.terraform.language.functions.numbers import TABLE as NUMBERS
from assay.inputs.terraform.language.functions.sets import TABLE as SETS
from assay.inputs.terraform.language.functions.text import TABLE as TEXT
from assay.inputs.terraform.language.functions.yaml import TABLE as YAML
from assay.inputs.terraform.language.values import UncertainError, is_known, unknown_of
from assay.inputs.terraform.syntax.expressions import FailedError, HclValue


def _converting(constraint: Any) -> Function:
    def to(value: HclValue) -> HclValue:
        return convert(value, constraint)

    return Function(to, (anything,), whole=False)


_CONVERSIONS: dict[str, Function] = {
    "tobool": _converting(Primitive("bool")),
    "tolist": _converting(ListType(ANY)),
    "tomap": _converting(MapType(ANY)),
    "tonumber": _converting(Primitive("number")),
    "toset": _converting(SetType(ANY)),
    "tostring": _converting(Primitive("string")),
}

TABLE: dict[str, Function] = {
    **ENCODING,
    **FORMAT,
    **LISTS,
    **MAPS,
    **NUMBERS,
    **SETS,
    **TEXT,
    **YAML,
    **_CONVERSIONS,
}


def call(name: str, arguments: Sequence[HclValue]) -> HclValue:
    """The value of a call; raises `FailedError` if Terraform rejects the call.

    If an argument contains a null, an empty collection or something unknown, Terraform may reject a
    call that has a value here: see `certain`.
    """
    row = TABLE.get(name.removeprefix("core::"))
    if row is None:
        return unknown_of(*arguments)
    try:
        read = _read(row, arguments)
        if row.whole and not all(map(is_known, arguments)):
            return unknown_of(*arguments)
        result = row.body(*read)
        _require_fitting(result)
    except UncertainError:
        return unknown_of(*arguments)
    return result


def _read(row: Function, arguments: Sequence[HclValue]) -> list[Any]:
    fixed = len(row.reads)
    if len(arguments) < fixed or (row.rest is None and len(arguments) > fixed):
        raise FailedError
    readers: list[Callable[[HclValue], Any]] = [*row.reads]
    if row.rest is not None:
        readers.extend([row.rest] * (len(arguments) - fixed))
    return [reader(argument) for reader, argument in zip(readers, arguments, strict=True)]


def _require_fitting(result: HclValue) -> None:
    """Raise `UncertainError` if the result is too large, or text that Terraform may normalise."""
    if isinstance(result, list | dict) and len(result) > ELEMENTS:
        raise UncertainError
    for text in result if isinstance(result, list) else [result]:
        if isinstance(text, str) and (len(text) > CHARACTERS or not settled(text)):
            raise UncertainError
