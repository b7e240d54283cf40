"""tree-sitter's trees of HCL: fast, exact in their positions, with comments, and lenient."""

import re
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

__all__ = ["Node", "parsed"]

_EXPONENT = re.compile(rb"(?<![\w.])[0-9]++[eE][+-]?[0-9]+")
_GAP = rb"(?:\s|/\*(?:[^*]|\*(?!/)){0,200}+\*/|(?:#|//)[^\n]{0,200}\n){0,20}"
_SPLAT = re.compile(rb"(\[" + _GAP + rb")\*(" + _GAP + rb"\])")


def parsed(data: bytes) -> "Node":
    """The root of a text's tree, which has errors where the grammar cannot read the text.

    Read the text of leaves from `data` itself: the grammar may have been given zeros instead.
    """
    root = _parser().parse(data).root_node
    if root.has_error:
        plainer = _plainer(data)
        second = root if plainer == data else _parser().parse(plainer).root_node
        return root if second.has_error else second
    return root


def _plainer(data: bytes) -> bytes:
    """The same text, with the same lengths and lines, without two things that the grammar cannot
    read: `1e7`, which has no fraction, and `[ *]`, which is more than one word.
    """
    data = _EXPONENT.sub(lambda found: re.sub(rb"\D", b"0", found[0]), data)
    return _SPLAT.sub(lambda found: found[1] + b"0" + found[2], data)


@cache
def _parser() -> "Parser":
    import tree_sitter
    import tree_sitter_hcl

    return tree_sitter.Parser(tree_sitter.Language(tree_sitter_hcl.language()))
