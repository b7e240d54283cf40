"""A lineage for people: the image on top, below it what it was made from, and why it ends."""

import textwrap
from collections.abc import Iterable, Iterator

from assay.model.lines import Claim, Told
from assay.model.times import day_of, readable
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
    who = lineage.account or (None if _by_night_alone(lineage) else "unknown account")
    where = f"{who}/{lineage.region}" if who else lineage.region
    head = f"{lineage.traced or lineage.image_id} in {where}"
    lines = [paint(safe(head), bold=True), "", *_instance(lineage)]
    lines += [*tree(lineage, paint, evidence=True), "", *_gaps(lineage), *_sources(lineage)]
    return "\n".join(lines) + "\n"


def render_verdict(
    lineage: Lineage, verdict: VerdictView, notes: Iterable[str] = (), *, colour: bool = False
) -> str:
    """The policy's verdict on the image, with every rule's result, and the lineage."""
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


def _instance(lineage: Lineage) -> Iterator[str]:
    """The instance that was launched from the image, if the question was about an instance."""
    if lineage.instance is not None:
        use = lineage.instance
        since = f" on {day_of(use.launch_time)}" if use.launch_time else ""
        state = f", {use.state}" if use.state else ""
        yield from _wrapped(f"launched from {use.image.id}{since}{state}", "", "  ")
        yield ""


def _gaps(lineage: Lineage) -> Iterator[str]:
    """What could not be asked or seen, with its place."""
    if not lineage.gaps:
        return
    yield "not seen:"
    for gap in lineage.gaps:
        at = f"{gap.account or 'unknown account'}/{gap.region}: " if gap.region else ""
        yield from _wrapped(f"{at}{gap.reason}", "  - ", "    ")
    yield ""


def _sources(lineage: Lineage) -> Iterator[str]:
    """The sources of the answer: the stored night, the policy, and who was asked."""
    if lineage.night:
        yield safe(f"stored: night {lineage.night.date} of {lineage.night.store}")
    if lineage.policy:
        yield f"policy: {safe(lineage.policy.path)}"
    if _by_night_alone(lineage):
        yield "answers from: that night alone (AWS was not asked)"
        return
    for line in asked(lineage.catalog, lineage.as_of):
        yield from _wrapped(line, "", "  ")


def _by_night_alone(lineage: Lineage) -> bool:
    """Whether a stored night answered and AWS was not asked: an image there may be of any account."""
    return lineage.night is not None and lineage.catalog.kind == "offline"


def tree(lineage: Lineage, paint: Paint, *, evidence: bool = False) -> Iterator[str]:
    """The lineage as one trunk, since it has no branches; with the evidence for each image on request."""
    for number, node in enumerate(lineage.nodes):
        last = number == len(lineage.nodes) - 1
        yield from _image(node, paint)
        yield from (f"│   {line}" for mark in node.marks for line in _mark(mark, paint))
        for line in _evidence(node) if evidence else ():
            yield from _wrapped(line, "│   ", "│     ")
        if not last:
            yield f"│ {node.made_from}"
    if not lineage.nodes:
        yield from _wrapped(f"no lineage: {lineage.end.text}", "", "")
    else:
        yield from _wrapped(lineage.end.text, "╵ ", "  ")
    if lineage.nodes and not lineage.end.complete:
        yield "  The lineage may continue, so an image that is missing from it may still be an ancestor."
    for clue in lineage.clues:
        yield from _wrapped(clue.text, "  - ", "    ")
        yield from _wrapped(f"fix: {clue.fix}", "    ", "    ")


def _image(node: Node, paint: Paint) -> Iterator[str]:
    """The image on one line, or on two if there are many facts."""
    step = node.step
    facts = [
        step.where,
        step.whose,
        f"created {day_of(node.creation_date)}" if node.creation_date else None,
        node.state if node.state != "available" else None,
        f"{step.unseen} from here" if step.visible is False else None,
        node.unseen if step.visible is None else None,
    ]
    id = paint(safe(step.image_id), "yellow" if node.is_golden_origin else None, bold=True)
    told = [safe(fact) for fact in facts if fact]
    room = WIDTH - len(f"● {safe(step.image_id)}  ")
    most = len(told)
    while most > 1 and len(", ".join(told[:most])) > room:
        most -= 1
    yield f"● {id}  {', '.join(told[:most])}"
    if told[most:]:
        yield f"│   {', '.join(told[most:])}"


def _evidence(node: Node) -> Iterator[str]:
    """The sources of the image's facts and, if they differ, those of what it was made from."""
    image = [_told(each) for each in node.told if each.claim is Claim.IMAGE]
    source = [_told(each) for each in node.told if each.claim is Claim.SOURCE]
    yield from (f"evidence: {each}" for each in image)
    yield from (f"evidence for its parent: {each}" for each in source if each not in image)


def _told(told: Told) -> str:
    when = f", {readable(told.at)}" if told.at else ""
    event = told.event
    by = f": {event.name} by {event.by or 'an unknown caller'}" if event else ""
    return f"{told.source} ({told.account or 'unknown account'}/{told.region}{when}){by}"


def _mark(mark: Mark, paint: Paint) -> Iterator[str]:
    """The mark on one line, or on two if it is too long for one."""
    source = f"{mark.source_image_id} in {mark.source_image_region}"
    how = {
        HERE: "first attached here",
        ANCESTOR: "inherited",
        NOT_TOLD: "EC2 did not say where it was first attached",
    }.get(mark.attached, f"first attached to {source}, which is not in this lineage")
    if mark.carried is False:
        how = f"{how}, and detached since"
    # `mark 111122223333:golden-al2023 (inherited)`, on two lines if that is too long for one.
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
