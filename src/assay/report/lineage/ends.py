"""Why a lineage goes no further, in words for people."""

from collections.abc import Sequence

import msgspec

from assay.model import AncestryEnd
from assay.model.lines import Grade, Link


class End(msgspec.Struct, frozen=True, gc=False):
    """Why a lineage goes no further."""

    reason: str
    text: str
    complete: bool
    """Whether an image that is not in the lineage is proven not to be an ancestor."""


def nothing(reason: str, text: str) -> End:
    """The end for an image about which nothing is known."""
    return End(reason, text, complete=False)


def end_of(links: Sequence[Link]) -> End:
    """Why a line goes no further; it is incomplete if it jumps from a mark to the mark's source image."""
    last = links[-1]
    end = last.end or AncestryEnd.NOT_FOLLOWED
    ended = end in (AncestryEnd.PUBLIC_PROVIDER, AncestryEnd.NO_RECORDED_SOURCE)
    known = all(link.region and link.edge is not Grade.MARK for link in links)
    return End(end.value, _why(last, end), complete=ended and known)


def _why(last: Link, end: AncestryEnd) -> str:
    """In plain words, why the record goes no further than the last image."""
    image, detail = last.image, last.detail
    source_id = last.source[0] if last.source else None
    source = f"{source_id} in {(last.source and last.source[1]) or 'an unknown Region'}"
    match end:
        case AncestryEnd.PUBLIC_PROVIDER:
            alias = last.owner_alias or (image and image.owner_alias)
            beyond = f"; its own source, {source}, is not part of it" if source_id else ""
            return f"public provider: EC2's record ends at a public image of {alias}{beyond}"
        case AncestryEnd.NO_RECORDED_SOURCE:
            event = next((told.event for told in last.told if told.event), None)
            if event is not None:
                of = f" of {', '.join(event.snapshots)}" if event.snapshots else ""
                told = f"CloudTrail says that {event.name} made it{of}"
                return f"no recorded source: EC2 does not say what it was made from; {told}"
            return (
                "no recorded source: EC2 does not say what it was made from; RegisterImage, imports "
                "and some older images record nothing"
            )
        case AncestryEnd.PARTITION_BOUNDARY:
            return (
                f"partition boundary: it was made from {source}, in another partition of AWS, "
                "and the record does not cross that boundary"
            )
        case AncestryEnd.ENTRY_LIMIT:
            return (
                f"50-entry limit: EC2 lists at most 50 images; the last one was made from {source}"
            )
        case AncestryEnd.REFUSED:
            return f"lookup refused: {detail or 'EC2 did not say why'}"
        case AncestryEnd.NOT_VISIBLE:
            return f"not visible: {detail or f'EC2 shows no {last.image_id}'}"
        case AncestryEnd.UNEXPLAINED:
            return f"cut off without a reason: {detail or 'EC2 does not say what comes next'}"
        case AncestryEnd.NOT_FOLLOWED:
            return f"not followed further: {detail}" if detail else "not followed further"
