"""Finds in tree-sitter's trees what its grammar accepts but HCL does not.

It ignores line ends, treats more characters as space than HCL does, and takes the start of a longer
word for a keyword.
"""

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from assay.inputs.terraform.syntax.parsing import Node

_SPACE = re.compile(r"[^\S \t\r\n]|\r(?!\n)")
"""Space to the grammar but not to HCL."""
_TEXTS = frozenset(
    {
        *("comment", "template_literal", "string_lit", "quoted_template", "heredoc_template"),
        *("template_if", "template_for"),
    }
)
"""Where any character may occur: the grammar makes no literal of text that is only space."""
_OPEN = frozenset(
    {
        *("expression", "conditional", "operation", "unary_operation", "binary_operation"),
        *("function_call", "get_attr", "index", "splat", "attr_splat", "full_splat"),
    }
)
"""Nodes without brackets of their own around them."""
_KEYWORDS = frozenset({"for", "in", "if", "else", "endif", "endfor"})
_GOES_ON = re.compile(rb"[\w-]|[\x80-\xff]")


class UnsureError(Exception):
    """HCL may read this differently from the tree."""


def words(node: "Node") -> list["Node"]:
    """The children of a node, without comments."""
    return [each for each in node.children if not each.is_extra]


def require_one_line(node: "Node") -> None:
    """No line may end in a node, except where HCL ignores it: in brackets, texts and comments."""
    if node.start_point.row == node.end_point.row:
        return
    last, inside = None, False
    for each in node.children:
        if each.type == ")":
            inside = False
        elif not inside:
            if last and each.start_point.row != last.end_point.row:
                raise UnsureError
            if each.type in _OPEN:
                require_one_line(each)
        inside = inside or each.type == "("
        last = each


def require_apart(node: "Node") -> None:
    """Each element of an object must be on one line, followed by a comma or the end of the line."""
    last = None
    for each in node.children:
        if each.type == "object_elem":
            if last and each.start_point.row == last.end_point.row:
                raise UnsureError
            require_one_line(each)
            last = each
        elif each.type == ",":
            last = None


def require_known_space(root: "Node", text: str) -> None:
    """All space between the words of a text, whose tree is `root`, must be space to HCL too."""
    for space in _SPACE.finditer(text):
        at = len(text[: space.start()].encode())
        inside = root.descendant_for_byte_range(at, at + 1)
        if inside is None or inside.type not in _TEXTS:
            raise UnsureError


def require_whole_keywords(nodes: list["Node"], data: bytes) -> None:
    """`[for x inside : x]` is not a loop over `side`."""
    for each in nodes:
        if each.type in _KEYWORDS and _GOES_ON.match(data, each.end_byte):
            raise UnsureError
