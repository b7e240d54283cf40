"""The parsed forms of Terraform expressions, and the types of their values.

The forms are from HashiCorp's "HCL Native Syntax Specification", "Expressions". They are a closed
set: anything else is `Opaque`, whose value cannot be known.
"""

from enum import Enum
from typing import Any, TypeAlias

import msgspec

from assay.model.addresses import Step, address, written

"""The step from a text to the JSON that it contains."""


class Literal(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A string without a template, a number, a bool or null."""

    value: str | int | float | bool | None


class Template(msgspec.Struct, frozen=True, gc=False, tag=True):
    """`"a${b}c"`: the texts of its parts, joined. `"${b}"` alone is `b` itself, not a template."""

    parts: tuple["Expression", ...]


class Variable(msgspec.Struct, frozen=True, gc=False, tag=True):
    """The first word of a traversal: `var`, `aws_instance`, or a name from a `for` expression."""

    name: str


class Attribute(msgspec.Struct, frozen=True, gc=False, tag=True):
    """`of.name`."""

    of: "Expression"
    name: str


class Index(msgspec.Struct, frozen=True, gc=False, tag=True):
    """`of[key]`, and the legacy `of.0`."""

    of: "Expression"
    key: "Expression"


class Item(msgspec.Struct, frozen=True, gc=False, tag=True):
    """Within a splat: the current element of the innermost splat around it."""


class Splat(msgspec.Struct, frozen=True, gc=False, tag=True):
    """`of[*].a.b`: `each`, in which `Item` is the element, for every element of `of`."""

    of: "Expression"
    each: "Expression"


class Call(msgspec.Struct, frozen=True, gc=False, tag=True):
    """`name(arguments)`; `expands` if `...` follows the last argument."""

    name: str
    arguments: tuple["Expression", ...]
    expands: bool = False


class Conditional(msgspec.Struct, frozen=True, gc=False, tag=True):
    """`test ? yes : no`."""

    test: "Expression"
    yes: "Expression"
    no: "Expression"


class Unary(msgspec.Struct, frozen=True, gc=False, tag=True):
    """`-of` or `!of`."""

    operator: str
    of: "Expression"


class Binary(msgspec.Struct, frozen=True, gc=False, tag=True):
    """`left operator right`, with an arithmetic, comparison or logical operator."""

    operator: str
    left: "Expression"
    right: "Expression"


class TupleOf(msgspec.Struct, frozen=True, gc=False, tag=True):
    """`[a, b]`."""

    items: tuple["Expression", ...]


class ObjectOf(msgspec.Struct, frozen=True, gc=False, tag=True):
    """`{a = b}`; a key that is a plain word is a `Literal`, a key in parentheses an expression."""

    items: tuple[tuple["Expression", "Expression"], ...]


class ForTuple(msgspec.Struct, frozen=True, gc=False, tag=True):
    """`[for key, value in of : body if test]`; `key` is None if only the value has a name."""

    key: str | None
    value: str
    of: "Expression"
    body: "Expression"
    test: "Expression | None" = None


class ForObject(msgspec.Struct, frozen=True, gc=False, tag=True):
    """`{for key, value in of : name => body... if test}`; `grouped` if it has the `...`."""

    key: str | None
    value: str
    of: "Expression"
    name: "Expression"
    body: "Expression"
    test: "Expression | None" = None
    grouped: bool = False


class Opaque(msgspec.Struct, frozen=True, gc=False, tag=True):
    """A form that is not read (such as a template directive), and the traversals in it."""

    reads: tuple["Expression", ...] = ()


Expression: TypeAlias = (
    Literal
    | Template
    | Variable
    | Attribute
    | Index
    | Item
    | Splat
    | Call
    | Conditional
    | Unary
    | Binary
    | TupleOf
    | ObjectOf
    | ForTuple
    | ForObject
    | Opaque
)


class Ref(msgspec.Struct, frozen=True, gc=False):
    """Something that only Terraform will know: its absolute address and the path read below it."""

    module: str
    """The address of the module instance that contains it, "" for the root."""
    steps: tuple[Step, ...]
    """From the first word: ("data", "aws_ami", "x", "id"), ("aws_ami_copy", "y", 0, "id")."""

    def __str__(self) -> str:
        return address(self.module, written(self.steps))


class Sure(Enum):
    """What is certain about a value that only Terraform will know, if its plan succeeds at all."""

    NOTHING = "nothing"
    HELD = "an attribute of a thing: asking for it does not fail, but it may be null"
    THING = "an instance of a block: neither null nor missing"
    IMAGE = "an AMI id"
    ARN = "the ARN of an image"
    TEXT = "text, neither null nor empty"
    TEMPLATE = "the id, the name or a version of a launch template"


class UnknownValue(msgspec.Struct, frozen=True, gc=False):
    """A value that cannot be known from the code, and what it depends on."""

    refs: tuple[Ref, ...] = ()
    passed_on: bool = False
    """Whether the value is exactly that of one of `refs`, not something made of it."""
    sure: Sure = Sure.NOTHING

    @property
    def is_there(self) -> bool:
        """Whether it is certainly not null."""
        return self.sure not in (Sure.NOTHING, Sure.HELD)

    @property
    def is_text(self) -> bool:
        """Whether it is certainly non-empty text."""
        return self.sure in (Sure.IMAGE, Sure.ARN, Sure.TEXT, Sure.TEMPLATE)


class SetOf(list[Any]):
    """The elements of a Terraform set: each once, in Terraform's order. It cannot be indexed."""


HclValue: TypeAlias = (
    "str | int | float | bool | list[HclValue] | dict[str, HclValue] | UnknownValue | None"
)
"""Whole numbers are ints. A list or dict may contain `UnknownValue` at any depth."""


class FailedError(Exception):
    """Terraform would fail to evaluate this; `try` and `can` handle it."""
