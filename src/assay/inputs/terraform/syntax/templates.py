"""Where texts stand in templates.

tree-sitter's grammar leaves out the space that a text begins with, and takes `$$${a}` for two dollars
and a sequence, where HCL sees `$`, `$${` and text. So texts are what stands between the nodes that are
none, and each has to end where HCL's own rules for it do.
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
    """Where the template ends; one in quotes ends by itself."""

    def between(self, start: int, end: int) -> list[Expression]:
        """The text between two places, where there is one."""
        found = self.pattern.match(self.data, start, self.end)
        if found is None or found.end() != end:
            raise UnsureError
        return [composed(self.said(found[0].decode()))] if found[0] else []


def quoted(data: bytes) -> Texts:
    """Of a template in quotes."""
    return Texts(data, _QUOTED, unescaped, len(data))


def bare(data: bytes, end: int) -> Texts:
    """Of a template without quotes, a heredoc's say."""
    return Texts(data, _BARE, without_quotes, end)


class Heredoc(NamedTuple):
    """A heredoc as it stands there, with its last line, and where its template begins and ends."""

    text: str
    start: int
    end: int


def heredoc(node: "Node", data: bytes) -> Heredoc:
    """A heredoc, where HCL sees it end on the same line."""
    text = data[node.start_byte : data.index(b"\n", node.end_byte) + 1].decode()
    found = _HEREDOC.match(text)
    if found is None or found.end() != len(text):
        raise UnsureError
    start = node.start_byte + len(found[1].encode())
    return Heredoc(text, start, start + len(found[3].encode()))


def sequences(nodes: Iterable["Node"]) -> Iterator["Node"]:
    """What is no text among the nodes of a template; of a condition come its beginning, middle and
    end, and what stands in it between these.
    """
    for node in nodes:
        if node.type != "template_directive":
            yield from () if node.type == "template_literal" else (node,)
        elif node.children[0].type == "template_if":
            yield from sequences(node.children[0].children)
        else:
            yield node.children[0]
