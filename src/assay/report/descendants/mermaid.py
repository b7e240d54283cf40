"""A family of images as a Mermaid flowchart: the images asked about on top, their descendants below."""

from collections.abc import Iterator

from assay.model.descent import Descent
from assay.report.descendants.drawing import drawing
from assay.report.lineage.mermaid import text

_BREAK = "#10;"
_CLASSES = (
    "classDef base stroke-width:3px",
    "classDef golden fill:#ffe9a8,stroke:#b8860b,stroke-width:3px,color:#000",
    "classDef hidden stroke-dasharray:4 4",
    "classDef note fill:none,stroke:none",
)


def render(found: Descent) -> str:
    """The flowchart, ending in a newline; edges that EC2 does not record are dotted."""
    return "\n".join(("flowchart TD", *(f"  {line}" for line in _lines(found)))) + "\n"


def _lines(found: Descent) -> Iterator[str]:
    picture = drawing(found)
    for node in picture.nodes:
        look = f":::{node.look}" if node.look else ""
        yield f'{node.id}["{_BREAK.join(map(text, node.label))}"]{look}'
    for line in picture.lines:
        arrow = "-->" if line.recorded else "-.->"
        yield f'{line.above} {arrow}|"{text(line.label)}"| {line.below}'
    for at, told in enumerate(picture.endings):
        yield f'e{at}["{text(told)}"]:::note'
    yield from _CLASSES
