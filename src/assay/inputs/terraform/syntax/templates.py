"""Finds the texts in templates.

tree-sitter's grammar omits the space at the start of a text, and reads `$$${a}` as two dollars and
a sequence, where HCL sees `$`, `$${` and text. So everything between the nodes that are not text is
text, and each text must end where HCL's own rules end it.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

from assay.inputs.terraform.syntax.certainty import UnsureError
from assay.inputs.terraform.syntax.expressions import Expression
from assay.inputs.terraform.syntax.texts import composed, unescaped, without_quotes

if TYPE_CHECKING:
    from assay.inputs.terraform.syntax.parsing import Node

_SPECIAL = rb"\$\$\{|%%\{|\$(?!\$?\{)|%(?!%?\{)"
_ESCAPE = (
    rb'\\(?:[nrt"\\]|u(?![dD][89a-fA-F])[0-9a-fA-F]{4}'
    rb"|U(?!0000[dD][89a-fA-F])00(?:0[0-9a-fA-F]|10)[0-9a-fA-F]{4})"
)
_QUOTED = re.compile(rb'(?:[^"\\\r\n$%]++|' + _ESCAPE + rb"|" + _SPECIAL + rb")*+")
_BARE = re.compile(rb"(?:[^$%]++|" + _SPECIAL + rb")*+")
_HEREDOC = re.compile(r"(<<-?([^\W\d][\w-]*)\r?\n)((?:[^\n]*\n)*?)[^\S\n]*\2[^\S\n]*\n")


class Texts(NamedTuple):
    """How the texts of one template are read."""

    data: bytes
    pattern: re.Pattern[bytes]
    said: Callable[[str], str]
    end: int
    """Where the template ends; a quoted one is ended by its quote."""

    def between(self, start: int, end: int) -> list[Expression]:
        """The text between two positions, if there is any. Raises `UnsureError`."""
        found = self.pattern.match(self.data, start, self.end)
        if found is None or found.end() != end:
            raise UnsureError
        return [composed(self.said(found[0].decode()))] if found[0] else []


def quoted(data: bytes) -> Texts:
    """The texts of a quoted template."""
    return Texts(data, _QUOTED, unescaped, len(data))


def bare(data: bytes, end: int) -> Texts:
    """The texts of a template without quotes, such as a heredoc's."""
    return Texts(data, _BARE, without_quotes, end)


class Heredoc(NamedTuple):
    """A heredoc as written, with its last line, and where its template begins and ends."""

    text: str
    start: int
    end: int


def heredoc(node: "Node", data: bytes) -> Heredoc:
    """A heredoc, if HCL ends it on the same line as the tree. Raises `UnsureError`."""
    text = data[node.start_byte : data.index(b"\n", node.end_byte) + 1].decode()
    found = _HEREDOC.match(text)
    if found is None or found.end() != len(text):
        raise UnsureError
    start = node.start_byte + len(found[1].encode())
    return Heredoc(text, start, start + len(found[3].encode()))


def sequences(nodes: Iterable["Node"]) -> Iterator["Node"]:
    """The nodes of a template that are not text. A condition is replaced by its opening, middle and
    closing parts and the nodes between them.
    """
    for node in nodes:
        if node.type != "template_directive":
            yield from () if node.type == "template_literal" else (node,)
        elif node.children[0].type == "template_if":
            yield from sequences(node.children[0].children)
        else:
            yield node.children[0]
