"""The blocks and attributes of one file with their lines; expressions remain text.

tree-sitter's HCL grammar finds them: it is fast, exact in its positions, and keeps comments.
`hcl.py` parses expressions, and only those that are needed.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from assay.inputs.terraform.syntax.parsing import parsed

if TYPE_CHECKING:
    from assay.inputs.terraform.syntax.parsing import Node

MARK = b"assay:"
"""The text that marks a comment as meant for assay."""
_IGNORE = MARK + b"ignore["

LABELS = {
    "action": 2,
    "check": 1,
    "data": 2,
    "ephemeral": 2,
    "import": 0,
    "locals": 0,
    "module": 1,
    "moved": 0,
    "output": 1,
    "provider": 1,
    "removed": 0,
    "resource": 2,
    "terraform": 0,
    "variable": 1,
}
"""The top-level blocks and how many labels each has ("Files and Directories", "Style Guide")."""

_MARKS = re.compile(r"<<-?([^\W\d][\w-]*)")


class Written(msgspec.Struct, frozen=True, gc=False):
    """The expression of an attribute, as text, and the line of the attribute."""

    text: str
    line: int
    json: bool = False
    """Whether the text is a JSON value, whose strings are templates."""
    file: str = ""
    """The override file that it comes from; empty if it is in the same file as its block."""


def plain_text(written: Written | None) -> str | None:
    """The text of a literal string without quotes and escapes; None for anything else."""
    text = written.text.strip() if written else ""
    while text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    if "${" in text or "%{" in text:
        return None
    try:
        return msgspec.json.decode(text, type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None


class Block(msgspec.Struct, frozen=True, gc=False):
    """A block of any kind; `line` is the line of its first word."""

    type: str
    labels: tuple[str, ...]
    line: int
    attributes: dict[str, Written] = {}
    blocks: tuple["Block", ...] = ()
    file: str = ""
    """The override file that it comes from; empty if it is in the same file as its parent."""

    def of_type(self, name: str) -> Iterator["Block"]:
        """The blocks of one type directly inside this one."""
        return (block for block in self.blocks if block.type == name)


class Comment(msgspec.Struct, frozen=True, gc=False):
    """A comment for assay; `alone` if there is nothing else on its line."""

    line: int
    text: str
    alone: bool
    target: int = 0
    """The line that it applies to: its own, or the next line that is not a comment."""


class CodeFile(msgspec.Struct, frozen=True, gc=False):
    """The contents of one file. A tfvars file has attributes but no blocks."""

    blocks: tuple[Block, ...] = ()
    attributes: dict[str, Written] = {}
    comments: tuple[Comment, ...] = ()
    texts: tuple[int, ...] = ()
    """Lines of text, for example in a heredoc, that look like an exception comment."""


class BrokenCodeError(Exception):
    """A file that is not HCL; line and column count from 1, columns in characters."""

    def __init__(self, line: int, column: int, reason: str, *, certain: bool = True) -> None:
        """`certain` is false for a parser's guess at where and why it could not continue."""
        super().__init__(reason)
        self.certain = certain
        self.line = line
        self.column = column
        self.reason = reason


