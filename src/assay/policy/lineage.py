"""What the rules about descent share: depths, and why a record of ancestry ends."""

from collections.abc import Iterable

from assay.model import Ancestry, AncestryEnd, Finding, Outcome, Provenance, Watermark
from assay.policy.golden import Marks


def depths(marks: Iterable[Watermark], ancestry: Ancestry) -> tuple[int, ...]:
    """For each mark whose source image is in the ancestry: the derivations since that image."""
    found = (
        ancestry.depth_of(mark.source_image_id, mark.source_image_region)
        for mark in marks
        if mark.source_image_id and mark.source_image_region
    )
    return tuple(depth for depth in found if depth is not None)


def unread_marks(marks: Marks) -> Finding | None:
    """What a rule about golden marks says where none was read for certain."""
    if not marks.unread:
        return None
    return Finding(Outcome.UNDETERMINED, "whether a mark is golden could not be read")


def why_incomplete(ancestry: Ancestry) -> str:
    """One phrase for an ancestry in which absence proves nothing."""
    match ancestry.end:
        case AncestryEnd.REFUSED:
            return ancestry.detail or "the lookup was refused"
        case AncestryEnd.ENTRY_LIMIT:
            return "EC2 shows 50 entries and no more"
        case AncestryEnd.PARTITION_BOUNDARY:
            return "the record ends at the border of the AWS partition"
        case AncestryEnd.UNEXPLAINED:
            return "the record is cut off and EC2 does not say why"
        case _:
            return "EC2 did not tell an ancestor's Region"


def ancestry_evidence(provenance: Provenance) -> tuple[str, ...]:
    """Who said what the ancestry is."""
    return tuple(str(item) for item in provenance.evidence)
