"""Reads expressions by walking tree-sitter's tree.

The result is what the strict grammar would read, or None if only the strict grammar can tell.
Nothing in the tree is trusted that HCL might read differently (`certainty.py`, `templates.py`).
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from assay.inputs.terraform.syntax.certainty import (
    UnsureError,
    require_known_space,
    require_one_line,
    words,
)
from assay.inputs.terraform.syntax.expressions import Expression
from assay.inputs.terraform.syntax.nodes import Walk
from assay.inputs.terraform.syntax.parsing import parsed
from assay.inputs.terraform.syntax.templates import bare
from assay.inputs.terraform.syntax.texts import joined

if TYPE_CHECKING:
    from assay.inputs.terraform.syntax.parsing import Node

_MARK = "ASSAY"
_LONGEST = 30_000
_GAP = re.compile(r"(?<!\s)\s{1000}")
"""On text it cannot parse, the grammar's time is quadratic in the length and in each gap's."""


def expression(text: str) -> Expression | None:
    """An expression in native syntax; None if only the strict grammar can tell."""
    return _certain("_ = ", text, "\n", Walk.expression)


def template(text: str) -> Expression | None:
    """A template without quotes; None if only the strict grammar can tell."""
    if _MARK in text:
        return None  # it would end the heredoc around it

    def read(walk: Walk, node: "Node") -> Expression:
        _, opening, *nodes, closing = node.children[0].children[0].children
        start, end = opening.end_byte + 1, closing.start_byte - 1
        return joined(walk.parts(nodes, start, end, bare(walk.data, end)))

    return _certain(f"_ = <<{_MARK}\n", text, f"\n{_MARK}\n", read)


def _certain(
    before: str, text: str, after: str, read: Callable[[Walk, "Node"], Expression]
) -> Expression | None:
    if len(text) > _LONGEST or _GAP.search(text):
        return None
    whole = before + text + after
    try:
        data = whole.encode()
        root = parsed(data)
        if root.has_error:
            return None
        require_known_space(root, whole)
        return read(Walk(data), _only_value(root))
    except (UnsureError, RecursionError):
        return None
    except (LookupError, ValueError):
        return None  # an unpaired surrogate, or a tree of an unexpected shape


def _only_value(root: "Node") -> "Node":
    """The expression of the only attribute that a text may have."""
    (body,) = words(root)
    (attribute,) = words(body)
    require_one_line(attribute)
    _, _, value = words(attribute)
    return value
