"""A lineage for people: the image on top, below it what it was made from, and why it ends."""

import textwrap
from collections.abc import Iterable, Iterator

from assay.model.times import day_of
from assay.report.formats.text import exception_line, grounds
from assay.report.labels import label, note
from assay.report.lineage.view import ANCESTOR, HERE, NOT_TOLD, Lineage, Mark, Node
from assay.report.paint import COLOUR, Paint
from assay.report.safe import safe
from assay.report.summary import asked
from assay.report.view import VerdictView
from assay.report.wrap import indented

WIDTH = 100


def render(lineage: Lineage, *, colour: bool = False) -> str:
    """The lineage as text that ends in a newline."""
    paint = Paint(colour)
    who = lineage.account or "unknown account"
    head = f"{lineage.image_id} in {who}/{lineage.region}"
    lines = [paint(safe(head), bold=True), "", *tree(lineage, paint), "", *_sources(lineage)]
    return "\n".join(lines) + "\n"


def render_verdict(
    lineage: Lineage, verdict: VerdictView, notes: Iterable[str] = (), *, colour: bool = False
) -> str:
    """What the policy makes of the image, with every rule's result, and the lineage."""
    paint = Paint(colour)
    outcome, who = paint.outcome(verdict.label), lineage.account or "unknown account"
    image = paint(safe(lineage.image_id), bold=True)
    lines = [f"{outcome} {image}  if it were launched in {safe(f'{who}/{lineage.region}')}"]
    if verdict.exception:
        lines.append(f"  by exception: {safe(exception_line(verdict.exception))}")
    for result in sorted(verdict.results, key=lambda result: result.standing.rank):
        word = paint(label(result.standing), COLOUR[result.standing])
        rule = f"{result.rule}{note(result.standing)}"
        lines.append(f"  {word} {rule}: {safe(result.message)}")
        lines += grounds(result, paint)
    if lineage.nodes:
        lines += ["", "lineage", *indented(tree(lineage, paint), 2)]
    return "\n".join((*lines, "", *_sources(lineage), *notes)) + "\n"


def _sources(lineage: Lineage) -> Iterator[str]:
    """By what and whom all this is told."""
    if lineage.policy:
        yield f"policy: {safe(lineage.policy.path)}"
    for line in asked(lineage.catalog, lineage.as_of):
        yield from _wrapped(line, "", "  ")


def tree(lineage: Lineage, paint: Paint) -> Iterator[str]:
    """One trunk: a lineage has no branches."""
    for number, node in enumerate(lineage.nodes):
        last = number == len(lineage.nodes) - 1
        yield _image(node, paint)
        yield from (f"│   {line}" for mark in node.marks for line in _mark(mark, paint))
        if not last:
            yield f"│ {node.step.made_from}"
    if not lineage.nodes:
        yield from _wrapped(f"no lineage: {lineage.end.text}", "", "")
    else:
        yield from _wrapped(lineage.end.text, "╵ ", "  ")
    if lineage.nodes and not lineage.end.complete:
        yield "  So the lineage may go on: that an image is not in it proves nothing."
    for clue in lineage.clues:
        yield from _wrapped(clue.text, "  - ", "    ")
        yield from _wrapped(f"fix: {clue.fix}", "    ", "    ")


def _image(node: Node, paint: Paint) -> str:
    step = node.step
    facts = [
        step.where,
        step.whose,
        f"created {day_of(node.creation_date)}" if node.creation_date else None,
        node.state if node.state != "available" else None,
        f"{step.unseen} from here" if step.visible is False else None,
        step.unseen if step.visible is None and step.region else None,
    ]
    id = paint(safe(step.image_id), "yellow" if node.is_golden_origin else None, bold=True)
    return f"● {id}  {safe(', '.join(fact for fact in facts if fact))}"


def _mark(mark: Mark, paint: Paint) -> Iterator[str]:
    """On one line, or on two where the key or the story is long."""
    source = f"{mark.source_image_id} in {mark.source_image_region}"
    how = {
        HERE: "first attached here",
        ANCESTOR: "inherited",
        NOT_TOLD: "EC2 did not tell where it was first attached",
    }.get(mark.attached, f"first attached to {source}, which is not below")
    if mark.carried is False:
        how = f"{how}, and detached since"
    # `mark 111122223333:golden-al2023 (inherited)`, on two lines where that is too long for one.
    word, key, how = "golden mark" if mark.golden else "mark", safe(mark.key), safe(f"({how})")
    shown = paint(word, "yellow", bold=True) if mark.golden else word
    if len(f"│   {word} {key} {how}") <= WIDTH - 2:
        yield f"{shown} {key} {how}"
    else:
        yield f"{shown} {key}"
        yield f"  {how}"


def _wrapped(text: str, first: str, others: str) -> list[str]:
    return textwrap.wrap(
        safe(text), WIDTH - 2, initial_indent=first, subsequent_indent=others,
        break_long_words=False, break_on_hyphens=False,
    )  # fmt: skip
