"""The line of one image, from itself towards its root, with the source of each fact in it."""

from datetime import datetime
from enum import StrEnum

import msgspec
from msgspec.structs import replace

from assay.model.events import ImageEvent
from assay.model.images import AncestryEnd, AncestryEntry, Image, how_made, recorded_end
from assay.model.subjects import Provenance

OPEN = (
    AncestryEnd.NOT_VISIBLE,
    AncestryEnd.NOT_FOLLOWED,
    AncestryEnd.REFUSED,
    AncestryEnd.UNEXPLAINED,
)
"""Ends that EC2's record does not give: the line may go on, and another source may know how."""


class Grade(StrEnum):
    """The evidence for a claim. The three kinds are never mixed up."""

    RECORDED = "recorded"
    """EC2's own fields or its ancestry record, current or of a stored night."""
    MARK = "mark"
    """A watermark, which names the image that it was first attached to; the images between are not
    known."""
    CLOUDTRAIL = "cloudtrail"
    """The CloudTrail event of the call that made the image."""


class Claim(StrEnum):
    """The subject of a statement about an image."""

    IMAGE = "image"
    """Its owner, its state and its marks."""
    SOURCE = "source"
    """The image it was made from, and how."""


class Told(msgspec.Struct, frozen=True, gc=False):
    """The source of a claim about an image: who said it, where, and when."""

    claim: Claim
    grade: Grade
    source: str
    """An API or a night: `ec2:DescribeImages`, `night 2026-11-29`."""
    account: str | None
    region: str | None
    at: datetime | None
    """When it was asked or read, or when the event happened."""
    event: ImageEvent | None = None


class Link(msgspec.Struct, frozen=True, gc=False):
    """One image of a line."""

    image_id: str
    region: str | None
    image: Image | None = None
    """Its description from any source; if only its instances describe it, without its source."""
    visible: bool | None = None
    """Whether EC2 shows it now; None if EC2 was not asked or did not answer."""
    creation_date: datetime | None = None
    owner_alias: str | None = None
    """Set if only EC2's ancestry record describes it."""
    how: str | None = None
    """The call that made it, if known from an event or from its own fields."""
    parent: tuple[str, str | None] | None = None
    """The id and Region of the image it was made from; for a mark, of one that it descends from."""
    edge: Grade | None = None
    """The evidence for the parent."""
    end: AncestryEnd | None = None
    """Why there is no parent; None if there is one, or if neither is known yet."""
    detail: str | None = None
    source: tuple[str, str | None] | None = None
    """For the last link, a source that its description names and that is not followed."""
    told: tuple[Told, ...] = ()
    refused: bool = False
    """Whether EC2 was asked about it and did not answer."""


class Gap(msgspec.Struct, frozen=True, gc=False):
    """Something that could not be asked about or seen, and why."""

    reason: str
    account: str | None = None
    region: str | None = None


def links_of(provenance: Provenance, at: datetime | None) -> list[Link]:
    """The links of a provenance that was read from EC2 at the time `at`."""
    links = [_link(provenance, number, at) for number in range(len(provenance.ancestors))]
    last = provenance.ancestors[-1].entry
    source = (last.source_image_id, last.source_image_region) if last.source_image_id else None
    links[-1] = replace(
        links[-1],
        end=provenance.end,
        detail=provenance.detail,
        source=source,
        refused=links[-1].refused or provenance.end is AncestryEnd.REFUSED,
    )
    return links


def _link(provenance: Provenance, number: int, at: datetime | None) -> Link:
    ancestor, place = provenance.ancestors[number], provenance.place
    entry, seen = ancestor.entry, ancestor.seen
    after = provenance.ancestors[number + 1 : number + 2]
    parent = (after[0].entry.image_id, after[0].entry.region) if after else None

    def told(claim: Claim, api: str, region: str | None) -> Told:
        return Told(claim, Grade.RECORDED, api, place.account, region, at)

    said: list[Told] = []
    if seen:
        said.append(told(Claim.IMAGE, "ec2:DescribeImages", entry.region))
    elif entry.creation_date or entry.owner_alias:
        said.append(told(Claim.IMAGE, "ec2:GetImageAncestry", place.region))
    if parent and seen and seen.source_image_id:
        said.append(told(Claim.SOURCE, "ec2:DescribeImages", entry.region))
    elif parent:
        said.append(told(Claim.SOURCE, "ec2:GetImageAncestry", place.region))
    return Link(
        entry.image_id,
        entry.region,
        seen,
        ancestor.visible,
        (seen and seen.creation_date) or entry.creation_date,
        entry.owner_alias,
        how_made(seen) if seen else None,
        parent,
        Grade.RECORDED if parent else None,
        told=tuple(said),
        refused=ancestor.refused,
    )


def sourced(link: Link, image: Image, told: Told) -> Link:
    """Add to a link the source that the image's description names, or that none is recorded."""
    link = replace(link, how=link.how or how_made(image), told=(*link.told, told))
    entry = AncestryEntry(
        link.image_id,
        link.region,
        None if image.public is False else image.owner_alias,
        image.creation_date,
        image.source_image_id,
        image.source_image_region,
    )
    end = recorded_end([entry])
    if end is not None:
        source = (image.source_image_id, image.source_image_region)
        named = (source[0], source[1]) if source[0] else None
        return replace(link, end=end, detail=None, source=named)
    parent = (image.source_image_id or "", image.source_image_region)
    return replace(link, parent=parent, edge=Grade.RECORDED, end=None, detail=None)


def is_open(link: Link) -> bool:
    """Whether its source is not known, without EC2 saying why its record ends here."""
    return link.parent is None and (link.end is None or link.end in OPEN)
