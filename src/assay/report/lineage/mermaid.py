"""A lineage as a Mermaid flowchart, for Markdown on GitHub: the root on top, the image below.

Part of the text comes from whoever marked an image, so everything but letters, digits and a few signs
is written as a character's number (Mermaid's "entity codes"). This includes the colon: before Mermaid
reads the numbers, it removes the last `;` from a line that contains `style` and a colon.
"""

import re
from collections.abc import Iterator, Sequence

from assay.report.lineage.view import Lineage, Node
from assay.report.safe import safe
from assay.report.steps import LineageStep, marked

_PLAIN = re.compile(r"[^A-Za-z0-9 ,-]")
_BREAK = "#10;"
"""Separates the lines of a label. Not `<br/>`: a label with HTML in it goes through the browser first,
which decodes the numbers, and then Mermaid reads the result as Markdown."""
_DASHED, _DOTTED = "stroke-dasharray:4 4", "stroke-dasharray:1 3"
_CLASSES = (
    "classDef golden fill:#ffe9a8,stroke:#b8860b,stroke-width:3px,color:#000",
    "classDef marked stroke:#b8860b,stroke-width:3px",
    f"classDef hidden {_DASHED}",
    "classDef note fill:none,stroke:none",
)


def render(lineage: Lineage) -> str:
    """The flowchart, ending in a newline."""
    return "\n".join(("flowchart TD", *(f"  {line}" for line in _lines(lineage)))) + "\n"


def render_steps(steps: Sequence[LineageStep]) -> str:
    """The same for a verdict's lineage, which has fewer facts about each image; ends in a newline."""
    return "\n".join(("flowchart TD", *(f"  {line}" for line in _step_lines(steps)))) + "\n"


def _step_lines(steps: Sequence[LineageStep]) -> Iterator[str]:
    last = len(steps) - 1
    yield f'why["{text(steps[last].end or "not recorded")}"]:::note'
    for number in range(last, -1, -1):
        step = steps[number]
        look = ":::marked" if step.marked else _look(step)
        yield f'n{number}["{_BREAK.join(text(line) for line in _facts(step))}"]{look}'
    yield f"why -.- n{last}"
    # The root is drawn on top, so arrows go from an image to what was made from it.
    for number in range(last, 0, -1):
        yield f'n{number} -->|"{text(steps[number - 1].how_made)}"| n{number - 1}'
    yield from _classes(steps)
    yield from _borders(steps, [bool(step.marked) for step in steps])


def _facts(step: LineageStep) -> Iterator[str]:
    yield step.image_id
    yield step.where
    if step.whose:
        yield step.whose
    if step.unseen:
        yield step.unseen
    yield from (marked(key, first=True) for key in step.marked)


def _lines(lineage: Lineage) -> Iterator[str]:
    last = len(lineage.nodes) - 1
    yield f'why["{text(lineage.end.text)}"]:::note'
    for number in range(last, -1, -1):
        yield f'n{number}["{_label(lineage.nodes[number])}"]{_class(lineage.nodes[number])}'
    if last < 0:
        label = text(lineage.image_id) + _BREAK + text(lineage.region)
        yield f'n0["{label}"]:::hidden'
    yield f"why -.- n{max(last, 0)}"
    for number in range(last, 0, -1):
        made = text(lineage.nodes[number - 1].how_made)
        yield f'n{number} -->|"{made}"| n{number - 1}'
    steps = [node.step for node in lineage.nodes]
    yield from _classes(steps)
    yield from _borders(steps, [node.is_origin for node in lineage.nodes])


def _classes(steps: Sequence[LineageStep]) -> Iterator[str]:
    yield from _CLASSES
    if any(step.passed_over for step in steps):
        yield f"classDef passed {_DOTTED}"


def _borders(steps: Sequence[LineageStep], origins: Sequence[bool]) -> Iterator[str]:
    """Borders for invisible images that are origins of marks: as origins, they already have a class."""
    for number, (step, origin) in enumerate(zip(steps, origins, strict=True)):
        if origin and not step.visible:
            yield f"style n{number} {_DOTTED if step.passed_over else _DASHED}"


def _label(node: Node) -> str:
    return _BREAK.join(text(line) for line in node.label())


def _class(node: Node) -> str:
    if node.is_golden_origin:
        return ":::golden"
    if node.is_origin:
        return ":::marked"
    return _look(node.step)


def _look(step: LineageStep) -> str:
    """The class of an image: dashed if it could not be seen, dotted if nobody asked about it."""
    if step.visible:
        return ""
    return ":::passed" if step.passed_over else ":::hidden"


def text(given: str) -> str:
    """Untrusted text for a label, shown as text and nothing else."""
    return _PLAIN.sub(lambda found: f"#{ord(found[0])};", safe(given))