def locate(data: bytes) -> CodeFile:
    """The blocks of a file in HCL's native syntax. Raises `BrokenCodeError`."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BrokenCodeError(line, 1, "it is not UTF-8") from None
    _require_clear_heredocs(data)
    root = parsed(data)
    if root.has_error:
        raise _broken(root)
    for child in root.children:
        if child.type == "object":  # which the grammar accepts as a whole file, but no tool does
            row, column = child.start_point
            raise BrokenCodeError(row + 1, column + 1, "a block or an argument has to be here")
    body = next((child for child in root.children if child.type == "body"), None)
    try:
        attributes, blocks = _body(body, data) if body else ({}, ())
    except RecursionError:
        raise BrokenCodeError(1, 1, "its blocks are nested too deeply") from None
    comments = tuple(_comments(root, data)) if MARK in data else ()
    return CodeFile(blocks, attributes, comments, tuple(_texts(comments, data)))


def _body(node: "Node", data: bytes) -> tuple[dict[str, Written], tuple[Block, ...]]:
    """Reject two errors that the grammar accepts: two items on one line, and a name set twice."""
    attributes: dict[str, Written] = {}
    blocks: list[Block] = []
    last_row = -1
    for child in node.children:
        kind = child.type
        if kind not in ("attribute", "block"):
            continue
        row, column = child.start_point
        if row == last_row:
            raise BrokenCodeError(row + 1, column + 1, "a line break is missing before this")
        last_row = child.end_point[0]
        if kind == "block":
            blocks.append(_block(child, data))
            continue
        parts = child.children
        name = _text(parts[0], data)
        if name in attributes:
            raise BrokenCodeError(row + 1, column + 1, f"{name} is set twice")
        expression = next(part for part in reversed(parts) if part.type == "expression")
        attributes[name] = Written(_text(expression, data), row + 1)
    return attributes, tuple(blocks)


def _block(node: "Node", data: bytes) -> Block:
    words: list[str] = []
    inside: tuple[dict[str, Written], tuple[Block, ...]] = ({}, ())
    for child in node.children:
        kind = child.type
        if kind == "identifier":
            words.append(_text(child, data))
        elif kind == "string_lit":
            words.append(_label(child, data))
        elif kind == "body":
            inside = _body(child, data)
    return Block(words[0], tuple(words[1:]), node.start_point[0] + 1, *inside)


def _label(node: "Node", data: bytes) -> str:
    """A label without its quotes and escapes; nearly all of the escapes are JSON's."""
    text = "".join(
        _text(child, data) for child in node.children if child.type == "template_literal"
    )
    if "\\" not in text:
        return text
    try:
        return msgspec.json.decode(f'"{text}"', type=str)
    except (msgspec.DecodeError, UnicodeDecodeError):
        row, column = node.start_point
        raise BrokenCodeError(row + 1, column + 1, "this is not a valid label") from None


def _text(node: "Node", data: bytes) -> str:
    return data[node.start_byte : node.end_byte].decode()


def _require_clear_heredocs(data: bytes) -> None:
    """Reject a line that may end a heredoc for Terraform but not for the grammar: HCL accepts every
    Unicode space there, and the grammar would read the rest as text.
    """
    if data.isascii() or b"<<" not in data:
        return
    text = data.decode()
    marks = set(_MARKS.findall(text))
    for number, line in enumerate(text.split("\n"), 1):
        word = line.strip()
        if word in marks and word != line.strip(" \t\r\v\f"):
            raise BrokenCodeError(number, 1, "there is an invisible space next to this word")


def _broken(root: "Node") -> BrokenCodeError:
    """The first place where the grammar could not continue."""
    node = root
    while True:
        wrong = next(
            (child for child in node.children if child.has_error or child.is_missing), None
        )
        if wrong is None:
            break
        node = wrong
        if node.is_error or node.is_missing:
            break
    row, column = node.start_point
    reason = "something is missing" if node.is_missing else "this cannot be read"
    return BrokenCodeError(row + 1, column + 1, reason, certain=False)


def _comments(root: "Node", data: bytes) -> Iterator[Comment]:
    lines = data.split(b"\n")
    stack = [root]
    while stack:
        node = stack.pop()
        if node.type == "comment":
            row, column = node.start_point
            if node.text and MARK in node.text:
                alone = not lines[row][:column].strip()
                target = _next_code(lines, node.end_point[0]) if alone else row
                yield Comment(row + 1, _text(node, data), alone, target + 1)
        else:
            stack.extend(reversed(node.children))


def _texts(comments: tuple[Comment, ...], data: bytes) -> Iterator[int]:
    """The lines outside comments that contain the start of an exception."""
    if _IGNORE not in data:
        return
    said = {each.line + below for each in comments for below in range(each.text.count("\n") + 1)}
    for number, line in enumerate(data.split(b"\n"), start=1):
        if _IGNORE in line and number not in said:
            yield number


def _next_code(lines: list[bytes], row: int) -> int:
    """The first row of code below a comment, after any other comment lines."""
    while row < len(lines) and lines[row].lstrip().startswith((b"#", b"//", b"/*", b"*")):
        row += 1
    return row
