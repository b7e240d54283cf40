"""One image's lineage as formats show it, without a plan: every fact that EC2 tells of each image.

EC2's own facts are shown: owners, marks, dates, states. Names of images are not: whoever makes an
image writes them.
"""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime

import msgspec

from assay.model import (
    Ancestry,
    AncestryEnd,
    AncestryEntry,
    CatalogFacts,
    Clue,
    Image,
    Place,
    Policy,
    Provenance,
    Subject,
    Unresolved,
    Watermark,
)
from assay.report.steps import LineageStep, lineage, marked

GoldenMarks = Callable[[Image], Collection[Watermark]]
"""Which marks of an image a policy takes for golden."""
HERE, ANCESTOR, OUTSIDE, NOT_TOLD = "here", "ancestor", "outside", "not told"
"""Where a mark was first attached, as seen from an image that has it: to the image itself, to one
of its known ancestors, to another image, or EC2 did not say."""


class Mark(msgspec.Struct, frozen=True, gc=False):
    """One watermark of one image."""

    key: str
    attached: str
    """`here`, `ancestor`, `outside` or `not told`."""
    source_image_id: str | None
    source_image_region: str | None
    carried: bool | None
    """False for a mark that only descendants still carry; None where the image is not visible."""
    golden: bool | None
    """What the policy makes of it; None without one."""


class Node(msgspec.Struct, frozen=True, gc=False):
    """One image of a lineage, with more than reports on plans tell."""

    step: LineageStep
    creation_date: datetime | None
    state: str | None
    marks: tuple[Mark, ...]

    @property
    def is_origin(self) -> bool:
        """Whether marks of the lineage were first attached to this image."""
        return any(mark.attached == HERE for mark in self.marks)

    @property
    def is_golden_origin(self) -> bool:
        """Whether one of them is golden by the policy."""
        return any(mark.attached == HERE and mark.golden for mark in self.marks)

    def label(self) -> Iterator[str]:
        """What a picture tells of it, line by line."""
        step, odd = self.step, self.state != "available" and self.state
        yield step.image_id
        yield step.where
        yield from (words for words in (step.whose, odd, step.unseen) if words)
        for mark in self.marks:
            yield marked(mark.key, first=mark.attached == HERE, detached=mark.carried is False)


class End(msgspec.Struct, frozen=True, gc=False):
    """Why a lineage goes no further."""

    reason: str
    text: str
    complete: bool
    """Whether an image that is not in the lineage is proven to be no ancestor."""


class Lineage(msgspec.Struct, frozen=True, gc=False):
    """What can be told of one image; without nodes, why nothing can."""

    image_id: str
    account: str | None
    region: str
    nodes: tuple[Node, ...]
    """From the image itself towards its root."""
    end: End
    clues: tuple[Clue, ...]
    """Of an image that is not visible: what may explain it."""
    policy: Policy | None
    """By which marks are golden, as of `as_of`."""
    as_of: datetime
    catalog: CatalogFacts


def lineage_of(
    subject: Subject,
    catalog: CatalogFacts,
    as_of: datetime,
    policy: Policy | None = None,
    golden: GoldenMarks | None = None,
) -> Lineage:
    """The lineage of an image that was looked up by its id."""
    place, found = subject.place, subject.resolution
    assert isinstance(place, Place)
    nodes: tuple[Node, ...] = ()
    clues: tuple[Clue, ...] = ()
    if isinstance(found, Unresolved):
        image_id, clues = found.image_id or "", found.clues
        end = End(found.cause.value, found.reason, complete=False)
    else:
        assert subject.provenance is not None
        image_id, nodes = found.image.id, tuple(_nodes(subject.provenance, golden))
        end = _end(subject.provenance.ancestry)
    return Lineage(image_id, place.account, place.region, nodes, end, clues, policy, as_of, catalog)


def _nodes(provenance: Provenance, golden: GoldenMarks | None) -> Iterator[Node]:
    entries = provenance.ancestry.entries
    steps = lineage(provenance, str)
    inherited: list[tuple[Watermark, bool | None]] = []
    for depth, (step, ancestor) in enumerate(zip(steps, provenance.ancestors, strict=True)):
        seen = ancestor.seen
        own = _judged(seen, golden) if seen else []
        yield Node(
            step,
            (seen and seen.creation_date) or ancestor.entry.creation_date,
            seen.state if seen else None,
            _marks(seen, own, inherited, entries[depth:]),
        )
        inherited += own


def _judged(image: Image, golden: GoldenMarks | None) -> list[tuple[Watermark, bool | None]]:
    if golden is None:
        return [(mark, None) for mark in image.watermarks]
    chosen = golden(image)
    return [(mark, mark in chosen) for mark in image.watermarks]


def _marks(
    seen: Image | None,
    own: list[tuple[Watermark, bool | None]],
    inherited: list[tuple[Watermark, bool | None]],
    line: tuple[AncestryEntry, ...],
) -> tuple[Mark, ...]:
    """An image's own marks, and those that its descendants say were first attached to it."""
    # Own marks come first. Of the descendants' only those are added that say `first attached here`,
    # which are news where the image is not visible, or where somebody has taken the mark away since.
    marks: dict[tuple[str | None, ...], Mark] = {}
    for found, carried in ((own, True), (inherited, False if seen else None)):
        for mark, is_golden in found:
            attached = _attached(mark, line)
            source = (mark.source_image_id, mark.source_image_region)
            if mark.key and (carried or attached == HERE):
                shown = Mark(mark.key, attached, *source, carried, is_golden)
                marks.setdefault((mark.key, *source), shown)
    return tuple(marks.values())


def _attached(mark: Watermark, line: tuple[AncestryEntry, ...]) -> str:
    """Where a mark was first attached, as seen from the first image of `line`."""
    source = (mark.source_image_id, mark.source_image_region)
    if None in source:
        return NOT_TOLD
    places = [(entry.image_id, entry.region) for entry in line]
    if source == places[0]:
        return HERE
    return ANCESTOR if source in places else OUTSIDE


def _end(ancestry: Ancestry) -> End:
    return End(ancestry.end.value, _why(ancestry), ancestry.complete)


def _why(ancestry: Ancestry) -> str:
    """In plain words, why the record goes no further than the last image."""
    last, detail = ancestry.entries[-1], ancestry.detail
    source = f"{last.source_image_id} in {last.source_image_region or 'a Region not told'}"
    match ancestry.end:
        case AncestryEnd.PUBLIC_PROVIDER:
            beyond = f"; its own source, {source}, is no part of it" if last.source_image_id else ""
            return f"public provider: EC2's record ends at a public image of {last.owner_alias}{beyond}"
        case AncestryEnd.NO_RECORDED_SOURCE:
            return (
                "no recorded source: EC2 does not say what it was made from; RegisterImage, imports "
                "and some older images record nothing"
            )
        case AncestryEnd.PARTITION_BOUNDARY:
            return (
                f"partition boundary: it was made from {source}, in another partition of AWS, "
                "and the record does not cross the border"
            )
        case AncestryEnd.ENTRY_LIMIT:
            return (
                f"50-entry limit: EC2 tells no more than 50 images; the last was made from {source}"
            )
        case AncestryEnd.REFUSED:
            return f"lookup refused: {detail or 'EC2 did not say why'}"
        case AncestryEnd.NOT_VISIBLE:
            return f"not visible: {detail or f'EC2 shows no {last.image_id}'}"
        case AncestryEnd.UNEXPLAINED:
            return f"cut off without a reason: {detail or 'EC2 says nothing of what comes next'}"
        case AncestryEnd.NOT_FOLLOWED:
            return "not followed further"
