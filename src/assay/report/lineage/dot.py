"""A lineage in Graphviz's DOT language: the root on top, the image below.

Part of the text comes from whoever marked an image. Quoted strings and labels have escapes, which all
begin with a backslash, and labels have HTML entities, which begin with an ampersand.
"""

import textwrap
from collections.abc import Iterable, Iterator

from assay.report.lineage.view import Lineage, Node
from assay.report.safe import safe


def render(lineage: Lineage) -> str:
    """The digraph, ending in a newline."""
    return "\n".join(("digraph lineage {", *(f"  {line}" for line in _lines(lineage)), "}")) + "\n"


def _lines(lineage: Lineage) -> Iterator[str]:
    last = len(lineage.nodes) - 1
    yield 'node [shape=box, fontname="Helvetica"];'
    yield 'edge [fontname="Helvetica"];'
    yield f"why [shape=plaintext, label={quoted(textwrap.wrap(lineage.end.text, 60))}];"
    for number in range(last, -1, -1):
        node = lineage.nodes[number]
        yield f"n{number} [label={quoted(node.label())}{_style(node)}];"
    if last < 0:  # nothing is known about the image: it is drawn alone, with the reason
        yield f"n0 [label={quoted([lineage.image_id, lineage.region])}, style=dashed];"
    yield f"why -> n{max(last, 0)} [style=dotted, arrowhead=none];"
    for number in range(last, 0, -1):
        made = quoted([lineage.nodes[number - 1].how_made])
        yield f"n{number} -> n{number - 1} [label={made}];"


def _style(node: Node) -> str:
    styles = ["filled"] if node.is_golden_origin else []
    if not node.step.visible:
        styles.append("dotted" if node.step.passed_over else "dashed")
    fill = ', fillcolor="#ffe9a8"' if node.is_golden_origin else ""
    border = ', color="#b8860b", penwidth=3' if node.is_origin else ""
    style = f'"{",".join(styles)}"' if len(styles) > 1 else "".join(styles)
    return (f", style={style}" if style else "") + fill + border


def quoted(lines: Iterable[str]) -> str:
    """Untrusted lines as one quoted string."""
    escaped = (
        safe(line).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;") for line in lines
    )
    return '"' + "\\n".join(escaped) + '"'
