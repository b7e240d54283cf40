"""A family of images in Graphviz's DOT language, with the images asked about on top."""

from collections.abc import Iterator

from assay.model.descent import Descent
from assay.report.descendants.drawing import drawing
from assay.report.lineage.dot import quoted

_LOOKS = {
    "base": ", penwidth=3",
    "golden": ', style=filled, fillcolor="#ffe9a8", color="#b8860b", penwidth=3',
    "hidden": ", style=dashed",
}


def render(found: Descent) -> str:
    """The digraph, ending in a newline; edges that EC2 does not record are dotted."""
    lines = (f"  {line}" for line in _lines(found))
    return "\n".join(("digraph descendants {", *lines, "}")) + "\n"


def _lines(found: Descent) -> Iterator[str]:
    picture = drawing(found)
    yield 'node [shape=box, fontname="Helvetica"];'
    yield 'edge [fontname="Helvetica"];'
    for node in picture.nodes:
        yield f"{node.id} [label={quoted(node.label)}{_LOOKS.get(node.look, '')}];"
    for line in picture.lines:
        style = "" if line.recorded else ", style=dotted"
        yield f"{line.above} -> {line.below} [label={quoted([line.label])}{style}];"
    for at, told in enumerate(picture.endings):
        yield f"e{at} [shape=plaintext, label={quoted([told])}];"
