"""Replaces an id in a file and leaves every other byte unchanged."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from assay.inputs.terraform.syntax.parsing import parsed

if TYPE_CHECKING:
    from assay.inputs.terraform.syntax.parsing import Node

_BOM = b"\xef\xbb\xbf"


def place_of(data: bytes, line: int, text: str, id: str, *, json: bool) -> int | None:
    """The offset of the id in a file, where an attribute on `line` is set to it by an expression
    that reads `text`; None if that is not certain.
    """
    return _in_json(data, line, id) if json else _in_native(data, line, text, id)


def _in_json(data: bytes, line: int, id: str) -> int | None:
    """The only string on the line, or else in the file, that is the id."""
    wanted = f'"{id}"'.encode()
    lines = data.split(b"\n")
    start = sum(len(each) + 1 for each in lines[: line - 1])
    if line <= len(lines) and lines[line - 1].count(wanted) == 1:
        return start + lines[line - 1].index(wanted) + 1
    return data.index(wanted) + 1 if data.count(wanted) == 1 else None


def _in_native(data: bytes, line: int, text: str, id: str) -> int | None:
    start = len(_BOM) if data.startswith(_BOM) else 0
    code = data[start:]
    root = parsed(code)
    if root.has_error:
        return None
    places = [
        leaf.start_byte
        for node in _nodes(root)
        if node.type == "attribute" and node.start_point[0] == line - 1
        for part in node.children[-1:]
        if code[part.start_byte : part.end_byte].decode() == text
        for leaf in _nodes(part)
        if leaf.type == "template_literal" and code[leaf.start_byte : leaf.end_byte] == id.encode()
    ]
    return start + places[0] if len(places) == 1 else None


def _nodes(root: "Node") -> Iterator["Node"]:
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(node.children)
