"""Terraform's JSON syntax: the same blocks and attributes, each with the line of its property.

Facts: HashiCorp, "JSON Configuration Syntax"; HCL, "HCL JSON Syntax Specification": a block is an
object (a list contains several), below one object (or several in a list) for each of its labels. A
property that occurs twice counts twice. Python's decoder reads the values; it gives no positions.
"""

import json
import re
from collections.abc import Callable, Iterator
from decimal import Decimal, DecimalException
from typing import Any, NoReturn

from assay.inputs.terraform.syntax.blocks import (
    LABELS,
    MARK,
    Block,
    BrokenCodeError,
    CodeFile,
    Comment,
    Written,
)
from assay.inputs.terraform.syntax.expressions import Expression, Literal, ObjectOf, Opaque, TupleOf

_NESTED = {
    "resource": {"lifecycle": 0, "connection": 0, "provisioner": 1, "dynamic": 1},
    "data": {"lifecycle": 0, "dynamic": 1},
    "provider": {"dynamic": 1},
    "check": {"data": 2, "assert": 0},
    "ephemeral": {"lifecycle": 0, "dynamic": 1},
    "removed": {"lifecycle": 0, "connection": 0, "provisioner": 1},
    "terraform": {"backend": 1, "cloud": 0, "required_providers": 0},
    "provisioner": {"connection": 0},
    "lifecycle": {"precondition": 0, "postcondition": 0},
    "dynamic": {"content": 0},
    "content": {"dynamic": 1},
}
"""Nested blocks that are recognised without a provider's schema; `dynamic` may be any block."""

_COMMENT = "//"
_SPACE = re.compile(r"[ \t\r\n]*")
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_STRINGS = re.compile(_STRING)
_CONSTANTS = re.compile(rf"{_STRING}|(NaN|-?Infinity)")
_SURROGATES = re.compile("[\ud800-\udfff]")
_EXACT = 15
"""The number of digits that every float keeps."""


def locate_json(data: bytes, *, values: bool) -> CodeFile:
    """The blocks of a `.tf.json` file, or with `values` the attributes of a `.tfvars.json` file.

    Raises `BrokenCodeError`.
    """
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        before = data[: error.start].decode()
        raise _broken(before, len(before), "it is not UTF-8") from None
    reader = _Reader(text)
    try:
        return reader.values() if values else reader.configuration()
    except RecursionError:
        raise reader.broken("this is nested too deeply") from None


class _Reader:
    """Reads the text once, from start to end."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._line = 1
        self._counted = 0
        self._comments: list[Comment] = []

    def configuration(self) -> CodeFile:
        blocks: list[Block] = []
        for _ in self._objects(1) if self._next() == "[" else (1,):
            for name, line, _ in self._properties():
                if name in LABELS:
                    blocks.extend(self._blocks(name, (), LABELS[name], line))
                else:
                    self._value()
                    blocks.append(Block(name, (), line))  # rejected later
        self._finish()
        return CodeFile(tuple(blocks), {}, tuple(self._comments))

    def values(self) -> CodeFile:
        attributes, _ = self._body("")
        self._finish()
        return CodeFile((), attributes, tuple(self._comments))

    def broken(self, reason: str, at: int | None = None) -> BrokenCodeError:
        return _broken(self._text, self._at if at is None else at, reason)

    # ------------------------------------------------------------------------------- blocks

    def _blocks(
        self, kind: str, labels: tuple[str, ...], missing: int, line: int
    ) -> Iterator[Block]:
        """The next blocks; `line` is the line of the last label, or else of the type.

        Each of several blocks in a list has the line on which it starts.
        """
        for start in self._objects(line):
            if missing:
                for name, below, _ in self._properties():
                    yield from self._blocks(kind, (*labels, name), missing - 1, below)
            else:
                yield Block(kind, labels, start, *self._body(kind))

    def _body(self, kind: str) -> tuple[dict[str, Written], tuple[Block, ...]]:
        nested = _NESTED.get(kind, {})
        attributes: dict[str, Written] = {}
        blocks: list[Block] = []
        for name, line, at in self._properties():
            if name in nested:
                blocks.extend(self._blocks(name, (), nested[name], line))
            elif name in attributes:
                raise self.broken("this property is set twice", at)
            else:
                attributes[name] = self._written(line)
        return attributes, tuple(blocks)

    def _written(self, line: int) -> Written:
        """The next value, with only the escapes that its strings need."""
        self._next()
        start = self._at
        self._value()
        text = self._text[start : self._at]
        if "\\" in text:
            text = _STRINGS.sub(_plain, text)
        return Written(text, line, json=True)

    # --------------------------------------------------------------------------------- JSON

    def _objects(self, line: int) -> Iterator[int]:
        """The line of each of the next objects: one, several in a list, or none for null.

        The caller must read each object before it asks for the next.
        """
        match self._next():
            case "[":
                for _ in self._items("[", "]"):
                    self._next()
                    yield self._current_line()
            case "n":
                self._value()
            case _:
                yield line

    def _properties(self) -> Iterator[tuple[str, int, int]]:
        """Name, line and position of each property of the next object, without comments.

        The caller must read each property's value before it asks for the next.
        """
        for _ in self._items("{", "}"):
            if self._next() != '"':
                raise self.broken("the name of a property is missing")
            at, line = self._at, self._current_line()
            name = self._value()
            self._take(":", "a colon is missing")
            if name == _COMMENT:
                self._comment(line)
            else:
                yield name, line, at

    def _comment(self, line: int) -> None:
        """Each line of a comment's text is a comment, although all are on one line of the file."""
        value = self._value()
        for text in value.split("\n") if isinstance(value, str) else ():
            if MARK.decode() in text:
                self._comments.append(Comment(line, text, alone=True))

    def _items(self, first: str, last: str) -> Iterator[None]:
        self._take(first, "an object is expected")
        if self._next() != last:
            yield
            while self._next() == ",":
                self._at += 1
                yield
        self._take(last, f"a comma or {last} is missing")

    def _value(self) -> Any:
        """The next value, in which numbers remain text."""
        self._next()
        try:
            value, self._at = _DECODER.raw_decode(self._text, self._at)
        except json.JSONDecodeError as error:
            reason = error.msg.partition(":")[0].removesuffix(" at").removesuffix(" starting")
            raise self.broken(reason.lower(), error.pos) from None
        except _ConstantError:
            found = _CONSTANTS.finditer(self._text, self._at)
            at = next((match.start() for match in found if match[1]), self._at)
            raise self.broken("this number is not JSON", at) from None
        return _scalar(value) if isinstance(value, str) else value

    def _next(self) -> str:
        """The next character after white space; empty at the end."""
        space = _SPACE.match(self._text, self._at)
        self._at = space.end() if space else self._at
        return self._text[self._at : self._at + 1]

    def _take(self, character: str, reason: str) -> None:
        if self._next() != character:
            raise self.broken(reason)
        self._at += 1

    def _finish(self) -> None:
        if self._next():
            raise self.broken("this comes after the end")

    def _current_line(self) -> int:
        self._line += self._text.count("\n", self._counted, self._at)
        self._counted = self._at
        return self._line


