"""The instances of a block that has `count` or `for_each`, and the addresses that they have.

Facts: HashiCorp, "The for_each Meta-Argument", "The count Meta-Argument".
"""

from typing import NamedTuple

from assay.inputs.terraform.language.marks import MaybeMarked, bare, entries
from assay.inputs.terraform.syntax.expressions import SetOf, Value

MOST = 1000
"""Instances of one block that are told apart."""


class Iteration(NamedTuple):
    """Which instance of a block is meant, and what `each` and `count` are in it."""

    key: str | int | None = None
    each_key: Value = None
    each_value: MaybeMarked = None
    exact: bool = True
    """False where it stands for instances that are not known."""


ONLY = Iteration()


def iterations(value: MaybeMarked) -> list[Iteration]:
    """The instances that a `for_each` of this value makes; none where that is not known."""
    match bare(value):
        case SetOf() as items if len(items) <= MOST and all(
            isinstance(item, str) for item in items
        ):
            return [Iteration(item, item, item) for item in items]
        case dict() as items if len(items) <= MOST:
            return [Iteration(key, key, item) for key, item in entries(value)]
    return []


def address(module: str, name: str, key: str | int | None) -> str:
    """An absolute address, with the instance key as Terraform writes it."""
    prefix = f"{module}." if module else ""
    match key:
        case None:
            return f"{prefix}{name}"
        case int():
            return f"{prefix}{name}[{key}]"
    return f'{prefix}{name}["{_quoted(key)}"]'


def _quoted(key: str) -> str:
    """A key as Terraform quotes it in addresses: as HCL does, templates escaped too."""
    text = key.replace("\\", "\\\\").replace('"', '\\"')
    for plain, escaped in (
        ("\n", "\\n"),
        ("\r", "\\r"),
        ("\t", "\\t"),
        ("${", "$${"),
        ("%{", "%%{"),
    ):
        text = text.replace(plain, escaped)
    return text if text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    """A character that can be printed as it is, any other by its number."""
    if character.isprintable():
        return character
    number = ord(character)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