def _broken(text: str, at: int, reason: str) -> BrokenCodeError:
    start = text.rfind("\n", 0, at) + 1
    return BrokenCodeError(text.count("\n", 0, at) + 1, at - start + 1, reason)


class _ConstantError(ValueError):
    """NaN or Infinity, which Python's decoder would accept."""


def _refuse(_: str) -> NoReturn:
    raise _ConstantError


def _scalar(text: str) -> str:
    """Unpaired surrogates become U+FFFD, as in Terraform."""
    return _SURROGATES.sub("\ufffd", text)


def _plain(match: re.Match[str]) -> str:
    return _ENCODER.encode(_scalar(_DECODER.decode(match[0])))


_DECODER = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=_refuse)
_ENCODER = json.JSONEncoder(ensure_ascii=False)


# ------------------------------------------------------------------------------------ expressions


def json_expression(text: str, template: Callable[[str], Expression]) -> Expression:
    """A JSON value as an expression; `template` reads its strings and the names of properties.

    In values files and in the defaults of variables, Terraform reads strings literally: pass
    `Literal` for those.
    """
    try:
        value = _EXPRESSIONS.decode(text)
    except (ValueError, RecursionError):
        return Opaque()
    try:
        return _expression(value, template)
    except RecursionError:
        return Opaque()


def _expression(value: Any, template: Callable[[str], Expression]) -> Expression:
    match value:
        case str():
            return template(_scalar(value))
        case list():
            return TupleOf(tuple([_expression(item, template) for item in value]))
        case tuple():
            items = tuple(
                [(template(_scalar(name)), _expression(item, template)) for name, item in value]
            )
            if len({name for name, _ in value}) == len(items):
                return ObjectOf(items)
            return Opaque(tuple(item for _, item in items))  # Terraform fails, or sees two blocks
        case Literal() | Opaque():
            return value
    return Literal(value)


def _number(text: str) -> Literal | Opaque:
    """A number; `Opaque` if Python cannot represent the number that Terraform would have."""
    try:
        number = Decimal(text)
    except DecimalException:
        return Opaque()  # an exponent of 19 digits
    _, digits, _ = number.as_tuple()
    if not -300 < number.adjusted() < 19:
        return Literal(0) if number.is_zero() else Opaque()
    if number == (whole := int(number)):
        return Literal(whole) if -(2**63) <= whole < 2**63 else Opaque()
    return Literal(float(text)) if len(digits) <= _EXACT else Opaque()


_EXPRESSIONS = json.JSONDecoder(
    object_pairs_hook=tuple, parse_float=_number, parse_int=_number, parse_constant=_refuse
)
